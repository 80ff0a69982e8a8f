//! Pipelines that have ended, however they did, leave no thread, no file and no memory behind.

#[path = "procfs/mod.rs"]
mod procfs;
#[path = "watchdog/mod.rs"]
mod watchdog;

use std::sync::Arc;

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Error, Input, PassthroughStage, PipelineBuilder, Running, stage_fn};

use watchdog::Watch;

/// The most that 180 further pipelines may add to the peak: noise of an allocator, not 180 times anything.
const MAX_GROWTH: u64 = 4 << 20;

fn start(watch: &Watch) -> (Arc<Running>, Input) {
    let fails_at_two = stage_fn(|message| if message == [2] { Err(Error::msg("two")) } else { Ok(vec![message]) });
    let pipeline = PipelineBuilder::new()
        .add_stage_object("left-first", 1024, Block, PassthroughStage)
        .add_stage_object("left-second", 1024, Block, fails_at_two)
        .with_stack_bytes(128 * 1024)
        .build()
        .unwrap();
    let input = pipeline.input();
    input.push_many((0..100).map(|_| vec![0; 100])).unwrap();
    (watch.over(pipeline.start_ready().unwrap()), input)
}

/// Every way to end, in turn.
fn end(nth: usize, (running, input): (Arc<Running>, Input)) {
    match nth % 5 {
        0 => assert_eq!(running.wait().unwrap().ledger.delivered, 100),
        1 => {
            drop(input);
            assert_eq!(running.completed().unwrap().ledger.delivered, 100);
        }
        2 => {
            running.abort();
            let ended = running.wait();
            assert!(ended.is_err() || ended.unwrap().ledger.delivered == 100);
        }
        3 => {
            input.push(vec![2]).unwrap();
            assert_eq!(running.wait().unwrap_err().sequence(), Some(100));
        }
        _ => drop(running),
    }
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("Linux has /proc").count()
}

#[test]
fn two_hundred_pipelines_leave_no_thread_no_file_and_no_memory() {
    watchdog::watched(|watch| {
        let (threads, files) = (procfs::threads().len(), open_files());
        (0..20).for_each(|nth| end(nth, start(watch)));
        let peak = procfs::peak_memory();
        (20..200).for_each(|nth| end(nth, start(watch)));
        // The kernel keeps the peak per core and sums it roughly: a later reading may be a little lower.
        assert!(procfs::peak_memory().saturating_sub(peak) < MAX_GROWTH);
        watchdog::until(|| procfs::threads().len() == threads);
        assert_eq!(open_files(), files);

        // And a hundred at once.
        let all: Vec<_> = (0..100).map(|_| start(watch)).collect();
        watchdog::until(|| procfs::threads_called("left-").len() == 200);
        all.into_iter().enumerate().for_each(|(nth, one)| end(nth, one));
        watchdog::until(|| procfs::threads().len() == threads);
    });
}
