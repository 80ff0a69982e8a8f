//! What can be seen of a pipeline from outside: the ledger, and the figures of each stage and edge.
//!
//! Invariant: each gauge has one writer; readers read what leaves before what enters, so that no snapshot shows more
//! leaving than entered.

use std::sync::Arc;
use std::time::Duration;

use crate::edge::{bump, read};
use crate::latency::{LatencySummary, LatencyTracker};
use crate::sync::{AtomicU8, AtomicU64, Ordering};
use crate::tally::Counts;

#[cfg(all(test, loom))]
mod models;

/// What a stage is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum StageState {
    /// Waiting for messages.
    #[default]
    Idle,
    /// Working.
    Busy,
    /// Waiting for room on the next edge.
    Backpressured,
    /// Done: its input ended and everything was emitted.
    Ended,
    /// It returned an error or panicked.
    Failed,
    /// It was ended before its input was.
    Aborted,
}

impl StageState {
    const ALL: [Self; 6] = [Self::Idle, Self::Busy, Self::Backpressured, Self::Ended, Self::Failed, Self::Aborted];

    /// The state as a word: `idle`, `busy`, `backpressured`, `ended`, `failed`, `aborted`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Busy => "busy",
            Self::Backpressured => "backpressured",
            Self::Ended => "ended",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
        }
    }
}

/// The figures of one stage while it runs. Written by its thread, read by anyone.
#[derive(Debug, Default)]
pub(crate) struct StageGauges {
    received: AtomicU64,
    created: AtomicU64,
    emitted: AtomicU64,
    absorbed: AtomicU64,
    skipped: AtomicU64,
    dead_lettered: AtomicU64,
    failed: AtomicU64,
    aborted: AtomicU64,
    state: AtomicU8,
    /// Until when the three times below are accounted for.
    marked_ns: AtomicU64,
    busy_ns: AtomicU64,
    idle_ns: AtomicU64,
    backpressured_ns: AtomicU64,
    wait: LatencyTracker,
    service: LatencyTracker,
    total: LatencyTracker,
}

impl StageGauges {
    /// Shows `counts`. What enters is stored first.
    pub(crate) fn publish(&self, counts: &Counts) {
        if cfg!(unmeasured) {
            return;
        }
        // Outputs that enter here come from nowhere else: nothing has to be seen before them.
        self.created.store(counts.created, Ordering::Relaxed);
        // Partner: the acquire in `read`. Who sees these messages in hand sees that they have left their edge.
        self.received.store(counts.received, Ordering::Release);
        // Partner: the acquire in `read`, called in the opposite order by `counts`. Who sees what leaves sees what entered.
        self.absorbed.store(counts.absorbed, Ordering::Release);
        self.skipped.store(counts.skipped, Ordering::Release);
        self.dead_lettered.store(counts.dead_lettered, Ordering::Release);
        self.failed.store(counts.failed, Ordering::Release);
        self.aborted.store(counts.aborted, Ordering::Release);
        self.emitted.store(counts.emitted, Ordering::Release);
    }

    fn counts(&self) -> Counts {
        let emitted = read(&self.emitted);
        let aborted = read(&self.aborted);
        let failed = read(&self.failed);
        let dead_lettered = read(&self.dead_lettered);
        let skipped = read(&self.skipped);
        let absorbed = read(&self.absorbed);
        let received = read(&self.received);
        let created = self.created.load(Ordering::Relaxed);
        Counts { received, created, emitted, absorbed, skipped, dead_lettered, failed, aborted }
    }

    pub(crate) fn start_at(&self, now_ns: u64) {
        self.marked_ns.store(now_ns, Ordering::Relaxed);
    }

    pub(crate) fn enter(&self, state: StageState) {
        self.state.store(state as u8, Ordering::Relaxed);
    }

    fn state(&self) -> StageState {
        StageState::ALL[usize::from(self.state.load(Ordering::Relaxed))]
    }

    /// The time up to `now_ns` was spent waiting for messages.
    pub(crate) fn spent_idle(&self, now_ns: u64) {
        bump(&self.idle_ns, self.advance(now_ns));
    }

    /// The time up to `now_ns` was spent working, except for `blocked_ns` of waiting for room.
    pub(crate) fn spent_busy(&self, now_ns: u64, blocked_ns: u64) {
        let spent = self.advance(now_ns);
        let blocked_ns = blocked_ns.min(spent);
        bump(&self.busy_ns, spent - blocked_ns);
        bump(&self.backpressured_ns, blocked_ns);
    }

