//! What is wrong with a document.
//!
//! Invariant: the text says what, where, and what to do.

use std::fmt;

use stream_pipeline::Error;

/// A document that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidJson {
    /// The first byte that cannot be there; the length of the document if it ends too early.
    pub(crate) at: usize,
    pub(super) what: &'static str,
}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, what } = self;
        write!(f, "the message is no JSON document: {what} at byte {at}; send one document in each message")
    }
}

impl From<InvalidJson> for Error {
    fn from(invalid: InvalidJson) -> Self {
        Self::msg(invalid.to_string())
    }
}
