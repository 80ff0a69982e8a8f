//! The consumers' side of an edge: taking batches, and waking who waits for the room.
//!
//! Invariant: who takes messages raises both counts in `left`, in whatever order, then looks whether someone waits for
//! the room.

use super::{ABORTED, CLOSED, Edge, OPEN, Tail, bump, raise, read};
use crate::batch::Batch;
use crate::sync::{MutexGuard, Ordering};

/// What an edge has for its consumer.
#[derive(Debug)]
pub(crate) enum Take {
    Batch(Batch),
    /// Nothing now.
    Empty,
    /// Nothing any more: closed, and all taken.
    Ended,
    Aborted,
}

impl Edge {
    /// Takes the next messages, at most `max` of them, without waiting.
    pub(crate) fn take(&self, max: usize) -> Take {
        if self.is_aborted() {
            return Take::Aborted;
        }
        if !self.is_drop_oldest()
            && !self.has_head.load(Ordering::Relaxed)
            && let Some(batch) = self.ring.pop()
        {
            return Take::Batch(self.taken_unlocked(batch, max));
        }
        // `left` first: what `admitted` is then, it was before. The other way round, an edge in which new messages take the
        // place of old ones would look empty though it never is.
        if self.state() == OPEN && read(&self.left.messages) == read(&self.admitted.messages) {
            return Take::Empty;
        }
        self.take_locked(max)
    }

    fn take_locked(&self, max: usize) -> Take {
        let mut tail = self.lock();
        match self.next_batch(&mut tail) {
            Some(batch) => {
                let batch = self.split(Some(&mut tail), batch, max);
                self.taken(batch.len() as u64);
                if self.relieves() {
                    self.relieve(tail);
                }
                Take::Batch(batch)
            }
            None => match self.state() {
                ABORTED => Take::Aborted,
                CLOSED => Take::Ended,
                _ => Take::Empty,
            },
        }
    }

    fn taken_unlocked(&self, batch: Batch, max: usize) -> Batch {
        let batch = self.split(None, batch, max);
        self.taken(batch.len() as u64);
        if self.relieves() {
            self.relieve(self.lock());
        }
        batch
    }

    /// Takes the first `max` messages out of a batch that holds more; the others stay in the edge, as its head.
    fn split(&self, tail: Option<&mut Tail>, mut batch: Batch, max: usize) -> Batch {
        if batch.len() <= max {
            raise(&self.left.bytes, batch.charged_bytes());
            batch.set_charged_bytes(0);
            return batch;
        }
        let mut front = self.fixtures.pool.get();
        batch.move_front(max, &mut front);
        match tail {
            Some(tail) => self.put_back(tail, batch),
            None => self.put_back_unless_aborted(batch),
        }
        front
    }

    /// An abort that came while the batch was out of the ring has not counted its messages.
    fn put_back_unless_aborted(&self, batch: Batch) {
        let mut tail = self.lock();
        if self.is_aborted() {
            let count = batch.len() as u64;
            self.release(batch);
            raise(&self.left.messages, count);
            bump(&self.stats.aborted, count);
        } else {
            self.put_back(&mut tail, batch);
        }
    }

    fn taken(&self, count: u64) {
        raise(&self.left.messages, count);
    }

    /// Whether someone waits for room, or pressure may be over. Holds the fence between `left` and that look.
    fn relieves(&self) -> bool {
        let waited_for = self.drained.any();
        if self.is_pressured() { self.is_low() } else { waited_for }
    }

    fn relieve(&self, tail: MutexGuard<'_, Tail>) {
        self.settle_pressure(&tail);
        self.drained.wake(tail);
    }

    /// Whether taking would give something, or an end; for waiting.
    pub(super) fn may_leave(&self) -> bool {
        self.state() != OPEN || read(&self.left.messages) != read(&self.admitted.messages)
    }
}
