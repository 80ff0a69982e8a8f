//! A value of a document, as it is written, against a constant.
//!
//! Invariant: the answer is that of JavaScript's `===` and `<` on what `JSON.parse()` makes of the value, where both are of
//! one type; otherwise they are unequal and in no order.

use std::cmp::Ordering;
use std::str::Chars;

use super::predicate::{Comparison, Scalar};

/// Whether a `value`, or none, is as it is asked to be.
pub(super) fn is_true(comparison: &Comparison, value: Option<&[u8]>) -> bool {
    let Some(value) = value else { return matches!(comparison, Comparison::NotEqual(_) | Comparison::Exists(false)) };
    match comparison {
        Comparison::Equal(constant) => equals(value, constant),
        Comparison::NotEqual(constant) => !equals(value, constant),
        Comparison::Less(constant) => order(value, constant).is_some_and(Ordering::is_lt),
        Comparison::AtMost(constant) => order(value, constant).is_some_and(Ordering::is_le),
        Comparison::Greater(constant) => order(value, constant).is_some_and(Ordering::is_gt),
        Comparison::AtLeast(constant) => order(value, constant).is_some_and(Ordering::is_ge),
        Comparison::In(constants) => constants.iter().any(|constant| equals(value, constant)),
        Comparison::Exists(exists) => *exists,
    }
}

fn equals(value: &[u8], constant: &Scalar) -> bool {
    match constant {
        Scalar::Null => value == b"null",
        Scalar::Bool(true) => value == b"true",
        Scalar::Bool(false) => value == b"false",
        Scalar::Number(constant) => {
            number(value).is_some_and(|number| number.partial_cmp(constant) == Some(Ordering::Equal))
        }
        Scalar::Text(constant) => text(value).is_some_and(|text| {
            if text.contains('\\') { units(text).eq(constant.encode_utf16()) } else { text == constant }
        }),
    }
}

fn order(value: &[u8], constant: &Scalar) -> Option<Ordering> {
    match constant {
        Scalar::Null | Scalar::Bool(_) => None,
        Scalar::Number(constant) => number(value)?.partial_cmp(constant),
        Scalar::Text(constant) => Some(units(text(value)?).cmp(constant.encode_utf16())),
    }
}

/// One beyond the range of `f64` is infinite, as in JavaScript.
fn number(value: &[u8]) -> Option<f64> {
    match value.first()? {
        b'-' | b'0'..=b'9' => std::str::from_utf8(value).ok()?.parse().ok(),
        _ => None,
    }
}

/// What is between the quotes.
fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()?.strip_prefix('"')?.strip_suffix('"')
}

/// The UTF-16 code units that a string means; half a surrogate pair is one, as in JavaScript.
fn units(text: &str) -> Units<'_> {
    Units { chars: text.chars(), low: None }
}

struct Units<'d> {
    chars: Chars<'d>,
    /// The second unit of a character that has two.
    low: Option<u16>,
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(low) = self.low.take() {
            return Some(low);
        }
        let char = match self.chars.next()? {
            '\\' => match self.chars.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let digits = self.chars.by_ref().take(4).map(|digit| digit.to_digit(16).unwrap_or(0) as u16);
                    return Some(digits.fold(0, |unit, digit| unit << 4 | digit));
                }
                itself => itself,
            },
            plain => plain,
        };
        let mut units = [0; 2];
        let units = char.encode_utf16(&mut units);
        self.low = units.get(1).copied();
        Some(units[0])
    }
}
