//! `JsonArray`: messages that are JSON documents become one JSON array, in chunks.
//!
//! Invariant: if each message is a document, what comes out is one; without messages it is `[]`.

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, Result, Stage};

use super::join::{Join, JoinOptions};
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// Writes messages, each a JSON document, as the elements of one JSON array, in chunks of a byte stream.
///
/// Chunks are gathered as a [`Join`] does it, up to 64 KiB of what arrives together; the opening and the closing bracket
/// are chunks of their own. Nothing is held back: the array is closed at the end of input, and without messages it is `[]`.
/// After an abort or a failure the closing bracket is missing.
///
/// Whether a message is a document is not looked at, but one that is empty, or white space, is rejected: there is no such
/// element.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::JsonArray;
///
/// let mut array = JsonArray::new();
/// let mut out = Emitter::detached();
/// array.process_batch(Batch::from_iter([&b"1"[..], b"{}"]), &mut out)?;
/// array.process_batch(Batch::from_iter([&b"[2]"[..]]), &mut out)?;
/// array.finish(&mut out)?;
/// assert_eq!(out.take_messages().concat(), b"[1,{},[2]]");
/// # Ok::<(), stream_pipeline::Error>(())
/// ```
#[derive(Debug)]
pub struct JsonArray {
    elements: Join,
    begun: bool,
}

impl JsonArray {
    /// A stage that has written nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let between = JoinOptions { separator: b",".to_vec(), trailing: false, ..JoinOptions::default() };
        Self { elements: Join::new(between), begun: false }
    }

    fn write(&mut self, elements: Batch, out: &mut Emitter) -> Result<()> {
        if !self.begun {
            self.begun = true;
            out.push(b"[");
        }
        self.elements.process_batch(elements, out)
    }

    /// Writes the messages of a batch that are no white space.
    #[cold]
    fn write_sound(&mut self, batch: &Batch, out: &mut Emitter) -> Result<()> {
        for message in batch.iter() {
            if out.is_stopped() {
                break;
            }
            if is_sound(message) {
                self.write(Batch::from_iter([message]), out)?;
            } else {
                let text =
                    "jsonArray: the message is empty, and no JSON document; leave such messages out before this stage";
                out.reject(message, Error::msg(text))?;
                out.next_input();
            }
        }
        Ok(())
    }
}

fn is_sound(message: &[u8]) -> bool {
    !message.trim_ascii_start().is_empty()
}

impl Default for JsonArray {
    fn default() -> Self {
        Self::new()
    }
}

/// It has no options.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JsonArrayPlan {}

impl Plan for JsonArrayPlan {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(JsonArray::new()))
    }
}

impl Stage for JsonArray {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "jsonArray"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        if batch.iter().all(is_sound) {
            return self.write(batch, out);
        }
        self.write_sound(&batch, out)?;
        out.recycle(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        out.push(if self.begun { b"]" } else { b"[]" });
        Ok(())
    }
}
