//! The handle to a started pipeline.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::hosted::{HostedStage, Seat};
use super::input::InputEnd;
use super::reading;
use super::run::Run;
use super::runner::Runner;
use super::sources::SourceRunner;
use crate::clock::deadline_after;
use crate::error::{Error, ErrorCode, Result};
use crate::metrics::Metrics;
use crate::pressure::PressureWatch;
use crate::signal::Waker;
use crate::source::Source;
use crate::stage::Stage;
use crate::sync::thread;
use crate::watch::EdgeWatch;

/// A started pipeline. Dropping it aborts the pipeline and waits for its threads.
///
/// Every call may be made again, and from several threads: those who wait are given the same answer.
#[derive(Debug)]
pub struct Running {
    run: Arc<Run>,
}

impl Running {
    pub(super) fn start(
        run: Arc<Run>,
        stages: Vec<Option<Box<dyn Stage>>>,
        sources: Vec<(Arc<str>, Box<dyn Source>)>,
        input: &Arc<InputEnd>,
        stack_bytes: Option<usize>,
    ) -> Result<Self> {
        for (index, stage) in stages.into_iter().enumerate() {
            let Some(stage) = stage else {
                run.seats.lock().push(Seat::new(&run, index));
                continue;
            };
            let runner = Runner::new(&run, index);
            spawn(&run, &run.names[index], stack_bytes, move || runner.run(stage))?;
        }
        for (name, source) in sources {
            let runner = SourceRunner::new(&run, Arc::clone(&name), input);
            spawn(&run, &name, stack_bytes, move || runner.run(source))?;
        }
        run.open_gate();
        Ok(Self { run })
    }

    /// Closes the input for every handle, behind the sources if there are any, waits until everything in flight is finished and the threads have ended, and
    /// returns the report: a reading taken after the end.
    ///
    /// If the output was claimed, somebody has to go on taking from it; what it still holds at the end can still be taken,
    /// and is in flight in the report. Errors: that of the stage that failed
    /// (`STAGE_FAILED`, `STAGE_PANICKED`, `OVERFLOW`, `MESSAGE_TOO_LARGE`), `ABORTED`, `DRAIN_TIMEOUT`, and
    /// `WOULD_DEADLOCK` when called from a stage of this pipeline. The ledger of a pipeline that failed is in
    /// [`metrics`](Running::metrics).
    pub fn wait(&self) -> Result<Metrics> {
        self.run.refuse_own_thread()?;
        self.close_input();
        self.completed()
    }

    /// As [`wait`](Running::wait), without closing the input: returns when somebody else has.
    #[expect(clippy::missing_panics_doc, reason = "a wait without a deadline ends with an outcome")]
    pub fn completed(&self) -> Result<Metrics> {
        self.run.refuse_own_thread()?;
        let outcome = self.run.outcome(None).expect("without a deadline there is an outcome");
        self.run.join();
        outcome
    }

    /// As [`wait`](Running::wait), with no source reading on, and for at most `deadline`; then the pipeline is aborted and the error `DRAIN_TIMEOUT` says
    /// how many messages were left.
    pub fn drain(&self, deadline: Duration) -> Result<Metrics> {
        self.run.refuse_own_thread()?;
        self.run.sources.stop();
        self.close_input();
        if self.run.outcome(deadline_after(deadline)).is_none() {
            self.abort_drain();
        }
        self.completed()
    }

    /// As [`abort`](Running::abort), and the error will be `DRAIN_TIMEOUT`: for those who keep the deadline themselves.
    pub fn abort_drain(&self) {
        self.run.abort_drain();
    }

    /// Ends the pipeline now: everything in flight is counted as aborted. Does not wait; the stages' threads end after the
    /// message they are working on. Without effect once the pipeline has ended.
    ///
    /// What still comes out is in order, but not always without gaps: a message may be aborted in an edge while a stage,
    /// or the output's user, takes the one behind it.
    pub fn abort(&self) {
        self.run.abort();
    }

    /// Closes the input for every handle; where sources are at work, when they have ended.
    pub fn close_input(&self) {
        self.run.close_input();
    }

    /// No source reads on; what they have read still enters. Without effect where there is none.
    pub fn stop_sources(&self) {
        self.run.sources.stop();
    }

    /// A reading, taken without stopping anything. See [`Metrics`].
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        reading::read(&self.run)
    }

    /// What [`completed`](Running::completed) gives, if the pipeline has ended; does not wait.
    #[must_use]
    pub fn outcome(&self) -> Option<Result<Metrics>> {
        self.run.outcome(Some(Instant::now()))
    }

    /// Subscribes to changes of pressure, from now on.
    #[must_use]
    pub fn watch_pressure(&self) -> PressureWatch {
        let names = self.run.edges.iter().map(|edge| Arc::clone(&edge.config.name)).collect();
        PressureWatch::new(Arc::clone(&self.run.fixtures.pressure), names)
    }

    /// Subscribes to pressure and drops, from now on, without a thread that waits for them.
    #[must_use]
    pub fn watch_edges(&self) -> EdgeWatch {
        EdgeWatch::new(&self.run.fixtures.pressure, &self.run.edges)
    }

    /// Has `waker` called, once, when the pipeline has ended; returns `false`, and does not call, if it has. The call
    /// comes from a thread of the pipeline, or from one that aborts it, and must not block.
    #[must_use]
    pub fn call_when_ended(&self, waker: &Waker) -> bool {
        self.run.call_when_ended(waker)
    }

    /// The place of the hosted stage with this index in the whole chain; `None` if that stage is not hosted.
    #[must_use]
    pub fn hosted_stage(&self, index: usize) -> Option<HostedStage> {
        let seats = self.run.seats.lock();
        seats.iter().find(|seat| seat.index == index).map(|seat| HostedStage::new(Arc::clone(seat)))
    }
}

/// Starts a thread of the pipeline; if it is refused, those that exist are sent home.
fn spawn(run: &Run, name: &Arc<str>, stack_bytes: Option<usize>, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let mut builder = thread::Builder::new().name(name.to_string());
    if let Some(bytes) = stack_bytes {
        builder = builder.stack_size(bytes);
    }
    match builder.spawn(work) {
        Ok(thread) => run.adopt(thread),
        Err(cause) => {
            run.call_off();
            let text = format!(
                "the operating system refused a thread for stage `{name}`: {cause}; lower the number of stages or their stack size, or raise the limit on threads"
            );
            return Err(Error::new(ErrorCode::ThreadRefused, text).at_stage(name).with_cause(cause));
        }
    }
    Ok(())
}

impl Drop for Running {
    fn drop(&mut self) {
        self.run.abort();
        self.run.join();
    }
}
