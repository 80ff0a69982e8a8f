//! Messages offered at their intended times.
//!
//! Message `i` of a load of `r` per second is meant to leave at `i / r` seconds. What is due is sent, one message by
//! itself and more of them as a batch; a sender that was late sends all it owes.

use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// Most messages sent at once; a reader of a socket has about as many after a read of 16 KiB.
pub(crate) const BATCH: u64 = 256;

/// A thread that sleeps wakes up to this much too late; the rest is waited for awake.
const SLEEP_SLACK: Duration = Duration::from_micros(200);

/// What a spell of load showed. Latencies in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) p50_ns: f64,
    pub(crate) p99_ns: f64,
    /// Time of all threads per message, where nobody waits awake.
    pub(crate) cpu_ns: Option<f64>,
}

pub(crate) fn summary(latencies: &Histogram<u64>, per_second: f64) -> Sample {
    let at = |quantile| latencies.value_at_quantile(quantile) as f64;
    Sample { per_second, p50_ns: at(0.5), p99_ns: at(0.99), cpu_ns: None }
}

/// Latencies from a nanosecond to a minute, to three digits.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are in order")
}

/// When the messages of a load are meant to be sent.
#[derive(Clone, Copy)]
pub(crate) struct Schedule {
    ns_per_message: f64,
}

impl Schedule {
    pub(crate) fn new(per_second: f64) -> Self {
        Self { ns_per_message: 1e9 / per_second }
    }

    /// In nanoseconds after the beginning.
    pub(crate) fn intended_ns(self, index: u64) -> u64 {
        (index as f64 * self.ns_per_message) as u64
    }
}

/// Offers `per_second` messages for `spell`: calls `push` with the range of those that are due.
pub(crate) fn offer(per_second: f64, spell: Duration, began: Instant, mut push: impl FnMut(std::ops::Range<u64>)) {
    let schedule = Schedule::new(per_second);
    let total = (per_second * spell.as_secs_f64()) as u64;
    let mut sent = 0;
    while sent < total {
        let now = began.elapsed();
        let due = total.min((now.as_secs_f64() * per_second) as u64 + 1);
        if due > sent {
            let end = due.min(sent + BATCH);
            push(sent..end);
            sent = end;
            continue;
        }
        let wait = Duration::from_nanos(schedule.intended_ns(sent)).saturating_sub(now);
        if wait > SLEEP_SLACK {
            thread::sleep(wait.saturating_sub(SLEEP_SLACK));
        } else {
            // The stages may need this core.
            thread::yield_now();
        }
    }
}

/// The same load without a pipeline: how late the sender itself is.
pub(crate) fn harness_alone(per_second: f64, spell: Duration) -> Sample {
    let (mut latencies, schedule) = (histogram(), Schedule::new(per_second));
    let began = Instant::now();
    offer(per_second, spell, began, |indices| {
        let now_ns = began.elapsed().as_nanos() as u64;
        for index in indices {
            latencies.saturating_record(now_ns.saturating_sub(schedule.intended_ns(index)));
        }
    });
    summary(&latencies, latencies.len() as f64 / began.elapsed().as_secs_f64())
}
