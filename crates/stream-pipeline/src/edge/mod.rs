//! An edge: the bounded ring between two stages, with its overflow policy, its two marks and its counters.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | the parts of an edge, its state, closing and aborting it |
//! | `entry.rs` | the producers' side: who is let in, and what gives way |
//! | `exit.rs` | the consumers' side: taking batches |
//! | `pressure.rs` | the marks: when feeders are held up, and until when |
//! | `waiting.rs` | the blocking calls around both |
//! | `stats.rs` | what an edge counts |
//!
//! Producers work under a short lock, taken once per batch (or per single push): the *tail*. It gives each message its
//! place in the order of publication, and holds the *staged* batch, to which small pushes are added while the consumer
//! is behind. Consumers take batches from the ring without the lock; they take it only when the ring is empty, to
//! collect what is staged or to sleep, and on `drop-oldest` edges, where the producer removes messages from the front.
//!
//! Invariants:
//! - `admitted - left` is the fill in messages; `left <= admitted`, and `fill <= capacity` at all times.
//! - Order in the edge: `head`, then the ring, then `staged`.
//! - `pressured` changes under the lock only: up at a high mark, of the messages or of the bytes, down at both low ones.
//! - Nothing staged outlives the producer: the consumer takes it before it sleeps.

mod entry;
mod exit;
mod pressure;
mod stats;
mod waiting;

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

#[cfg(all(test, loom))]
mod models;

use std::collections::VecDeque;
use std::sync::Arc;

use crossbeam_utils::CachePadded;

use crate::batch::{Batch, MAX_BATCH_MESSAGES};
use crate::clock::Clock;
use crate::latency::LatencyTracker;
use crate::marks::Levels;
use crate::overflow::OverflowPolicy;
use crate::pool::Pool;
use crate::pressure::PressureBoard;
use crate::signal::Waiters;
use crate::sync::{ArrayQueue, AtomicBool, AtomicU8, AtomicU64, Mutex, MutexGuard, Ordering};

pub(crate) use entry::{Hold, Refusal};
pub(crate) use exit::Take;
pub(crate) use stats::{EdgeStats, bump, raise, read};

/// What the builder decided about an edge.
#[derive(Clone, Debug)]
pub(crate) struct EdgeConfig {
    /// The stage the edge leads into, or `output`.
    pub(crate) name: Arc<str>,
    pub(crate) capacity: usize,
    pub(crate) policy: OverflowPolicy,
    /// Of the messages.
    pub(crate) levels: Levels,
    pub(crate) byte_budget: u64,
    /// Of the bytes; on if the others are.
    pub(crate) byte_levels: Levels,
}

/// What the parts of one pipeline share.
#[derive(Clone, Debug)]
pub(crate) struct Fixtures {
    pub(crate) clock: Clock,
    pub(crate) pool: Arc<Pool>,
    pub(crate) pressure: Arc<PressureBoard>,
    /// Set when a stage or a source has failed, before what lies behind it is closed.
    pub(crate) failed: Arc<AtomicBool>,
}

impl Fixtures {
    /// Of a pipeline with so many edges.
    pub(crate) fn new(edges: usize) -> Self {
        Self {
            clock: Clock::new(),
            pool: Arc::new(Pool::new()),
            pressure: Arc::new(PressureBoard::new(edges)),
            failed: Arc::new(AtomicBool::new(false)),
        }
    }
}

const OPEN: u8 = 0;
const CLOSED: u8 = 1;
const ABORTED: u8 = 2;

/// Who receives what leaves the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receiver {
    /// A stage or an output handle takes batches.
    Present,
    /// Nobody asked for the output: messages count as delivered and are released.
    Unclaimed,
    /// The output handle was given up: messages count as dropped.
    Gone,
}

/// All that has passed one end of an edge so far.
#[derive(Debug, Default)]
struct Passed {
    messages: AtomicU64,
    /// Allocated for them.
    bytes: AtomicU64,
}

#[derive(Debug)]
struct Tail {
    /// The oldest messages, popped from the ring and put back by whoever could not take them all: one batch, or one for
    /// each consumer where there are several.
    head: VecDeque<Batch>,
    /// The newest messages, still growing.
    staged: Option<Batch>,
    started: bool,
    receiver: Receiver,
}

#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) config: EdgeConfig,
    pub(crate) fixtures: Fixtures,
    /// Position in the pipeline, for the pressure board.
    index: usize,
    /// Messages at most in one batch here; a quarter of the ring, so that a batch never fills it alone.
    batch_limit: usize,
    ring: ArrayQueue<Batch>,
    tail: CachePadded<Mutex<Tail>>,
    filled: Waiters,
    drained: Waiters,
    /// Written by who feeds the edge.
    admitted: CachePadded<Passed>,
    /// Written by who takes from it.
    left: CachePadded<Passed>,
    state: AtomicU8,
    pressured: AtomicBool,
    has_head: AtomicBool,
    pub(crate) stats: EdgeStats,
}

impl Edge {
    pub(crate) fn new(index: usize, config: EdgeConfig, fixtures: Fixtures) -> Self {
        Self {
            stats: EdgeStats::default(),
            batch_limit: (config.capacity / 4).clamp(1, MAX_BATCH_MESSAGES),
            // As many slots as messages: a slot is never what an edge runs out of.
            ring: ArrayQueue::new(config.capacity),
            tail: CachePadded::new(Mutex::new(Tail {
                head: VecDeque::new(),
                staged: None,
                started: false,
                receiver: Receiver::Present,
            })),
            filled: Waiters::default(),
            drained: Waiters::default(),
            admitted: CachePadded::default(),
            left: CachePadded::default(),
            state: AtomicU8::new(OPEN),
            pressured: AtomicBool::new(false),
            has_head: AtomicBool::new(false),
            index,
            config,
            fixtures,
        }
    }

