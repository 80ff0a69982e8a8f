//! A stage that waits for a time, such as one that holds messages up to a rate.
//!
//! Invariant: nothing that was emitted is held back by the wait, and an abort ends it.

use std::time::Instant;

use super::{Delivery, Emitter};

impl Emitter {
    /// Waits until `deadline`, or until the pipeline is aborted, whichever comes first; what was emitted leaves before.
    /// Returns whether the stage is to go on: the opposite of [`Emitter::is_stopped`].
    ///
    /// Meanwhile the stage takes no messages, so its edge fills, and backpressure travels upstream as it does from any slow
    /// stage; the wait counts as work. A stage that has something to emit later, and can take messages until then, has
    /// [`Stage::next_timer`](crate::Stage::next_timer) for that.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// let mut out = stream_pipeline::Emitter::detached();
    /// let deadline = Instant::now() + Duration::from_millis(2);
    /// assert!(out.pause_until(deadline));
    /// assert!(Instant::now() >= deadline);
    /// ```
    pub fn pause_until(&mut self, deadline: Instant) -> bool {
        // A wait is no short stretch: what is emitted after it must not count as published before.
        self.stamp(None);
        self.flush();
        if self.delivery == Delivery::Waiting {
            self.publish_counts();
        }
        if self.has_failed() {
            return false;
        }
        self.upstream.wait_for_abort(deadline);
        !self.is_stopped()
    }
}
