//! `Gunzip`: gzip members (RFC 1952), one behind the other and cut anywhere, back into the bytes that were compressed.
//!
//! Invariants: `chunk` is empty between batches; no byte beyond the cap is emitted; a member's bytes are taken as whole
//! only when its trailer has confirmed them.

use flate2::{Decompress, FlushDecompress, Status};
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, Result, Stage};

use crate::byte_chunk::ByteChunk;
use crate::invalid_option::InvalidOption;
use crate::output_cap::OutputCap;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// What is searched back at most, as a power of two: the largest window of the format, 32 KiB.
const WINDOW_BITS: u8 = 15;

/// How much [`Gunzip`] unpacks.
///
/// ```
/// use stream_pipeline_stages::{Gunzip, GunzipOptions};
/// let refused = Gunzip::new(GunzipOptions { max_ratio: 0, ..GunzipOptions::default() }).unwrap_err();
/// assert!(refused.to_string().starts_with("gunzip: option `max_ratio`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct GunzipOptions {
    /// The most bytes that come out in all, those of all members together; 64 GiB by default. More ends the pipeline.
    pub max_output_bytes: u64,
    /// The most bytes that come out for each byte that has come in, counted from the start and once 1 MiB has come out;
    /// 250 by default. More ends the pipeline: logs are packed to a tenth or a thirtieth, a bomb to a thousandth. The
    /// format reaches no more than 1032, so with 1100 there is no such cap.
    pub max_ratio: u64,
}

impl Default for GunzipOptions {
    fn default() -> Self {
        Self { max_output_bytes: 64 * 1024 * 1024 * 1024, max_ratio: 250 }
    }
}

/// Unpacks the byte stream of all messages, which is a gzip file: one member, or several one behind the other. The way
/// back from [`Gzip`](crate::Gzip).
///
/// Messages are taken as pieces of one byte stream, cut anywhere. What is unpacked leaves as it is made, at the latest when
/// its batch is done, in messages of at most 64 KiB and never more than the pipeline's `max_message_bytes`; put
/// [`Lines`](crate::Lines) behind it for lines. A message during which nothing was made counts as absorbed. About 100 KiB
/// are held, however much comes out.
///
/// Checksum and length of each member are checked against its trailer; the bytes have left by then. Zero bytes behind the
/// last member, as tapes have them, are passed over. No input gives no output.
///
/// Ends the pipeline, whatever its error policy, at bytes that are not gzip or do not fit their checksum, at an end of
/// input within a member, and beyond the caps of [`GunzipOptions`]: in a compressed stream there is no place to go on
/// from. The error names the byte of the input, from 0; what was unpacked before it is delivered. Wants an edge with the
/// policy `block` before it: what is lost there makes the rest unreadable.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Gunzip, GunzipOptions, Gzip, GzipOptions};
///
/// let mut packed = Emitter::detached();
/// let mut gzip = Gzip::new(GzipOptions::default())?;
/// gzip.process_batch(Batch::from_iter([&b"hello "[..], b"world"]), &mut packed)?;
/// gzip.finish(&mut packed)?;
///
/// let mut gunzip = Gunzip::new(GunzipOptions::default())?;
/// let mut out = Emitter::detached();
/// gunzip.process_batch(packed.take_messages().iter().map(Vec::as_slice).collect(), &mut out)?;
/// gunzip.finish(&mut out)?;
/// assert_eq!(out.take_messages().concat(), b"hello world");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Gunzip {
    cap: OutputCap,
    inflate: Decompress,
    place: Place,
    /// Bytes of the input that were taken.
    taken: u64,
    chunk: ByteChunk,
}

/// Where in the file the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Between,
    /// In the member that began at this byte of the input.
    Member(u64),
    /// In zero bytes behind the last member.
    Padding,
}

impl Gunzip {
    /// Refuses a ratio of 0.
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(options: GunzipOptions) -> Result<Self, InvalidOption> {
        Ok(Self {
            cap: OutputCap::new("gunzip", options.max_output_bytes, options.max_ratio)?,
            inflate: Decompress::new_gzip(WINDOW_BITS),
            place: Place::Between,
            taken: 0,
            chunk: ByteChunk::new(),
        })
    }

