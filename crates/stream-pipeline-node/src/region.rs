//! Batches to and from the memory that JavaScript lends for the time of a call.
//!
//! A region is an area of bytes and a table of words. Towards JavaScript the table holds where each message ends in the
//! area; they follow each other, with the gap that JavaScript asked for before the first and behind each. From JavaScript
//! it holds what to do, one word after the other: see [`emit`].

use std::ops::Range;

use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use stream_pipeline::{Batch, Hand};

/// In a table from JavaScript: the outputs before this word are those of one input, which is done.
const SETTLED: u32 = u32::MAX;
/// The inputs in hand are done, all of them together.
const ALL_SETTLED: u32 = u32::MAX - 1;
/// The next two words are start and length of a message in the area of the inputs.
const OF_INPUTS: u32 = u32::MAX - 2;

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

    /// What JavaScript was given last time; it may have changed it since.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The memory, to be written to.
    pub(crate) fn memory(&mut self) -> (&mut [u8], &mut [u32]) {
        // SAFETY: the arrays live until this call returns to JavaScript, which does not run meanwhile; lib/ makes
        // each of them with memory of its own, which no other argument of a call shares and no other thread sees.
        unsafe { (self.bytes.as_mut(), self.table.as_mut()) }
    }

    /// Copies messages into the region until `batch` is empty or the next does not fit; says how many. Behind each comes
    /// `gap`, and one byte is free before the first if there is one.
    pub(crate) fn write(&mut self, batch: &mut Batch, gap: &[u8]) -> usize {
        let (bytes, table) = self.memory();
        let mut start = usize::from(!gap.is_empty());
        let mut count = 0;
        for (message, word) in batch.iter().zip(table.iter_mut()) {
            let end = start + message.len();
            let Some(place) = bytes.get_mut(start..end + gap.len()) else { break };
            let (place, gap_place) = place.split_at_mut(message.len());
            place.copy_from_slice(message);
            gap_place.copy_from_slice(gap);
            *word = end as u32;
            start = end + gap.len();
            count += 1;
        }
        batch.drop_front(count);
        count
    }

    /// Says in the table where each of the messages ends, which are no more than it has words; and copies them into the
    /// area if there is room for all of them. Whether there was.
    pub(crate) fn write_whole(&mut self, batch: &Batch) -> bool {
        let (bytes, table) = self.memory();
        let mut end = 0;
        for (message, word) in batch.iter().zip(table.iter_mut()) {
            end += message.len();
            *word = end as u32;
        }
        if end > bytes.len() {
            return false;
        }
        let (mut index, mut rest) = (0, bytes);
        while let Some((messages, count)) = batch.span(index, &[], usize::MAX) {
            let (place, behind) = rest.split_at_mut(messages.len());
            place.copy_from_slice(messages);
            (index, rest) = (index + count, behind);
        }
        true
    }
}

/// Appends the messages of a table that holds lengths only to `batch`.
pub(crate) fn read(bytes: &[u8], table: &[u32], batch: &mut Batch) {
    let mut rest = bytes;
    for &length in table {
        let (message, behind) = rest.split_at(length as usize);
        batch.push(message);
        rest = behind;
    }
}

/// Emits the messages of a table and settles inputs, as its words say: the length of the next message in `bytes`, or
/// [`OF_INPUTS`], [`SETTLED`] or [`ALL_SETTLED`]. Ranges that follow each other in the table go to the engine together.
pub(crate) fn emit(bytes: &[u8], mut table: &[u32], inputs: &[u8], hand: &mut Hand) {
    let mut rest = bytes;
    loop {
        table = match *table {
            [] => return,
            [SETTLED, ref behind @ ..] => {
                hand.settle();
                behind
            }
            [ALL_SETTLED, ref behind @ ..] => {
                hand.settle_all();
                behind
            }
            // A range beyond the area was refused by lib/hosting/batch-work.ts.
            [OF_INPUTS, start, length, SETTLED, ref behind @ ..] => {
                hand.push(&inputs[start as usize..][..length as usize]);
                hand.settle();
                behind
            }
            [OF_INPUTS, _, _, ..] => {
                let mut behind = table;
                hand.push_parts(inputs, std::iter::from_fn(|| next_range(&mut behind)));
                behind
            }
            [length, ref behind @ ..] => {
                let (message, messages) = rest.split_at(length as usize);
                hand.push(message);
                rest = messages;
                behind
            }
        }
    }
}

/// The range that comes next in a table, if one does; whoever made the table has put both words of it there.
fn next_range(table: &mut &[u32]) -> Option<Range<usize>> {
    let [OF_INPUTS, start, length, behind @ ..] = *table else { return None };
    *table = behind;
    Some(*start as usize..*start as usize + *length as usize)
}
