//! What happens when the environment ends before the pipeline: the process exits, or the worker is terminated.
//!
//! Invariant: no thread of a pipeline outlives the environment it wakes. A worker's end runs the cleanup hooks; the end of
//! the main thread by `process.exit()`, a signal or an uncaught exception does not, so JavaScript's 'exit' event calls
//! [`stop_all`] as well. Neither waits for JavaScript.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use napi::{CleanupEnvHook, Env};
use napi_derive::napi;

use crate::run::Core;

thread_local! {
    /// The pipelines of this environment.
    static LIVE: RefCell<Vec<Weak<Core>>> = const { RefCell::new(Vec::new()) };
}

/// Registers a pipeline; its threadsafe function must exist, for hooks run last in, first out.
pub(crate) fn register(env: Env, core: &Arc<Core>) -> napi::Result<CleanupEnvHook<Weak<Core>>> {
    LIVE.with_borrow_mut(|live| {
        live.retain(|other| other.strong_count() > 0);
        live.push(Arc::downgrade(core));
    });
    env.add_env_cleanup_hook(Arc::downgrade(core), |core: Weak<Core>| stop(&core))
}

fn stop(core: &Weak<Core>) {
    if let Some(core) = core.upgrade() {
        core.stop();
    }
}

/// Aborts every pipeline of this environment and joins its threads. For the end of the process.
#[napi]
pub fn stop_all() {
    let live = LIVE.with_borrow_mut(std::mem::take);
    live.iter().for_each(stop);
}
