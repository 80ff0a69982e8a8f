//! Threads that hand one number on, and sleep when there is none: what waking up from thread to thread costs on this
//! machine, with nothing around it. Where messages come one at a time, no chain of threads that park can be quicker.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};

use super::{Drain, Feed, Setup, Shape};

/// In a slot: nothing. Numbers are stored plus one.
const EMPTY: u64 = 0;
const ENDED: u64 = u64::MAX;

#[derive(Default)]
struct Slot {
    number: AtomicU64,
}

impl Slot {
    fn put(&self, number: u64, sleeper: &Thread) {
        // One number at a time: whoever takes it is not far.
        while self.number.load(Ordering::Acquire) != EMPTY {
            thread::yield_now();
        }
        self.number.store(number, Ordering::Release);
        sleeper.unpark();
    }

    fn take(&self) -> u64 {
        loop {
            match self.number.swap(EMPTY, Ordering::AcqRel) {
                EMPTY => thread::park(),
                number => return number,
            }
        }
    }
}

pub(crate) struct WakeFeed {
    slot: Arc<Slot>,
    sleeper: Thread,
}

pub(crate) struct WakeDrain<T> {
    slot: Arc<Slot>,
    bytes: usize,
    shape: PhantomData<fn() -> T>,
}

/// The drain must be used by the thread that opens: it is the one that is woken.
pub(crate) fn open<T: Shape>(setup: Setup) -> (WakeFeed, WakeDrain<T>) {
    let last = Arc::new(Slot::default());
    let (mut slot, mut sleeper) = (Arc::clone(&last), thread::current());
    for _ in 0..setup.stages {
        let own = Arc::new(Slot::default());
        let (from, to, next) = (Arc::clone(&own), slot, sleeper);
        let stage = thread::spawn(move || {
            let mut number = EMPTY;
            while number != ENDED {
                number = from.take();
                to.put(number, &next);
            }
        });
        (slot, sleeper) = (own, stage.thread().clone());
    }
    (WakeFeed { slot, sleeper }, WakeDrain { slot: last, bytes: setup.bytes, shape: PhantomData })
}

impl Feed for WakeFeed {
    fn send(&mut self, word: u64) -> bool {
        self.slot.put(word + 1, &self.sleeper);
        true
    }
}

impl Drop for WakeFeed {
    fn drop(&mut self) {
        self.slot.put(ENDED, &self.sleeper);
    }
}

impl<T: Shape> Drain for WakeDrain<T> {
    fn take(&mut self, mut each: impl FnMut(&[u8])) -> bool {
        let number = self.slot.take();
        if number != ENDED {
            each(T::write(self.bytes, number - 1).bytes());
        }
        number != ENDED
    }
}