    fn unpack(&mut self, batch: &Batch, out: &mut Emitter) -> Result<()> {
        let mut pieces = batch.iter();
        while let Some(piece) = pieces.next() {
            let unpacked = self.take(piece, out);
            if unpacked.is_err() || pieces.len() == 0 {
                self.chunk.emit(out);
            }
            unpacked?;
            if out.is_stopped() {
                break;
            }
            out.next_input();
        }
        Ok(())
    }

    fn take(&mut self, mut piece: &[u8], out: &mut Emitter) -> Result<()> {
        while !piece.is_empty() && !out.is_stopped() {
            let count = match self.place {
                Place::Between => {
                    self.begin(piece[0]);
                    continue;
                }
                Place::Member(begin) => self.inflate(begin, piece, out)?,
                Place::Padding => self.pass_over(piece)?,
            };
            piece = &piece[count..];
        }
        Ok(())
    }

    fn begin(&mut self, first: u8) {
        if first == 0 && self.taken > 0 {
            self.place = Place::Padding;
        } else {
            self.inflate.reset(true);
            self.place = Place::Member(self.taken);
        }
    }

    /// Unpacks until the piece or the member ends; how much of the piece was taken.
    fn inflate(&mut self, begin: u64, piece: &[u8], out: &mut Emitter) -> Result<usize> {
        let mut count = 0;
        while !out.is_stopped() {
            let room = self.chunk.room(out);
            let room_bytes = room.len();
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let step = self.inflate.decompress(&piece[count..], room, FlushDecompress::None);
            let step_in = self.inflate.total_in() - read;
            let made = (self.inflate.total_out() - written) as usize;
            self.taken += step_in;
            count += step_in as usize;
            self.chunk.fill(made);
            if let Err(excess) = self.cap.count(self.taken, made as u64) {
                self.chunk.unfill(excess.bytes as usize);
                return Err(excess.error);
            }
            match step {
                Ok(Status::StreamEnd) => {
                    self.place = Place::Between;
                    break;
                }
                // Room left over says that all was taken, and that there is nothing more to write.
                Ok(_) if made < room_bytes => break,
                Ok(_) => {}
                Err(error) => return Err(self.corrupt(begin, error.message())),
            }
        }
        Ok(count)
    }

    fn pass_over(&mut self, piece: &[u8]) -> Result<usize> {
        let zeros = piece.iter().take_while(|byte| **byte == 0).count();
        self.taken += zeros as u64;
        if zeros < piece.len() {
            return Err(Error::msg(format_args!(
                "gunzip: byte {} of the input follows the zeros behind the last gzip member and is none; cut the file there",
                self.taken
            )));
        }
        Ok(zeros)
    }

    #[cold]
    fn corrupt(&self, begin: u64, reason: Option<&str>) -> Error {
        let (taken, reason) = (self.taken, reason.unwrap_or("invalid data"));
        let remedy = if taken - begin > 2 {
            "look whether a piece is missing or came twice, or fetch the file again"
        } else if begin == 0 {
            "the input is not gzip"
        } else {
            "what follows the member before is not gzip"
        };
        Error::msg(format_args!(
            "gunzip: {reason} at byte {taken} of the input, in the member that begins at byte {begin}; {remedy}"
        ))
    }
}

impl Plan for GunzipOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Gunzip::new(self)?))
    }
}

impl Stage for Gunzip {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "gunzip"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        self.unpack(&batch, out)?;
        out.recycle(batch);
        Ok(())
    }

    fn finish(&mut self, _out: &mut Emitter) -> Result<()> {
        match self.place {
            Place::Between | Place::Padding => Ok(()),
            Place::Member(begin) => Err(Error::msg(format_args!(
                "gunzip: the input ends at byte {}, within the gzip member that begins at byte {begin}; it is truncated: fetch it again",
                self.taken
            ))),
        }
    }
}
