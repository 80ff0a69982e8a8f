//! `Lines`: a byte stream, cut anywhere into messages, becomes one message per line.
//!
//! Invariant: `held` is the start of the line that no `\n` has ended yet, and is never longer than the cap and the `\r`
//! that may belong to the line's end.

use memchr::{memchr, memchr_iter};
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, LARGE_MESSAGE_BYTES, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// How [`Lines`] splits.
///
/// ```
/// use stream_pipeline::Stage;
/// use stream_pipeline_stages::{Lines, LinesOptions};
/// let mut lines = Lines::new(LinesOptions { max_line_bytes: 80 });
/// let error = lines.process(vec![b'x'; 81]).unwrap_err();
/// assert!(error.to_string().contains("longer than max_line_bytes (80 bytes)"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct LinesOptions {
    /// The longest line, in bytes without its ending; 1 MiB by default. A longer one ends the pipeline: it is also the
    /// most memory the stage holds. The pipeline's `max_message_bytes` applies where it is smaller.
    pub max_line_bytes: usize,
}

impl Default for LinesOptions {
    fn default() -> Self {
        Self { max_line_bytes: 1024 * 1024 }
    }
}

/// Splits bytes into lines: one message per line, without its `\n` or `\r\n`.
///
/// Messages are taken as pieces of one byte stream: a line may begin in one and end in another, and so may `\r\n`. An
/// empty line is an empty message. What follows the last `\n` is emitted at the end of input, if it is not empty. A
/// `\r` elsewhere belongs to its line.
///
/// Fails with `STAGE_FAILED` at a line longer than [`LinesOptions::max_line_bytes`]. Wants an edge with the policy
/// `block` before it: where a piece is dropped, the halves of two lines become one.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Lines, LinesOptions};
///
/// let mut lines = Lines::new(LinesOptions::default());
/// let mut out = Emitter::detached();
/// lines.process_batch(Batch::from_iter([&b"one\r\ntw"[..], b"o\n\nthree"]), &mut out)?;
/// lines.finish(&mut out)?;
/// assert_eq!(out.take_messages(), [&b"one"[..], b"two", b"", b"three"]);
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Lines {
    options: LinesOptions,
    held: Vec<u8>,
}

impl Lines {
    /// A stage that holds nothing yet.
    #[must_use]
    pub fn new(options: LinesOptions) -> Self {
        Self { options, held: Vec::new() }
    }

    fn cap(&self, out: &Emitter) -> Cap {
        let own = Cap { bytes: self.options.max_line_bytes, option: "max_line_bytes" };
        let of_pipeline = Cap { bytes: out.max_message_bytes(), option: "the pipeline's max_message_bytes" };
        if own.bytes <= of_pipeline.bytes { own } else { of_pipeline }
    }

    fn split(&mut self, piece: &[u8], cap: Cap, out: &mut Emitter) -> Result<()> {
        let mut start = 0;
        if !self.held.is_empty() {
            let Some(end) = memchr(b'\n', piece) else { return self.hold(piece, cap) };
            self.hold(&piece[..end], cap)?;
            self.release(out);
            start = end + 1;
        }
        let whole = &piece[start..];
        let mut start = 0;
        let mut checked = Ok(());
        let lines = memchr_iter(b'\n', whole).map_while(|end| {
            let ends_with_return = whole[start..end].last() == Some(&b'\r');
            let line = start..end - usize::from(ends_with_return);
            start = end + 1;
            checked = cap.check(line.len());
            checked.is_ok().then_some(line)
        });
        out.push_parts(whole, lines);
        checked?;
        self.hold(&whole[start..], cap)
    }

    /// Keeps a part of a line whose end has not come.
    fn hold(&mut self, part: &[u8], cap: Cap) -> Result<()> {
        let Some(last) = part.last() else { return Ok(()) };
        let len = self.held.len() + part.len();
        cap.check(len - usize::from(*last == b'\r'))?;
        if len > self.held.capacity() {
            // Doubles as a `Vec` does by itself, but stops at the cap.
            let capacity = len.max(cap.bytes.saturating_add(1).min(2 * self.held.capacity()));
            self.held.reserve_exact(capacity - self.held.len());
        }
        self.held.extend_from_slice(part);
        Ok(())
    }

    /// Emits the held line, whose `\n` has come.
    fn release(&mut self, out: &mut Emitter) {
        if self.held.last() == Some(&b'\r') {
            self.held.pop();
        }
        if self.held.len() < LARGE_MESSAGE_BYTES {
            out.push(&self.held);
            self.held.clear();
        } else {
            out.push_vec(std::mem::take(&mut self.held));
        }
    }
}

impl Plan for LinesOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Lines::new(self)))
    }
}

impl Stage for Lines {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "lines"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let cap = self.cap(out);
        for piece in batch.iter() {
            if out.is_stopped() {
                break;
            }
            self.split(piece, cap, out)?;
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        if !self.held.is_empty() {
            self.cap(out).check(self.held.len())?;
            out.push_vec(std::mem::take(&mut self.held));
        }
        Ok(())
    }
}

/// The longest line, and who says so.
#[derive(Clone, Copy)]
struct Cap {
    bytes: usize,
    option: &'static str,
}

impl Cap {
    fn check(self, bytes: usize) -> Result<()> {
        if bytes <= self.bytes { Ok(()) } else { Err(self.exceeded()) }
    }

    #[cold]
    fn exceeded(self) -> Error {
        let Self { bytes, option } = self;
        Error::msg(format_args!(
            "lines: a line is longer than {option} ({bytes} bytes); raise it, or check that lines end with \\n"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_allocated_than_the_cap_and_a_carriage_return() {
        let mut out = Emitter::detached();
        for cap in [1, 100, 1000, 4096, 100_000] {
            for piece_bytes in [1, 7, 999, 64 * 1024] {
                let mut lines = Lines::new(LinesOptions { max_line_bytes: cap });
                let piece = vec![b'x'; piece_bytes];
                while lines.process_batch(Batch::from_iter([&piece[..]]), &mut out).is_ok() {}
                assert!(lines.held.capacity() <= (cap + 1).max(8), "{} for a cap of {cap}", lines.held.capacity());
            }
        }
    }
}
