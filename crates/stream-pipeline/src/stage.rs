//! What a stage is: the trait, the passthrough, and stages made from closures.
//!
//! Invariant: a stage sees the messages of its edge in order, one batch at a time, from one thread.

use std::time::Instant;

use crate::batch::Batch;
use crate::emitter::Emitter;
use crate::error::Result;

/// A named unit of work with its own thread.
///
/// The simple form is [`process`](Stage::process): one message in, none, one or many out. A stage that can work on
/// ranges of the shared buffer overrides [`process_batch`](Stage::process_batch) and saves the allocations.
///
/// An error or a panic is caught at the thread's edge and ends the pipeline, unless the stage's
/// [`ErrorPolicy`](crate::ErrorPolicy) deals with it: the stages before abort, those behind
/// finish what had been emitted, and `wait()` names the stage and the message.
///
/// ```
/// use stream_pipeline::{Stage, Result as PipelineResult};
///
/// struct Upper;
/// impl Stage for Upper {
///     fn process(&mut self, input: Vec<u8>) -> PipelineResult<Vec<Vec<u8>>> {
///         Ok(vec![input.to_ascii_uppercase()])
///     }
///     fn name(&self) -> &str {
///         "upper"
///     }
/// }
/// assert_eq!(Upper.process(b"a".to_vec())?, [b"A"]);
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
pub trait Stage: Send {
    /// One message in; none, one or many out, in order. What an error does is the stage's
    /// [`ErrorPolicy`](crate::ErrorPolicy).
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>>;

    /// What the stage calls itself. The name given to the builder wins.
    fn name(&self) -> &str;

    /// A batch of messages in (never empty); what comes out goes to `out`.
    ///
    /// Call [`Emitter::next_input`] after each input, or hand the whole batch on by [`Emitter::forward`]: by that the
    /// engine counts, and names the message at which an error happened. Long work looks at
    /// [`Emitter::is_stopped`] between messages and returns early when it is true. A message that cannot be worked on goes to
    /// [`Emitter::reject`]; an error that is returned ends the pipeline.
    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let mut batch = batch;
        // One ahead: a message that was copied a moment ago is slow to read.
        let mut next = out.next_of(&mut batch);
        while !out.is_stopped()
            && let Some(message) = next
        {
            next = out.next_of(&mut batch);
            let original = if out.keeps_rejects() { message.clone() } else { Vec::new() };
            match self.process(message) {
                Ok(outputs) => outputs.into_iter().for_each(|output| out.push_vec(output)),
                Err(error) => out.reject(&original, error)?,
            }
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }

    /// After the last message: emit what is still held back, such as a last line without newline.
    ///
    /// Not called after an abort, nor after an error of this stage. Where a stage before it has failed it is, for what had
    /// been emitted is still delivered; [`Emitter::has_pipeline_failed`] tells.
    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        let _ = out;
        Ok(())
    }

    /// When [`on_timer`](Stage::on_timer) is due next; `None` for never. Asked after each batch and before each wait.
    fn next_timer(&self) -> Option<Instant> {
        None
    }

    /// Called at or after the time that [`next_timer`](Stage::next_timer) gave, between batches.
    fn on_timer(&mut self, now: Instant, out: &mut Emitter) -> Result<()> {
        let _ = (now, out);
        Ok(())
    }
}

impl<S: Stage + ?Sized> Stage for Box<S> {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        (**self).process(input)
    }

    fn name(&self) -> &str {
        (**self).name()
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        (**self).process_batch(batch, out)
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        (**self).finish(out)
    }

    fn next_timer(&self) -> Option<Instant> {
        (**self).next_timer()
    }

    fn on_timer(&mut self, now: Instant, out: &mut Emitter) -> Result<()> {
        (**self).on_timer(now, out)
    }
}

/// Hands every batch on as it is; no byte is touched.
#[derive(Clone, Copy, Debug, Default)]
pub struct PassthroughStage;

impl Stage for PassthroughStage {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        Ok(vec![input])
    }

    fn name(&self) -> &'static str {
        "passthrough"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        out.forward(batch);
        Ok(())
    }
}

/// A stage made from a closure over messages; see [`stage_fn`].
#[derive(Clone, Debug)]
pub struct FnStage<F> {
    function: F,
}

/// Makes a stage from a closure: one message in; none, one or many out.
///
/// ```
/// use stream_pipeline::{stage_fn, Stage};
/// let mut twice = stage_fn(|message: Vec<u8>| Ok(vec![message.clone(), message]));
/// assert_eq!(twice.process(vec![7])?, [[7], [7]]);
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
pub fn stage_fn<F>(function: F) -> FnStage<F>
where
    F: FnMut(Vec<u8>) -> Result<Vec<Vec<u8>>> + Send,
{
    FnStage { function }
}

impl<F> Stage for FnStage<F>
where
    F: FnMut(Vec<u8>) -> Result<Vec<Vec<u8>>> + Send,
{
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        (self.function)(input)
    }

    fn name(&self) -> &'static str {
        "closure"
    }
}

/// A stage made from a closure over batches; see [`batch_fn`].
#[derive(Clone, Debug)]
pub struct BatchFnStage<F> {
    function: F,
}

/// Makes a stage from a closure in the fast form: a batch in, and an emitter for what comes out.
///
/// ```
/// use stream_pipeline::{batch_fn, Batch, Emitter};
/// let errors_only = batch_fn(|mut batch: Batch, out: &mut Emitter| {
///     batch.retain(|line| line.starts_with(b"ERROR"));
///     out.forward(batch);
///     Ok(())
/// });
/// # let _ = errors_only;
/// ```
pub fn batch_fn<F>(function: F) -> BatchFnStage<F>
where
    F: FnMut(Batch, &mut Emitter) -> Result<()> + Send,
{
    BatchFnStage { function }
}

impl<F> Stage for BatchFnStage<F>
where
    F: FnMut(Batch, &mut Emitter) -> Result<()> + Send,
{
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        let mut out = Emitter::detached();
        let mut batch = Batch::new();
        batch.push_vec(input);
        (self.function)(batch, &mut out)?;
        Ok(out.take_messages())
    }

    fn name(&self) -> &'static str {
        "closure"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        (self.function)(batch, out)
    }
}
