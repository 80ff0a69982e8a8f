//! Sliding-window latency percentiles in memory fixed at construction.
//!
//! A ring of histograms, one per time step; the summary merges those whose step lies in the
//! window. Buckets are laid out as in Gil Tene's `HdrHistogram` (<https://hdrhistogram.org>):
//! powers of two, each cut into equally wide linear sub-buckets, so the relative error is the same
//! at a microsecond as at a minute.
//!
//! Invariant: a slot's counts and maximum all belong to the step its `id` names. The recording
//! thread takes the name away before it clears a slot and gives it the new one afterwards; a
//! reader keeps what it read only if the name was the same before and after. A slot's `id` never
//! returns to an earlier step, so an equal name means an untouched slot.

use std::array;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU32, AtomicU64, fence};
use std::time::Duration;

// The facade's for loom alone, which explores memory order: nobody waits here, so there is nothing else to explore.
#[cfg(loom)]
use crate::sync::{AtomicU32, AtomicU64, fence};

#[cfg(all(test, not(loom)))]
mod tests;

#[cfg(all(test, loom))]
mod models;

/// 2^5 = 32 sub-buckets per power of two: a bucket is at most 1/32 (3.125 %) of its lowest value
/// wide, just inside the promised 3.2 %. Models have two buckets in all: 0, and everything above.
const SUB_BITS: u32 = if cfg!(loom) { 0 } else { 5 };
const SUB_BUCKETS: usize = 1 << SUB_BITS;

/// Values of 2^36 ns (68.7 s) and more share the last bucket: the first power of two above a
/// minute, beyond which a message is late by any measure.
const VALUE_BITS: u32 = if cfg!(loom) { 1 } else { 36 };

/// Values below 2 * 32 have one bucket each; every further power of two adds 32 buckets.
const BUCKETS: usize = SUB_BUCKETS * (VALUE_BITS - SUB_BITS + 1) as usize;
const LAST_BUCKET: usize = BUCKETS - 1;

/// 240 steps (about 1 MiB) give a minute quarter-second steps; `count * 1000` of that many full
/// slots still fits a `u64`.
const MAX_STEPS: usize = 240;

/// Clearing a slot is about a thousand stores, well under a microsecond; once per millisecond that
/// cost stays invisible.
const MIN_STEP_NS: u64 = 1_000_000;

/// The `id` of a slot that holds no step: never used, or being cleared. Real ids start at 1.
const NO_STEP: u64 = 0;

/// Latency percentiles over a sliding window: one thread records, any thread reads, no locks.
///
/// Reported percentiles are upper bounds: the highest value of the bucket the percentile falls
/// into, capped by the exact maximum. They are never below the true value and at most 3.2 % above
/// it, for latencies below 2^36 ns (68.7 s). Longer ones share the last bucket; a percentile that
/// falls there is reported as the maximum, still an upper bound but without the 3.2 %. The maximum
/// is always exact.
///
/// The window moves in steps. A summary covers the step in progress and the `steps` before it:
/// between `window` and `window + window / steps` of time. It holds 4112 bytes for each of these
/// `steps + 1` steps from construction to drop: 52 KiB at the defaults.
///
/// ```
/// use std::time::Duration;
/// use stream_pipeline::LatencyTracker;
///
/// let tracker = LatencyTracker::default();
/// tracker.record(0, 40, 99); // 99 messages took 40 ns
/// tracker.record(0, 5_000, 1); // and one 5 us
///
/// let now = tracker.summary(0);
/// assert_eq!(now.count, 100);
/// assert_eq!(now.p99, Duration::from_nanos(40));
/// assert_eq!(now.max, Duration::from_nanos(5_000));
///
/// let two_minutes = 120_000_000_000;
/// assert_eq!(tracker.summary(two_minutes).count, 0);
/// ```
pub struct LatencyTracker {
    step_ns: u64,
    slots: Box<[Slot]>,
}

