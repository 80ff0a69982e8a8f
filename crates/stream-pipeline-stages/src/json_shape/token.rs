//! The two tokens whose text differs from document to document of one shape: strings that mean what they say, and numbers.
//!
//! Invariant: what is accepted here is accepted by JSON, and ends where it ends there.

/// A longer number is left to those who parse all of JSON.
const MAX_NUMBER_BYTES: usize = 40;

/// So many digits are a whole number that a float holds exactly.
const MAX_EXACT_DIGITS: usize = 15;

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Where the quote lies that ends the string which begins at `start`, behind its quote; `None` if there is none, or if a
/// byte before it is an escape, a control character or beyond ASCII.
pub(super) fn plain_string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(&eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let special = special_bytes(u64::from_le_bytes(eight));
        if special != 0 {
            at += special.trailing_zeros() as usize / 8;
            return (bytes[at] == b'"').then_some(at);
        }
        at += 8;
    }
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' | 0..0x20 | 0x80.. => return None,
            _ => at += 1,
        }
    }
}

/// Marks the high bit of bytes that a plain string does not contain. Up to the first that is marked, the marks are exact:
/// a borrow goes towards later bytes only.
fn special_bytes(word: u64) -> u64 {
    let zero_bytes = |word: u64| word.wrapping_sub(EVERY_BYTE) & !word & HIGH_BITS;
    let quotes = zero_bytes(word ^ (EVERY_BYTE * u64::from(b'"')));
    let backslashes = zero_bytes(word ^ (EVERY_BYTE * u64::from(b'\\')));
    let controls = word.wrapping_sub(EVERY_BYTE * 0x20) & !word & HIGH_BITS;
    quotes | backslashes | controls | (word & HIGH_BITS)
}

/// The number that begins at `start`, and where it ends; `None` if none does, or a very long one.
pub(super) fn number(bytes: &[u8], start: usize) -> Option<(f64, usize)> {
    let is_negative = bytes.get(start) == Some(&b'-');
    let whole = start + usize::from(is_negative);
    let whole_end = digits_end(bytes, whole)?;
    if bytes[whole] == b'0' && whole_end > whole + 1 {
        return None;
    }
    let mut end = whole_end;
    if bytes.get(end) == Some(&b'.') {
        end = digits_end(bytes, end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let has_sign = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits_end(bytes, end + 1 + usize::from(has_sign))?;
    }
    if end == whole_end && end - whole <= MAX_EXACT_DIGITS {
        let value = bytes[whole..end].iter().fold(0_u64, |value, digit| 10 * value + u64::from(digit - b'0')) as f64;
        return Some((if is_negative { -value } else { value }, end));
    }
    if end - start > MAX_NUMBER_BYTES {
        return None;
    }
    // Rounded to the nearest float, ties to even, as JavaScript does; infinite beyond the largest, as there.
    let value = str::from_utf8(&bytes[start..end]).ok()?.parse().ok()?;
    Some((value, end))
}

/// Where the digits end of which there is one at `start` at least.
fn digits_end(bytes: &[u8], start: usize) -> Option<usize> {
    let count = bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then_some(start + count)
}

#[cfg(test)]
mod tests {
    use super::{number, plain_string_end};

    #[test]
    fn a_plain_string_ends_at_its_quote_whatever_its_length() {
        for length in 0..40 {
            let mut text = vec![b'x'; length];
            text.extend(b"\", \"more\"");
            assert_eq!(plain_string_end(&text, 0), Some(length));
            assert_eq!(plain_string_end(&text[..length], 0), None);
        }
    }

    #[test]
    fn each_byte_is_plain_or_not_at_each_place() {
        for byte in 0..=255_u8 {
            for place in 0..20 {
                let mut text = [b'~'; 24];
                text[20] = b'"';
                text[place] = byte;
                let expected = match byte {
                    b'"' => Some(place),
                    b'\\' | 0..0x20 | 0x80.. => None,
                    _ => Some(20),
                };
                assert_eq!(plain_string_end(&text, 0), expected, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn numbers_are_those_of_json() {
        let accepted = [
            ("0", 0.0),
            ("7,", 7.0),
            ("-12}", -12.0),
            ("1.5 ", 1.5),
            ("1e3", 1e3),
            ("1E+3", 1e3),
            ("25e-1", 2.5),
            ("0.1", 0.1),
            ("123456789012345", 123_456_789_012_345.0),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("5e-324", 5e-324),
            ("1e400", f64::INFINITY),
        ];
        for (text, value) in accepted {
            let (read, end) = number(text.as_bytes(), 0).unwrap();
            assert_eq!(read.to_bits(), value.to_bits(), "{text}");
            assert_eq!(&text[..end], text.trim_end_matches([',', '}', ' ']));
        }
        assert_eq!(number(b"-0", 0).unwrap().0.to_bits(), (-0.0_f64).to_bits());
        assert_eq!(number(b"-0.0", 0).unwrap().0.to_bits(), (-0.0_f64).to_bits());
        let refused =
            ["", "-", "+1", ".5", "1.", "1.e3", "1e", "1e+", "01", "-01", "x", "NaN", "Infinity", "-Infinity"];
        for text in refused {
            assert_eq!(number(text.as_bytes(), 0), None, "{text}");
        }
        assert_eq!(number("1".repeat(41).as_bytes(), 0), None);
    }
}
