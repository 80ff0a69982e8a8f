//! The end of a pipeline where messages are taken out.
//!
//! Invariant: a message counts as delivered when the user has it, not when it leaves the ring.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::stretch::{Pace, Stretch};
use crate::batch::Batch;
use crate::clock::deadline_after;
use crate::edge::{Edge, Take, bump};
use crate::error::{Error, ErrorCode, Result};
use crate::signal::Waker;
use crate::sync::AtomicU64;

/// What an output handle counts.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    pub(super) delivered: AtomicU64,
    /// In the handle when it was given up.
    pub(super) dropped: AtomicU64,
}

/// The handle from which a pipeline's messages are taken, in order: one by one, by batch, or as an iterator.
///
/// If nobody takes, the output edge fills and the pipeline is held up. If the handle is dropped early, what comes after
/// counts as dropped. `None` means that the pipeline has ended; whether well, says `wait()`.
#[derive(Debug)]
pub struct Output {
    edge: Arc<Edge>,
    deliveries: Arc<Deliveries>,
    /// Taken from the edge, not yet by the user.
    current: Batch,
    /// Taken from the edge since the clock was read.
    stretch: Stretch,
    pace: Pace,
    /// When the clock was read last.
    now_ns: u64,
    /// The output counts as delivered even though nobody takes it.
    discarded: bool,
}

impl Output {
    pub(super) fn new(edge: Arc<Edge>, deliveries: Arc<Deliveries>) -> Self {
        Self {
            edge,
            deliveries,
            current: Batch::new(),
            stretch: Stretch::default(),
            pace: Pace::default(),
            now_ns: 0,
            discarded: false,
        }
    }

    /// The next message, waiting for it; `None` at the end.
    pub fn pop(&mut self) -> Option<Vec<u8>> {
        self.pop_until(None).unwrap_or_default()
    }

    /// The next message, waiting for `timeout` at most (zero: not at all); then the code is `TIMEOUT`. `Ok(None)` at the
    /// end.
    pub fn pop_timeout(&mut self, timeout: Duration) -> Result<Option<Vec<u8>>> {
        self.pop_until(deadline_after(timeout))
    }

    fn pop_until(&mut self, deadline: Option<Instant>) -> Result<Option<Vec<u8>>> {
        if self.current.is_empty() {
            let Some(batch) = self.take_until(deadline)? else { return Ok(None) };
            let emptied = std::mem::replace(&mut self.current, batch);
            self.recycle(emptied);
        }
        bump(&self.deliveries.delivered, 1);
        Ok(self.current.pop_front())
    }

    /// All messages that travelled together, waiting for them; `None` at the end. At least one, never more than a quarter
    /// of the output edge's capacity if the stage emitted them one by one.
    pub fn pop_batch(&mut self) -> Option<Batch> {
        self.pop_batch_until(None).unwrap_or_default()
    }

    /// As [`pop_batch`](Output::pop_batch), waiting for `timeout` at most (zero: not at all); then the code is
    /// `TIMEOUT`.
    pub fn pop_batch_timeout(&mut self, timeout: Duration) -> Result<Option<Batch>> {
        self.pop_batch_until(deadline_after(timeout))
    }

    /// As [`pop_batch`](Output::pop_batch), without waiting and no more than fits into `max_messages` and `max_bytes`, but
    /// at least one message. If nothing is there now, the code is `TIMEOUT`.
    pub fn try_pop_batch(&mut self, max_messages: usize, max_bytes: usize) -> Result<Option<Batch>> {
        if self.current.is_empty() {
            let Some(batch) = self.take_until(Some(Instant::now()))? else { return Ok(None) };
            let emptied = std::mem::replace(&mut self.current, batch);
            self.recycle(emptied);
        }
        let mut bytes = 0;
        let fits = |message: &&[u8]| {
            bytes += message.len();
            bytes <= max_bytes
        };
        let count = self.current.iter().take(max_messages).take_while(fits).count().max(1);
        if count == self.current.len() {
            return self.pop_batch_until(None);
        }
        let mut front = self.edge.fixtures.pool.get();
        self.current.move_front(count, &mut front);
        bump(&self.deliveries.delivered, count as u64);
        Ok(Some(front))
    }

    fn pop_batch_until(&mut self, deadline: Option<Instant>) -> Result<Option<Batch>> {
        let batch =
            if self.current.is_empty() { self.take_until(deadline)? } else { Some(std::mem::take(&mut self.current)) };
        if let Some(batch) = &batch {
            bump(&self.deliveries.delivered, batch.len() as u64);
        }
        Ok(batch)
    }

    fn take_until(&mut self, deadline: Option<Instant>) -> Result<Option<Batch>> {
        let mut taken = self.edge.take(usize::MAX);
        if matches!(taken, Take::Empty) {
            self.record();
            taken = self.edge.take_waiting(usize::MAX, deadline).unwrap_or(Take::Empty);
        }
        match taken {
            Take::Batch(batch) => {
                if let Some(origin_ns) = batch.origin_ns() {
                    self.stretch.add(batch.len(), origin_ns);
                }
                if self.stretch.is_full(&self.pace) {
                    self.record();
                }
                Ok(Some(batch))
            }
            Take::Ended | Take::Aborted => {
                self.record();
                Ok(None)
            }
            Take::Empty => Err(Error::new(ErrorCode::Timeout, "nothing came out of the pipeline within the timeout")),
        }
    }

    /// Records the end-to-end latency of what was taken since the last time. The pace is that of who takes: waits make it
    /// slower than it is, and the stretches shorter.
    fn record(&mut self) {
        let Some(stretch) = self.stretch.take() else { return };
        let now_ns = self.edge.record_delivery(stretch.oldest_ns(), stretch.messages() as u64);
        // The clock of a machine that was paused may have gone back.
        self.pace.learn(now_ns.saturating_sub(self.now_ns), stretch.messages());
        self.now_ns = now_ns;
    }

    /// Gives the buffers of a batch back for reuse.
    pub fn recycle(&self, batch: Batch) {
        self.edge.fixtures.pool.put(batch);
    }

    /// Has `waker` called, once, as soon as there is something to take, or the end. Returns `false`, and does not call,
    /// if that is so already. The call comes from a thread of the pipeline and must not block.
    #[must_use]
    pub fn call_when_filled(&self, waker: &Waker) -> bool {
        self.edge.call_when_filled(waker)
    }

    /// Gives the handle up without losing what comes: it counts as delivered and is released.
    pub fn discard(mut self) {
        self.record();
        bump(&self.deliveries.delivered, self.current.len() as u64);
        self.current = Batch::new();
        self.discarded = true;
        self.edge.unclaim();
    }
}

impl Iterator for Output {
    type Item = Vec<u8>;

    /// The same as [`Output::pop`].
    fn next(&mut self) -> Option<Vec<u8>> {
        self.pop()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.record();
        if !self.discarded {
            bump(&self.deliveries.dropped, self.current.len() as u64);
            self.edge.give_up();
        }
    }
}