/// What [`LatencyTracker::summary`] reports; all zero when the window holds no message.
///
/// The percentile p is the smallest recorded latency that at least p % of the messages did not
/// exceed (rank `ceil(p * count)`), reported as an upper bound at most 3.2 % above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LatencySummary {
    /// Messages in the window. A bucket counts up to `u32::MAX` messages per step, then stays.
    pub count: u64,
    /// Median latency.
    pub p50: Duration,
    /// 95th percentile.
    pub p95: Duration,
    /// 99th percentile.
    pub p99: Duration,
    /// 99.9th percentile.
    pub p999: Duration,
    /// Longest latency, exact to the nanosecond.
    pub max: Duration,
}

impl LatencyTracker {
    /// One minute: long enough for a 99.9th percentile of a slow stream, short enough that a
    /// trouble that has passed is soon out of the figures.
    pub const DEFAULT_WINDOW: Duration = Duration::from_secs(60);

    /// Five-second steps at the default window: the window is at most a twelfth longer than asked.
    pub const DEFAULT_STEPS: usize = 12;

    /// A tracker over `window`, moving in `steps` steps. This is the only allocation.
    ///
    /// `steps` is clamped to 1..=240. A step lasts `window / steps`, rounded up to a nanosecond,
    /// and at least 1 ms, so a window shorter than `steps` milliseconds becomes that long.
    #[must_use]
    pub fn new(window: Duration, steps: usize) -> Self {
        let steps = steps.clamp(1, MAX_STEPS);
        let window_ns = u64::try_from(window.as_nanos()).unwrap_or(u64::MAX);
        Self {
            step_ns: window_ns.div_ceil(steps as u64).max(MIN_STEP_NS),
            slots: (0..=steps).map(|_| Slot::new()).collect(),
        }
    }

    /// Counts `count` messages of latency `value_ns` nanoseconds at the time `now_ns`.
    ///
    /// `now_ns` is in nanoseconds since an epoch of the caller's choice and must not run backwards;
    /// a record that falls behind the latest by more than the window is lost. A `count` of zero
    /// changes nothing. Call it from one thread only: two at once may lose counts or file them
    /// under the wrong step, nothing worse.
    pub fn record(&self, now_ns: u64, value_ns: u64, count: u32) {
        if count == 0 || cfg!(unmeasured) {
            return;
        }
        let id = self.step_id(now_ns);
        let slot = &self.slots[(id % self.slots.len() as u64) as usize];
        if !slot.enter(id) {
            return;
        }
        if value_ns > slot.max.load(Relaxed) {
            slot.max.store(value_ns, Relaxed);
        }
        let bucket = &slot.counts[bucket_of(value_ns)];
        let sum = bucket.load(Relaxed).saturating_add(count);
        // Partner: the Acquire fence in `Slot::add_to`. A reader that counts this message also
        // sees a maximum no smaller than its latency.
        bucket.store(sum, Release);
    }

    /// The latencies recorded in the window that ends at `now_ns`, on the clock of
    /// [`record`](Self::record).
    ///
    /// Any thread may call it at any time; it takes a few microseconds at the default size and
    /// never blocks the recording thread. Records made meanwhile may or may not be included.
    #[must_use]
    pub fn summary(&self, now_ns: u64) -> LatencySummary {
        let newest = self.step_id(now_ns);
        let oldest = newest.saturating_sub(self.slots.len() as u64 - 1);
        let window = oldest.max(NO_STEP + 1)..=newest;
        let mut merged = Merged { counts: [0; BUCKETS], max: 0 };
        for slot in &self.slots {
            slot.add_to(&mut merged, &window);
        }
        merged.summary()
    }

    fn step_id(&self, now_ns: u64) -> u64 {
        now_ns / self.step_ns + NO_STEP + 1
    }
}

impl Default for LatencyTracker {
    /// A tracker over [`DEFAULT_WINDOW`](Self::DEFAULT_WINDOW) in
    /// [`DEFAULT_STEPS`](Self::DEFAULT_STEPS) steps.
    fn default() -> Self {
        Self::new(Self::DEFAULT_WINDOW, Self::DEFAULT_STEPS)
    }
}

