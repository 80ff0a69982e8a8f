//! How long a message may become, and what is said of a longer one.
//!
//! Invariant: the smaller of the stage's own cap and of the pipeline's limit holds, and the error names the one that did.

use stream_pipeline::{Emitter, Error, Result};

/// The words of a framer's errors.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) stage: &'static str,
    /// What the stage calls a message.
    pub(super) message: &'static str,
    /// The option with the cap.
    pub(super) option: &'static str,
    /// What to look at if the cap is not too small.
    pub(super) check: &'static str,
}

/// The longest message, and who says so.
#[derive(Clone, Copy)]
pub(super) struct Cap {
    pub(super) bytes: usize,
    option: &'static str,
    words: &'static Words,
}

impl Cap {
    /// The cap of a stage whose own is `own`, in the pipeline that `out` belongs to.
    pub(super) fn new(own: usize, words: &'static Words, out: &Emitter) -> Self {
        let of_pipeline = out.max_message_bytes();
        let option = if own <= of_pipeline { words.option } else { "the pipeline's max_message_bytes" };
        Self { bytes: own.min(of_pipeline), option, words }
    }

    /// Rejects a message beyond the cap, of which `message` is what is there; it begins `offset` bytes into the stream.
    #[cold]
    pub(super) fn reject(self, message: &[u8], offset: u64, out: &mut Emitter) -> Result<()> {
        let Self { bytes, option, words: Words { stage, message: what, check, .. } } = self;
        let error = Error::msg(format_args!(
            "{stage}: the {what} at byte {offset} is longer than {option} ({bytes} bytes); raise it, or check that {check}"
        ));
        out.reject(&message[..message.len().min(bytes)], error)
    }

    /// Rejects a frame of which only `prefix` is there, and which claims `claimed` bytes for its message.
    #[cold]
    pub(super) fn reject_claim(self, prefix: &[u8], offset: u64, claimed: u64, out: &mut Emitter) -> Result<()> {
        let Self { bytes, option, words: Words { stage, message: what, check, .. } } = self;
        let error = Error::msg(format_args!(
            "{stage}: the {what} at byte {offset} claims a message of {claimed} bytes, longer than {option} ({bytes} bytes); \
             raise it, or check that {check}"
        ));
        out.reject(prefix, error)
    }
}
