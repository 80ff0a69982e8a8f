//! One of several hands fails, or dies: what was in order before it leaves, the rest is aborted, and every message is in the
//! books.

use std::sync::Arc;

use stream_pipeline::ErrorCode::StageFailed;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Error, Given, HostedStage, Order, PassthroughStage, PipelineBuilder, Running, Taken};

use crate::host::{Host, pass};
use crate::numbers::{collect, numbers, value_of};
use crate::watchdog::{Watch, watched};

fn start(watch: &Watch, messages: u64) -> (Arc<Running>, stream_pipeline::Output, HostedStage) {
    let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
    let (input, output) = (pipeline.input(), pipeline.output().unwrap());
    input.push_many(numbers(0..messages)).unwrap();
    let running = watch.over(pipeline.start_ready().unwrap());
    let stage = running.hosted_stage(0).unwrap();
    (running, output, stage)
}

#[test]
fn what_was_taken_before_the_failed_message_leaves_and_what_was_taken_behind_it_does_not() {
    watched(|watch| {
        let (running, output, stage) = start(watch, 9);
        let hosts = [0; 3].map(|_| Host::new(&stage, Order::AsTaken));
        let [mut first, mut failing, mut last] = hosts;
        let portions = [first.take(3), failing.take(3), last.take(3)];
        portions[2].iter().for_each(|message| pass(message, &mut last.hand));
        assert_eq!(last.hand.give(), Given::Done);
        portions[0].iter().for_each(|message| pass(message, &mut first.hand));
        assert_eq!(first.hand.give(), Given::Done);
        pass(portions[1].get(0).unwrap(), &mut failing.hand);
        failing.hand.fail(Error::msg("planned"));

        assert_eq!(collect(output), [0, 1, 2, 3]);
        let error = running.completed().unwrap_err();
        assert_eq!((error.code(), error.stage(), error.sequence()), (StageFailed, Some("hosted"), Some(4)));
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.delivered, ledger.failed, ledger.aborted, ledger.balance()), (4, 1, 4, 0));
        for mut host in [first, last] {
            assert!(matches!(host.hand.take(1), Taken::Ended));
        }
    });
}

#[test]
fn a_hand_that_fails_before_its_turn_leaves_a_beginning_without_gaps() {
    watched(|watch| {
        let (running, output, stage) = start(watch, 6);
        let [mut slow, mut failing] = [0; 2].map(|_| Host::new(&stage, Order::AsTaken));
        let portions = [slow.take(3), failing.take(3)];
        pass(portions[0].get(0).unwrap(), &mut slow.hand);
        assert_eq!(slow.hand.give(), Given::Done);
        pass(portions[1].get(0).unwrap(), &mut failing.hand);
        failing.hand.fail(Error::msg("planned"));
        assert_eq!(collect(output), [0]);
        assert_eq!(running.completed().unwrap_err().sequence(), Some(4));
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.delivered, ledger.failed, ledger.aborted, ledger.balance()), (1, 1, 4, 0));
    });
}

#[test]
fn a_stage_that_fails_for_a_dead_hand_names_the_oldest_message_that_is_not_done() {
    watched(|watch| {
        for order in [Order::AsTaken, Order::AsDone] {
            let (running, output, stage) = start(watch, 8);
            let [mut dead, mut alive] = [0; 2].map(|_| Host::new(&stage, order));
            let portions = [dead.take(4), alive.take(4)];
            portions[0].iter().take(2).for_each(|message| pass(message, &mut dead.hand));
            // Its first outputs leave before it is done.
            dead.hand.push(&2_u64.to_le_bytes());
            dead.hand.give();
            drop(dead);
            portions[1].iter().for_each(|message| pass(message, &mut alive.hand));
            alive.hand.give();
            stage.fail(Error::msg("the worker died"));

            let delivered = collect(output);
            let ordered = order == Order::AsTaken;
            assert_eq!(delivered, if ordered { vec![0, 1, 2] } else { vec![0, 1, 2, 4, 5, 6, 7] });
            assert_eq!(running.completed().unwrap_err().sequence(), Some(2));
            let ledger = running.metrics().ledger;
            // One message in the hand of the dead, and of those of the other what had to wait for its turn.
            let aborted = if ordered { 1 + 4 } else { 1 };
            assert_eq!((ledger.created, ledger.failed, ledger.aborted), (1, 1, aborted));
            assert_eq!((ledger.delivered, ledger.balance()), (delivered.len() as u64, 0));
        }
    });
}

#[test]
fn a_stage_that_fails_with_nothing_in_hand_delivers_what_waits_for_room_without_a_hand() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_hosted_stage("hosted", 64, Block)
            .add_stage_object("behind", 4, Block, PassthroughStage)
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..1)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let stage = running.hosted_stage(0).unwrap();
        let mut only = Host::new(&stage, Order::AsTaken);
        only.take(1);
        (0..100_000_u64).for_each(|value| only.hand.push(&value.to_le_bytes()));
        only.hand.settle();
        assert_eq!(only.hand.give(), Given::Blocked);
        drop(only);
        stage.fail(Error::msg("the worker died"));
        assert!(running.outcome().is_none(), "what was given has not left");

        let values: Vec<_> = std::iter::from_fn(|| output.pop()).map(|message| value_of(&message)).collect();
        assert!(values.into_iter().eq(0..100_000));
        assert_eq!(running.completed().unwrap_err().sequence(), Some(1));
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.failed, ledger.aborted, ledger.balance()), (0, 0, 0));
    });
}
