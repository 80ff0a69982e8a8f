//! Windows of time: numbers of many messages by key, as one message for each window and key.
//!
//! | file | what it is |
//! |---|---|
//! | `options` | what a window is told, and what it refuses |
//! | `aggregate` | count, sum, min, max, mean, quantile, as they are asked for |
//! | `figures` | the numbers of one key, and how they are merged and written |
//! | `fields` | time, key and values, read out of a message |
//! | `event_time` | a time in a document as milliseconds |
//! | `clock` | the time of the machine |
//! | `panes` | what is held, and which windows are due |
//! | `stage` | the stage: when windows close, and what becomes of late messages |

mod aggregate;
mod clock;
mod event_time;
mod fields;
mod figures;
mod options;
mod panes;
mod stage;
#[cfg(test)]
mod tests;

pub use aggregate::Aggregate;
pub use event_time::TimeUnit;
pub use options::{LateMessages, WindowOptions};
pub use stage::Window;
