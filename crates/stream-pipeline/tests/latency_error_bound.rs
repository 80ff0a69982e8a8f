//! The percentiles of `LatencyTracker` against `hdrhistogram` and against the sorted values.

use hdrhistogram::Histogram;
use std::time::Duration;
use stream_pipeline::{LatencySummary, LatencyTracker};

/// What the tracker promises.
const MAX_RELATIVE_ERROR: f64 = 0.032;

/// Not a multiple of 1000, so that no rank falls exactly between two values and rounding in the
/// reference cannot pick the neighbour.
const SAMPLES: usize = 100_003;

const LONGEST_NS: u64 = 60_000_000_000;

/// `SplitMix64` (Steele, Lea, Flood 2014): fixed seed, so that a failure repeats.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In (0, 1], safe to take the logarithm of.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }
}

fn samples(seed: u64, draw: impl Fn(&mut Random) -> u64) -> Vec<u64> {
    let mut random = Random(seed);
    (0..SAMPLES).map(|_| draw(&mut random).clamp(1, LONGEST_NS)).collect()
}

fn tracked(values: &[u64]) -> LatencySummary {
    let tracker = LatencyTracker::default();
    for value in values {
        tracker.record(0, *value, 1);
    }
    tracker.summary(0)
}

fn percentiles(summary: &LatencySummary) -> [(u64, Duration); 4] {
    [(500, summary.p50), (950, summary.p95), (990, summary.p99), (999, summary.p999)]
}

fn assert_within_bound(values: &[u64]) {
    let summary = tracked(values);
    let mut reference = Histogram::<u64>::new_with_bounds(1, LONGEST_NS, 5).unwrap();
    for value in values {
        reference.record(*value).unwrap();
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable();

    assert_eq!(summary.count, values.len() as u64);
    assert_eq!(summary.max, Duration::from_nanos(*sorted.last().unwrap()));
    for (per_mille, reported) in percentiles(&summary) {
        let reported = reported.as_nanos() as f64;
        let hdr = reference.value_at_quantile(per_mille as f64 / 1000.0) as f64;
        let rank = (values.len() as u64 * per_mille).div_ceil(1000) as usize;
        let exact = sorted[rank - 1] as f64;
        for (name, expected) in [("hdrhistogram", hdr), ("sorted", exact)] {
            let error = (reported - expected).abs() / expected;
            assert!(
                error <= MAX_RELATIVE_ERROR,
                "{per_mille}/1000: {reported} against {expected} ({name}) is off by {error}"
            );
        }
        assert!(reported >= exact, "{per_mille}/1000: {reported} < {exact}");
    }
}

#[test]
fn uniform_latencies_stay_within_the_error_bound() {
    for longest in [50, 1_000, 1_000_000, LONGEST_NS] {
        assert_within_bound(&samples(1, |r| r.between(1, longest)));
    }
}

#[test]
fn exponential_latencies_stay_within_the_error_bound() {
    for mean in [30.0, 4_000.0, 1e6, 5e9] {
        assert_within_bound(&samples(2, |r| (-r.unit().ln() * mean) as u64));
    }
}

#[test]
fn bimodal_latencies_stay_within_the_error_bound() {
    for slow_per_mille in [2, 40, 300] {
        assert_within_bound(&samples(3, |r| {
            if r.between(1, 1000) <= slow_per_mille { r.between(30_000_000, 50_000_000) } else { r.between(800, 1_200) }
        }));
    }
}

#[test]
fn heavy_tailed_latencies_stay_within_the_error_bound() {
    // Pareto: the smaller the exponent, the heavier the tail.
    for exponent in [0.4, 0.8, 1.1, 2.0] {
        assert_within_bound(&samples(4, |r| (500.0 * r.unit().powf(-1.0 / exponent)) as u64));
    }
}

#[test]
fn latencies_spread_over_every_magnitude_stay_within_the_error_bound() {
    let magnitudes = (LONGEST_NS as f64).ln();
    assert_within_bound(&samples(5, |r| (r.unit() * magnitudes).exp() as u64));
}

#[test]
fn a_constant_latency_is_reported_exactly() {
    for value in [1, 31, 32, 63, 64, 1_000, 1_234_567, LONGEST_NS] {
        let summary = tracked(&vec![value; 1_000]);
        for (_, reported) in percentiles(&summary) {
            assert_eq!(reported, Duration::from_nanos(value));
        }
        assert_within_bound(&vec![value; 1_000]);
    }
}

#[test]
fn a_weighted_record_equals_that_many_single_ones() {
    let values = samples(6, |r| r.between(1, 1_000_000_000));
    let weighted = LatencyTracker::default();
    let mut singles = Vec::new();
    let mut random = Random(7);
    for value in values.iter().take(10_000) {
        let weight = random.between(0, 64);
        weighted.record(0, *value, weight as u32);
        singles.extend((0..weight).map(|_| *value));
    }
    assert_eq!(weighted.summary(0), tracked(&singles));
}

#[test]
fn the_bound_holds_for_a_window_merged_from_many_steps() {
    let values = samples(8, |r| (-r.unit().ln() * 2e6) as u64);
    let tracker = LatencyTracker::default();
    let minute = LatencyTracker::DEFAULT_WINDOW.as_nanos() as u64;
    for (i, value) in values.iter().enumerate() {
        tracker.record(i as u64 * minute / values.len() as u64, *value, 1);
    }
    assert_eq!(tracker.summary(minute), tracked(&values));
    assert_within_bound(&values);
}
