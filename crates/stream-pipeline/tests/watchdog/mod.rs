//! Runs a test in a thread of its own. If it hangs, prints what every pipeline it watches was doing, what the process's
//! threads do, and how the test had failed before, if it had; then it ends the process.
#![allow(dead_code, reason = "each test program uses a part of it")]

mod report;

use std::convert::Infallible;
use std::io::Write;
use std::panic::{resume_unwind, set_hook, take_hook};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, Once, Weak};
use std::thread;
use std::time::Duration;

use stream_pipeline::Running;

/// No test takes a tenth of it on an idle machine; two busy cores may be far slower.
const LIMIT: Duration = Duration::from_secs(60);

/// What a test said that failed, and then hung while it let go of its pipelines: it is printed elsewhere, but only when
/// the test has ended.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

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
            report::pipeline(&mut text, &running.metrics());
            // Dropped here, it would wait for the threads that hang.
            std::mem::forget(running);
        }
        text
    }
}

/// Runs `test` with a deadline, and passes its result or its panic on.
pub(crate) fn watched<T: Send>(test: impl FnOnce(&Watch) -> T + Send) -> T {
    static KEEP_PANICS: Once = Once::new();
    KEEP_PANICS.call_once(keep_panics);
    let watch = Watch::default();
    let (running, ended) = mpsc::channel::<Infallible>();
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let _running = running;
            test(&watch)
        });
        match ended.recv_timeout(LIMIT) {
            Err(RecvTimeoutError::Timeout) => bark(&watch),
            Err(RecvTimeoutError::Disconnected) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Ok(never) => match never {},
        }
    })
}

fn keep_panics() {
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        PANICS.lock().unwrap().push(panic.to_string());
        print(panic);
    }));
}

fn bark(watch: &Watch) -> ! {
    let name = thread::current().name().unwrap_or("the test").to_owned();
    let mut text = watch.report();
    report::threads(&mut text);
    for panic in &*PANICS.lock().unwrap() {
        text.push_str(panic);
        text.push('\n');
    }
    // Not by a macro: what those print is kept until the test ends, and this one never does.
    let _ = writeln!(std::io::stderr(), "\n`{name}` hung for {LIMIT:?}\n{text}");
    std::process::abort()
}

/// Yields until `condition` holds; the watchdog ends it if that never comes.
pub(crate) fn until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}
