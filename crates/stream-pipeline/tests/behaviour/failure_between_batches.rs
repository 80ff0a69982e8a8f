//! A stage may fail where no message is in work: at its end, or when its timer is due.

use std::time::Instant;

use stream_pipeline::ErrorCode::StageFailed;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Emitter, Error, PassthroughStage, PipelineBuilder, Result, Stage};

use crate::numbers::{collect, numbers, values};
use crate::watchdog::watched;

/// Passes ten messages on, then emits one more and fails.
struct FailsBetween {
    seen: usize,
    timer: Option<Instant>,
}

impl Stage for FailsBetween {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        self.seen += 1;
        Ok(vec![input])
    }

    fn name(&self) -> &'static str {
        "fails between"
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        out.push(&10_u64.to_le_bytes());
        Err(Error::msg("between"))
    }

    fn next_timer(&self) -> Option<Instant> {
        self.timer.filter(|_| self.seen == 10)
    }

    fn on_timer(&mut self, _now: Instant, out: &mut Emitter) -> Result<()> {
        self.finish(out)
    }
}

#[test]
fn a_failure_at_the_end_or_by_timer_names_no_message_and_loses_none() {
    for by_timer in [false, true] {
        watched(move |watch| {
            let pipeline = PipelineBuilder::new()
                .add_stage_object("failing", 16, Block, FailsBetween { seen: 0, timer: by_timer.then(Instant::now) })
                .add_stage_object("behind", 16, Block, PassthroughStage)
                .build()
                .unwrap();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            input.push_many(numbers(0..10)).unwrap();
            let running = watch.over(pipeline.start_ready().unwrap());
            if !by_timer {
                input.close();
            }
            assert_eq!(collect(output), values(0..=10));
            let error = running.completed().unwrap_err();
            // Ten were received before: the next would have had the number 10.
            assert_eq!((error.code(), error.stage(), error.sequence()), (StageFailed, Some("failing"), Some(10)));
            let ledger = running.metrics().ledger;
            assert_eq!((ledger.accepted, ledger.created, ledger.delivered, ledger.failed), (10, 1, 11, 0));
            assert_eq!(ledger.balance(), 0);
        });
    }
}
