//! Messages offered at their intended times.
//!
//! Message `i` of a load of `r` per second is meant to leave at `i / r` seconds; a sender that was late sends all it
//! owes, and the lateness counts. So a chain that falls behind does not get fewer messages to be late with.

use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::cell::Sample;

/// A thread that sleeps wakes up to this much too late; the rest is waited for awake.
const SLEEP_SLACK: Duration = Duration::from_micros(200);

/// Latencies from a nanosecond to a minute, to three digits.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are in order")
}

/// Adds the percentiles to a sample.
pub(crate) fn with_latencies(sample: Sample, latencies: &Histogram<u64>) -> Sample {
    let at_us = |quantile| Some(latencies.value_at_quantile(quantile) as f64 / 1000.0);
    Sample { p50_us: at_us(0.5), p99_us: at_us(0.99), p999_us: at_us(0.999), ..sample }
}

/// Offers `per_second` messages for `spell`: calls `send` with the intended time of each, in nanoseconds after `began`.
pub(crate) fn offer(per_second: f64, spell: Duration, began: Instant, mut send: impl FnMut(u64)) {
    let ns_per_message = 1e9 / per_second;
    let intended_ns = |index: u64| (index as f64 * ns_per_message) as u64;
    let total = (per_second * spell.as_secs_f64()) as u64;
    let mut done = 0;
    while done < total {
        let now = began.elapsed();
        let due = total.min((now.as_secs_f64() * per_second) as u64 + 1);
        if done < due {
            // At high rates many are due at once; the clock is read again after a few of them.
            let end = due.min(done + 64);
            (done..end).for_each(|index| send(intended_ns(index)));
            done = end;
            continue;
        }
        let wait = Duration::from_nanos(intended_ns(done)).saturating_sub(now);
        if wait > SLEEP_SLACK {
            thread::sleep(wait.saturating_sub(SLEEP_SLACK));
        } else {
            // The chain may need this core.
            thread::yield_now();
        }
    }
}
