//! Emptied batches of a pipeline, kept for reuse, so that the steady path does not allocate.
//!
//! A buffer that another core has just read is slow to write: each of its lines has to be called back from there. So the
//! spares rest: the one that was emptied first is filled first, and only when enough others wait behind it.
//!
//! Invariant: the spares take at most [`MAX_POOL_BYTES`], and none of them more than [`MAX_SPARE_BYTES`]; what is beyond
//! is freed at once.

use std::collections::VecDeque;

use crate::batch::{Batch, MAX_BATCH_BYTES};
use crate::sync::Mutex;

/// Spares of more than a few lines are not filled again before so much was emptied after them: by then they have left
/// the cache of the core that read them, which has a MiB or two of its own.
const RESTING_BYTES: u64 = 2 * 1024 * 1024;

/// From this size on a spare rests.
const RESTS_FROM_BYTES: u64 = 4096;

/// Several of the largest batches that stages make, so that what users put together by themselves comes back too. A batch
/// that once grew beyond it would keep that memory for ever.
const MAX_SPARE_BYTES: u64 = 8 * MAX_BATCH_BYTES as u64;

/// Enough for all that several full rings hold of usual batches.
const MAX_POOL_BYTES: u64 = 8 * MAX_SPARE_BYTES;

#[derive(Debug, Default)]
struct Spares {
    batches: VecDeque<Batch>,
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
        let rested = spares.bytes >= RESTING_BYTES;
        let ready = spares.batches.front().is_some_and(|spare| rested || spare.allocated_bytes() < RESTS_FROM_BYTES);
        let spare = if ready { spares.batches.pop_front() } else { None };
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
            spares.batches.push_back(batch);
        }
    }
}
