//! JSON documents of repeating shape, read without parsing each of them from scratch.
//!
//! | file | what |
//! |---|---|
//! | `token.rs` | strings without escapes, and numbers |
//! | `template.rs` | a shape, and how a document of that shape is read |
//! | `learn.rs` | a document becomes a template |
//!
//! Invariants: what is read has exactly one meaning, that of JSON; everything else is said to have no shape, and is for the
//! caller to parse. Memory is bounded: few templates are held, and few are ever given a number.

mod learn;
mod template;
mod token;

use std::ops::Range;

use self::learn::template_of;
use self::template::{Template, WORDS_PER_VALUE};

pub use self::template::Value;

/// Templates held at a time. A document that has none of these shapes is compared with all of them.
const MAX_HELD: usize = 8;
/// Templates that are ever given a number: for each, the caller makes and keeps something.
const MAX_NUMBERED: u32 = 64;
/// Documents that a template is made of and has read before it counts.
const SEEN_TO_COUNT: u32 = 4;
/// Documents without a known shape that are made templates of, for each call.
const LEARNT_PER_SCAN: usize = 4;

/// A template in use.
#[derive(Debug)]
struct Held {
    template: Template,
    /// 0 until it has been seen often enough.
    number: u32,
    seen: u32,
    /// The last scan that found it.
    found_in: u64,
}

/// What is known of the shapes of one stream of documents.
#[derive(Debug, Default)]
pub struct JsonShapes {
    held: Vec<Held>,
    /// The one that was found last: the most likely one.
    last: usize,
    /// Numbers given so far.
    numbers: u32,
    scans: u64,
}

impl JsonShapes {
    /// Knows no shape yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the documents that lie in `bytes` at these places, and says how many of them have a known shape.
    ///
    /// Two words of `table` for each document come first: the number of its shape, or 0, and the place of its first value;
    /// each value takes two words, and place `n` is that of words `2 * n` and `2 * n + 1`. They hold start and end of a
    /// string, counted from `origin`; a number as an `f64`, in the order of this machine's bytes; 1 or 0 for `true` or
    /// `false`. Documents for which the table has no room have no shape.
    pub fn scan(
        &mut self,
        bytes: &[u8],
        documents: impl ExactSizeIterator<Item = Range<usize>>,
        origin: usize,
        table: &mut [u32],
    ) -> usize {
        self.scans += 1;
        let mut may_learn = LEARNT_PER_SCAN;
        let mut known = 0;
        let Some((heads, values)) = table.split_at_mut_checked(WORDS_PER_VALUE * documents.len()) else { return 0 };
        let first_place = documents.len();
        let mut used = 0;
        for (place, head) in documents.zip(heads.chunks_exact_mut(2)) {
            head.copy_from_slice(&[0, 0]);
            let offset = place.start.wrapping_sub(origin);
            let Some(document) = bytes.get(place) else { continue };
            if let Some((number, words)) = self.read(document, offset, &mut values[used..]) {
                if number > 0 {
                    head.copy_from_slice(&[number, (first_place + used / WORDS_PER_VALUE) as u32]);
                    used += words;
                    known += 1;
                }
            } else if may_learn > 0 {
                may_learn -= 1;
                self.learn(document);
            }
        }
        known
    }

    /// The text at the start of the documents of a shape, then each value with the text behind it; `None` if the shape is
    /// not held any more.
    #[must_use]
    pub fn parts(&self, number: u32) -> Option<impl Iterator<Item = (Option<Value>, &[u8])>> {
        self.held.iter().find(|held| held.number == number && number > 0).map(|held| held.template.parts())
    }

    /// The number of the document's shape, 0 as long as it does not count, and the words that its values take.
    fn read(&mut self, document: &[u8], offset: usize, table: &mut [u32]) -> Option<(u32, usize)> {
        let count = self.held.len();
        let likely = self.last;
        // The likely one, and then all others.
        let order = (likely..count).chain(0..likely.min(count));
        let (index, words) = order
            .into_iter()
            .find_map(|index| Some((index, self.held[index].template.read(document, offset, table)?)))?;
        self.last = index;
        let held = &mut self.held[index];
        held.found_in = self.scans;
        held.seen = held.seen.saturating_add(1);
        if held.number == 0 && held.seen >= SEEN_TO_COUNT && self.numbers < MAX_NUMBERED {
            self.numbers += 1;
            held.number = self.numbers;
        }
        Some((held.number, words))
    }

    /// Makes a template of the document, in place of one that has not been found of late if there are many.
    fn learn(&mut self, document: &[u8]) {
        let Some(template) = template_of(document) else { return };
        let held = Held { template, number: 0, seen: 1, found_in: self.scans };
        if self.held.len() < MAX_HELD {
            self.held.push(held);
            return;
        }
        let scans = self.scans;
        let idle = self.held.iter_mut().filter(|held| held.found_in < scans);
        let idle = idle.min_by_key(|held| (held.number > 0, held.found_in));
        if let Some(idle) = idle {
            *idle = held;
        }
    }
}

#[cfg(test)]
mod tests;
