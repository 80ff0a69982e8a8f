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

/// Panics with something that is no text, or while it is dropped.
struct Strange {
    drops_badly: bool,
}

impl Stage for Strange {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        if self.drops_badly { Ok(vec![input]) } else { std::panic::panic_any(42) }
    }

    fn name(&self) -> &'static str {
        "strange"
    }
}

impl Drop for Strange {
    fn drop(&mut self) {
        assert!(!self.drops_badly, "while it is dropped");
    }
}

#[test]
fn a_panic_without_a_text_is_reported_and_one_of_a_stages_drop_is_contained() {
    for drops_badly in [false, true] {
        watched(move |watch| {
            let plan = PipelineBuilder::new().add_stage_object("strange", 8, Block, Strange { drops_badly });
            let pipeline = plan.build().unwrap();
            pipeline.input().push(vec![1]).unwrap();
            let ended = watch.over(pipeline.start_ready().unwrap()).wait();
            match ended {
                Ok(report) => assert_eq!((drops_badly, report.ledger.delivered), (true, 1)),
                Err(error) => assert_eq!((drops_badly, error.code()), (false, StagePanicked)),
            }
        });
    }
}
