//! A batch: messages that travel together.
//!
//! A small message is a range of the batch's shared buffer; a large one keeps its own buffer, which is moved and never
//! copied. Removing or narrowing messages changes ranges only. Messages cut out of one piece of bytes are copied together,
//! and may be again: `spans`.
//!
//! Invariant: every entry lies within the buffer it names, and `head..entries.len()` are the messages still there.

use std::ops::Range;

pub(crate) use spans::Limits;

mod spans;

/// From this many bytes on a message keeps its own buffer instead of being copied into the shared one: a page, beyond
/// which the copy costs more than the allocation it saves.
pub const LARGE_MESSAGE_BYTES: usize = 4096;

/// The most messages one batch holds. Measured: beyond a few hundred, throughput no longer grows.
pub(crate) const MAX_BATCH_MESSAGES: usize = 1024;

/// The shared buffer is not filled beyond this, so that a batch stays within a core's L2 cache.
pub(crate) const MAX_BATCH_BYTES: usize = 128 * 1024;

/// Entries of messages in the shared buffer name no large buffer.
const SHARED: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    len: u32,
    /// Index into `large`, or [`SHARED`].
    owner: u32,
}

#[derive(Debug, Default)]
struct Columns {
    /// The small messages, and behind [`used`](Columns::used) what is left of earlier ones: a buffer is filled again and
    /// again, and set to zero once.
    shared: Vec<u8>,
    used: usize,
    entries: Vec<Entry>,
    large: Vec<Vec<u8>>,
    large_bytes: usize,
    head: usize,
    origin_ns: Option<u64>,
    published_ns: Option<u64>,
    charged_bytes: u64,
}

/// Messages that travel together, in order.
///
/// ```
/// use stream_pipeline::Batch;
/// let mut batch: Batch = [&b"keep"[..], b"", b"drop"].into_iter().collect();
/// batch.retain(|message| message != b"drop");
/// assert_eq!(batch.iter().collect::<Vec<_>>(), [&b"keep"[..], b""]);
/// ```
#[derive(Debug, Default)]
pub struct Batch {
    columns: Box<Columns>,
}

/// What a batch takes before there is a message in it.
pub(crate) const HEADER_BYTES: u64 = size_of::<Columns>() as u64;

