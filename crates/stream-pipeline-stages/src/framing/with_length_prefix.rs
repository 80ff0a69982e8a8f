//! `WithLengthPrefix`: each message becomes a frame, its length before it.
//!
//! Invariant: one frame for each message that fits; `LengthPrefixed` with the same options gives the messages back.

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, Result, Stage};

use super::hold::release;
use super::length_prefix::{Endian, LengthFormat};
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// What the frames of [`WithLengthPrefix`] look like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct WithLengthPrefixOptions {
    /// How many bytes the length takes: 1, 2, 4 (the default) or 8.
    pub length_bytes: usize,
    /// Their order; big-endian by default.
    pub endian: Endian,
    /// Whether the length counts its own bytes too; `false` by default.
    pub includes_prefix: bool,
}

impl Default for WithLengthPrefixOptions {
    fn default() -> Self {
        Self { length_bytes: 4, endian: Endian::Big, includes_prefix: false }
    }
}

/// Puts before each message how long it is: the way back from [`LengthPrefixed`](super::LengthPrefixed).
///
/// Each message is one frame; a [`Join`](super::Join) with an empty separator behind it gathers frames into chunks. A
/// message that is longer than its length can say, or with its prefix than the pipeline's `max_message_bytes`, is
/// rejected.
///
/// ```
/// use stream_pipeline::Stage;
/// use stream_pipeline_stages::{Endian, WithLengthPrefix, WithLengthPrefixOptions};
/// let options = WithLengthPrefixOptions { length_bytes: 2, endian: Endian::Little, includes_prefix: true };
/// assert_eq!(WithLengthPrefix::new(options)?.process(b"one".to_vec())?, [b"\x05\0one"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct WithLengthPrefix {
    format: LengthFormat,
    /// Empty between messages.
    frame: Vec<u8>,
}

impl WithLengthPrefix {
    /// Refuses a length of other than 1, 2, 4 or 8 bytes.
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(options: WithLengthPrefixOptions) -> Result<Self, InvalidOption> {
        let WithLengthPrefixOptions { length_bytes, endian, includes_prefix } = options;
        let format = LengthFormat::new("withLengthPrefix", length_bytes, endian, includes_prefix)?;
        Ok(Self { format, frame: Vec::new() })
    }

    fn emit(&mut self, message: &[u8], out: &mut Emitter) -> Result<()> {
        let frame_bytes = message.len() + self.format.bytes;
        let Some((number, part)) = self.format.write(message.len()) else {
            let Self { format, .. } = self;
            let (bytes, largest) = (format.bytes, format.largest());
            let error = Error::msg(format_args!(
                "withLengthPrefix: a message of {} bytes is too long for a length of {bytes} bytes, which says {largest} at \
                 most; choose more length_bytes, on both sides",
                message.len()
            ));
            return out.reject(message, error);
        };
        if frame_bytes > out.max_message_bytes() {
            let error = Error::msg(format_args!(
                "withLengthPrefix: a message of {} bytes is with its prefix beyond the pipeline's max_message_bytes ({} \
                 bytes); raise it, or split the message",
                message.len(),
                out.max_message_bytes()
            ));
            return out.reject(message, error);
        }
        self.frame.reserve_exact(frame_bytes);
        self.frame.extend_from_slice(&number[part]);
        self.frame.extend_from_slice(message);
        release(&mut self.frame, out);
        Ok(())
    }
}

impl Plan for WithLengthPrefixOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(WithLengthPrefix::new(self)?))
    }
}

impl Stage for WithLengthPrefix {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "withLengthPrefix"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        for message in batch.iter() {
            if out.is_stopped() {
                break;
            }
            self.emit(message, out)?;
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }
}
