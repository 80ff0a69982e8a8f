//! How the event loop is woken: one threadsafe function without payload, and at most one call of it outstanding.
//!
//! Invariant: a wake-up that comes while one is outstanding is covered by it, for JavaScript says that it woke before it
//! looks at anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use stream_pipeline::Waker;

/// Weak: it does not keep the process alive.
type WakeFunction = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

pub(crate) struct Wake {
    function: WakeFunction,
    outstanding: AtomicBool,
    /// The environment is ending: nobody is there to be woken.
    silenced: AtomicBool,
}

impl Wake {
    pub(crate) fn new(callback: &Function<'_, (), ()>) -> napi::Result<Arc<Self>> {
        let function = callback.build_threadsafe_function().weak::<true>().build()?;
        Ok(Arc::new(Self { function, outstanding: AtomicBool::new(false), silenced: AtomicBool::new(false) }))
    }

    /// What the engine calls.
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        let wake = Arc::clone(self);
        Arc::new(move || wake.call())
    }

    fn call(&self) {
        // Partner: the acquire in `woke`: what was published before this call is seen by who looks after it.
        let covered = self.outstanding.swap(true, Ordering::AcqRel);
        if !covered && !self.silenced.load(Ordering::Acquire) {
            // The queue holds one call at most; a closing function has nobody behind it.
            let _ = self.function.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// JavaScript runs, and will look at everything after this.
    pub(crate) fn woke(&self) {
        // Partner: the release in `call`.
        self.outstanding.swap(false, Ordering::AcqRel);
    }

    pub(crate) fn silence(&self) {
        // Partner: the acquire in `call`. A call already under way is waited for by joining its thread.
        self.silenced.store(true, Ordering::Release);
    }
}
