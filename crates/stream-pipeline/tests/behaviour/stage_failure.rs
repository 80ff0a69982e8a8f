//! A stage that errs or panics ends its pipeline: where, at which message, and what becomes of the others.

use std::error::Error as _;

use stream_pipeline::ErrorCode::{self, Aborted, StageFailed, StagePanicked};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{
    Batch, Emitter, Error, PassthroughStage, PipelineBuilder, Result, Stage, StageState, batch_fn, stage_fn,
};

use crate::numbers::{collect, number, numbers, value_of, values};
use crate::watchdog::watched;

const MESSAGES: u64 = 1000;

/// Errs or panics, as `code` says, at the message numbered `at`.
fn fail_at(at: u64, code: ErrorCode, message: &[u8]) -> Result<()> {
    match (value_of(message) == at, code) {
        (false, _) => Ok(()),
        (true, StagePanicked) => panic!("out of luck"),
        (true, _) => Err(Error::msg("out of luck")),
    }
}

/// Runs `failing` between two stages on numbered messages; it fails at number `at` with `code`.
fn assert_fails_at(at: u64, code: ErrorCode, failing: impl Stage + 'static) {
    watched(move |watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("before", 2000, Block, PassthroughStage)
            .add_stage_object("failing", 2000, Block, failing)
            .add_stage_object("behind", 16, Block, PassthroughStage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..MESSAGES)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());

        // Those behind the failing stage deliver everything it had emitted.
        assert_eq!(collect(output), values(0..at));
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), error.stage(), error.sequence()), (code, Some("failing"), Some(at)));
        let verb = if code == StagePanicked { "panicked" } else { "failed" };
        let text = error.to_string();
        assert!(text.starts_with(&format!("stage `failing` {verb} at message {at}: out of luck")), "{text}");
        assert_eq!(input.push(number(0)).unwrap_err().code(), Aborted);

        let report = running.metrics();
        let ledger = report.ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.failed), (MESSAGES, at, 1));
        assert_eq!((ledger.aborted, ledger.in_flight, ledger.balance()), (MESSAGES - at - 1, 0, 0));
        assert_eq!((report.stages[1].state, report.stages[2].state), (StageState::Failed, StageState::Ended));
    });
}

#[test]
fn an_error_or_panic_at_the_first_a_middle_or_the_last_message_ends_the_pipeline_there() {
    for at in [0, 1, 500, MESSAGES - 1] {
        for code in [StageFailed, StagePanicked] {
            assert_fails_at(at, code, stage_fn(move |message| fail_at(at, code, &message).map(|()| vec![message])));
            let in_batches = batch_fn(move |batch: Batch, out: &mut Emitter| {
                for message in batch.iter() {
                    fail_at(at, code, message)?;
                    out.push(message);
                    out.next_input();
                }
                Ok(())
            });
            assert_fails_at(at, code, in_batches);
        }
    }
}

#[test]
fn a_stages_own_error_is_the_source_of_the_pipelines() {
    watched(|watch| {
        let stage = stage_fn(|message: Vec<u8>| {
            let text = String::from_utf8(message).map_err(Error::other)?;
            Ok(vec![text.into_bytes()])
        });
        let pipeline = PipelineBuilder::new().add_stage_object("text", 8, Block, stage).build().unwrap();
        pipeline.input().push(vec![0xff]).unwrap();
        let error = watch.over(pipeline.start_ready().unwrap()).wait().unwrap_err();
        assert!(error.source().unwrap().is::<std::string::FromUtf8Error>());
        assert!(error.to_string().contains("invalid utf-8"), "{error}");
    });
}

/// Where a stage may panic besides in its work.
#[derive(Clone, Copy, PartialEq)]
enum Panics {
    WithoutText,
    InTimer,
    InDrop,
}

struct Strange(Panics);

impl Stage for Strange {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        if self.0 == Panics::WithoutText { std::panic::panic_any(42) } else { Ok(vec![input]) }
    }

    fn name(&self) -> &'static str {
        "strange"
    }

    fn next_timer(&self) -> Option<std::time::Instant> {
        assert!(self.0 != Panics::InTimer, "when asked for its timer");
        None
    }
}

impl Drop for Strange {
    fn drop(&mut self) {
        assert!(self.0 != Panics::InDrop, "while it is dropped");
    }
}

#[test]
fn a_panic_anywhere_in_a_stage_is_contained() {
    for panics in [Panics::WithoutText, Panics::InTimer, Panics::InDrop] {
        watched(move |watch| {
            let pipeline = PipelineBuilder::new()
                .add_stage_object("strange", 8, Block, Strange(panics))
                .add_stage_object("behind", 8, Block, PassthroughStage)
                .build()
                .unwrap();
            pipeline.input().push(vec![1]).unwrap();
            let running = watch.over(pipeline.start_ready().unwrap());
            match running.wait() {
                // A stage that is dropped has done its work.
                Ok(report) => assert!(panics == Panics::InDrop && report.ledger.delivered == 1),
                Err(error) => assert!(panics != Panics::InDrop && error.code() == StagePanicked, "{error}"),
            }
            assert_eq!(running.metrics().ledger.balance(), 0);
        });
    }
}
