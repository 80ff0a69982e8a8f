//! Those who carry messages through a chain of stages, behind one face.
//!
//! Each has one thread that feeds, one thread per stage and one that takes; the same bytes are written by the first and
//! read by the last.
//!
//! | file | who |
//! |---|---|
//! | `ours.rs` | stream-pipeline |
//! | `channels.rs` | crossbeam-channel, std, flume, kanal, and crossbeam's `ArrayQueue` with spin-then-yield |
//! | `rings.rs` | rtrb with chunks |
//! | `wakes.rs` | nobody: waking up from thread to thread, and nothing else |
//! | `shape.rs` | what a message is made of |
//! | `disruptor.rs` | disruptor with a waiting strategy that yields |

pub(crate) mod channels;
pub(crate) mod disruptor;
pub(crate) mod ours;
pub(crate) mod rings;
mod shape;
pub(crate) mod wakes;

use std::ops::Range;

pub(crate) use shape::Shape;

use serde::{Deserialize, Serialize};

use crate::work::work;

/// What a contender is asked to build.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Setup {
    pub(crate) stages: usize,
    pub(crate) task: Task,
    pub(crate) bytes: usize,
    /// Messages between two threads at most.
    pub(crate) capacity: usize,
    /// Messages sent at once; 1 is one by one.
    pub(crate) batch: usize,
    pub(crate) overflow: Overflow,
}

/// What a stage does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Task {
    Passthrough,
    /// Calls a function from a `Vec` to a `Vec` of them: the simple form of a stage.
    Simple,
    /// Computes for so many steps.
    Steps(u64),
}

impl Task {
    /// The computing in it.
    pub(crate) fn perform(self) {
        if let Self::Steps(steps) = self {
            work(steps);
        }
    }
}

/// What happens when there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Overflow {
    Block,
    DropOldest,
    DropNewest,
    Error,
}

/// Where messages go in. Dropped, it ends the chain.
pub(crate) trait Feed: Send + 'static {
    /// Sends one message; `false` if it was refused or dropped.
    fn send(&mut self, word: u64) -> bool;

    /// Sends a message for each number, together where the contender can.
    fn send_batch(&mut self, words: Range<u64>) {
        for word in words {
            self.send(word);
        }
    }
}

/// Where messages come out.
pub(crate) trait Drain: Send + 'static {
    /// Waits for messages and shows each; `false` at the end.
    fn take(&mut self, each: impl FnMut(&[u8])) -> bool;
}

/// The simple form, as it is written for us and for others.
#[expect(clippy::unnecessary_wraps, reason = "a stage's function may fail")]
pub(crate) fn simple(message: Vec<u8>) -> stream_pipeline::Result<Vec<Vec<u8>>> {
    Ok(vec![message])
}

/// Waits like one who does not want to park: a few looks, then yields.
#[derive(Default)]
pub(crate) struct Impatience {
    looks: u32,
}

impl Impatience {
    /// As many looks as crossbeam's own `Backoff` takes before it yields.
    const LOOKS: u32 = 64;

    pub(crate) fn pause(&mut self) {
        if self.looks < Self::LOOKS {
            self.looks += 1;
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}
