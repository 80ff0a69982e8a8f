//! How often the clock is read: once for a stretch of batches.
//!
//! A reading costs as much as handing a batch on does. So batches that follow each other without a wait, and are done in
//! no time, are measured together, as if they were one: each of their messages counts with the time of the slowest.
//!
//! Invariant: a stretch ends before every wait; as far as the pace is known it is one batch, or less than [`LENGTH`].

use std::time::Duration;

/// Long beside a reading of the clock, and short beside the latencies of a message that waits for a thread to wake up.
const LENGTH: Duration = Duration::from_micros(4);

/// Messages in a stretch of several batches at most: so soon it shows when a stage has become slow all at once.
const MAX_MESSAGES: usize = 4096;

/// Work a stage takes in hand at once: what it holds is neither in the ring, where a policy could drop it, nor on its way
/// to the next stage.
const IN_HAND: Duration = Duration::from_millis(1);

/// How long a message takes, learnt from those before.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Smoothed time per message; `None` before the first.
    ns_per_message: Option<f64>,
}

impl Pace {
    /// Before a stage has shown how fast it is: few enough for a slow one, and a fast one is through in no time.
    const FIRST: usize = 8;

    /// How many messages make up [`IN_HAND`], at least 1.
    pub(super) fn in_hand(&self, most: usize) -> usize {
        let wanted = match self.ns_per_message {
            None => Self::FIRST,
            Some(ns) => (IN_HAND.as_nanos() as f64 / ns.max(1.0)) as usize,
        };
        wanted.clamp(1, most)
    }

    pub(super) fn learn(&mut self, service_ns: u64, messages: usize) {
        let latest = service_ns as f64 / messages.max(1) as f64;
        self.ns_per_message = Some(self.ns_per_message.map_or(latest, |before| before.mul_add(0.75, latest * 0.25)));
    }

    /// Whether so many messages are done before it is worth reading the clock.
    fn is_quick(&self, messages: usize) -> bool {
        self.ns_per_message.is_some_and(|ns| messages as f64 * ns < LENGTH.as_nanos() as f64)
    }
}

/// Batches that are measured together.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    batches: usize,
    messages: usize,
    oldest_ns: u64,
}

impl Stretch {
    /// One more batch; the oldest time that counts for it is `since_ns`.
    pub(super) fn add(&mut self, messages: usize, since_ns: u64) {
        self.oldest_ns = if self.batches == 0 { since_ns } else { self.oldest_ns.min(since_ns) };
        self.batches += 1;
        self.messages += messages;
    }

    /// Whether it is to be measured after what is in it.
    pub(super) fn is_full(&self, pace: &Pace) -> bool {
        self.messages > MAX_MESSAGES || !pace.is_quick(self.messages)
    }

    /// What is in it, if anything; then it is empty.
    pub(super) fn take(&mut self) -> Option<Self> {
        (self.batches > 0).then(|| std::mem::take(self))
    }

    pub(super) fn messages(&self) -> usize {
        self.messages
    }

    pub(super) fn oldest_ns(&self) -> u64 {
        self.oldest_ns
    }

    /// Whether some of its messages may have waited while others were in work.
    pub(super) fn is_shared(&self) -> bool {
        self.batches > 1
    }
}
