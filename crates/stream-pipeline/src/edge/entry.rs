//! The producers' side of an edge: who is let in, and what gives way.
//!
//! Invariant: a message is let in under the lock, and only then has a place in the order of the edge.

use super::{ABORTED, CLOSED, Edge, Receiver, Tail, bump, raise, read};
use crate::batch::{Batch, HEADER_BYTES, LARGE_MESSAGE_BYTES, MAX_BATCH_BYTES, footprint};
use crate::overflow::OverflowPolicy;
use crate::sync::{MutexGuard, Ordering};

/// A batch of at most this many bytes is copied into the staged batch while the consumer is behind: a small
/// copy, and the batches grow.
const SMALL_BATCH_BYTES: usize = 4096;

/// What one message costs beside its bytes: its entry, and its share of the batch.
const MESSAGE_OVERHEAD_BYTES: u64 = 32;

/// Whether the high mark holds the pusher up, or only a full ring does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    AtHighMark,
    WhenFull,
}

/// Why an edge did not let a message in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No room, or pressured; waiting helps.
    Full,
    NotStarted,
    Closed,
    Aborted,
    Overflow,
}

impl Edge {
    /// Offers a batch without waiting; it counts as published at the time it names, or else now. What is not let in comes
    /// back, in order, with the reason.
    pub(crate) fn offer(&self, mut batch: Batch, hold: Hold) -> Result<(), (Batch, Refusal)> {
        let mut tail = self.lock();
        if let Err(refusal) = self.gate(&tail) {
            return Err((batch, refusal));
        }
        if batch.is_empty() {
            // Not a message: in the ring it would take a slot that one may need.
            self.fixtures.pool.put(batch);
            return Ok(());
        }
        let now_ns = batch.published_ns().unwrap_or_else(|| self.fixtures.clock.now_ns());
        if tail.receiver != Receiver::Present {
            self.pass_by(tail.receiver, &batch, now_ns);
            self.fixtures.pool.put(batch);
            return Ok(());
        }
        let surplus = batch.len().saturating_sub(self.config.capacity);
        if self.is_drop_oldest() && surplus > 0 {
            batch.drop_front(surplus);
            bump(&self.admitted.messages, surplus as u64);
            raise(&self.left.messages, surplus as u64);
            self.count_dropped(&self.stats.dropped_oldest, surplus as u64);
        }
        // A part that was let in may have cost less than was reckoned, and left room for more.
        while !batch.is_empty() {
            let room = self.make_room(&mut tail, batch.len(), batch.allocated_bytes(), hold);
            if room.whole {
                self.place(&mut tail, batch, now_ns);
                self.after_placing(tail, false);
                return Ok(());
            }
            let count = prefix(&batch, room.messages, room.bytes);
            if count == 0 {
                break;
            }
            // A new batch, not one for reuse: that one's buffers may be larger than what goes in.
            let mut front = Batch::new();
            batch.move_front(count, &mut front);
            self.place(&mut tail, front, now_ns);
        }
        if batch.is_empty() {
            self.after_placing(tail, false);
            self.fixtures.pool.put(batch);
            return Ok(());
        }
        let refusal = match self.config.policy {
            OverflowPolicy::DropNewest => {
                self.count_dropped(&self.stats.dropped_newest, batch.len() as u64);
                self.after_placing(tail, false);
                self.fixtures.pool.put(batch);
                return Ok(());
            }
            OverflowPolicy::Error => Refusal::Overflow,
            OverflowPolicy::Block | OverflowPolicy::DropOldest if tail.started => Refusal::Full,
            OverflowPolicy::Block | OverflowPolicy::DropOldest => Refusal::NotStarted,
        };
        self.after_placing(tail, true);
        Err((batch, refusal))
    }

    /// Offers one message without waiting. It joins the staged batch, which leaves at once if the consumer sleeps. A small
    /// message is copied and a large one taken; a refused one is as it was.
    pub(crate) fn offer_one(&self, message: &mut Vec<u8>, hold: Hold) -> Result<(), Refusal> {
        let mut tail = self.lock();
        self.gate(&tail)?;
        let bytes = Self::bytes_of_one(message);
        if tail.receiver == Receiver::Present && !self.make_room(&mut tail, 1, bytes, hold).whole {
            return match self.config.policy {
                OverflowPolicy::DropNewest => {
                    self.count_dropped(&self.stats.dropped_newest, 1);
                    Ok(())
                }
                OverflowPolicy::Error => Err(Refusal::Overflow),
                _ => {
                    self.build_pressure(&tail, true);
                    Err(if tail.started { Refusal::Full } else { Refusal::NotStarted })
                }
            };
        }
        self.stage(&mut tail, message);
        self.after_placing(tail, false);
        Ok(())
    }

