//! The pipeline is aborted, or dropped, at any moment: every wait ends, and nothing is lost from the books.

use std::sync::Arc;

use shuttle::sync::{Mutex, mpsc};
use shuttle::thread;
use stream_pipeline::ErrorCode::{Aborted, Closed, WouldDeadlock};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Running, Stage};

use crate::books::{Share, assert_balanced, assert_order, count_accepted};
use crate::chain::{Chain, Disturbed, start};
use crate::ends::{consume, join, produce, waker};
use crate::explore::{explore, pick};

#[test]
fn an_abort_at_any_moment_ends_every_wait_and_counts_what_was_in_flight() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, output) = start(chain.build());
        let producers = produce(input, 1 + pick(2), 4);
        let consumer = consume(output);
        let aborting = Arc::clone(&running);
        let aborter = thread::spawn(move || aborting.abort());
        let outcome = running.wait();
        aborter.join().unwrap();
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.accepted, end.ledger.delivered), (count_accepted(&pushed), taken.len() as u64));
        assert_eq!((end.ledger.in_flight, end.ledger.dropped()), (0, 0));
        match outcome {
            Ok(_) => assert_order(&chain, &pushed, &taken, Share::All),
            Err(error) => {
                assert_eq!(error.code(), Aborted);
                assert_order(&chain, &pushed, &taken, Share::Some);
            }
        }
        let refusals = pushed.iter().filter_map(|pushed| pushed.refused);
        assert!(refusals.into_iter().all(|code| [Aborted, Closed].contains(&code)));
    });
}

#[test]
fn a_running_pipeline_dropped_at_any_moment_ends_its_threads_and_every_wait() {
    explore(|| {
        let chain = Chain::any();
        let (running, input, output) = start(chain.build());
        let late = input.clone();
        let producers = produce(input, 1 + pick(2), 4);
        let consumer = consume(output);
        let (waker, calls) = waker();
        let is_called = running.call_when_ended(&waker);
        drop(running);
        if is_called {
            calls.try_recv().expect("the end was told before the threads were joined");
        }
        assert!(late.push(vec![9, 9]).is_err());
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert_order(&chain, &pushed, &taken, Share::Some);
    });
}

/// The stage is also the last that holds the pipeline, and drops it in its own thread.
#[test]
fn a_stage_may_abort_or_drop_its_own_pipeline() {
    explore(|| {
        let chain = Chain::any();
        let (own, at, drops) = (pick(chain.works.len()), pick(3), pick(2) == 0);
        let (handle, handles) = mpsc::channel::<Arc<Running>>();
        let handles = Arc::new(Mutex::new(handles));
        let made = |index: usize| -> Box<dyn Stage> {
            if index != own {
                return chain.works[index].stage();
            }
            let handles = Arc::clone(&handles);
            let disturb = move || {
                let running = handles.lock().unwrap().recv().unwrap();
                assert_eq!(running.wait().unwrap_err().code(), WouldDeadlock);
                if !drops {
                    running.abort();
                }
                Ok(())
            };
            Box::new(Disturbed { work: chain.works[index], at, seen: 0, disturb })
        };
        let (running, input, output) = start(chain.build_with(made, |_| Block));
        let producers = produce(input, 1, 4);
        let consumer = consume(output);
        let kept = (!drops).then(|| Arc::clone(&running));
        let _ = handle.send(running);
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        assert_order(&chain, &pushed, &taken, Share::Some);
        drop(handles);
        if let Some(running) = kept {
            let outcome = running.wait();
            assert_balanced(&running.metrics());
            assert!(outcome.is_ok() || outcome.unwrap_err().code() == Aborted);
        }
    });
}
