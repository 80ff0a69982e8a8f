//! Batches to and from the memory that JavaScript lends for the time of a call.
//!
//! A region is an area of bytes and a table of words. Towards JavaScript, the table holds the length of each message, and
//! their bytes follow each other in the area. From JavaScript it holds the same, and [`SETTLED`] behind the outputs of
//! each input.

use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use stream_pipeline::{Batch, Hand};

/// In a table from JavaScript: the outputs before this word are those of one input, which is done.
pub(crate) const SETTLED: u32 = u32::MAX;

/// Memory to be filled for JavaScript.
pub(crate) struct Region<'call> {
    bytes: Uint8ArraySlice<'call>,
    table: Uint32ArraySlice<'call>,
}

impl<'call> Region<'call> {
    pub(crate) fn new(bytes: Uint8ArraySlice<'call>, table: Uint32ArraySlice<'call>) -> Self {
        Self { bytes, table }
    }

    pub(crate) fn max_messages(&self) -> usize {
        self.table.len()
    }

    pub(crate) fn max_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Copies messages into the region until `batch` is empty or the next does not fit; says how many.
    pub(crate) fn write(&mut self, batch: &mut Batch) -> usize {
        // SAFETY: the arrays live until this call returns to JavaScript, which does not run meanwhile; lib/region.ts makes
        // each of them with memory of its own, which no other argument of a call shares and no other thread sees.
        let (bytes, table) = unsafe { (self.bytes.as_mut(), self.table.as_mut()) };
        let mut end = 0;
        let mut count = 0;
        for (message, length) in batch.iter().zip(table.iter_mut()) {
            let Some(place) = bytes.get_mut(end..end + message.len()) else { break };
            place.copy_from_slice(message);
            *length = message.len() as u32;
            end += message.len();
            count += 1;
        }
        batch.drop_front(count);
        count
    }
}

/// Appends the messages of a table without [`SETTLED`] to `batch`.
pub(crate) fn read(bytes: &[u8], table: &[u32], batch: &mut Batch) {
    let mut rest = bytes;
    for &length in table {
        let (message, behind) = rest.split_at(length as usize);
        batch.push(message);
        rest = behind;
    }
}

/// Emits the messages of a table, and settles inputs where it says so.
pub(crate) fn emit(bytes: &[u8], table: &[u32], hand: &mut Hand) {
    let mut rest = bytes;
    for &word in table {
        if word == SETTLED {
            hand.settle();
        } else {
            let (message, behind) = rest.split_at(word as usize);
            hand.push(message);
            rest = behind;
        }
    }
}
