//! A stage whose thread belongs to somebody else, such as an event loop: nothing here waits.
//!
//! Invariants: the seat's lock is held for one exchange at a time and never while a host's code runs; once the stage has
//! ended, by itself or because the pipeline was aborted, every further exchange is refused.

use std::sync::{Arc, Weak};

use super::run::Run;
use super::runner::place;
use super::stretch::Pace;
use crate::batch::Batch;
use crate::clock::Clock;
use crate::edge::{Edge, Hold, Take};
use crate::emitter::{Delivery, Emitter, too_large};
use crate::error::Error;
use crate::metrics::{StageGauges, StageState};
use crate::signal::Waker;
use crate::sync::Mutex;

/// What a hosted stage found on its edge.
#[derive(Debug)]
pub enum HostedTake {
    /// Messages to work on.
    Batch(Batch),
    /// Nothing now; see [`HostedStage::call_when_ready`].
    Empty,
    /// What was emitted has not left yet; see [`HostedStage::call_when_ready`].
    Blocked,
    /// No more messages come; call [`HostedStage::finish`].
    Ended,
}

/// The place of a hosted stage in a pipeline. Made by [`Running::hosted_stage`](crate::Running::hosted_stage).
///
/// The host takes a batch, works on it, emits and settles its inputs, and takes the next. It is told by
/// [`call_when_ready`](HostedStage::call_when_ready) when there is something to do. Every call returns at once.
#[derive(Clone, Debug)]
pub struct HostedStage {
    seat: Arc<Seat>,
}

/// What a host may do during an exchange.
#[derive(Debug)]
pub struct HostedWork {
    emitter: Emitter,
    edge: Arc<Edge>,
    gauges: Arc<StageGauges>,
    clock: Clock,
    pace: Pace,
    taken: Option<Taken>,
    state: StageState,
    closing: Option<StageState>,
}

/// The batch in hand.
#[derive(Clone, Copy, Debug)]
struct Taken {
    at_ns: u64,
    wait_ns: u64,
    messages: usize,
}

#[derive(Debug)]
pub(super) struct Seat {
    pub(super) index: usize,
    run: Weak<Run>,
    name: Arc<str>,
    /// `None` once the stage has ended.
    work: Mutex<Option<HostedWork>>,
}

impl Seat {
    pub(super) fn new(run: &Arc<Run>, index: usize) -> Self {
        let edge = Arc::clone(&run.edges[index]);
        let gauges = Arc::clone(&run.gauges[index]);
        let downstream = Arc::clone(&run.edges[index + 1]);
        let emitter = Emitter::new(
            Arc::clone(&edge),
            downstream,
            Delivery::OnRequest,
            Arc::clone(&gauges),
            run.max_message_bytes,
        );
        let work = HostedWork {
            emitter,
            pace: Pace::default(),
            edge,
            gauges,
            clock: run.fixtures.clock,
            taken: None,
            state: StageState::Idle,
            closing: None,
        };
        Self { index, run: Arc::downgrade(run), name: Arc::clone(&run.names[index]), work: Mutex::new(Some(work)) }
    }

    /// Ends the stage without its host.
    pub(super) fn abandon(&self) {
        // Not in the condition: the lock would be held while wakers run.
        let work = self.work.lock().take();
        if let Some(mut work) = work {
            work.emitter.abandon();
            self.leave(&mut work, StageState::Aborted);
        }
    }

    fn leave(&self, work: &mut HostedWork, state: StageState) {
        work.enter(state);
        work.emitter.downstream().close();
        if let Some(run) = self.run.upgrade() {
            run.one_ended();
        }
    }
}

impl HostedStage {
    pub(super) fn new(seat: Arc<Seat>) -> Self {
        Self { seat }
    }

    /// The error for an output of `bytes` bytes, which the host knows to be beyond the pipeline's limit.
    #[must_use]
    pub fn too_large(&self, bytes: usize) -> Error {
        let limit = self.seat.run.upgrade().map_or(0, |run| run.max_message_bytes);
        too_large(bytes, limit)
    }

    /// Does `exchange` with the stage's work in hand; `None` once the stage has ended. It must not block.
    pub fn exchange<T>(&self, exchange: impl FnOnce(&mut HostedWork) -> T) -> Option<T> {
        self.seat.work.lock().as_mut().map(exchange)
    }

    /// The stage is done: what was emitted is put on the next edge, then the stage ends. `false` if some of it has no
    /// room yet: call again when ready.
    #[must_use]
    pub fn finish(&self) -> bool {
        self.close(StageState::Ended)
    }

