//! Where a stage's outputs go: they are gathered into batches and put on the next edge.
//!
//! Invariants: what is emitted leaves in order, and nothing behind an output that was refused; an output enters the books
//! before it can be taken by the next stage; nothing is held back longer than the call in which it was emitted.

mod pause;
mod rejects;

use std::collections::{VecDeque, vec_deque};
use std::ops::Range;
use std::sync::Arc;

use crate::batch::{Batch, LARGE_MESSAGE_BYTES, Limits, older};
use crate::edge::{Edge, Hold, Refusal};
use crate::error::{Error, ErrorCode};
use crate::metrics::StageGauges;
use crate::pipeline::DEFAULT_MAX_MESSAGE_BYTES;
use crate::sync::Ordering;
use crate::tally::Tally;

pub(crate) use rejects::Rejects;

/// Buffers kept for the next messages: of the one in work and of the one behind it.
const SPARES: usize = 2;

/// Where a full batch of outputs goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// On the next edge, at once; the stage's thread waits if it must.
    Waiting,
    /// It stays here until somebody takes it, and so do the counts.
    Gathering,
}

/// Takes what a stage emits. Handed to [`Stage::process_batch`](crate::Stage::process_batch).
#[derive(Debug)]
pub struct Emitter {
    upstream: Arc<Edge>,
    downstream: Arc<Edge>,
    delivery: Delivery,
    gauges: Arc<StageGauges>,
    max_message_bytes: usize,
    rejects: Rejects,
    tally: Tally,
    open: Batch,
    /// The buffers of messages that were copied, for the next ones.
    spares: Vec<Vec<u8>>,
    /// What was gathered and not taken.
    sealed: VecDeque<Batch>,
    /// The oldest origin of the inputs that the open batch may stem from.
    origin_ns: Option<u64>,
    blocked_ns: u64,
    /// When what is emitted counts as published; `None` for the time when it is.
    published_ns: Option<u64>,
    /// Why the stage must end though it returned `Ok`.
    failure: Option<Error>,
}

impl Emitter {
    pub(crate) fn new(
        upstream: Arc<Edge>,
        downstream: Arc<Edge>,
        delivery: Delivery,
        gauges: Arc<StageGauges>,
        max_message_bytes: usize,
        rejects: Rejects,
    ) -> Self {
        Self {
            upstream,
            downstream,
            delivery,
            gauges,
            max_message_bytes,
            rejects,
            tally: Tally::default(),
            open: Batch::new(),
            spares: Vec::new(),
            sealed: VecDeque::new(),
            origin_ns: None,
            blocked_ns: 0,
            published_ns: None,
            failure: None,
        }
    }

