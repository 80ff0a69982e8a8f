//! Stages on messages that are JSON documents, and what they read them with.
//!
//! Invariant: a document is read as `JSON.parse()` reads it, or is refused with the place; reading it takes no memory of its
//! own but a byte for each level of nesting, and its levels are bounded.

mod compare;
mod invalid_json;
mod judge;
mod pick;
mod pointer;
mod predicate;
mod rewrite;
mod scan;
mod scan_scalars;
#[cfg(test)]
mod tests;
mod valid_json;
mod where_stage;

pub use pick::{MissingField, Pick, PickOptions};
pub use predicate::{Comparison, Predicate, Scalar};
pub use valid_json::{ValidJson, ValidJsonOptions};
pub use where_stage::Where;
pub(crate) use where_stage::WherePlan;

#[allow(unused_imports, reason = "for stages that look up keys, outside of this family")]
pub(crate) use pointer::{Pointer, Pointers};
