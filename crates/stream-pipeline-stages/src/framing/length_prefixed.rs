//! `LengthPrefixed`: a byte stream of frames, each a length and a message, becomes one message per frame.
//!
//! Invariants: `prefix[..prefix_bytes]` and `held` are what has come of the frame in work; `held` grows only with what
//! comes, and only for a frame within the cap.

use std::ops::Range;

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, Result, Stage};

use super::cap::{Cap, Words};
use super::hold::{hold, release};
use super::length_prefix::{Endian, Length, LengthFormat};
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// What the frames of [`LengthPrefixed`] look like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct LengthPrefixedOptions {
    /// How many bytes the length takes: 1, 2, 4 (the default) or 8.
    pub length_bytes: usize,
    /// Their order; big-endian by default.
    pub endian: Endian,
    /// The longest message, in bytes without its prefix; 1 MiB by default. A longer one is rejected; it is also the most
    /// memory the stage holds. The pipeline's `max_message_bytes` applies where it is smaller.
    pub max_message_bytes: usize,
    /// Whether the length counts its own bytes too; `false` by default.
    pub includes_prefix: bool,
}

impl Default for LengthPrefixedOptions {
    fn default() -> Self {
        Self { length_bytes: 4, endian: Endian::Big, max_message_bytes: 1024 * 1024, includes_prefix: false }
    }
}

/// Cuts a byte stream into the messages of its frames: a length, then so many bytes. The prefix is taken away.
///
/// Messages are taken as pieces of one byte stream: a frame may begin in one and end in another, within its prefix too.
/// A length of 0 is an empty message. The way back is [`WithLengthPrefix`](super::WithLengthPrefix).
///
/// A frame longer than [`LengthPrefixedOptions::max_message_bytes`] is rejected as soon as its prefix is there, which is
/// also all that a dead letter holds; its bytes are counted and passed over, and the stage goes on behind them. A frame
/// that is cut off by the end of input is rejected with its prefix and what there is of it. A length that counts its own
/// bytes and is less than these ends the pipeline whatever the error policy: nothing says where the next frame begins. For
/// the same reason a stream that is not what the options say cannot be recognised as such, but by its lengths. Wants an
/// edge with the policy `block` before it.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{LengthPrefixed, LengthPrefixedOptions};
///
/// let mut frames = LengthPrefixed::new(LengthPrefixedOptions { length_bytes: 2, ..Default::default() })?;
/// let mut out = Emitter::detached();
/// frames.process_batch(Batch::from_iter([&b"\0\x03one\0"[..], b"\x03two\0\0"]), &mut out)?;
/// frames.finish(&mut out)?;
/// assert_eq!(out.take_messages(), [&b"one"[..], b"two", b""]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LengthPrefixed {
    format: LengthFormat,
    max_message_bytes: usize,
    prefix: [u8; 8],
    prefix_bytes: usize,
    /// How much is missing of the message, once its prefix is there.
    missing: usize,
    held: Vec<u8>,
    /// How much is to be passed over of a frame that was rejected.
    passed_over: u64,
    /// How many bytes were before this piece, and before the frame in work.
    offset: u64,
    begun: u64,
}

const WORDS: Words = Words {
    stage: "lengthPrefixed",
    message: "frame",
    option: "max_message_bytes",
    check: "length_bytes, endian and includes_prefix are those of the stream",
};

impl LengthPrefixed {
    /// Refuses a length of other than 1, 2, 4 or 8 bytes.
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(options: LengthPrefixedOptions) -> Result<Self, InvalidOption> {
        let LengthPrefixedOptions { length_bytes, endian, max_message_bytes, includes_prefix } = options;
        Ok(Self {
            format: LengthFormat::new("lengthPrefixed", length_bytes, endian, includes_prefix)?,
            max_message_bytes,
            prefix: [0; 8],
            prefix_bytes: 0,
            missing: 0,
            held: Vec::new(),
            passed_over: 0,
            offset: 0,
            begun: 0,
        })
    }

    fn cut(&mut self, piece: &[u8], cap: Cap, out: &mut Emitter) -> Result<()> {
        let mut at = self.pass_over(piece);
        if self.prefix_bytes > 0 {
            at += self.go_on(&piece[at..], cap, out)?;
        }
        // Frames that lie whole in the piece, as far as the next that is rejected.
        while self.prefix_bytes == 0 && at < piece.len() {
            let mut frames = Frames { format: self.format, cap: cap.bytes, bytes: piece, at };
            out.push_parts(piece, &mut frames);
            at = frames.at;
            self.begun = self.offset + at as u64;
            at += self.go_on(&piece[at..], cap, out)?;
        }
        self.offset += piece.len() as u64;
        Ok(())
    }

