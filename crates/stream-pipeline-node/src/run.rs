//! A started pipeline, as JavaScript sees it.
//!
//! Invariant: every call returns at once. Where there is nothing to do now, the call has armed the wake-up for the moment
//! there is.

use std::sync::Arc;

use napi::bindgen_prelude::{Either, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;
use stream_pipeline::{Batch, DeadLetters, Error, ErrorCode, HostedStage, Input, Output, Pipeline, Running, Waker};

use crate::dead_letters::{self, DeadLetterReading};
use crate::event_loop::NativeLoop;
use crate::failure::Failure;
use crate::hand::{self, NativeHand};
use crate::plan::PipelinePlan;
use crate::reading::{self, MetricsReading};
use crate::region::{self, Region};
use crate::wake::Wake;

/// Nothing to take now; the wake-up is armed.
const NOTHING: i32 = 0;
/// Nothing comes any more.
const ENDED: i32 = -2;
/// The input refused for good; `refusal()` says why.
const REFUSED: i32 = -1;

/// The most that JavaScript is handed at once, of messages that travelled together: twice what the engine's batches hold.
const OUTPUT_BYTES: usize = 256 * 1024;

pub(crate) struct Core {
    pub(crate) running: Running,
    pub(crate) wake: Arc<Wake>,
}

impl Core {
    pub(crate) fn abort(&self) {
        self.running.abort();
    }

    pub(crate) fn hosted_stage(&self, index: usize) -> Option<HostedStage> {
        self.running.hosted_stage(index)
    }

    /// Aborts the pipeline and joins its threads, without JavaScript.
    pub(crate) fn stop(&self) {
        self.abort();
        // Only that it has ended matters here; how, was said to whoever waits.
        let _ = self.running.completed();
    }
}

/// A pipeline that was built; it starts once.
#[napi]
pub struct NativePipeline {
    pipeline: Option<Pipeline>,
}

/// Builds a pipeline, or says why there is none.
#[napi]
pub fn build_pipeline(plan: PipelinePlan) -> Either<NativePipeline, Failure> {
    match plan.build() {
        Ok(pipeline) => Either::A(NativePipeline { pipeline: Some(pipeline) }),
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
        // Refused if no stage makes any.
        let dead_letters = pipeline.dead_letters().ok();
        let started = pipeline.output().and_then(|output| Ok((output, pipeline.start_ready()?)));
        let (output, running) = match started {
            Ok(started) => started,
            Err(error) => return Ok(Either::B(error.into())),
        };
        let wake = event_loop.new_wake();
        let waker = wake.waker();
        // If it has ended already, JavaScript will find out at its first look, which needs no wake-up.
        let _ = running.call_when_ended(&waker);
        let core = Arc::new(Core { running, wake });
        event_loop.register(&core);
        let (output, taken) = (Some(output), Batch::new());
        Ok(Either::A(NativeRun { core, input, output, taken, dead_letters, waker, refusal: None }))
    }
}

/// A started pipeline. Collected without having ended, it is aborted and its threads are joined.
#[napi]
pub struct NativeRun {
    pub(crate) core: Arc<Core>,
    input: Input,
    output: Option<Output>,
    /// Left the last stage, and JavaScript knows how much room it needs.
    taken: Batch,
    dead_letters: Option<DeadLetters>,
    pub(crate) waker: Waker,
    refusal: Option<Error>,
}

#[napi]
impl NativeRun {
    /// The number by which `takeWoken()` means this pipeline.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.core.wake.number()
    }

    /// Offers the messages of a region, as many as the table has `words`. Returns how many were let in; fewer than given
    /// if there is no room, with the wake-up armed; -1 if none ever will be.
    #[napi]
    pub fn offer(&mut self, bytes: &[u8], table: &[u32], words: u32) -> i32 {
        let mut batch = self.input.new_batch();
        region::read(bytes, &table[..words as usize], &mut batch);
        self.offer_batch(batch)
    }

    /// As `offer()`, of one message, which is copied once.
    #[napi]
    pub fn offer_one(&mut self, message: &[u8]) -> i32 {
        let mut batch = self.input.new_batch();
        batch.push(message);
        self.offer_batch(batch)
    }

    fn offer_batch(&mut self, batch: Batch) -> i32 {
        let given = batch.len() as i32;
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

    /// No source reads on; what they have read still enters.
    #[napi]
    pub fn stop_sources(&self) {
        self.core.running.stop_sources();
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

    /// Takes messages that have left the last stage, as many as the table has words at most, and says there where each ends.
    /// If `bytes` has room for all of them, it holds them now; if not, they are taken when this is called with enough.
    /// Returns how many, `0` if there are none now, with the wake-up armed, or -2 at the end.
    #[napi]
    pub fn take_output(&mut self, bytes: Uint8ArraySlice<'_>, table: Uint32ArraySlice<'_>) -> i32 {
        let mut region = Region::new(bytes, table);
        let Some(output) = &mut self.output else { return ENDED };
        while self.taken.is_empty() {
            match output.try_pop_batch(region.max_messages(), OUTPUT_BYTES) {
                Ok(Some(batch)) => self.taken = batch,
                Ok(None) => return ENDED,
                Err(_) if output.call_when_filled(&self.waker) => return NOTHING,
                Err(_) => {}
            }
        }
        let count = self.taken.len();
        if region.write_whole(&self.taken) {
            output.recycle(std::mem::take(&mut self.taken));
        }
        count as i32
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

    /// Takes the dead letters that are there now, as many as cross at once: an empty list if there are none now, with the
    /// wake-up armed; `null` at the end.
    #[napi]
    pub fn take_dead_letters(&mut self) -> Option<Vec<DeadLetterReading>> {
        dead_letters::take(self.dead_letters.as_mut()?, &self.waker)
    }

    /// Nobody will take the dead letters: they are counted and released.
    #[napi]
    pub fn give_up_dead_letters(&mut self) {
        self.dead_letters = None;
    }

    /// A hand of a stage that JavaScript hosts, at work on this event loop and woken with the pipeline; `null` if that stage
    /// is a native one. Of ordered hands, what is made of the messages taken first leaves first; what others make leaves
    /// when it is given.
    #[napi]
    pub fn hand(&self, index: u32, ordered: bool) -> Option<NativeHand> {
        let stage = self.core.hosted_stage(index as usize)?;
        Some(NativeHand::new(&stage, ordered, &self.core.wake))
    }

    /// A key with which `attachHand()` makes hands of a stage that JavaScript hosts in other environments of this process,
    /// for as long as the pipeline is there.
    #[napi]
    pub fn stage_key(&self, index: u32, ordered: bool) -> String {
        hand::publish(&self.core, index as usize, ordered)
    }

    /// The stage that JavaScript hosts has failed, with `message`, without a hand that could say so: a worker died.
    #[napi]
    pub fn fail_stage(&self, index: u32, message: String) {
        if let Some(stage) = self.core.hosted_stage(index as usize) {
            stage.fail(Error::msg(message));
        }
    }

    /// A reading of the pipeline.
    #[napi]
    pub fn metrics(&self) -> MetricsReading {
        reading::convert(&self.core.running.metrics())
    }

    /// How many messages are in the pipeline; those that rest in its output are counted if somebody waits for them.
    #[napi]
    pub fn in_flight(&self, output_is_awaited: bool) -> f64 {
        let metrics = self.core.running.metrics();
        let resting = if output_is_awaited { 0 } else { metrics.edges.last().map_or(0, |edge| edge.fill) };
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
        hand::withdraw(&self.core);
        self.core.stop();
    }
}
