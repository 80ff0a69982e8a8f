//! Shuttle's primitives, for whole pipelines: threads are taken in turns chosen at random, at every use of a primitive.
//!
//! Memory order is not explored here, but by loom: shuttle takes every atomic operation for a `SeqCst` one.
//!
//! No decision depends on how fast the machine is, so a schedule can be replayed: the clock of a pipeline stands still,
//! and a deadline that lies ahead passes at any moment, chosen at random like the turns, which is the strictest reading of
//! it. One that has passed already has passed. So what is checked has deadlines of no time at all, or far ahead.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicU64 as Counter;
use std::sync::{LazyLock, PoisonError};
use std::time::{Duration, Instant};

use shuttle::rand::{RngCore, thread_rng};
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
pub(crate) use shuttle::thread;

/// Shuttle's mutex, without poisoning: `parking_lot` knows none.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    inner: shuttle::sync::MutexGuard<'a, T>,
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, inner: self.0.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

#[derive(Debug, Default)]
pub(crate) struct Condvar {
    inner: shuttle::sync::Condvar,
    /// How often it was notified, for those who wait with a deadline: shuttle's own timed waits never end by time.
    notified: Counter,
}

impl Condvar {
    /// Waits until notified or until `deadline`; the second value says whether the deadline passed first.
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>, deadline: Option<Instant>) -> (MutexGuard<'a, T>, bool) {
        let MutexGuard { mutex, inner } = guard;
        let Some(deadline) = deadline else {
            let inner = self.inner.wait(inner).unwrap_or_else(PoisonError::into_inner);
            return (MutexGuard { mutex, inner }, false);
        };
        let before = self.notified.load(Ordering::Relaxed);
        let mut turns = if deadline <= Instant::now() { 0 } else { turns_until_the_deadline() };
        drop(inner);
        loop {
            thread::yield_now();
            let guard = mutex.lock();
            if self.notified.load(Ordering::Relaxed) != before {
                return (guard, false);
            }
            if turns == 0 {
                return (guard, true);
            }
            turns -= 1;
        }
    }

    pub(crate) fn notify_all(&self) {
        self.inner.notify_all();
        self.notified.fetch_add(1, Ordering::Relaxed);
    }
}

/// Turns of the waiting thread: none and few as likely as many, so that a deadline passes in every part of a run.
fn turns_until_the_deadline() -> u64 {
    let at_most = 1 << (thread_rng().next_u64() % 8);
    thread_rng().next_u64() % at_most
}

/// Crossbeam's queue. Nothing in it is a scheduling point, so there is one before each operation.
#[derive(Debug)]
pub(crate) struct ArrayQueue<T>(crossbeam_queue::ArrayQueue<T>);

impl<T> ArrayQueue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self(crossbeam_queue::ArrayQueue::new(capacity))
    }

    /// Shuttle's sleep is a scheduling point and no more; a yield would tell the scheduler to take this thread last.
    fn reached(&self) -> &crossbeam_queue::ArrayQueue<T> {
        thread::sleep(Duration::ZERO);
        &self.0
    }

    pub(crate) fn push(&self, value: T) -> Result<(), T> {
        self.reached().push(value)
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.reached().pop()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.reached().is_empty()
    }
}

/// What a pipeline's clock reads: always the same.
pub(crate) fn now() -> Instant {
    static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);
    *NOW
}

/// What each of shuttle's threads has of its own. All of them are one thread to the operating system.
pub(crate) struct LocalKey<T: 'static>(pub(crate) &'static shuttle::thread::LocalKey<T>);

/// Asked for where no thread of shuttle's runs, as a panic hook may.
#[derive(Debug)]
pub(crate) struct NoThread;

impl<T> LocalKey<T> {
    pub(crate) fn with<R>(&'static self, work: impl FnOnce(&T) -> R) -> R {
        self.0.with(work)
    }

    pub(crate) fn try_with<R>(&'static self, work: impl FnOnce(&T) -> R) -> Result<R, NoThread> {
        shuttle::current::try_get_current_task().ok_or(NoThread)?;
        self.0.try_with(work).map_err(|_| NoThread)
    }
}

macro_rules! local_keys {
    ($(static $name:ident: $type:ty = const { $value:expr };)*) => {
        $(
            static $name: $crate::sync::LocalKey<$type> = {
                shuttle::thread_local! { static KEY: $type = const { $value }; }
                $crate::sync::LocalKey(&KEY)
            };
        )*
    };
}
pub(crate) use local_keys as thread_local;
