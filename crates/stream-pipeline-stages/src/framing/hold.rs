//! What is held of a message whose end has not come.
//!
//! Invariant: the buffer grows with what has come, and never beyond the most that may be held.

use stream_pipeline::{Emitter, LARGE_MESSAGE_BYTES};

/// Adds `part` to what is held, which is `most` bytes at most in the end: the buffer doubles as a `Vec` does by itself,
/// but stops there.
pub(super) fn hold(held: &mut Vec<u8>, part: &[u8], most: usize) {
    let len = held.len() + part.len();
    if len > held.capacity() {
        let capacity = len.max(most.min(2 * held.capacity()));
        held.reserve_exact(capacity - held.len());
    }
    held.extend_from_slice(part);
}

/// Emits what is held, which is a message now. Its buffer becomes the message where that saves a copy.
pub(super) fn release(held: &mut Vec<u8>, out: &mut Emitter) {
    if held.len() < LARGE_MESSAGE_BYTES {
        out.push(held);
        held.clear();
    } else {
        out.push_vec(std::mem::take(held));
    }
}
