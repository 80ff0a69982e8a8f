//! Runs a test in a thread of its own; if it hangs, says what every pipeline it watches was doing, and fails it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::convert::Infallible;
use std::fmt::Write;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use stream_pipeline::Running;

/// No test takes a tenth of it on an idle machine; two busy cores may be far slower.
const LIMIT: Duration = Duration::from_secs(60);

/// The pipelines whose state is printed when the test hangs.
#[derive(Default)]
pub(crate) struct Watch {
    pipelines: Mutex<Vec<Weak<Running>>>,
}

impl Watch {
    /// Watches a pipeline for as long as the test holds it.
    pub(crate) fn over(&self, running: Running) -> Arc<Running> {
        let running = Arc::new(running);
        self.pipelines.lock().unwrap().push(Arc::downgrade(&running));
        running
    }

    fn report(&self) -> String {
        let mut text = String::new();
        for running in self.pipelines.lock().unwrap().iter().filter_map(Weak::upgrade) {
            let metrics = running.metrics();
            let _ = writeln!(text, "after {:?}: {:?}", metrics.uptime, metrics.ledger);
            for stage in &metrics.stages {
                let _ = writeln!(text, "  {:?} in hand {}: {stage:?}", stage.state, stage.in_hand());
            }
            for edge in &metrics.edges {
                let _ = writeln!(text, "  {edge:?}");
            }
            // Dropped here, it would wait for the threads that hang.
            std::mem::forget(running);
        }
        text
    }
}

/// Runs `test` with a deadline, and passes its panic on.
pub(crate) fn watched(test: impl FnOnce(&Watch) + Send + 'static) {
    let watch = Arc::new(Watch::default());
    let inner = Arc::clone(&watch);
    let (running, ended) = mpsc::channel::<Infallible>();
    let thread = thread::spawn(move || {
        let _running = running;
        test(&inner);
    });
    match ended.recv_timeout(LIMIT) {
        Err(RecvTimeoutError::Timeout) => panic!("the test hung for {LIMIT:?}\n{}", watch.report()),
        Err(RecvTimeoutError::Disconnected) => {
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
        Ok(never) => match never {},
    }
}

/// Yields until `condition` holds; the watchdog ends it if that never comes.
pub(crate) fn until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}
