//! The plan of a pipeline, and what is refused before a thread exists.
//!
//! Invariant: a plan that was built is sound; nothing in it is checked again.

use std::collections::HashSet;
use std::sync::Arc;

use super::Pipeline;
use crate::edge::EdgeConfig;
use crate::error::{Error, ErrorCode, Result};
use crate::error_policy::ErrorPolicy;
use crate::marks::{Levels, Marks};
use crate::overflow::OverflowPolicy;
use crate::source::Source;
use crate::stage::Stage;

/// Messages a ring holds unless told otherwise. Measured: a ring of 8192 carried more than ten times what one of 1024
/// did, because a parked feeder is woken less often.
pub const DEFAULT_CAPACITY: usize = 8192;

/// The largest capacity of an edge, in messages: its slots alone take 16 bytes each.
pub const MAX_CAPACITY: usize = 1 << 20;

/// The longest message a pipeline carries unless told otherwise: 1 MiB.
pub const DEFAULT_MAX_MESSAGE_BYTES: usize = 1 << 20;

/// The highest limit for the length of a message: 1 GiB.
pub const MAX_MESSAGE_BYTES: usize = 1 << 30;

/// Bytes one edge may hold unless told otherwise: 64 MiB, or four of the longest messages if that is more.
const DEFAULT_BYTE_BUDGET: u64 = 64 << 20;

/// Longest name of a stage, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// What the output edge is called in metrics and errors.
const OUTPUT_EDGE: &str = "output";

/// What the edge of the dead letters is called.
const DEAD_LETTER_EDGE: &str = "dead letters";

/// Settings of one edge; what is left out stays as the pipeline has it.
///
/// ```
/// use stream_pipeline::{EdgeOptions, OverflowPolicy};
/// let newest_hundred = EdgeOptions::new().capacity(100).policy(OverflowPolicy::DropOldest);
/// # let _ = newest_hundred;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct EdgeOptions {
    capacity: Option<usize>,
    policy: Option<OverflowPolicy>,
    marks: Option<Marks>,
    byte_budget: Option<u64>,
}

impl EdgeOptions {
    /// No setting at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Messages the ring holds, `1..=MAX_CAPACITY`.
    #[must_use]
    pub fn capacity(mut self, messages: usize) -> Self {
        self.capacity = Some(messages);
        self
    }

    /// What a full ring does.
    #[must_use]
    pub fn policy(mut self, policy: OverflowPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// High and low mark as shares of the capacity and of the byte budget, `0 < low < high <= 1`.
    #[must_use]
    pub fn marks(mut self, high: f64, low: f64) -> Self {
        self.marks = Some(Marks { high, low });
        self
    }

    /// Bytes the edge may hold allocated, buffers for reuse included; at least the longest message. A full budget
    /// counts as a full ring. The batch that single pushes join may outgrow it by less than 300 KiB, and an empty edge
    /// takes one batch of any size.
    #[must_use]
    pub fn byte_budget(mut self, bytes: u64) -> Self {
        self.byte_budget = Some(bytes);
        self
    }
}

pub(super) enum Work {
    /// The stage object is there.
    Ready(Box<dyn Stage>),
    /// `start`'s closure makes it.
    ToBeMade,
    /// Somebody else's thread runs it.
    Hosted,
}

pub(super) struct PlannedStage {
    pub(super) name: Arc<str>,
    pub(super) work: Work,
    pub(super) policy: ErrorPolicy,
}

/// Describes a pipeline, stage by stage. Nothing is checked before [`build`](PipelineBuilder::build).
///
/// A stage's capacity and policy are those of the edge into it. Defaults: backpressure on with the marks 0.8 and 0.4,
/// messages of up to 1 MiB, 64 MiB per edge, an output edge of [`DEFAULT_CAPACITY`] that blocks.
#[derive(Default)]
#[must_use = "a builder does nothing before `build()`"]
pub struct PipelineBuilder {
    sources: Vec<(Arc<str>, Box<dyn Source>)>,
    stages: Vec<(String, EdgeOptions, Work)>,
    output: EdgeOptions,
    overrides: Vec<(String, EdgeOptions)>,
    policies: Vec<(String, ErrorPolicy)>,
    backpressure: Option<bool>,
    marks: Marks,
    byte_budget: Option<u64>,
    max_message_bytes: Option<usize>,
    stack_bytes: Option<usize>,
}

impl PipelineBuilder {
    /// A plan without stages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source, which feeds the first stage from a thread of its own; several feed it side by side, and pushes too.
    pub fn with_source(mut self, name: impl Into<String>, source: impl Source + 'static) -> Self {
        self.sources.push((name.into().into(), Box::new(source)));
        self
    }

    /// Appends a stage whose object `start`'s closure will make. `capacity` counts messages, `1..=MAX_CAPACITY`.
    pub fn add_stage(self, name: impl Into<String>, capacity: usize, policy: OverflowPolicy) -> Self {
        self.append(name, capacity, policy, Work::ToBeMade)
    }

