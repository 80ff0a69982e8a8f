//! What edges tell of themselves, all edges of a pipeline in one place: changes of pressure, and drops.
//!
//! Invariants: memory is fixed, whatever happens: a watcher that is slow sees the latest state of each edge and how
//! often it has changed since, not every change. Drops cost an edge one relaxed load while nobody watches them.

use std::sync::Arc;
use std::time::Instant;

use crate::signal::Waker;
use crate::sync::{AtomicU32, Condvar, Mutex, MutexGuard, Ordering};

/// What an edge has told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EdgeState {
    pub(crate) pressured: bool,
    pub(crate) changes: u64,
    /// How often messages were dropped while somebody watched; how many, the edge counts itself.
    pub(crate) drops: u64,
}

#[derive(Default)]
struct Board {
    edges: Vec<EdgeState>,
    closed: bool,
    /// Each is called once, by the next change.
    armed: Vec<Waker>,
}

pub(crate) struct PressureBoard {
    board: Mutex<Board>,
    changed: Condvar,
    /// Those who may wait on `changed`.
    watchers: AtomicU32,
    /// Those who want to hear of drops.
    drop_watchers: AtomicU32,
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
            board: Mutex::new(Board { edges: vec![EdgeState::default(); edges], ..Board::default() }),
            changed: Condvar::default(),
            watchers: AtomicU32::new(0),
            drop_watchers: AtomicU32::new(0),
        }
    }

    pub(crate) fn changed(&self, edge: usize, pressured: bool) {
        let mut board = self.board.lock();
        board.edges[edge].pressured = pressured;
        board.edges[edge].changes += 1;
        self.tell(board);
    }

    /// The edge has dropped messages, and has counted them; called under its lock.
    pub(crate) fn dropped(&self, edge: usize) {
        // Who is not counted yet takes the edge's lock before it reads what was dropped so far.
        if self.drop_watchers.load(Ordering::Relaxed) > 0 {
            let mut board = self.board.lock();
            board.edges[edge].drops += 1;
            self.tell(board);
        }
    }

    /// No more changes come.
    pub(crate) fn close(&self) {
        let mut board = self.board.lock();
        board.closed = true;
        self.tell(board);
    }

    fn tell(&self, mut board: MutexGuard<'_, Board>) {
        let armed = std::mem::take(&mut board.armed);
        drop(board);
        // Who was not counted yet has not locked the board to wait, and will see the change then.
        if self.watchers.load(Ordering::Relaxed) > 0 {
            self.changed.notify_all();
        }
        for waker in armed {
            waker();
        }
    }

    /// From now on edges tell of drops.
    pub(crate) fn watch_drops(&self) {
        self.drop_watchers.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn unwatch_drops(&self) {
        self.drop_watchers.fetch_sub(1, Ordering::Relaxed);
    }

    /// What every edge has told so far.
    pub(crate) fn states(&self) -> Vec<EdgeState> {
        self.board.lock().edges.clone()
    }

    /// Has `waker` called once by the next change, or by the end; `false` if there was one since `seen`.
    pub(crate) fn call_when_changed(&self, seen: &[EdgeState], waker: &Waker) -> bool {
        let mut board = self.board.lock();
        if board.edges != seen {
            return false;
        }
        if !board.armed.iter().any(|other| Arc::ptr_eq(other, waker)) {
            board.armed.push(Arc::clone(waker));
        }
        true
    }
}

impl std::fmt::Debug for PressureBoard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PressureBoard").field("edges", &self.states()).finish_non_exhaustive()
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
        let seen = board.states().iter().map(|edge| edge.changes).collect();
        Self { board, names, seen }
    }

    /// The next change, waiting for it until `deadline`, or for ever. `None` if the deadline passed, or if the
    /// pipeline has ended and nothing is left to tell.
    pub fn next_until(&mut self, deadline: Option<Instant>) -> Option<PressureChange> {
        let mut board = self.board.board.lock();
        loop {
            let edges = &board.edges;
            if let Some(index) = (0..edges.len()).find(|&index| edges[index].changes != self.seen[index]) {
                let EdgeState { pressured, changes, .. } = edges[index];
                let since = changes - std::mem::replace(&mut self.seen[index], changes);
                return Some(PressureChange { edge: Arc::clone(&self.names[index]), pressured, changes: since });
            }
            if board.closed {
                return None;
            }
            let (again, timed_out) = self.board.changed.wait(board, deadline);
            if timed_out {
                return None;
            }
            board = again;
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
