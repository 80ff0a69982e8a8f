//! The pipelines of an event loop, and what becomes of them when its environment ends before they do: the process exits,
//! or the worker is terminated.
//!
//! Invariant: no thread of a pipeline outlives the environment it was started in, and none calls into another one that a
//! hand of it lived in, once that has ended. A worker's end runs the cleanup hook, which is
//! registered after the threadsafe function and so runs before that is finalized. The end of the main thread by
//! `process.exit()` or an uncaught exception runs no hook, so JavaScript's 'exit' event calls `stopAll()` as well. Neither
//! waits for JavaScript, and after either no pipeline starts.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use napi::Env;
use napi::bindgen_prelude::Function;
use napi_derive::napi;

use crate::run::Core;
use crate::wake::{Bell, Wake};

#[derive(Default)]
struct Live {
    /// Pipelines that may still run.
    runs: Vec<Weak<Core>>,
    /// Of pipelines, and of hands that work for pipelines started elsewhere.
    wakes: Vec<Weak<Wake>>,
    next: u32,
}

/// What JavaScript's object and the cleanup hook share; both live on the event loop's thread.
struct Shared {
    bell: Arc<Bell>,
    live: Mutex<Live>,
}

impl Shared {
    fn stop_all(&self) {
        self.bell.silence();
        let runs = std::mem::take(&mut self.live.lock().unwrap_or_else(PoisonError::into_inner).runs);
        let cores: Vec<_> = runs.iter().filter_map(Weak::upgrade).collect();
        // All at once, so that the whole takes as long as the slowest, not as all of them.
        for core in &cores {
            core.abort();
        }
        for core in &cores {
            core.stop();
        }
    }
}

/// The event loop on which pipelines are started. One for each time the package is loaded.
#[napi]
pub struct NativeLoop {
    shared: Arc<Shared>,
}

#[napi]
impl NativeLoop {
    /// `wake` is called, from the event loop, when pipelines or hands have something to do; then ask `takeWoken()`.
    #[napi(constructor)]
    pub fn new(env: Env, wake: Function<'_, (), ()>) -> napi::Result<Self> {
        let bell = Arc::new(Bell::new(&wake)?);
        let shared = Arc::new(Shared { bell, live: Mutex::default() });
        env.add_env_cleanup_hook(Arc::clone(&shared), |shared: Arc<Shared>| shared.stop_all())?;
        Ok(Self { shared })
    }

    /// The numbers of the pipelines and hands that have something to do since this was last asked.
    #[napi]
    pub fn take_woken(&self) -> Vec<u32> {
        self.shared.bell.take_back();
        let live = self.shared.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.wakes.iter().filter_map(Weak::upgrade).filter(|wake| wake.take()).map(|wake| wake.number()).collect()
    }

    /// Aborts every pipeline of this event loop and joins its threads. For the end of the environment.
    #[napi]
    pub fn stop_all(&self) {
        self.shared.stop_all();
    }

    /// Whether `stop_all` was called: the environment is ending, and a pipeline started now would outlive it.
    pub(crate) fn has_ended(&self) -> bool {
        self.shared.bell.is_silenced()
    }

    /// A wake-up with a number of its own.
    pub(crate) fn new_wake(&self) -> Arc<Wake> {
        let mut live = self.shared.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.wakes.retain(|other| other.strong_count() > 0);
        let wake = Wake::new(&self.shared.bell, live.next);
        live.next = live.next.wrapping_add(1);
        live.wakes.push(Arc::downgrade(&wake));
        wake
    }

    /// Has the pipeline stopped when the environment ends.
    pub(crate) fn register(&self, core: &Arc<Core>) {
        let mut live = self.shared.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.runs.retain(|other| other.strong_count() > 0);
        live.runs.push(Arc::downgrade(core));
    }
}
