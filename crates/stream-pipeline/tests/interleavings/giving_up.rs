//! The output is given up, discarded or never claimed: the pipeline goes on, and what nobody takes is counted.

use std::sync::Arc;

use shuttle::thread;

use crate::books::{assert_balanced, count_accepted};
use crate::chain::{Chain, start};
use crate::ends::{join, produce, take_some};
use crate::explore::{explore, pick};

#[test]
fn an_output_given_up_or_discarded_at_any_moment_holds_nobody_up() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, mut output) = start(chain.build());
        let producers = produce(input, 1 + pick(2), 4);
        let (pops, discards) = (pick(4), pick(2) == 0);
        let consumer = thread::spawn(move || {
            let mut taken = vec![];
            for _ in 0..pops {
                take_some(&mut output, &mut taken);
            }
            if discards {
                output.discard();
            }
            taken
        });
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert!(pushed.iter().all(|pushed| pushed.refused.is_none()));
        let report = running.wait().unwrap();
        assert_balanced(&report);
        let expected: u64 = pushed.iter().map(|pushed| chain.outputs(0, &pushed.accepted).len() as u64).sum();
        let (delivered, dropped) = (report.ledger.delivered, report.ledger.dropped_closed);
        assert_eq!((report.ledger.accepted, delivered + dropped), (count_accepted(&pushed), expected));
        assert_eq!(if discards { dropped } else { delivered - taken.len() as u64 }, 0);
    });
}

/// With an abort beside it in half the executions.
#[test]
fn an_output_that_nobody_claimed_holds_nobody_up() {
    explore(|| {
        let chain = Chain::any();
        let pipeline = chain.build();
        let input = pipeline.input();
        let running = Arc::new(pipeline.start_ready().unwrap());
        let producers = produce(input, 2, 3);
        if pick(2) == 0 {
            running.abort();
        }
        let pushed = join(producers);
        let outcome = running.wait();
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.accepted, end.ledger.in_flight), (count_accepted(&pushed), 0));
        if outcome.is_ok() {
            let expected: u64 = pushed.iter().map(|pushed| chain.outputs(0, &pushed.accepted).len() as u64).sum();
            assert_eq!(end.ledger.delivered, expected);
        }
    });
}
