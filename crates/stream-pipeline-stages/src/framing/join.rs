//! `Join`: messages become a byte stream again, in chunks.
//!
//! Invariant: `chunk` is empty between batches; nothing waits for messages that have not come.

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, LARGE_MESSAGE_BYTES, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// What [`Join`] puts between messages, and how long its chunks become.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct JoinOptions {
    /// Written after every message; `\n` by default, any bytes, may be empty.
    pub separator: Vec<u8>,
    /// Whether it is written after the last message too; `true` by default. With `false` it stands only between
    /// messages, also between those of different chunks.
    pub trailing: bool,
    /// Messages are gathered into a chunk up to this many bytes; 64 KiB by default, what a file or a socket likes to be
    /// given at once. The pipeline's `max_message_bytes` applies where it is smaller; with 0 each message is a chunk.
    pub chunk_bytes: usize,
}

impl Default for JoinOptions {
    fn default() -> Self {
        Self { separator: b"\n".to_vec(), trailing: true, chunk_bytes: 64 * 1024 }
    }
}

/// Joins messages into chunks of one byte stream, with a separator after each message.
///
/// Messages that arrive together leave together, and nothing is held back for more: under light load a chunk holds one
/// message, under load up to [`JoinOptions::chunk_bytes`]. A longer message is a chunk by itself. Only one that with its
/// separator is longer than the pipeline's `max_message_bytes` is cut, and goes out in several chunks. Never fails.
///
/// A chunk counts as the output of the last message in it; the others count as absorbed. Nothing is emitted for no
/// bytes: an empty message with an empty separator.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Join, JoinOptions};
///
/// let mut join = Join::new(JoinOptions { separator: b", ".to_vec(), trailing: false, ..JoinOptions::default() });
/// let mut out = Emitter::detached();
/// join.process_batch(Batch::from_iter([&b"a"[..], b"b"]), &mut out)?;
/// join.process_batch(Batch::from_iter([&b"c"[..]]), &mut out)?;
/// assert_eq!(out.take_messages(), [&b"a, b"[..], b", c"]);
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Join {
    options: JoinOptions,
    chunk: Chunk,
    /// A message has been written: without `trailing`, the next one comes after a separator.
    begun: bool,
}

impl Join {
    /// A stage that has written nothing yet.
    #[must_use]
    pub fn new(options: JoinOptions) -> Self {
        Self { options, chunk: Chunk::default(), begun: false }
    }

    fn gather(&mut self, batch: &Batch, out: &mut Emitter) {
        let longest = out.max_message_bytes();
        let usual = self.options.chunk_bytes.min(longest);
        let separator_bytes = self.options.separator.len();
        let mut bytes_left = batch.message_bytes() + batch.len() * separator_bytes;
        let mut next = 0;
        while let Some((span, count)) = batch.span(next, &self.options.separator, self.room(usual)) {
            let bytes = span.len() + separator_bytes;
            if next > 0 {
                if self.chunk.bytes.len() + bytes > usual {
                    self.chunk.emit(out);
                }
                out.next_input();
            }
            if out.is_stopped() {
                return;
            }
            self.chunk.open(bytes_left.min(usual.max(bytes)).min(longest));
            // What is emitted when the chunk is full belongs to the last of them.
            out.next_inputs(count - 1);
            self.write(span, out);
            bytes_left -= bytes;
            next += count;
        }
        self.chunk.emit(out);
        out.next_input();
    }

    /// How long messages, with the separators between them, may be that are written at once.
    fn room(&self, usual: usize) -> usize {
        usual.saturating_sub(self.chunk.bytes.len() + self.options.separator.len())
    }

    /// Writes a message, or several with separators between them.
    #[inline]
    fn write(&mut self, message: &[u8], out: &mut Emitter) {
        let separator = &self.options.separator;
        if self.options.trailing {
            self.chunk.write(message, out);
            self.chunk.write(separator, out);
        } else {
            if self.begun {
                self.chunk.write(separator, out);
            }
            self.begun = true;
            self.chunk.write(message, out);
        }
    }
}

impl Plan for JoinOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Join::new(self)))
    }
}

impl Stage for Join {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "join"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        self.gather(&batch, out);
        out.recycle(batch);
        Ok(())
    }
}

/// What is written until it is emitted. Its buffer becomes the message where that saves a copy.
#[derive(Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
}

impl Chunk {
    /// Makes room for all that a new chunk will hold, and for no more: the next edge counts what is allocated.
    fn open(&mut self, capacity: usize) {
        if self.bytes.is_empty() {
            self.bytes.reserve_exact(capacity);
        }
    }

    #[inline]
    fn write(&mut self, part: &[u8], out: &mut Emitter) {
        if self.bytes.len() + part.len() > out.max_message_bytes() {
            return self.write_cut(part, out);
        }
        self.bytes.extend_from_slice(part);
    }

    #[cold]
    fn write_cut(&mut self, mut part: &[u8], out: &mut Emitter) {
        while self.bytes.len() + part.len() > out.max_message_bytes() {
            let (head, tail) = part.split_at(out.max_message_bytes() - self.bytes.len());
            self.bytes.extend_from_slice(head);
            self.emit(out);
            part = tail;
        }
        self.bytes.extend_from_slice(part);
    }

    fn emit(&mut self, out: &mut Emitter) {
        match self.bytes.len() {
            0 => {}
            small if small < LARGE_MESSAGE_BYTES => {
                out.push(&self.bytes);
                self.bytes.clear();
            }
            _ => out.push_vec(std::mem::take(&mut self.bytes)),
        }
    }
}
