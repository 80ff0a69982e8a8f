//! The ledger and its parts at the end, and the order of what came out.

use stream_pipeline::Metrics;

use crate::chain::{Chain, Message};
use crate::ends::Pushed;
use crate::snapshot::assert_nothing_leaves_that_did_not_enter;

/// What must hold whenever nothing moves.
pub(crate) fn assert_balanced(end: &Metrics) {
    assert_eq!(end.ledger.balance(), 0, "{:?}", end.ledger);
    for stage in &end.stages {
        let left = stage.emitted + stage.absorbed + stage.failed + stage.aborted;
        assert_eq!(stage.received + stage.created, left + stage.in_hand(), "{stage:?}");
        assert_eq!(stage.in_hand(), 0, "{stage:?}");
    }
    for edge in &end.edges {
        assert_eq!(edge.entered, edge.taken + edge.dropped() + edge.discarded + edge.aborted + edge.fill, "{edge:?}");
        assert!(edge.fill > 0 || (edge.bytes == 0 && !edge.pressured), "{edge:?}");
    }
    for (index, stage) in end.stages.iter().enumerate() {
        assert_eq!(stage.received, end.edges[index].taken, "{stage:?}");
        assert_eq!(stage.emitted, end.edges[index + 1].entered, "{stage:?}");
    }
    assert_nothing_leaves_that_did_not_enter(end);
}

/// How much of what had to come out did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    All,
    /// All up to some message: a stage failed there.
    Beginning,
    /// Some of it, in order: edges dropped the rest, or aborted it.
    Some,
}

/// Asserts that what came out is what went in, worked on and in the order of each producer.
pub(crate) fn assert_order(chain: &Chain, pushed: &[Pushed], taken: &[Message], share: Share) {
    for (producer, pushed) in pushed.iter().enumerate() {
        let expected = chain.outputs(0, &pushed.accepted);
        let taken: Vec<_> = taken.iter().copied().filter(|message| usize::from(message[0]) == producer).collect();
        let holds = match share {
            Share::All => taken == expected,
            Share::Beginning => expected.starts_with(&taken),
            Share::Some => is_in_order(&taken, &expected),
        };
        assert!(holds, "{chain:?}: {taken:?} came out, {share:?} of {expected:?}");
    }
}

/// Whether `part` is `whole` with some left out.
pub(crate) fn is_in_order(part: &[Message], whole: &[Message]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|message| whole.any(|other| other == message))
}

pub(crate) fn count_accepted(pushed: &[Pushed]) -> u64 {
    pushed.iter().map(|pushed| pushed.accepted.len() as u64).sum()
}
