//! `Filter`: some messages pass, the others are absorbed.
//!
//! Invariant: a message that passes is the one that came; no byte is copied.

use regex::bytes::Regex;
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::pattern::compile;
use crate::plan::Plan;

/// What [`Filter`] lets pass.
///
/// ```
/// use stream_pipeline::Stage;
/// use stream_pipeline_stages::{Filter, FilterOptions};
/// let mut no_comments = Filter::new("^#", FilterOptions { invert: true })?;
/// assert!(no_comments.process(b"# a comment".to_vec())?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterOptions {
    /// Lets pass what does not match instead; `false` by default.
    pub invert: bool,
}

/// Keeps the messages in which a regular expression matches somewhere; the others are absorbed.
///
/// Messages are bytes: `.` and classes match whole characters of UTF-8, and `(?-u)` in the pattern makes them match any
/// byte. `^` and `$` are the ends of the message, `(?i)` ignores case, and an empty pattern matches every message. The
/// time is linear in the length of the message, whatever the pattern; that is why there are no look-arounds and no
/// back-references. Never fails once made.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Filter, FilterOptions};
///
/// let mut errors = Filter::new("ERROR|FATAL", FilterOptions::default())?;
/// let mut out = Emitter::detached();
/// errors.process_batch(Batch::from_iter([&b"INFO up"[..], b"ERROR down"]), &mut out)?;
/// assert_eq!(out.take_messages(), [b"ERROR down"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Filter {
    regex: Regex,
    invert: bool,
}

impl Filter {
    /// Refuses a `pattern` that is no regular expression, or takes more than
    /// [`PATTERN_LIMIT_BYTES`](crate::PATTERN_LIMIT_BYTES) when compiled.
    ///
    /// ```
    /// use stream_pipeline_stages::{Filter, FilterOptions};
    /// let refused = Filter::new("(", FilterOptions::default()).unwrap_err();
    /// assert!(refused.to_string().contains("unclosed group"));
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(pattern: &str, options: FilterOptions) -> Result<Self, InvalidOption> {
        Ok(Self { regex: compile("filter", pattern)?, invert: options.invert })
    }

    fn keeps(&self, message: &[u8]) -> bool {
        self.regex.is_match(message) != self.invert
    }
}

/// A pattern and its options, as a plan holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterPlan {
    pattern: String,
    #[serde(default)]
    invert: bool,
}

impl Plan for FilterPlan {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Filter::new(&self.pattern, FilterOptions { invert: self.invert })?))
    }
}

impl Stage for Filter {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        Ok(if self.keeps(&input) { vec![input] } else { Vec::new() })
    }

    fn name(&self) -> &'static str {
        "filter"
    }

    fn process_batch(&mut self, mut batch: Batch, out: &mut Emitter) -> Result<()> {
        batch.retain(|message| self.keeps(message));
        out.forward(batch);
        Ok(())
    }
}
