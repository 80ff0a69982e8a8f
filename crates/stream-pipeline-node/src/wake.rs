//! How an event loop is woken: one threadsafe function for all pipelines and hands on it, without payload, and at most one
//! call of it outstanding.
//!
//! Invariants: a wake-up that comes while a call is outstanding is covered by it: JavaScript first takes the call back,
//! then asks which of them were meant, and only then looks at them. Once `silence` has returned, no call is under way
//! and none comes, whichever thread rings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use stream_pipeline::Waker;

/// Weak: it does not keep the process alive.
type WakeFunction = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

/// The call into an event loop that all its pipelines and hands share.
pub(crate) struct Bell {
    function: WakeFunction,
    outstanding: AtomicBool,
    /// The environment is ending: nobody is there to be woken. Whoever calls holds it for reading meanwhile: a call that
    /// meets the end of its environment takes the whole process along.
    silenced: RwLock<bool>,
}

impl Bell {
    pub(crate) fn new(callback: &Function<'_, (), ()>) -> napi::Result<Self> {
        let function = callback.build_threadsafe_function().weak::<true>().build()?;
        Ok(Self { function, outstanding: AtomicBool::new(false), silenced: RwLock::new(false) })
    }

    fn ring(&self) {
        // Partner: the same exchange in `take_back`. Of two that meet, the later sees what came before the earlier.
        let covered = self.outstanding.swap(true, Ordering::AcqRel);
        if covered {
            return;
        }
        let silenced = self.silenced.read().unwrap_or_else(PoisonError::into_inner);
        if !*silenced {
            // The queue holds one call at most; a closing function has nobody behind it.
            let _ = self.function.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Takes the outstanding call back; whatever is woken after this rings again.
    pub(crate) fn take_back(&self) {
        // Partner: the same exchange in `ring`.
        self.outstanding.swap(false, Ordering::AcqRel);
    }

    /// No call is wanted any more. Those that are under way are waited for; they do not wait themselves.
    pub(crate) fn silence(&self) {
        *self.silenced.write().unwrap_or_else(PoisonError::into_inner) = true;
    }

    pub(crate) fn is_silenced(&self) -> bool {
        *self.silenced.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wake-up of a pipeline, or of a hand that works for one started elsewhere.
pub(crate) struct Wake {
    bell: Arc<Bell>,
    number: u32,
    woken: AtomicBool,
}

impl Wake {
    pub(crate) fn new(bell: &Arc<Bell>, number: u32) -> Arc<Self> {
        Arc::new(Self { bell: Arc::clone(bell), number, woken: AtomicBool::new(false) })
    }

    /// By which JavaScript knows it.
    pub(crate) fn number(&self) -> u32 {
        self.number
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

    /// Whether this one was meant since it was last asked.
    pub(crate) fn take(&self) -> bool {
        // Partner: the release in `waker`.
        self.woken.load(Ordering::Relaxed) && self.woken.swap(false, Ordering::Acquire)
    }
}
