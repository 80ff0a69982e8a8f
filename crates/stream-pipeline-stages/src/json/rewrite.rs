//! The fast form of stages that make one document of each.
//!
//! Invariant: a document that cannot be read is rejected, and the next one is worked on.

use stream_pipeline::{Batch, Emitter, Result};

use super::scan::Scan;

/// Emits what `write` makes of each message in the empty `buffer`, which is kept from message to message.
pub(super) fn rewrite(
    batch: Batch,
    out: &mut Emitter,
    buffer: &mut Vec<u8>,
    mut write: impl FnMut(&[u8], &mut Vec<u8>) -> Scan<()>,
) -> Result<()> {
    for message in batch.iter() {
        if out.is_stopped() {
            break;
        }
        buffer.clear();
        match write(message, buffer) {
            Ok(()) => out.push(buffer),
            Err(invalid) => out.reject(message, invalid.into())?,
        }
        out.next_input();
    }
    out.recycle(batch);
    // One large document does not claim its memory for good.
    buffer.shrink_to(KEPT_BYTES);
    Ok(())
}

const KEPT_BYTES: usize = 64 * 1024;
