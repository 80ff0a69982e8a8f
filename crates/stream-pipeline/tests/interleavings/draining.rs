//! A drain with a deadline that passes at any moment.

use std::sync::Arc;
use std::time::Duration;

use shuttle::thread;
use stream_pipeline::ErrorCode::{Aborted, Closed, DrainTimeout};

use crate::books::{Share, assert_balanced, assert_order};
use crate::chain::{Chain, start};
use crate::ends::{SOMETIME, consume, join, produce, take_some};
use crate::explore::{explore, pick};

#[test]
fn a_drain_whose_deadline_passes_at_any_moment_gives_the_report_or_says_what_it_left() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, output) = start(chain.build());
        let producers = produce(input, 1 + pick(2), 3);
        let consumer = consume(output);
        let deadline = if pick(4) == 0 { Duration::ZERO } else { SOMETIME };
        let outcome = running.drain(deadline);
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.delivered, end.ledger.in_flight), (taken.len() as u64, 0));
        match outcome {
            Ok(_) => assert_order(&chain, &pushed, &taken, Share::All),
            Err(error) => {
                assert_eq!(error.code(), DrainTimeout);
                assert!(error.to_string().contains(&format!(": {} messages", end.ledger.aborted)), "{error}");
                assert_order(&chain, &pushed, &taken, Share::Some);
            }
        }
        let refusals = pushed.iter().filter_map(|pushed| pushed.refused);
        assert!(refusals.into_iter().all(|code| [Aborted, Closed].contains(&code)));
    });
}

#[test]
fn a_drain_whose_output_nobody_takes_ends_at_its_deadline() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, mut output) = start(chain.build());
        let producers = produce(input, 1, 5);
        let outcome = running.drain(SOMETIME);
        let pushed = join(producers);
        let mut taken = vec![];
        while take_some(&mut output, &mut taken) {}
        assert_eq!(outcome.is_err(), running.outcome().unwrap().is_err());
        assert_balanced(&running.metrics());
        let share = if outcome.is_ok() { Share::All } else { Share::Some };
        assert_order(&chain, &pushed, &taken, share);
    });
}

#[test]
fn a_drain_beside_an_abort_and_a_wait_gives_one_answer() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, output) = start(chain.build());
        let producers = produce(input, 1, 3);
        let consumer = consume(output);
        let (draining, aborting) = (Arc::clone(&running), Arc::clone(&running));
        let other = thread::spawn(move || draining.drain(SOMETIME).map_err(|error| error.code()));
        let aborter = thread::spawn(move || if pick(2) == 0 { aborting.abort() } else { aborting.abort_drain() });
        let waited = running.wait().map_err(|error| error.code());
        aborter.join().unwrap();
        let drained = other.join().unwrap();
        assert_eq!(waited.map(|report| report.ledger), drained.map(|report| report.ledger));
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert_order(&chain, &pushed, &taken, Share::Some);
        assert_balanced(&running.metrics());
    });
}