impl fmt::Debug for LatencyTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LatencyTracker")
            .field("step", &Duration::from_nanos(self.step_ns))
            .field("steps", &(self.slots.len() - 1))
            .finish_non_exhaustive()
    }
}

/// The histogram of one step. Only the recording thread writes it, so plain loads and stores do.
struct Slot {
    id: AtomicU64,
    max: AtomicU64,
    counts: [AtomicU32; BUCKETS],
}

impl Slot {
    fn new() -> Self {
        Self { id: AtomicU64::new(NO_STEP), max: AtomicU64::new(0), counts: array::from_fn(|_| AtomicU32::new(0)) }
    }

    /// Makes this the slot of step `id`; false if it already belongs to a later step.
    fn enter(&self, id: u64) -> bool {
        let held = self.id.load(Relaxed);
        if held < id {
            self.restart(id);
        }
        held <= id
    }

    #[cold]
    fn restart(&self, id: u64) {
        self.id.store(NO_STEP, Relaxed);
        // Partners: the Acquire fence and the Acquire load of `max` in `add_to`. A reader that saw
        // anything written from here on finds the old id gone when it looks again.
        fence(Release);
        self.max.store(0, Relaxed);
        for count in &self.counts {
            count.store(0, Relaxed);
        }
        // Partner: the first load in `add_to`. A reader that sees the new id sees no old count.
        self.id.store(id, Release);
    }

    /// Adds this slot to `merged` if its step lies in `window` and stayed the same meanwhile. A
    /// slot restarted under the reader held the oldest step, which the window can spare.
    fn add_to(&self, merged: &mut Merged, window: &RangeInclusive<u64>) {
        // Partner: the last store in `restart`.
        let id = self.id.load(Acquire);
        if !window.contains(&id) {
            return;
        }
        let counts: [u32; BUCKETS] = array::from_fn(|i| self.counts[i].load(Relaxed));
        // Partners: the Release fence in `restart`, the Release store in `record`.
        fence(Acquire);
        // Partner: the Release fence in `restart`.
        let max = self.max.load(Acquire);
        if self.id.load(Relaxed) != id {
            return;
        }
        merged.max = merged.max.max(max);
        for (sum, count) in merged.counts.iter_mut().zip(counts) {
            *sum += u64::from(count);
        }
    }
}

/// The sum of the slots in a window, private to the reader.
struct Merged {
    counts: [u64; BUCKETS],
    max: u64,
}

impl Merged {
    fn summary(&self) -> LatencySummary {
        let count: u64 = self.counts.iter().sum();
        if count == 0 {
            return LatencySummary::default();
        }
        let per_mille = |p: u64| self.value_at_rank((count * p).div_ceil(1000));
        LatencySummary {
            count,
            p50: per_mille(500),
            p95: per_mille(950),
            p99: per_mille(990),
            p999: per_mille(999),
            max: Duration::from_nanos(self.max),
        }
    }

    fn value_at_rank(&self, rank: u64) -> Duration {
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        Duration::from_nanos(match bucket {
            // The last bucket is open-ended; only the maximum bounds it.
            None | Some(LAST_BUCKET) => self.max,
            Some(bucket) => highest_in(bucket).min(self.max),
        })
    }
}

fn bucket_of(value_ns: u64) -> usize {
    let value = value_ns.min((1 << VALUE_BITS) - 1);
    // Setting the 32s bit spares values below 32 a branch: they share the width of 32..64.
    let shift = (value | SUB_BUCKETS as u64).ilog2() - SUB_BITS;
    shift as usize * SUB_BUCKETS + (value >> shift) as usize
}

/// The inverse of [`bucket_of`]: the highest value that maps to `bucket`.
fn highest_in(bucket: usize) -> u64 {
    let shift = (bucket / SUB_BUCKETS).saturating_sub(1);
    let sub = (bucket - shift * SUB_BUCKETS) as u64;
    ((sub + 1) << shift) - 1
}
