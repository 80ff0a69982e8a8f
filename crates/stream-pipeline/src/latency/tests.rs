//! The tracker against what it promises of its buckets and its window.

use super::*;
use std::thread;

const SECOND: u64 = 1_000_000_000;

fn ns(value: u64) -> Duration {
    Duration::from_nanos(value)
}

fn lowest_in(bucket: usize) -> u64 {
    bucket.checked_sub(1).map_or(0, |below| highest_in(below) + 1)
}

#[test]
fn every_value_lies_within_its_bucket_and_buckets_are_narrow() {
    let near_powers = (0..VALUE_BITS).flat_map(|bit| {
        let power = 1_u64 << bit;
        (0..=64).map(move |k| power + k * power / 64).flat_map(|v| [v - 1, v, v + 1])
    });
    for value in (0..100_000).chain(near_powers).filter(|v| *v < 1 << VALUE_BITS) {
        let bucket = bucket_of(value);
        let (low, high) = (lowest_in(bucket), highest_in(bucket));
        assert!((low..=high).contains(&value), "{value} not in {low}..={high}");
        assert!((high - low) * 32 <= low, "{low}..={high} is too wide");
    }
}

#[test]
fn buckets_tile_the_range_without_gap_or_overlap() {
    for bucket in 0..BUCKETS {
        assert_eq!(bucket_of(lowest_in(bucket)), bucket);
        assert_eq!(bucket_of(highest_in(bucket)), bucket);
    }
    assert_eq!(highest_in(LAST_BUCKET), (1 << VALUE_BITS) - 1);
    assert_eq!(bucket_of(u64::MAX), LAST_BUCKET);
}

#[test]
fn a_value_beyond_the_range_is_reported_as_the_exact_maximum() {
    let tracker = LatencyTracker::default();
    tracker.record(0, 100 * SECOND + 7, 1);
    let summary = tracker.summary(0);
    assert_eq!(summary.p50, ns(100 * SECOND + 7));
    assert_eq!(summary.max, ns(100 * SECOND + 7));
}

#[test]
fn records_leave_the_window_after_window_plus_one_step_at_most() {
    let tracker = LatencyTracker::new(Duration::from_secs(60), 12);
    tracker.record(4 * SECOND, 10, 1);
    tracker.record(5 * SECOND, 20, 1);
    assert_eq!(tracker.summary(65 * SECOND - 1).count, 2);
    assert_eq!(tracker.summary(65 * SECOND).count, 1);
    assert_eq!(tracker.summary(65 * SECOND).max, ns(20));
    assert_eq!(tracker.summary(70 * SECOND), LatencySummary::default());
    assert_eq!(tracker.summary(u64::MAX), LatencySummary::default());
    assert_eq!(tracker.summary(0).count, 1, "a later step is not in the window");
}

#[test]
fn a_reused_slot_forgets_its_counts_and_maximum() {
    let tracker = LatencyTracker::new(Duration::from_secs(2), 2);
    tracker.record(0, 50, 9);
    tracker.record(3 * SECOND, 10, 1);
    let summary = tracker.summary(3 * SECOND);
    assert_eq!((summary.count, summary.max), (1, ns(10)));
    tracker.record(0, 50, 9);
    assert_eq!(tracker.summary(3 * SECOND), summary, "the slot belongs to a later step");
}

#[test]
fn counts_saturate_instead_of_wrapping() {
    let tracker = LatencyTracker::default();
    tracker.record(0, 10, u32::MAX - 1);
    tracker.record(0, 10, 5);
    tracker.record(0, 20, 1);
    assert_eq!(tracker.summary(0).count, u64::from(u32::MAX) + 1);
    assert_eq!(tracker.summary(0).p999, ns(10));
}

#[test]
fn percentiles_follow_the_weights() {
    let tracker = LatencyTracker::default();
    tracker.record(0, 60, 0);
    assert_eq!(tracker.summary(0), LatencySummary::default());
    for (value, weight) in [(10, 500), (20, 450), (30, 40), (40, 9), (50, 1)] {
        tracker.record(0, value, weight);
    }
    let expected = LatencySummary { count: 1000, p50: ns(10), p95: ns(20), p99: ns(30), p999: ns(40), max: ns(50) };
    assert_eq!(tracker.summary(0), expected);
}

#[test]
fn the_memory_is_what_the_documentation_says() {
    assert_eq!(size_of::<Slot>(), 4112);
    assert_eq!(LatencyTracker::default().slots.len(), 13);
}

#[test]
fn silly_windows_and_step_counts_are_clamped() {
    let tiny = LatencyTracker::new(Duration::ZERO, 0);
    assert_eq!((tiny.step_ns, tiny.slots.len()), (MIN_STEP_NS, 2));
    let huge = LatencyTracker::new(Duration::MAX, usize::MAX);
    assert_eq!(huge.slots.len(), MAX_STEPS + 1);
    huge.record(u64::MAX, u64::MAX, u32::MAX);
    assert_eq!(huge.summary(u64::MAX).max, ns(u64::MAX));
}

/// Every step records one value of its own, below 64 and so exact: a value of any other step
/// in a summary would be a slot read while it was cleared.
#[test]
fn a_reader_never_sees_a_slot_half_cleared() {
    const STEPS: u64 = 50_000;
    let value = |step: u64| step % 61 + 1;
    let tracker = LatencyTracker::new(Duration::ZERO, 1);
    let clock = AtomicU64::new(0);
    thread::scope(|scope| {
        let recorder = scope.spawn(|| {
            for step in 0..STEPS {
                clock.store(step, Release);
                (0..20).for_each(|_| tracker.record(step * MIN_STEP_NS, value(step), 1));
            }
        });
        loop {
            let step = clock.load(Acquire);
            let summary = tracker.summary(step * MIN_STEP_NS);
            let allowed = [ns(value(step)), ns(value(step.max(1) - 1))];
            if summary.count > 0 {
                assert!(summary.count <= 40);
                for seen in [summary.p50, summary.p999, summary.max] {
                    assert!(allowed.contains(&seen), "step {step}: {summary:?}");
                }
            }
            if step == STEPS - 1 {
                break;
            }
        }
        // ThreadSanitizer knows of a join, not of the end of a scope.
        recorder.join().expect("recording does not panic");
    });
    assert_eq!(tracker.summary((STEPS - 1) * MIN_STEP_NS).count, 40);
}
