//! A pipeline that was built and not started.

use std::sync::Arc;

use super::builder::{PlannedStage, Work};
use super::dead_letters::DeadLetters;
use super::input::{Input, InputEnd};
use super::output::Output;
use super::run::Run;
use super::running::Running;
use crate::edge::{Edge, EdgeConfig, Fixtures};
use crate::error::{Error, ErrorCode, Result};
use crate::pressure::PressureBoard;
use crate::source::Source;
use crate::stage::Stage;
use crate::sync::{AtomicBool, Ordering};

/// A pipeline that was built: handles may be taken, messages pushed until the first ring is full, and it may be started,
/// once.
///
/// Dropped without having been started, it refuses every further push with `ABORTED`.
#[must_use = "a pipeline does nothing before it is started"]
pub struct Pipeline {
    run: Arc<Run>,
    stages: Vec<PlannedStage>,
    sources: Vec<(Arc<str>, Box<dyn Source>)>,
    input: Option<Arc<InputEnd>>,
    output_taken: AtomicBool,
    dead_letters_taken: AtomicBool,
    stack_bytes: Option<usize>,
}

impl Pipeline {
    pub(super) fn new(
        stages: Vec<PlannedStage>,
        sources: Vec<(Arc<str>, Box<dyn Source>)>,
        edges: Vec<EdgeConfig>,
        dead_letters: Option<EdgeConfig>,
        max_message_bytes: usize,
        stack_bytes: Option<usize>,
    ) -> Self {
        let fixtures = Fixtures::new(edges.len());
        let dead_letters = dead_letters.map(|config| {
            // It is none of the edges between stages, which are all that is watched.
            let pressure = Arc::new(PressureBoard::new(1));
            Arc::new(Edge::new(0, config, Fixtures { pressure, ..fixtures.clone() }))
        });
        let last = edges.len() - 1;
        let edges: Vec<_> = edges
            .into_iter()
            .enumerate()
            .map(|(index, config)| {
                let edge = Edge::new(index, config, fixtures.clone());
                Arc::new(if index == last { edge.recording_deliveries() } else { edge })
            })
            .collect();
        let input = Arc::new(InputEnd::new(Arc::clone(&edges[0]), max_message_bytes));
        let names = stages.iter().map(|stage| Arc::clone(&stage.name)).collect();
        let policies = stages.iter().map(|stage| stage.policy).collect();
        let run = Arc::new(Run::new(names, policies, edges, dead_letters, sources.len(), fixtures, max_message_bytes));
        let (output_taken, dead_letters_taken) = Default::default();
        Self { run, stages, sources, input: Some(input), output_taken, dead_letters_taken, stack_bytes }
    }

    /// A handle to push messages in; as many as are wanted, for as many threads. When the last one of a started pipeline
    /// is dropped, the input is closed.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the input end is there for as long as anyone can call this")]
    pub fn input(&self) -> Input {
        Input::new(Arc::clone(
            self.input.as_ref().expect("the input end is given up by `start`, which takes the pipeline"),
        ))
    }

    /// The handle from which messages are taken, once. Without it, messages that leave the last stage count as
    /// delivered and are released.
    pub fn output(&self) -> Result<Output> {
        if self.output_taken.swap(true, Ordering::Relaxed) {
            let text = "the output was taken before; there is one handle, and it can be sent to another thread";
            return Err(Error::new(ErrorCode::OutputTaken, text));
        }
        Ok(Output::new(Arc::clone(self.run.output_edge()), Arc::clone(&self.run.deliveries)))
    }

    /// The handle from which the messages are taken that stages with the policy `dead-letter` could not work on, once.
    /// Without it, they are counted and released. Refused if no stage has that policy.
    pub fn dead_letters(&self) -> Result<DeadLetters> {
        let Some(edge) = &self.run.dead_letters else {
            let text = "no stage has the error policy `dead-letter`; give it to one by with_error_policy";
            return Err(Error::new(ErrorCode::InvalidOption, text));
        };
        if self.dead_letters_taken.swap(true, Ordering::Relaxed) {
            let text = "the dead letters were taken before; there is one handle, and it can be sent to another thread";
            return Err(Error::new(ErrorCode::OutputTaken, text));
        }
        Ok(DeadLetters::new(Arc::clone(edge)))
    }

    /// Starts one thread per stage. `make` is called once for each stage that was added without an object, with its
    /// index in the whole chain, before any thread exists.
    ///
    /// If the operating system refuses a thread, those already started are joined, messages pushed before are counted as
    /// aborted, and the error has the code `THREAD_REFUSED`.
    pub fn start(self, mut make: impl FnMut(usize) -> Box<dyn Stage>) -> Result<Running> {
        self.start_with(|index, _| Ok(make(index)))
    }

    /// Starts a pipeline all of whose stages were added with their object; `MISSING_STAGE` otherwise.
    pub fn start_ready(self) -> Result<Running> {
        self.start_with(|_, name| {
            let text = format!("stage `{name}` has no object; add it with add_stage_object, or start with a closure");
            Err(Error::new(ErrorCode::MissingStage, text).at_stage(name))
        })
    }

    fn start_with(mut self, mut make: impl FnMut(usize, &Arc<str>) -> Result<Box<dyn Stage>>) -> Result<Running> {
        let mut objects = Vec::with_capacity(self.stages.len());
        for (index, planned) in std::mem::take(&mut self.stages).into_iter().enumerate() {
            objects.push(match planned.work {
                Work::Ready(stage) => Some(stage),
                Work::ToBeMade => Some(make(index, &planned.name)?),
                Work::Hosted => None,
            });
        }
        if !self.output_taken.load(Ordering::Relaxed) {
            self.run.output_edge().unclaim();
        }
        if !self.dead_letters_taken.load(Ordering::Relaxed)
            && let Some(edge) = &self.run.dead_letters
        {
            edge.unclaim();
        }
        let sources = std::mem::take(&mut self.sources);
        let input = self.input.as_ref().expect("the input end is there until the pipeline has started");
        let started = Running::start(Arc::clone(&self.run), objects, sources, input, self.stack_bytes);
        if started.is_ok() {
            // From now on only the handles keep the input open.
            self.input = None;
        }
        started
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if self.input.is_some() {
            self.run.abort_edges();
        }
    }
}

impl std::fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pipeline").field("stages", &self.run.names).finish_non_exhaustive()
    }
}
