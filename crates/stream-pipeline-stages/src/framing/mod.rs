//! Framing: a byte stream, cut anywhere into messages, becomes messages, and messages become a byte stream again.
//!
//! Invariants: where the borders of the pieces lie never changes what comes out; a framer holds one message at most, as far
//! as it has come and no longer than its cap, and no length that the stream claims is ever allocated.

mod cap;
mod delimited;
mod hold;
mod join;
mod json_array;
mod length_prefix;
mod length_prefixed;
mod lines;
mod splitter;
mod with_length_prefix;

pub use delimited::{Delimited, DelimitedOptions};
pub use join::{Join, JoinOptions};
pub use json_array::JsonArray;
pub(crate) use json_array::JsonArrayPlan;
pub use length_prefix::Endian;
pub use length_prefixed::{LengthPrefixed, LengthPrefixedOptions};
pub use lines::{Lines, LinesOptions};
pub use with_length_prefix::{WithLengthPrefix, WithLengthPrefixOptions};