    fn gate(&self, tail: &Tail) -> Result<(), Refusal> {
        match self.state() {
            ABORTED => Err(Refusal::Aborted),
            CLOSED => Err(Refusal::Closed),
            _ => {
                debug_assert_eq!(tail.head.is_empty(), !self.has_head.load(Ordering::Relaxed));
                Ok(())
            }
        }
    }

    /// How much may enter; on a `drop-oldest` edge the oldest give way first. The buffers of the staged batch may grow
    /// beyond the budget when a message joins it: by less than one batch.
    fn make_room(&self, tail: &mut Tail, messages: usize, bytes: u64, hold: Hold) -> Room {
        if self.is_drop_oldest() {
            self.evict(tail, messages as u64, bytes);
        } else if hold == Hold::AtHighMark && tail.started && self.holds() {
            return Room { messages: 0, bytes: 0, whole: false };
        }
        let fill = self.fill();
        let free = self.config.capacity as u64 - fill;
        // An empty edge takes one batch of any size: the budget is at least the largest message.
        let budget = if fill == 0 { u64::MAX } else { self.config.byte_budget.saturating_sub(self.bytes()) };
        Room { messages: free, bytes: budget, whole: bytes <= budget && messages as u64 <= free }
    }

    /// Drops the oldest until `messages` of `bytes` fit. Bytes are freed by the batch, messages one by one.
    fn evict(&self, tail: &mut Tail, messages: u64, bytes: u64) {
        let mut evicted = 0;
        loop {
            let fill = self.fill() - evicted;
            let needed = (fill + messages).saturating_sub(self.config.capacity as u64);
            let over_budget = fill > 0 && self.bytes() + bytes > self.config.byte_budget;
            if needed == 0 && !over_budget {
                break;
            }
            let Some(mut oldest) = self.next_batch(tail) else { break };
            let there = oldest.len();
            let count = if over_budget { there } else { there.min(needed as usize) };
            evicted += count as u64;
            if count == there {
                self.release(oldest);
            } else {
                oldest.drop_front(count);
                self.put_back(tail, oldest);
            }
        }
        if evicted > 0 {
            raise(&self.left.messages, evicted);
            self.count_dropped(&self.stats.dropped_oldest, evicted);
        }
    }

    /// What could not be taken whole is the head of the edge again.
    pub(super) fn put_back(&self, tail: &mut Tail, rest: Batch) {
        tail.head.push_front(rest);
        self.has_head.store(true, Ordering::Relaxed);
    }

    /// Appends one message to the staged batch.
    fn stage(&self, tail: &mut Tail, message: &mut Vec<u8>) {
        let full = tail.staged.as_ref().is_some_and(|staged| !staged.has_room(message.len(), self.batch_limit));
        if full {
            self.publish_staged(tail);
        }
        let staged = tail.staged.get_or_insert_with(|| self.open_batch());
        if message.len() < LARGE_MESSAGE_BYTES {
            staged.push(message);
        } else {
            staged.push_vec(std::mem::take(message));
        }
        bump(&self.admitted.messages, 1);
        self.charge(staged);
        if tail.receiver != Receiver::Present
            && let Some(batch) = tail.staged.take()
        {
            raise(&self.left.messages, 1);
            self.forget(tail.receiver, 1, batch.origin_ns());
            self.release(batch);
        }
    }

    fn open_batch(&self) -> Batch {
        let now_ns = self.fixtures.clock.now_ns();
        let mut batch = self.fixtures.pool.get();
        batch.set_published_ns(Some(now_ns));
        batch.set_origin_ns(Some(now_ns));
        batch
    }

    /// Charges what the batch has grown by since it was last charged.
    fn charge(&self, batch: &mut Batch) {
        let allocated = batch.allocated_bytes();
        // A buffer may have been moved out meanwhile: what was charged stays charged until the batch leaves.
        let growth = allocated.saturating_sub(batch.charged_bytes());
        if growth > 0 {
            bump(&self.admitted.bytes, growth);
            batch.set_charged_bytes(batch.charged_bytes() + growth);
        }
    }

    fn publish_staged(&self, tail: &mut Tail) {
        if let Some(staged) = tail.staged.take() {
            self.push_to_ring(staged);
        }
    }

    fn push_to_ring(&self, batch: Batch) {
        let pushed = self.ring.push(batch);
        assert!(pushed.is_ok(), "a ring has as many slots as the edge admits messages");
    }

