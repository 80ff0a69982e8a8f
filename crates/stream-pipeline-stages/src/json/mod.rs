//! Stages on messages that are JSON documents, and what they read them with.
//!
//! Invariant: a document is read as `JSON.parse()` reads it, or is refused with the place; reading it takes no memory of its
//! own but a byte for each level of nesting, and its levels are bounded.

#![allow(dead_code, reason = "the stages that use it follow")]

mod invalid_json;
mod pointer;
mod scan;
mod scan_scalars;
#[cfg(test)]
mod tests;

#[allow(unused_imports, reason = "as above")]
pub(crate) use invalid_json::InvalidJson;
#[allow(unused_imports, reason = "as above")]
pub(crate) use pointer::{Pointer, Pointers};
#[allow(unused_imports, reason = "as above")]
pub(crate) use scan::MAX_DEPTH;