impl Batch {
    /// An empty batch; nothing but its header is allocated.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.entries.len() - self.columns.head
    }

    /// Whether there is no message. A batch that holds one empty message is not empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The message at `index`, counted from the first one still there.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        let entry = self.columns.entries.get(self.columns.head + index)?;
        Some(self.columns.bytes_of(*entry))
    }

    /// The messages, first to last.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> + Clone {
        let columns = &*self.columns;
        columns.entries[columns.head..].iter().map(|entry| columns.bytes_of(*entry))
    }

    /// The bytes of all messages together.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        self.columns.entries[self.columns.head..].iter().map(|entry| entry.len as usize).sum()
    }

    /// Appends a copy of `message`.
    ///
    /// # Panics
    /// Beyond 4 GiB: of the small messages of a batch together, and of a message.
    #[inline]
    pub fn push(&mut self, message: &[u8]) {
        if message.len() >= LARGE_MESSAGE_BYTES {
            return self.push_large(message.to_vec());
        }
        self.columns.claim(message.len()).copy_from_slice(message);
    }

    /// Appends a message of `bytes` bytes that `write` writes in place, which saves the copy that [`push`](Batch::push)
    /// makes. What is there before is arbitrary: `write` is to write all of it.
    ///
    /// ```
    /// # let mut batch = stream_pipeline::Batch::new();
    /// batch.push_with(8, |message| message.copy_from_slice(&7_u64.to_le_bytes()));
    /// assert_eq!(batch.get(0), Some(&[7, 0, 0, 0, 0, 0, 0, 0][..]));
    /// ```
    ///
    /// # Panics
    /// As [`push`](Batch::push), and if `write` does; then a small message is there as far as it was written, a large one
    /// is not.
    #[inline]
    pub fn push_with(&mut self, bytes: usize, write: impl FnOnce(&mut [u8])) {
        if bytes >= LARGE_MESSAGE_BYTES {
            let mut message = vec![0; bytes];
            write(&mut message);
            return self.push_large(message);
        }
        write(self.columns.claim(bytes));
    }

    /// Appends `message`: a large one is moved, a small one copied.
    ///
    /// # Panics
    /// As [`push`](Batch::push).
    pub fn push_vec(&mut self, message: Vec<u8>) {
        if message.len() >= LARGE_MESSAGE_BYTES {
            self.push_large(message);
        } else {
            self.push(&message);
        }
    }

    fn push_large(&mut self, message: Vec<u8>) {
        let columns = &mut *self.columns;
        let entry = Entry { start: 0, len: narrowed(message.len()), owner: columns.large.len() as u32 };
        columns.large_bytes += message.capacity();
        columns.large.push(message);
        columns.entries.push(entry);
    }

    /// Removes the first message and returns it; a large one is moved out, a small one copied.
    #[inline]
    pub fn pop_front(&mut self) -> Option<Vec<u8>> {
        let columns = &mut *self.columns;
        let entry = *columns.entries.get(columns.head)?;
        columns.head += 1;
        Some(if entry.owner == SHARED { columns.bytes_of(entry).to_vec() } else { columns.take_large(entry) })
    }

    /// As [`pop_front`](Batch::pop_front); a small message is copied into `spare` instead of a new buffer.
    #[inline]
    pub(crate) fn pop_front_into(&mut self, mut spare: Vec<u8>) -> Option<Vec<u8>> {
        let columns = &mut *self.columns;
        let entry = *columns.entries.get(columns.head)?;
        columns.head += 1;
        if entry.owner != SHARED {
            return Some(columns.take_large(entry));
        }
        spare.clear();
        spare.extend_from_slice(columns.bytes_of(entry));
        Some(spare)
    }

    /// Removes the first `count` messages (all, if there are fewer).
    pub fn drop_front(&mut self, count: usize) {
        let columns = &mut *self.columns;
        let end = (columns.head + count).min(columns.entries.len());
        for index in columns.head..end {
            let owner = columns.entries[index].owner;
            if owner != SHARED {
                columns.release_large(owner);
            }
        }
        columns.head = end;
    }

    /// Keeps the messages for which `keep` is true; no byte is copied.
    pub fn retain(&mut self, mut keep: impl FnMut(&[u8]) -> bool) {
        self.narrow(|message| keep(message).then_some(0..message.len()));
    }

    /// Narrows each message to the range that `part` gives, or removes it; no byte is copied.
    ///
    /// # Panics
    /// If a range does not lie within its message.
    pub fn narrow(&mut self, mut part: impl FnMut(&[u8]) -> Option<Range<usize>>) {
        let columns = &mut *self.columns;
        let mut kept = columns.head;
        for index in columns.head..columns.entries.len() {
            let entry = columns.entries[index];
            if let Some(range) = part(columns.bytes_of(entry)) {
                assert!(
                    range.start <= range.end && range.end <= entry.len as usize,
                    "range {range:?} outside a message of {} bytes",
                    entry.len
                );
                columns.entries[kept] = Entry {
                    start: entry.start + range.start as u32,
                    len: (range.end - range.start) as u32,
                    owner: entry.owner,
                };
                kept += 1;
            } else if entry.owner != SHARED {
                columns.release_large(entry.owner);
            }
        }
        columns.entries.truncate(kept);
    }

    /// Bytes each message takes along into another batch, first to last; see [`footprint`].
    pub(crate) fn footprints(&self) -> impl Iterator<Item = usize> {
        let columns = &*self.columns;
        columns.entries[columns.head..].iter().map(|entry| match entry.owner {
            SHARED => entry.len as usize,
            owner => columns.large[owner as usize].capacity(),
        })
    }

    /// Moves the first `count` messages to the end of `into`; small ones are copied, large ones moved.
    pub(crate) fn move_front(&mut self, count: usize, into: &mut Batch) {
        into.inherit_times(self);
        let columns = &mut *self.columns;
        let end = (columns.head + count).min(columns.entries.len());
        // At once, and in an empty batch exactly: its buffers are then no larger than what is in them.
        let moved = &columns.entries[columns.head..end];
        let shared = moved.iter().filter(|entry| entry.owner == SHARED).map(|entry| entry.len as usize).sum();
        into.columns.make_room(shared);
        into.columns.entries.reserve(moved.len());
        for index in columns.head..end {
            let entry = columns.entries[index];
            if entry.owner == SHARED {
                into.push(columns.bytes_of(entry));
            } else {
                into.push_large(columns.take_large(entry));
            }
        }
        columns.head = end;
    }

    /// Whether another message of `bytes` bytes may join this batch.
    pub(crate) fn has_room(&self, bytes: usize, max_messages: usize) -> bool {
        self.len() < max_messages && self.weight() + bytes <= MAX_BATCH_BYTES
    }

    /// Bytes in the shared buffer and in large messages, as counted against [`MAX_BATCH_BYTES`].
    pub(crate) fn weight(&self) -> usize {
        self.columns.used + self.columns.large_bytes
    }

    /// Bytes allocated for this batch, buffers for reuse included.
    pub(crate) fn allocated_bytes(&self) -> u64 {
        let columns = &*self.columns;
        let entries = columns.entries.capacity() * size_of::<Entry>();
        HEADER_BYTES + (columns.shared.capacity() + entries + columns.large_bytes) as u64
    }

    /// Makes it an empty batch again and keeps the buffers.
    pub(crate) fn clear(&mut self) {
        let columns = &mut *self.columns;
        columns.used = 0;
        columns.entries.clear();
        columns.large.clear();
        columns.large_bytes = 0;
        columns.head = 0;
        columns.origin_ns = None;
        columns.published_ns = None;
        columns.charged_bytes = 0;
    }

    /// When the oldest message in here, or the one it was made from, entered the pipeline.
    pub(crate) fn origin_ns(&self) -> Option<u64> {
        self.columns.origin_ns
    }

    pub(crate) fn set_origin_ns(&mut self, origin_ns: Option<u64>) {
        self.columns.origin_ns = origin_ns;
    }

    /// When the oldest message in here was put on its edge, or is to count as put there.
    pub(crate) fn published_ns(&self) -> Option<u64> {
        self.columns.published_ns
    }

    pub(crate) fn set_published_ns(&mut self, published_ns: Option<u64>) {
        self.columns.published_ns = published_ns;
    }

    /// What the edge that holds this batch has charged to its byte budget for it.
    pub(crate) fn charged_bytes(&self) -> u64 {
        self.columns.charged_bytes
    }

    pub(crate) fn set_charged_bytes(&mut self, charged_bytes: u64) {
        self.columns.charged_bytes = charged_bytes;
    }

    /// Nothing of where it has been counts any more: it enters another pipeline, whose clock is another one.
    pub(crate) fn forget_times(&mut self) {
        self.columns.origin_ns = None;
        self.columns.published_ns = None;
    }

    /// Takes over the older of the two origins and of the two publication times.
    pub(crate) fn inherit_times(&mut self, from: &Batch) {
        let columns = &mut *self.columns;
        columns.origin_ns = older(columns.origin_ns, from.columns.origin_ns);
        columns.published_ns = older(columns.published_ns, from.columns.published_ns);
    }
}

