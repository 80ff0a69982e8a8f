//! The loop of a stage's thread: take a batch, work on it, put what comes out on the next edge.
//!
//! Invariants: before the thread waits for messages, everything it emitted is on the next edge; a batch costs two clock
//! readings at most, however many messages it holds, and small ones share them; whatever happens, the stage's end is reported once.

use std::sync::Arc;
use std::time::Instant;

use super::contain::contain;
use super::run::{End, Run};
use super::stretch::{Pace, Stretch};
use crate::batch::Batch;
use crate::clock::Clock;
use crate::edge::{Edge, Take};
use crate::emitter::{Delivery, Emitter};
use crate::error::{Error, ErrorCode, Result};
use crate::metrics::{StageGauges, StageState};
use crate::signal::Busy;
use crate::stage::Stage;

/// Everything a stage's thread owns.
pub(super) struct Runner {
    run: Arc<Run>,
    index: usize,
    edge: Arc<Edge>,
    gauges: Arc<StageGauges>,
    clock: Clock,
    emitter: Emitter,
    pace: Pace,
    /// What was worked on since the clock was read.
    stretch: Stretch,
    /// When the last stretch was done, or the last wait was over.
    now_ns: u64,
}

impl Runner {
    pub(super) fn new(run: &Arc<Run>, index: usize) -> Self {
        let edge = Arc::clone(&run.edges[index]);
        let gauges = Arc::clone(&run.gauges[index]);
        let downstream = Arc::clone(&run.edges[index + 1]);
        let (delivery, limit) = (Delivery::Waiting, run.max_message_bytes);
        let emitter =
            Emitter::new(Arc::clone(&edge), downstream, delivery, Arc::clone(&gauges), limit, run.rejects(index));
        let clock = run.fixtures.clock;
        Self {
            run: Arc::clone(run),
            index,
            edge,
            gauges,
            clock,
            emitter,
            pace: Pace::default(),
            stretch: Stretch::default(),
            now_ns: 0,
        }
    }

    /// The thread's whole life.
    pub(super) fn run(mut self, mut stage: Box<dyn Stage>) {
        let end = if self.run.pass_gate() {
            self.now_ns = self.clock.now_ns();
            // Around everything, so that no panic, not one of `next_timer` either, keeps the end from being reported.
            contain(|| Ok(self.drive(&mut *stage))).unwrap_or_else(End::Failed)
        } else {
            End::Aborted
        };
        // A stage that panics while it is dropped has done its work; there is no one left to tell.
        let _ = contain(move || {
            drop(stage);
            Ok(())
        });
        self.conclude(end);
    }

    fn drive(&mut self, stage: &mut dyn Stage) -> End {
        let mut busy = Some(Busy::new());
        self.gauges.enter(StageState::Busy);
        loop {
            let ended = match self.edge.take(self.pace.in_hand(self.edge.batch_limit())) {
                Take::Batch(batch) => self.work(stage, batch),
                Take::Empty => {
                    self.idle(stage.next_timer(), &mut busy);
                    None
                }
                Take::Ended => return self.finish(stage),
                Take::Aborted => return End::Aborted,
            };
            if let Some(end) = ended.or_else(|| self.fire_timer(stage)) {
                return end;
            }
        }
    }

    fn idle(&mut self, deadline: Option<Instant>, busy: &mut Option<Busy>) {
        self.account();
        self.gauges.enter(StageState::Idle);
        self.edge.wait_for_messages(deadline, busy);
        self.now_ns = self.clock.now_ns();
        self.gauges.spent_idle(self.now_ns);
        self.gauges.enter(StageState::Busy);
    }

    fn work(&mut self, stage: &mut dyn Stage, batch: Batch) -> Option<End> {
        self.stretch.add(batch.len(), batch.published_ns().unwrap_or(self.now_ns));
        let full = self.stretch.is_full(&self.pace);
        // In a short stretch what comes out may as well have come out when it began.
        self.emitter.stamp((!full).then_some(self.now_ns));
        self.emitter.receive(batch.len(), batch.origin_ns());
        let result = contain(|| stage.process_batch(batch, &mut self.emitter));
        let end = self.settle(result);
        if full {
            self.account();
        }
        end
    }

    /// Everything emitted goes on the next edge; the inputs are settled.
    fn settle(&mut self, result: Result<()>) -> Option<End> {
        if let Err(error) = result {
            return Some(End::Failed(error));
        }
        if self.edge.is_aborted() {
            return Some(End::Aborted);
        }
        if let Some(error) = self.emitter.take_failure() {
            return Some(End::Failed(error));
        }
        self.emitter.tally_mut().settle_all();
        self.emitter.flush();
        self.emitter.take_failure().map(End::Failed)
    }

    /// The time since the last reading was work, except for what was spent waiting for room.
    fn account(&mut self) {
        self.emitter.publish_counts();
        let began_ns = std::mem::replace(&mut self.now_ns, self.clock.now_ns());
        let blocked_ns = self.emitter.take_blocked_ns();
        self.gauges.spent_busy(self.now_ns, blocked_ns);
        let Some(stretch) = self.stretch.take() else { return };
        // The clock of a machine that was paused may have gone back.
        let service_ns = self.now_ns.saturating_sub(began_ns).saturating_sub(blocked_ns);
        // A batch published after the reading at the beginning has not waited.
        let before_ns = began_ns.saturating_sub(stretch.oldest_ns());
        let wait_ns = before_ns + if stretch.is_shared() { service_ns } else { 0 };
        self.gauges.record(self.now_ns, [wait_ns, service_ns, before_ns + service_ns], stretch.messages());
        self.pace.learn(service_ns, stretch.messages());
    }

    fn fire_timer(&mut self, stage: &mut dyn Stage) -> Option<End> {
        let due = stage.next_timer()?;
        self.account();
        let now = self.clock.at(self.now_ns);
        if now < due {
            return None;
        }
        self.emitter.stamp(None);
        let result = contain(|| stage.on_timer(now, &mut self.emitter));
        let end = self.settle(result);
        self.account();
        end
    }

    fn finish(&mut self, stage: &mut dyn Stage) -> End {
        self.emitter.stamp(None);
        let result = contain(|| stage.finish(&mut self.emitter));
        let end = self.settle(result);
        self.account();
        end.unwrap_or(End::Finished)
    }

    fn conclude(mut self, end: End) {
        self.emitter.stamp(None);
        let state = match end {
            End::Finished => StageState::Ended,
            End::Aborted => {
                self.emitter.abandon();
                StageState::Aborted
            }
            End::Failed(error) => {
                let sequence = self.emitter.tally().sequence();
                self.emitter.tally_mut().fail();
                self.run.fail(self.index, place(error, &self.run.names[self.index], sequence));
                // What was emitted before the failure is still delivered.
                self.emitter.flush();
                self.emitter.publish_counts();
                StageState::Failed
            }
        };
        self.account();
        self.gauges.enter(state);
        self.emitter.downstream().close();
        self.run.one_ended();
    }
}

/// Names stage and message in a stage's error; that of an edge names its edge already.
pub(super) fn place(error: Error, stage: &Arc<str>, sequence: u64) -> Error {
    if error.code() == ErrorCode::Overflow { error } else { error.placed(stage, sequence) }
}