    /// Gives a batch its place: among the staged messages if it is small and the consumer is behind, else in the ring.
    fn place(&self, tail: &mut Tail, mut batch: Batch, now_ns: u64) {
        batch.set_published_ns(Some(now_ns));
        if batch.origin_ns().is_none() {
            batch.set_origin_ns(Some(now_ns));
        }
        let count = batch.len();
        // What a filter has left of a batch counts, not the bytes it has left behind in the buffer.
        let bytes = if count * 8 <= self.batch_limit { batch.message_bytes() } else { usize::MAX };
        let small = bytes <= SMALL_BATCH_BYTES;
        // Before the messages can be taken: `left` must never overtake `admitted`.
        bump(&self.admitted.messages, count as u64);
        match &mut tail.staged {
            Some(staged)
                if small && staged.len() + count <= self.batch_limit && staged.has_room(bytes, self.batch_limit) =>
            {
                batch.move_front(count, staged);
                self.charge(staged);
                self.fixtures.pool.put(batch);
                return;
            }
            Some(_) => self.publish_staged(tail),
            None => {}
        }
        let stays = small && !self.ring.is_empty();
        if stays && batch.weight() > SMALL_BATCH_BYTES {
            let mut compact = self.fixtures.pool.get();
            batch.move_front(count, &mut compact);
            self.fixtures.pool.put(std::mem::replace(&mut batch, compact));
        }
        batch.set_charged_bytes(0);
        self.charge(&mut batch);
        if stays {
            tail.staged = Some(batch);
        } else {
            self.push_to_ring(batch);
        }
    }

    /// Evaluates the high marks, and wakes a sleeping consumer. `refused`: not all that was offered was placed.
    fn after_placing(&self, tail: MutexGuard<'_, Tail>, refused: bool) {
        let fill = self.fill();
        if fill > self.stats.highest_fill.load(Ordering::Relaxed) {
            self.stats.highest_fill.store(fill, Ordering::Relaxed);
        }
        self.build_pressure(&tail, refused);
        if self.filled.any_under(&tail) {
            self.filled.wake(tail);
        }
    }

    /// Nobody takes what leaves this edge: it is counted and released.
    fn pass_by(&self, receiver: Receiver, batch: &Batch, now_ns: u64) {
        let count = batch.len() as u64;
        bump(&self.admitted.messages, count);
        raise(&self.left.messages, count);
        self.forget(receiver, count, batch.origin_ns().or(Some(now_ns)));
    }

    fn forget(&self, receiver: Receiver, count: u64, origin_ns: Option<u64>) {
        if receiver == Receiver::Unclaimed {
            bump(&self.stats.discarded, count);
            if let Some(origin_ns) = origin_ns {
                self.record_delivery(origin_ns, count);
            }
        } else {
            self.count_dropped(&self.stats.dropped_closed, count);
        }
    }

    /// Records end-to-end latency; called by the one who delivers. Returns the time.
    pub(crate) fn record_delivery(&self, origin_ns: u64, count: u64) -> u64 {
        let now_ns = self.fixtures.clock.now_ns();
        if let Some(end_to_end) = &self.stats.end_to_end {
            end_to_end.record(now_ns, now_ns.saturating_sub(origin_ns), u32::try_from(count).unwrap_or(u32::MAX));
        }
        now_ns
    }

    /// Whether an offer of `bytes` would get somewhere now; for waiting, so it may be outdated at once.
    pub(super) fn may_enter(&self, bytes: u64, hold: Hold) -> bool {
        if read(&self.left.messages) == read(&self.admitted.messages) {
            return !(hold == Hold::AtHighMark && self.holds());
        }
        self.fill() < self.config.capacity as u64
            && self.bytes() + bytes <= self.config.byte_budget
            && !(hold == Hold::AtHighMark && self.holds())
    }

    /// What [`Edge::may_enter`] has to ask for so that the next offer of this batch gets somewhere.
    pub(super) fn least_bytes(batch: &Batch) -> u64 {
        batch.footprints().next().map_or(0, |footprint| HEADER_BYTES + cost(footprint))
    }

    pub(super) fn bytes_of_one(message: &Vec<u8>) -> u64 {
        cost(footprint(message))
    }
}

/// What an edge has room for.
struct Room {
    messages: u64,
    bytes: u64,
    /// Everything that was asked for fits.
    whole: bool,
}

/// How many messages of `batch`, from the front, fit into `messages` and `bytes` as a batch of their own.
fn prefix(batch: &Batch, messages: u64, bytes: u64) -> usize {
    let mut bytes = bytes.saturating_sub(HEADER_BYTES);
    let mut count = 0;
    for cost in batch.footprints().map(cost).take(messages as usize) {
        if cost > bytes {
            break;
        }
        bytes -= cost;
        count += 1;
    }
    count
}

/// What a message that takes `footprint` bytes along costs.
fn cost(footprint: usize) -> u64 {
    footprint as u64 + MESSAGE_OVERHEAD_BYTES
}

const _: () = assert!(SMALL_BATCH_BYTES < MAX_BATCH_BYTES);
