//! Where the messages leave that stages could not work on.
//!
//! Invariant: a message is in the books of its stage as dead-lettered before it can be taken here, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use crate::batch::Batch;
use crate::clock::deadline_after;
use crate::dead_letter::DeadLetter;
use crate::edge::{Edge, Take};
use crate::error::{Error, ErrorCode, Result};
use crate::signal::Waker;

/// The handle from which dead letters are taken, in the order in which stages gave them up. It ends when the pipeline has.
///
/// They wait in an edge of their own, which blocks: if nobody takes them, it fills, and holds up the stages whose messages
/// they are. Given up early, what comes after is released.
///
/// ```
/// use stream_pipeline::{Error, ErrorPolicy, OverflowPolicy::Block, PipelineBuilder, stage_fn};
///
/// let digits = stage_fn(|message: Vec<u8>| match message.iter().all(u8::is_ascii_digit) {
///     true => Ok(vec![message]),
///     false => Err(Error::msg("not a number")),
/// });
/// let pipeline = PipelineBuilder::new()
///     .add_stage_object("digits", 64, Block, digits)
///     .with_error_policy("digits", ErrorPolicy::DeadLetter)
///     .build()?;
/// let (input, output, letters) = (pipeline.input(), pipeline.output()?, pipeline.dead_letters()?);
/// let running = pipeline.start_ready()?;
/// for message in ["1", "two", "3"] {
///     input.push(message.into())?;
/// }
/// drop(input);
///
/// assert_eq!(output.collect::<Vec<_>>(), [b"1", b"3"]);
/// let letters: Vec<_> = letters.collect();
/// assert_eq!((&*letters[0].message, &*letters[0].reason, letters[0].sequence), (&b"two"[..], "not a number", 1));
/// assert_eq!(running.wait()?.ledger.dead_lettered, 1);
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
#[derive(Debug)]
pub struct DeadLetters {
    edge: Arc<Edge>,
    /// Taken from the edge, not yet by the user.
    current: Batch,
}

impl DeadLetters {
    pub(super) fn new(edge: Arc<Edge>) -> Self {
        Self { edge, current: Batch::new() }
    }

    /// The next one, waiting for it; `None` at the end.
    pub fn pop(&mut self) -> Option<DeadLetter> {
        self.pop_until(None).unwrap_or_default()
    }

    /// The next one, waiting for `timeout` at most (zero: not at all); then the code is `TIMEOUT`. `Ok(None)` at the end.
    pub fn pop_timeout(&mut self, timeout: Duration) -> Result<Option<DeadLetter>> {
        self.pop_until(deadline_after(timeout))
    }

    /// Those that are there now, without waiting: `max_letters` at most, and no more once their messages have `max_bytes`,
    /// but at least one. If there is none now, the code is `TIMEOUT`. `Ok(None)` at the end.
    pub fn try_pop_batch(&mut self, max_letters: usize, max_bytes: usize) -> Result<Option<Vec<DeadLetter>>> {
        let (mut letters, mut bytes) = (Vec::new(), 0);
        loop {
            match self.pop_timeout(Duration::ZERO) {
                Ok(Some(letter)) => {
                    bytes += letter.message.len();
                    letters.push(letter);
                    if letters.len() >= max_letters || bytes >= max_bytes {
                        return Ok(Some(letters));
                    }
                }
                // Whoever asks next is told.
                Ok(None) | Err(_) if !letters.is_empty() => return Ok(Some(letters)),
                nothing => return nothing.map(|_| None),
            }
        }
    }

    fn pop_until(&mut self, deadline: Option<std::time::Instant>) -> Result<Option<DeadLetter>> {
        if self.current.is_empty() {
            match self.edge.take_waiting(usize::MAX, deadline) {
                Some(Take::Batch(batch)) => self.edge.fixtures.pool.put(std::mem::replace(&mut self.current, batch)),
                Some(Take::Ended | Take::Aborted) => return Ok(None),
                Some(Take::Empty) | None => {
                    return Err(Error::new(ErrorCode::Timeout, "no dead letter came within the timeout"));
                }
            }
        }
        let letter = self.current.get(0).map(DeadLetter::decode);
        self.current.drop_front(1);
        Ok(letter)
    }

    /// Has `waker` called, once, as soon as there is something to take, or the end. Returns `false`, and does not call,
    /// if that is so already. The call comes from a thread of the pipeline and must not block.
    #[must_use]
    pub fn call_when_filled(&self, waker: &Waker) -> bool {
        self.edge.call_when_filled(waker)
    }
}

impl Iterator for DeadLetters {
    type Item = DeadLetter;

    /// The same as [`DeadLetters::pop`].
    fn next(&mut self) -> Option<DeadLetter> {
        self.pop()
    }
}

impl Drop for DeadLetters {
    fn drop(&mut self) {
        self.edge.unclaim();
    }
}
