//! A hand of a hosted stage in a thread of the test: works until it is told to wait, then waits to be called.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;

use stream_pipeline::{Batch, Given, Hand, HostedStage, Order, Taken};

use crate::watchdog::until;

pub(crate) struct Host {
    pub(crate) hand: Hand,
    pub(crate) calls: Receiver<()>,
}

impl Host {
    pub(crate) fn new(stage: &HostedStage, order: Order) -> Self {
        let (call, calls) = mpsc::channel();
        let waker = Arc::new(move || call.send(()).unwrap_or_default());
        Self { hand: stage.hand(order, waker), calls }
    }

    /// Works until the end, giving each message's outputs by themselves; returns how often it waited.
    pub(crate) fn run(&mut self, mut work: impl FnMut(&[u8], &mut Hand)) -> usize {
        let mut waits = 0;
        loop {
            match self.hand.take(usize::MAX) {
                Taken::Batch(batch) => waits += self.work_on(batch, &mut work),
                Taken::Ended => return waits,
                Taken::Empty | Taken::Ahead | Taken::Blocked => {
                    self.wait();
                    waits += 1;
                }
            }
        }
    }

    fn work_on(&mut self, batch: Batch, work: &mut impl FnMut(&[u8], &mut Hand)) -> usize {
        let mut waits = 0;
        for message in batch.iter() {
            work(message, &mut self.hand);
            while self.hand.give() == Given::Blocked {
                self.wait();
                waits += 1;
            }
        }
        self.hand.recycle(batch);
        waits
    }

    /// As [`run`](Host::run), in a thread of its own.
    pub(crate) fn spawn(mut self, work: impl FnMut(&[u8], &mut Hand) + Send + 'static) -> JoinHandle<usize> {
        std::thread::spawn(move || self.run(work))
    }

    pub(crate) fn wait(&self) {
        self.calls.recv().expect("the hand holds the other end");
    }

    /// Takes `max` messages at most, when there are some.
    pub(crate) fn take(&mut self, max: usize) -> Batch {
        let mut taken = None;
        until(|| {
            if let Taken::Batch(batch) = self.hand.take(max) {
                taken = Some(batch);
            }
            taken.is_some()
        });
        taken.expect("it was there")
    }
}

/// The work of a passthrough.
pub(crate) fn pass(message: &[u8], hand: &mut Hand) {
    hand.push(message);
    hand.settle();
}
