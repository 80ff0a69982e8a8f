//! Loom models of an edge: a few operations of a few threads each, in every order and with every value the memory model
//! lets a load see.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p stream-pipeline --lib --target-dir target/loom models`
//!
//! | file | cases |
//! |---|---|
//! | `passing.rs` | push \|\| pop; staged pushes \|\| a consumer that parks; small batches staged \|\| pop; two producers \|\| one consumer; two consumers that split |
//! | `waiting.rs` | a full ring, a full byte budget, the high mark of either: park \|\| pop and wake; the ring emptied while the mark is set; hysteresis |
//! | `ending.rs` | close \|\| blocked push; close \|\| blocked pop; abort \|\| both; abort \|\| a split; close \|\| abort; the receiver gone \|\| blocked push; a non-empty edge dropped |
//! | `dropping.rs` | drop-oldest \|\| pop, from an edge that is never empty too; drop-oldest \|\| a split; drop-newest and error \|\| pop |
//! | `wakers.rs` | an armed waker \|\| push, pop, the low mark, close, abort; armed twice |
//! | `watching.rs` | a reader of the counts \|\| push, pop and drop-oldest; a watcher of the pressure \|\| its changes and the end; a watch that is made \|\| a drop |
//!
//! A thread that is never woken is a deadlock, which loom reports; so is a batch that is never freed.

use std::sync::Arc;

use super::{Edge, EdgeConfig, Fixtures, Hold, Refusal, Take, read};
use crate::batch::Batch;
use crate::marks::{Levels, Marks};
use crate::models::{THREE, TWO, outcomes};
use crate::overflow::OverflowPolicy;

mod dropping;
mod ending;
mod passing;
mod waiting;
mod wakers;
mod watching;

/// Messages are single bytes; these are some, in order.
type Messages = Vec<u8>;

/// A started edge of its own.
fn edge(capacity: usize, policy: OverflowPolicy, levels: Levels) -> Arc<Edge> {
    edge_of(capacity, policy, levels, 1 << 20)
}

/// Its bytes have the default marks, if its messages have any.
fn edge_of(capacity: usize, policy: OverflowPolicy, levels: Levels, byte_budget: u64) -> Arc<Edge> {
    let byte_levels = if levels.is_on() { Marks::default().levels(byte_budget) } else { Levels::OFF };
    let config = EdgeConfig { name: Arc::from("edge"), capacity, policy, levels, byte_budget, byte_levels };
    let edge = Edge::new(0, config, Fixtures::new(1));
    edge.start();
    Arc::new(edge)
}

/// Runs `part` in a thread of its own, with `edge`.
fn spawn<T: 'static>(edge: &Arc<Edge>, part: impl FnOnce(&Edge) -> T + 'static) -> loom::thread::JoinHandle<T> {
    let edge = Arc::clone(edge);
    loom::thread::spawn(move || part(&edge))
}

fn batch(messages: &[u8]) -> Batch {
    messages.chunks(1).collect()
}

fn messages(batch: &Batch) -> Messages {
    batch.iter().map(|message| message[0]).collect()
}

/// Pushes a batch and waits for room; what was refused comes back.
fn push(edge: &Edge, message: &[u8]) -> Result<(), (Messages, Option<Refusal>)> {
    edge.publish(batch(message), Hold::AtHighMark, None, &mut 0, |_| ())
        .map_err(|(rest, refusal)| (messages(&rest), refusal))
}

/// Takes `max` messages at most, without waiting.
fn take(edge: &Edge, max: usize) -> Messages {
    match edge.take(max) {
        Take::Batch(batch) => messages(&batch),
        Take::Empty | Take::Ended | Take::Aborted => Vec::new(),
    }
}

/// Takes `max` messages at most, waiting for the first; none at the end.
fn take_waiting(edge: &Edge, max: usize) -> Messages {
    match edge.take_waiting(max, None) {
        Some(Take::Batch(batch)) => messages(&batch),
        Some(Take::Ended | Take::Aborted) => Vec::new(),
        Some(Take::Empty) | None => unreachable!("it waits without a deadline"),
    }
}

/// Takes what is still there.
fn take_rest(edge: &Edge) -> Messages {
    let mut rest = Vec::new();
    loop {
        match take(edge, usize::MAX) {
            more if more.is_empty() => break rest,
            more => rest.extend(more),
        }
    }
}

/// Takes until it has `count` messages, waiting for them.
fn take_all(edge: &Edge, count: usize) -> Messages {
    let mut all = Vec::new();
    while all.len() < count {
        all.extend(take_waiting(edge, usize::MAX));
    }
    all
}

/// What must hold when nobody is at work: the equation of the edge, no bytes without messages, nobody announced.
fn assert_settled(edge: &Edge, entered: usize, taken: usize) {
    let stats = &edge.stats;
    let gone = [&stats.dropped_oldest, &stats.dropped_newest, &stats.dropped_closed, &stats.discarded, &stats.aborted];
    let gone: u64 = gone.into_iter().map(read).sum();
    assert_eq!(entered as u64, taken as u64 + gone + edge.fill(), "{edge:?}");
    let (admitted, left) = edge.admitted_and_left();
    assert_eq!(entered as u64, admitted + read(&stats.dropped_newest));
    assert_eq!(taken as u64 + gone, left + read(&stats.dropped_newest));
    assert!(edge.fill() > 0 || edge.bytes() == 0, "{} bytes in an empty edge", edge.bytes());
    assert!(edge.fill() > 0 || !edge.is_pressured(), "an empty edge is pressured");
    assert_eq!((edge.filled.count(), edge.drained.count()), (0, 0), "somebody is still announced");
}
