//! `Gzip`: the bytes of all messages, compressed into one gzip member (RFC 1952).
//!
//! Invariants: `gathered` is empty between batches; so is `chunk`, what was made and not emitted, but for a header that
//! nothing has followed yet.

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, LARGE_MESSAGE_BYTES, Result, Stage};

use crate::byte_chunk::ByteChunk;
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// Small messages are gathered up to this before they are compressed, because a call of the compressor costs as much as
/// 100 bytes of text at level 1. It stays within L1 beside the compressor's tables.
const GATHER_BYTES: usize = 16 * 1024;

/// How [`Gzip`] compresses.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct GzipOptions {
    /// From 0 (store) over 1 (fast) to 9 (smallest); 6 by default.
    pub level: u32,
    /// Whether all that came can be decompressed after each batch; `false` by default. For those who follow a live log:
    /// without it the compressor holds back up to some hundred KiB until a block is full. Costs 5 bytes or more for each
    /// batch, which under light load is one message.
    pub sync_flush: bool,
}

impl Default for GzipOptions {
    fn default() -> Self {
        Self { level: 6, sync_flush: false }
    }
}

/// Compresses the byte stream of all messages into one gzip member.
///
/// Borders between messages are not kept; put a [`Join`](crate::Join) before it where they matter. Output leaves as it
/// is made, at the latest when its batch is done, in messages of at most 64 KiB and never more than the pipeline's
/// `max_message_bytes`. The rest and the trailer follow at the end of input; no input gives a valid, empty member. After
/// an abort or a failure the trailer is missing, and decompressors report a truncated file.
///
/// A message during which no output was made counts as absorbed. The header holds no time and no name of a system: what
/// is written does not depend on when or where, though at some levels on how messages were batched. Wants an edge with
/// the policy `block` behind it: what is lost there makes the rest unreadable.
///
/// ```
/// use std::io::Read;
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Gzip, GzipOptions};
///
/// let mut gzip = Gzip::new(GzipOptions { level: 9, ..GzipOptions::default() })?;
/// let mut out = Emitter::detached();
/// gzip.process_batch(Batch::from_iter([&b"hello "[..], b"world"]), &mut out)?;
/// gzip.finish(&mut out)?;
/// let file = out.take_messages().concat();
///
/// let mut text = String::new();
/// flate2::read::GzDecoder::new(&file[..]).read_to_string(&mut text)?;
/// assert_eq!(text, "hello world");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Gzip {
    options: GzipOptions,
    deflate: Compress,
    /// Checksum and length of what came, for the trailer.
    checksum: Crc,
    /// Small messages of this batch, not compressed yet.
    gathered: Vec<u8>,
    chunk: ByteChunk,
    begun: bool,
}

impl Gzip {
    /// Refuses a level beyond 9.
    pub fn new(options: GzipOptions) -> Result<Self, InvalidOption> {
        let level = options.level;
        if level > 9 {
            let text = format!("{level} is not a level; choose one of 0 (store) to 9 (smallest)");
            return Err(InvalidOption::new("gzip", "level", text));
        }
        Ok(Self {
            options,
            // Raw deflate: zlib's own header names the operating system.
            deflate: Compress::new(Compression::new(level), false),
            checksum: Crc::new(),
            gathered: Vec::with_capacity(GATHER_BYTES),
            chunk: ByteChunk::new(),
            begun: false,
        })
    }

    fn begin(&mut self, out: &mut Emitter) {
        if !self.begun {
            self.begun = true;
            let extra_flags = match self.options.level {
                9 => 2,
                0 | 1 => 4,
                _ => 0,
            };
            // Magic, deflate, no flags, no time, extra flags, unknown system.
            self.chunk.put(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra_flags, 255], out);
        }
    }

    fn compress(&mut self, batch: &Batch, out: &mut Emitter) -> Result<()> {
        let mut messages = batch.iter();
        while let Some(message) = messages.next() {
            if out.is_stopped() {
                break;
            }
            self.take(message, out)?;
            if messages.len() == 0 {
                self.end_batch(out)?;
            }
            out.next_input();
        }
        Ok(())
    }

    fn take(&mut self, message: &[u8], out: &mut Emitter) -> Result<()> {
        let is_small = message.len() < LARGE_MESSAGE_BYTES;
        if !is_small || self.gathered.len() + message.len() > GATHER_BYTES {
            self.deflate_gathered(out)?;
        }
        if is_small {
            self.gathered.extend_from_slice(message);
            Ok(())
        } else {
            self.deflate(message, FlushCompress::None, out)
        }
    }

    fn deflate_gathered(&mut self, out: &mut Emitter) -> Result<()> {
        let mut gathered = std::mem::take(&mut self.gathered);
        self.deflate(&gathered, FlushCompress::None, out)?;
        gathered.clear();
        self.gathered = gathered;
        Ok(())
    }

    fn deflate(&mut self, mut input: &[u8], flush: FlushCompress, out: &mut Emitter) -> Result<()> {
        self.checksum.update(input);
        loop {
            let room = self.chunk.room(out);
            let room_bytes = room.len();
            let (read, written) = (self.deflate.total_in(), self.deflate.total_out());
            let status = self.deflate.compress(input, room, flush).map_err(Error::other)?;
            input = &input[(self.deflate.total_in() - read) as usize..];
            let made = (self.deflate.total_out() - written) as usize;
            self.chunk.fill(made);
            // Room left over says that there is nothing more to write.
            if made < room_bytes || status == Status::StreamEnd {
                return Ok(());
            }
        }
    }

    fn end_batch(&mut self, out: &mut Emitter) -> Result<()> {
        self.deflate_gathered(out)?;
        if self.options.sync_flush {
            self.deflate(&[], FlushCompress::Sync, out)?;
        }
        // A header alone is not worth a message.
        if self.deflate.total_out() > 0 {
            self.chunk.emit(out);
        }
        Ok(())
    }
}

impl Plan for GzipOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Gzip::new(self)?))
    }
}

impl Stage for Gzip {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "gzip"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        self.begin(out);
        self.compress(&batch, out)?;
        out.recycle(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        self.begin(out);
        self.deflate(&[], FlushCompress::Finish, out)?;
        self.chunk.put(&self.checksum.sum().to_le_bytes(), out);
        self.chunk.put(&self.checksum.amount().to_le_bytes(), out);
        self.chunk.emit(out);
        Ok(())
    }
}
