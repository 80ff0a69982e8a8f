//! Time, key and values, read out of a message.
//!
//! Invariant: keys that are the same JSON value have the same bytes, whatever escapes and exponents they are written with.

use std::ops::Range;

use stream_pipeline::{Error, Result};

use super::event_time::{TimeUnit, event_time_ms};
use super::figures::write_number;
use super::options::WindowOptions;
use crate::invalid_option::InvalidOption;
use crate::json::{Pointer, Pointers};

/// Where things are in a message.
#[derive(Debug)]
pub(super) struct Fields {
    pointers: Pointers,
    /// For errors: of the time, if there is one, then of the keys, then of the values.
    texts: Vec<String>,
    /// Whether a time is the first.
    has_time: bool,
    time_unit: TimeUnit,
    keys: usize,
    max_key_bytes: usize,
}

/// What was read out of the last message. Its memory is used again.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Where messages have a time of their own.
    pub(super) time_ms: Option<i64>,
    /// JSON values with commas between them.
    pub(super) key: Vec<u8>,
    pub(super) values: Vec<Option<f64>>,
}

impl Fields {
    pub(super) fn new(options: &WindowOptions, values: &[&str]) -> Result<Self, InvalidOption> {
        let parse = |option, text: &str| Pointer::parse("window", option, text);
        let mut pointers = Vec::new();
        if let Some(time) = &options.time {
            pointers.push(parse("time", time)?);
        }
        for key in &options.key {
            pointers.push(parse("key", key)?);
        }
        for value in values {
            pointers.push(parse("aggregates", value)?);
        }
        Ok(Self {
            texts: pointers.iter().map(|pointer| pointer.text().to_owned()).collect(),
            pointers: Pointers::new("window", "aggregates", &pointers)?,
            has_time: options.time.is_some(),
            time_unit: options.time_unit,
            keys: options.key.len(),
            max_key_bytes: options.max_key_bytes,
        })
    }

    /// Reads a message, or says why it cannot be counted.
    #[inline]
    pub(super) fn read(&mut self, message: &[u8], into: &mut Reading) -> Result<()> {
        let found = self.pointers.find(message)?;
        let written = |range: &Option<Range<usize>>| {
            // The whole document has been found to be UTF-8.
            range.clone().map(|range| std::str::from_utf8(&message[range]).expect("UTF-8"))
        };
        let times = usize::from(self.has_time);
        into.time_ms = None;
        if self.has_time {
            let Some(time) = written(&found[0]) else { return Err(no_time_at(&self.texts[0])) };
            into.time_ms = Some(event_time_ms(time, self.time_unit)?);
        }
        into.key.clear();
        for (place, key) in found[times..times + self.keys].iter().enumerate() {
            if place > 0 {
                into.key.push(b',');
            }
            let key = written(key).unwrap_or("null");
            if key.len() > self.max_key_bytes - into.key.len().min(self.max_key_bytes) {
                return Err(too_long(&self.texts[times + place], self.max_key_bytes));
            }
            write_key(key, &mut into.key).map_err(|what| wrong(&self.texts[times + place], key, what))?;
        }
        into.values.clear();
        for (place, value) in found[times + self.keys..].iter().enumerate() {
            let text = &self.texts[times + self.keys + place];
            into.values.push(written(value).map(|value| number(value, text)).transpose()?.flatten());
        }
        Ok(())
    }
}

#[inline]
fn number(written: &str, text: &str) -> Result<Option<f64>> {
    match written.as_bytes()[0] {
        b'-' | b'0'..=b'9' => match written.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(wrong(text, written, "beyond the range of numbers (1.8e308)")),
        },
        b'n' => Ok(None),
        _ => Err(wrong(text, written, "not a number")),
    }
}

/// Appends a key as the shortest way to write it, or says what is wrong with it.
fn write_key(written: &str, key: &mut Vec<u8>) -> std::result::Result<(), &'static str> {
    match written.as_bytes()[0] {
        b'[' | b'{' => return Err("no key; choose a string, a number, true, false or null"),
        b'"' if written.contains('\\') => {
            let text: String = serde_json::from_str(written).map_err(|_| "half a character; mend its \\u escape")?;
            serde_json::to_writer(key, &text).expect("a Vec takes everything");
        }
        b'-' | b'0'..=b'9' if written == "-0" || !written.bytes().skip(1).all(|byte| byte.is_ascii_digit()) => {
            let number = written.parse().ok().filter(|number: &f64| number.is_finite());
            write_number(key, Some(number.ok_or("beyond the range of numbers (1.8e308)")?));
        }
        _ => key.extend_from_slice(written.as_bytes()),
    }
    Ok(())
}

#[cold]
fn wrong(pointer: &str, written: &str, what: &str) -> Error {
    let shown: String = written.chars().take(60).collect();
    Error::msg(format_args!("window: the value at `{pointer}`, {shown}, is {what}"))
}

#[cold]
fn no_time_at(pointer: &str) -> Error {
    Error::msg(format_args!(
        "window: there is no time at `{pointer}`; correct the option time, or filter such messages"
    ))
}

#[cold]
fn too_long(pointer: &str, max: usize) -> Error {
    Error::msg(format_args!(
        "window: with the value at `{pointer}` the key is longer than max_key_bytes ({max}); raise it, or choose a shorter key"
    ))
}
