//! Stages in their own threads, joined by bounded rings, with backpressure that travels upstream by itself.
//!
//! Each stage is a thread. Between two stages lies an edge: one bounded ring with an [`OverflowPolicy`] and a high and a
//! low mark. An edge past its high mark holds up whoever feeds it; that feeder's own edge fills in turn, until the
//! pressure reaches whoever pushes into the pipeline.
//!
//! ```
//! use stream_pipeline::{OverflowPolicy, PassthroughStage, PipelineBuilder};
//!
//! let pipeline = PipelineBuilder::new()
//!     .add_stage("first", 100, OverflowPolicy::Block)
//!     .add_stage("second", 100, OverflowPolicy::Block)
//!     .with_backpressure(true)
//!     .build()?;
//! let input = pipeline.input();
//! let output = pipeline.output()?;
//! let running = pipeline.start(|_stage_index| Box::new(PassthroughStage))?;
//!
//! input.push(b"hello".to_vec())?;
//! input.close();
//! assert_eq!(output.collect::<Vec<_>>(), [b"hello"]);
//! let report = running.wait()?;
//! assert_eq!((report.ledger.accepted, report.ledger.delivered), (1, 1));
//! # Ok::<(), stream_pipeline::Error>(())
//! ```
//!
//! A message is a byte string; an empty one is a message too. Messages travel in [`Batch`]es that grow by themselves
//! under load and are never waited for. What a full ring does is the edge's policy; where every message went is in the
//! [`Ledger`]; how long it took, and where, is in [`Metrics`].
#![forbid(unsafe_code)]

mod batch;
mod clock;
mod dead_letter;
mod edge;
mod emitter;
mod error;
mod error_policy;
mod latency;
mod marks;
mod metrics;
#[cfg(all(test, loom))]
mod models;
mod overflow;
mod pipeline;
mod pool;
mod pressure;
mod signal;
mod source;
mod stage;
mod sync;
mod tally;
mod watch;

pub use batch::{Batch, LARGE_MESSAGE_BYTES};
pub use dead_letter::DeadLetter;
pub use emitter::Emitter;
pub use error::{Error, ErrorCode, PushError, Result};
pub use error_policy::ErrorPolicy;
pub use latency::{LatencySummary, LatencyTracker};
pub use marks::Marks;
pub use metrics::{EdgeMetrics, Ledger, Metrics, StageMetrics, StageState};
pub use overflow::{OverflowPolicy, UnknownPolicy};
pub use pipeline::{
    DEFAULT_CAPACITY, DEFAULT_MAX_MESSAGE_BYTES, DeadLetters, EdgeOptions, Given, Hand, HostedStage, Input,
    MAX_CAPACITY, MAX_MESSAGE_BYTES, Order, Output, Pipeline, PipelineBuilder, Running, Taken,
};
pub use pressure::{PressureChange, PressureWatch};
pub use signal::Waker;
pub use source::{Flow, Source};
pub use stage::{BatchFnStage, FnStage, PassthroughStage, Stage, batch_fn, stage_fn};
pub use watch::{EdgeChange, EdgeWatch};
