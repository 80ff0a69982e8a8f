//! A hand of a stage that JavaScript hosts, on the event loop that started the pipeline or in another environment.
//!
//! Another environment, such as a worker's, is told the key of a stage. Keys are random: where the package is loaded twice,
//! each copy has stages of its own, and does not know the other's.
//!
//! Invariants: a hand is used by one event loop. It holds its pipeline weakly: whatever becomes of a worker, the pipeline
//! ends when the environment ends that has started it, and is collected when it is forgotten there.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;
use stream_pipeline::{Batch, Error, Given, Hand, HostedStage, Order, Taken};

use crate::event_loop::NativeLoop;
use crate::region::{self, Region};
use crate::run::Core;
use crate::wake::Wake;

/// Nothing to take now; the wake-up is armed. What is in hand may be gone on with.
const NOTHING: i32 = 0;
/// What was given has not left yet; the wake-up is armed, and until then no more is to be made.
const BLOCKED: i32 = -1;
/// No more messages come, and no outputs are wanted.
const ENDED: i32 = -2;
/// Given; go on with the inputs in hand.
const GO_ON: i32 = -3;

/// A stage for which hands may be made elsewhere.
struct Published {
    core: Weak<Core>,
    index: usize,
    ordered: bool,
}

type Stages = HashMap<String, Published>;

fn stages() -> MutexGuard<'static, Stages> {
    static STAGES: LazyLock<Mutex<Stages>> = LazyLock::new(Mutex::default);
    STAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a stage known under a key.
pub(crate) fn publish(core: &Arc<Core>, index: usize, ordered: bool) -> String {
    let key = format!("{:016x}", RandomState::new().build_hasher().finish());
    stages().insert(key.clone(), Published { core: Arc::downgrade(core), index, ordered });
    key
}

/// Forgets the stages of a pipeline.
pub(crate) fn withdraw(core: &Arc<Core>) {
    stages().retain(|_, stage| !std::ptr::eq(stage.core.as_ptr(), Arc::as_ptr(core)));
}

/// Makes a hand, at work on `event_loop`, of the stage with this key; `null` if there is no such stage any more, or the
/// environment is ending.
#[napi]
#[allow(clippy::needless_pass_by_value, reason = "a string from JavaScript comes as one of its own")]
pub fn attach_hand(key: String, event_loop: &NativeLoop) -> Option<NativeHand> {
    let (core, index, ordered) = {
        let stages = stages();
        let Published { core, index, ordered } = stages.get(&key)?;
        (core.upgrade()?, *index, *ordered)
    };
    if event_loop.has_ended() {
        return None;
    }
    let stage = core.hosted_stage(index)?;
    Some(NativeHand::new(&stage, ordered, &event_loop.new_wake()))
}

/// One event loop at work on a stage. Let go of with messages in hand, it does not end the stage.
#[napi]
pub struct NativeHand {
    hand: Hand,
    /// Of the messages it has taken, what has not crossed yet.
    rest: Batch,
    /// What stands behind each message in the region.
    gap: Vec<u8>,
    wake: Arc<Wake>,
}

#[napi]
impl NativeHand {
    /// The number by which `takeWoken()` means this hand; where the pipeline was started, it is the pipeline's.
    #[napi(getter)]
    pub fn number(&self) -> u32 {
        self.wake.number()
    }

    /// Has `gap` stand behind each message in the region, and one byte before the first.
    #[napi]
    pub fn set_gap(&mut self, gap: &[u8]) {
        self.gap = gap.to_vec();
    }

    /// One crossing: gives what the first region holds, and settles inputs where it says so; then fills the second with the
    /// next messages, at most as many as are wanted. Messages that were taken before and had no room come first.
    ///
    /// Returns how many; `0` for none now, with the wake-up armed: those in hand may be gone on with; `-1` if what was given
    /// has no room downstream, or too much of it waits for its turn, with the wake-up armed: until then nothing more is to
    /// be made; `-2` at the end; `-3` if none are wanted and all is well.
    #[napi]
    pub fn exchange(
        &mut self,
        out_bytes: &[u8],
        out_table: &[u32],
        out_words: u32,
        in_bytes: Uint8ArraySlice<'_>,
        in_table: Uint32ArraySlice<'_>,
        want: u32,
    ) -> i32 {
        let mut region = Region::new(in_bytes, in_table);
        region::emit(out_bytes, &out_table[..out_words as usize], region.bytes(), &mut self.hand);
        if want == 0 || !self.rest.is_empty() {
            match self.hand.give() {
                Given::Done if want == 0 => return GO_ON,
                Given::Done => {}
                Given::Blocked => return BLOCKED,
                Given::Ended => return self.end(),
            }
        } else {
            match self.hand.take(want as usize) {
                Taken::Batch(batch) => self.rest = batch,
                Taken::Empty | Taken::Ahead => return NOTHING,
                Taken::Blocked => return BLOCKED,
                Taken::Ended => return self.end(),
            }
        }
        let count = region.write(&mut self.rest, &self.gap);
        if self.rest.is_empty() {
            self.hand.recycle(std::mem::take(&mut self.rest));
        }
        count as i32
    }

    /// The stage has failed at the first input in hand: with `message`, or because an output has so many bytes that it fits
    /// into no region. What was given before is still delivered.
    #[napi]
    pub fn fail(&mut self, message: String, too_many_bytes: Option<f64>) {
        let error = too_many_bytes.map_or_else(|| Error::msg(message), |bytes| self.hand.too_large(bytes as usize));
        self.hand.fail(error);
        self.end();
    }

    fn end(&mut self) -> i32 {
        self.rest = Batch::new();
        ENDED
    }

    pub(crate) fn new(stage: &HostedStage, ordered: bool, wake: &Arc<Wake>) -> Self {
        let order = if ordered { Order::AsTaken } else { Order::AsDone };
        Self { hand: stage.hand(order, wake.waker()), rest: Batch::new(), gap: Vec::new(), wake: Arc::clone(wake) }
    }
}
