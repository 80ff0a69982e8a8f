//! Monotonic time as nanoseconds since a pipeline was built.

use std::time::{Duration, Instant};

use crate::sync::now;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    epoch: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { epoch: now() }
    }

    /// In a build with `--cfg unmeasured`, which only the benchmark makes to see what measuring costs, time stands still.
    pub(crate) fn now_ns(self) -> u64 {
        if cfg!(unmeasured) {
            return 0;
        }
        now().duration_since(self.epoch).as_nanos() as u64
    }

    pub(crate) fn at(self, now_ns: u64) -> Instant {
        self.epoch + Duration::from_nanos(now_ns)
    }
}

/// When a wait of `timeout` that begins now is over; `None` if that is beyond what an `Instant` can tell: never.
pub(crate) fn deadline_after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}
