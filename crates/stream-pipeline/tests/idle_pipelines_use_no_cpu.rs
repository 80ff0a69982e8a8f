//! A pipeline that has nothing to do, or is held up, sleeps.

#[path = "gate/mod.rs"]
mod gate;
#[path = "procfs/mod.rs"]
mod procfs;
#[path = "watchdog/mod.rs"]
mod watchdog;

use std::thread;
use std::time::Duration;

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

/// How long the threads are looked at.
const SPELL: Duration = Duration::from_millis(400);

/// One percent of it: a thread that polled every millisecond would take more.
const BOUND: Duration = Duration::from_millis(4);

fn assert_asleep(expected: usize) {
    let threads = procfs::threads_called("cpu-");
    assert_eq!(threads.len(), expected);
    let before: Vec<_> = threads.iter().map(procfs::Thread::cpu_time).collect();
    // Not to wait for something: it is what is measured.
    thread::sleep(SPELL);
    for (thread, before) in threads.iter().zip(before) {
        let spent = thread.cpu_time().saturating_sub(before);
        assert!(spent < BOUND, "{}: {spent:?} of {SPELL:?}", thread.name);
    }
}

#[test]
fn an_idle_or_blocked_pipeline_uses_no_cpu() {
    watchdog::watched(|watch| {
        let (stage, keeper) = gate::gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("cpu-first", 64, Block, PassthroughStage)
            .add_stage_object("cpu-second", 64, Block, PassthroughStage)
            .add_stage_object("cpu-gate", 64, Block, stage)
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let taker = thread::Builder::new().name("cpu-taker".to_owned());
        let taker = taker.spawn(move || output.by_ref().count()).unwrap();
        watchdog::until(|| procfs::threads_called("cpu-").len() == 4);
        assert_asleep(4);

        let pusher = thread::Builder::new().name("cpu-pusher".to_owned());
        let pusher = pusher.spawn(move || input.push_many((0..1000).map(|_| vec![0]))).unwrap();
        keeper.wait_for_arrival();
        watchdog::until(|| running.metrics().edges[..3].iter().all(|edge| edge.pressured));
        assert_asleep(5);

        keeper.open();
        pusher.join().unwrap().unwrap();
        running.wait().unwrap();
        assert_eq!(taker.join().unwrap(), 1000);
    });
}
