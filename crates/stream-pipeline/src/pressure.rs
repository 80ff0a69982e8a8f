//! The pressure of all edges of a pipeline in one place, for those who want to be told of changes.
//!
//! Invariant: memory is fixed, whatever happens: a watcher that is slow sees the latest state of each edge and how
//! often it has changed since, not every change.

use std::sync::Arc;
use std::time::Instant;

use crate::sync::{AtomicU32, Condvar, Mutex, Ordering};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct EdgeState {
    pressured: bool,
    changes: u64,
}

#[derive(Debug)]
pub(crate) struct PressureBoard {
    edges: Mutex<Vec<EdgeState>>,
    changed: Condvar,
    watchers: AtomicU32,
    closed: crate::sync::AtomicBool,
}

/// An edge has become pressured, or has ceased to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PressureChange {
    /// The stage the edge leads into, or `output`.
    pub edge: Arc<str>,
    /// Whether the edge is pressured now.
    pub pressured: bool,
    /// How often the edge has changed since this watcher last heard of it; more than 1 if it was slow.
    pub changes: u64,
}

impl PressureBoard {
    pub(crate) fn new(edges: usize) -> Self {
        Self {
            edges: Mutex::new(vec![EdgeState::default(); edges]),
            changed: Condvar::default(),
            watchers: AtomicU32::new(0),
            closed: crate::sync::AtomicBool::new(false),
        }
    }

    pub(crate) fn changed(&self, edge: usize, pressured: bool) {
        let mut edges = self.edges.lock();
        edges[edge].pressured = pressured;
        edges[edge].changes += 1;
        drop(edges);
        // Who was not counted yet has not locked the board to wait, and will see the change then.
        if self.watchers.load(Ordering::Relaxed) > 0 {
            self.changed.notify_all();
        }
    }

    /// No more changes come.
    pub(crate) fn close(&self) {
        let edges = self.edges.lock();
        self.closed.store(true, Ordering::Relaxed);
        drop(edges);
        self.changed.notify_all();
    }
}

/// A subscription to the changes of pressure in a pipeline, from the time it was made on.
#[derive(Debug)]
pub struct PressureWatch {
    board: Arc<PressureBoard>,
    names: Arc<[Arc<str>]>,
    seen: Vec<u64>,
}

impl PressureWatch {
    pub(crate) fn new(board: Arc<PressureBoard>, names: Arc<[Arc<str>]>) -> Self {
        board.watchers.fetch_add(1, Ordering::Relaxed);
        let seen = board.edges.lock().iter().map(|edge| edge.changes).collect();
        Self { board, names, seen }
    }

    /// The next change, waiting for it until `deadline`, or for ever. `None` if the deadline passed, or if the
    /// pipeline has ended and nothing is left to tell.
    pub fn next_until(&mut self, deadline: Option<Instant>) -> Option<PressureChange> {
        let mut edges = self.board.edges.lock();
        loop {
            if let Some(index) = (0..edges.len()).find(|&index| edges[index].changes != self.seen[index]) {
                let EdgeState { pressured, changes } = edges[index];
                let since = changes - std::mem::replace(&mut self.seen[index], changes);
                return Some(PressureChange { edge: Arc::clone(&self.names[index]), pressured, changes: since });
            }
            if self.board.closed.load(Ordering::Relaxed) {
                return None;
            }
            let (again, timed_out) = self.board.changed.wait(edges, deadline);
            if timed_out {
                return None;
            }
            edges = again;
        }
    }
}

impl Iterator for PressureWatch {
    type Item = PressureChange;

    /// Waits for the next change; ends with the pipeline.
    fn next(&mut self) -> Option<PressureChange> {
        self.next_until(None)
    }
}

impl Drop for PressureWatch {
    fn drop(&mut self) {
        self.board.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}
