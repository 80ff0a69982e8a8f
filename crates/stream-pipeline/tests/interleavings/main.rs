//! Whole pipelines in many orders of their threads, with shuttle's threads, locks and atomics in place of the real ones.
//!
//! `npm run shuttle`; CONTRIBUTING.md says how to look deeper, and how to see a failure again.
//!
//! | file | what |
//! |---|---|
//! | `explore.rs` | runs a scenario in many orders |
//! | `chain.rs` | a pipeline of random shape, and what has to come out of it |
//! | `ends.rs` | those who push into it and take from it, in every form |
//! | `books.rs` | the ledger and its parts, exactly at the end |
//!
//! Every scenario draws its shape (stages, capacities, forms, and where it is disturbed) anew for each execution, from
//! shuttle's own randomness. That it ends needs no assertion: shuttle reports a thread that waits for ever.
#![cfg(shuttle)]

mod books;
mod chain;
mod ends;
mod explore;
#[path = "../snapshot/mod.rs"]
mod snapshot;

mod aborting;
mod closing;
mod draining;
mod failing;
mod feeding;
mod giving_up;
mod hosting;
mod overflowing;
mod reading;
mod starting;
mod waiting;
