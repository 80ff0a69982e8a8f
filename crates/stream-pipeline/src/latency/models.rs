//! Loom models of the tracker: one thread records while another reads. A latency of 0 has the first of the two buckets,
//! every other the second.

use std::sync::Arc;

use super::*;
use crate::models::{THREE, outcomes};

/// Recorded in the first step before the threads begin, latency and count: three messages.
const BEFORE: [(u64, u32); 2] = [(0, 1), (7, 2)];

/// The step that needs the slot of the first one.
const LATER_NS: u64 = 2 * MIN_STEP_NS;

/// What a reader sees at `read_at_ns`, count and maximum, while `later` is recorded.
fn read_beside(read_at_ns: u64, before: &[(u64, u32)], later: &[(u64, u64)]) -> (u64, u64) {
    let tracker = Arc::new(LatencyTracker::new(Duration::ZERO, 1));
    for &(value_ns, count) in before {
        tracker.record(0, value_ns, count);
    }
    let reader = {
        let tracker = Arc::clone(&tracker);
        loom::thread::spawn(move || tracker.summary(read_at_ns))
    };
    for &(now_ns, value_ns) in later {
        tracker.record(now_ns, value_ns, 1);
    }
    let seen = reader.join().unwrap();
    (seen.count, seen.max.as_nanos() as u64)
}

#[test]
fn a_reader_who_counts_a_message_sees_a_maximum_no_smaller() {
    outcomes(THREE, [(0, 0), (1, 9), (1, 11), (2, 11)], || read_beside(0, &[], &[(0, 9), (0, 11)]));
}

#[test]
fn a_reader_of_a_step_sees_it_whole_or_not_at_all_when_its_slot_is_used_again() {
    outcomes(THREE, [(0, 0), (3, 7)], || read_beside(0, &BEFORE, &[(LATER_NS, 5)]));
}

#[test]
fn a_reader_of_a_new_step_sees_nothing_of_the_one_whose_slot_it_uses() {
    outcomes(THREE, [(0, 0), (1, 5)], || read_beside(LATER_NS, &BEFORE, &[(LATER_NS, 5)]));
}
