//! Strings and numbers of a document.
//!
//! Invariant: what lies before the place of the scanner is a whole string or number, and no byte of the next token.

use super::scan::{Scan, Scanner, Text};

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

impl Scanner<'_, '_> {
    /// Reads the string whose quote is here.
    #[inline]
    pub(super) fn string(&mut self) -> Scan<Text> {
        self.at += 1;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.skip_plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Text { start, end: self.at - 1, has_escapes });
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                Some(_) => return self.refuse("a control character in a string"),
                None => return self.refuse("a string without end"),
            }
        }
    }

    /// Goes to the next quote, backslash or control character, or to the end.
    #[inline]
    fn skip_plain(&mut self) {
        while let Some(&eight) = self.rest().first_chunk::<8>() {
            let special = special_bytes(u64::from_le_bytes(eight));
            if special != 0 {
                self.at += special.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
        }
        while let Some(byte) = self.peek()
            && !matches!(byte, b'"' | b'\\' | 0..0x20)
        {
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Scan<()> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                        _ => return self.refuse("not four hexadecimal digits behind `\\u`"),
                    }
                }
            }
            _ => return self.refuse("an escape that is none"),
        }
        Ok(())
    }

    /// Reads the number whose sign or first digit is here.
    #[inline]
    pub(super) fn number(&mut self) -> Scan<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    #[inline]
    fn digits(&mut self) -> Scan<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.refuse("no digit") } else { Ok(()) }
    }
}

/// Marks the high bit of quotes, backslashes and control characters. The first mark is exact: a borrow goes towards later
/// bytes only.
#[inline]
fn special_bytes(word: u64) -> u64 {
    let zero_bytes = |word: u64| word.wrapping_sub(EVERY_BYTE) & !word & HIGH_BITS;
    let quotes = zero_bytes(word ^ (EVERY_BYTE * u64::from(b'"')));
    let backslashes = zero_bytes(word ^ (EVERY_BYTE * u64::from(b'\\')));
    let controls = word.wrapping_sub(EVERY_BYTE * 0x20) & !word & HIGH_BITS;
    quotes | backslashes | controls
}
