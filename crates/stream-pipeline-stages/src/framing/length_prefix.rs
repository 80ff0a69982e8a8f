//! The number before each message that says how long it is.
//!
//! Invariant: what is written is what is read back; a length that its bytes cannot say is not written.

use std::ops::Range;

use serde::Deserialize;

use crate::invalid_option::InvalidOption;

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Endian {
    /// The most significant first, as networks do it.
    #[default]
    Big,
    /// The least significant first.
    Little,
}

/// How a length is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct LengthFormat {
    pub(super) bytes: usize,
    endian: Endian,
    includes_prefix: bool,
}

/// The prefix of a frame is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Of the message behind the prefix.
    Of(u64),
    /// The frame claims, in these bytes, to be shorter than its prefix.
    Impossible(u64),
}

impl LengthFormat {
    pub(super) fn new(
        stage: &'static str,
        bytes: usize,
        endian: Endian,
        includes_prefix: bool,
    ) -> Result<Self, InvalidOption> {
        if !matches!(bytes, 1 | 2 | 4 | 8) {
            let text = format!("{bytes} is not the size of a length; choose one of 1, 2, 4 or 8 bytes");
            return Err(InvalidOption::new(stage, "lengthBytes", text));
        }
        Ok(Self { bytes, endian, includes_prefix })
    }

    /// Reads a whole prefix.
    #[inline]
    pub(super) fn read(self, prefix: &[u8]) -> Length {
        let mut number = [0; 8];
        let claimed = match self.endian {
            Endian::Big => {
                number[8 - self.bytes..].copy_from_slice(prefix);
                u64::from_be_bytes(number)
            }
            Endian::Little => {
                number[..self.bytes].copy_from_slice(prefix);
                u64::from_le_bytes(number)
            }
        };
        if !self.includes_prefix {
            return Length::Of(claimed);
        }
        claimed.checked_sub(self.bytes as u64).map_or(Length::Impossible(claimed), Length::Of)
    }

    /// The prefix of a message of `bytes` bytes, in the named part of the array; `None` where it cannot say so many.
    #[inline]
    pub(super) fn write(self, bytes: usize) -> Option<([u8; 8], Range<usize>)> {
        let number = bytes as u64 + if self.includes_prefix { self.bytes as u64 } else { 0 };
        (number <= self.largest()).then(|| match self.endian {
            Endian::Big => (number.to_be_bytes(), 8 - self.bytes..8),
            Endian::Little => (number.to_le_bytes(), 0..self.bytes),
        })
    }

    /// The largest number that fits.
    pub(super) fn largest(self) -> u64 {
        u64::MAX >> (64 - 8 * self.bytes)
    }
}