    /// How much of `piece` belongs to a frame that was rejected.
    fn pass_over(&mut self, piece: &[u8]) -> usize {
        let count = self.passed_over.min(piece.len() as u64);
        self.passed_over -= count;
        count as usize
    }

    /// Takes from `bytes` what is missing of the frame in work, or as much of it as there is; how much that was.
    fn go_on(&mut self, bytes: &[u8], cap: Cap, out: &mut Emitter) -> Result<usize> {
        let head_bytes = self.format.bytes;
        let mut taken = 0;
        if self.prefix_bytes < head_bytes {
            taken = bytes.len().min(head_bytes - self.prefix_bytes);
            self.prefix[self.prefix_bytes..][..taken].copy_from_slice(&bytes[..taken]);
            self.prefix_bytes += taken;
            if self.prefix_bytes < head_bytes {
                return Ok(taken);
            }
            let prefix = self.prefix;
            let message_bytes = match self.format.read(&prefix[..head_bytes]) {
                Length::Of(bytes) => bytes,
                Length::Impossible(claimed) => return Err(self.impossible(claimed)),
            };
            if message_bytes > cap.bytes as u64 {
                self.prefix_bytes = 0;
                self.passed_over = message_bytes;
                cap.reject_claim(&prefix[..head_bytes], self.begun, message_bytes, out)?;
                return Ok(taken + self.pass_over(&bytes[taken..]));
            }
            self.missing = message_bytes as usize;
        }
        let rest = &bytes[taken..];
        let part = &rest[..rest.len().min(self.missing)];
        let most = self.held.len() + self.missing;
        hold(&mut self.held, part, most);
        self.missing -= part.len();
        if self.missing == 0 {
            self.prefix_bytes = 0;
            release(&mut self.held, out);
        }
        Ok(taken + part.len())
    }

    #[cold]
    fn impossible(&self, claimed: u64) -> Error {
        let Self { begun, format, .. } = self;
        Error::msg(format_args!(
            "lengthPrefixed: the frame at byte {begun} claims {claimed} bytes, fewer than its prefix of {} takes, so that \
             nothing says where the next one begins; check that {}",
            format.bytes, WORDS.check
        ))
    }

    /// The frame in work was cut off.
    #[cold]
    fn reject_rest(&mut self, out: &mut Emitter) -> Result<()> {
        let rest = [&self.prefix[..self.prefix_bytes], &self.held].concat();
        let (begun, there) = (self.begun, rest.len());
        let error = if self.prefix_bytes < self.format.bytes {
            Error::msg(format_args!(
                "lengthPrefixed: the input ends within the prefix of the frame at byte {begun}; check that it is complete"
            ))
        } else {
            let whole = there + self.missing;
            Error::msg(format_args!(
                "lengthPrefixed: the input ends {there} bytes into the frame at byte {begun}, which claims {whole} with its \
                 prefix; check that it is complete, and that {}",
                WORDS.check
            ))
        };
        self.prefix_bytes = 0;
        self.held = Vec::new();
        out.reject(&rest, error)
    }
}

impl Plan for LengthPrefixedOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(LengthPrefixed::new(self)?))
    }
}

impl Stage for LengthPrefixed {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "lengthPrefixed"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let cap = Cap::new(self.max_message_bytes, &WORDS, out);
        for piece in batch.iter() {
            if out.is_stopped() {
                break;
            }
            self.cut(piece, cap, out)?;
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        if self.prefix_bytes > 0 { self.reject_rest(out) } else { Ok(()) }
    }
}

/// The messages of the frames that lie whole in `bytes` from `at` on, up to the first that does not or is beyond the cap.
struct Frames<'a> {
    format: LengthFormat,
    cap: usize,
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Frames<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at + self.format.bytes;
        let Length::Of(message_bytes) = self.format.read(self.bytes.get(self.at..start)?) else { return None };
        if message_bytes > self.cap.min(self.bytes.len() - start) as u64 {
            return None;
        }
        self.at = start + message_bytes as usize;
        Some(start..self.at)
    }
}
