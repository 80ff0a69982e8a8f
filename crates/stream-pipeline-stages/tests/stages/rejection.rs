//! A stage and bad messages, under each error policy.

use stream_pipeline::{DEFAULT_MAX_MESSAGE_BYTES, Stage};

use crate::trial::{dead_lettered, delivered, skipped};

/// Asserts that `stage` emits `good` for `messages` and rejects `bad`, each with a reason that holds the text beside it;
/// that the books balance; and that without a policy the first of them ends the pipeline.
pub(crate) fn rejects<S: Stage + 'static>(
    stage: impl Fn() -> S,
    messages: &[&[u8]],
    good: &[&[u8]],
    bad: &[(&[u8], &str)],
) {
    let (outputs, letters, _) = dead_lettered(stage(), messages.iter().copied());
    assert_eq!(outputs, good);
    assert!(letters.iter().map(|letter| &letter.message[..]).eq(bad.iter().map(|(message, _)| *message)));
    for (letter, (_, text)) in letters.iter().zip(bad) {
        assert!(letter.reason.contains(text), "{} has no {text}", letter.reason);
    }

    let (outputs, count) = skipped(stage(), messages.iter().copied());
    assert_eq!((outputs.len(), count), (good.len(), bad.len() as u64));
    assert_eq!(outputs, good);

    let (_, report) = delivered(stage(), DEFAULT_MAX_MESSAGE_BYTES, messages.iter().copied());
    let error = report.unwrap_err();
    assert!(error.to_string().contains(bad[0].1), "{error}");
}
