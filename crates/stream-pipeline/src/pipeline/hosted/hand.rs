//! One of those at work on a hosted stage.
//!
//! Invariants: a hand's inputs are settled in the order in which it took them, and what it emits belongs to the first that is
//! not settled. A batch of outputs stems from one portion. What is gathered here is in no book before it is given.

use std::collections::{VecDeque, vec_deque};
use std::ops::Range;
use std::sync::Arc;

use super::outlet::Outlet;
use super::seat::Seat;
use super::window::{Order, Progress};
use crate::batch::Batch;
use crate::emitter::{Delivery, Emitter, too_large};
use crate::error::Error;
use crate::signal::Waker;
use crate::tally::Counts;

/// What a hand was answered when it asked for messages.
#[derive(Debug)]
pub enum Taken {
    /// Messages to work on.
    Batch(Batch),
    /// Nothing now; the waker will be called.
    Empty,
    /// This hand has as much unfinished, or waiting for its turn behind a slower hand, as it may: four full portions. What it
    /// has in hand it may go on with; the waker will be called when it may take more.
    Ahead,
    /// What was given has not left yet; the waker will be called. Until then emit no more.
    Blocked,
    /// No more messages come, and no outputs are wanted.
    Ended,
}

/// What a hand was answered when it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Go on.
    Done,
    /// As [`Taken::Blocked`].
    Blocked,
    /// As [`Taken::Ended`].
    Ended,
}

/// Works on a hosted stage, in a thread of somebody's own. Made by [`HostedStage::hand`](crate::HostedStage::hand).
///
/// It takes messages, emits, and settles them one after the other; it may take more before it has settled what it has. What
/// it emits is gathered, and leaves when it gives or takes; so it should do either after a batch's worth of outputs. An
/// output that is refused for good, because it is beyond the limit or the next edge is full and has the policy `error`,
/// fails the stage. Every call returns at once, and once the stage has ended, is refused.
///
/// ```
/// use std::sync::{Arc, mpsc};
/// use stream_pipeline::{Order, OverflowPolicy::Block, PipelineBuilder, Taken};
///
/// let pipeline = PipelineBuilder::new().add_hosted_stage("twice", 64, Block).build()?;
/// let (input, output) = (pipeline.input(), pipeline.output()?);
/// let running = pipeline.start_ready()?;
/// let (call, calls) = mpsc::channel();
/// let waker = Arc::new(move || call.send(()).unwrap_or_default());
/// let mut hand = running.hosted_stage(0).expect("it is hosted").hand(Order::AsTaken, waker);
/// let host = std::thread::spawn(move || {
///     loop {
///         match hand.take(usize::MAX) {
///             Taken::Batch(batch) => {
///                 for message in batch.iter() {
///                     hand.push(message);
///                     hand.push(message);
///                     hand.settle();
///                 }
///                 hand.recycle(batch);
///             }
///             Taken::Ended => break,
///             _ => calls.recv().expect("the hand holds the waker"),
///         }
///     }
/// });
/// input.push(b"a".to_vec())?;
/// drop(input);
/// assert_eq!(output.collect::<Vec<_>>(), [b"a", b"a"]);
/// running.wait()?;
/// # host.join().unwrap();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Hand {
    seat: Arc<Seat>,
    number: usize,
    order: Order,
    waker: Waker,
    /// What was made since it last gave.
    outputs: Emitter,
    /// Taken and not given back whole, oldest first.
    portions: VecDeque<InHand>,
    /// How many of them are finished; the one behind those is in work.
    finished: usize,
}

struct InHand {
    ticket: u64,
    /// Inputs that are not settled.
    left: u64,
    /// Inputs settled since it last gave.
    done: u64,
    /// How many batches had been gathered when it was finished.
    gathered: usize,
    origin_ns: Option<u64>,
}

impl Hand {
    pub(super) fn new(seat: &Arc<Seat>, order: Order, waker: Waker) -> Self {
        let outputs = seat.emitter(Delivery::Gathering);
        let (portions, number) = (VecDeque::new(), seat.join());
        Self { seat: Arc::clone(seat), number, order, waker, outputs, portions, finished: 0 }
    }

    /// Gives what was made so far, and takes the next messages: at most `max_messages`, about a millisecond's work. `0`
    /// counts as 1.
    pub fn take(&mut self, max_messages: usize) -> Taken {
        self.outputs.flush();
        let seat = Arc::clone(&self.seat);
        seat.take(self, max_messages.max(1))
    }

    /// Gives what was made so far.
    pub fn give(&mut self) -> Given {
        self.outputs.flush();
        let seat = Arc::clone(&self.seat);
        seat.give(self)
    }

