//! Emptied batches of a pipeline, kept for reuse, so that the steady path does not allocate.
//!
//! Invariant: at most [`SPARES`] batches, none of more than [`MAX_SPARE_BYTES`]; the rest is freed at once.

use crate::batch::{Batch, MAX_BATCH_BYTES};
use crate::sync::ArrayQueue;

/// Enough for each stage of a usual pipeline to have one batch in hand and one on either edge.
const SPARES: usize = 32;

/// A full batch with its table of messages. A batch that once grew beyond it would keep that memory for ever.
const MAX_SPARE_BYTES: u64 = 2 * MAX_BATCH_BYTES as u64;

#[derive(Debug)]
pub(crate) struct Pool {
    spares: ArrayQueue<Batch>,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self { spares: ArrayQueue::new(SPARES) }
    }

    /// An empty batch.
    pub(crate) fn get(&self) -> Batch {
        self.spares.pop().unwrap_or_default()
    }

    /// Takes a batch back; what is still in it is freed.
    pub(crate) fn put(&self, mut batch: Batch) {
        batch.clear();
        if batch.allocated_bytes() <= MAX_SPARE_BYTES {
            // A full pool drops the batch, which frees it.
            let _ = self.spares.push(batch);
        }
    }
}
