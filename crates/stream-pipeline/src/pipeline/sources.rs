//! The sources of a started pipeline: their threads, how they are stopped, and when the input closes behind them.
//!
//! Invariants: the input is not closed for want of handles while a source is at work; each source reports its end once; a
//! source that waits for a time wakes up when it is stopped.

use std::sync::Arc;
use std::time::Instant;

use super::contain::contain;
use super::input::InputEnd;
use super::run::Run;
use crate::batch::Batch;
use crate::edge::{Hold, Refusal};
use crate::emitter::{overflow, too_large};
use crate::error::{Error, Result};
use crate::source::{Flow, Source};
use crate::sync::{Condvar, Mutex};

#[derive(Debug)]
struct State {
    at_work: usize,
    stopped: bool,
    /// Somebody waits for the end: the input closes when the last source has ended.
    closes: bool,
}

/// What the sources of a pipeline share.
#[derive(Debug)]
pub(super) struct Sources {
    state: Mutex<State>,
    moved: Condvar,
}

impl Sources {
    pub(super) fn new(count: usize) -> Self {
        Self { state: Mutex::new(State { at_work: count, stopped: false, closes: false }), moved: Condvar::default() }
    }

    /// No source reads on.
    pub(super) fn stop(&self) {
        self.state.lock().stopped = true;
        self.moved.notify_all();
    }

    /// Has the input close behind the last source; `false` if there is none at work.
    pub(super) fn close_behind(&self) -> bool {
        let mut state = self.state.lock();
        state.closes = true;
        state.at_work > 0
    }

    fn is_stopped(&self) -> bool {
        self.state.lock().stopped
    }

    /// Waits until `time`, or until the sources are stopped.
    fn wait_until(&self, time: Instant) {
        let mut state = self.state.lock();
        let mut timed_out = false;
        while !state.stopped && !timed_out {
            (state, timed_out) = self.moved.wait(state, Some(time));
        }
    }

    /// A source has ended: whether the input is to be closed now.
    fn one_ended(&self) -> bool {
        let mut state = self.state.lock();
        state.at_work -= 1;
        state.at_work == 0 && state.closes
    }
}

/// Everything a source's thread owns.
pub(super) struct SourceRunner {
    run: Arc<Run>,
    name: Arc<str>,
    /// Keeps the input open.
    input: Arc<InputEnd>,
    /// Messages that have entered.
    entered: u64,
}

impl SourceRunner {
    pub(super) fn new(run: &Arc<Run>, name: Arc<str>, input: &Arc<InputEnd>) -> Self {
        Self { run: Arc::clone(run), name, input: Arc::clone(input), entered: 0 }
    }

    /// The thread's whole life.
    pub(super) fn run(mut self, mut source: Box<dyn Source>) {
        let result = if self.run.pass_gate() { contain(|| self.drive(&mut *source)) } else { Ok(()) };
        // A source that panics while it is dropped has done its work; there is no one left to tell.
        let _ = contain(move || {
            drop(source);
            Ok(())
        });
        let Self { run, name, input, entered } = self;
        if let Err(error) = result {
            run.fail_source(error.at_source(&name, entered));
        }
        drop(input);
        if run.sources.one_ended() {
            run.edges[0].close();
        }
        run.one_ended();
    }

    fn drive(&mut self, source: &mut dyn Source) -> Result<()> {
        let edge = Arc::clone(&self.run.edges[0]);
        while !self.run.sources.is_stopped() {
            let mut batch = edge.fixtures.pool.get();
            let flow = source.read(&mut batch);
            // What it read before an error is as good as any.
            let is_wanted = self.push(batch)?;
            match flow? {
                _ if !is_wanted => return Ok(()),
                Flow::Ready => {}
                Flow::Wait(time) => self.run.sources.wait_until(time),
                Flow::Ended => return Ok(()),
            }
        }
        Ok(())
    }

    /// Waits until the batch has entered; `false` if no more is wanted.
    fn push(&mut self, batch: Batch) -> Result<bool> {
        let longest = batch.iter().map(<[u8]>::len).max().unwrap_or_default();
        let limit = self.run.max_message_bytes;
        if longest > limit {
            return Err(too_large(longest, limit));
        }
        let edge = &self.run.edges[0];
        let mut left = batch.len();
        let entered = &mut self.entered;
        let before_wait = |waiting| {
            *entered += (left - waiting) as u64;
            left = waiting;
        };
        match edge.publish(batch, Hold::AtHighMark, None, &mut 0, before_wait) {
            Ok(()) => self.entered += left as u64,
            Err((_, Some(Refusal::Overflow))) => return Err(overflow(edge)),
            Err(_) => return Ok(false),
        }
        Ok(true)
    }
}

impl Error {
    fn at_source(self, name: &Arc<str>, entered: u64) -> Self {
        self.replaced(format_args!("source `{name}` failed after {entered} messages"), name, entered)
    }
}
