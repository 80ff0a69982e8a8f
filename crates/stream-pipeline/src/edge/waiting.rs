//! The blocking calls around an edge: spin, yield, then park, with a way out on close, abort and deadline.

use std::time::Instant;

use super::{Edge, Hold, OPEN, Refusal, Take, read};
use crate::batch::Batch;
use crate::signal::{Busy, Waiters, Waker};

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// Look again.
    Changed,
    TimedOut,
}

impl Edge {
    /// Offers a batch and waits for room as long as it takes. The wait is reported in `blocked_ns`; before each,
    /// `before_wait` is told how many messages have not entered yet.
    pub(crate) fn publish(
        &self,
        mut batch: Batch,
        hold: Hold,
        deadline: Option<Instant>,
        blocked_ns: &mut u64,
        mut before_wait: impl FnMut(usize),
    ) -> Result<(), (Batch, Option<Refusal>)> {
        loop {
            match self.offer(batch, hold) {
                Ok(()) => return Ok(()),
                Err((rest, Refusal::Full)) => {
                    batch = rest;
                    batch.set_published_ns(None);
                    before_wait(batch.len());
                    let began_ns = self.fixtures.clock.now_ns();
                    let waited = self.wait_for_room(Self::least_bytes(&batch), hold, deadline);
                    // The clock of a machine that was paused may have gone back.
                    *blocked_ns += self.fixtures.clock.now_ns().saturating_sub(began_ns);
                    if waited == Waited::TimedOut {
                        return Err((batch, None));
                    }
                }
                Err((rest, refusal)) => return Err((rest, Some(refusal))),
            }
        }
    }

    /// Offers one message and waits for room as long as it takes; without a reason, the deadline has passed.
    pub(crate) fn publish_one(&self, message: &mut Vec<u8>, deadline: Option<Instant>) -> Result<(), Option<Refusal>> {
        loop {
            match self.offer_one(message, Hold::AtHighMark) {
                Ok(()) => return Ok(()),
                Err(Refusal::Full) => {
                    let bytes = Self::bytes_of_one(message);
                    if self.wait_for_room(bytes, Hold::AtHighMark, deadline) == Waited::TimedOut {
                        return Err(None);
                    }
                }
                Err(refusal) => return Err(Some(refusal)),
            }
        }
    }

    fn wait_for_room(&self, bytes: u64, hold: Hold, deadline: Option<Instant>) -> Waited {
        self.wait(&self.drained, read(&self.admitted.messages), deadline, &mut None, || {
            self.state() != OPEN || self.may_enter(bytes, hold)
        })
    }

    /// Takes the next messages, and waits for them as long as it takes; `None` if the deadline passed.
    pub(crate) fn take_waiting(&self, max: usize, deadline: Option<Instant>) -> Option<Take> {
        loop {
            match self.take(max) {
                Take::Empty => {
                    if self.wait_for_messages(deadline, &mut None) == Waited::TimedOut {
                        return None;
                    }
                }
                taken => return Some(taken),
            }
        }
    }

    /// Waits until there is something to take, or an end. `busy` is put down for as long as the thread sleeps.
    pub(crate) fn wait_for_messages(&self, deadline: Option<Instant>, busy: &mut Option<Busy>) -> Waited {
        self.wait(&self.filled, read(&self.left.messages), deadline, busy, || self.may_leave())
    }

    /// Waits until `deadline`, or until the edge is aborted; for the one who takes from it.
    pub(crate) fn wait_for_abort(&self, deadline: Instant) {
        // Among the producers: as nothing is taken meanwhile, hardly anything but an abort wakes them.
        while !self.is_aborted() && Instant::now() < deadline {
            let (tail, _) = self.drained.park(self.lock(), Some(deadline), || self.is_aborted());
            drop(tail);
        }
    }

    fn wait(
        &self,
        waiters: &Waiters,
        passed: u64,
        deadline: Option<Instant>,
        busy: &mut Option<Busy>,
        ready: impl Fn() -> bool,
    ) -> Waited {
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Waited::TimedOut;
        }
        let mut patience = waiters.patience(passed);
        while patience.pause() {
            if ready() {
                waiters.waited(&patience);
                return Waited::Changed;
            }
        }
        let was_busy = busy.take().is_some();
        let (tail, timed_out) = waiters.park(self.lock(), deadline, ready);
        drop(tail);
        if was_busy {
            *busy = Some(Busy::new());
        }
        waiters.waited(&patience);
        if timed_out { Waited::TimedOut } else { Waited::Changed }
    }

    /// Has `waker` called once when there is something to take, or an end. `false` if that is so already.
    pub(crate) fn call_when_filled(&self, waker: &Waker) -> bool {
        self.filled.arm(&self.lock(), waker, || self.may_leave())
    }

    /// Has `waker` called once when an offer of `batch` may get somewhere. `false` if that is so already.
    pub(crate) fn call_when_drained(&self, waker: &Waker, batch: &Batch, hold: Hold) -> bool {
        let bytes = Self::least_bytes(batch);
        self.drained.arm(&self.lock(), waker, || self.state() != OPEN || self.may_enter(bytes, hold))
    }
}
