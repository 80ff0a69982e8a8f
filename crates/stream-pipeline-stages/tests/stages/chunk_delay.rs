//! What `Chunk` holds leaves when its oldest message has been held for the longest delay.

use std::time::{Duration, Instant};

use stream_pipeline::{Batch, Emitter, OverflowPolicy::Block, PipelineBuilder, Stage};
use stream_pipeline_stages::{Chunk, ChunkOptions};

use crate::watchdog::watched;

fn delayed(max_delay: Duration) -> Chunk {
    Chunk::new(ChunkOptions { max_delay, ..ChunkOptions::default() }).expect("sound options")
}

#[test]
fn the_deadline_is_that_of_the_oldest_message() {
    let delay = Duration::from_secs(3600);
    let mut chunk = delayed(delay);
    let mut out = Emitter::detached();
    assert_eq!(chunk.next_timer(), None);
    let before = Instant::now();
    chunk.process_batch(Batch::from_iter([&b"oldest"[..]]), &mut out).unwrap();
    let due = chunk.next_timer().expect("something is held");
    assert!((before + delay..=Instant::now() + delay).contains(&due));
    chunk.process_batch(Batch::from_iter([&b"younger"[..]]), &mut out).unwrap();
    assert_eq!(chunk.next_timer(), Some(due));

    chunk.on_timer(Instant::now(), &mut out).unwrap();
    assert!(out.take_messages().is_empty());
    chunk.on_timer(due, &mut out).unwrap();
    assert_eq!(out.take_messages(), [b"oldest\nyounger\n"]);
    assert_eq!(chunk.next_timer(), None);
}

#[test]
fn a_delay_beyond_what_a_clock_can_tell_is_none() {
    let mut chunk = delayed(Duration::MAX);
    let mut out = Emitter::detached();
    chunk.process_batch(Batch::from_iter([&b"held"[..]]), &mut out).unwrap();
    assert_eq!(chunk.next_timer(), None);
    chunk.finish(&mut out).unwrap();
    assert_eq!(out.take_messages(), [b"held\n"]);
}

#[test]
fn in_a_pipeline_a_chunk_leaves_by_time_while_the_input_is_open_and_is_created() {
    let delay = Duration::from_millis(20);
    watched(move |watch| {
        let plan = PipelineBuilder::new().add_stage_object("chunk", 16, Block, delayed(delay));
        let pipeline = plan.build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let pushed = Instant::now();
        input.push(b"a".to_vec()).unwrap();
        assert_eq!(output.pop().unwrap(), b"a\n");
        assert!(pushed.elapsed() >= delay);
        input.close();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.absorbed, ledger.created, ledger.delivered, ledger.balance()), (1, 1, 1, 0));
    });
}
