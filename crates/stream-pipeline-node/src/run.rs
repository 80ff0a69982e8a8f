//! A started pipeline, as JavaScript sees it.
//!
//! Invariant: every call returns at once. Where there is nothing to do now, the call has armed the wake-up for the moment
//! there is.

use std::sync::Arc;

use napi::bindgen_prelude::{Either, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;
use stream_pipeline::{
    Batch, Error, ErrorCode, HostedStage, HostedTake, HostedWork, Input, Output, Pipeline, Running, Waker,
};

use crate::event_loop::NativeLoop;
use crate::failure::Failure;
use crate::plan::PipelinePlan;
use crate::reading::{self, MetricsReading};
use crate::region::{self, Region};
use crate::wake::Wake;

/// Nothing to do now; the wake-up is armed.
const NOTHING: i32 = 0;
/// What was emitted has no room yet; the wake-up is armed.
const BLOCKED: i32 = -1;
/// No more messages come, and none are wanted.
const ENDED: i32 = -2;
/// Emitted; go on with the inputs in hand.
const GO_ON: i32 = -3;
/// The input refused for good; `refusal()` says why.
const REFUSED: i32 = -1;

pub(crate) struct Core {
    running: Running,
    pub(crate) wake: Arc<Wake>,
}

impl Core {
    pub(crate) fn abort(&self) {
        self.running.abort();
    }

    /// Aborts the pipeline and joins its threads, without JavaScript.
    pub(crate) fn stop(&self) {
        self.abort();
        // Only that it has ended matters here; how, was said to whoever waits.
        let _ = self.running.completed();
    }
}

/// A stage that JavaScript hosts, and of the batch it was given, what has not crossed yet.
struct Host {
    index: usize,
    stage: HostedStage,
    rest: Batch,
}

/// A pipeline that was built; it starts once.
#[napi]
pub struct NativePipeline {
    pipeline: Option<Pipeline>,
    hosted: Vec<usize>,
}

/// Builds a pipeline, or says why there is none.
#[napi]
pub fn build_pipeline(plan: PipelinePlan) -> Either<NativePipeline, Failure> {
    match plan.build() {
        Ok((pipeline, hosted)) => Either::A(NativePipeline { pipeline: Some(pipeline), hosted }),
        Err(failure) => Either::B(failure),
    }
}

#[napi]
impl NativePipeline {
    /// Starts the native stages' threads. What there is to do for JavaScript, `event_loop` is woken for.
    #[napi]
    pub fn start(&mut self, event_loop: &NativeLoop) -> napi::Result<Either<NativeRun, Failure>> {
        let Some(pipeline) = self.pipeline.take() else {
            return Err(napi::Error::from_reason("a pipeline starts once"));
        };
        if event_loop.has_ended() {
            return Ok(Either::B(Failure::environment_ended()));
        }
        let input = pipeline.input();
        let started = pipeline.output().and_then(|output| Ok((output, pipeline.start_ready()?)));
        let (output, running) = match started {
            Ok(started) => started,
            Err(error) => return Ok(Either::B(error.into())),
        };
        let hosts = self
            .hosted
            .iter()
            .filter_map(|&index| running.hosted_stage(index).map(|stage| Host { index, stage, rest: Batch::new() }));
        let hosts = hosts.collect();
        let wake = event_loop.new_wake();
        let waker = wake.waker();
        // If it has ended already, JavaScript will find out at its first look, which needs no wake-up.
        let _ = running.call_when_ended(&waker);
        let core = Arc::new(Core { running, wake });
        let number = event_loop.register(&core);
        Ok(Either::A(NativeRun { core, number, input, output: Some(output), hosts, waker, refusal: None }))
    }
}

/// A started pipeline. Collected without having ended, it is aborted and its threads are joined.
#[napi]
pub struct NativeRun {
    core: Arc<Core>,
    number: u32,
    input: Input,
    output: Option<Output>,
    hosts: Vec<Host>,
    waker: Waker,
    refusal: Option<Error>,
}

#[napi]
impl NativeRun {
    /// The number by which `takeWoken()` means this pipeline.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Offers the messages of a region, as many as the table has `words`. Returns how many were let in; fewer than given if there is no room, with the
    /// wake-up armed; -1 if none ever will be.
    #[napi]
    pub fn offer(&mut self, bytes: &[u8], table: &[u32], words: u32) -> i32 {
        let mut batch = self.input.new_batch();
        region::read(bytes, &table[..words as usize], &mut batch);
        let given = words as i32;
        let mut offered = self.input.offer_batch(batch);
        loop {
            match offered {
                Ok(()) => return given,
                Err(refused) if refused.code() == ErrorCode::Full => {
                    if self.input.call_when_drained(&self.waker, &refused.rejected) {
                        return given - refused.rejected.len() as i32;
                    }
                    offered = self.input.offer_batch(refused.rejected);
                }
                Err(refused) => {
                    self.refusal = Some(refused.error);
                    return REFUSED;
                }
            }
        }
    }

    /// Offers one message, held up by a full ring only: `true` if it was let in. If not, `refusal()` says why.
    #[napi]
    pub fn try_push(&mut self, message: &[u8]) -> bool {
        let pushed = self.input.try_push(message.to_vec());
        self.refusal = pushed.err().map(|refused| refused.error);
        self.refusal.is_none()
    }

    /// Why the last offer was refused.
    #[napi]
    pub fn refusal(&mut self) -> Option<Failure> {
        self.refusal.take().map(Failure::from)
    }

    /// Closes the input.
    #[napi]
    pub fn close_input(&self) {
        self.core.running.close_input();
    }

    /// Whether the first edge holds its feeders up now.
    #[napi]
    pub fn is_pressured(&self) -> bool {
        self.input.is_pressured()
    }

    /// Fills a region with messages that have left the last stage. Returns how many, `0` if there are none now, with the
    /// wake-up armed, or -2 at the end.
    #[napi]
    pub fn take_output(&mut self, bytes: Uint8ArraySlice<'_>, table: Uint32ArraySlice<'_>) -> i32 {
        let mut region = Region::new(bytes, table);
        let Some(output) = &mut self.output else { return ENDED };
        loop {
            match output.try_pop_batch(region.max_messages(), region.max_bytes()) {
                Ok(Some(mut batch)) => {
                    let count = region.write(&mut batch);
                    output.recycle(batch);
                    return count as i32;
                }
                Ok(None) => return ENDED,
                Err(_) if output.call_when_filled(&self.waker) => return NOTHING,
                Err(_) => {}
            }
        }
    }

    /// Nobody will take the output: it counts as delivered.
    #[napi]
    pub fn discard_output(&mut self) {
        if let Some(output) = self.output.take() {
            output.discard();
        }
    }

    /// The output is given up: what still comes counts as dropped.
    #[napi]
    pub fn give_up_output(&mut self) {
        self.output = None;
    }

    /// One crossing of a hosted stage: emits what the first region holds, then fills the second with the next messages,
    /// if all inputs are settled. Returns how many, `0` for none now, `-1` for no room downstream (in both cases with the
    /// wake-up armed), `-2` at the end, `-3` to go on with the inputs in hand.
    #[napi]
    pub fn exchange(
        &mut self,
        index: u32,
        out_bytes: &[u8],
        out_table: &[u32],
        out_words: u32,
        in_bytes: Uint8ArraySlice<'_>,
        in_table: Uint32ArraySlice<'_>,
    ) -> i32 {
        let mut region = Region::new(in_bytes, in_table);
        let Some(host) = self.hosts.iter_mut().find(|host| host.index == index as usize) else { return ENDED };
        let emitted = host.stage.exchange(|work| {
            region::emit(out_bytes, &out_table[..out_words as usize], work.emitter());
            work.take_failure()
        });
        match emitted {
            None => return ENDED,
            Some(Some(error)) => return Self::conclude(host.stage.fail(error), host, &self.waker),
            Some(None) => {}
        }
        loop {
            let exchanged = host.stage.exchange(|work| (step(work, &mut host.rest, &mut region), work.take_failure()));
            let step = match exchanged {
                None => return ENDED,
                // The next edge has the policy `error`, and no room.
                Some((_, Some(error))) => return Self::conclude(host.stage.fail(error), host, &self.waker),
                Some((step, None)) => step,
            };
            match step {
                Step::Crossed(count) => return count,
                Step::GoOn => return GO_ON,
                Step::Ended => return Self::conclude(host.stage.finish(), host, &self.waker),
                Step::Wait(answer) if host.stage.call_when_ready(&self.waker) => return answer,
                Step::Wait(_) => {}
            }
        }
    }

    /// A stage's end: done, or held up by what it has emitted.
    fn conclude(mut done: bool, host: &Host, waker: &Waker) -> i32 {
        while !done {
            if host.stage.call_when_ready(waker) {
                return BLOCKED;
            }
            done = host.stage.finish();
        }
        ENDED
    }

    /// The hosted stage has failed at the first input that is not settled: with `message`, or because an output has so
    /// many bytes that it fits into no region. Answers as `exchange`: -1 or -2.
    #[napi]
    pub fn fail_stage(&mut self, index: u32, message: String, too_many_bytes: Option<f64>) -> i32 {
        let Some(host) = self.hosts.iter().find(|host| host.index == index as usize) else { return ENDED };
        let error = match too_many_bytes {
            Some(bytes) => host.stage.too_large(bytes as usize),
            None => Error::msg(message),
        };
        Self::conclude(host.stage.fail(error), host, &self.waker)
    }

    /// A reading of the pipeline.
    #[napi]
    pub fn metrics(&self) -> MetricsReading {
        reading::convert(&self.core.running.metrics())
    }

    /// How many messages are in the pipeline, those that wait in its output not counted.
    #[napi]
    pub fn in_flight(&self) -> f64 {
        let metrics = self.core.running.metrics();
        let resting = metrics.edges.last().map_or(0, |edge| edge.fill);
        metrics.ledger.in_flight.saturating_sub(resting) as f64
    }

    /// The report or the error, if the pipeline has ended.
    #[napi]
    pub fn outcome(&self) -> Option<Either<MetricsReading, Failure>> {
        self.core.running.outcome().map(|outcome| match outcome {
            Ok(metrics) => Either::A(reading::convert(&metrics)),
            Err(error) => Either::B(error.into()),
        })
    }

    /// Ends the pipeline now.
    #[napi]
    pub fn abort(&self) {
        self.core.running.abort();
    }

    /// Ends the pipeline now, because it was not drained in time.
    #[napi]
    pub fn abort_drain(&self) {
        self.core.running.abort_drain();
    }
}

impl Drop for NativeRun {
    fn drop(&mut self) {
        self.core.stop();
    }
}

/// What came of an attempt to take messages.
enum Step {
    Crossed(i32),
    GoOn,
    Wait(i32),
    Ended,
}

fn step(work: &mut HostedWork, rest: &mut Batch, region: &mut Region<'_>) -> Step {
    if rest.is_empty() && work.open_inputs() > 0 {
        return if work.flush() { Step::GoOn } else { Step::Wait(BLOCKED) };
    }
    if rest.is_empty() {
        match work.take() {
            HostedTake::Batch(batch) => *rest = batch,
            HostedTake::Empty => return Step::Wait(NOTHING),
            HostedTake::Blocked => return Step::Wait(BLOCKED),
            HostedTake::Ended => return Step::Ended,
        }
    }
    let count = region.write(rest);
    if rest.is_empty() {
        work.emitter().recycle(std::mem::take(rest));
    }
    Step::Crossed(count as i32)
}