    /// Appends a stage with its object.
    pub fn add_stage_object(
        self,
        name: impl Into<String>,
        capacity: usize,
        policy: OverflowPolicy,
        stage: impl Stage + 'static,
    ) -> Self {
        self.append(name, capacity, policy, Work::Ready(Box::new(stage)))
    }

    /// Appends a stage without a thread of its own: an event loop takes and emits for it, through the
    /// [`HostedStage`](crate::HostedStage) that the running pipeline gives out.
    pub fn add_hosted_stage(self, name: impl Into<String>, capacity: usize, policy: OverflowPolicy) -> Self {
        self.append(name, capacity, policy, Work::Hosted)
    }

    fn append(mut self, name: impl Into<String>, capacity: usize, policy: OverflowPolicy, work: Work) -> Self {
        self.stages.push((name.into(), EdgeOptions::new().capacity(capacity).policy(policy), work));
        self
    }

    /// Turns the marks on (the default) or off. Off, feeders are held up by full rings only.
    pub fn with_backpressure(mut self, on: bool) -> Self {
        self.backpressure = Some(on);
        self
    }

    /// The marks of every edge that has none of its own, as shares of its capacity and byte budget, `0 < low < high <= 1`.
    pub fn with_marks(mut self, high: f64, low: f64) -> Self {
        self.marks = Marks { high, low };
        self
    }

    /// Settings of the edge into the stage called `stage`; they win over all others.
    pub fn with_edge(mut self, stage: impl Into<String>, options: EdgeOptions) -> Self {
        self.overrides.push((stage.into(), options));
        self
    }

    /// What the stage called `stage` does about a message that it cannot work on; [`ErrorPolicy::Fail`] unless said
    /// otherwise.
    pub fn with_error_policy(mut self, stage: impl Into<String>, policy: ErrorPolicy) -> Self {
        self.policies.push((stage.into(), policy));
        self
    }

    /// Settings of the edge behind the last stage.
    pub fn with_output_edge(mut self, options: EdgeOptions) -> Self {
        self.output = options;
        self
    }

    /// Bytes each edge may hold, unless it has a budget of its own.
    pub fn with_byte_budget(mut self, bytes: u64) -> Self {
        self.byte_budget = Some(bytes);
        self
    }

    /// The longest message, in bytes, `1..=MAX_MESSAGE_BYTES`. Longer ones are refused at the input with
    /// `MESSAGE_TOO_LARGE`; a stage that emits one fails with that code.
    pub fn with_max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = Some(bytes);
        self
    }

    /// Stack of each stage's thread in bytes; Rust's default (2 MiB) otherwise.
    pub fn with_stack_bytes(mut self, bytes: usize) -> Self {
        self.stack_bytes = Some(bytes);
        self
    }

    /// Checks the plan and makes the pipeline's edges.
    ///
    /// Refuses, each with its own code and the offending name: no stages, an empty, invalid or repeated name, settings
    /// for a stage that there is not, a capacity of 0 or beyond [`MAX_CAPACITY`], marks outside `0 < low < high <= 1`, a
    /// byte budget below the longest message, a message limit of 0 or beyond [`MAX_MESSAGE_BYTES`].
    pub fn build(self) -> Result<Pipeline> {
        let limits = self.limits()?;
        if self.stages.is_empty() {
            return Err(Error::new(ErrorCode::NoStages, "a pipeline needs at least one stage; call add_stage first"));
        }
        self.check_names()?;
        let mut edges = Vec::with_capacity(self.stages.len() + 1);
        let mut stages = Vec::with_capacity(self.stages.len());
        for (name, options, work) in self.stages {
            let name: Arc<str> = name.into();
            let own = self.overrides.iter().rev().find(|(other, _)| **other == *name);
            let options = own.map_or(options, |(_, own)| own.or(options));
            let policy = self.policies.iter().rev().find(|(other, _)| **other == *name);
            let policy = policy.map(|(_, policy)| *policy).unwrap_or_default();
            if matches!(work, Work::Hosted) && policy != ErrorPolicy::Fail {
                let text = format!("stage `{name}` is hosted: its host decides what an error does; drop its policy");
                return Err(Error::new(ErrorCode::InvalidOption, text).at_stage(&name));
            }
            edges.push(limits.edge(&name, options)?);
            stages.push(PlannedStage { name, work, policy });
        }
        edges.push(limits.edge(&Arc::from(OUTPUT_EDGE), self.output)?);
        let wanted = stages.iter().any(|stage| stage.policy == ErrorPolicy::DeadLetter);
        let dead_letters =
            if wanted { Some(limits.edge(&Arc::from(DEAD_LETTER_EDGE), EdgeOptions::new())?) } else { None };
        Ok(Pipeline::new(stages, self.sources, edges, dead_letters, limits.max_message_bytes, self.stack_bytes))
    }

