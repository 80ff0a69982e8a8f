//! How threads wait for an edge, and how they are woken.
//!
//! Invariant (no lost wake-up): whoever waits announces itself under the edge's lock, then looks at the edge once more,
//! then sleeps, and keeps the lock until it sleeps. Whoever changes the edge publishes the change, then looks for a
//! sleeper, and takes the edge's lock before it wakes. Between the change and that look stands a `fence(SeqCst)`, and
//! another between the announcement and the second look: of the two at least one sees the other.
//!
//! Patience comes before sleep: a wake-up across cores costs many times what a yield does.

use std::sync::Arc;
use std::time::Instant;

use crate::sync::{AtomicU32, Condvar, Mutex, MutexGuard, Ordering, fence};

/// A call that wakes something which is not a thread of the engine, such as an event loop. It must not block.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Those who wait for one side of an edge.
#[derive(Default)]
pub(crate) struct Waiters {
    /// Parked threads and armed wakers. Written under the edge's lock, read by anyone.
    announced: AtomicU32,
    habit: Habit,
    condvar: Condvar,
    armed: Mutex<Vec<Waker>>,
}

impl Waiters {
    /// Whether anyone has announced itself. Call it after the change was published; it holds the fence.
    pub(crate) fn any(&self) -> bool {
        // Partner: the fence in `announce`.
        fence(Ordering::SeqCst);
        self.announced.load(Ordering::Relaxed) != 0
    }

    /// Whether anyone has announced itself, for who holds the edge's lock: there the lock orders the two.
    pub(crate) fn any_under<T>(&self, _guard: &MutexGuard<'_, T>) -> bool {
        self.announced.load(Ordering::Relaxed) != 0
    }

    /// How many are announced.
    #[cfg(all(test, loom))]
    pub(crate) fn count(&self) -> u32 {
        self.announced.load(Ordering::Relaxed)
    }

    fn announce(&self) {
        self.announced.fetch_add(1, Ordering::Relaxed);
        // Partner: the fence in `any`.
        fence(Ordering::SeqCst);
    }

    fn retract(&self, count: usize) {
        self.announced.fetch_sub(count as u32, Ordering::Relaxed);
    }

    /// What is worth doing before sleeping, when `passed` messages have passed by now.
    pub(crate) fn patience(&self, passed: u64) -> Patience {
        Patience::new(&self.habit, passed)
    }

    /// A wait that began with `patience` has ended.
    pub(crate) fn waited(&self, patience: &Patience) {
        self.habit.learn(patience);
    }

    /// Sleeps until woken or until `deadline`, unless `ready` already holds; `true` if the deadline passed.
    pub(crate) fn park<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Option<Instant>,
        ready: impl Fn() -> bool,
    ) -> (MutexGuard<'a, T>, bool) {
        self.announce();
        let (guard, timed_out) = if ready() { (guard, false) } else { self.condvar.wait(guard, deadline) };
        self.retract(1);
        (guard, timed_out)
    }

    /// Arms `waker` for one wake, unless `ready` already holds; returns whether it is armed. Armed again, it is still for
    /// one wake only. Needs the edge's guard, as [`Waiters::park`] does.
    pub(crate) fn arm<T>(&self, _guard: &MutexGuard<'_, T>, waker: &Waker, ready: impl Fn() -> bool) -> bool {
        let mut armed = self.armed.lock();
        if !armed.iter().any(|other| Arc::ptr_eq(other, waker)) {
            self.announce();
            armed.push(Arc::clone(waker));
        }
        if !ready() {
            return true;
        }
        armed.retain(|other| !Arc::ptr_eq(other, waker));
        self.retract(1);
        false
    }

    /// Wakes all. Takes the edge's guard: whoever announced itself is asleep, and the lock is free when they run.
    pub(crate) fn wake<T>(&self, guard: MutexGuard<'_, T>) {
        let armed = std::mem::take(&mut *self.armed.lock());
        self.retract(armed.len());
        drop(guard);
        self.condvar.notify_all();
        for waker in armed {
            waker();
        }
    }
}

impl std::fmt::Debug for Waiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiters").finish_non_exhaustive()
    }
}

use patience::Habit;
pub(crate) use patience::{Busy, Patience};

