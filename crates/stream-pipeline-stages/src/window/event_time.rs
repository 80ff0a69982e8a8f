//! A time in a document, as milliseconds since 1970.
//!
//! Invariant: a time is one that a JavaScript `Date` can hold, so that nothing computed from it overflows.

use jiff::fmt::temporal::DateTimeParser;
use serde::Deserialize;
use stream_pipeline::{Error, Result};

/// What numbers that are times count. A text is always a time of RFC 3339, such as `2026-11-23T21:30:00.5Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Milliseconds since 1970.
    #[default]
    Ms,
    /// Seconds since 1970, fractions allowed.
    S,
}

/// The range of `Date`, 100 million days from 1970.
const MAX_MS: f64 = 8.64e15;

static TIMES: DateTimeParser = DateTimeParser::new();

/// Reads the JSON value `written`.
pub(super) fn event_time_ms(written: &str, unit: TimeUnit) -> Result<i64> {
    match written.as_bytes()[0] {
        b'"' => text_ms(written),
        b'-' | b'0'..=b'9' => number_ms(written, unit),
        _ => Err(no_time(written)),
    }
}

#[inline]
fn number_ms(written: &str, unit: TimeUnit) -> Result<i64> {
    let number: f64 = written.parse().map_err(|_| no_time(written))?;
    let ms = (number * if unit == TimeUnit::S { 1000.0 } else { 1.0 }).floor();
    if ms.abs() <= MAX_MS { Ok(ms as i64) } else { Err(no_time(written)) }
}

fn text_ms(written: &str) -> Result<i64> {
    let text: String;
    let inner = if written.contains('\\') {
        text = serde_json::from_str(written).map_err(|_| no_time(written))?;
        &text
    } else {
        &written[1..written.len() - 1]
    };
    let time = TIMES.parse_timestamp(inner).map_err(|_| no_time(written))?;
    // Towards the past, as numbers are rounded, also before 1970.
    Ok(time.as_nanosecond().div_euclid(1_000_000) as i64)
}

#[cold]
fn no_time(written: &str) -> Error {
    let shown: String = written.chars().take(60).collect();
    Error::msg(format_args!(
        "window: {shown} is no time; send milliseconds since 1970, seconds with time_unit s, or a text as \
         \"2026-01-31T12:00:00Z\" (RFC 3339)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_milliseconds_since_1970() {
        let ms = |written| event_time_ms(written, TimeUnit::Ms).ok();
        assert_eq!(ms("1500"), Some(1500));
        assert_eq!(ms("-0.5"), Some(-1));
        assert_eq!(ms("1.5e3"), Some(1500));
        assert_eq!(event_time_ms("1.25", TimeUnit::S).ok(), Some(1250));
        assert_eq!(ms("\"1970-01-01T00:00:01.5Z\""), Some(1500));
        assert_eq!(ms("\"1970-01-01T02:00:00+02:00\""), Some(0));
        assert_eq!(ms("\"1969-12-31T23:59:59.9995Z\""), Some(-1));
        assert_eq!(ms("\"1970-01-01T00:00:00\\u005a\""), Some(0));
        for none in ["true", "[1]", "1e300", "\"\"", "\"yesterday\"", "\"1970-01-01T00:00:00\"", "8640000000000001"] {
            assert_eq!(ms(none), None, "{none}");
        }
    }
}
