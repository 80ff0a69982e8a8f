//! Dead letters on their way to JavaScript, as objects.
//!
//! Invariant: many cross at once, and no more than are bounded here.

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use stream_pipeline::{DeadLetter, DeadLetters, Waker};

/// Dead letters that cross at once, at most.
const MAX_LETTERS: usize = 256;
/// No more cross once their messages have so many bytes.
const MAX_BYTES: usize = 256 * 1024;

/// A message that a stage could not work on.
#[napi(object, object_from_js = false)]
pub struct DeadLetterReading {
    /// The stage.
    pub stage: String,
    /// How many messages that stage had received before it.
    pub sequence: f64,
    /// How often the stage has tried.
    pub attempts: u32,
    /// A word of `errorCodes()`.
    pub code: String,
    /// What went wrong.
    pub reason: String,
    /// The message as it came to the stage.
    pub message: Buffer,
}

/// Those that are there now; none, with `waker` armed, or `None` at the end.
pub(crate) fn take(letters: &mut DeadLetters, waker: &Waker) -> Option<Vec<DeadLetterReading>> {
    loop {
        match letters.try_pop_batch(MAX_LETTERS, MAX_BYTES) {
            Ok(taken) => return taken.map(|taken| taken.into_iter().map(convert).collect()),
            Err(_) if letters.call_when_filled(waker) => return Some(Vec::new()),
            Err(_) => {}
        }
    }
}

fn convert(letter: DeadLetter) -> DeadLetterReading {
    DeadLetterReading {
        stage: letter.stage,
        sequence: letter.sequence as f64,
        attempts: letter.attempts,
        code: letter.code.as_str().to_owned(),
        reason: letter.reason,
        message: letter.message.into(),
    }
}
