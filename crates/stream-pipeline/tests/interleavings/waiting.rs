//! Several wait for the end, in every form: all are given the same answer.

use std::sync::Arc;

use shuttle::thread;
use stream_pipeline::Ledger;

use crate::books::{Share, assert_balanced, assert_order};
use crate::chain::{Chain, Work, start};
use crate::ends::{SOMETIME, consume, join, produce, waker};
use crate::explore::{explore, pick};

#[test]
fn all_who_wait_are_given_the_same_report() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, output) = start(chain.build());
        let producers = produce(input, 1, 3);
        let consumer = consume(output);
        let waiter = || {
            let running = Arc::clone(&running);
            let form = pick(4);
            thread::spawn(move || match form {
                0 => running.wait(),
                1 => running.completed(),
                2 => running.drain(std::time::Duration::MAX),
                _ => {
                    let (waker, calls) = waker();
                    if running.call_when_ended(&waker) {
                        calls.recv().unwrap();
                        assert!(calls.try_recv().is_err(), "it is called once");
                    }
                    running.outcome().expect("it has ended")
                }
            })
        };
        let waiters = [waiter(), waiter()];
        let report = running.wait().unwrap().ledger;
        for other in join(waiters) {
            assert_eq!(other.unwrap().ledger, report);
        }
        assert_eq!(running.drain(SOMETIME).unwrap().ledger, report);
        running.abort();
        assert_eq!(running.wait().unwrap().ledger, report, "an abort after the end changes nothing");
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert_order(&chain, &pushed, &taken, Share::All);
        assert_balanced(&running.metrics());
    });
}

/// Alone with the end, so that the two meet in every way.
#[test]
fn who_asks_to_be_called_at_the_end_is_called_or_told_that_it_has_come() {
    explore(|| {
        let pipeline = Chain { works: vec![Work::Forward] }.build();
        drop(pipeline.input());
        let running = pipeline.start_ready().unwrap();
        let (waker, calls) = waker();
        if running.call_when_ended(&waker) {
            calls.recv().unwrap();
        }
        assert_eq!(running.outcome().expect("it has ended").unwrap().ledger, Ledger::default());
        assert!(!running.call_when_ended(&waker) && calls.try_recv().is_err());
    });
}