    fn advance(&self, now_ns: u64) -> u64 {
        if cfg!(unmeasured) {
            return 0;
        }
        let before = self.marked_ns.swap(now_ns, Ordering::Relaxed);
        now_ns.saturating_sub(before)
    }

    /// `count` messages had waited, were worked on, and took both together, for so many nanoseconds at most.
    pub(crate) fn record(&self, now_ns: u64, [wait_ns, service_ns, total_ns]: [u64; 3], count: usize) {
        let count = count as u32;
        self.wait.record(now_ns, wait_ns, count);
        self.service.record(now_ns, service_ns, count);
        self.total.record(now_ns, total_ns, count);
    }

    /// A reading for the stage called `name`, `uptime` after the start; `held_up` says whether its next edge holds it up
    /// now.
    pub(crate) fn snapshot(&self, name: &Arc<str>, now_ns: u64, uptime: Duration, held_up: bool) -> StageMetrics {
        let counts = self.counts();
        let mut state = self.state();
        if state == StageState::Busy && held_up {
            state = StageState::Backpressured;
        }
        let mut times = [&self.busy_ns, &self.idle_ns, &self.backpressured_ns].map(read);
        let running = now_ns.saturating_sub(self.marked_ns.load(Ordering::Relaxed));
        match state {
            StageState::Busy => times[0] += running,
            StageState::Idle => times[1] += running,
            StageState::Backpressured => times[2] += running,
            StageState::Ended | StageState::Failed | StageState::Aborted => {}
        }
        let [busy, idle, backpressured] = times.map(Duration::from_nanos);
        let total = self.total.summary(now_ns);
        let window = LatencyTracker::DEFAULT_WINDOW.min(uptime.max(Duration::from_nanos(1)));
        StageMetrics {
            name: Arc::clone(name),
            state,
            received: counts.received,
            created: counts.created,
            emitted: counts.emitted,
            absorbed: counts.absorbed,
            skipped: counts.skipped,
            dead_lettered: counts.dead_lettered,
            failed: counts.failed,
            aborted: counts.aborted,
            throughput_per_second: total.count as f64 / window.as_secs_f64(),
            busy,
            idle,
            backpressured,
            wait: self.wait.summary(now_ns),
            service: self.service.summary(now_ns),
            latency: total,
        }
    }
}

/// A reading of one stage. Counts are messages since the start.
///
/// `received + created = emitted + absorbed + skipped + dead_lettered + failed + aborted + in_hand()`.
#[derive(Clone, Debug)]
pub struct StageMetrics {
    /// The stage's name.
    pub name: Arc<str>,
    /// What it is doing.
    pub state: StageState,
    /// Taken from its edge.
    pub received: u64,
    /// Outputs beyond one per input, and those that belong to no input.
    pub created: u64,
    /// Put on the next edge, or dropped there by its policy.
    pub emitted: u64,
    /// Inputs that had no output.
    pub absorbed: u64,
    /// Messages it could not work on, left out by its error policy.
    pub skipped: u64,
    /// Messages it could not work on, given to the dead letters by its error policy.
    pub dead_lettered: u64,
    /// Inputs at which the stage failed: 0 or 1.
    pub failed: u64,
    /// In hand when the stage was ended.
    pub aborted: u64,
    /// Messages worked on per second, over the sliding window, or since the start if that is shorter.
    pub throughput_per_second: f64,
    /// Time spent working. `busy + idle + backpressured` is the time since the stage started.
    pub busy: Duration,
    /// Time spent waiting for messages.
    pub idle: Duration,
    /// Time spent waiting for room on the next edge.
    pub backpressured: Duration,
    /// Time a message waited in the ring, over the sliding window; an upper bound, measured once per batch.
    pub wait: LatencySummary,
    /// Time it was worked on, including what came before it in its batch.
    pub service: LatencySummary,
    /// Both together.
    pub latency: LatencySummary,
}

impl StageMetrics {
    /// Messages taken and not finished.
    #[must_use]
    pub fn in_hand(&self) -> u64 {
        let left = self.emitted + self.absorbed + self.skipped + self.dead_lettered + self.failed + self.aborted;
        (self.received + self.created).saturating_sub(left)
    }
}

