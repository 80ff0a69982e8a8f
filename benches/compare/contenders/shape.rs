//! What a message is made of before it is sent: an array where its size is known when this is compiled, as a user's record
//! is, or a `Vec`. Whoever sends writes it, and whoever takes reads it, with the same knowledge of its size.

use crate::payload;

pub(crate) trait Shape: Send + Sync + Sized + 'static {
    /// Nothing written yet.
    fn empty(bytes: usize) -> Self;
    fn write(bytes: usize, word: u64) -> Self;
    /// Writes a message where it is to lie.
    fn write_at(message: &mut [u8], word: u64);
    fn bytes(&self) -> &[u8];
    fn bytes_mut(&mut self) -> &mut [u8];
    /// The same in a buffer of its own.
    fn vec(bytes: usize, word: u64) -> Vec<u8>;
    /// Reads a message of this shape.
    fn read(message: &[u8]) -> u64;
}

impl<const BYTES: usize> Shape for [u8; BYTES] {
    fn empty(_bytes: usize) -> Self {
        [0; BYTES]
    }

    fn write(_bytes: usize, word: u64) -> Self {
        let mut message = [0; BYTES];
        payload::write(&mut message, word);
        message
    }

    fn write_at(message: &mut [u8], word: u64) {
        let message: &mut Self = message.try_into().expect("all messages are equally long");
        payload::write(message, word);
    }

    fn bytes(&self) -> &[u8] {
        self
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self
    }

    fn vec(_bytes: usize, word: u64) -> Vec<u8> {
        let mut message = vec![word as u8; BYTES];
        message[..8].copy_from_slice(&word.to_le_bytes());
        message
    }

    fn read(message: &[u8]) -> u64 {
        let message: &Self = message.try_into().expect("all messages are equally long");
        payload::read(message)
    }
}

impl Shape for Vec<u8> {
    fn empty(bytes: usize) -> Self {
        vec![0; bytes]
    }

    fn write(bytes: usize, word: u64) -> Self {
        let mut message = vec![word as u8; bytes];
        message[..8].copy_from_slice(&word.to_le_bytes());
        message
    }

    fn write_at(message: &mut [u8], word: u64) {
        payload::write(message, word);
    }

    fn bytes(&self) -> &[u8] {
        self
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self
    }

    fn vec(bytes: usize, word: u64) -> Vec<u8> {
        Self::write(bytes, word)
    }

    fn read(message: &[u8]) -> u64 {
        payload::read(message)
    }
}
