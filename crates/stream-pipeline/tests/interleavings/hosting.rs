//! A hosted stage, run as an event loop does: it works until there is nothing to do, and is called when there is.

use shuttle::thread;
use stream_pipeline::ErrorCode::{Aborted, Overflow, StageFailed};
use stream_pipeline::OverflowPolicy::{self, Block};
use stream_pipeline::{EdgeOptions, Error, HostedStage, HostedTake, PipelineBuilder};

use crate::books::{Share, assert_balanced, assert_order};
use crate::chain::{Chain, Work, any_capacity, name, start};
use crate::ends::{consume, join, produce, waker};
use crate::explore::{explore, pick};

/// Works until the end of the stage, or until it fails at message `fails_at`.
fn host(stage: &HostedStage, work: Work, fails_at: Option<usize>) {
    let (waker, calls) = waker();
    let wait = || {
        if stage.call_when_ready(&waker) {
            calls.recv().unwrap();
        }
    };
    let fail = |error| {
        let mut done = stage.fail(error);
        while !done {
            wait();
            done = stage.finish();
        }
    };
    let mut seen = 0;
    while let Some((take, failure)) = stage.exchange(|seat| (seat.take(), seat.take_failure())) {
        if let Some(error) = failure {
            return fail(error);
        }
        match take {
            HostedTake::Batch(batch) => {
                for message in batch {
                    if fails_at == Some(seen) {
                        return fail(Error::msg("planned"));
                    }
                    seen += 1;
                    stage.exchange(|seat| {
                        work.process(&message).iter().for_each(|output| seat.emitter().push(output));
                        seat.emitter().next_input();
                    });
                }
            }
            HostedTake::Ended if stage.finish() => break,
            HostedTake::Empty | HostedTake::Blocked | HostedTake::Ended => wait(),
        }
    }
}

/// What disturbs the run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Nothing,
    Failure,
    Abort,
    /// The host never comes, so only an abort can end it.
    NoHost,
    /// The edge behind the stage refuses what it has no room for.
    Overflow,
}

fn run(event: Event) {
    let chain = Chain::any();
    let hosted = pick(chain.works.len());
    let mut plan = PipelineBuilder::new();
    let policy = |edge| if event == Event::Overflow && edge == hosted + 1 { OverflowPolicy::Error } else { Block };
    for index in 0..chain.works.len() {
        plan = if index == hosted {
            plan.add_hosted_stage(name(index), any_capacity(), policy(index))
        } else {
            plan.add_stage_object(name(index), any_capacity(), policy(index), chain.works[index].stage())
        };
    }
    let output = EdgeOptions::new().capacity(any_capacity()).policy(policy(chain.works.len()));
    let (running, input, output) = start(plan.with_output_edge(output).build().unwrap());
    let (stage, work) = (running.hosted_stage(hosted).unwrap(), chain.works[hosted]);
    let fails_at = (event == Event::Failure).then(|| pick(3));
    let hosting = (event != Event::NoHost).then(|| thread::spawn(move || host(&stage, work, fails_at)));
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
    match outcome {
        Ok(_) => assert_order(&chain, &pushed, &taken, Share::All),
        Err(error) => {
            let (code, share) = match event {
                Event::Failure => (StageFailed, Share::Beginning),
                Event::Overflow => (Overflow, Share::Beginning),
                _ => (Aborted, Share::Some),
            };
            assert_eq!(error.code(), code);
            assert!(event != Event::Failure || end.ledger.failed == 1, "{:?}", end.ledger);
            assert_order(&chain, &pushed, &taken, share);
        }
    }
}

#[test]
fn a_host_that_waits_to_be_called_works_on_every_message_in_order() {
    explore(|| run(Event::Nothing));
}

#[test]
fn a_host_that_fails_at_any_message_ends_the_pipeline() {
    explore(|| run(Event::Failure));
}

#[test]
fn nothing_behind_an_output_that_was_refused_comes_out_of_a_host() {
    explore(|| run(Event::Overflow));
}

#[test]
fn an_abort_at_any_moment_ends_a_hosted_stage_with_or_without_its_host() {
    explore(|| run(if pick(2) == 0 { Event::Abort } else { Event::NoHost }));
}
