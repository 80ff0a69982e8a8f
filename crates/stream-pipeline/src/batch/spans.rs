//! Spans: neighbouring messages that are copied together, with the few bytes that lie between them.
//!
//! Invariant: a span is appended whole or, where the iterator that names its parts panics, not at all. In the buffer its
//! parts lie as they lay before; what lies between them there belongs to no message.

use std::ops::Range;

use super::{Batch, Columns, Entry, LARGE_MESSAGE_BYTES, MAX_BATCH_BYTES, SHARED, narrowed};

/// Parts further apart are copied one by one: between lines lie a byte or two, and what is between messages is in the way
/// in a buffer.
const MAX_GAP_BYTES: usize = 16;

/// What a batch and a message may grow to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) batch_messages: usize,
    pub(crate) message_bytes: usize,
}

impl Batch {
    /// Appends `first`, a part of `bytes` for which there is room, and those of `more` that lie behind it and may join this
    /// batch by the same copy. How many were appended, and the part that was not.
    ///
    /// # Panics
    /// If `first` does not lie within `bytes`.
    pub(crate) fn push_span(
        &mut self,
        bytes: &[u8],
        first: Range<usize>,
        more: &mut impl Iterator<Item = Range<usize>>,
        limits: Limits,
    ) -> (usize, Option<Range<usize>>) {
        let message = &bytes[first.clone()];
        if message.len() >= LARGE_MESSAGE_BYTES {
            self.push(message);
            return (1, more.next());
        }
        let room = MAX_BATCH_BYTES.saturating_sub(self.weight()).min(bytes.len() - first.start);
        let longest = limits.message_bytes.min(LARGE_MESSAGE_BYTES - 1);
        let room_behind = limits.batch_messages.saturating_sub(self.len() + 1);
        let mut span = Span::open(&mut self.columns, first);
        let mut rest = more.next();
        while let Some(part) = &rest
            && span.count() <= room_behind
            && span.is_followed_by(part, room)
            && part.len() <= longest
        {
            span.put(part);
            rest = more.next();
        }
        (span.copy(bytes), rest)
    }

    /// The message at `index` and those behind it that lie in the buffer with nothing but `separator` between each two, as
    /// one slice of at most `max_bytes`; and how many they are. The message at `index` is in it however long it is.
    ///
    /// A stage that puts separators between messages copies them so at once, if they still lie as they were cut.
    ///
    /// ```
    /// use stream_pipeline::Batch;
    /// let batch = Batch::from_iter([&b"a"[..], b"", b"bc"]);
    /// assert_eq!(batch.span(0, b"", 100), Some((&b"abc"[..], 3)));
    /// assert_eq!(batch.span(2, b"\n", 100), Some((&b"bc"[..], 1)));
    /// assert_eq!(batch.span(3, b"\n", 100), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn span(&self, index: usize, separator: &[u8], max_bytes: usize) -> Option<(&[u8], usize)> {
        let columns = &*self.columns;
        let entries = columns.entries.get(columns.head + index..)?;
        let (first, behind) = entries.split_first()?;
        if first.owner != SHARED {
            return Some((columns.bytes_of(*first), 1));
        }
        let start = first.start as usize;
        let mut end = start + first.len as usize;
        let mut count = 1;
        for entry in behind {
            let next = end + separator.len();
            let next_end = next + entry.len as usize;
            let is_next = entry.start as usize == next && entry.owner == SHARED && next_end - start <= max_bytes;
            if !is_next || !columns.shared[end..next].iter().eq(separator) {
                break;
            }
            end = next_end;
            count += 1;
        }
        Some((&columns.shared[start..end], count))
    }
}

/// A span whose entries are there and whose bytes are not yet.
struct Span<'a> {
    columns: &'a mut Columns,
    /// The entries before it.
    before: usize,
    /// Where it begins, and where it ends so far, in the piece it is copied from.
    start: usize,
    end: usize,
}

impl<'a> Span<'a> {
    #[inline]
    fn open(columns: &'a mut Columns, first: Range<usize>) -> Self {
        let (before, start) = (columns.entries.len(), first.start);
        let mut span = Self { columns, before, start, end: start };
        span.put(&first);
        span
    }

    #[inline]
    fn count(&self) -> usize {
        self.columns.entries.len() - self.before
    }

