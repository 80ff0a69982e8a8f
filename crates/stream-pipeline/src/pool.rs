//! Emptied batches of a pipeline, kept for reuse, so that the steady path does not allocate.
//!
//! Invariant: the spares take at most [`MAX_POOL_BYTES`], and none of them more than [`MAX_SPARE_BYTES`]; what is beyond
//! is freed at once.

use crate::batch::{Batch, MAX_BATCH_BYTES};
use crate::sync::Mutex;

/// A full batch with its table of messages. A batch that once grew beyond it would keep that memory for ever.
const MAX_SPARE_BYTES: u64 = 2 * MAX_BATCH_BYTES as u64;

/// Enough for 32 of the largest batches, or for all that several full rings hold of usual ones.
const MAX_POOL_BYTES: u64 = 32 * MAX_SPARE_BYTES;

#[derive(Debug, Default)]
struct Spares {
    /// The one that was emptied last is filled first: its buffers are still in a cache.
    batches: Vec<Batch>,
    bytes: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Pool {
    spares: Mutex<Spares>,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// An empty batch.
    pub(crate) fn get(&self) -> Batch {
        let mut spares = self.spares.lock();
        let spare = spares.batches.pop();
        if let Some(spare) = &spare {
            spares.bytes -= spare.allocated_bytes();
        }
        drop(spares);
        spare.unwrap_or_default()
    }

    /// Takes a batch back; what is still in it is freed.
    pub(crate) fn put(&self, mut batch: Batch) {
        batch.clear();
        let bytes = batch.allocated_bytes();
        if bytes > MAX_SPARE_BYTES {
            return;
        }
        let mut spares = self.spares.lock();
        if spares.bytes + bytes <= MAX_POOL_BYTES {
            spares.bytes += bytes;
            spares.batches.push(batch);
        }
    }
}
