//! Framing: a byte stream, cut anywhere into messages, becomes messages, and messages become a byte stream again.
//!
//! Invariants: where the borders of the pieces lie never changes what comes out; a framer holds one message at most, as far
//! as it has come and no longer than its cap, and no length that the stream claims is ever allocated.

mod cap;
mod hold;
mod join;
mod lines;
mod splitter;

pub use join::{Join, JoinOptions};
pub use lines::{Lines, LinesOptions};
