//! What an edge counts. Each counter is written under the edge's lock, and read by anyone.
//!
//! Invariant: whoever removes messages raises `left` before it counts why, and whoever reads does so in the opposite
//! order: so the reasons never add up to more than has left.

use crate::latency::LatencyTracker;
use crate::sync::{AtomicU64, Ordering};

/// Counters of one edge since the start of the pipeline, in messages unless their name says otherwise.
#[derive(Debug, Default)]
pub(crate) struct EdgeStats {
    pub(crate) dropped_oldest: AtomicU64,
    pub(crate) dropped_newest: AtomicU64,
    /// Dropped because the output handle was given up.
    pub(crate) dropped_closed: AtomicU64,
    /// Delivered to nobody, because nobody claimed the output.
    pub(crate) discarded: AtomicU64,
    pub(crate) aborted: AtomicU64,
    pub(crate) highest_fill: AtomicU64,
    /// How often the edge became pressured.
    pub(crate) pressured_count: AtomicU64,
    pub(crate) pressured_ns: AtomicU64,
    /// When the present pressure began.
    pub(crate) pressured_since_ns: AtomicU64,
    /// From entering the pipeline to leaving it; on the output edge only.
    pub(crate) end_to_end: Option<LatencyTracker>,
}

/// Adds to a counter that several threads add to.
pub(crate) fn raise(counter: &AtomicU64, by: u64) {
    // Partner: the acquire in `read`: who sees a count sees what was counted before it.
    counter.fetch_add(by, Ordering::Release);
}

/// Adds to a counter that has one writer at a time: its owner, or who holds the lock.
pub(crate) fn bump(counter: &AtomicU64, by: u64) {
    // Partner: the acquire in `read`.
    counter.store(counter.load(Ordering::Relaxed) + by, Ordering::Release);
}

pub(crate) fn read(counter: &AtomicU64) -> u64 {
    // Partner: the release in `raise` and `bump`.
    counter.load(Ordering::Acquire)
}
