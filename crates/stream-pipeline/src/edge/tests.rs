//! Tests of a single edge, in one thread where nothing else is said; `models.rs` has every interleaving of small cases.
//!
//! | file | what |
//! |---|---|
//! | `plain.rs` | what an edge promises, as a `VecDeque` |
//! | `policies.rs` | random sequences: the edge and the plain edge agree on everything |
//! | `budget.rs` | random sequences with a budget of bytes, and its cases one by one |
//! | `byte_marks.rs` | what the marks make of bytes |
//! | `pressure.rs` | what starts and ends pressure beside pushing and taking |
//! | `wakers.rs` | who is called, and how often |
//! | `crowd.rs` | several threads on the real ring |

use std::sync::Arc;

use super::{Edge, EdgeConfig, Fixtures, Hold, Refusal, Take, read};
use crate::batch::Batch;
use crate::marks::{Levels, Marks};
use crate::overflow::OverflowPolicy;

mod budget;
mod byte_marks;
mod crowd;
mod plain;
mod policies;
mod pressure;
mod wakers;

/// More bytes than any test has.
const AMPLE: u64 = 1 << 30;

/// An edge of its own, not started.
fn edge(capacity: usize, policy: OverflowPolicy, levels: Levels, byte_budget: u64) -> Arc<Edge> {
    let byte_levels = if levels.is_on() { Marks::default().levels(byte_budget) } else { Levels::OFF };
    let config = EdgeConfig { name: Arc::from("edge"), capacity, policy, levels, byte_budget, byte_levels };
    Arc::new(Edge::new(0, config, Fixtures::new(1)))
}

fn started(capacity: usize, policy: OverflowPolicy, levels: Levels, byte_budget: u64) -> Arc<Edge> {
    let edge = edge(capacity, policy, levels, byte_budget);
    edge.start();
    edge
}

fn batch_of(messages: &[Vec<u8>]) -> Batch {
    let mut batch = Batch::new();
    for message in messages {
        batch.push_vec(message.clone());
    }
    batch
}

fn messages(batch: &Batch) -> Vec<Vec<u8>> {
    batch.iter().map(<[u8]>::to_vec).collect()
}

/// Every number in which edges of one history must agree. Who lets messages in and who takes them counts on its own; so
/// that the sum of both is the equation of the edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Figures {
    entered: u64,
    taken: u64,
    dropped_oldest: u64,
    dropped_newest: u64,
    dropped_closed: u64,
    discarded: u64,
    aborted: u64,
    fill: u64,
    highest_fill: u64,
    pressured: bool,
    pressured_count: u64,
}

fn figures(edge: &Edge) -> Figures {
    let stats = &edge.stats;
    let (admitted, left) = edge.admitted_and_left();
    let mut figures = Figures {
        entered: admitted + read(&stats.dropped_newest),
        taken: 0,
        dropped_oldest: read(&stats.dropped_oldest),
        dropped_newest: read(&stats.dropped_newest),
        dropped_closed: read(&stats.dropped_closed),
        discarded: read(&stats.discarded),
        aborted: read(&stats.aborted),
        fill: edge.fill(),
        highest_fill: read(&stats.highest_fill),
        pressured: edge.is_pressured(),
        pressured_count: read(&stats.pressured_count),
    };
    figures.taken = left - figures.dropped_oldest - figures.dropped_closed - figures.discarded - figures.aborted;
    figures
}

impl Figures {
    /// `entered = taken + dropped_* + discarded + aborted + fill`.
    fn balances(&self) -> bool {
        let dropped = self.dropped_oldest + self.dropped_newest + self.dropped_closed;
        self.entered == self.taken + dropped + self.discarded + self.aborted + self.fill
    }
}
