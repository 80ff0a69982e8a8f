//! Ending a pipeline again changes nothing, and everyone who waits is given the same answer.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use stream_pipeline::ErrorCode::{Aborted, StageFailed};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Error, Metrics, PassthroughStage, PipelineBuilder, Result, Running, stage_fn};

use crate::gate::gate;
use crate::numbers::numbers;
use crate::watchdog::{Watch, watched};

fn run_of_ten(watch: &Watch) -> Arc<Running> {
    let pipeline = PipelineBuilder::new().add_stage("only", 16, Block).build().unwrap();
    pipeline.input().push_many(numbers(0..10)).unwrap();
    watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap())
}

/// The part of an answer that would differ if it were taken twice.
fn fingerprint(answer: &Result<Metrics>) -> String {
    answer.as_ref().map_or_else(ToString::to_string, |report| format!("{report:?}"))
}

#[test]
fn wait_gives_the_same_report_again_and_to_every_thread() {
    watched(|watch| {
        let running = run_of_ten(watch);
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                let running = Arc::clone(&running);
                thread::spawn(move || fingerprint(&running.wait()))
            })
            .collect();
        let first = fingerprint(&running.wait());
        assert!(first.contains("delivered: 10"), "{first}");
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), first);
        }
        assert_eq!(fingerprint(&running.wait()), first);
        assert_eq!(fingerprint(&running.completed()), first);
        assert_eq!(fingerprint(&running.drain(Duration::ZERO)), first);
        assert_eq!(fingerprint(&running.outcome().unwrap()), first);
    });
}

#[test]
fn wait_gives_the_same_error_again_and_to_every_thread() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 16, Block).build().unwrap();
        pipeline.input().push_many(numbers(0..10)).unwrap();
        let running = watch.over(pipeline.start(|_| Box::new(stage_fn(|_| Err(Error::msg("no"))))).unwrap());
        let other = Arc::clone(&running);
        let waiter = thread::spawn(move || fingerprint(&other.completed()));
        let first = running.wait();
        assert_eq!(first.as_ref().unwrap_err().code(), StageFailed);
        assert_eq!(waiter.join().unwrap(), fingerprint(&first));
        assert_eq!(fingerprint(&running.wait()), fingerprint(&first));
    });
}

#[test]
fn closing_twice_is_closing_once() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 16, Block).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push_many(numbers(0..10)).unwrap();
        input.close();
        input.close();
        running.close_input();
        assert_eq!(running.completed().unwrap().ledger.delivered, 10);
        input.close();
        assert_eq!(running.wait().unwrap().ledger.delivered, 10);
    });
}

#[test]
fn an_abort_after_the_end_changes_nothing() {
    watched(|watch| {
        let running = run_of_ten(watch);
        let report = running.wait();
        running.abort();
        assert_eq!(fingerprint(&running.wait()), fingerprint(&report));
        assert_eq!(running.metrics().ledger, report.unwrap().ledger);
    });
}

#[test]
fn an_abort_counts_what_was_in_flight_and_may_be_repeated() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("first", 16, Block, PassthroughStage)
            .add_stage_object("gate", 16, Block, stage)
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.let_pass(3);
        input.push_many(numbers(0..10)).unwrap();
        (0..4).for_each(|_| keeper.wait_for_arrival());
        running.abort();
        running.abort();
        assert!(running.outcome().is_none(), "a stage is still in a message");
        keeper.open();
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), running.completed().unwrap_err().code()), (Aborted, Aborted));
        let ledger = running.metrics().ledger;
        assert!(error.to_string().contains(&format!("{} messages in flight", ledger.aborted)), "{error}");
        assert_eq!((ledger.accepted, ledger.in_flight, ledger.balance()), (10, 0, 0));
        assert_eq!((output.pop(), ledger.delivered), (None, 0));
    });
}
