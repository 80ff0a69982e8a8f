//! Chains of functions over messages: each as a stage in either form, and all of them as a fold.

use proptest::prelude::*;
use stream_pipeline::{Batch, Emitter, Error, LARGE_MESSAGE_BYTES, OverflowPolicy, Stage, batch_fn, stage_fn};

/// What a stage does to a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// One out, of another content.
    Map,
    /// One out or none.
    Filter,
    /// Two out.
    Duplicate,
    /// As many out as the message says, from none to six, each of another length.
    FlatMap,
    /// One out, longer than those that share a buffer.
    Enlarge,
}

/// A stage and the edge into it.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    work: Work,
    in_batches: bool,
    pub(crate) capacity: usize,
    pub(crate) policy: OverflowPolicy,
    pub(crate) fails_at: Option<u64>,
}

pub(crate) fn link(policies: &'static [OverflowPolicy]) -> impl Strategy<Value = Link> {
    let work = prop_oneof![
        3 => Just(Work::Map),
        2 => Just(Work::Filter),
        1 => Just(Work::Duplicate),
        2 => Just(Work::FlatMap),
        1 => Just(Work::Enlarge),
    ];
    (work, any::<bool>(), 1..=64_usize, prop::sample::select(policies))
        .prop_map(|(work, in_batches, capacity, policy)| Link { work, in_batches, capacity, policy, fails_at: None })
}

pub(crate) fn size() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(0), 20 => 1..60_usize, 2 => 4_000..5_000_usize, 1 => 60_000..80_000_usize]
}

/// Unlike the others, as far as its size allows.
pub(crate) fn message(nth: u32, size: usize) -> Vec<u8> {
    nth.to_le_bytes().into_iter().cycle().take(size).collect()
}

impl Work {
    fn apply(self, message: &[u8]) -> Vec<Vec<u8>> {
        let sum = message.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        match self {
            Self::Map => vec![message.iter().rev().map(|byte| byte.wrapping_add(1)).collect()],
            Self::Filter if sum % 3 == 0 => vec![],
            Self::Filter => vec![message.to_vec()],
            Self::Duplicate => vec![message.to_vec(); 2],
            Self::FlatMap => (0..sum % 7).map(|nth| message[..message.len() / (nth + 1)].to_vec()).collect(),
            Self::Enlarge => vec![message.iter().copied().cycle().take(LARGE_MESSAGE_BYTES + sum % 9).collect()],
        }
    }
}

impl Link {
    pub(crate) fn stage(&self) -> Box<dyn Stage> {
        let (work, fails_at) = (self.work, self.fails_at);
        let mut seen = 0..;
        let mut fails = move || if seen.next() == fails_at { Err(Error::msg("here")) } else { Ok(()) };
        if !self.in_batches {
            return Box::new(stage_fn(move |message| fails().map(|()| work.apply(&message))));
        }
        Box::new(batch_fn(move |mut batch: Batch, out: &mut Emitter| {
            if fails_at.is_none() && matches!(work, Work::Filter) {
                batch.retain(|message| !work.apply(message).is_empty());
                out.forward(batch);
                return Ok(());
            }
            for message in batch.iter() {
                fails()?;
                work.apply(message).into_iter().for_each(|output| out.push_vec(output));
                out.next_input();
            }
            out.recycle(batch);
            Ok(())
        }))
    }
}

/// What the chain does in one thread.
pub(crate) struct Fold {
    pub(crate) outputs: Vec<Vec<u8>>,
    pub(crate) created: u64,
    pub(crate) absorbed: u64,
    pub(crate) failed_at: Option<u64>,
}

pub(crate) fn fold(links: &[Link], messages: &[Vec<u8>]) -> Fold {
    let start = Fold { outputs: messages.to_vec(), created: 0, absorbed: 0, failed_at: None };
    links.iter().fold(start, |mut fold, link| {
        let inputs = std::mem::take(&mut fold.outputs);
        let failed_at = link.fails_at.filter(|&at| at < inputs.len() as u64);
        fold.failed_at = fold.failed_at.or(failed_at);
        for input in inputs.into_iter().take(failed_at.map_or(usize::MAX, |at| at as usize)) {
            let outputs = link.work.apply(&input);
            fold.created += (outputs.len() as u64).saturating_sub(1);
            fold.absorbed += u64::from(outputs.is_empty());
            fold.outputs.extend(outputs);
        }
        fold
    })
}
