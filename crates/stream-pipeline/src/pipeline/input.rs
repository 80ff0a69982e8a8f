//! The end of a pipeline where messages are pushed in.
//!
//! Invariant: every message is either in the first ring, or handed back to the caller with the reason.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::batch::Batch;
use crate::clock::deadline_after;
use crate::edge::{Edge, Hold, Refusal};
use crate::emitter::too_large;
use crate::error::{Error, ErrorCode, PushError};
use crate::signal::Waker;

/// What all input handles of a pipeline share; when the last one goes, the input is closed.
#[derive(Debug)]
pub(super) struct InputEnd {
    edge: Arc<Edge>,
    max_message_bytes: usize,
}

impl InputEnd {
    pub(super) fn new(edge: Arc<Edge>, max_message_bytes: usize) -> Self {
        Self { edge, max_message_bytes }
    }
}

impl Drop for InputEnd {
    fn drop(&mut self) {
        self.edge.close();
    }
}

/// A handle to push messages into a pipeline; cheap to clone, for as many threads as wanted.
///
/// Messages of one handle in one thread stay in order. Those of several threads may interleave.
///
/// What a push does when there is no room is the first edge's policy: `block` waits (from the high mark on, if
/// backpressure is on), `drop-oldest` and `drop-newest` drop and return `Ok`, `error` refuses with `OVERFLOW`. A refused
/// message comes back in the [`PushError`]. Codes: `CLOSED`, `ABORTED`, `NOT_STARTED` (the ring is full and the pipeline
/// not started), `OVERFLOW`, `MESSAGE_TOO_LARGE`.
#[derive(Clone, Debug)]
pub struct Input {
    end: Arc<InputEnd>,
}

impl Input {
    pub(super) fn new(end: Arc<InputEnd>) -> Self {
        Self { end }
    }

    /// Pushes one message, and waits for room if the policy is `block`.
    ///
    /// It is taken by the first stage at once if that stage is idle; while it is busy, single pushes are gathered.
    pub fn push(&self, message: Vec<u8>) -> Result<(), PushError<Vec<u8>>> {
        self.push_until(message, None)
    }

    /// As [`push`](Input::push), but waits for `timeout` at most; then the code is `TIMEOUT`.
    pub fn push_timeout(&self, message: Vec<u8>, timeout: Duration) -> Result<(), PushError<Vec<u8>>> {
        self.push_until(message, deadline_after(timeout))
    }

    fn push_until(&self, mut message: Vec<u8>, deadline: Option<Instant>) -> Result<(), PushError<Vec<u8>>> {
        let pushed = self
            .check(message.len())
            .and_then(|()| self.end.edge.publish_one(&mut message, deadline).map_err(|refusal| self.explain(refusal)));
        pushed.map_err(|error| PushError { rejected: message, error })
    }

    /// Pushes one message without waiting. The marks do not matter here: it is refused with `FULL` only when the ring
    /// holds its capacity of messages, or its budget of bytes.
    pub fn try_push(&self, message: Vec<u8>) -> Result<(), PushError<Vec<u8>>> {
        let mut message = message;
        let pushed = self.check(message.len()).and_then(|()| {
            let offered = self.end.edge.offer_one(&mut message, Hold::WhenFull);
            offered.map_err(|refusal| self.explain_now(refusal))
        });
        pushed.map_err(|error| PushError { rejected: message, error })
    }

    /// Pushes many messages, in order, and waits for room as [`push`](Input::push) does. If it is refused on the way,
    /// those not accepted come back.
    pub fn push_many(&self, messages: impl IntoIterator<Item = Vec<u8>>) -> Result<(), PushError<Vec<Vec<u8>>>> {
        let edge = &self.end.edge;
        let mut messages = messages.into_iter().peekable();
        while messages.peek().is_some() {
            let mut batch = edge.fixtures.pool.get();
            while let Some(message) = messages.next_if(|message| {
                let fits = batch.is_empty() || batch.has_room(message.len(), edge.batch_limit());
                fits && message.len() <= self.end.max_message_bytes
            }) {
                batch.push_vec(message);
            }
            let pushed = match messages.peek() {
                Some(message) if batch.is_empty() => {
                    Err(PushError { rejected: batch, error: self.too_large(message.len()) })
                }
                _ => self.push_batch(batch),
            };
            if let Err(PushError { rejected, error }) = pushed {
                return Err(PushError { rejected: rejected.chain(messages).collect(), error });
            }
        }
        Ok(())
    }