    /// Emits a copy of `message`, made from the first input that is not settled.
    ///
    /// A message longer than the pipeline's limit fails the stage with `MESSAGE_TOO_LARGE` at that input, when the hand next
    /// gives or takes; what is emitted after it is discarded.
    #[inline]
    pub fn push(&mut self, message: &[u8]) {
        self.outputs.push(message);
    }

    /// Emits a copy of each of these parts of `bytes`, made from the first input that is not settled; see
    /// [`Emitter::push_parts`].
    pub fn push_parts(&mut self, bytes: &[u8], parts: impl IntoIterator<Item = Range<usize>>) {
        self.outputs.push_parts(bytes, parts);
    }

    /// The first input that is not settled is done.
    #[inline]
    pub fn settle(&mut self) {
        // The input at which an output was refused is not done: the stage fails there.
        if self.outputs.has_failed() {
            return;
        }
        self.outputs.next_input();
        if let Some(portion) = self.portions.get_mut(self.finished) {
            portion.left -= 1;
            portion.done += 1;
            if portion.left == 0 {
                self.finish_portion();
            }
        }
    }

    /// All inputs in hand are done: what is in the books is the difference between their number and that of the outputs.
    pub fn settle_all(&mut self) {
        if self.outputs.has_failed() {
            return;
        }
        self.outputs.tally_mut().settle_all();
        while let Some(portion) = self.portions.get_mut(self.finished) {
            portion.done += std::mem::take(&mut portion.left);
            self.finish_portion();
        }
    }

    fn finish_portion(&mut self) {
        self.outputs.flush();
        self.portions[self.finished].gathered = self.outputs.gathered();
        self.finished += 1;
        if let Some(next) = self.portions.get(self.finished) {
            self.outputs.stem_from(next.origin_ns);
        }
    }

    /// Inputs taken and not settled.
    #[must_use]
    pub fn in_hand(&self) -> u64 {
        self.portions.iter().map(|portion| portion.left).sum()
    }

    /// The stage has failed at the first input that is not settled. What was given before, and is in order, is still
    /// delivered; whatever else is in hand, in other hands too, is aborted. Without effect once the stage has ended.
    pub fn fail(&mut self, error: Error) {
        self.outputs.flush();
        let seat = Arc::clone(&self.seat);
        seat.fail(self, error);
    }

    /// The error for an output of `bytes` bytes, which is known to be beyond the pipeline's limit.
    #[must_use]
    pub fn too_large(&self, bytes: usize) -> Error {
        too_large(bytes, self.outputs.max_message_bytes())
    }

    /// Gives the buffers of a batch that is no longer needed back for reuse.
    pub fn recycle(&mut self, batch: Batch) {
        self.outputs.recycle(batch);
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    pub(super) fn order(&self) -> Order {
        self.order
    }

    pub(super) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// `batch` is in hand now, under `ticket`.
    pub(super) fn receive(&mut self, batch: &Batch, ticket: u64) {
        let (left, origin_ns) = (batch.len() as u64, batch.origin_ns());
        self.outputs.tally_mut().receive(batch.len());
        if self.portions.is_empty() {
            self.outputs.stem_from(origin_ns);
        }
        self.portions.push_back(InHand { ticket, left, done: 0, gathered: 0, origin_ns });
    }

    pub(super) fn take_counts(&mut self) -> Counts {
        self.outputs.tally_mut().take_counts()
    }

    pub(super) fn take_failure(&mut self) -> Option<Error> {
        self.outputs.take_failure()
    }

    /// The portion in work.
    pub(super) fn ticket(&self) -> Option<u64> {
        self.portions.get(self.finished).map(|portion| portion.ticket)
    }

    /// Hands each portion's progress and outputs to `settle`, those that belong to no input to the outlet.
    pub(super) fn give_to(
        &mut self,
        outlet: &mut Outlet,
        mut settle: impl FnMut(Progress, vec_deque::Drain<'_, Batch>, &mut Outlet),
    ) {
        let mut given = 0;
        for portion in self.portions.drain(..self.finished) {
            let progress = Progress { ticket: portion.ticket, done: portion.done, settled_early: false };
            settle(progress, self.outputs.take_gathered(portion.gathered - given), outlet);
            given = portion.gathered;
        }
        self.finished = 0;
        let rest = self.outputs.gathered();
        if let Some(portion) = self.portions.front_mut() {
            let settled_early = self.outputs.tally().is_settled_early();
            let progress = Progress { ticket: portion.ticket, done: std::mem::take(&mut portion.done), settled_early };
            settle(progress, self.outputs.take_gathered(rest), outlet);
        } else {
            self.outputs.take_gathered(rest).for_each(|batch| outlet.put(batch));
        }
    }
}

impl std::fmt::Debug for Hand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hand").field("number", &self.number).field("order", &self.order).finish_non_exhaustive()
    }
}
