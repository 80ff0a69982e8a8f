//! A token bucket: how much may pass by now.
//!
//! Invariant: in any `t` seconds no more is taken than `burst + per_second * t`, but for one that is larger than the
//! burst: it takes a full bucket and leaves it in debt.

use std::time::{Duration, Instant};

/// The longest wait that is told at once; whoever has waited for it asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// What is waited for at least, if the burst has room for it: sleeping for each of a million tokens a second would take
/// longer than they do.
const GRAIN_SECONDS: f64 = 0.001;

#[derive(Debug)]
pub(crate) struct TokenBucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    /// When the tokens were counted last.
    at: Instant,
}

impl TokenBucket {
    /// A full one.
    pub(crate) fn new(per_second: f64, burst: f64, now: Instant) -> Self {
        Self { per_second, burst, tokens: burst, at: now }
    }

    /// Adds what has come by `now`. A clock that goes back adds nothing, one that jumps ahead no more than the burst.
    pub(crate) fn refill(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = seconds.mul_add(self.per_second, self.tokens).min(self.burst);
        self.at = self.at.max(now);
    }

    /// Whether there are as many tokens as that; then they are taken.
    pub(crate) fn take_all(&mut self, tokens: f64) -> bool {
        let enough = self.tokens >= tokens;
        if enough {
            self.tokens -= tokens;
        }
        enough
    }

    /// As [`take_all`](Self::take_all), but a full bucket is enough for however many.
    pub(crate) fn take(&mut self, tokens: f64) -> bool {
        let enough = self.tokens >= tokens.min(self.burst);
        if enough {
            self.tokens -= tokens;
        }
        enough
    }

    /// How long it takes until there may be as many tokens as that.
    pub(crate) fn wait(&self, tokens: f64) -> Duration {
        let wanted = tokens.max(self.per_second * GRAIN_SECONDS).min(self.burst);
        let seconds = (wanted - self.tokens) / self.per_second;
        // Rounded up, so that the wait is not over too early by less than a nanosecond.
        let wait = Duration::try_from_secs_f64(seconds.max(0.0)).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT));
        wait + Duration::from_nanos(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(began: Instant, millis: u64) -> Instant {
        began + Duration::from_millis(millis)
    }

    #[test]
    fn it_starts_full_and_fills_at_its_rate_up_to_the_burst() {
        let began = Instant::now();
        let mut bucket = TokenBucket::new(10.0, 5.0, began);
        assert!((0..5).all(|_| bucket.take(1.0)) && !bucket.take(1.0));
        bucket.refill(after(began, 300));
        assert!((0..3).all(|_| bucket.take(1.0)) && !bucket.take(1.0));
        // A machine that was asleep for a day.
        bucket.refill(after(began, 86_400_000));
        assert!((0..5).all(|_| bucket.take(1.0)) && !bucket.take(1.0));
    }

    #[test]
    fn a_clock_that_goes_back_adds_nothing_and_what_it_repeats_adds_nothing_either() {
        let began = Instant::now();
        let mut bucket = TokenBucket::new(10.0, 1.0, after(began, 1000));
        assert!(bucket.take(1.0));
        for millis in [0, 500, 1000] {
            bucket.refill(after(began, millis));
            assert!(!bucket.take(1.0));
        }
        bucket.refill(after(began, 1100));
        assert!(bucket.take(1.0));
    }

    #[test]
    fn more_than_the_burst_takes_a_full_bucket_and_leaves_a_debt() {
        let began = Instant::now();
        let mut bucket = TokenBucket::new(10.0, 5.0, began);
        assert!(!bucket.take_all(15.0) && bucket.take(15.0));
        bucket.refill(after(began, 1000));
        assert!(!bucket.take(1.0));
        assert_eq!(bucket.wait(1.0), Duration::from_millis(100) + Duration::from_nanos(1));
        bucket.refill(after(began, 1101));
        assert!(bucket.take(1.0));
    }

    #[test]
    fn a_wait_is_a_millisecond_of_tokens_if_the_burst_has_room_and_never_endless() {
        let began = Instant::now();
        let mut bucket = TokenBucket::new(1_000_000.0, 1_000_000.0, began);
        assert!(bucket.take_all(1_000_000.0));
        assert_eq!(bucket.wait(1.0), Duration::from_millis(1) + Duration::from_nanos(1));
        let mut bucket = TokenBucket::new(f64::MIN_POSITIVE, 1.0, began);
        assert!(bucket.take(1.0));
        assert_eq!(bucket.wait(1.0), LONGEST_WAIT + Duration::from_nanos(1));
    }
}
