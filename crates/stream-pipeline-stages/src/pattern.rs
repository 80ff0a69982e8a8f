//! Regular expressions as the stages take them.
//!
//! Invariant: a pattern is compiled once, in the constructor, within [`PATTERN_LIMIT_BYTES`].

use regex::bytes::{Regex, RegexBuilder};

use crate::invalid_option::InvalidOption;

/// The most memory that one compiled pattern may take, in bytes: 10 MiB.
///
/// A pattern may come from a user, and `\w{1000}{1000}` would otherwise take gigabytes; those written for lines of text
/// take some kilobytes.
pub const PATTERN_LIMIT_BYTES: usize = 10 * 1024 * 1024;

pub(crate) fn compile(stage: &'static str, pattern: &str) -> Result<Regex, InvalidOption> {
    RegexBuilder::new(pattern)
        .size_limit(PATTERN_LIMIT_BYTES)
        .build()
        .map_err(|error| InvalidOption::new(stage, "pattern", explain(&error)))
}

fn explain(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => format!(
            "takes more than {limit} bytes when compiled; use smaller counts in `{{..}}`, or `(?-u)` where ASCII is enough"
        ),
        other => format!(
            "{other}\ncorrect it, or put `\\` before characters that stand for themselves; the syntax is at https://docs.rs/regex/#syntax"
        ),
    }
}
