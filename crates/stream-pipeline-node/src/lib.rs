//! The Node.js binding of `stream-pipeline`: converts and forwards, decides nothing.
//!
//! | file | what |
//! |---|---|
//! | `plan.rs` | a plan from JavaScript becomes a built pipeline |
//! | `native_stage.rs` | a description of a built-in stage becomes the stage |
//! | `run.rs` | a started pipeline, as JavaScript sees it |
//! | `hand.rs` | a hand of a stage that JavaScript hosts, on this event loop or another |
//! | `region.rs` | batches to and from the memory shared with JavaScript |
//! | `json_shapes.rs` | JSON documents of repeating shape, read for JavaScript |
//! | `wake.rs` | how it is woken |
//! | `event_loop.rs` | the pipelines of an event loop, and what becomes of them when it ends first |
//! | `watch.rs` | pressure and drops, for those who listen |
//! | `reading.rs` | metrics as plain objects |
//! | `failure.rs` | errors as data |
//!
//! Invariants: JavaScript is never called per message, and never waited for; every call from it returns at once; the
//! memory JavaScript lends is used during the call only; errors cross as data, and TypeScript throws them.
#![allow(clippy::must_use_candidate, reason = "JavaScript is the caller")]

pub mod dead_letters;
mod event_loop;
pub mod failure;
pub mod hand;
pub mod json_shapes;
pub mod native_stage;
pub mod plan;
pub mod reading;
mod region;
pub mod run;
mod wake;
pub mod watch;
