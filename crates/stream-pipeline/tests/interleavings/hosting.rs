//! A hosted stage with one hand or two, run as event loops do: a hand works until there is nothing to do, and is called when
//! there is.

use std::collections::VecDeque;

use shuttle::sync::mpsc::Receiver;
use shuttle::thread;
use stream_pipeline::ErrorCode::{Aborted, Overflow, StageFailed};
use stream_pipeline::OverflowPolicy::{self, Block};
use stream_pipeline::{Batch, EdgeOptions, Error, Given, Hand, HostedStage, Order, PipelineBuilder, Taken};

use crate::books::{Share, assert_balanced, assert_order};
use crate::chain::{Chain, Message, Work, any_capacity, name, start};
use crate::ends::{Pushed, consume, join, produce, waker};
use crate::explore::{explore, one_of, pick};

/// What a hand does at one of its messages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Fails,
    /// Its thread ends, and its owner says so.
    Dies,
}

/// Works until the end of the stage, or until its fault.
fn host(stage: &HostedStage, order: Order, work: Work, fault: Option<(Fault, usize)>) {
    let (waker, calls) = waker();
    let mut hand = stage.hand(order, waker);
    let mut in_hand: VecDeque<Batch> = VecDeque::new();
    let mut seen = 0;
    loop {
        // Sometimes it takes more before it is through with what it has.
        let more = in_hand.is_empty() || pick(3) == 0;
        match more.then(|| hand.take(1 + pick(4))) {
            Some(Taken::Batch(batch)) => in_hand.push_back(batch),
            Some(Taken::Ended) => return,
            Some(Taken::Blocked) => calls.recv().unwrap(),
            Some(Taken::Empty | Taken::Ahead) if in_hand.is_empty() => calls.recv().unwrap(),
            _ => {}
        }
        let Some(batch) = in_hand.front_mut() else { continue };
        if let Some(message) = batch.pop_front() {
            match fault {
                Some((Fault::Fails, at)) if at == seen => return hand.fail(Error::msg("planned")),
                Some((Fault::Dies, at)) if at == seen => {
                    drop(hand);
                    return stage.fail(Error::msg("planned"));
                }
                _ => seen += 1,
            }
            if !emit(&mut hand, &work.process(&message), &calls) {
                return;
            }
        } else {
            in_hand.pop_front();
        }
    }
}

/// Emits a message's outputs, now and then giving some before the others; `false` at the end.
fn emit(hand: &mut Hand, outputs: &[Vec<u8>], calls: &Receiver<()>) -> bool {
    for output in outputs {
        hand.push(output);
        if pick(3) == 0 && !give(hand, calls) {
            return false;
        }
    }
    hand.settle();
    pick(2) == 0 || give(hand, calls)
}

fn give(hand: &mut Hand, calls: &Receiver<()>) -> bool {
    loop {
        match hand.give() {
            Given::Done => return true,
            Given::Blocked => calls.recv().unwrap(),
            Given::Ended => return false,
        }
    }
}

/// What disturbs the run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Nothing,
    Failure(Fault),
    Abort,
    /// No host ever comes, so only an abort can end it.
    NoHost,
    /// The edge behind the stage refuses what it has no room for.
    Overflow,
}

fn run(event: Event) {
    let chain = Chain::any();
    let hosted = pick(chain.works.len());
    let mut plan = PipelineBuilder::new();
    let policy = |edge| if event == Event::Overflow && edge == hosted + 1 { OverflowPolicy::Error } else { Block };
    // Two hosted stages in a row meet at the edge between them.
    let second = (pick(3) == 0 && hosted + 1 < chain.works.len()).then_some(hosted + 1);
    for index in 0..chain.works.len() {
        plan = if index == hosted || second == Some(index) {
            plan.add_hosted_stage(name(index), any_capacity(), policy(index))
        } else {
            plan.add_stage_object(name(index), any_capacity(), policy(index), chain.works[index].stage())
        };
    }
    let output = EdgeOptions::new().capacity(any_capacity()).policy(policy(chain.works.len()));
    let (running, input, output) = start(plan.with_output_edge(output).build().unwrap());
    let order = one_of(&[Order::AsTaken, Order::AsDone]);
    let hands = 1 + pick(2);
    let mut hosting = vec![];
    for (number, index) in (0..hands).flat_map(|hand| [(hand, Some(hosted)), (hand, second)]) {
        let Some(index) = index else { continue };
        let (stage, work) = (running.hosted_stage(index).unwrap(), chain.works[index]);
        let fault = match event {
            Event::Failure(fault) if number == 0 && index == hosted => Some((fault, pick(3))),
            Event::NoHost => continue,
            _ => None,
        };
        hosting.push(thread::spawn(move || host(&stage, order, work, fault)));
    }
    let producers = produce(input, 1 + pick(2), 3);
    let consumer = consume(output);
    if matches!(event, Event::Abort | Event::NoHost) {
        running.abort();
    }
    let (pushed, taken) = (join(producers), consumer.join().unwrap());
    let outcome = running.wait();
    join(hosting);
    let end = running.metrics();
    assert_balanced(&end);
    assert_eq!((end.ledger.delivered, end.ledger.in_flight), (taken.len() as u64, 0));
    let share = match (&outcome, event) {
        (Ok(_), _) => Share::All,
        (Err(error), Event::Failure(_)) => {
            assert_eq!((error.code(), end.ledger.failed), (StageFailed, 1), "{:?}", end.ledger);
            Share::Beginning
        }
        (Err(error), Event::Overflow) => {
            assert_eq!(error.code(), Overflow);
            Share::Beginning
        }
        (Err(error), _) => {
            assert_eq!(error.code(), Aborted);
            Share::Some
        }
    };
    if order == Order::AsTaken || hands == 1 {
        assert_order(&chain, &pushed, &taken, share);
    } else {
        assert_part(&chain, &pushed, &taken, share);
    }
}

/// Asserts that what came out is what went in, worked on, in whatever order.
fn assert_part(chain: &Chain, pushed: &[Pushed], taken: &[Message], share: Share) {
    let mut expected: Vec<_> = pushed.iter().flat_map(|pushed| chain.outputs(0, &pushed.accepted)).collect();
    for message in taken {
        let index = expected.iter().position(|other| other == message);
        expected.swap_remove(index.unwrap_or_else(|| panic!("{message:?} came out and was not expected")));
    }
    assert!(share != Share::All || expected.is_empty(), "{expected:?} did not come out");
}

#[test]
fn hands_that_wait_to_be_called_work_on_every_message_in_order() {
    explore(|| run(Event::Nothing));
}

#[test]
fn a_hand_that_fails_at_any_message_ends_the_pipeline() {
    explore(|| run(Event::Failure(Fault::Fails)));
}

#[test]
fn a_hand_that_dies_at_any_message_ends_the_pipeline_when_its_owner_says_so() {
    explore(|| run(Event::Failure(Fault::Dies)));
}

#[test]
fn nothing_behind_an_output_that_was_refused_comes_out_of_a_hosted_stage() {
    explore(|| run(Event::Overflow));
}

#[test]
fn an_abort_at_any_moment_ends_a_hosted_stage_with_or_without_its_hands() {
    explore(|| run(if pick(2) == 0 { Event::Abort } else { Event::NoHost }));
}
