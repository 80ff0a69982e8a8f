//! The time of the machine.
//!
//! Invariant: what a window takes for the time of a message never goes back: it is the wall clock when the stage was made,
//! counted on by the monotonic clock. A jump of the wall clock tears no window.

use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the monotonic time comes from: the machine, or a test.
pub(super) trait Clock: Debug + Send {
    fn now(&self) -> Instant;
}

#[derive(Debug)]
pub(super) struct MonotonicClock;

impl Clock for MonotonicClock {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// Milliseconds since 1970 at a monotonic time, and back.
#[derive(Clone, Copy, Debug)]
pub(super) struct WallTime {
    instant: Instant,
    since_1970: Duration,
}

impl WallTime {
    pub(super) fn new(instant: Instant, since_1970: Duration) -> Self {
        Self { instant, since_1970 }
    }

    pub(super) fn of_machine() -> Self {
        // Before 1970 a machine's clock is not set, and any time is as good.
        Self::new(Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    pub(super) fn ms_at(&self, now: Instant) -> i64 {
        (self.since_1970 + now.saturating_duration_since(self.instant)).as_millis() as i64
    }

    /// When it is `ms`; `None` beyond what an `Instant` can tell.
    pub(super) fn instant_of(&self, ms: i64) -> Option<Instant> {
        let due = Duration::from_millis(ms.max(0) as u64);
        self.instant.checked_add(due.saturating_sub(self.since_1970))
    }
}
