//! Bytes that a coder writes, until they leave as a message.
//!
//! Invariant: a chunk is no longer than [`CHUNK_BYTES`] and the pipeline's longest message; there is room in it whenever
//! it is asked for.

use stream_pipeline::Emitter;

/// Output leaves in messages of at most this many bytes, what a file or a socket likes to be given at once.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct ByteChunk {
    bytes: Box<[u8]>,
    filled: usize,
}

impl ByteChunk {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![0; CHUNK_BYTES].into_boxed_slice(), filled: 0 }
    }

    /// Where the next bytes go, never empty: a full chunk leaves first.
    pub(crate) fn room(&mut self, out: &mut Emitter) -> &mut [u8] {
        let limit = CHUNK_BYTES.min(out.max_message_bytes());
        if self.filled >= limit {
            self.emit(out);
        }
        &mut self.bytes[self.filled..limit]
    }

    /// `count` bytes were written into the room.
    pub(crate) fn fill(&mut self, count: usize) {
        self.filled += count;
    }

    /// The last `count` bytes are not to leave.
    pub(crate) fn unfill(&mut self, count: usize) {
        self.filled -= count;
    }

    pub(crate) fn put(&mut self, mut bytes: &[u8], out: &mut Emitter) {
        while !bytes.is_empty() {
            let room = self.room(out);
            let count = room.len().min(bytes.len());
            room[..count].copy_from_slice(&bytes[..count]);
            self.fill(count);
            bytes = &bytes[count..];
        }
    }

    pub(crate) fn emit(&mut self, out: &mut Emitter) {
        if self.filled > 0 {
            out.push(&self.bytes[..self.filled]);
            self.filled = 0;
        }
    }
}
