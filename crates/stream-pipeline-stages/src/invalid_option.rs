//! The one error of the constructors.
//!
//! Invariant: its text names the stage and the option, says what is wrong with the value, and what to do.

use std::error::Error;
use std::fmt;

use stream_pipeline::ErrorCode;

/// A stage was not made, because one of its options has a value that cannot be.
///
/// ```
/// use stream_pipeline_stages::{Gzip, GzipOptions};
/// let refused = Gzip::new(GzipOptions { level: 10, ..GzipOptions::default() }).unwrap_err();
/// assert_eq!((refused.stage(), refused.option()), ("gzip", "level"));
/// assert_eq!(refused.to_string(), "gzip: option `level`: 10 is not a level; choose one of 0 (store) to 9 (smallest)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOption {
    stage: &'static str,
    option: &'static str,
    text: String,
}

impl InvalidOption {
    pub(crate) fn new(stage: &'static str, option: &'static str, text: String) -> Self {
        Self { stage, option, text }
    }

    /// Always [`ErrorCode::InvalidOption`].
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        ErrorCode::InvalidOption
    }

    /// What the stage calls itself, for example `filter`.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        self.stage
    }

    /// The option or argument that was refused, for example `pattern`.
    #[must_use]
    pub fn option(&self) -> &'static str {
        self.option
    }
}

impl fmt::Display for InvalidOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: option `{}`: {}", self.stage, self.option, self.text)
    }
}

impl Error for InvalidOption {}
