//! A list of words that is looked up where it lies.

use std::cmp::Ordering;

use crate::forms::Base;

/// Words in small letters, one a line, in the order of their bytes.
///
/// The list is part of the program and looked up by halving, so there is nothing to load, to build or to keep: the
/// system reads the few pages that are needed.
pub(crate) struct WordList(&'static [u8]);

impl WordList {
    pub(crate) const fn new(lines: &'static str) -> Self {
        Self(lines.as_bytes())
    }

    /// Whether the word is in the list.
    pub(crate) fn contains(&self, word: Base<'_>) -> bool {
        // Both are always where a line begins.
        let (mut from, mut to) = (0, self.0.len());
        while from < to {
            let (begin, end) = self.line_at(from + (to - from) / 2);
            match self.0[begin..end].iter().copied().cmp(word.bytes()) {
                Ordering::Equal => return true,
                Ordering::Less => from = end + 1,
                Ordering::Greater => to = begin,
            }
        }
        false
    }

    /// Where the line around a place begins, and where its end mark stands.
    fn line_at(&self, place: usize) -> (usize, usize) {
        let is_end = |byte: &u8| *byte == b'\n';
        let begin = self.0[..place]
            .iter()
            .rposition(is_end)
            .map_or(0, |at| at + 1);
        let rest = self.0[place..].iter().position(is_end);
        (begin, rest.map_or(self.0.len(), |length| place + length))
    }
}
