//! A shape: the text that its documents have in common, and what may stand in the places between.
//!
//! Invariant: a document that a template reads is one that JSON accepts. For the document it was made from was, and puts a
//! plain string where that has a plain string, a number where that has a number, and nothing else in another place.

use std::iter;

use super::token::{number, plain_string_end};

/// What stands in a place of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The inside of a string, without escapes.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
}

/// Documents with the same keys in the same order, the same nesting, and the same white space.
#[derive(Debug)]
pub(super) struct Template {
    /// The first text, and then what stands behind it with the text that follows.
    first: Box<[u8]>,
    places: Box<[(Value, Box<[u8]>)]>,
}

/// Words that the value of a place takes in a table: start and end of a string, the bits of a number, or 1 or 0.
pub(super) const WORDS_PER_VALUE: usize = 2;

impl Template {
    /// Of a document with values in the places that `values` names, from start to end.
    pub(super) fn new(document: &[u8], values: &[(Value, usize, usize)]) -> Self {
        let next_start = |index: usize| values.get(index).map_or(document.len(), |&(_, start, _)| start);
        let places = values
            .iter()
            .enumerate()
            .map(|(index, &(value, _, end))| (value, document[end..next_start(index + 1)].into()))
            .collect();
        Self { first: document[..next_start(0)].into(), places }
    }

    /// The first text, and then each value with the text behind it.
    pub(super) fn parts(&self) -> impl Iterator<Item = (Option<Value>, &[u8])> {
        iter::once((None, &*self.first)).chain(self.places.iter().map(|(value, text)| (Some(*value), &**text)))
    }

    /// Reads a document of this shape into `table`, and says how many words its values take; `None` if it has another shape,
    /// or there is no room. Strings lie where they lie in the document, plus `offset`.
    pub(super) fn read(&self, document: &[u8], offset: usize, table: &mut [u32]) -> Option<usize> {
        let words = WORDS_PER_VALUE * self.places.len();
        let table = table.get_mut(..words)?;
        if !document.starts_with(&self.first) {
            return None;
        }
        let mut at = self.first.len();
        for ((value, behind), words) in self.places.iter().zip(table.chunks_exact_mut(WORDS_PER_VALUE)) {
            let end = value.read(document, at, offset, words)?;
            if !document[end..].starts_with(behind) {
                return None;
            }
            at = end + behind.len();
        }
        (at == document.len()).then_some(words)
    }
}

impl Value {
    /// Reads the value at `at` into two words, and says where it ends.
    fn read(self, document: &[u8], at: usize, offset: usize, words: &mut [u32]) -> Option<usize> {
        let (low, high, end) = match self {
            Self::String => {
                let end = plain_string_end(document, at)?;
                ((offset + at) as u32, (offset + end) as u32, end)
            }
            Self::Number => {
                let (number, end) = number(document, at)?;
                let bits = number.to_bits();
                let (low, high) = (bits as u32, (bits >> 32) as u32);
                // The two words are looked at as one float, in the order of this machine.
                if cfg!(target_endian = "little") { (low, high, end) } else { (high, low, end) }
            }
            Self::Bool if document[at..].starts_with(b"true") => (1, 0, at + 4),
            Self::Bool if document[at..].starts_with(b"false") => (0, 0, at + 5),
            Self::Bool => return None,
        };
        words.copy_from_slice(&[low, high]);
        Some(end)
    }
}
