//! The only place where the crate names its synchronisation primitives.
//!
//! Under `--cfg loom` they are the model checker's; then the queue is a model too, for crossbeam's has no loom build.
//! Invariant: both halves offer the same names with the same meaning, so that what is checked is what is shipped.

#[cfg(not(loom))]
pub(crate) use real::*;

#[cfg(loom)]
pub(crate) use model::*;

#[cfg(not(loom))]
mod real {
    use std::time::Instant;

    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};

    pub(crate) use crossbeam_queue::ArrayQueue;
    pub(crate) use parking_lot::{Mutex, MutexGuard};

    #[derive(Debug, Default)]
    pub(crate) struct Condvar(parking_lot::Condvar);

    impl Condvar {
        /// Waits until notified or until `deadline`; the second value says whether the deadline passed first.
        pub(crate) fn wait<'a, T>(
            &self,
            mut guard: MutexGuard<'a, T>,
            deadline: Option<Instant>,
        ) -> (MutexGuard<'a, T>, bool) {
            let timed_out = if let Some(deadline) = deadline {
                self.0.wait_until(&mut guard, deadline).timed_out()
            } else {
                self.0.wait(&mut guard);
                false
            };
            (guard, timed_out)
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }
}

#[cfg(loom)]
mod model {
    use std::collections::VecDeque;
    use std::time::Instant;

    use loom::alloc::Track;
    pub(crate) use loom::sync::MutexGuard;
    pub(crate) use loom::sync::atomic::{Ordering, fence};

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
        /// Models have no time: a deadline never passes.
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
}
