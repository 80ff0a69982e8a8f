//! A byte stream, split where an ending stands.
//!
//! Invariants: `held` is the start of the message that no ending has ended yet, and never longer than the cap and what may
//! belong to an ending; of a message that was rejected it is only that.

use std::ops::Range;

use stream_pipeline::{Batch, Emitter, Result};

use super::cap::Cap;
use super::hold::{hold, release};

/// What ends a message.
pub(super) trait Ending {
    /// How long it is.
    fn bytes(&self) -> usize;

    /// How many bytes at the end of `part` may belong to an ending that is not complete: what is held may be longer than a
    /// message by as much.
    fn slack(&self, part: &[u8]) -> usize;

    /// Where endings begin in `bytes`, from the first on, none within another.
    fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a;

    /// How long the message is that stands before an ending.
    fn message_bytes(&self, before: &[u8]) -> usize;
}

/// Splits pieces of a byte stream into messages.
#[derive(Debug, Default)]
pub(super) struct Splitter<E> {
    ending: E,
    held: Vec<u8>,
    /// The bytes on both sides of the border between what is held and a piece.
    border: Vec<u8>,
    /// The message in work was rejected; what follows of it is passed over.
    rejected: bool,
    /// How many bytes were before this piece, and before the message that is held.
    offset: u64,
    begun: u64,
}

impl<E: Ending> Splitter<E> {
    pub(super) fn new(ending: E) -> Self {
        Self { ending, held: Vec::new(), border: Vec::new(), rejected: false, offset: 0, begun: 0 }
    }

    /// Splits the pieces of a batch.
    pub(super) fn split_batch(&mut self, batch: Batch, cap: Cap, out: &mut Emitter) -> Result<()> {
        for piece in batch.iter() {
            if out.is_stopped() {
                break;
            }
            self.split(piece, cap, out)?;
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }

    /// Emits the messages that end in `piece`, and holds what follows the last of them.
    fn split(&mut self, piece: &[u8], cap: Cap, out: &mut Emitter) -> Result<()> {
        let mut start = 0;
        if self.rejected || !self.held.is_empty() {
            let Some((held, part, next)) = self.first_end(piece) else {
                self.offset += piece.len() as u64;
                return self.take(piece, cap, out);
            };
            self.held.truncate(held);
            self.take(&piece[..part], cap, out)?;
            self.end(cap, out)?;
            start = next;
        }
        start += self.split_whole(&piece[start..], self.offset + start as u64, cap, out)?;
        self.begun = self.offset + start as u64;
        self.offset += piece.len() as u64;
        self.take(&piece[start..], cap, out)
    }

    /// Where the message in work ends: how much of what is held belongs to it and how much of `piece`, and where in
    /// `piece` the next one begins.
    fn first_end(&mut self, piece: &[u8]) -> Option<(usize, usize, usize)> {
        let bytes = self.ending.bytes();
        let tail = self.held.len().min(bytes - 1);
        if tail > 0 {
            let before = self.held.len() - tail;
            let head = piece.len().min(bytes - 1);
            self.border.clear();
            self.border.extend_from_slice(&self.held[before..]);
            self.border.extend_from_slice(&piece[..head]);
            if let Some(at) = self.ending.find(&self.border).next() {
                return Some((before + at, 0, at + bytes - tail));
            }
        }
        let at = self.ending.find(piece).next()?;
        Some((self.held.len(), at, at + bytes))
    }

    /// Emits the messages that lie whole in `bytes`; how long they are, with their endings.
    fn split_whole(&self, bytes: &[u8], offset: u64, cap: Cap, out: &mut Emitter) -> Result<usize> {
        let mut start = 0;
        let mut ends = self.ending.find(bytes);
        loop {
            let mut long: Option<Range<usize>> = None;
            let messages = ends.by_ref().map_while(|end| {
                let message = start..start + self.ending.message_bytes(&bytes[start..end]);
                start = end + self.ending.bytes();
                if message.len() <= cap.bytes {
                    Some(message)
                } else {
                    long = Some(message);
                    None
                }
            });
            out.push_parts(bytes, messages);
            let Some(message) = long else { return Ok(start) };
            let offset = offset + message.start as u64;
            cap.reject(&bytes[message], offset, out)?;
        }
    }

    /// Keeps a part of a message, as far as it may be needed.
    fn take(&mut self, part: &[u8], cap: Cap, out: &mut Emitter) -> Result<()> {
        let most = cap.bytes.saturating_add(self.ending.slack(part));
        if self.rejected {
            self.keep_tail(part);
            Ok(())
        } else if part.is_empty() || self.held.len() + part.len() <= most {
            hold(&mut self.held, part, most);
            Ok(())
        } else {
            self.rejected = true;
            let (first, rest) = part.split_at(cap.bytes.saturating_sub(self.held.len()));
            hold(&mut self.held, first, most);
            let held = std::mem::take(&mut self.held);
            self.keep_tail(&held);
            self.keep_tail(rest);
            cap.reject(&held, self.begun, out)
        }
    }

    /// Keeps of a message that was rejected what an ending may begin with.
    fn keep_tail(&mut self, part: &[u8]) {
        let tail = self.ending.bytes() - 1;
        let part = &part[part.len().saturating_sub(tail)..];
        let kept = self.held.len().min(tail - part.len());
        self.held.drain(..self.held.len() - kept);
        self.held.extend_from_slice(part);
    }

    /// The message that is held has ended.
    fn end(&mut self, cap: Cap, out: &mut Emitter) -> Result<()> {
        if self.rejected {
            self.rejected = false;
            self.held.clear();
            return Ok(());
        }
        self.held.truncate(self.ending.message_bytes(&self.held));
        self.emit(cap, out)
    }

    fn emit(&mut self, cap: Cap, out: &mut Emitter) -> Result<()> {
        if self.held.len() > cap.bytes {
            let held = std::mem::take(&mut self.held);
            return cap.reject(&held, self.begun, out);
        }
        release(&mut self.held, out);
        Ok(())
    }

    /// Emits what is held at the end of input.
    pub(super) fn finish(&mut self, cap: Cap, out: &mut Emitter) -> Result<()> {
        if self.rejected || self.held.is_empty() {
            return Ok(());
        }
        self.emit(cap, out)
    }

    #[cfg(test)]
    pub(super) fn held_capacity(&self) -> usize {
        self.held.capacity()
    }
}