    /// Pushes a batch as it is, without copying, and waits for room as [`push`](Input::push) does. If it is refused on
    /// the way, the messages not accepted come back. A batch with a message that is too long is refused as a whole.
    pub fn push_batch(&self, batch: Batch) -> Result<(), PushError<Batch>> {
        let batch = self.checked_batch(batch)?;
        self.end
            .edge
            .publish(batch, Hold::AtHighMark, None, &mut 0, |_| ())
            .map_err(|(rejected, refusal)| PushError { rejected, error: self.explain(refusal) })
    }

    /// As [`push_batch`](Input::push_batch) without waiting, for those who must not block: held up by the high mark too,
    /// then the code is `FULL`. See [`call_when_drained`](Input::call_when_drained).
    pub fn offer_batch(&self, batch: Batch) -> Result<(), PushError<Batch>> {
        let batch = self.checked_batch(batch)?;
        self.end
            .edge
            .offer(batch, Hold::AtHighMark)
            .map_err(|(rejected, refusal)| PushError { rejected, error: self.explain_now(refusal) })
    }

    /// Has `waker` called, once, as soon as offering `batch` may get somewhere, or the input ends. Returns `false`, and
    /// does not call, if that is so already. The call comes from a thread of the pipeline and must not block.
    #[must_use]
    pub fn call_when_drained(&self, waker: &Waker, batch: &Batch) -> bool {
        self.end.edge.call_when_drained(waker, batch, Hold::AtHighMark)
    }

    /// Closes the input for every handle: what was pushed is still worked on, further pushes are refused with `CLOSED`.
    /// Pushes that wait for room return with their message. May be called again.
    pub fn close(&self) {
        self.end.edge.close();
    }

    /// Whether the first edge holds up its feeders now; it may have changed already.
    #[must_use]
    pub fn is_pressured(&self) -> bool {
        self.end.edge.is_pressured()
    }

    /// An empty batch with buffers for reuse, to be filled and pushed.
    #[must_use]
    pub fn new_batch(&self) -> Batch {
        self.end.edge.fixtures.pool.get()
    }

    fn check(&self, bytes: usize) -> Result<(), Error> {
        if bytes > self.end.max_message_bytes { Err(self.too_large(bytes)) } else { Ok(()) }
    }

    fn checked_batch(&self, mut batch: Batch) -> Result<Batch, PushError<Batch>> {
        batch.forget_times();
        let limit = self.end.max_message_bytes;
        // All messages together are no longer than the limit: the usual case, and no message need be looked at.
        if batch.weight() <= limit {
            return Ok(batch);
        }
        let longer = batch.iter().map(<[u8]>::len).find(|&bytes| bytes > limit);
        match longer {
            Some(bytes) => Err(PushError { rejected: batch, error: self.too_large(bytes) }),
            None => Ok(batch),
        }
    }

    fn too_large(&self, bytes: usize) -> Error {
        too_large(bytes, self.end.max_message_bytes)
    }

    /// A refusal after waiting; without one, the deadline had passed.
    fn explain(&self, refusal: Option<Refusal>) -> Error {
        match refusal {
            Some(refusal) => self.explain_now(refusal),
            None => Error::new(
                ErrorCode::Timeout,
                "there was no room within the timeout; the pipeline is slower than its input",
            ),
        }
    }

    fn explain_now(&self, refusal: Refusal) -> Error {
        let capacity = self.end.edge.config.capacity;
        match refusal {
            Refusal::Full => Error::new(
                ErrorCode::Full,
                format!("the ring holds its {capacity} messages, or its budget of bytes; push again later, or wait with push"),
            ),
            Refusal::NotStarted => Error::new(
                ErrorCode::NotStarted,
                format!("the ring is full ({capacity} messages) and the pipeline was not started"),
            ),
            Refusal::Closed => Error::new(ErrorCode::Closed, "the input was closed; messages can only be pushed before"),
            Refusal::Aborted => {
                Error::new(ErrorCode::Aborted, "the pipeline was aborted or has failed; wait() on it says why")
            }
            Refusal::Overflow => Error::new(
                ErrorCode::Overflow,
                format!("the ring holds its {capacity} messages and its policy is `error`; push again later, or choose another policy"),
            ),
        }
        .at_stage(&self.end.edge.config.name)
    }
}
