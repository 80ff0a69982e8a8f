//! A message that a stage could not work on, and why.
//!
//! Invariant: on its edge a dead letter is one message, a head of fixed length and three parts; what was encoded is what is
//! decoded.

use std::sync::Arc;

use crate::error::{Error, ErrorCode};

/// A message that a stage with the policy `dead-letter` could not work on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The stage that failed at it.
    pub stage: String,
    /// How many messages that stage had received before it.
    pub sequence: u64,
    /// How often the stage has tried.
    pub attempts: u32,
    /// What went wrong, as a word to compare.
    pub code: ErrorCode,
    /// What went wrong, in words.
    pub reason: String,
    /// The message as it came to the stage; of a framer, the part of it that is no message.
    pub message: Vec<u8>,
}

/// Sequence, attempts, code, and the lengths of the stage's name and the reason.
const HEAD_BYTES: usize = 8 + 4 + 4 + 4 + 4;

/// Encodes a dead letter.
pub(crate) fn encode(stage: &Arc<str>, sequence: u64, attempts: u32, error: &Error, message: &[u8]) -> Vec<u8> {
    let reason = error.to_string();
    let code = ErrorCode::ALL.iter().position(|code| *code == error.code()).unwrap_or_default() as u32;
    let mut bytes = Vec::with_capacity(HEAD_BYTES + stage.len() + reason.len() + message.len());
    bytes.extend_from_slice(&sequence.to_le_bytes());
    for word in [attempts, code, stage.len() as u32, reason.len() as u32] {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    for part in [stage.as_bytes(), reason.as_bytes(), message] {
        bytes.extend_from_slice(part);
    }
    bytes
}

impl DeadLetter {
    /// Decodes what `encode` made.
    pub(crate) fn decode(mut bytes: &[u8]) -> Self {
        let mut take = |count: usize| {
            let (part, rest) = bytes.split_at(count);
            bytes = rest;
            part
        };
        let sequence = u64::from_le_bytes(take(8).try_into().expect("eight bytes"));
        let [attempts, code, stage, reason] =
            [(); 4].map(|()| u32::from_le_bytes(take(4).try_into().expect("four bytes")));
        let [stage, reason] = [stage, reason].map(|count| String::from_utf8_lossy(take(count as usize)).into_owned());
        let code = ErrorCode::ALL[code as usize];
        Self { stage, sequence, attempts, code, reason, message: bytes.to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        for (name, reason, message) in [("", "", &b""[..]), ("parse", "no field `id` \u{e9}", &[0, 255, 10][..])] {
            let bytes = encode(&Arc::from(name), u64::MAX, 7, &Error::msg(reason), message);
            let letter = DeadLetter::decode(&bytes);
            assert_eq!((&*letter.stage, letter.sequence, letter.attempts), (name, u64::MAX, 7));
            assert_eq!((letter.code, &*letter.reason, &*letter.message), (ErrorCode::StageFailed, reason, message));
        }
    }
}
