//! What is in a message: every byte is written before it is sent, and read after it was taken.
//!
//! The first eight bytes are the message's word (its number, or when it was meant to be sent), the others repeat the
//! word's lowest byte. So the sender knows the sum the taker must come to, without keeping anything.

/// Writes every byte of a message.
#[inline]
pub(crate) fn write(message: &mut [u8], word: u64) {
    message.fill(word as u8);
    message[..8].copy_from_slice(&word.to_le_bytes());
}

/// Reads every byte of a message.
#[inline]
pub(crate) fn read(message: &[u8]) -> u64 {
    let words = message.chunks_exact(8);
    words.fold(0, |sum, word| sum.wrapping_add(u64::from_le_bytes(word.try_into().expect("eight bytes"))))
}

/// What [`read`] finds in a message.
pub(crate) fn sum_of(bytes: usize, word: u64) -> u64 {
    let rest = (word & 0xFF) * 0x0101_0101_0101_0101;
    word.wrapping_add(rest.wrapping_mul((bytes / 8 - 1) as u64))
}

/// The word of a message.
pub(crate) fn word_of(message: &[u8]) -> u64 {
    u64::from_le_bytes(message[..8].try_into().expect("a message is longer"))
}