    fn check_names(&self) -> Result<()> {
        let mut known = HashSet::new();
        let stages = self.stages.iter().map(|(name, ..)| ("stage", self.stages.len(), name.as_str()));
        let sources = self.sources.iter().map(|(name, _)| ("source", self.sources.len(), &**name));
        for (index, (what, count, name)) in stages.chain(sources).enumerate() {
            let refuse = |code, text: String| Err(Error::new(code, text).at_stage(&Arc::from(name)));
            if name.is_empty() {
                let nth = 1 + if what == "stage" { index } else { index - self.stages.len() };
                let text =
                    format!("{what} {nth} of {count} has an empty name; give it one, for its thread and its metrics");
                return Err(Error::new(ErrorCode::EmptyName, text));
            }
            if name == OUTPUT_EDGE {
                let text = format!(
                    "`{name}` is what the edge behind the last stage is called; call the {what} something else"
                );
                return refuse(ErrorCode::InvalidName, text);
            }
            if name.len() > MAX_NAME_BYTES || name.contains('\0') {
                let name = name.escape_debug();
                let text = format!(
                    "`{name}` cannot name a thread; choose a name of at most {MAX_NAME_BYTES} bytes without NUL"
                );
                return refuse(ErrorCode::InvalidName, text);
            }
            if !known.insert(name) {
                let whose = if what == "stage" { "two stages are" } else { "a source and another part are" };
                let text = format!("{whose} called `{name}`; give each {what} a name of its own");
                return refuse(ErrorCode::DuplicateName, text);
            }
        }
        let edges = self.overrides.iter().map(|(name, _)| ("settings were given for the edge into", name));
        let policies = self.policies.iter().map(|(name, _)| ("an error policy was given for", name));
        if let Some((what, name)) = edges.chain(policies).find(|(_, name)| !self.has_stage(name)) {
            let names: Vec<_> = self.stages.iter().map(|(name, ..)| format!("`{name}`")).collect();
            let text = format!("{what} `{name}`, but no stage has that name; there are {}", names.join(", "));
            return Err(Error::new(ErrorCode::UnknownEdge, text).at_stage(&Arc::from(name.as_str())));
        }
        Ok(())
    }

    fn has_stage(&self, name: &str) -> bool {
        self.stages.iter().any(|(stage, ..)| stage == name)
    }

    fn limits(&self) -> Result<Limits> {
        let max_message_bytes = self.max_message_bytes.unwrap_or(DEFAULT_MAX_MESSAGE_BYTES);
        if !(1..=MAX_MESSAGE_BYTES).contains(&max_message_bytes) {
            let text = format!(
                "the longest message may have 1 to {MAX_MESSAGE_BYTES} bytes, not {max_message_bytes}; set it with with_max_message_bytes"
            );
            return Err(Error::new(ErrorCode::InvalidMessageLimit, text));
        }
        Ok(Limits {
            max_message_bytes,
            backpressure: self.backpressure.unwrap_or(true),
            marks: self.marks,
            byte_budget: self.byte_budget.unwrap_or(DEFAULT_BYTE_BUDGET.max(4 * max_message_bytes as u64)),
        })
    }
}

impl EdgeOptions {
    /// These settings, and where there is none, the other's.
    fn or(self, other: Self) -> Self {
        Self {
            capacity: self.capacity.or(other.capacity),
            policy: self.policy.or(other.policy),
            marks: self.marks.or(other.marks),
            byte_budget: self.byte_budget.or(other.byte_budget),
        }
    }
}

struct Limits {
    max_message_bytes: usize,
    backpressure: bool,
    marks: Marks,
    byte_budget: u64,
}

impl Limits {
    fn edge(&self, name: &Arc<str>, options: EdgeOptions) -> Result<EdgeConfig> {
        let capacity = options.capacity.unwrap_or(DEFAULT_CAPACITY);
        if !(1..=MAX_CAPACITY).contains(&capacity) {
            let text = format!("edge `{name}`: a ring holds 1 to {MAX_CAPACITY} messages, not {capacity}");
            return Err(Error::new(ErrorCode::InvalidCapacity, text).at_stage(name));
        }
        let marks = options.marks.unwrap_or(self.marks);
        marks.check(name).map_err(|error| error.at_stage(name))?;
        let byte_budget = options.byte_budget.unwrap_or(self.byte_budget);
        let longest = self.max_message_bytes as u64;
        if byte_budget < longest {
            let text = format!(
                "edge `{name}`: a budget of {byte_budget} bytes is below the longest message, {longest} bytes; raise the one or lower the other"
            );
            return Err(Error::new(ErrorCode::InvalidByteBudget, text).at_stage(name));
        }
        let levels = |whole| if self.backpressure { marks.levels(whole) } else { Levels::OFF };
        Ok(EdgeConfig {
            name: Arc::clone(name),
            capacity,
            policy: options.policy.unwrap_or_default(),
            levels: levels(capacity as u64),
            byte_budget,
            byte_levels: levels(byte_budget),
        })
    }
}
