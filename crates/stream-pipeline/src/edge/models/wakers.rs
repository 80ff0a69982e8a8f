//! A waker is called once if it was armed, and not at all if there was something to do already.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::signal::Waker;
use OverflowPolicy::Block;

/// A waker, and how often it was called.
fn counting() -> (Waker, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    // Not one of loom's: it is no part of what is modelled.
    (Arc::new(move || _ = counter.fetch_add(1, Ordering::Relaxed)), calls)
}

/// Whether it was armed, and how often it was called.
const CALLED_IF_ARMED: [(bool, usize); 2] = [(false, 0), (true, 1)];

/// Arms a waker beside `part`, and gives whether it was armed and how often it was called.
fn arm_beside(
    edge: &Arc<Edge>,
    arm: impl FnOnce(&Edge, &Waker) -> bool + 'static,
    part: impl FnOnce(&Edge),
) -> (bool, usize) {
    let (waker, calls) = counting();
    let host = spawn(edge, move |edge| arm(edge, &waker));
    part(edge);
    (host.join().unwrap(), calls.load(Ordering::Relaxed))
}

#[test]
fn a_waker_armed_on_an_empty_edge_is_called_by_the_first_push_only() {
    outcomes(THREE, CALLED_IF_ARMED, || {
        let edge = edge(2, Block, Levels::OFF);
        let outcome = arm_beside(&edge, Edge::call_when_filled, |edge| {
            push(edge, &[1]).unwrap();
            edge.publish_one(&mut vec![2], None).unwrap();
        });
        assert_settled(&edge, 2, 0);
        outcome
    });
}

#[test]
fn a_waker_armed_on_a_full_edge_is_called_by_the_first_pop_only() {
    outcomes(THREE, CALLED_IF_ARMED, || {
        let edge = edge(2, Block, Levels::OFF);
        push(&edge, &[1]).unwrap();
        push(&edge, &[2]).unwrap();
        let arm = |edge: &Edge, waker: &Waker| edge.call_when_drained(waker, &batch(&[3]), Hold::AtHighMark);
        let outcome = arm_beside(&edge, arm, |edge| {
            assert_eq!(take_rest(edge), [1, 2]);
        });
        assert_settled(&edge, 2, 2);
        outcome
    });
}

#[test]
fn a_waker_armed_on_a_pressured_edge_is_called_at_the_low_mark() {
    outcomes(THREE, CALLED_IF_ARMED, || {
        let edge = edge(3, Block, Levels { high: 3, low: 1 });
        push(&edge, &[1]).unwrap();
        push(&edge, &[2]).unwrap();
        push(&edge, &[3]).unwrap();
        let arm = |edge: &Edge, waker: &Waker| edge.call_when_drained(waker, &batch(&[4]), Hold::AtHighMark);
        let outcome = arm_beside(&edge, arm, |edge| {
            assert_eq!((take(edge, 1), take(edge, 1)), (vec![1], vec![2]));
        });
        assert_settled(&edge, 3, 2);
        outcome
    });
}

#[test]
fn close_and_abort_together_call_an_armed_waker_once() {
    outcomes(THREE, CALLED_IF_ARMED, || {
        let edge = edge(1, Block, Levels::OFF);
        let outcome = arm_beside(&edge, Edge::call_when_filled, |edge| {
            edge.close();
            edge.abort();
        });
        assert_settled(&edge, 0, 0);
        outcome
    });
    outcomes(THREE, CALLED_IF_ARMED, || {
        let edge = edge(1, Block, Levels::OFF);
        push(&edge, &[1]).unwrap();
        let arm = |edge: &Edge, waker: &Waker| edge.call_when_drained(waker, &batch(&[2]), Hold::AtHighMark);
        let outcome = arm_beside(&edge, arm, |edge| {
            edge.close();
            edge.abort();
        });
        assert_settled(&edge, 1, 0);
        outcome
    });
}

#[test]
fn a_waker_armed_twice_is_called_once_for_both() {
    // Armed, armed again, calls. Found ready the second time, it is disarmed, unless the wake is already on its way.
    let expected = [(false, false, 0), (true, false, 0), (true, false, 1), (true, true, 1)];
    outcomes(THREE, expected, || {
        let edge = edge(1, Block, Levels::OFF);
        push(&edge, &[1]).unwrap();
        let (waker, calls) = counting();
        let host = spawn(&edge, move |edge| {
            let arm = || edge.call_when_drained(&waker, &batch(&[2]), Hold::AtHighMark);
            (arm(), arm())
        });
        assert_eq!(take(&edge, 1), [1]);
        let (first, second) = host.join().unwrap();
        assert_settled(&edge, 1, 1);
        (first, second, calls.load(Ordering::Relaxed))
    });
}
