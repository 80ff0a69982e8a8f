//! A stage fails at one of its messages: what it had emitted is delivered, the rest is aborted, and all are told.

use std::sync::Arc;

use shuttle::thread;
use stream_pipeline::ErrorCode::{self, Aborted, Closed, StageFailed, StagePanicked};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Emitter, Error, Ledger, Metrics, Result, Stage};

use crate::books::{Share, assert_balanced, assert_order};
use crate::chain::{Chain, Disturbed, Work, name, start};
use crate::ends::{consume, join, produce};
use crate::explore::{explore, pick};

/// A chain of which stage `stage` fails at message `at`, if that many come.
fn run(disturb: fn() -> Result<()>, code: ErrorCode) {
    let chain = Chain::any();
    let (failing, at) = (pick(chain.works.len()), pick(4));
    let made = |index: usize| -> Box<dyn Stage> {
        let work = chain.works[index];
        if index == failing { Box::new(Disturbed { work, at, seen: 0, disturb }) } else { work.stage() }
    };
    let (running, input, output) = start(chain.build_with(made, |_| Block));
    let one_producer = pick(2) == 0;
    let producers = produce(input, if one_producer { 1 } else { 2 }, 4);
    let consumer = consume(output);
    let waiting = Arc::clone(&running);
    let other = thread::spawn(move || ledger_or_error(waiting.completed()));
    let outcome = running.wait();
    assert_eq!(ledger_or_error(outcome.clone()), other.join().unwrap());
    let (pushed, taken) = (join(producers), consumer.join().unwrap());
    let end = running.metrics();
    assert_balanced(&end);
    assert_eq!((end.ledger.delivered, end.ledger.in_flight), (taken.len() as u64, 0));
    match outcome {
        // The close came before that many messages did.
        Ok(_) => assert_order(&chain, &pushed, &taken, Share::All),
        Err(error) => {
            assert_eq!((error.code(), error.sequence()), (code, Some(at as u64)), "{error}");
            assert_eq!(error.stage(), Some(name(failing).as_str()));
            assert_eq!((end.ledger.failed, end.stages[failing].failed), (1, 1));
            assert_order(&chain, &pushed, &taken, Share::Beginning);
            if one_producer {
                let all = (0..4).map(|number| [0, number]).collect::<Vec<_>>();
                let before = Chain { works: chain.works[..failing].to_vec() }.outputs(0, &all);
                assert_eq!(taken, chain.outputs(failing, &before[..at]), "what it had emitted is delivered");
            }
        }
    }
    let refusals = pushed.iter().filter_map(|pushed| pushed.refused);
    assert!(refusals.into_iter().all(|code| [Aborted, Closed].contains(&code)));
}

/// What can be compared of the answers to those who wait.
fn ledger_or_error(outcome: Result<Metrics>) -> Result<Ledger, String> {
    outcome.map(|report| report.ledger).map_err(|error| error.to_string())
}

#[test]
fn an_error_at_any_message_of_any_stage_ends_the_pipeline_with_it() {
    explore(|| run(|| Err(Error::msg("planned")), StageFailed));
}

#[test]
fn a_panic_at_any_message_of_any_stage_ends_the_pipeline_with_it() {
    explore(|| run(|| panic!("planned"), StagePanicked));
}

#[test]
fn of_several_stages_that_fail_one_is_named_to_all() {
    explore(|| {
        let chain = Chain::any();
        let made = |index: usize| -> Box<dyn Stage> {
            let disturb = || if pick(2) == 0 { panic!("planned") } else { Err(Error::msg("planned")) };
            Box::new(Disturbed { work: chain.works[index], at: pick(3), seen: 0, disturb })
        };
        let (running, input, output) = start(chain.build_with(made, |_| Block));
        let producers = produce(input, 2, 3);
        let consumer = consume(output);
        let waiting = Arc::clone(&running);
        let other = thread::spawn(move || ledger_or_error(waiting.wait()));
        let outcome = ledger_or_error(running.completed());
        assert_eq!(outcome, other.join().unwrap());
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert_order(&chain, &pushed, &taken, Share::Beginning);
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!(outcome.is_err(), end.ledger.failed > 0);
        assert_eq!(ledger_or_error(running.outcome().unwrap()), outcome);
    });
}

/// Works, and fails when its input ends.
struct FailsAtTheEnd;

impl Stage for FailsAtTheEnd {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        Ok(vec![input])
    }

    fn name(&self) -> &'static str {
        "fails at the end"
    }

    fn finish(&mut self, _out: &mut Emitter) -> Result<()> {
        Err(Error::msg("a consequence"))
    }
}

#[test]
fn a_failure_that_another_has_brought_about_does_not_take_its_place() {
    explore(|| {
        let chain = Chain { works: vec![Work::Each, Work::Each] };
        let at = pick(3);
        let made = |index: usize| -> Box<dyn Stage> {
            let disturb = || Err(Error::msg("the cause"));
            if index == 0 {
                Box::new(Disturbed { work: Work::Each, at, seen: 0, disturb })
            } else {
                Box::new(FailsAtTheEnd)
            }
        };
        let (running, input, output) = start(chain.build_with(made, |_| Block));
        let (producers, consumer) = (produce(input, 1, 3), consume(output));
        let error = running.completed().unwrap_err();
        assert_eq!((error.stage(), error.sequence()), (Some("stage 0"), Some(at as u64)), "{error}");
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert_order(&chain, &pushed, &taken, Share::Beginning);
        assert_eq!(taken.len(), at);
        assert_balanced(&running.metrics());
    });
}
