//! A hosted stage that fails, or whose host never calls again.

use std::sync::{Arc, Mutex, mpsc};

use stream_pipeline::ErrorCode::{Aborted, MessageTooLarge, StageFailed};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Error, Given, Order, PassthroughStage, PipelineBuilder, StageState, Taken, Waker, stage_fn};

use crate::host::Host;
use crate::numbers::{collect, number, numbers};
use crate::watchdog::watched;

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
        let stage = running.hosted_stage(1).unwrap();
        let mut host = Host::new(&stage, Order::AsTaken);
        let mut done = 0;
        while done < 5 {
            for message in host.take(8).iter().take(5 - done) {
                host.hand.push(message);
                host.hand.settle();
                done += 1;
            }
        }
        // If the last of them ended its portion, another one is needed to fail in.
        if host.hand.in_hand() == 0 {
            host.take(8);
        }
        host.hand.fail(Error::msg("out of luck"));

        assert_eq!(collect(output), [0, 1, 2, 3, 4]);
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), error.stage(), error.sequence()), (StageFailed, Some("hosted"), Some(5)));
        assert_eq!(error.to_string(), "stage `hosted` failed at message 5: out of luck");
        let report = running.metrics();
        assert_eq!((report.ledger.delivered, report.ledger.in_flight, report.ledger.balance()), (5, 0, 0));
        assert_eq!((report.ledger.failed, report.stages[1].state), (1, StageState::Failed));
        assert!(stage.has_ended());
        assert_eq!(host.hand.give(), Given::Ended);
        assert!(matches!(host.hand.take(1), Taken::Ended));
    });
}

#[test]
fn an_output_beyond_the_limit_fails_the_stage_at_its_input() {
    watched(|watch| {
        let plan = PipelineBuilder::new().with_max_message_bytes(8).add_hosted_stage("hosted", 64, Block);
        let pipeline = plan.build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..4)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let mut host = Host::new(&running.hosted_stage(0).unwrap(), Order::AsTaken);
        host.take(4);
        for output in [&[1; 8][..], &[2; 9], &[3; 8]] {
            host.hand.push(output);
            host.hand.settle();
        }
        assert_eq!(host.hand.give(), Given::Ended);
        assert_eq!(output.collect::<Vec<_>>(), [[1; 8]]);
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), error.stage(), error.sequence()), (MessageTooLarge, Some("hosted"), Some(1)));
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.delivered, ledger.failed, ledger.aborted, ledger.balance()), (1, 1, 2, 0));
    });
}

#[test]
fn an_abort_ends_a_hosted_stage_whose_host_never_calls_again() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..8)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let mut host = Host::new(&running.hosted_stage(0).unwrap(), Order::AsTaken);
        host.take(8);
        // Never given, so in nobody's books.
        host.hand.push(&number(0));

        running.abort();
        assert_eq!(running.completed().unwrap_err().code(), Aborted);
        assert_eq!((output.pop(), host.hand.give()), (None, Given::Ended));
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.accepted, ledger.created, ledger.aborted, ledger.balance()), (8, 0, 8, 0));
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
        let mut host = Host::new(&running.hosted_stage(0).unwrap(), Order::AsTaken);
        host.take(1);
        host.hand.push(b"");
        host.hand.settle();
        host.hand.give();
        let error = running.completed().unwrap_err();
        assert_eq!((error.stage(), error.sequence()), (Some("failing"), Some(0)));
        assert_eq!(input.push(number(1)).unwrap_err().code(), Aborted);
        assert_eq!(host.hand.give(), Given::Ended);
    });
}

#[test]
fn a_waker_called_at_the_end_may_ask_the_hosted_stage() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let asked = running.hosted_stage(0).unwrap();
        let (told, tell) = mpsc::channel();
        let told = Mutex::new(told);
        let waker: Waker = Arc::new(move || {
            let _ = told.lock().unwrap().send(asked.has_ended());
        });
        assert!(running.call_when_ended(&waker));
        running.abort();
        assert!(tell.recv().unwrap(), "the stage has ended when its pipeline has");
        assert!(!running.call_when_ended(&waker));
    });
}
