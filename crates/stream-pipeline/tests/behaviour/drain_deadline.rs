//! `drain` waits for what is in flight, but no longer than it may.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use stream_pipeline::ErrorCode::{Aborted, DrainTimeout};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{EdgeOptions, PassthroughStage, PipelineBuilder};

use crate::gate::gate;
use crate::numbers::{number, numbers};
use crate::watchdog::{until, watched};

#[test]
fn a_drain_within_its_deadline_returns_the_report() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 16, Block, stage).build().unwrap();
        let input = pipeline.input();
        input.push_many(numbers(0..10)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.open();
        let ledger = running.drain(Duration::MAX).unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.balance()), (10, 10, 0));
    });
}

#[test]
fn a_drain_whose_output_nobody_takes_ends_at_its_deadline() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage("only", 8, Block)
            .with_output_edge(EdgeOptions::new().capacity(8))
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        until(|| {
            while input.try_push(number(0)).is_ok() {}
            running.metrics().edges.iter().all(|edge| edge.pressured)
        });
        let error = running.drain(Duration::from_millis(20)).unwrap_err();
        let ledger = running.metrics().ledger;
        assert_eq!((error.code(), ledger.aborted, ledger.balance()), (DrainTimeout, ledger.accepted, 0));
        assert!(error.to_string().contains(&format!("{} messages", ledger.aborted)), "{error}");
        assert_eq!(output.pop(), None);
    });
}

#[test]
fn a_drain_past_its_deadline_becomes_an_abort_and_says_what_it_left() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 16, Block, stage).build().unwrap();
        let input = pipeline.input();
        input.push_many(numbers(0..10)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.wait_for_arrival();
        input.close();

        let draining = Arc::clone(&running);
        let drainer = thread::spawn(move || draining.drain(Duration::from_millis(20)));
        // The deadline passes while a message stands at the gate, and the drain returns when that message is done.
        until(|| input.push(number(0)).unwrap_err().code() == Aborted);
        keeper.open();

        let error = drainer.join().unwrap().unwrap_err();
        assert_eq!(error.code(), DrainTimeout);
        assert!(error.to_string().contains("10 messages"), "{error}");
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.accepted, ledger.aborted, ledger.balance()), (10, 10, 0));
        assert_eq!(running.wait().unwrap_err().code(), DrainTimeout);
    });
}