    /// Whether `part` lies a little behind, and the span is no longer than `room` with it.
    #[inline]
    fn is_followed_by(&self, part: &Range<usize>, room: usize) -> bool {
        let gap = part.start.wrapping_sub(self.end);
        gap <= MAX_GAP_BYTES && part.start <= part.end && part.end - self.start <= room
    }

    #[inline]
    fn put(&mut self, part: &Range<usize>) {
        let start = narrowed(self.columns.used + part.start - self.start);
        self.columns.entries.push(Entry { start, len: part.len() as u32, owner: SHARED });
        self.end = part.end;
    }

    fn copy(mut self, bytes: &[u8]) -> usize {
        let count = self.count();
        let span = &bytes[self.start..self.end];
        let columns = &mut *self.columns;
        columns.make_room(span.len());
        let used = columns.used;
        columns.shared[used..][..span.len()].copy_from_slice(span);
        columns.used += span.len();
        self.before = columns.entries.len();
        count
    }
}

impl Drop for Span<'_> {
    /// Whatever was not copied is not there.
    fn drop(&mut self) {
        self.columns.entries.truncate(self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const LIMITS: Limits = Limits { batch_messages: 100, message_bytes: 100 };

    fn batch(
        bytes: &[u8],
        parts: impl IntoIterator<Item = Range<usize>>,
        limits: Limits,
    ) -> (Batch, Option<Range<usize>>) {
        let mut parts = parts.into_iter();
        let mut batch = Batch::from_iter([&b"before"[..]]);
        let first = parts.next().unwrap();
        let (pushed, rest) = batch.push_span(bytes, first, &mut parts, limits);
        assert_eq!(batch.len(), 1 + pushed);
        (batch, rest)
    }

    #[test]
    fn parts_are_copied_with_what_is_between_them_and_are_found_again_by_it() {
        let (batch, rest) = batch(b"one,,two;", [0..3, 4..4, 5..8], LIMITS);
        assert_eq!(rest, None);
        assert_eq!(batch.weight(), b"beforeone,,two".len());
        assert_eq!(batch.span(1, b",", 8), Some((&b"one,,two"[..], 3)));
        assert_eq!(batch.span(1, b",", 7), Some((&b"one,"[..], 2)));
        assert_eq!(batch.span(1, b";", 8), Some((&b"one"[..], 1)));
        assert_eq!(batch.span(0, b"", 100), Some((&b"beforeone"[..], 2)));
    }

    #[test]
    fn a_span_ends_where_the_batch_or_the_message_would_grow_too_long_or_the_gap_is_wide() {
        let bytes = vec![7; 200_000];
        let few = Limits { batch_messages: 3, ..LIMITS };
        assert_eq!(batch(&bytes, [0..1, 1..2, 2..3], few).1, Some(2..3));
        assert_eq!(batch(&bytes, [0..1, 1..101, 101..202], LIMITS).1, Some(101..202));
        assert_eq!(batch(&bytes, [0..1, 17..18, 35..36], LIMITS).1, Some(35..36));
        let wide = Limits { message_bytes: usize::MAX, ..LIMITS };
        assert_eq!(batch(&bytes, [0..1, 1..4096, 4096..8192, 8192..8193], wide).1, Some(4096..8192));
        assert_eq!(batch(&bytes, [0..4096, 4096..4097], wide).1, Some(4096..4097));
        let many = Limits { batch_messages: 1000, ..wide };
        let thousands = (0..200).map(|part| part * 1000..(part + 1) * 1000);
        assert_eq!(batch(&bytes, thousands, many).1, Some(131_000..132_000));
    }

    #[test]
    fn what_an_iterator_named_before_it_panicked_is_not_there() {
        let mut batch = Batch::from_iter([&b"before"[..]]);
        let mut parts = (0..3).map(|at| if at < 2 { at..at + 1 } else { panic!("no third part") });
        let first = parts.next().unwrap();
        let pushed = catch_unwind(AssertUnwindSafe(|| batch.push_span(b"abc", first, &mut parts, LIMITS)));
        assert!(pushed.is_err());
        batch.push(b"behind");
        assert!(batch.iter().eq([&b"before"[..], b"behind"]));
    }

    #[test]
    fn a_part_outside_of_the_bytes_is_in_no_span() {
        assert_eq!(batch(b"abc", [0..1, 1..4], LIMITS).1, Some(1..4));
        let backwards = Range { start: 3, end: 2 };
        assert_eq!(batch(b"abc", [0..1, backwards.clone()], LIMITS).1, Some(backwards));
    }
}
