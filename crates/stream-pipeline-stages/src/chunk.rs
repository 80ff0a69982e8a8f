//! `Chunk`: messages are held until there are enough of them, and leave as one.
//!
//! Invariants: what is held fits the caps, and leaves when its oldest message has been held for the longest delay; no more
//! is allocated for it than the longest chunk or message.

use std::time::{Duration, Instant};

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, LARGE_MESSAGE_BYTES, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::milliseconds::milliseconds;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// When what [`Chunk`] holds is enough, and what it puts between messages.
///
/// ```
/// use stream_pipeline_stages::{Chunk, ChunkOptions};
/// let refused = Chunk::new(ChunkOptions { max_messages: 0, ..ChunkOptions::default() }).unwrap_err();
/// assert!(refused.to_string().starts_with("chunk: option `max_messages`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ChunkOptions {
    /// The most messages in a chunk, at least 1; 1000 by default.
    pub max_messages: usize,
    /// The most bytes in a chunk of several messages, separators included, at least 1; 64 KiB by default, what a file or a
    /// socket likes to be given at once. A longer message is a chunk by itself. The pipeline's `max_message_bytes` applies
    /// where it is smaller.
    pub max_bytes: usize,
    /// How long a message is held for others at most; a second by default. With 0 a chunk leaves with the batch it came
    /// in. In a plan it is `maxDelayMs`.
    #[serde(rename = "maxDelayMs", deserialize_with = "milliseconds")]
    pub max_delay: Duration,
    /// Written after each message; `\n` by default, any bytes, may be empty.
    pub separator: Vec<u8>,
    /// Whether it is written after the last message of a chunk too; `true` by default.
    pub trailing: bool,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self {
            max_messages: 1000,
            max_bytes: 64 * 1024,
            max_delay: Duration::from_secs(1),
            separator: b"\n".to_vec(),
            trailing: true,
        }
    }
}

/// Gathers messages into one, for what is better given many at once: a request with many records, a block to compress.
///
/// A chunk leaves as soon as it has [`max_messages`](ChunkOptions::max_messages) or
/// [`max_bytes`](ChunkOptions::max_bytes), when the next message would be too much for it, when its oldest message has
/// been held for [`max_delay`](ChunkOptions::max_delay), and at the end of input. [`Join`](crate::Join) holds nothing and
/// gathers only what comes together.
///
/// A chunk counts as the output of the message that ends it, or as created where time or the end of input does; all other
/// messages count as absorbed, once they are held. After an abort or a failure what is held is lost with the stage: at
/// most one chunk. A message that with its separator is longer than the pipeline's `max_message_bytes` is rejected.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Chunk, ChunkOptions};
///
/// let mut chunk = Chunk::new(ChunkOptions { max_messages: 2, ..ChunkOptions::default() })?;
/// let mut out = Emitter::detached();
/// chunk.process_batch(Batch::from_iter([&b"a"[..], b"b", b"c"]), &mut out)?;
/// assert_eq!(out.take_messages(), [b"a\nb\n"]);
/// chunk.finish(&mut out)?;
/// assert_eq!(out.take_messages(), [b"c\n"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Chunk {
    options: ChunkOptions,
    held: Vec<u8>,
    /// Messages in `held`.
    count: usize,
    /// When what is held leaves; `None` if nothing is, or its time is beyond what an `Instant` can tell.
    due: Option<Instant>,
    /// The length of the chunk before, which the next one is likely to have.
    usual_bytes: usize,
}

impl Chunk {
    /// Refuses chunks of no messages and of no bytes.
    pub fn new(options: ChunkOptions) -> Result<Self, InvalidOption> {
        for (option, value) in [("max_messages", options.max_messages), ("max_bytes", options.max_bytes)] {
            if value == 0 {
                let text = "a chunk of 0 is none; choose 1 or more".to_owned();
                return Err(InvalidOption::new("chunk", option, text));
            }
        }
        Ok(Self { options, held: Vec::new(), count: 0, due: None, usual_bytes: 0 })
    }

    fn take(&mut self, message: &[u8], now: Instant, out: &mut Emitter) -> Result<()> {
        let longest = self.options.max_bytes.min(out.max_message_bytes());
        if self.count > 0 && self.held.len() + self.bytes_of(message) > longest {
            self.emit(out);
        }
        if self.count == 0 {
            let bytes = self.bytes_of(message);
            if bytes > out.max_message_bytes() {
                return out.reject(message, too_long(bytes, out.max_message_bytes()));
            }
            self.due = now.checked_add(self.options.max_delay);
        }
        self.hold(message, longest);
        if self.count == self.options.max_messages || self.held.len() >= longest {
            self.emit(out);
        }
        Ok(())
    }

    /// What a message takes in the chunk that is held.
    fn bytes_of(&self, message: &[u8]) -> usize {
        let with_separator = self.options.trailing || self.count > 0;
        message.len() + if with_separator { self.options.separator.len() } else { 0 }
    }

    fn hold(&mut self, message: &[u8], longest: usize) {
        let len = self.held.len() + self.bytes_of(message);
        if len > self.held.capacity() {
            // Doubles as a `Vec` does by itself, but stops at the longest.
            let capacity = len.max(longest.min(self.usual_bytes.max(2 * self.held.capacity())));
            self.held.reserve_exact(capacity - self.held.len());
        }
        if !self.options.trailing && self.count > 0 {
            self.held.extend_from_slice(&self.options.separator);
        }
        self.held.extend_from_slice(message);
        if self.options.trailing {
            self.held.extend_from_slice(&self.options.separator);
        }
        self.count += 1;
    }

    fn emit(&mut self, out: &mut Emitter) {
        if self.count == 0 {
            return;
        }
        self.count = 0;
        self.due = None;
        self.usual_bytes = self.held.len();
        if self.held.len() < LARGE_MESSAGE_BYTES {
            out.push(&self.held);
            self.held.clear();
        } else {
            out.push_vec(std::mem::take(&mut self.held));
        }
    }
}

#[cold]
fn too_long(bytes: usize, limit: usize) -> Error {
    Error::msg(format_args!(
        "chunk: a message is {bytes} bytes with its separator, and the pipeline's max_message_bytes is {limit}; raise it, or choose a shorter separator"
    ))
}

impl Plan for ChunkOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Chunk::new(self)?))
    }
}

impl Stage for Chunk {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "chunk"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let now = Instant::now();
        for message in batch.iter() {
            if out.is_stopped() {
                break;
            }
            self.take(message, now, out)?;
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        self.emit(out);
        Ok(())
    }

    fn next_timer(&self) -> Option<Instant> {
        self.due
    }

    fn on_timer(&mut self, now: Instant, out: &mut Emitter) -> Result<()> {
        if self.due.is_some_and(|due| due <= now) {
            self.emit(out);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_allocated_than_the_longest_chunk_or_message() {
        let mut out = Emitter::detached();
        for (max_bytes, message_bytes) in [(1, 0), (100, 7), (5000, 7), (5000, 900), (100_000, 3), (1000, 6000)] {
            let options = ChunkOptions { max_bytes, max_messages: usize::MAX, ..ChunkOptions::default() };
            let mut chunk = Chunk::new(options).unwrap();
            let message = vec![b'x'; message_bytes];
            for _ in 0..200 {
                chunk.process_batch(Batch::from_iter([&message[..]; 30]), &mut out).unwrap();
                let most = max_bytes.max(message_bytes + 1);
                assert!(chunk.held.capacity() <= most, "{} for {most}", chunk.held.capacity());
            }
        }
    }
}