    /// An emitter that leads nowhere, to try out a stage by itself; what is emitted is in
    /// [`Emitter::take_messages`].
    ///
    /// ```
    /// use stream_pipeline::{Batch, Emitter, PassthroughStage, Stage};
    /// let mut out = Emitter::detached();
    /// PassthroughStage.process_batch(Batch::from_iter([&b"a"[..], b"b"]), &mut out)?;
    /// assert_eq!(out.take_messages(), [b"a", b"b"]);
    /// # Ok::<(), stream_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn detached() -> Self {
        let edge = Arc::new(Edge::detached());
        let gauges = Arc::new(StageGauges::default());
        Self::new(Arc::clone(&edge), edge, Delivery::Gathering, gauges, DEFAULT_MAX_MESSAGE_BYTES, Rejects::default())
    }

    /// Takes what was emitted into a detached emitter so far; empty inside a pipeline.
    pub fn take_messages(&mut self) -> Vec<Vec<u8>> {
        match self.delivery {
            Delivery::Gathering => {
                self.seal();
                self.sealed.drain(..).flatten().collect()
            }
            Delivery::Waiting => Vec::new(),
        }
    }

    /// Emits a copy of `message`.
    ///
    /// A message longer than the pipeline's limit ends the pipeline with `MESSAGE_TOO_LARGE` when the stage returns; what
    /// is emitted after it is discarded.
    #[inline]
    pub fn push(&mut self, message: &[u8]) {
        if self.accepts(message.len()) {
            self.open.push(message);
            self.tally.output(1);
        }
    }

    /// Emits a copy of each of these parts of `bytes`: the same as a [`push`](Emitter::push) of each. Parts that follow each
    /// other closely, as lines do, are copied together.
    ///
    /// ```
    /// let mut out = stream_pipeline::Emitter::detached();
    /// out.push_parts(b"one,two", [0..3, 4..7]);
    /// assert_eq!(out.take_messages(), [b"one", b"two"]);
    /// ```
    ///
    /// # Panics
    /// If a part does not lie within `bytes`.
    pub fn push_parts(&mut self, bytes: &[u8], parts: impl IntoIterator<Item = Range<usize>>) {
        let mut parts = parts.into_iter();
        let mut next = parts.next();
        while let Some(part) = next {
            if !self.accepts(part.len()) {
                next = parts.next();
                continue;
            }
            let limits =
                Limits { batch_messages: self.downstream.batch_limit(), message_bytes: self.max_message_bytes };
            let pushed;
            (pushed, next) = self.open.push_span(bytes, part, &mut parts, limits);
            self.tally.output(pushed);
        }
    }

    /// Emits `message`: a large one is moved, a small one copied. The limit is that of [`Emitter::push`].
    #[inline]
    pub fn push_vec(&mut self, message: Vec<u8>) {
        if !self.accepts(message.len()) {
            return;
        }
        self.tally.output(1);
        if message.len() >= LARGE_MESSAGE_BYTES {
            self.open.push_vec(message);
        } else {
            self.open.push(&message);
            if self.spares.len() < SPARES && message.capacity() <= LARGE_MESSAGE_BYTES {
                self.spares.push(message);
            }
        }
    }

    /// The next message of `batch`, in the buffer of one emitted before, if that was copied.
    #[inline]
    pub(crate) fn next_of(&mut self, batch: &mut Batch) -> Option<Vec<u8>> {
        match self.spares.pop() {
            Some(spare) => batch.pop_front_into(spare),
            None => batch.pop_front(),
        }
    }

    #[inline]
    fn accepts(&mut self, bytes: usize) -> bool {
        if self.failure.is_some() {
            return false;
        }
        if bytes > self.max_message_bytes {
            self.failure.get_or_insert_with(|| too_large(bytes, self.max_message_bytes));
            return false;
        }
        if !self.open.has_room(bytes, self.downstream.batch_limit()) {
            self.seal();
        }
        // Sealing may have found the next edge full for good.
        self.failure.is_none()
    }

    /// Hands the batch on; what was removed from it counts as absorbed. No byte is copied. The inputs of this call are
    /// settled by it.
    pub fn forward(&mut self, batch: Batch) {
        self.seal();
        if self.failure.is_some() {
            return self.recycle(batch);
        }
        self.tally.output(batch.len());
        self.tally.settle_all();
        if batch.is_empty() {
            self.recycle(batch);
        } else {
            self.dispatch(batch);
        }
    }

    /// The current input is done: the outputs since the last call belong to it.
    #[inline]
    pub fn next_input(&mut self) {
        // The input at which an output was refused is not done: the stage fails there.
        if self.failure.is_none() {
            self.tally.next_input();
        }
    }

    /// As [`next_input`](Emitter::next_input) for the next `count` inputs, the outputs since the last call belonging to the
    /// first of them.
    #[inline]
    pub fn next_inputs(&mut self, count: usize) {
        if self.failure.is_none() {
            self.tally.next_inputs(count);
        }
    }

    /// Gives the buffers of a batch that is no longer needed back for reuse.
    pub fn recycle(&mut self, batch: Batch) {
        self.upstream.fixtures.pool.put(batch);
    }

    /// Whether the stage should return early: the pipeline was aborted, or an output was refused for good.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.failure.is_some() || self.upstream.is_aborted()
    }

    /// Whether a stage or source of the pipeline has failed: asked in [`finish`](crate::Stage::finish), which is called all
    /// the same in the stages behind, whether what came is all there was to come.
    #[must_use]
    pub fn has_pipeline_failed(&self) -> bool {
        self.upstream.fixtures.failed.load(Ordering::Relaxed)
    }

    /// The longest message the pipeline carries, in bytes.
    #[must_use]
    pub fn max_message_bytes(&self) -> usize {
        self.max_message_bytes
    }

    pub(crate) fn tally_mut(&mut self) -> &mut Tally {
        &mut self.tally
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// `inputs` messages, the oldest of them from `origin_ns`, are in hand now.
    pub(crate) fn receive(&mut self, inputs: usize, origin_ns: Option<u64>) {
        self.tally.receive(inputs);
        self.stem_from(origin_ns);
        self.show();
    }

    /// What is emitted from now on stems from inputs the oldest of which is from `origin_ns`.
    pub(crate) fn stem_from(&mut self, origin_ns: Option<u64>) {
        self.origin_ns = if self.open.is_empty() { origin_ns } else { older(self.origin_ns, origin_ns) };
    }

    /// From now on what is emitted counts as published at `published_ns`; `None` for the time when it is. A time is given
    /// for as long as no stretch takes, and [`Emitter::publish_counts`] called at its end.
    pub(crate) fn stamp(&mut self, published_ns: Option<u64>) {
        self.published_ns = published_ns;
    }

    fn seal(&mut self) {
        if !self.open.is_empty() {
            let mut batch = std::mem::replace(&mut self.open, self.upstream.fixtures.pool.get());
            batch.set_origin_ns(self.origin_ns);
            self.dispatch(batch);
        }
    }

    fn dispatch(&mut self, mut batch: Batch) {
        batch.set_published_ns(self.published_ns);
        self.tally.before_publishing();
        if self.delivery == Delivery::Gathering {
            self.sealed.push_back(batch);
            return;
        }
        self.gauges.publish(&self.tally.counts);
        let Self { tally, gauges, .. } = self;
        let mut left = batch.len();
        // The part of a batch that has entered is not in hand while the rest waits, for however long.
        let before_wait = |waiting| {
            tally.counts.emitted += (left - waiting) as u64;
            left = waiting;
            gauges.publish(&tally.counts);
        };
        let result = self.downstream.publish(batch, Hold::AtHighMark, None, &mut self.blocked_ns, before_wait);
        let refused = match result {
            Ok(()) => 0,
            Err((rest, refusal)) => self.give_up(rest, refusal.unwrap_or(Refusal::Aborted)),
        };
        self.tally.counts.emitted += left as u64 - refused;
        self.show();
    }

    /// Shows what has changed, unless that is done in no time, when the stretch ends.
    fn show(&self) {
        if self.published_ns.is_none() && self.delivery == Delivery::Waiting {
            self.publish_counts();
        }
    }

    /// Outputs that the next edge will never take.
    fn give_up(&mut self, rest: Batch, refusal: Refusal) -> u64 {
        let count = rest.len() as u64;
        self.tally.counts.aborted += count;
        self.upstream.fixtures.pool.put(rest);
        if refusal == Refusal::Overflow {
            self.failure.get_or_insert_with(|| overflow(&self.downstream));
        }
        count
    }

    /// Puts on the next edge what has been emitted, waiting if it must; or gathers it.
    pub(crate) fn flush(&mut self) {
        self.seal();
    }

    /// How many batches were gathered and not taken.
    pub(crate) fn gathered(&self) -> usize {
        self.sealed.len()
    }

    /// Takes the first `count` batches that were gathered.
    pub(crate) fn take_gathered(&mut self, count: usize) -> vec_deque::Drain<'_, Batch> {
        self.sealed.drain(..count)
    }

    /// Whether an output was refused for good.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    pub(crate) fn downstream(&self) -> &Edge {
        &self.downstream
    }

    pub(crate) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// How long the stage waited for room since this was last asked.
    pub(crate) fn take_blocked_ns(&mut self) -> u64 {
        std::mem::take(&mut self.blocked_ns)
    }

    /// What the stage has in hand, and what it could not deliver, is given up.
    pub(crate) fn abandon(&mut self) {
        self.tally.abort();
        self.tally.counts.aborted += self.open.len() as u64;
        self.open.clear();
        self.gauges.publish(&self.tally.counts);
    }

    pub(crate) fn publish_counts(&self) {
        self.gauges.publish(&self.tally.counts);
    }
}

/// An output for which an edge with the policy `error` has no room.
pub(crate) fn overflow(edge: &Edge) -> Error {
    let edge = &edge.config.name;
    let text = format!(
        "edge `{edge}` was full and its policy is `error`; choose a larger capacity, or the policy block, drop-oldest or drop-newest"
    );
    Error::new(ErrorCode::Overflow, text).at_stage(edge)
}

pub(crate) fn too_large(bytes: usize, limit: usize) -> Error {
    Error::new(
        ErrorCode::MessageTooLarge,
        format!(
            "a message of {bytes} bytes is beyond the limit of {limit}; raise it with max_message_bytes, or split the message"
        ),
    )
}
