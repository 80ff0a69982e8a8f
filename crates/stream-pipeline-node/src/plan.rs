//! A plan from JavaScript becomes a built pipeline.
//!
//! Invariant: numbers arrive as they were written and are refused, if at all, by the engine's builder.

use napi_derive::napi;
use stream_pipeline::{
    DEFAULT_CAPACITY, EdgeOptions, ErrorCode, ErrorPolicy, OverflowPolicy, Pipeline, PipelineBuilder,
};

use crate::failure::Failure;
use crate::native_stage::NativeStage;

/// Settings of one edge.
#[napi(object, object_to_js = false)]
pub struct EdgePlan {
    /// Messages the ring holds.
    pub capacity: Option<f64>,
    /// `block`, `drop-oldest`, `drop-newest` or `error`.
    pub policy: Option<String>,
    /// High mark, as a share of the capacity; comes with `low`.
    pub high: Option<f64>,
    /// Low mark, as a share of the capacity.
    pub low: Option<f64>,
    /// Bytes the edge may hold.
    pub byte_budget: Option<f64>,
}

/// One stage and the edge into it.
#[napi(object, object_to_js = false)]
pub struct StagePlan {
    /// Its name.
    pub name: String,
    /// The edge into it.
    pub edge: EdgePlan,
    /// What it does about a message that it cannot work on: `fail`, `skip` or `dead-letter`.
    pub on_error: Option<String>,
    /// A built-in stage; without it, JavaScript hosts the stage.
    pub native: Option<NativeStage>,
}

/// One built-in source.
#[napi(object, object_to_js = false)]
pub struct NamedSource {
    /// Its name.
    pub name: String,
    /// What it is.
    pub native: NativeStage,
}

/// A whole pipeline.
#[napi(object, object_to_js = false)]
pub struct PipelinePlan {
    /// What feeds the first stage from threads of its own.
    pub sources: Vec<NamedSource>,
    /// First to last.
    pub stages: Vec<StagePlan>,
    /// The edge behind the last stage.
    pub output: EdgePlan,
    /// Whether the marks are evaluated.
    pub backpressure: bool,
    /// High mark of edges that have none of their own; comes with `low`.
    pub high: Option<f64>,
    /// Low mark of edges that have none of their own.
    pub low: Option<f64>,
    /// Bytes each edge may hold.
    pub byte_budget: Option<f64>,
    /// The longest message, in bytes.
    pub max_message_bytes: Option<f64>,
    /// Stack of each native stage's thread, in bytes.
    pub stack_bytes: Option<f64>,
}

impl EdgePlan {
    fn options(&self, stage: &str) -> Result<EdgeOptions, Failure> {
        let mut options =
            EdgeOptions::new().capacity(self.capacity.map_or(DEFAULT_CAPACITY, |messages| messages as usize));
        if let Some(word) = &self.policy {
            let policy = word.parse::<OverflowPolicy>().map_err(|unknown| {
                Failure::of_stage(ErrorCode::InvalidOption, stage, format!("policy `{word}`: {unknown}"))
            })?;
            options = options.policy(policy);
        }
        if let (Some(high), Some(low)) = (self.high, self.low) {
            options = options.marks(high, low);
        }
        if let Some(bytes) = self.byte_budget {
            options = options.byte_budget(bytes as u64);
        }
        Ok(options)
    }
}

fn error_policy(word: &str, stage: &str) -> Result<ErrorPolicy, Failure> {
    let refuse = |unknown| Failure::of_stage(ErrorCode::InvalidOption, stage, format!("onError `{word}`: {unknown}"));
    word.parse().map_err(refuse)
}

impl PipelinePlan {
    /// Builds the pipeline.
    pub(crate) fn build(self) -> Result<Pipeline, Failure> {
        let mut builder = PipelineBuilder::new().with_backpressure(self.backpressure);
        if let (Some(high), Some(low)) = (self.high, self.low) {
            builder = builder.with_marks(high, low);
        }
        if let Some(bytes) = self.byte_budget {
            builder = builder.with_byte_budget(bytes as u64);
        }
        if let Some(bytes) = self.max_message_bytes {
            builder = builder.with_max_message_bytes(bytes as usize);
        }
        if let Some(bytes) = self.stack_bytes {
            builder = builder.with_stack_bytes(bytes as usize);
        }
        for NamedSource { name, native } in self.sources {
            let source = native.make_source(&name)?;
            builder = builder.with_source(name, source);
        }
        for StagePlan { name, edge, on_error, native } in self.stages {
            if let Some(word) = on_error {
                builder = builder.with_error_policy(&name, error_policy(&word, &name)?);
            }
            let options = edge.options(&name)?;
            // Capacity and policy are among the options, which win.
            let (capacity, policy) = (DEFAULT_CAPACITY, OverflowPolicy::Block);
            builder = if let Some(native) = native {
                builder.add_stage_object(&name, capacity, policy, native.make(&name)?)
            } else {
                builder.add_hosted_stage(&name, capacity, policy)
            };
            builder = builder.with_edge(name, options);
        }
        Ok(builder.with_output_edge(self.output.options("output")?).build()?)
    }
}
