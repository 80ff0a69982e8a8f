//! `Pick`: a document of some values of each document.
//!
//! Invariant: each output is a JSON object with the fields in the order of the options, their values as they were written.

use std::collections::HashSet;

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use super::pointer::{Pointer, Pointers};
use super::rewrite::rewrite;
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

const STAGE: &str = "pick";

/// What becomes of a field whose pointer leads nowhere in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingField {
    /// It is left out.
    #[default]
    LeaveOut,
    /// It is `null`.
    Null,
}

/// What [`Pick`] takes over.
///
/// ```
/// use stream_pipeline::Stage;
/// use stream_pipeline_stages::{MissingField, Pick, PickOptions};
/// let fields = vec![("user".into(), "/user/id".into()), ("team".into(), "/team".into())];
/// let mut pick = Pick::new(PickOptions { fields, missing: MissingField::Null })?;
/// let picked = pick.process(br#"{"ip":"::1", "user":{"id":7}}"#.to_vec())?;
/// assert_eq!(picked, [br#"{"user":7,"team":null}"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct PickOptions {
    /// The name of each field in the new document, and the JSON pointer (RFC 6901) to its value in the old one; at least
    /// one, at most 256, no name twice.
    pub fields: Vec<(String, String)>,
    /// What becomes of a field that is not there; by default it is left out.
    pub missing: MissingField,
}

/// Makes of each document one with some of its values: `{"name":value,...}`, without white space between the fields, in
/// the order of [`PickOptions::fields`]. Values are copied as they are written, white space in them included.
///
/// Of a key that occurs again in an object, the last value counts. A message that is not one JSON document, in UTF-8 and
/// of at most 128 levels, is rejected, wherever its fault is.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Pick, PickOptions};
///
/// let fields = vec![("at".into(), "/time".into()), ("first".into(), "/tags/0".into())];
/// let mut pick = Pick::new(PickOptions { fields, ..PickOptions::default() })?;
/// let mut out = Emitter::detached();
/// pick.process_batch(Batch::from_iter([&br#"{"tags":["a","b"],"time":1.50}"#[..], b"{}"]), &mut out)?;
/// assert_eq!(out.take_messages(), [&br#"{"at":1.50,"first":"a"}"#[..], b"{}"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pick {
    /// Each field's name as it is written: quotes, escapes and colon.
    names: Vec<Vec<u8>>,
    missing: MissingField,
    pointers: Pointers,
    buffer: Vec<u8>,
}

impl Pick {
    /// Refuses no field and more than 256, a name that is there twice, and what is no JSON pointer.
    ///
    /// ```
    /// use stream_pipeline_stages::{Pick, PickOptions};
    /// let fields = vec![("id".into(), "id".into())];
    /// let refused = Pick::new(PickOptions { fields, ..PickOptions::default() }).unwrap_err();
    /// assert!(refused.to_string().contains("`id` is no JSON pointer; begin it with `/`"));
    /// ```
    pub fn new(options: PickOptions) -> std::result::Result<Self, InvalidOption> {
        let PickOptions { fields, missing } = options;
        let refuse = |text| Err(InvalidOption::new(STAGE, "fields", text));
        if fields.is_empty() {
            return refuse("there is none; name at least one".to_owned());
        }
        let mut seen = HashSet::new();
        if let Some((name, _)) = fields.iter().find(|(name, _)| !seen.insert(name)) {
            return refuse(format!("`{name}` is there twice; give each field a name of its own"));
        }
        let pointers =
            fields.iter().map(|(_, text)| Pointer::parse(STAGE, "fields", text)).collect::<Result<Vec<_>, _>>()?;
        let pointers = Pointers::new(STAGE, "fields", &pointers)?;
        let names = fields.iter().map(|(name, _)| format!("{}:", serde_json::Value::from(name.as_str())).into_bytes());
        Ok(Self { names: names.collect(), missing, pointers, buffer: Vec::new() })
    }
}

impl Plan for PickOptions {
    fn stage(self) -> std::result::Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Pick::new(self)?))
    }
}

impl Stage for Pick {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        STAGE
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let Self { names, missing, pointers, buffer } = self;
        rewrite(batch, out, buffer, |document, picked| {
            let found = pointers.find(document)?;
            picked.push(b'{');
            for (name, place) in names.iter().zip(found) {
                let value = match (place, &missing) {
                    (Some(place), _) => &document[place.clone()],
                    (None, MissingField::Null) => b"null",
                    (None, MissingField::LeaveOut) => continue,
                };
                if picked.len() > 1 {
                    picked.push(b',');
                }
                picked.extend_from_slice(name);
                picked.extend_from_slice(value);
            }
            picked.push(b'}');
            Ok(())
        })
    }
}
