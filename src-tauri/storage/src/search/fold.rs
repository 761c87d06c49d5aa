//! Texts as they are compared: without regard to case and accents, and each character with its place in the original.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text without case and accents.
#[derive(Clone, Debug, Default)]
pub(super) struct Folded {
    pub(super) chars: Vec<char>,
    /// Of each character the byte of the original at which it begins, and at last the end of the original.
    places: Vec<usize>,
}

impl Folded {
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self {
            chars: Vec::with_capacity(text.len()),
            places: Vec::with_capacity(text.len() + 1),
        };
        for (place, c) in text.char_indices() {
            if c.is_ascii() {
                folded.push(c.to_ascii_lowercase(), place);
            } else {
                fold_char(c, |c| folded.push(c, place));
            }
        }
        folded.places.push(text.len());
        folded
    }

    fn push(&mut self, c: char, place: usize) {
        self.chars.push(c);
        self.places.push(place);
    }

    /// The bytes of the original from character `start` to before `end`, with the accents that belong to it.
    pub(super) fn bytes(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        self.places[start]..self.places[end]
    }

    /// Where `needle` begins, from `from` on.
    pub(super) fn find(&self, needle: &[char], from: usize) -> Option<usize> {
        let (first, others) = needle.split_first()?;
        let last = self.chars.len().checked_sub(needle.len())?;
        (from..=last)
            .find(|at| self.chars[*at] == *first && self.chars[at + 1..].starts_with(others))
    }
}

fn fold_char(c: char, mut each: impl FnMut(char)) {
    // Taken apart, Hangul would be letters, and no syllable would be found as it is typed.
    if is_unspaced(c) {
        return c.to_lowercase().for_each(each);
    }
    for part in std::iter::once(c).nfd() {
        if !is_combining_mark(part) {
            part.to_lowercase().for_each(&mut each);
        }
    }
}

/// The text without case and accents.
pub(super) fn fold(text: &str) -> String {
    Folded::of(text).chars.into_iter().collect()
}

/// Whether a text has a character of a script that is written without blanks between words, or, as Korean, with
/// particles grown onto them. The same ranges as in the views `searchable_…_unspaced`.
pub(super) fn has_unspaced(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_unspaced)
}

pub(super) const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{318f}' | '\u{31a0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{a9e0}'..='\u{a9ff}'
        | '\u{aa60}'..='\u{aa7f}' | '\u{ac00}'..='\u{d7fb}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ffdc}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3fffd}')
}
