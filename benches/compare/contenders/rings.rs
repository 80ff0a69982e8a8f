//! rtrb: a ring with one producer and one consumer, which hands messages over by value. Small ones are arrays in the
//! ring, and copied from ring to ring, by the chunk where batches are asked for; large ones are moved.

use std::ops::Range;
use std::thread;

use rtrb::{Consumer, Producer, RingBuffer};

use super::{Drain, Feed, Impatience, Setup, Shape};

pub(crate) struct RingFeed<T> {
    ring: Producer<T>,
    bytes: usize,
}

pub(crate) struct RingDrain<T> {
    ring: Consumer<T>,
    chunk: usize,
}

pub(crate) fn open<T: Shape>(setup: Setup) -> (RingFeed<T>, RingDrain<T>) {
    let (first, mut upstream) = RingBuffer::new(setup.capacity);
    for _ in 0..setup.stages {
        let (sender, next) = RingBuffer::new(setup.capacity);
        let receiver = std::mem::replace(&mut upstream, next);
        thread::spawn(move || stage(receiver, sender, setup));
    }
    (RingFeed { ring: first, bytes: setup.bytes }, RingDrain { ring: upstream, chunk: setup.batch })
}

fn stage<T: Shape>(mut from: Consumer<T>, mut to: Producer<T>, setup: Setup) {
    while let Some(count) = filled(&from, setup.batch) {
        (0..count).for_each(|_| setup.task.perform());
        let messages = from.read_chunk(count).expect("they are there");
        push(&mut to, messages.into_iter());
    }
}

/// How many messages can be taken, at most `most`; `None` when the sender has gone and all were taken.
fn filled<T>(ring: &Consumer<T>, most: usize) -> Option<usize> {
    let mut impatience = Impatience::default();
    loop {
        // Read before the slots: what was pushed before the end is still found.
        let gone = ring.is_abandoned();
        match ring.slots() {
            0 if gone => return None,
            0 => impatience.pause(),
            slots => return Some(slots.min(most)),
        }
    }
}

/// Pushes all, in as few chunks as there is room for.
fn push<T>(ring: &mut Producer<T>, mut messages: impl ExactSizeIterator<Item = T>) {
    let mut impatience = Impatience::default();
    while messages.len() > 0 {
        match ring.slots().min(messages.len()) {
            0 => impatience.pause(),
            count => {
                let chunk = ring.write_chunk_uninit(count).expect("there is room");
                chunk.fill_from_iter(&mut messages);
            }
        }
    }
}

impl<T: Shape> Feed for RingFeed<T> {
    fn send(&mut self, word: u64) -> bool {
        self.send_batch(word..word + 1);
        true
    }

    fn send_batch(&mut self, words: Range<u64>) {
        let bytes = self.bytes;
        let count = (words.end - words.start) as usize;
        // Not the range itself: it has no exact size.
        push(&mut self.ring, (0..count).map(|nth| T::write(bytes, words.start + nth as u64)));
    }
}

impl<T: Shape> Drain for RingDrain<T> {
    fn take(&mut self, mut each: impl FnMut(&[u8])) -> bool {
        let Some(count) = filled(&self.ring, self.chunk) else { return false };
        let chunk = self.ring.read_chunk(count).expect("they are there");
        let (front, back) = chunk.as_slices();
        front.iter().chain(back).for_each(|message| each(message.bytes()));
        chunk.commit_all();
        true
    }
}