/// Bytes that `message` takes along into a batch: a large one its whole buffer, a small one its length.
pub(crate) fn footprint(message: &Vec<u8>) -> usize {
    if message.len() >= LARGE_MESSAGE_BYTES { message.capacity() } else { message.len() }
}

/// Ranges are kept in 32 bits.
fn narrowed(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a batch holds 4 GiB at most")
}

/// The older of two optional times.
pub(crate) fn older(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

impl Columns {
    /// The place of another small message.
    #[inline]
    fn claim(&mut self, bytes: usize) -> &mut [u8] {
        let (start, end) = (self.used, self.used + bytes);
        if end > self.shared.len() {
            self.make_room(bytes);
        }
        self.entries.push(Entry { start: narrowed(start), len: bytes as u32, owner: SHARED });
        self.used = end;
        &mut self.shared[start..end]
    }

    /// Has room for `bytes` more bytes of small messages: the first time for just so many, then for twice as many as
    /// before at least, so that a batch that grows is not copied each time.
    fn make_room(&mut self, bytes: usize) {
        let needed = self.used + bytes;
        if needed > self.shared.len() {
            let size = if self.used == 0 { needed } else { needed.max(self.shared.len() * 2) };
            self.shared.reserve_exact(size - self.shared.len());
            self.shared.resize(size, 0);
        }
    }

    fn bytes_of(&self, entry: Entry) -> &[u8] {
        let buffer = if entry.owner == SHARED { &self.shared } else { &self.large[entry.owner as usize] };
        &buffer[entry.start as usize..][..entry.len as usize]
    }

    fn release_large(&mut self, owner: u32) -> Vec<u8> {
        let message = std::mem::take(&mut self.large[owner as usize]);
        self.large_bytes -= message.capacity();
        message
    }

    fn take_large(&mut self, entry: Entry) -> Vec<u8> {
        let mut message = self.release_large(entry.owner);
        message.truncate((entry.start + entry.len) as usize);
        message.drain(..entry.start as usize);
        message
    }
}

impl<'a> Extend<&'a [u8]> for Batch {
    fn extend<I: IntoIterator<Item = &'a [u8]>>(&mut self, messages: I) {
        for message in messages {
            self.push(message);
        }
    }
}

impl<'a> FromIterator<&'a [u8]> for Batch {
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(messages: I) -> Self {
        let mut batch = Self::new();
        batch.extend(messages);
        batch
    }
}

impl Iterator for Batch {
    type Item = Vec<u8>;

    /// The same as [`Batch::pop_front`].
    fn next(&mut self) -> Option<Vec<u8>> {
        self.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}