    /// An edge of its own, for an emitter outside a pipeline.
    pub(crate) fn detached() -> Self {
        let config = EdgeConfig {
            name: Arc::from("detached"),
            capacity: MAX_BATCH_MESSAGES * 4,
            policy: OverflowPolicy::Block,
            levels: Levels::OFF,
            byte_budget: u64::MAX,
            byte_levels: Levels::OFF,
        };
        Self::new(0, config, Fixtures::new(1))
    }

    /// Has the edge record end-to-end latency: it is the last one.
    pub(crate) fn recording_deliveries(mut self) -> Self {
        self.stats.end_to_end = Some(LatencyTracker::default());
        self
    }

    pub(crate) fn batch_limit(&self) -> usize {
        self.batch_limit
    }

    /// Messages in the ring, staged ones included; exact for who holds the lock where nobody takes meanwhile.
    pub(crate) fn fill(&self) -> u64 {
        let (admitted, left) = self.admitted_and_left();
        admitted - left
    }

    /// All messages ever let in, and all that have left: never more of the latter, nor more of the former than fit.
    pub(crate) fn admitted_and_left(&self) -> (u64, u64) {
        // Partner: the release in `raise`, called for `left` after `admitted` was raised.
        let left = read(&self.left.messages);
        // What entered between the two readings does not count: its place was free only after the first.
        let admitted = read(&self.admitted.messages).min(left + self.config.capacity as u64);
        (admitted, left)
    }

    /// Bytes allocated for what is in the ring.
    pub(crate) fn bytes(&self) -> u64 {
        let out = read(&self.left.bytes);
        read(&self.admitted.bytes).saturating_sub(out)
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.state() == ABORTED
    }

    fn state(&self) -> u8 {
        // Partner: the release in `abort`: who sees it sees what it counted.
        self.state.load(Ordering::Acquire)
    }

    fn is_drop_oldest(&self) -> bool {
        self.config.policy == OverflowPolicy::DropOldest
    }

    fn lock(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock()
    }

    /// From now on a full ring means waiting, not `NOT_STARTED`.
    pub(crate) fn start(&self) {
        let mut tail = self.lock();
        tail.started = true;
        self.drained.wake(tail);
    }

    /// No more messages come; what is in the ring is still taken. Those who wait to push are refused.
    pub(crate) fn close(&self) {
        let tail = self.lock();
        if self.state() == OPEN {
            // Who sees this takes the lock before it does anything about it.
            self.state.store(CLOSED, Ordering::Relaxed);
        }
        self.wake_everyone(tail);
    }

    /// Ends the edge now; what is in the ring is counted as aborted.
    pub(crate) fn abort(&self) {
        let mut tail = self.lock();
        if self.state() != ABORTED {
            let count = self.purge(&mut tail);
            bump(&self.stats.aborted, count);
            // Partner: the acquire in `state`.
            self.state.store(ABORTED, Ordering::Release);
        }
        self.wake_everyone(tail);
    }

    /// Nobody wants the output: what is in the ring and what still comes counts as delivered. Nobody may be taking: from
    /// here on the edge is empty, and lets everyone in.
    pub(crate) fn unclaim(&self) {
        let mut tail = self.lock();
        if tail.receiver == Receiver::Present {
            tail.receiver = Receiver::Unclaimed;
            let count = self.purge(&mut tail);
            bump(&self.stats.discarded, count);
        }
        self.wake_everyone(tail);
    }

    /// The output handle is gone: what is in the ring and what still comes counts as dropped. As with [`Edge::unclaim`],
    /// nobody may be taking.
    pub(crate) fn give_up(&self) {
        let mut tail = self.lock();
        if tail.receiver == Receiver::Present {
            tail.receiver = Receiver::Gone;
            let count = self.purge(&mut tail);
            self.count_dropped(&self.stats.dropped_closed, count);
        }
        self.wake_everyone(tail);
    }

    fn wake_everyone(&self, tail: MutexGuard<'_, Tail>) {
        self.filled.wake(tail);
        self.drained.wake(self.lock());
    }

    /// Counts drops, and tells those who watch; needs the lock.
    fn count_dropped(&self, counter: &AtomicU64, count: u64) {
        if count > 0 {
            bump(counter, count);
            self.fixtures.pressure.dropped(self.index);
        }
    }

    /// How many messages were dropped so far: by `drop-oldest`, by `drop-newest`, because the output was given up. What is
    /// dropped later will be told to who watches by now.
    pub(crate) fn dropped_so_far(&self) -> [u64; 3] {
        let _tail = self.lock();
        let EdgeStats { dropped_oldest, dropped_newest, dropped_closed, .. } = &self.stats;
        [dropped_oldest, dropped_newest, dropped_closed].map(read)
    }

    /// Removes all messages, and says how many there were; the caller counts them.
    fn purge(&self, tail: &mut Tail) -> u64 {
        let mut count = 0;
        while let Some(batch) = self.next_batch(tail) {
            count += batch.len() as u64;
            self.release(batch);
        }
        raise(&self.left.messages, count);
        self.settle_pressure(tail);
        count
    }

    /// The next batch in order.
    fn next_batch(&self, tail: &mut Tail) -> Option<Batch> {
        let batch = tail.head.pop_front();
        if batch.is_some() {
            self.has_head.store(!tail.head.is_empty(), Ordering::Relaxed);
        }
        batch.or_else(|| self.ring.pop()).or_else(|| tail.staged.take())
    }

    /// A batch that leaves the edge is no longer charged to it, and may be reused.
    fn release(&self, batch: Batch) {
        raise(&self.left.bytes, batch.charged_bytes());
        self.fixtures.pool.put(batch);
    }
}
