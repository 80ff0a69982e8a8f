//! What the parts of a started pipeline share: its edges, who has ended, how, and the report.
//!
//! Invariant: the outcome is written once, by whoever is the last to end, stage or abort; it, and the report, are the same
//! for all who ask.

use std::sync::Arc;
use std::time::Instant;

use super::hosted::Seat;
use super::output::Deliveries;
use super::reading;
use super::sources::Sources;
use crate::edge::{Edge, Fixtures};
use crate::emitter::Rejects;
use crate::error::{Error, ErrorCode, Result};
use crate::error_policy::ErrorPolicy;
use crate::metrics::{Metrics, StageGauges};
use crate::signal::Waker;
use crate::sync::thread::{self, JoinHandle, ThreadId};
use crate::sync::{AtomicU64, Condvar, Mutex, Ordering};

/// How a stage ended.
#[derive(Debug)]
pub(super) enum End {
    Finished,
    Aborted,
    Failed(Error),
}

#[derive(Default)]
struct Endings {
    /// Stages and sources that have not ended, and aborts that are not through with every edge.
    under_way: usize,
    /// The first error wins; later ones are consequences, or news for which nobody waits.
    error: Option<Error>,
    aborted: bool,
    drain_timed_out: bool,
    /// How the pipeline ended; `None` while it runs.
    outcome: Option<Result<()>>,
    /// Read when it is first asked for after the end, so that it counts what was taken from the output meanwhile.
    report: Option<Metrics>,
    wakers: Vec<Waker>,
}

/// Whether the stages' threads may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Shut,
    Open,
    /// The start was called off.
    Off,
}

pub(super) struct Run {
    pub(super) names: Arc<[Arc<str>]>,
    /// The edge into each stage, then the output's.
    pub(super) edges: Vec<Arc<Edge>>,
    /// What each stage does about a message that it cannot work on.
    policies: Vec<ErrorPolicy>,
    /// Where dead letters wait, if any stage makes them.
    pub(super) dead_letters: Option<Arc<Edge>>,
    pub(super) gauges: Vec<Arc<StageGauges>>,
    pub(super) deliveries: Arc<Deliveries>,
    pub(super) fixtures: Fixtures,
    pub(super) max_message_bytes: usize,
    /// 0 before the start.
    pub(super) started_ns: AtomicU64,
    /// 0 before the end.
    pub(super) ended_ns: AtomicU64,
    pub(super) sources: Sources,
    endings: Mutex<Endings>,
    ended: Condvar,
    gate: Mutex<Gate>,
    gate_moved: Condvar,
    pub(super) seats: Mutex<Vec<Arc<Seat>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    thread_ids: Mutex<Vec<ThreadId>>,
}

