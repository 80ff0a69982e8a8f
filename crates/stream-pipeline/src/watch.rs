//! What the edges of a pipeline have to tell, for those who do not block: an event loop asks, and is woken by a
//! [`Waker`].
//!
//! Invariant: nothing that happens after the watch was made is missed. An edge counts a drop and tells of it under its
//! lock; the watch is counted as one first, and then reads under that lock what was dropped before.

use std::sync::Arc;

use crate::edge::Edge;
use crate::pressure::{EdgeState, PressureBoard};
use crate::signal::Waker;

/// What has happened at an edge since it was last asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeChange {
    /// The stage the edge leads into, or `output`.
    pub edge: Arc<str>,
    /// Whether the edge is pressured now.
    pub pressured: bool,
    /// How often that has changed.
    pub changes: u64,
    /// Messages that gave way to newer ones.
    pub dropped_oldest: u64,
    /// Messages that found the ring full.
    pub dropped_newest: u64,
    /// Messages dropped because the output was given up.
    pub dropped_closed: u64,
}

/// A subscription to pressure and drops at all edges of a pipeline, from the time it was made on.
///
/// ```
/// use stream_pipeline::{OverflowPolicy, PassthroughStage, PipelineBuilder};
///
/// let pipeline = PipelineBuilder::new().add_stage("stage", 4, OverflowPolicy::DropNewest).build()?;
/// let input = pipeline.input();
/// let output = pipeline.output()?;
/// let running = pipeline.start(|_| Box::new(PassthroughStage))?;
/// let mut watch = running.watch_edges();
/// drop(output);
/// input.push(vec![1])?;
/// running.wait()?;
/// let changes = watch.take_changes();
/// assert_eq!((&*changes[0].edge, changes[0].dropped_closed), ("output", 1));
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
#[derive(Debug)]
pub struct EdgeWatch {
    board: Arc<PressureBoard>,
    edges: Vec<Arc<Edge>>,
    seen: Vec<EdgeState>,
    dropped: Vec<[u64; 3]>,
}

impl EdgeWatch {
    pub(crate) fn new(board: &Arc<PressureBoard>, edges: &[Arc<Edge>]) -> Self {
        board.watch_drops();
        let seen = board.states();
        let dropped = edges.iter().map(|edge| edge.dropped_so_far()).collect();
        Self { board: Arc::clone(board), edges: edges.to_vec(), seen, dropped }
    }

    /// What has happened since the last call, an element for each edge at which something has.
    pub fn take_changes(&mut self) -> Vec<EdgeChange> {
        let states = self.board.states();
        let mut changes = Vec::new();
        for (index, &state) in states.iter().enumerate() {
            let seen = std::mem::replace(&mut self.seen[index], state);
            if state == seen {
                continue;
            }
            let now = if state.drops == seen.drops { self.dropped[index] } else { self.edges[index].dropped_so_far() };
            let before = std::mem::replace(&mut self.dropped[index], now);
            let [dropped_oldest, dropped_newest, dropped_closed] =
                std::array::from_fn(|reason| now[reason] - before[reason]);
            let change = EdgeChange {
                edge: Arc::clone(&self.edges[index].config.name),
                pressured: state.pressured,
                changes: state.changes - seen.changes,
                dropped_oldest,
                dropped_newest,
                dropped_closed,
            };
            // A drop that was told of after it had been counted above is no news.
            if change.changes > 0 || now != before {
                changes.push(change);
            }
        }
        changes
    }

    /// Has `waker` called once, when there is something to take, or at the end of the pipeline; `false` if there is
    /// something now. It is called by whoever pushes or takes, under the lock of the edge: it must neither block nor call
    /// the pipeline.
    #[must_use]
    pub fn call_when_changed(&self, waker: &Waker) -> bool {
        self.board.call_when_changed(&self.seen, waker)
    }
}

impl Drop for EdgeWatch {
    fn drop(&mut self) {
        self.board.unwatch_drops();
    }
}
