//! Who is called, and how often.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::signal::Waker;
use OverflowPolicy::Block;

fn counting() -> (Waker, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    (Arc::new(move || _ = counter.fetch_add(1, Ordering::Relaxed)), calls)
}

#[test]
fn every_armed_waker_is_called_once_however_often_it_was_armed() {
    let edge = started(4, Block, Levels::OFF, AMPLE);
    let wakers = [counting(), counting()];
    for (waker, _) in wakers.iter().chain(&wakers) {
        assert!(edge.call_when_filled(waker));
    }
    for _ in 0..3 {
        edge.offer_one(&mut vec![0], Hold::AtHighMark).unwrap();
    }
    assert_eq!(wakers.map(|(_, calls)| calls.load(Ordering::Relaxed)), [1, 1]);
}

#[test]
fn a_waker_is_not_armed_and_not_called_where_there_is_something_to_do() {
    let edge = started(4, Block, Levels::OFF, AMPLE);
    let (waker, calls) = counting();
    assert!(!edge.call_when_drained(&waker, &batch_of(&[vec![0]]), Hold::AtHighMark));
    edge.offer_one(&mut vec![0], Hold::AtHighMark).unwrap();
    assert!(!edge.call_when_filled(&waker));
    edge.close();
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn who_waits_with_a_large_batch_and_comes_back_with_a_small_one_need_not_wait() {
    let edge = started(8, Block, Levels::OFF, 100_000);
    edge.offer_one(&mut vec![0; 50_000], Hold::AtHighMark).unwrap();
    let (waker, calls) = counting();
    let arm = |bytes| edge.call_when_drained(&waker, &batch_of(&[vec![0; bytes]]), Hold::AtHighMark);
    assert!(arm(60_000));
    assert!(!arm(10));
    assert!(matches!(edge.take(1), Take::Batch(_)));
    assert_eq!(calls.load(Ordering::Relaxed), 0, "it was disarmed");
}
