//! What is shipped.

use std::time::Instant;

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
pub(crate) use std::{thread, thread_local};

pub(crate) use crossbeam_queue::ArrayQueue;
pub(crate) use parking_lot::{Mutex, MutexGuard};

#[derive(Debug, Default)]
pub(crate) struct Condvar(parking_lot::Condvar);

impl Condvar {
    /// Waits until notified or until `deadline`; the second value says whether the deadline passed first.
    pub(crate) fn wait<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        deadline: Option<Instant>,
    ) -> (MutexGuard<'a, T>, bool) {
        let timed_out = if let Some(deadline) = deadline {
            self.0.wait_until(&mut guard, deadline).timed_out()
        } else {
            self.0.wait(&mut guard);
            false
        };
        (guard, timed_out)
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// What a pipeline's clock reads.
pub(crate) fn now() -> Instant {
    Instant::now()
}
