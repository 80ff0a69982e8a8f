//! A hosted stage that fails, or whose host never calls again.

use std::sync::{Arc, Mutex, mpsc};

use stream_pipeline::ErrorCode::{Aborted, StageFailed};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Error, HostedTake, HostedWork, PassthroughStage, PipelineBuilder, StageState, Waker, stage_fn};

use crate::numbers::{collect, number, numbers};
use crate::watchdog::{until, watched};

#[test]
fn a_host_that_fails_delivers_what_it_had_emitted_and_names_the_message() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("before", 64, Block, PassthroughStage)
            .add_hosted_stage("hosted", 64, Block)
            .add_stage_object("behind", 64, Block, PassthroughStage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..8)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let hosted = running.hosted_stage(1).unwrap();
        let mut taken = 0;
        until(|| {
            let Some(HostedTake::Batch(batch)) = hosted.exchange(HostedWork::take) else { return false };
            hosted.exchange(|seat| {
                for message in batch.iter().take(5 - taken) {
                    seat.emitter().push(message);
                    seat.emitter().next_input();
                    taken += 1;
                }
            });
            taken == 5
        });
        until(|| hosted.fail(Error::msg("out of luck")));

        assert_eq!(collect(output), [0, 1, 2, 3, 4]);
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), error.stage(), error.sequence()), (StageFailed, Some("hosted"), Some(5)));
        assert_eq!(error.to_string(), "stage `hosted` failed at message 5: out of luck");
        let report = running.metrics();
        assert_eq!((report.ledger.delivered, report.ledger.in_flight, report.ledger.balance()), (5, 0, 0));
        assert_eq!(report.stages[1].state, StageState::Failed);
        assert!(hosted.exchange(|_| ()).is_none(), "it has ended");
        assert!(hosted.finish(), "there is nothing left to do");
    });
}

#[test]
fn an_abort_ends_a_hosted_stage_whose_host_never_calls_again() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..8)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let hosted = running.hosted_stage(0).unwrap();
        let Some(HostedTake::Batch(batch)) = hosted.exchange(HostedWork::take) else { panic!("messages are there") };
        hosted.exchange(|seat| seat.emitter().push(&number(0)));

        running.abort();
        assert_eq!(running.completed().unwrap_err().code(), Aborted);
        assert_eq!((output.pop(), hosted.exchange(|_| ()).is_none()), (None, true));
        let ledger = running.metrics().ledger;
        // An output that was emitted for an input that was not settled belongs to no input.
        assert_eq!((ledger.accepted, ledger.created, ledger.aborted, ledger.balance()), (8, 1, 9, 0));
        drop(batch);
    });
}

#[test]
fn a_failure_behind_a_hosted_stage_ends_it_without_its_host() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_hosted_stage("hosted", 64, Block)
            .add_stage_object("failing", 64, Block, stage_fn(|_| Err(Error::msg("no"))))
            .build()
            .unwrap();
        let input = pipeline.input();
        input.push(number(0)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let hosted = running.hosted_stage(0).unwrap();
        let Some(HostedTake::Batch(batch)) = hosted.exchange(HostedWork::take) else { panic!("a message is there") };
        hosted.exchange(|seat| {
            seat.emitter().forward(batch);
            seat.take()
        });
        let error = running.completed().unwrap_err();
        assert_eq!((error.stage(), error.sequence()), (Some("failing"), Some(0)));
        assert_eq!(input.push(number(1)).unwrap_err().code(), Aborted);
        assert!(hosted.exchange(|_| ()).is_none());
    });
}

#[test]
fn a_waker_called_at_the_end_may_ask_the_hosted_stage() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let hosted = running.hosted_stage(0).unwrap();
        let (told, tell) = mpsc::channel();
        let told = Mutex::new(told);
        let asked = hosted.clone();
        let waker: Waker = Arc::new(move || {
            let _ = told.lock().unwrap().send(asked.exchange(|_| ()).is_none());
        });
        assert!(running.call_when_ended(&waker));
        running.abort();
        assert!(tell.recv().unwrap(), "the stage has ended when its pipeline has");
        assert!(!running.call_when_ended(&waker));
    });
}
