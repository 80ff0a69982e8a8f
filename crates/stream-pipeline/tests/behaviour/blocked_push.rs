//! A push that waits for room waits asleep, and every end wakes it.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use stream_pipeline::ErrorCode::{Aborted, Closed};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Input, PipelineBuilder, PushError, Running};

use crate::gate::{Keeper, gate};
use crate::numbers::number;
use crate::procfs;
use crate::watchdog::{Watch, until, watched};

type Refused = PushError<Vec<u8>>;

/// A pipeline whose stage stands still, and a thread asleep in a push that has no room.
fn with_a_blocked_push(watch: &Watch, thread_name: &str) -> (Arc<Running>, Keeper, Input, JoinHandle<Refused>) {
    let (stage, keeper) = gate();
    let pipeline = PipelineBuilder::new().add_stage_object("gate", 4, Block, stage).build().unwrap();
    let input = pipeline.input();
    let running = watch.over(pipeline.start_ready().unwrap());
    let own = input.clone();
    let work = move || (0..).find_map(|value| own.push(number(value)).err()).expect("it ends by a refusal");
    let pusher = thread::Builder::new().name(thread_name.to_owned()).spawn(work).unwrap();
    until(|| running.metrics().edges[0].pressured);
    until(|| procfs::threads_called(thread_name).iter().all(procfs::Thread::is_asleep));
    (running, keeper, input, pusher)
}

#[test]
fn abort_ends_a_blocked_push_at_once_and_hands_its_message_back() {
    watched(|watch| {
        let (running, keeper, _input, pusher) = with_a_blocked_push(watch, "blocked-abort");
        running.abort();
        let refused = pusher.join().unwrap();
        // Only now may the stage go on: the push did not wait for it.
        keeper.open();
        let ended = running.completed().unwrap_err();

        let ledger = running.metrics().ledger;
        assert_eq!((refused.code(), ended.code()), (Aborted, Aborted));
        assert_eq!(refused.rejected, number(ledger.accepted));
        assert_eq!((ledger.aborted, ledger.balance()), (ledger.accepted, 0));
    });
}

#[test]
fn close_ends_a_blocked_push_and_hands_its_message_back() {
    watched(|watch| {
        let (running, keeper, input, pusher) = with_a_blocked_push(watch, "blocked-close");
        input.close();
        let refused = pusher.join().unwrap();
        keeper.open();
        let ledger = running.completed().unwrap().ledger;
        assert_eq!((refused.code(), refused.rejected), (Closed, number(ledger.accepted)));
        assert_eq!((ledger.delivered, ledger.balance()), (ledger.accepted, 0));
    });
}

#[test]
fn wait_closes_the_input_under_a_blocked_push() {
    watched(|watch| {
        let (running, keeper, _input, pusher) = with_a_blocked_push(watch, "blocked-wait");
        let waiting = Arc::clone(&running);
        let waiter = thread::spawn(move || waiting.wait().unwrap().ledger);
        let refused = pusher.join().unwrap();
        keeper.open();
        let ledger = waiter.join().unwrap();
        assert_eq!((refused.code(), refused.rejected), (Closed, number(ledger.accepted)));
        assert_eq!(ledger.delivered, ledger.accepted);
    });
}

#[test]
fn a_blocked_push_goes_on_when_there_is_room() {
    watched(|watch| {
        let (running, keeper, input, pusher) = with_a_blocked_push(watch, "blocked-room");
        let before = running.metrics().ledger.accepted;
        keeper.let_pass(100);
        until(|| running.metrics().ledger.accepted > before + 50);
        input.close();
        let refused = pusher.join().unwrap();
        keeper.open();
        assert_eq!(refused.rejected, number(running.wait().unwrap().ledger.delivered));
    });
}
