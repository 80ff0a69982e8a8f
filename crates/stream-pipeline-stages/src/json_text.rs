//! Text that becomes JSON values.
//!
//! Invariant: what is written is one valid JSON value in UTF-8, whatever the bytes are; what is refused leaves nothing
//! behind.

use std::fmt;

use serde::Deserialize;

/// What a piece of text becomes in JSON.
///
/// ```
/// use stream_pipeline_stages::ValueType;
/// assert_eq!(serde_json::from_str::<ValueType>("\"number\"").unwrap(), ValueType::Number);
/// assert_eq!(ValueType::default(), ValueType::String);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// A string. Bytes that are no UTF-8 become U+FFFD, as `String::from_utf8_lossy` and `TextDecoder` do it.
    #[default]
    String,
    /// A decimal number such as `200`, `-0.5`, `1e9`. The digits stay as they are, however many; a `+` and zeros in front,
    /// which JSON has not, are left out. Empty text becomes `null`.
    Number,
    /// `true` or `false` in any case, or `1` or `0`. Empty text becomes `null`.
    Boolean,
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
        })
    }
}

impl ValueType {
    /// Appends `text` to `json` as a value of this type; `false`, and nothing, if it is none.
    #[must_use]
    pub(crate) fn write(self, text: &[u8], json: &mut Vec<u8>) -> bool {
        match self {
            Self::String => write_string(text, json),
            _ if text.is_empty() => json.extend_from_slice(b"null"),
            Self::Number => return write_number(text, json),
            Self::Boolean if text.eq_ignore_ascii_case(b"true") || text == b"1" => json.extend_from_slice(b"true"),
            Self::Boolean if text.eq_ignore_ascii_case(b"false") || text == b"0" => json.extend_from_slice(b"false"),
            Self::Boolean => return false,
        }
        true
    }
}

/// Appends `text` as a JSON string.
pub(crate) fn write_string(text: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    // Without a branch for each byte, so that the compiler takes many at once.
    if text.iter().fold(false, |special, byte| special | !is_plain(*byte) | !byte.is_ascii()) {
        for chunk in text.utf8_chunks() {
            write_escaped(chunk.valid().as_bytes(), json);
            if !chunk.invalid().is_empty() {
                json.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
    } else {
        json.extend_from_slice(text);
    }
    json.push(b'"');
}

/// Whether a byte of UTF-8 stands for itself in a JSON string.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

fn write_escaped(mut text: &[u8], json: &mut Vec<u8>) {
    while let Some(place) = text.iter().position(|byte| !is_plain(*byte)) {
        json.extend_from_slice(&text[..place]);
        match text[place] {
            b'"' => json.extend_from_slice(b"\\\""),
            b'\\' => json.extend_from_slice(b"\\\\"),
            b'\n' => json.extend_from_slice(b"\\n"),
            b'\r' => json.extend_from_slice(b"\\r"),
            b'\t' => json.extend_from_slice(b"\\t"),
            0x08 => json.extend_from_slice(b"\\b"),
            0x0c => json.extend_from_slice(b"\\f"),
            control => {
                json.extend_from_slice(b"\\u00");
                json.extend([control >> 4, control & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        text = &text[place + 1..];
    }
    json.extend_from_slice(text);
}

fn write_number(text: &[u8], json: &mut Vec<u8>) -> bool {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (&b"-"[..], rest),
        [b'+', rest @ ..] => (&b""[..], rest),
        _ => (&b""[..], text),
    };
    if !is_unsigned_decimal(digits) {
        return false;
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    // One zero stays where no other digit stands before the point.
    let keeps_zero = zeros > 0 && !digits.get(zeros).is_some_and(u8::is_ascii_digit);
    json.extend_from_slice(sign);
    json.extend_from_slice(&digits[zeros - usize::from(keeps_zero)..]);
    true
}

/// `digits [. digits] [e [sign] digits]`
fn is_unsigned_decimal(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = text;
    let mut count = digits(rest);
    rest = &rest[count..];
    if count > 0
        && let [b'.', fraction @ ..] = rest
    {
        count = digits(fraction);
        rest = &fraction[count..];
    }
    if count > 0
        && let [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] = rest
    {
        count = digits(exponent);
        rest = &exponent[count..];
    }
    count > 0 && rest.is_empty()
}

/// The start of bytes that an error shows.
pub(crate) struct Shown<'a>(pub(crate) &'a [u8]);

/// So many bytes of a value tell what it is.
const SHOWN_BYTES: usize = 40;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(SHOWN_BYTES)];
        write!(f, "`{}`", String::from_utf8_lossy(shown).escape_debug())?;
        if shown.len() < self.0.len() { write!(f, " and {} bytes more", self.0.len() - shown.len()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(value: ValueType, text: &[u8]) -> Option<String> {
        let mut json = Vec::new();
        value.write(text, &mut json).then(|| String::from_utf8(json).unwrap())
    }

    #[test]
    fn numbers_are_decimal_and_keep_their_digits() {
        for (text, json) in [
            ("200", "200"),
            ("-0.50", "-0.50"),
            ("+7", "7"),
            ("007", "7"),
            ("000", "0"),
            ("-00.5", "-0.5"),
            ("0e1", "0e1"),
            ("1E+9", "1E+9"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("", "null"),
        ] {
            assert_eq!(written(ValueType::Number, text.as_bytes()).as_deref(), Some(json), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok());
        }
        for text in ["-", "+", ".5", "5.", "1e", "1e+", "0x1f", "1,5", " 1", "1 ", "NaN", "--1", "1.2.3", "e5"] {
            assert_eq!(written(ValueType::Number, text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn booleans_are_written_in_few_ways() {
        for (text, json) in [("TRUE", "true"), ("1", "true"), ("False", "false"), ("0", "false"), ("", "null")] {
            assert_eq!(written(ValueType::Boolean, text.as_bytes()).as_deref(), Some(json));
        }
        assert_eq!(written(ValueType::Boolean, b"yes"), None);
    }

    proptest! {
        #[test]
        fn a_string_is_read_again_as_it_was_and_what_is_no_text_as_replaced(text: Vec<u8>) {
            let json = written(ValueType::String, &text).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), String::from_utf8_lossy(&text));
        }

        #[test]
        fn characters_that_need_escapes_are_written_as_serde_does(text in "[\\x00-\\x7fäß\"\\\\]{0,40}") {
            let json = written(ValueType::String, text.as_bytes()).unwrap();
            prop_assert_eq!(json, serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn what_is_taken_as_a_number_is_one_in_json(text in "[-+0-9.eE]{0,8}") {
            if let Some(json) = written(ValueType::Number, text.as_bytes()) {
                prop_assert!(serde_json::from_str::<serde_json::value::Value>(&json).is_ok() || json.contains(['e', 'E']));
            }
        }
    }
}
