//! `ValidJson`: messages that are JSON documents pass, the others are rejected.
//!
//! Invariant: a message that passes is the one that came; where all are valid, no byte is copied.

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use super::invalid_json::InvalidJson;
use super::judge::{Verdict, judge};
use super::scan::{MAX_DEPTH, OpenContainers, Scan, Scanner};
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

const STAGE: &str = "validJson";

/// Levels that may be allowed, at most: each takes a byte of memory.
const MOST_DEPTH: usize = 1_000_000;

/// What [`ValidJson`] lets pass.
///
/// ```
/// use stream_pipeline::Stage;
/// use stream_pipeline_stages::{ValidJson, ValidJsonOptions};
/// let mut flat = ValidJson::new(ValidJsonOptions { max_depth: 1, ..ValidJsonOptions::default() })?;
/// assert!(flat.process(b"[1]".to_vec()).is_ok());
/// assert!(flat.process(b"[[1]]".to_vec()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ValidJsonOptions {
    /// The levels of arrays and objects in a document, at most; 128 by default, at most 1,000,000. With 0, there are only
    /// numbers, strings, `true`, `false` and `null`.
    pub max_depth: usize,
    /// The bytes in a document, at most; by default as many as a message may have.
    pub max_bytes: usize,
}

impl Default for ValidJsonOptions {
    fn default() -> Self {
        Self { max_depth: MAX_DEPTH, max_bytes: usize::MAX }
    }
}

/// Lets the messages pass that are one JSON document (RFC 8259, in UTF-8), white space around it included; rejects the
/// others, with the byte at which they stop to be one.
///
/// What is not asked: that keys are different, that numbers fit in anything, and that escapes of surrogates come in pairs.
/// `JSON.parse()` takes all of these too. No nesting, however deep, uses the stack.
///
/// ```
/// use stream_pipeline::Stage;
/// use stream_pipeline_stages::ValidJson;
/// let refused = ValidJson::default().process(b"{\"a\": nul}".to_vec()).unwrap_err();
/// assert!(refused.to_string().contains("no value at byte 6"));
/// ```
#[derive(Debug, Default)]
pub struct ValidJson {
    options: ValidJsonOptions,
    open: OpenContainers,
    verdicts: Vec<Verdict>,
}

impl ValidJson {
    /// Refuses a depth of more than 1,000,000 levels, and documents without a byte.
    ///
    /// ```
    /// use stream_pipeline_stages::{ValidJson, ValidJsonOptions};
    /// let options = ValidJsonOptions { max_bytes: 0, ..ValidJsonOptions::default() };
    /// assert_eq!(ValidJson::new(options).unwrap_err().option(), "maxBytes");
    /// ```
    pub fn new(options: ValidJsonOptions) -> std::result::Result<Self, InvalidOption> {
        if options.max_depth > MOST_DEPTH {
            let text = format!("{} levels are too many; choose {MOST_DEPTH} at most", options.max_depth);
            return Err(InvalidOption::new(STAGE, "maxDepth", text));
        }
        if options.max_bytes == 0 {
            let text = "no document has 0 bytes; choose 1 or more".to_owned();
            return Err(InvalidOption::new(STAGE, "maxBytes", text));
        }
        Ok(Self { options, open: OpenContainers::default(), verdicts: Vec::new() })
    }
}

fn check(document: &[u8], options: &ValidJsonOptions, open: &mut OpenContainers) -> Scan<bool> {
    if document.len() > options.max_bytes {
        return Err(InvalidJson { at: options.max_bytes, what: "more bytes than maxBytes allows" });
    }
    let mut scanner = Scanner::new(document, options.max_depth, open)?;
    scanner.skip()?;
    scanner.finish()?;
    Ok(true)
}

impl Plan for ValidJsonOptions {
    fn stage(self) -> std::result::Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(ValidJson::new(self)?))
    }
}

impl Stage for ValidJson {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        STAGE
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let Self { options, open, verdicts } = self;
        judge(batch, out, verdicts, |document| check(document, options, open))
    }
}
