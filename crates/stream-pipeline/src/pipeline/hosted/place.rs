//! A hosted stage, as those see it who make hands and watch over them.

use std::sync::Arc;

use super::hand::Hand;
use super::seat::Seat;
use super::window::Order;
use crate::error::Error;
use crate::signal::Waker;

/// The place of a hosted stage in a pipeline. Given out by [`Running::hosted_stage`](crate::Running::hosted_stage).
///
/// Any number of hands may work on it, each owned by a thread; see [`Hand`]. The stage ends when its edge has ended, all
/// hands are through and what they gave has left; when it fails; and when the pipeline is aborted. It does not end because
/// a hand is dropped: whoever owns the hands says so by [`fail`](HostedStage::fail).
#[derive(Clone, Debug)]
pub struct HostedStage {
    seat: Arc<Seat>,
}

impl HostedStage {
    pub(in crate::pipeline) fn new(seat: Arc<Seat>) -> Self {
        Self { seat }
    }

    /// Another hand for the stage, whose outputs leave in `order`. `waker` is called when a hand that was told to wait
    /// has something to do; from another thread, and it must neither block nor call the pipeline. Now and then it is called
    /// though another hand was faster.
    #[must_use]
    pub fn hand(&self, order: Order, waker: Waker) -> Hand {
        Hand::new(&self.seat, order, waker)
    }

    /// The stage has failed without a hand that could say so: its thread died. The first message that is not done, of the
    /// portion taken first, is the one at which it failed; what else is in hand is aborted. What was given and is in order
    /// is still delivered. Without effect once the stage has ended.
    pub fn fail(&self, error: Error) {
        self.seat.fail_at_oldest(error);
    }

    /// Whether hands are refused everything: the stage has ended, or is about to.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.seat.has_ended()
    }
}