    /// The stage has failed at the first input that is not settled. What was emitted before is still delivered: `false`
    /// if some of it has no room yet; then call [`finish`](HostedStage::finish) when ready.
    #[must_use]
    pub fn fail(&self, error: Error) -> bool {
        let sequence = self.exchange(|work| {
            let sequence = work.emitter.tally().sequence();
            work.emitter.tally_mut().fail();
            work.closing = Some(StageState::Failed);
            sequence
        });
        if let (Some(sequence), Some(run)) = (sequence, self.seat.run.upgrade()) {
            run.fail(self.seat.index, place(error, &self.seat.name, sequence));
        }
        self.close(StageState::Failed)
    }

    fn close(&self, state: StageState) -> bool {
        let mut guard = self.seat.work.lock();
        let Some(work) = guard.as_mut() else { return true };
        let state = *work.closing.get_or_insert(state);
        if !work.emitter.try_flush() {
            work.enter(StageState::Backpressured);
            return false;
        }
        let mut work = guard.take().expect("it was there");
        drop(guard);
        self.seat.leave(&mut work, state);
        true
    }

    /// Has `waker` called, once, when there is something to do: room for what was emitted, if that is waited for,
    /// messages otherwise, or the end. Returns `false`, and does not call, if that is so already. The call comes from
    /// another thread and must not block.
    #[must_use]
    pub fn call_when_ready(&self, waker: &Waker) -> bool {
        let armed = self.exchange(|work| match work.emitter.held_back() {
            Some(batch) => work.emitter.downstream().call_when_drained(waker, batch, Hold::AtHighMark),
            None => work.edge.call_when_filled(waker),
        });
        armed.unwrap_or(false)
    }
}

impl HostedWork {
    /// Where outputs go; settle each input by [`Emitter::next_input`].
    pub fn emitter(&mut self) -> &mut Emitter {
        &mut self.emitter
    }

    /// Why an output was refused for good, if one was: the stage has to [`fail`](HostedStage::fail) with it.
    pub fn take_failure(&mut self) -> Option<Error> {
        self.emitter.take_failure()
    }

    /// Inputs taken and not settled.
    #[must_use]
    pub fn open_inputs(&self) -> u64 {
        self.emitter.tally().open_inputs()
    }

    /// Puts what was emitted so far on the next edge, as far as there is room; `false` if some of it has to wait.
    pub fn flush(&mut self) -> bool {
        self.emitter.try_flush()
    }

    /// Puts what was emitted on the next edge, and takes the next messages if all of it has left and all inputs are
    /// settled: about a millisecond's work.
    pub fn take(&mut self) -> HostedTake {
        self.record();
        if !self.emitter.try_flush() {
            self.enter(StageState::Backpressured);
            return HostedTake::Blocked;
        }
        if self.closing.is_some() {
            return HostedTake::Ended;
        }
        match self.edge.take(self.pace.in_hand(self.edge.batch_limit())) {
            Take::Batch(batch) => {
                self.enter(StageState::Busy);
                let at_ns = self.clock.now_ns();
                let wait_ns = batch.published_ns().map_or(0, |published_ns| at_ns.saturating_sub(published_ns));
                self.taken = Some(Taken { at_ns, wait_ns, messages: batch.len() });
                self.emitter.receive(batch.len(), batch.origin_ns());
                HostedTake::Batch(batch)
            }
            Take::Empty => {
                self.enter(StageState::Idle);
                HostedTake::Empty
            }
            // An aborted edge ends the stage from outside, at once.
            Take::Ended | Take::Aborted => HostedTake::Ended,
        }
    }

    /// The batch in hand is done.
    fn record(&mut self) {
        if let Some(Taken { at_ns, wait_ns, messages }) = self.taken.take() {
            let now_ns = self.clock.now_ns();
            // The clock of a machine that was paused may have gone back.
            let service_ns = now_ns.saturating_sub(at_ns);
            self.gauges.record(now_ns, [wait_ns, service_ns, wait_ns + service_ns], messages);
            self.pace.learn(service_ns, messages);
        }
    }

    /// The time up to now belongs to the state so far.
    fn enter(&mut self, state: StageState) {
        let now_ns = self.clock.now_ns();
        match self.state {
            StageState::Idle => self.gauges.spent_idle(now_ns),
            StageState::Busy => self.gauges.spent_busy(now_ns, 0),
            StageState::Backpressured => self.gauges.spent_busy(now_ns, u64::MAX),
            StageState::Ended | StageState::Failed | StageState::Aborted => {}
        }
        self.state = state;
        self.gauges.enter(state);
    }
}
