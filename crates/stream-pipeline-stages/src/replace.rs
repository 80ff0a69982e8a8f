//! `Replace`: in each message, what a regular expression matches gives way to other text.
//!
//! Invariant: a message without a match leaves as it came.

use regex::bytes::{CaptureLocations, Regex};
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, LARGE_MESSAGE_BYTES, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::pattern::compile;
use crate::plan::Plan;
use crate::replacement::Replacement;
use crate::simple_form::process_alone;

const NAME: &str = "replace";

/// How [`Replace`] replaces.
///
/// ```
/// use stream_pipeline::Stage;
/// use stream_pipeline_stages::{Replace, ReplaceOptions};
/// let mut first = Replace::new("a", "b", ReplaceOptions { all: false })?;
/// assert_eq!(first.process(b"aa".to_vec())?, [b"ba"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplaceOptions {
    /// Replaces every match, `true` by default; otherwise only the first one of each message.
    pub all: bool,
}

impl Default for ReplaceOptions {
    fn default() -> Self {
        Self { all: true }
    }
}

/// Replaces what a regular expression matches in each message.
///
/// In the replacement, `$1` and `${1}` stand for what a group matched, `$name` and `${name}` for a group with a name, `$0`
/// for the whole match, and `$$` for a dollar sign; a name ends where no letter, digit or `_` follows. A group that had no
/// part in the match gives nothing. How bytes are matched is said at [`Filter`](crate::Filter).
///
/// Messages without a match pass. If no message of a batch has one, not a byte is copied; otherwise small messages are
/// copied beside their neighbours, and those of [`LARGE_MESSAGE_BYTES`] or more are moved.
///
/// Rejects a message that would become longer than the pipeline's `max_message_bytes`.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Replace, ReplaceOptions};
///
/// let mut masked = Replace::new(r"(?<user>\w+)@\w+\.\w+", "$user@..", ReplaceOptions::default())?;
/// let mut out = Emitter::detached();
/// masked.process_batch(Batch::from_iter([&b"to ada@home.org, eve@web.org"[..], b"to all"]), &mut out)?;
/// assert_eq!(out.take_messages(), [&b"to ada@.., eve@.."[..], b"to all"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Replace {
    regex: Regex,
    locations: CaptureLocations,
    replacement: Replacement,
    all: bool,
    /// The message in work; its memory is kept for the next one.
    replaced: Vec<u8>,
}

impl Replace {
    /// Refuses what [`Filter::new`](crate::Filter::new) refuses, a replacement that names a group which the pattern has
    /// not, and a `$` that stands for nothing.
    ///
    /// ```
    /// use stream_pipeline_stages::{Replace, ReplaceOptions};
    /// let refused = Replace::new("(a)", "$2", ReplaceOptions::default()).unwrap_err();
    /// assert!(refused.to_string().contains("the pattern has no group `2`"));
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(pattern: &str, replacement: &str, options: ReplaceOptions) -> Result<Self, InvalidOption> {
        let regex = compile(NAME, pattern)?;
        let replacement =
            Replacement::new(replacement, &regex).map_err(|text| InvalidOption::new(NAME, "replacement", text))?;
        Ok(Self { locations: regex.capture_locations(), regex, replacement, all: options.all, replaced: Vec::new() })
    }

    /// The first match from `at` on; its groups are in `locations` if the replacement wants them.
    fn find(&mut self, message: &[u8], at: usize) -> Option<(usize, usize)> {
        let found = if self.replacement.needs_groups() {
            self.regex.captures_read_at(&mut self.locations, message, at)?
        } else {
            self.regex.find_at(message, at)?
        };
        Some((found.start(), found.end()))
    }

    /// Writes `message` with its matches replaced; `false` if there is none.
    fn rewrite(&mut self, message: &[u8], max_bytes: usize) -> Result<bool> {
        self.replaced.clear();
        let (mut copied, mut at, mut last_end) = (0, 0, None);
        while at <= message.len()
            && let Some((start, end)) = self.find(message, at)
        {
            at = end;
            if start == end {
                at += character_bytes(&message[end..]);
                // As everywhere: no empty match right behind another match.
                if last_end == Some(end) {
                    continue;
                }
            }
            last_end = Some(end);
            self.replaced.extend_from_slice(&message[copied..start]);
            self.replacement.write((start, end), message, &self.locations, &mut self.replaced);
            copied = end;
            if self.replaced.len() + (message.len() - copied) > max_bytes {
                return Err(too_long(max_bytes));
            }
            if !self.all {
                break;
            }
        }
        self.replaced.extend_from_slice(&message[copied..]);
        Ok(last_end.is_some())
    }

    fn rewrite_each(&mut self, batch: &mut Batch, out: &mut Emitter) -> Result<()> {
        while !out.is_stopped()
            && let Some(message) = batch.get(0)
        {
            match self.rewrite(message, out.max_message_bytes()) {
                Ok(true) => out.push(&self.replaced),
                Ok(false) if message.len() < LARGE_MESSAGE_BYTES => out.push(message),
                Ok(false) => {
                    batch.pop_front().into_iter().for_each(|message| out.push_vec(message));
                    out.next_input();
                    continue;
                }
                Err(error) => out.reject(message, error)?,
            }
            batch.drop_front(1);
            out.next_input();
        }
        Ok(())
    }
}

/// How many bytes the first character takes; 1 at the end, and where there is no character.
fn character_bytes(text: &[u8]) -> usize {
    let start = &text[..text.len().min(4)];
    let first = start.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    first.map_or(1, char::len_utf8)
}

#[cold]
fn too_long(max_bytes: usize) -> Error {
    Error::msg(format_args!(
        "{NAME}: the message becomes longer than the pipeline's max_message_bytes ({max_bytes} bytes); raise it, or replace less"
    ))
}

/// A pattern, what replaces it, and options, as a plan holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplacePlan {
    pattern: String,
    replacement: String,
    #[serde(default = "all_by_default")]
    all: bool,
}

fn all_by_default() -> bool {
    ReplaceOptions::default().all
}

impl Plan for ReplacePlan {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Replace::new(&self.pattern, &self.replacement, ReplaceOptions { all: self.all })?))
    }
}

impl Stage for Replace {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn process_batch(&mut self, mut batch: Batch, out: &mut Emitter) -> Result<()> {
        if batch.iter().all(|message| !self.regex.is_match(message)) {
            out.forward(batch);
            return Ok(());
        }
        self.rewrite_each(&mut batch, out)?;
        out.recycle(batch);
        Ok(())
    }
}
