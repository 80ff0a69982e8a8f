//! What the hands of a hosted stage share: one crossing, and how the stage ends.
//!
//! Invariants:
//! - The lock is held for one crossing at a time, and never while a hand's waker is called or the run is told something.
//!   The seats of a pipeline are locked from the output towards the input: a hand that takes may make room for the stage
//!   before, whose outlet then moves on.
//! - Whatever waits in the outlet, the seat's own waker is armed on the next edge: it leaves, and the stage ends, without a
//!   hand. A hand that is told to wait has its waker armed under the lock: on the edge if that is empty, else here.
//!   All that wait for one thing are woken by it, so that none depends on what another does.
//! - Once the stage has failed, ended or been aborted, every crossing is refused.

use std::sync::{Arc, Weak};

use super::hand::{Given, Hand, Taken};
use super::work::{Awaited, Phase, Work};
use crate::edge::{Edge, Take};
use crate::emitter::{Delivery, Emitter, Rejects};
use crate::error::Error;
use crate::metrics::{StageGauges, StageState};
use crate::pipeline::run::Run;
use crate::pipeline::runner::place;
use crate::signal::Waker;
use crate::sync::{Mutex, MutexGuard};

pub(in crate::pipeline) struct Seat {
    pub(in crate::pipeline) index: usize,
    run: Weak<Run>,
    name: Arc<str>,
    upstream: Arc<Edge>,
    downstream: Arc<Edge>,
    gauges: Arc<StageGauges>,
    max_message_bytes: usize,
    /// Called when there may be room for what waits in the outlet.
    drained: Waker,
    /// `None` once the stage has ended.
    work: Mutex<Option<Work>>,
}

type Guard<'a> = MutexGuard<'a, Option<Work>>;

impl Seat {
    pub(in crate::pipeline) fn new(run: &Arc<Run>, index: usize) -> Arc<Self> {
        Arc::new_cyclic(|seat: &Weak<Self>| {
            let seat = Weak::clone(seat);
            Self {
                index,
                run: Arc::downgrade(run),
                name: Arc::clone(&run.names[index]),
                upstream: Arc::clone(&run.edges[index]),
                downstream: Arc::clone(&run.edges[index + 1]),
                gauges: Arc::clone(&run.gauges[index]),
                max_message_bytes: run.max_message_bytes,
                drained: Arc::new(move || {
                    if let Some(seat) = seat.upgrade() {
                        seat.move_on();
                    }
                }),
                work: Mutex::new(Some(Work::new(run, index))),
            }
        })
    }

    /// What gathers a hand's outputs.
    pub(super) fn emitter(&self, delivery: Delivery) -> Emitter {
        let (upstream, downstream) = (Arc::clone(&self.upstream), Arc::clone(&self.downstream));
        let (gauges, rejects) = (Arc::clone(&self.gauges), Rejects::default());
        Emitter::new(upstream, downstream, delivery, gauges, self.max_message_bytes, rejects)
    }

    /// The number of a new hand; if the stage has ended, any will do.
    pub(super) fn join(&self) -> usize {
        self.work.lock().as_mut().map_or(0, |work| work.window.join())
    }

    pub(super) fn has_ended(&self) -> bool {
        self.work.lock().as_ref().is_none_or(|work| work.phase != Phase::Open)
    }

    pub(super) fn give(&self, hand: &mut Hand) -> Given {
        let given = self.cross(hand, |work, hand, _| {
            if !work.holds_up(hand.number()) {
                return Some(Given::Done);
            }
            work.wait(hand.number(), Awaited::Leaving, hand.waker());
            Some(Given::Blocked)
        });
        given.unwrap_or(Given::Ended)
    }

    pub(super) fn take(&self, hand: &mut Hand, max_messages: usize) -> Taken {
        self.cross(hand, |work, hand, now_ns| take(work, hand, max_messages, now_ns)).unwrap_or(Taken::Ended)
    }

    /// Takes over what a hand gives, then does `next`, which says what to answer; `None` at the end.
    fn cross<T>(&self, hand: &mut Hand, next: impl FnOnce(&mut Work, &mut Hand, u64) -> Option<T>) -> Option<T> {
        let mut guard = self.work.lock();
        let work = guard.as_mut().filter(|work| work.phase == Phase::Open)?;
        let now_ns = work.now_ns();
        work.accept(hand, now_ns);
        if let Some(error) = hand.take_failure() {
            self.fail_at(guard, hand.ticket(), error);
            return None;
        }
        if let Err(error) = work.flush(&self.drained) {
            let oldest = work.window.oldest();
            self.fail_at(guard, oldest, error);
            return None;
        }
        let answer = next(work, hand, now_ns);
        if work.phase == Phase::Open {
            pass_on(guard, now_ns);
        } else {
            self.close(guard);
        }
        answer
    }

