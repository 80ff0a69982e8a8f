//! `Extract`: of each message, the part that a regular expression finds.
//!
//! Invariant: what leaves is a range of what came; no byte is copied.

use std::fmt;
use std::ops::Range;

use regex::bytes::{CaptureLocations, Regex};
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::pattern::compile;
use crate::plan::Plan;

/// A group of a pattern.
///
/// ```
/// use stream_pipeline_stages::CaptureGroup;
/// assert_eq!(CaptureGroup::from(2), CaptureGroup::Index(2));
/// assert_eq!(CaptureGroup::from("id"), CaptureGroup::Name("id".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum CaptureGroup {
    /// By the order of the opening parentheses, from 1; 0 is the whole match.
    Index(usize),
    /// By its name, as in `(?<id>\d+)`.
    Name(String),
}

impl From<usize> for CaptureGroup {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl From<&str> for CaptureGroup {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl fmt::Display for CaptureGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Name(name) => write!(f, "`{name}`"),
        }
    }
}

/// What [`Extract`] takes out of a match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractOptions {
    /// The group that becomes the message. By default the first one, or the whole match if the pattern has none.
    pub group: Option<CaptureGroup>,
}

/// Narrows each message to what a group of a regular expression matches in it, at the first match.
///
/// Messages without a match are absorbed, and so are those in which the group had no part in the match, as in
/// `a|(b)`. A group that matches nothing, as in `id=(\d*)`, gives an empty message. How bytes are matched is said at
/// [`Filter`](crate::Filter). Never fails once made.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Extract, ExtractOptions};
///
/// let mut ids = Extract::new(r"user=(?<id>\d+)", ExtractOptions { group: Some("id".into()) })?;
/// let mut out = Emitter::detached();
/// ids.process_batch(Batch::from_iter([&b"GET / user=17"[..], b"GET /"]), &mut out)?;
/// assert_eq!(out.take_messages(), [b"17"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Extract {
    regex: Regex,
    group: usize,
    locations: CaptureLocations,
}

impl Extract {
    /// Refuses what [`Filter::new`](crate::Filter::new) refuses, and a group that the pattern has not.
    ///
    /// ```
    /// use stream_pipeline_stages::{Extract, ExtractOptions};
    /// let refused = Extract::new("(a)(?<b>b)", ExtractOptions { group: Some(3.into()) }).unwrap_err();
    /// assert_eq!(refused.to_string(), "extract: option `group`: the pattern has no group 3; choose one of 0, 1, 2 or `b`");
    /// ```
    pub fn new(pattern: &str, options: ExtractOptions) -> Result<Self, InvalidOption> {
        let regex = compile("extract", pattern)?;
        let group = match options.group {
            None => usize::from(regex.captures_len() > 1),
            Some(group) => index_of(&group, &regex)
                .ok_or_else(|| InvalidOption::new("extract", "group", no_such_group(&group, &regex)))?,
        };
        Ok(Self { group, locations: regex.capture_locations(), regex })
    }

    fn part(&mut self, message: &[u8]) -> Option<Range<usize>> {
        if self.group == 0 {
            return self.regex.find(message).map(|found| found.range());
        }
        self.regex.captures_read(&mut self.locations, message)?;
        let (start, end) = self.locations.get(self.group)?;
        Some(start..end)
    }
}

fn index_of(group: &CaptureGroup, regex: &Regex) -> Option<usize> {
    match group {
        CaptureGroup::Index(index) => (*index < regex.captures_len()).then_some(*index),
        CaptureGroup::Name(name) => regex.capture_names().position(|known| known == Some(name)),
    }
}

fn no_such_group(group: &CaptureGroup, regex: &Regex) -> String {
    let names = regex.capture_names().flatten().map(|name| format!("`{name}`"));
    let known: Vec<_> = (0..regex.captures_len()).map(|index| index.to_string()).chain(names).collect();
    match known.split_last() {
        Some((last, others)) if !others.is_empty() => {
            format!("the pattern has no group {group}; choose one of {} or {last}", others.join(", "))
        }
        _ => format!("the pattern has no group {group}; put `(..)` around a part of it, or choose 0, the whole match"),
    }
}

/// A pattern and its options, as a plan holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtractPlan {
    pattern: String,
    #[serde(default)]
    group: Option<CaptureGroup>,
}

impl Plan for ExtractPlan {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Extract::new(&self.pattern, ExtractOptions { group: self.group })?))
    }
}

impl Stage for Extract {
    fn process(&mut self, mut input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        let Some(part) = self.part(&input) else { return Ok(Vec::new()) };
        input.truncate(part.end);
        input.drain(..part.start);
        Ok(vec![input])
    }

    fn name(&self) -> &'static str {
        "extract"
    }

    fn process_batch(&mut self, mut batch: Batch, out: &mut Emitter) -> Result<()> {
        batch.narrow(|message| self.part(message));
        out.forward(batch);
        Ok(())
    }
}
