//! Messages that a stage cannot work on.
//!
//! Invariant: such a message leaves its stage once, as skipped or as a dead letter, and is in the books before it can be
//! taken; while it waits for room, no output is held back.

use std::sync::Arc;

use super::Emitter;
use crate::batch::Batch;
use crate::dead_letter::encode;
use crate::edge::{Edge, Hold};
use crate::error::{Error, Result};
use crate::error_policy::ErrorPolicy;

/// What becomes of messages that the stage cannot work on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rejects {
    pub(crate) policy: ErrorPolicy,
    /// The edge of the dead letters, if the policy is theirs.
    pub(crate) dead_letters: Option<Arc<Edge>>,
}

impl Emitter {
    /// The stage cannot work on `message`: the current input, or what it took for a message in it. What becomes of it is
    /// the stage's error policy. With `fail`, the error comes back, to be passed on with `?`; otherwise the message is
    /// dealt with, what was emitted for the input so far stands, and the stage goes on.
    ///
    /// ```
    /// use stream_pipeline::{batch_fn, Batch, Emitter, Error};
    /// let numbers_only = batch_fn(|batch: Batch, out: &mut Emitter| {
    ///     for message in batch.iter() {
    ///         match message.iter().all(u8::is_ascii_digit) {
    ///             true => out.push(message),
    ///             false => out.reject(message, Error::msg("not a number"))?,
    ///         }
    ///         out.next_input();
    ///     }
    ///     out.recycle(batch);
    ///     Ok(())
    /// });
    /// # let _ = numbers_only;
    /// ```
    pub fn reject(&mut self, message: &[u8], error: Error) -> Result<()> {
        match &self.rejects {
            Rejects { policy: ErrorPolicy::Skip, .. } => {
                self.tally.skip();
                Ok(())
            }
            Rejects { policy: ErrorPolicy::DeadLetter, dead_letters: Some(edge) } => {
                let edge = Arc::clone(edge);
                self.send_dead_letter(&edge, message, &error);
                Ok(())
            }
            Rejects { .. } => Err(error),
        }
    }

    /// Whether [`Emitter::reject`] wants the message as it came, and not only an error.
    pub(crate) fn keeps_rejects(&self) -> bool {
        self.rejects.policy == ErrorPolicy::DeadLetter
    }

    fn send_dead_letter(&mut self, edge: &Edge, message: &[u8], error: &Error) {
        // While it waits for room, nothing is held back.
        if edge.holds_or_is_full() {
            self.seal();
        }
        let mut letter = Batch::new();
        letter.push_vec(encode(&self.upstream.config.name, self.tally.sequence(), 1, error, message));
        self.tally.dead_letter();
        // In the books before it can be taken.
        self.gauges.publish(&self.tally.counts);
        let Self { tally, gauges, blocked_ns, .. } = self;
        let before_wait = |_| gauges.publish(&tally.counts);
        if edge.publish(letter, Hold::AtHighMark, None, blocked_ns, before_wait).is_err() {
            self.tally.abort_dead_letter();
        }
    }
}
