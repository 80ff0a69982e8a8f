//! What the edges of a pipeline have to tell, for an event loop: pressure and drops.
//!
//! Invariant: nobody pays for it who does not watch. A watch holds no pipeline; its wake-up is that of the pipeline.

use napi_derive::napi;
use stream_pipeline::{EdgeChange, EdgeWatch, Waker};

use crate::run::NativeRun;

/// What has happened at an edge since it was last asked.
#[napi(object)]
pub struct EdgeChangeReading {
    /// The stage the edge leads into, or `output`.
    pub edge: String,
    /// Whether it is pressured now.
    pub pressured: bool,
    /// How often that has changed.
    pub changes: f64,
    /// Messages that gave way to newer ones.
    pub dropped_oldest: f64,
    /// Messages that found the ring full.
    pub dropped_newest: f64,
    /// Messages dropped because the output was given up.
    pub dropped_closed: f64,
}

/// A subscription to pressure and drops, until it is collected or stopped.
#[napi]
pub struct NativeWatch {
    watch: Option<EdgeWatch>,
    waker: Waker,
}

#[napi]
impl NativeWatch {
    /// Watches `run` from now on.
    #[napi(constructor)]
    pub fn new(run: &NativeRun) -> Self {
        let watch = run.core.running.watch_edges();
        Self { watch: Some(watch), waker: run.waker.clone() }
    }

    /// What has happened since the last call, in the order of the edges; the wake-up is armed for what comes.
    #[napi]
    pub fn take_changes(&mut self) -> Vec<EdgeChangeReading> {
        let Some(watch) = &mut self.watch else { return Vec::new() };
        let changes = watch.take_changes().iter().map(convert).collect();
        if !watch.call_when_changed(&self.waker) {
            // Something has happened meanwhile: that is for the next turn of the event loop.
            (self.waker)();
        }
        changes
    }

    /// Watches no longer.
    #[napi]
    pub fn stop(&mut self) {
        self.watch = None;
    }
}

fn convert(change: &EdgeChange) -> EdgeChangeReading {
    EdgeChangeReading {
        edge: change.edge.to_string(),
        pressured: change.pressured,
        changes: change.changes as f64,
        dropped_oldest: change.dropped_oldest as f64,
        dropped_newest: change.dropped_newest as f64,
        dropped_closed: change.dropped_closed as f64,
    }
}
