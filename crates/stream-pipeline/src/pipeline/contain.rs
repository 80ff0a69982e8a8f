//! Errors and panics of a stage, caught where its thread begins.
//!
//! Invariant: no panic of a stage leaves its thread, and none fills the terminal: it becomes one line in the pipeline's
//! error. With `RUST_BACKTRACE` set, the usual report is printed as well.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::error::{Error, ErrorCode, Result};
use crate::sync::thread_local;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Calls `work`; a panic comes back as an error with the code `STAGE_PANICKED`.
pub(super) fn contain<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    quieten_panics();
    let outer = CONTAINED.with(|contained| contained.replace(true));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    CONTAINED.with(|contained| contained.set(outer));
    result.unwrap_or_else(|payload| Err(panicked(&*payload)))
}

fn panicked(payload: &(dyn Any + Send)) -> Error {
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message");
    let text = match PLACE.with(RefCell::take) {
        Some(place) => format!("{message} ({place})"),
        None => message.to_owned(),
    };
    Error::new(ErrorCode::StagePanicked, text)
}

/// Puts a hook before the program's own that keeps silent about stages, and remembers where they panicked.
fn quieten_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let backtrace_wanted = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let contained = CONTAINED.try_with(Cell::get).unwrap_or(false);
            if contained {
                let place = info.location().map(ToString::to_string);
                let _ = PLACE.try_with(|kept| kept.replace(place));
            }
            if !contained || backtrace_wanted {
                previous(info);
            }
        }));
    });
}
