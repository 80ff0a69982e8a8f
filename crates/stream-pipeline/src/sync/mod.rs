//! The only place where the crate names its synchronisation primitives and makes its threads.
//!
//! | file | what | chosen by |
//! |---|---|---|
//! | `real.rs` | std, `parking_lot` and crossbeam: what is shipped | default |
//! | `model.rs` | loom's: one edge, every order and every value the memory model allows | `--cfg loom` |
//! | `explored.rs` | shuttle's: whole pipelines, orders chosen at random | `--cfg shuttle` |
//!
//! Invariant: all of them offer the same names with the same meaning, so that what is checked is what is shipped.
//!
//! The latency tracker's counters stay std's for shuttle: nobody waits for one of the thousands, and their order is loom's.

#[cfg(not(any(loom, shuttle)))]
mod real;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use real::*;

#[cfg(loom)]
mod model;
#[cfg(loom)]
pub(crate) use model::*;

#[cfg(shuttle)]
mod explored;
#[cfg(shuttle)]
pub(crate) use explored::*;
