//! What the hands of a hosted stage share while it runs, under the lock of its seat.
//!
//! Invariants: what a hand gives is in the books before it can leave; the stage's state is busy while a portion is in hand,
//! backpressured while only the outlet holds something, and idle otherwise.

use std::sync::Arc;

use super::hand::Hand;
use super::outlet::Outlet;
use super::window::{Finished, Order, Portion, Window};
use crate::batch::Batch;
use crate::clock::Clock;
use crate::edge::{Edge, Take};
use crate::error::Result;
use crate::metrics::{StageGauges, StageState};
use crate::pipeline::run::Run;
use crate::pipeline::stretch::Pace;
use crate::signal::Waker;
use crate::tally::Counts;

/// How far the stage has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// It has failed, and is telling the pipeline so.
    Failing,
    /// No hand is wanted any more: when the outlet is empty, the stage ends so.
    Closing(StageState),
}

/// What a hand waits for that no edge tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// That what was given leaves.
    Leaving,
    /// That it may take another portion.
    Room,
    /// That the other hands are through: no more messages come.
    End,
}

struct Waiting {
    hand: usize,
    awaited: Awaited,
    waker: Waker,
}

pub(super) struct Work {
    pub(super) edge: Arc<Edge>,
    pub(super) outlet: Outlet,
    pub(super) window: Window,
    pub(super) phase: Phase,
    counts: Counts,
    gauges: Arc<StageGauges>,
    clock: Clock,
    pace: Pace,
    state: StageState,
    waiting: Vec<Waiting>,
}

impl Work {
    pub(super) fn new(run: &Run, index: usize) -> Self {
        Self {
            edge: Arc::clone(&run.edges[index]),
            outlet: Outlet::new(Arc::clone(&run.edges[index + 1])),
            window: Window::default(),
            phase: Phase::Open,
            counts: Counts::default(),
            gauges: Arc::clone(&run.gauges[index]),
            clock: run.fixtures.clock,
            pace: Pace::default(),
            state: StageState::Idle,
            waiting: Vec::new(),
        }
    }

    pub(super) fn now_ns(&self) -> u64 {
        self.clock.now_ns()
    }

    /// Takes over what a hand has made and settled since it last gave.
    pub(super) fn accept(&mut self, hand: &mut Hand, now_ns: u64) {
        // It is here: whatever it waited for, it will say anew.
        self.waiting.retain(|waiting| waiting.hand != hand.number());
        let settled = hand.take_counts();
        self.counts.created += settled.created;
        self.counts.absorbed += settled.absorbed;
        let Self { window, outlet, gauges, pace, .. } = self;
        hand.give_to(outlet, |progress, outputs, outlet| {
            let Some(finished) = window.settle(progress, outputs, outlet, now_ns) else { return };
            let Finished { messages, taken_ns, wait_ns, since_ns } = finished;
            // The clock of a machine that was paused may have gone back.
            let service_ns = now_ns.saturating_sub(taken_ns);
            gauges.record(now_ns, [wait_ns, service_ns, wait_ns + service_ns], messages);
            pace.learn(now_ns.saturating_sub(since_ns), messages);
        });
    }

    /// Puts on the next edge what it takes now. If not all of it, `waker` will be called, once, when it takes more.
    pub(super) fn flush(&mut self, waker: &Waker) -> Result<()> {
        loop {
            if !self.outlet.is_empty() {
                self.publish();
            }
            let flushed = self.outlet.flush(&mut self.counts);
            self.publish();
            flushed?;
            if self.outlet.is_empty() || self.outlet.call_when_drained(waker) {
                return Ok(());
            }
        }
    }

    /// Whether a hand has to wait before it makes more.
    pub(super) fn holds_up(&self, hand: usize) -> bool {
        !self.outlet.is_empty() || self.window.holds_up(hand)
    }

    /// The next messages for a hand, and their ticket.
    pub(super) fn take(&mut self, hand: usize, order: Order, max_messages: usize, now_ns: u64) -> (Take, u64) {
        let most = self.pace.in_hand(self.edge.batch_limit()).min(max_messages);
        let taken = self.edge.take(most);
        let Take::Batch(batch) = &taken else { return (taken, 0) };
        let portion = self.portion(batch, hand, order, now_ns);
        let ticket = self.window.open(portion);
        self.counts.received += batch.len() as u64;
        self.publish();
        (taken, ticket)
    }

    fn portion(&self, batch: &Batch, hand: usize, order: Order, now_ns: u64) -> Portion {
        Portion {
            hand,
            order,
            first: self.counts.received,
            messages: batch.len() as u64,
            bytes: batch.weight(),
            taken_ns: now_ns,
            wait_ns: batch.published_ns().map_or(0, |published_ns| now_ns.saturating_sub(published_ns)),
        }
    }

    /// The stage has failed, at the next input of a portion if one is named: its sequence number. Whatever else is in hand
    /// is aborted; what was given and may leave does.
    pub(super) fn fail(&mut self, ticket: Option<u64>) -> u64 {
        let mut sequence = self.counts.received;
        if let Some(ticket) = ticket {
            let (failed, settled_early) = self.window.fail(ticket);
            sequence = failed;
            self.counts.failed += 1;
            self.counts.created += u64::from(settled_early);
        }
        self.counts.aborted += self.window.give_up();
        self.publish();
        sequence
    }

    /// Everything in hand or given is aborted.
    pub(super) fn give_up(&mut self) {
        self.counts.aborted += self.window.give_up() + self.outlet.give_up();
        self.publish();
    }

    fn publish(&self) {
        self.gauges.publish(&self.counts);
    }

    /// `waker` is called when what a hand waits for has come.
    pub(super) fn wait(&mut self, hand: usize, awaited: Awaited, waker: &Waker) {
        self.waiting.push(Waiting { hand, awaited, waker: Arc::clone(waker) });
    }

    /// Who is to be called now.
    pub(super) fn take_ready(&mut self) -> Vec<Waker> {
        let Self { window, outlet, waiting, phase, .. } = self;
        if waiting.is_empty() {
            return Vec::new();
        }
        let is_ready = |waiting: &mut Waiting| {
            let may_make = outlet.is_empty() && !window.holds_up(waiting.hand);
            *phase != Phase::Open
                || match waiting.awaited {
                    Awaited::Leaving => may_make,
                    Awaited::Room => may_make && window.has_room_for(waiting.hand),
                    Awaited::End => window.is_empty(),
                }
        };
        waiting.extract_if(.., is_ready).map(|waiting| waiting.waker).collect()
    }

    /// Shows what the stage is doing from `now_ns` on.
    pub(super) fn show(&mut self, now_ns: u64) {
        let state = if !self.window.is_empty() {
            StageState::Busy
        } else if !self.outlet.is_empty() {
            StageState::Backpressured
        } else {
            StageState::Idle
        };
        self.enter(state, now_ns);
    }

    /// The time up to now belongs to the state so far.
    pub(super) fn enter(&mut self, state: StageState, now_ns: u64) {
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

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("window", &self.window).field("phase", &self.phase).finish_non_exhaustive()
    }
}
