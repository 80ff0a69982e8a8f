//! What a hosted stage has given and its next edge has not taken yet.
//!
//! Invariant: it leaves in the order in which it was put here, and nothing behind an output that was refused for good.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::batch::Batch;
use crate::edge::{Edge, Hold, Refusal};
use crate::emitter::overflow;
use crate::error::{Error, Result};
use crate::signal::Waker;
use crate::tally::Counts;

#[derive(Debug)]
pub(super) struct Outlet {
    downstream: Arc<Edge>,
    batches: VecDeque<Batch>,
}

impl Outlet {
    pub(super) fn new(downstream: Arc<Edge>) -> Self {
        Self { downstream, batches: VecDeque::new() }
    }

    pub(super) fn put(&mut self, batch: Batch) {
        self.batches.push_back(batch);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Puts on the next edge what it takes without waiting. Fails if the edge refused some of it because it was full.
    pub(super) fn flush(&mut self, counts: &mut Counts) -> Result<()> {
        while let Some(batch) = self.batches.pop_front() {
            let count = batch.len() as u64;
            match self.downstream.offer(batch, Hold::AtHighMark) {
                Ok(()) => counts.emitted += count,
                Err((rest, refusal)) => {
                    let refused = rest.len() as u64;
                    counts.emitted += count - refused;
                    if refusal == Refusal::Full {
                        self.batches.push_front(rest);
                        break;
                    }
                    counts.aborted += refused;
                    self.downstream.fixtures.pool.put(rest);
                    if refusal == Refusal::Overflow {
                        return Err(self.overflow(counts));
                    }
                }
            }
        }
        Ok(())
    }

    /// There may be room again for what comes behind an output that was refused, so it is given up.
    fn overflow(&mut self, counts: &mut Counts) -> Error {
        counts.aborted += self.give_up();
        overflow(&self.downstream)
    }

    /// Has `waker` called once when a flush may get somewhere; `false` if that is so already.
    pub(super) fn call_when_drained(&self, waker: &Waker) -> bool {
        let first = self.batches.front();
        first.is_some_and(|batch| self.downstream.call_when_drained(waker, batch, Hold::AtHighMark))
    }

    /// Gives up everything: how many messages that were.
    pub(super) fn give_up(&mut self) -> u64 {
        self.batches.drain(..).map(|batch| batch.len() as u64).sum()
    }
}