impl Run {
    pub(super) fn new(
        names: Arc<[Arc<str>]>,
        policies: Vec<ErrorPolicy>,
        edges: Vec<Arc<Edge>>,
        dead_letters: Option<Arc<Edge>>,
        sources: usize,
        fixtures: Fixtures,
        max_message_bytes: usize,
    ) -> Self {
        Self {
            gauges: names.iter().map(|_| Arc::default()).collect(),
            sources: Sources::new(sources),
            endings: Mutex::new(Endings { under_way: names.len() + sources, ..Endings::default() }),
            names,
            edges,
            policies,
            dead_letters,
            deliveries: Arc::default(),
            fixtures,
            max_message_bytes,
            started_ns: AtomicU64::new(0),
            ended_ns: AtomicU64::new(0),
            ended: Condvar::default(),
            gate: Mutex::new(Gate::Shut),
            gate_moved: Condvar::default(),
            seats: Mutex::new(Vec::new()),
            threads: Mutex::new(Vec::new()),
            thread_ids: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn output_edge(&self) -> &Arc<Edge> {
        self.edges.last().expect("a pipeline has an output edge")
    }

    /// What becomes of messages that a stage cannot work on.
    pub(super) fn rejects(&self, index: usize) -> Rejects {
        Rejects { policy: self.policies[index], dead_letters: self.dead_letters.clone() }
    }

    /// Whether a stage whose messages are dead letters has to wait for room among them now.
    pub(super) fn is_held_up_by_dead_letters(&self, index: usize) -> bool {
        self.policies[index] == ErrorPolicy::DeadLetter
            && self.dead_letters.as_ref().is_some_and(|edge| edge.holds_or_is_full())
    }

    fn all_edges(&self) -> impl Iterator<Item = &Arc<Edge>> {
        self.edges.iter().chain(&self.dead_letters)
    }

    /// Lets the stages begin: every thread exists.
    pub(super) fn open_gate(&self) {
        let now_ns = self.fixtures.clock.now_ns().max(1);
        self.started_ns.store(now_ns, Ordering::Relaxed);
        for gauges in &self.gauges {
            gauges.start_at(now_ns);
        }
        for edge in self.all_edges() {
            edge.start();
        }
        self.move_gate(Gate::Open);
    }

    /// Sends the threads that exist home, and waits for them.
    pub(super) fn call_off(&self) {
        self.abort_edges();
        self.move_gate(Gate::Off);
        self.join();
    }

    fn move_gate(&self, to: Gate) {
        *self.gate.lock() = to;
        self.gate_moved.notify_all();
    }

    /// Waits until the pipeline has started; `false` if it was called off.
    pub(super) fn pass_gate(&self) -> bool {
        let mut gate = self.gate.lock();
        while *gate == Gate::Shut {
            gate = self.gate_moved.wait(gate, None).0;
        }
        *gate == Gate::Open
    }

    pub(super) fn adopt(&self, thread: JoinHandle<()>) {
        self.thread_ids.lock().push(thread.thread().id());
        self.threads.lock().push(thread);
    }

    /// Waits for the threads of all stages, except for the one it is called from.
    pub(super) fn join(&self) {
        let mut threads = self.threads.lock();
        for thread in threads.drain(..) {
            if thread.thread().id() != thread::current().id() {
                // A stage's panic is contained; one of the engine has been reported by the hook.
                let _ = thread.join();
            }
        }
    }

    /// Ends all edges at once. Nothing else is decided by it.
    pub(super) fn abort_edges(&self) {
        self.sources.stop();
        for edge in self.all_edges() {
            edge.abort();
        }
    }

    /// Ends the pipeline now; without effect once it has ended.
    pub(super) fn abort(&self) {
        {
            let mut endings = self.endings.lock();
            if endings.under_way == 0 {
                return;
            }
            endings.aborted = true;
            // The stages may all have ended before the last edge has counted what was in it.
            endings.under_way += 1;
        }
        self.abort_edges();
        self.abandon_seats(usize::MAX);
        self.one_ended();
    }

    /// Turns a drain into an abort, unless it has ended meanwhile.
    pub(super) fn abort_drain(&self) {
        self.endings.lock().drain_timed_out = true;
        self.abort();
    }

    /// Ends the hosted stages before `end`: their hosts may never call again.
    fn abandon_seats(&self, end: usize) {
        let seats: Vec<_> = self.seats.lock().iter().filter(|seat| seat.index < end).cloned().collect();
        for seat in seats {
            seat.abandon();
        }
    }

    /// A stage has failed: it is remembered, and what lies before that stage is aborted.
    pub(super) fn fail(&self, index: usize, error: Error) {
        self.remember(error);
        for edge in &self.edges[..=index] {
            edge.abort();
        }
        self.abandon_seats(index);
    }

    /// The first error wins. Nothing more is read.
    fn remember(&self, error: Error) {
        // Who finds an edge closed because of it sees this too: closing takes the edge's lock.
        self.fixtures.failed.store(true, Ordering::Relaxed);
        self.endings.lock().error.get_or_insert(error);
        self.sources.stop();
    }

    /// A source has failed: it is remembered, and no source reads on. What has entered is worked on.
    pub(super) fn fail_source(&self, error: Error) {
        self.remember(error);
        self.close_input();
    }

    /// Closes the input: behind the sources, if any is at work.
    pub(super) fn close_input(&self) {
        if !self.sources.close_behind() {
            self.edges[0].close();
        }
    }

    /// A stage has ended and its edges have been dealt with, or an abort is through. The last one writes the outcome.
    pub(super) fn one_ended(&self) {
        let mut endings = self.endings.lock();
        endings.under_way -= 1;
        if endings.under_way > 0 {
            return;
        }
        drop(endings);
        // Whoever learns that the pipeline has ended finds that no dead letters come any more.
        if let Some(edge) = &self.dead_letters {
            edge.close();
        }
        let mut endings = self.endings.lock();
        self.ended_ns.store(self.fixtures.clock.now_ns(), Ordering::Relaxed);
        endings.outcome = Some(match &endings.error {
            Some(error) => Err(error.clone()),
            None if endings.aborted => Err(aborted(&reading::read(self), endings.drain_timed_out)),
            None => Ok(()),
        });
        let wakers = std::mem::take(&mut endings.wakers);
        drop(endings);
        self.ended.notify_all();
        self.fixtures.pressure.close();
        for waker in wakers {
            waker();
        }
    }

    /// The report or the error, waiting for the end until `deadline` or for ever; `None` if the deadline passed.
    pub(super) fn outcome(&self, deadline: Option<Instant>) -> Option<Result<Metrics>> {
        let mut endings = self.endings.lock();
        let mut timed_out = false;
        while endings.outcome.is_none() && !timed_out {
            (endings, timed_out) = self.ended.wait(endings, deadline);
        }
        let outcome = endings.outcome.clone()?;
        Some(outcome.map(|()| endings.report.get_or_insert_with(|| reading::read(self)).clone()))
    }

    /// Has `waker` called when the pipeline has ended; `false` if it has.
    pub(super) fn call_when_ended(&self, waker: &Waker) -> bool {
        let mut endings = self.endings.lock();
        if endings.outcome.is_some() {
            return false;
        }
        endings.wakers.push(Arc::clone(waker));
        true
    }

    /// Refuses to wait for the calling thread's own end.
    pub(super) fn refuse_own_thread(&self) -> Result<()> {
        let own = thread::current();
        if !self.thread_ids.lock().contains(&own.id()) {
            return Ok(());
        }
        let stage = own.name().unwrap_or("stage").to_owned();
        let text =
            format!("stage `{stage}` waits for the pipeline it is a part of; wait from another thread, or use abort");
        Err(Error::new(ErrorCode::WouldDeadlock, text).at_stage(&Arc::from(stage)))
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("stages", &self.names).finish_non_exhaustive()
    }
}

fn aborted(metrics: &Metrics, drain_timed_out: bool) -> Error {
    let left = metrics.ledger.aborted;
    if drain_timed_out {
        let text = format!("the pipeline was not drained within its deadline: {left} messages were aborted");
        return Error::new(ErrorCode::DrainTimeout, text);
    }
    Error::new(ErrorCode::Aborted, format!("the pipeline was aborted with {left} messages in flight"))
}
