//! The marks of the byte budget: bytes hold feeders up as messages do, from the high mark until the low one.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::signal::Waker;
use OverflowPolicy::{Block, DropNewest, DropOldest, Error};

const BUDGET: u64 = 1_000_000;
const CHUNK: usize = 50_000;

/// What the marks make of the bytes and messages of an edge, in one thread.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ExpectedPressure {
    pressured: bool,
    count: u64,
}

impl ExpectedPressure {
    /// Something was let in or taken, or was `refused`, and bytes may be why.
    pub(super) fn step(&mut self, edge: &Edge, refused: bool) {
        let EdgeConfig { levels, byte_levels, policy, .. } = edge.config;
        let (fill, bytes) = (edge.fill(), edge.bytes());
        let short = refused && policy == Block && levels.is_on() && bytes > byte_levels.low;
        if !self.pressured && (fill >= levels.high || bytes >= byte_levels.high || short) {
            *self = Self { pressured: true, count: self.count + 1 };
        }
        self.pressured &= fill > levels.low || bytes > byte_levels.low;
        assert_eq!(*self, Self { pressured: edge.is_pressured(), count: read(&edge.stats.pressured_count) });
    }
}

/// An edge that runs out of bytes long before it runs out of messages.
fn wide(policy: OverflowPolicy) -> Arc<Edge> {
    started(1000, policy, Marks::default().levels(1000), BUDGET)
}

/// In a batch of its own: bytes leave the edge by the batch.
fn push(edge: &Edge, bytes: usize) -> Result<(), Refusal> {
    edge.offer(batch_of(&[vec![0; bytes]]), Hold::AtHighMark).map_err(|(_, refusal)| refusal)
}

fn push_until_refused(edge: &Edge) -> u64 {
    std::iter::from_fn(|| push(edge, CHUNK).ok()).count() as u64
}

fn take_one(edge: &Edge) {
    assert!(matches!(edge.take(1), Take::Batch(_)));
}

#[test]
fn a_feeder_held_up_by_bytes_is_let_in_again_at_the_low_mark() {
    let edge = wide(Block);
    assert_eq!(push_until_refused(&edge), 16, "80 % of the budget");
    while edge.bytes() > BUDGET * 4 / 10 {
        assert_eq!((edge.is_pressured(), push(&edge, 1)), (true, Err(Refusal::Full)));
        take_one(&edge);
    }
    assert_eq!((edge.fill(), edge.is_pressured(), push(&edge, CHUNK)), (7, false, Ok(())));
}

#[test]
fn a_feeder_of_chunks_is_woken_once_for_what_is_between_the_marks() {
    let edge = wide(Block);
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let waker: Waker = Arc::new(move || _ = counter.fetch_add(1, Ordering::Relaxed));
    let chunk = batch_of(&[vec![0; CHUNK]]);
    let mut entered = push_until_refused(&edge);
    for _ in 0..1000 {
        assert!(edge.call_when_drained(&waker, &chunk, Hold::AtHighMark));
        let before = calls.load(Ordering::Relaxed);
        while calls.load(Ordering::Relaxed) == before {
            take_one(&edge);
        }
        entered += push_until_refused(&edge);
    }
    assert_eq!((entered, calls.load(Ordering::Relaxed)), (16 + 1000 * 9, 1000));
    assert_eq!(read(&edge.stats.pressured_count), 1001);
}

#[test]
fn a_message_too_large_for_what_is_left_below_the_high_mark_waits_for_the_low_one() {
    let edge = wide(Block);
    (0..12).for_each(|_| push(&edge, CHUNK).unwrap());
    assert!(!edge.is_pressured());
    assert_eq!((push(&edge, 500_000), edge.is_pressured()), (Err(Refusal::Full), true));
    while edge.is_pressured() {
        assert_eq!(push(&edge, 500_000), Err(Refusal::Full));
        take_one(&edge);
    }
    assert_eq!((edge.fill(), push(&edge, 500_000)), (7, Ok(())));
}

#[test]
fn a_message_that_does_not_fit_at_the_low_mark_enters_as_soon_as_it_fits() {
    let edge = wide(Block);
    (0..7).for_each(|_| push(&edge, CHUNK).unwrap());
    for (bytes, fill) in [(800_000, 3), (1_000_000, 0)] {
        while push(&edge, bytes).is_err() {
            assert!(!edge.is_pressured(), "nobody else has to wait for it");
            take_one(&edge);
        }
        assert_eq!((edge.fill(), edge.is_pressured()), (fill + 1, true));
        (0..=fill).for_each(|_| take_one(&edge));
        assert_eq!((edge.bytes(), edge.is_pressured()), (0, false));
        (0..2).for_each(|_| push(&edge, CHUNK).unwrap());
    }
}

#[test]
fn pressure_of_both_kinds_ends_when_both_are_at_the_low_mark() {
    let edge = started(10, Block, Levels { high: 8, low: 4 }, BUDGET);
    (0..8).for_each(|_| push(&edge, 110_000).unwrap());
    let fills: Vec<_> = std::iter::from_fn(|| edge.is_pressured().then(|| (take_one(&edge), edge.fill()).1)).collect();
    assert_eq!(fills, [7, 6, 5, 4, 3], "four messages are above 40 % of the budget");
}

#[test]
fn where_nobody_waits_the_marks_of_bytes_only_report() {
    for policy in [DropOldest, DropNewest, Error] {
        let edge = wide(policy);
        (0..16).for_each(|_| push(&edge, CHUNK).unwrap());
        assert!(edge.is_pressured());
        (0..3).for_each(|_| push(&edge, CHUNK).unwrap());
        assert_eq!(push(&edge, CHUNK).is_err(), policy == Error);
        assert_eq!((edge.fill(), read(&edge.stats.pressured_count)), (19, 1), "{policy:?}");
    }
}

#[test]
fn with_the_marks_off_bytes_hold_feeders_up_only_where_they_do_not_fit() {
    let edge = started(1000, Block, Levels::OFF, BUDGET);
    assert_eq!(push_until_refused(&edge), 19);
    take_one(&edge);
    assert_eq!((push(&edge, CHUNK), push(&edge, CHUNK)), (Ok(()), Err(Refusal::Full)));
    assert_eq!((edge.is_pressured(), read(&edge.stats.pressured_count)), (false, 0));
}