/// A reading of one edge. Counts are messages since the start.
///
/// `entered = taken + dropped_oldest + dropped_newest + dropped_closed + discarded + aborted + fill`.
#[derive(Clone, Debug)]
pub struct EdgeMetrics {
    /// The stage it leads into, or `output`.
    pub name: Arc<str>,
    /// Messages its ring holds at most.
    pub capacity: u64,
    /// High mark in messages; `None` with backpressure off.
    pub high: Option<u64>,
    /// Low mark in messages; `None` with backpressure off.
    pub low: Option<u64>,
    /// Messages in the ring now.
    pub fill: u64,
    /// The most there ever were.
    pub highest_fill: u64,
    /// Bytes allocated for what is in the ring now.
    pub bytes: u64,
    /// Whether the edge's messages or bytes are between their marks after having passed the high one, or above it.
    pub pressured: bool,
    /// How often it became pressured.
    pub pressured_count: u64,
    /// How long it was, all together.
    pub pressured_time: Duration,
    /// Accepted by the edge, to be carried or dropped.
    pub entered: u64,
    /// Taken by the stage or the output handle behind the edge.
    pub taken: u64,
    /// Dropped from the front of a full ring, by `drop-oldest`.
    pub dropped_oldest: u64,
    /// Dropped before a full ring, by `drop-newest`.
    pub dropped_newest: u64,
    /// Dropped because the output handle had been given up.
    pub dropped_closed: u64,
    /// Delivered to nobody, because nobody claimed the output.
    pub discarded: u64,
    /// In the ring when the edge was aborted.
    pub aborted: u64,
}

impl EdgeMetrics {
    /// Everything lost here by policy or because the receiver was gone.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped_oldest + self.dropped_newest + self.dropped_closed
    }

    /// Fill as a share of the capacity.
    #[must_use]
    pub fn utilization(&self) -> f64 {
        self.fill as f64 / self.capacity as f64
    }
}

/// Where every message of a pipeline went. See [`Ledger::balance`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Messages let in at the input.
    pub accepted: u64,
    /// Outputs of stages beyond one per input.
    pub created: u64,
    /// Handed to the output handle's user, or released at an output that nobody claimed.
    pub delivered: u64,
    /// Dropped by `drop-oldest`.
    pub dropped_oldest: u64,
    /// Dropped by `drop-newest`.
    pub dropped_newest: u64,
    /// Dropped because the output handle had been given up.
    pub dropped_closed: u64,
    /// Inputs of stages that had no output.
    pub absorbed: u64,
    /// Messages that stages could not work on, left out by their error policy.
    pub skipped: u64,
    /// Messages that stages could not work on, given to the dead letters by their error policy.
    pub dead_lettered: u64,
    /// Messages at which a stage failed, and the pipeline with it.
    pub failed: u64,
    /// In flight when the pipeline failed or was aborted.
    pub aborted: u64,
    /// In a ring or in hand now.
    pub in_flight: u64,
}

impl Ledger {
    /// Everything dropped, for whatever reason.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped_oldest + self.dropped_newest + self.dropped_closed
    }

    /// `accepted + created - (delivered + dropped + absorbed + skipped + dead_lettered + failed + aborted + in_flight)`: 0
    /// when the pipeline is quiescent. In between, messages that were on the way from an edge to a stage while the reading was taken may
    /// make it differ.
    #[must_use]
    pub fn balance(&self) -> i64 {
        self.entered().cast_signed() - self.left().cast_signed() - self.in_flight.cast_signed()
    }

    /// `accepted + created`.
    #[must_use]
    pub fn entered(&self) -> u64 {
        self.accepted + self.created
    }

    /// `delivered + dropped + absorbed + skipped + dead_lettered + failed + aborted`; never more than [`Ledger::entered`].
    #[must_use]
    pub fn left(&self) -> u64 {
        let stopped = self.failed + self.aborted;
        self.delivered + self.dropped() + self.absorbed + self.skipped + self.dead_lettered + stopped
    }
}

/// A reading of a whole pipeline, taken without stopping it.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Time since the pipeline was started, until its end; zero before.
    pub uptime: Duration,
    /// Where every message went.
    pub ledger: Ledger,
    /// The stages, first to last.
    pub stages: Vec<StageMetrics>,
    /// The edges: the one into each stage, then the output's.
    pub edges: Vec<EdgeMetrics>,
    /// From entering the pipeline to leaving it, over the sliding window.
    pub end_to_end: LatencySummary,
}
