//! How an event loop is woken: one threadsafe function for all pipelines started on it, without payload, and at most one
//! call of it outstanding.
//!
//! Invariant: a wake-up that comes while a call is outstanding is covered by it: JavaScript first takes the call back,
//! then asks which pipelines were meant, and only then looks at them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use stream_pipeline::Waker;

/// Weak: it does not keep the process alive.
type WakeFunction = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

/// The call into an event loop that all its pipelines share.
pub(crate) struct Bell {
    function: WakeFunction,
    outstanding: AtomicBool,
    /// The environment is ending: nobody is there to be woken.
    silenced: AtomicBool,
}

impl Bell {
    pub(crate) fn new(callback: &Function<'_, (), ()>) -> napi::Result<Self> {
        let function = callback.build_threadsafe_function().weak::<true>().build()?;
        Ok(Self { function, outstanding: AtomicBool::new(false), silenced: AtomicBool::new(false) })
    }

    fn ring(&self) {
        // Partner: the same exchange in `take_back`. Of two that meet, the later sees what came before the earlier.
        let covered = self.outstanding.swap(true, Ordering::AcqRel);
        // Partner: the release in `silence`.
        if !covered && !self.silenced.load(Ordering::Acquire) {
            // The queue holds one call at most; a closing function has nobody behind it.
            let _ = self.function.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Takes the outstanding call back; whatever is woken after this rings again.
    pub(crate) fn take_back(&self) {
        // Partner: the same exchange in `ring`.
        self.outstanding.swap(false, Ordering::AcqRel);
    }

    /// No call is wanted any more. One that is under way is waited for by joining its thread.
    pub(crate) fn silence(&self) {
        // Partner: the acquire in `ring`.
        self.silenced.store(true, Ordering::Release);
    }
}

/// One pipeline's wake-up.
pub(crate) struct Wake {
    bell: Arc<Bell>,
    woken: AtomicBool,
}

impl Wake {
    pub(crate) fn new(bell: &Arc<Bell>) -> Arc<Self> {
        Arc::new(Self { bell: Arc::clone(bell), woken: AtomicBool::new(false) })
    }

    /// What the engine calls.
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        let wake = Arc::clone(self);
        Arc::new(move || {
            // Partner: the acquire in `take`.
            wake.woken.store(true, Ordering::Release);
            wake.bell.ring();
        })
    }

    /// Whether this pipeline was meant since it was last asked.
    pub(crate) fn take(&self) -> bool {
        // Partner: the release in `waker`.
        self.woken.load(Ordering::Relaxed) && self.woken.swap(false, Ordering::Acquire)
    }
}
