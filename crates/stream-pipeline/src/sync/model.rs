//! Loom's primitives, for the models of an edge.

use std::collections::VecDeque;
use std::time::Instant;

use loom::alloc::Track;
pub(crate) use loom::sync::MutexGuard;
pub(crate) use loom::sync::atomic::{Ordering, fence};
pub(crate) use loom::thread;

/// Loom's atomics behind a turnstile. By itself loom 0.7 remembers one last access of an atomic, so that a load may
/// hide an earlier one of another thread, and the orders in which a store comes between the two are never tried
/// (tokio-rs/loom#166, #392). Whatever passes the turnstile is in conflict with whatever passed it before, and orders
/// no memory.
macro_rules! atomics {
    ($($atomic:ident of $value:ty),*) => {
        $(
            #[derive(Debug, Default)]
            pub(crate) struct $atomic {
                inner: loom::sync::atomic::$atomic,
                turnstile: loom::sync::Condvar,
            }

            #[allow(dead_code, reason = "not every type is used for everything")]
            impl $atomic {
                pub(crate) fn new(value: $value) -> Self {
                    Self { inner: loom::sync::atomic::$atomic::new(value), turnstile: loom::sync::Condvar::new() }
                }

                fn pass(&self) -> &loom::sync::atomic::$atomic {
                    self.turnstile.notify_all();
                    &self.inner
                }

                pub(crate) fn load(&self, order: Ordering) -> $value {
                    self.pass().load(order)
                }

                pub(crate) fn store(&self, value: $value, order: Ordering) {
                    self.pass().store(value, order);
                }

                pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                    self.pass().swap(value, order)
                }
            }
        )*
    };
}

atomics!(AtomicBool of bool, AtomicU8 of u8, AtomicU32 of u32, AtomicU64 of u64);

impl AtomicU32 {
    pub(crate) fn fetch_add(&self, by: u32, order: Ordering) -> u32 {
        self.pass().fetch_add(by, order)
    }

    pub(crate) fn fetch_sub(&self, by: u32, order: Ordering) -> u32 {
        self.pass().fetch_sub(by, order)
    }
}

impl AtomicU64 {
    pub(crate) fn fetch_add(&self, by: u64, order: Ordering) -> u64 {
        self.pass().fetch_add(by, order)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().expect("no model panics while it holds a lock")
    }
}

#[derive(Debug, Default)]
pub(crate) struct Condvar(loom::sync::Condvar);

impl Condvar {
    /// No deadline ever passes here.
    pub(crate) fn wait<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _deadline: Option<Instant>,
    ) -> (MutexGuard<'a, T>, bool) {
        (self.0.wait(guard).expect("no model panics while it holds a lock"), false)
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Stands for crossbeam's queue: same calls, one lock. What is in it is tracked: loom reports what is never dropped.
pub(crate) struct ArrayQueue<T> {
    slots: Mutex<VecDeque<Track<T>>>,
    capacity: usize,
}

impl<T> ArrayQueue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { slots: Mutex::new(VecDeque::with_capacity(capacity)), capacity }
    }

    pub(crate) fn push(&self, value: T) -> Result<(), T> {
        let mut slots = self.slots.lock();
        if slots.len() == self.capacity {
            return Err(value);
        }
        slots.push_back(Track::new(value));
        Ok(())
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.slots.lock().pop_front().map(Track::into_inner)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.lock().is_empty()
    }
}

impl<T> std::fmt::Debug for ArrayQueue<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArrayQueue").finish_non_exhaustive()
    }
}

/// Loom's takes no `const` block.
macro_rules! local_keys {
    ($(static $name:ident: $type:ty = const { $value:expr };)*) => {
        $(loom::thread_local! { static $name: $type = $value; })*
    };
}
pub(crate) use local_keys as thread_local;

/// What a pipeline's clock reads.
pub(crate) fn now() -> Instant {
    Instant::now()
}
