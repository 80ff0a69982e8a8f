//! Messages pushed in every form, in turn.

use proptest::prelude::*;
use stream_pipeline::{ErrorCode, Input};

/// A way to push the next messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Push {
    One,
    Many(usize),
    Batch(usize),
    /// Without waiting, again and again.
    Try,
}

pub(crate) fn push() -> impl Strategy<Value = Push> {
    prop_oneof![
        Just(Push::One),
        (1..100_usize).prop_map(Push::Many),
        (1..100_usize).prop_map(Push::Batch),
        Just(Push::Try)
    ]
}

/// Pushes everything, in the given ways in turn; ends early where the pipeline has failed.
pub(crate) fn push_all(input: &Input, messages: Vec<Vec<u8>>, pushes: &[Push]) {
    let mut messages = messages.into_iter().peekable();
    for push in pushes.iter().cycle() {
        if messages.peek().is_none() {
            return;
        }
        let refused = match *push {
            Push::One => input.push(messages.next().expect("one is left")).err().map(|refused| refused.code()),
            Push::Many(count) => input.push_many(messages.by_ref().take(count)).err().map(|refused| refused.code()),
            Push::Batch(count) => {
                let mut batch = input.new_batch();
                messages.by_ref().take(count).for_each(|message| batch.push_vec(message));
                input.push_batch(batch).err().map(|refused| refused.code())
            }
            Push::Try => try_until_taken(input, messages.next().expect("one is left")),
        };
        if let Some(code) = refused {
            assert_eq!(code, ErrorCode::Aborted);
            return;
        }
    }
}

fn try_until_taken(input: &Input, mut message: Vec<u8>) -> Option<ErrorCode> {
    loop {
        match input.try_push(message) {
            Ok(()) => return None,
            Err(refused) if refused.code() == ErrorCode::Full => message = refused.rejected,
            Err(refused) => return Some(refused.code()),
        }
        std::thread::yield_now();
    }
}
