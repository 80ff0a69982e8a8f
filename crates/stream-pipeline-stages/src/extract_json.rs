//! `ExtractJson`: of each message, the named groups of a regular expression as one JSON object.
//!
//! Invariant: what leaves is a valid JSON object with the groups in the order of the pattern.

use std::collections::BTreeMap;

use regex::bytes::{CaptureLocations, Regex};
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::json_text::{Shown, ValueType, write_string};
use crate::pattern::compile;
use crate::plan::Plan;
use crate::simple_form::process_alone;

const NAME: &str = "extractJson";

/// What [`ExtractJson`] does with a message in which the pattern does not match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoMatch {
    /// It is absorbed.
    #[default]
    Absorb,
    /// It is rejected: the stage's error policy says what becomes of it.
    Reject,
}

/// What [`ExtractJson`] writes for a group that had no part in the match, as in `a|(?<b>b)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingGroup {
    /// Nothing: the object has no such key.
    #[default]
    Omit,
    /// `null`.
    Null,
}

/// How [`ExtractJson`] writes what it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractJsonOptions {
    /// The types of groups, by name; a group that is not named here becomes a string.
    pub types: BTreeMap<String, ValueType>,
    /// Left out by default.
    pub missing: MissingGroup,
    /// Absorbed by default.
    pub on_no_match: NoMatch,
}

/// Makes each message a JSON object of the named groups of a regular expression, at the first match; groups without a
/// name are left out. How bytes are matched is said at [`Filter`](crate::Filter), how they become values at [`ValueType`].
///
/// Rejects a message in which a group is not of its type, whose object would be longer than the pipeline's
/// `max_message_bytes`, and with [`NoMatch::Reject`] one without a match.
///
/// Fastest is a pattern that begins with `^` and in which each byte says how to go on, as `\S+ ` and `"[^"]*"` do: then it
/// is matched in one pass. Where it is enough, `(?-u)` makes the classes ASCII.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{ExtractJson, ExtractJsonOptions, ValueType};
///
/// let types = [("status".to_owned(), ValueType::Number)].into();
/// let options = ExtractJsonOptions { types, ..ExtractJsonOptions::default() };
/// let mut requests = ExtractJson::new(r#"^(?<ip>\S+) "(?<request>[^"]*)" (?<status>\d+)"#, options)?;
/// let mut out = Emitter::detached();
/// requests.process_batch(Batch::from_iter([&br#"::1 "GET /" 200"#[..], b"?"]), &mut out)?;
/// assert_eq!(out.take_messages(), [br#"{"ip":"::1","request":"GET /","status":200}"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ExtractJson {
    regex: Regex,
    locations: CaptureLocations,
    groups: Vec<Group>,
    missing: MissingGroup,
    on_no_match: NoMatch,
    /// The object in work; its memory is kept for the next one.
    json: Vec<u8>,
}

/// A named group.
#[derive(Debug)]
struct Group {
    index: usize,
    name: String,
    /// The name as JSON writes it, and a colon.
    key: Vec<u8>,
    value: ValueType,
}

impl ExtractJson {
    /// Refuses what [`Filter::new`](crate::Filter::new) refuses, a pattern without named groups, and types of groups that
    /// it has not.
    ///
    /// ```
    /// use stream_pipeline_stages::{ExtractJson, ExtractJsonOptions};
    /// let refused = ExtractJson::new(r"(\d+)", ExtractJsonOptions::default()).unwrap_err();
    /// assert!(refused.to_string().contains("no named group"));
    /// ```
    pub fn new(pattern: &str, options: ExtractJsonOptions) -> Result<Self, InvalidOption> {
        let ExtractJsonOptions { types, missing, on_no_match } = options;
        let regex = compile(NAME, pattern)?;
        let groups: Vec<_> = named_groups(&regex, &types).collect();
        if groups.is_empty() {
            let text = "has no named group; write `(?<name>..)` around what is to be in the object".to_owned();
            return Err(InvalidOption::new(NAME, "pattern", text));
        }
        if let Some(unknown) = types.keys().find(|typed| groups.iter().all(|group| group.name != **typed)) {
            let known: Vec<_> = groups.iter().map(|group| format!("`{}`", group.name)).collect();
            let text = format!("the pattern has no group `{unknown}`; its groups are {}", known.join(", "));
            return Err(InvalidOption::new(NAME, "types", text));
        }
        Ok(Self { locations: regex.capture_locations(), regex, groups, missing, on_no_match, json: Vec::new() })
    }

    /// Writes the object of `message`; `false` if there is none.
    fn read(&mut self, message: &[u8], max_bytes: usize) -> Result<bool> {
        let Self { regex, locations, groups, json, .. } = self;
        if regex.captures_read(locations, message).is_none() {
            return match self.on_no_match {
                NoMatch::Absorb => Ok(false),
                NoMatch::Reject => Err(no_match(message)),
            };
        }
        json.clear();
        for group in groups {
            let part = locations.get(group.index);
            if part.is_none() && self.missing == MissingGroup::Omit {
                continue;
            }
            json.push(if json.is_empty() { b'{' } else { b',' });
            json.extend_from_slice(&group.key);
            match part {
                None => json.extend_from_slice(b"null"),
                Some((start, end)) if group.value.write(&message[start..end], json) => {}
                Some((start, end)) => return Err(not_of_type(group, start, &message[start..end])),
            }
            if json.len() >= max_bytes {
                return Err(too_long(max_bytes));
            }
        }
        json.extend_from_slice(if json.is_empty() { b"{}" } else { b"}" });
        Ok(true)
    }
}

fn named_groups(regex: &Regex, types: &BTreeMap<String, ValueType>) -> impl Iterator<Item = Group> {
    let names = regex.capture_names().enumerate();
    names.filter_map(|(index, name)| {
        let name = name?.to_owned();
        let mut key = Vec::new();
        write_string(name.as_bytes(), &mut key);
        key.push(b':');
        Some(Group { index, key, value: types.get(&name).copied().unwrap_or_default(), name })
    })
}

#[cold]
fn no_match(message: &[u8]) -> Error {
    let shown = Shown(message);
    Error::msg(format_args!("{NAME}: the pattern does not match {shown}; correct it, or let onNoMatch be `absorb`"))
}

#[cold]
fn not_of_type(group: &Group, start: usize, text: &[u8]) -> Error {
    let (Group { name, value, .. }, shown) = (group, Shown(text));
    Error::msg(format_args!(
        "{NAME}: group `{name}` at byte {start} is no {value}: {shown}; let the group match nothing else, or be a string"
    ))
}

#[cold]
fn too_long(max_bytes: usize) -> Error {
    Error::msg(format_args!(
        "{NAME}: the object is longer than the pipeline's max_message_bytes ({max_bytes} bytes); raise it, or extract less"
    ))
}

/// A pattern and its options, as a plan holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ExtractJsonPlan {
    pattern: String,
    #[serde(default)]
    types: BTreeMap<String, ValueType>,
    #[serde(default)]
    missing: MissingGroup,
    #[serde(default)]
    on_no_match: NoMatch,
}

impl Plan for ExtractJsonPlan {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        let Self { pattern, types, missing, on_no_match } = self;
        Ok(Box::new(ExtractJson::new(&pattern, ExtractJsonOptions { types, missing, on_no_match })?))
    }
}

impl Stage for ExtractJson {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        for message in batch.iter() {
            if out.is_stopped() {
                break;
            }
            match self.read(message, out.max_message_bytes()) {
                Ok(true) => out.push(&self.json),
                Ok(false) => {}
                Err(error) => out.reject(message, error)?,
            }
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }
}
