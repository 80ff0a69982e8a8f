//! The input is closed, by whom and when it may be: what was accepted comes out, all of it and in order.

use stream_pipeline::ErrorCode::Closed;

use crate::books::{Share, assert_balanced, assert_order, count_accepted};
use crate::chain::{Chain, start};
use crate::ends::{consume, join, produce, take_some};
use crate::explore::{explore, pick};

#[test]
fn what_was_pushed_before_the_last_input_handle_was_dropped_comes_out_in_order() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, output) = start(chain.build());
        let producers = produce(input, 1 + pick(2), 4);
        let consumer = consume(output);
        let report = running.completed().unwrap();
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert!(pushed.iter().all(|pushed| pushed.refused.is_none() && pushed.accepted.len() == 4));
        assert_order(&chain, &pushed, &taken, Share::All);
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.accepted, end.ledger.dropped()), (count_accepted(&pushed), 0));
        assert_eq!((end.ledger.delivered, end.ledger.in_flight), (taken.len() as u64, 0));
        assert_eq!(report.ledger.entered(), end.ledger.entered());
    });
}

/// By a handle, by the running pipeline, or by a wait.
#[test]
fn a_close_beside_pushes_hands_back_what_comes_after_it() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, output) = start(chain.build());
        let closing = input.clone();
        let producers = produce(input, 2, 3);
        let consumer = consume(output);
        match pick(3) {
            0 => closing.close(),
            1 => running.close_input(),
            _ => drop(running.wait().unwrap()),
        }
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        let refusals = pushed.iter().filter_map(|pushed| pushed.refused);
        assert!(refusals.into_iter().all(|code| code == Closed));
        assert_order(&chain, &pushed, &taken, Share::All);
        running.wait().unwrap();
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.accepted, end.ledger.dropped()), (count_accepted(&pushed), 0));
        assert_eq!((end.ledger.delivered, end.ledger.in_flight), (taken.len() as u64, 0));
    });
}

#[test]
fn a_close_ends_pushes_that_wait_though_nobody_takes_what_is_in_the_way() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, mut output) = start(chain.build());
        let closing = input.clone();
        let producers = produce(input, 2, 12);
        closing.close();
        let (pushed, mut taken) = (join(producers), vec![]);
        while take_some(&mut output, &mut taken) {}
        running.wait().unwrap();
        assert_order(&chain, &pushed, &taken, Share::All);
        assert_balanced(&running.metrics());
    });
}