#[cfg(not(any(loom, shuttle)))]
mod patience {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    use std::time::Instant;

    /// Looks at the edge before yielding, where a core is free to spin on: a moment, against a system call for a yield.
    const SPINS: u32 = 64;

    /// Yields before parking: with nothing else to run, all of them together should cost less than the wake-up they
    /// hope to save.
    const YIELDS: u32 = 12;

    /// So many messages between two waits show that much passes here, and more is to come soon.
    const MANY_MESSAGES: u64 = 48;

    /// Where waits last longer and few messages pass, the next one is far: yields would only keep a core from others. It is
    /// longer than all yields take where another thread runs in between.
    const LONG_NS: u64 = 50_000;

    /// A longer wait counts as this one, so that a few short ones are enough to be patient again.
    const LONGEST_NS: u64 = 8 * LONG_NS;

    /// What the waits at one place are like. Hints, written by whoever waited last.
    #[derive(Debug, Default)]
    pub(super) struct Habit {
        /// How many messages had passed when the last wait began.
        passed: AtomicU64,
        /// How long a wait lasts, smoothed.
        waited_ns: AtomicU64,
    }

    impl Habit {
        pub(super) fn learn(&self, patience: &Patience) {
            let latest = (patience.began.elapsed().as_nanos() as u64).min(LONGEST_NS);
            let before = self.waited_ns.load(Ordering::Relaxed);
            self.waited_ns.store(before - before / 4 + latest / 4, Ordering::Relaxed);
        }

        /// Whether what is waited for at this moment is likely to come soon.
        fn is_short(&self, passed: u64) -> bool {
            let before = self.passed.load(Ordering::Relaxed);
            self.passed.store(passed, Ordering::Relaxed);
            passed.saturating_sub(before) >= MANY_MESSAGES || self.waited_ns.load(Ordering::Relaxed) <= LONG_NS
        }
    }

    /// Engine threads that are running or ready to run.
    static BUSY: AtomicUsize = AtomicUsize::new(0);

    fn cores() -> usize {
        static CORES: OnceLock<usize> = OnceLock::new();
        *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Counts the current thread as busy for as long as it lives.
    #[derive(Debug)]
    pub(crate) struct Busy;

    impl Busy {
        pub(crate) fn new() -> Self {
            BUSY.fetch_add(1, Ordering::Relaxed);
            Self
        }
    }

    impl Drop for Busy {
        fn drop(&mut self) {
            BUSY.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// What a thread does before it parks: spin where there is a core to spare, then yield.
    #[derive(Debug)]
    pub(crate) struct Patience {
        began: Instant,
        spins: u32,
        yields: u32,
    }

    impl Patience {
        pub(super) fn new(habit: &Habit, passed: u64) -> Self {
            let began = Instant::now();
            if !habit.is_short(passed) {
                return Self { began, spins: 0, yields: 0 };
            }
            // One more than the stages: the thread that feeds them is busy too.
            let spare = cores() > BUSY.load(Ordering::Relaxed) + 1;
            Self { began, spins: if spare { SPINS } else { 0 }, yields: YIELDS }
        }

        /// Passes a moment; `false` when it is time to park.
        pub(crate) fn pause(&mut self) -> bool {
            if self.spins > 0 {
                self.spins -= 1;
                std::hint::spin_loop();
            } else if self.yields > 0 {
                self.yields -= 1;
                std::thread::yield_now();
            } else {
                return false;
            }
            true
        }
    }
}

#[cfg(any(loom, shuttle))]
mod patience {
    /// Models count no threads.
    #[derive(Debug)]
    pub(crate) struct Busy;

    impl Busy {
        pub(crate) fn new() -> Self {
            Self
        }
    }

    /// Models have no time to learn from.
    #[derive(Debug, Default)]
    pub(super) struct Habit;

    impl Habit {
        #[expect(clippy::unused_self, reason = "the same call as the real one")]
        pub(super) fn learn(&self, _patience: &Patience) {}
    }

    /// Models park at once: that is the path to check.
    #[derive(Debug)]
    pub(crate) struct Patience;

    impl Patience {
        pub(super) fn new(_habit: &Habit, _passed: u64) -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "the same call as the real one")]
        pub(crate) fn pause(&mut self) -> bool {
            false
        }
    }
}
