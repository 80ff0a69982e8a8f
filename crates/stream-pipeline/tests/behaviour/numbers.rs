//! Messages that can be told apart: numbers, eight bytes each.

use stream_pipeline::Output;

pub(crate) fn number(value: u64) -> Vec<u8> {
    value.to_le_bytes().to_vec()
}

pub(crate) fn numbers(values: impl IntoIterator<Item = u64>) -> Vec<Vec<u8>> {
    values.into_iter().map(number).collect()
}

pub(crate) fn value_of(message: &[u8]) -> u64 {
    u64::from_le_bytes(message.try_into().expect("a number has eight bytes"))
}

pub(crate) fn values_of(messages: impl IntoIterator<Item = Vec<u8>>) -> Vec<u64> {
    messages.into_iter().map(|message| value_of(&message)).collect()
}

/// Everything that comes out until the end.
pub(crate) fn collect(output: Output) -> Vec<u64> {
    values_of(output)
}

/// What is expected to come out.
pub(crate) fn values(values: impl IntoIterator<Item = u64>) -> Vec<u64> {
    values.into_iter().collect()
}
