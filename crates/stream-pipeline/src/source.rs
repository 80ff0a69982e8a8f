//! What a source is: where messages enter a pipeline without passing through the caller.
//!
//! Invariant: a source reads only when there is room for what it has read before; so pressure reaches whatever it reads.

use std::time::Instant;

use crate::batch::Batch;
use crate::error::Result;

/// What a source does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// It is asked again as soon as what it has read has entered the pipeline.
    Ready,
    /// There is nothing now: it is asked again at this time.
    Wait(Instant),
    /// Its input has ended: it is asked no more.
    Ended,
}

/// Where messages enter a pipeline without passing through the caller; it has a thread of its own.
///
/// It is asked for messages, and asked again when those have entered the first ring: a full ring stops the reading. When
/// all sources have ended, and no [`Input`](crate::Input) is left or `wait()` was called, the input is closed.
///
/// An error or a panic ends the pipeline with the source's name; what it had read before is worked on to its end.
///
/// ```
/// use stream_pipeline::{Batch, Flow, OverflowPolicy::Block, PassthroughStage, PipelineBuilder, Result, Source};
///
/// struct Countdown(u8);
/// impl Source for Countdown {
///     fn read(&mut self, batch: &mut Batch) -> Result<Flow> {
///         batch.push(&[self.0]);
///         self.0 -= 1;
///         Ok(if self.0 == 0 { Flow::Ended } else { Flow::Ready })
///     }
/// }
/// let pipeline = PipelineBuilder::new()
///     .with_source("countdown", Countdown(3))
///     .add_stage_object("pass", 64, Block, PassthroughStage)
///     .build()?;
/// let output = pipeline.output()?;
/// let running = pipeline.start_ready()?;
/// running.wait()?;
/// assert_eq!(output.collect::<Vec<_>>(), [[3], [2], [1]]);
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
pub trait Source: Send {
    /// Appends what there is to `batch`, which is empty: at most about what a core's cache holds, and without waiting for
    /// long, for it is not interrupted. It may append nothing.
    fn read(&mut self, batch: &mut Batch) -> Result<Flow>;
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn read(&mut self, batch: &mut Batch) -> Result<Flow> {
        (**self).read(batch)
    }
}