    /// A hand has failed at the input it has in work, if any.
    pub(super) fn fail(&self, hand: &mut Hand, error: Error) {
        let mut guard = self.work.lock();
        let Some(work) = guard.as_mut().filter(|work| work.phase == Phase::Open) else { return };
        let now_ns = work.now_ns();
        work.accept(hand, now_ns);
        self.fail_at(guard, hand.ticket(), error);
    }

    pub(super) fn fail_at_oldest(&self, error: Error) {
        let guard = self.work.lock();
        let Some(work) = guard.as_ref().filter(|work| work.phase == Phase::Open) else { return };
        let oldest = work.window.oldest();
        self.fail_at(guard, oldest, error);
    }

    fn fail_at(&self, mut guard: Guard<'_>, ticket: Option<u64>, error: Error) {
        let Some(work) = guard.as_mut() else { return };
        let sequence = work.fail(ticket);
        work.phase = Phase::Failing;
        let now_ns = work.now_ns();
        pass_on(guard, now_ns);
        // Before the stage can end: the outcome is made of what is known then.
        if let Some(run) = self.run.upgrade() {
            run.fail(self.index, place(error, &self.name, sequence));
        }
        let mut guard = self.work.lock();
        if let Some(work) = guard.as_mut() {
            work.phase = Phase::Closing(StageState::Failed);
            self.close(guard);
        }
    }

    /// There may be room for what waits in the outlet.
    fn move_on(&self) {
        let mut guard = self.work.lock();
        let Some(work) = guard.as_mut() else { return };
        match work.phase {
            // Whoever tells of the failure looks at the outlet then.
            Phase::Failing => {}
            Phase::Closing(_) => self.close(guard),
            Phase::Open => {
                let now_ns = work.now_ns();
                match work.flush(&self.drained) {
                    Ok(()) => pass_on(guard, now_ns),
                    Err(error) => {
                        let oldest = work.window.oldest();
                        self.fail_at(guard, oldest, error);
                    }
                }
            }
        }
    }

    /// Ends the stage if what was given has left; if not, the seat's waker sees to it.
    fn close(&self, mut guard: Guard<'_>) {
        let Some(work) = guard.as_mut() else { return };
        let Phase::Closing(state) = work.phase else { return };
        let now_ns = work.now_ns();
        // An edge that refuses what it has no room for has done so when it was given.
        let _ = work.flush(&self.drained);
        if work.outlet.is_empty() {
            self.leave(guard, state);
        } else {
            pass_on(guard, now_ns);
        }
    }

    /// Ends the stage without its hands.
    pub(in crate::pipeline) fn abandon(&self) {
        let mut guard = self.work.lock();
        if let Some(work) = guard.as_mut() {
            work.give_up();
            self.leave(guard, StageState::Aborted);
        }
    }

    fn leave(&self, mut guard: Guard<'_>, state: StageState) {
        let Some(mut work) = guard.take() else { return };
        drop(guard);
        work.phase = Phase::Closing(state);
        work.enter(state, work.now_ns());
        self.downstream.close();
        if let Some(run) = self.run.upgrade() {
            run.one_ended();
        }
        call(work.take_ready());
    }
}

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seat").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The next messages for a hand, or what it waits for; `None` at the end.
fn take(work: &mut Work, hand: &mut Hand, max_messages: usize, now_ns: u64) -> Option<Taken> {
    let number = hand.number();
    if work.holds_up(number) {
        work.wait(number, Awaited::Leaving, hand.waker());
        return Some(Taken::Blocked);
    }
    if !work.window.has_room_for(number) {
        work.wait(number, Awaited::Room, hand.waker());
        return Some(Taken::Ahead);
    }
    loop {
        match work.take(number, hand.order(), max_messages, now_ns) {
            (Take::Batch(batch), ticket) => {
                hand.receive(&batch, ticket);
                return Some(Taken::Batch(batch));
            }
            (Take::Empty, _) if work.edge.call_when_filled(hand.waker()) => return Some(Taken::Empty),
            (Take::Empty, _) => {}
            (Take::Ended, _) if work.window.is_empty() => {
                work.phase = Phase::Closing(StageState::Ended);
                return None;
            }
            (Take::Ended, _) => {
                work.wait(number, Awaited::End, hand.waker());
                return Some(Taken::Empty);
            }
            // Whoever aborted the edge ends the stage, at once.
            (Take::Aborted, _) => return None,
        }
    }
}

/// Shows what the stage is doing, and calls the hands for whom there is something to do.
fn pass_on(mut guard: Guard<'_>, now_ns: u64) {
    let Some(work) = guard.as_mut() else { return };
    work.show(now_ns);
    let ready = work.take_ready();
    drop(guard);
    call(ready);
}

fn call(wakers: Vec<Waker>) {
    for waker in wakers {
        waker();
    }
}
