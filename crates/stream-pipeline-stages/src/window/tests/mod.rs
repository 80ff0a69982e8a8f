//! Windows against a plain model, and by a clock that a test moves.

mod against_a_model;
mod by_the_clock;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use stream_pipeline::{Batch, Emitter, Stage};

use super::clock::{Clock, WallTime};
use super::{Aggregate, Window, WindowOptions};

#[derive(Clone, Debug)]
pub(super) struct HandMoved(Arc<Mutex<Instant>>);

impl HandMoved {
    pub(super) fn advance(&self, ms: u64) -> Instant {
        let mut now = self.0.lock().unwrap();
        *now += Duration::from_millis(ms);
        *now
    }
}

impl Clock for HandMoved {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

/// A window on a machine where it is 1970, and `since_ms` milliseconds.
pub(super) fn at(since_ms: u64, options: &WindowOptions) -> (Window, HandMoved) {
    let start = Instant::now();
    let clock = HandMoved(Arc::new(Mutex::new(start)));
    let wall = WallTime::new(start, Duration::from_millis(since_ms));
    (Window::with_clock(options, Box::new(clock.clone()), wall).unwrap(), clock)
}

pub(super) fn counted(size_ms: u64) -> WindowOptions {
    let aggregates = vec![("n".to_owned(), Aggregate::Count)];
    WindowOptions { size_ms, aggregates, ..WindowOptions::default() }
}

pub(super) fn timed(size_ms: u64) -> WindowOptions {
    WindowOptions { time: Some("/t".into()), ..counted(size_ms) }
}

pub(super) fn push(window: &mut Window, out: &mut Emitter, messages: &[Value]) -> Vec<Value> {
    let documents: Vec<_> = messages.iter().map(Value::to_string).collect();
    let batch: Batch = documents.iter().map(String::as_bytes).collect();
    window.process_batch(batch, out).unwrap();
    taken(out)
}

pub(super) fn taken(out: &mut Emitter) -> Vec<Value> {
    out.take_messages().iter().map(|message| serde_json::from_slice(message).unwrap()).collect()
}
