//! Sources feed a pipeline that ends at any moment: every wait ends, and what was read is in the books.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shuttle::sync::atomic::{AtomicU64, Ordering::Relaxed};
use shuttle::thread;
use stream_pipeline::ErrorCode::Aborted;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, Flow, PassthroughStage, PipelineBuilder, Result, Source};

use crate::books::assert_balanced;
use crate::ends::consume;
use crate::explore::{explore, pick};

/// Reads `left` messages, one or two at a time, and waits for an hour, which a stop is to cut short, where it is told to.
struct Feed {
    left: usize,
    waits: bool,
    read: Arc<AtomicU64>,
}

impl Source for Feed {
    fn read(&mut self, batch: &mut Batch) -> Result<Flow> {
        for _ in 0..(1 + pick(2)).min(self.left) {
            batch.push(&[0, 0]);
            self.left -= 1;
            self.read.fetch_add(1, Relaxed);
        }
        Ok(match self.left {
            0 if self.waits => Flow::Wait(Instant::now() + Duration::from_secs(3600)),
            0 => Flow::Ended,
            _ => Flow::Ready,
        })
    }
}

fn feed(waits: bool) -> (PipelineBuilder, Arc<AtomicU64>) {
    let read = Arc::new(AtomicU64::new(0));
    let mut builder = PipelineBuilder::new().add_stage_object("pass", 2, Block, PassthroughStage);
    for name in ["one", "two"] {
        builder = builder.with_source(name, Feed { left: pick(4), waits, read: Arc::clone(&read) });
    }
    (builder, read)
}

#[test]
fn all_that_was_read_comes_out_and_the_last_source_closes_the_input() {
    explore(|| {
        let (builder, read) = feed(false);
        let pipeline = builder.build().unwrap();
        let consumer = consume(pipeline.output().unwrap());
        // Somebody may hold the input open, until somebody waits.
        let input = (pick(2) == 0).then(|| pipeline.input());
        let running = pipeline.start_ready().unwrap();
        let end = if input.is_some() { running.wait() } else { running.completed() }.unwrap();
        assert_balanced(&end);
        assert_eq!(
            (end.ledger.accepted, consumer.join().unwrap().len() as u64),
            (read.load(Relaxed), end.ledger.accepted)
        );
    });
}

#[test]
fn an_abort_or_a_drain_at_any_moment_ends_sources_that_would_wait() {
    explore(|| {
        let (builder, read) = feed(true);
        let running = Arc::new(builder.build().unwrap().start_ready().unwrap());
        let aborting = Arc::clone(&running);
        let is_abort = pick(2) == 0;
        let stopper = thread::spawn(move || if is_abort { aborting.abort() } else { aborting.stop_sources() });
        let outcome = running.wait();
        stopper.join().unwrap();
        let end = running.metrics();
        assert_balanced(&end);
        match outcome {
            Ok(_) => assert_eq!(end.ledger.accepted, read.load(Relaxed)),
            Err(error) => assert_eq!((error.code(), is_abort), (Aborted, true)),
        }
    });
}
