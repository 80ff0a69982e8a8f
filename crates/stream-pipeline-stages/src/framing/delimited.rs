//! `Delimited`: a byte stream becomes one message for each piece between delimiters.
//!
//! Invariant: a message ends at each delimiter, found from its start on, and nowhere else.

use memchr::memmem::Finder;
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use super::cap::{Cap, Words};
use super::splitter::{Ending, Splitter};
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// How [`Delimited`] splits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct DelimitedOptions {
    /// What stands behind each message; a byte 0 by default, any bytes, not empty.
    pub delimiter: Vec<u8>,
    /// The longest message, in bytes without the delimiter; 1 MiB by default. A longer one is rejected; with the delimiter
    /// it is also the most memory the stage holds. The pipeline's `max_message_bytes` applies where it is smaller.
    pub max_message_bytes: usize,
}

impl Default for DelimitedOptions {
    fn default() -> Self {
        Self { delimiter: vec![0], max_message_bytes: 1024 * 1024 }
    }
}

/// Splits bytes at a delimiter: one message for each piece, without the delimiter.
///
/// Messages are taken as pieces of one byte stream: a message, and a delimiter too, may begin in one and end in another.
/// Between two delimiters that follow each other is an empty message. What follows the last one is emitted at the end of
/// input, if it is not empty; part of a delimiter belongs to it. The way back is a [`Join`](super::Join) with the delimiter
/// as its separator. Lines are split by [`Lines`](super::Lines), which knows `\r\n`.
///
/// Rejects a message longer than [`DelimitedOptions::max_message_bytes`] as soon as it is certainly that. A dead letter
/// holds its first bytes, as many as the cap allows; the rest is passed over, not held, and the stage goes on behind the
/// next delimiter. Wants an edge with the policy `block` before it.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Delimited, DelimitedOptions};
///
/// let mut parts = Delimited::new(DelimitedOptions { delimiter: b"--".to_vec(), ..Default::default() })?;
/// let mut out = Emitter::detached();
/// parts.process_batch(Batch::from_iter([&b"one-"[..], b"-t-wo----three"]), &mut out)?;
/// parts.finish(&mut out)?;
/// assert_eq!(out.take_messages(), [&b"one"[..], b"t-wo", b"", b"three"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Delimited {
    max_message_bytes: usize,
    splitter: Splitter<Delimiter>,
}

const WORDS: Words = Words {
    stage: "delimited",
    message: "message",
    option: "max_message_bytes",
    check: "the delimiter is the one of the stream",
};

impl Delimited {
    /// Refuses an empty delimiter.
    pub fn new(options: DelimitedOptions) -> Result<Self, InvalidOption> {
        let DelimitedOptions { delimiter, max_message_bytes } = options;
        if delimiter.is_empty() {
            let text = "it is empty, and stands everywhere; give at least one byte".to_owned();
            return Err(InvalidOption::new("delimited", "delimiter", text));
        }
        let finder = Finder::new(&delimiter).into_owned();
        Ok(Self { max_message_bytes, splitter: Splitter::new(Delimiter { finder }) })
    }
}

/// The bytes behind each message.
#[derive(Debug)]
struct Delimiter {
    finder: Finder<'static>,
}

impl Ending for Delimiter {
    fn bytes(&self) -> usize {
        self.finder.needle().len()
    }

    fn slack(&self, _part: &[u8]) -> usize {
        self.bytes() - 1
    }

    #[inline]
    fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        self.finder.find_iter(bytes)
    }

    #[inline]
    fn message_bytes(&self, before: &[u8]) -> usize {
        before.len()
    }
}

impl Plan for DelimitedOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Delimited::new(self)?))
    }
}

impl Stage for Delimited {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "delimited"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let cap = Cap::new(self.max_message_bytes, &WORDS, out);
        self.splitter.split_batch(batch, cap, out)
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        self.splitter.finish(Cap::new(self.max_message_bytes, &WORDS, out), out)
    }
}
