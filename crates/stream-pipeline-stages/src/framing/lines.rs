//! `Lines`: a byte stream, cut anywhere into messages, becomes one message per line.
//!
//! Invariant: a line ends at each `\n`, and nowhere else; one `\r` before it is not part of the line.

use memchr::memchr_iter;
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use super::cap::{Cap, Words};
use super::splitter::{Ending, Splitter};
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
    /// The longest line, in bytes without its ending; 1 MiB by default. A longer one is rejected; it is also the most
    /// memory the stage holds. The pipeline's `max_message_bytes` applies where it is smaller.
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
/// Rejects a line longer than [`LinesOptions::max_line_bytes`] as soon as it is: what becomes of it is the stage's
/// [`ErrorPolicy`](stream_pipeline::ErrorPolicy). A dead letter holds its first bytes, as many as the cap allows; the rest
/// is passed over, not held, and the stage goes on behind the next `\n`. Wants an edge with the policy `block` before it:
/// where a piece is dropped, the halves of two lines become one.
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
    splitter: Splitter<Newline>,
}

const WORDS: Words = Words { stage: "lines", message: "line", option: "max_line_bytes", check: "lines end with \\n" };

impl Lines {
    /// A stage that holds nothing yet.
    #[must_use]
    pub fn new(options: LinesOptions) -> Self {
        Self { options, splitter: Splitter::new(Newline) }
    }

    fn cap(&self, out: &Emitter) -> Cap {
        Cap::new(self.options.max_line_bytes, &WORDS, out)
    }
}

/// `\n`, and the `\r` before it.
#[derive(Debug, Default)]
struct Newline;

impl Ending for Newline {
    fn bytes(&self) -> usize {
        1
    }

    fn slack(&self, part: &[u8]) -> usize {
        usize::from(part.last() == Some(&b'\r'))
    }

    #[inline]
    fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        memchr_iter(b'\n', bytes)
    }

    #[inline]
    fn message_bytes(&self, before: &[u8]) -> usize {
        before.len() - usize::from(before.last() == Some(&b'\r'))
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
        self.splitter.split_batch(batch, cap, out)
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        self.splitter.finish(self.cap(out), out)
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
                let mut most = 0;
                while lines.process_batch(Batch::from_iter([&piece[..]]), &mut out).is_ok() {
                    most = most.max(lines.splitter.held_capacity());
                }
                assert!(most <= (cap + 1).max(8), "{most} for a cap of {cap}");
                assert_eq!(lines.splitter.held_capacity(), 0);
            }
        }
    }
}
