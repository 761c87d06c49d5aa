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

    /// The bytes of the original from character `start` to before `end`, with the accents that belong to it. A
    /// character of the original of which only a part is meant, as an s of ß, counts as a whole.
    pub(super) fn bytes(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        let is_begun = |end: &usize| *end > start && self.places[*end] == self.places[end - 1];
        let end = (end..self.chars.len()).find(|end| !is_begun(end));
        self.places[start]..self.places[end.unwrap_or(self.chars.len())]
    }

    /// Where words begin and end.
    pub(super) fn words(&self) -> Vec<(usize, usize)> {
        let mut words = Vec::new();
        let mut start = None;
        for (place, c) in self.chars.iter().enumerate() {
            match (c.is_alphanumeric(), start) {
                (true, None) => start = Some(place),
                (false, Some(begin)) => {
                    words.push((begin, place));
                    start = None;
                }
                _ => {}
            }
        }
        if let Some(begin) = start {
            words.push((begin, self.chars.len()));
        }
        words
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
    if matches!(c, '\u{ac00}'..='\u{d7a3}') {
        return each(c);
    }
    for part in std::iter::once(c).nfkd() {
        if is_combining_mark(part) && !is_voiced_mark(part) {
            continue;
        }
        for lower in part.to_lowercase() {
            match undivided(lower) {
                Some(letters) => letters.chars().for_each(&mut each),
                None => each(lower),
            }
        }
    }
}

/// Of kana, where it makes another letter of it, as no accent does.
const fn is_voiced_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309a}')
}

/// Letters that Unicode does not take apart, as people type them who have no such key.
const fn undivided(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ı' => "i",
        'ħ' => "h",
        'þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
}

/// The same text with half-width kana for full-width ones, and the other way round; `None` if it has none.
pub(super) fn other_width(text: &str) -> Option<String> {
    let wide: String = text.nfkc().collect();
    if wide != text {
        return Some(wide);
    }
    let narrow: String = text
        .nfd()
        .map(|c| {
            HALF_WIDTH
                .into_iter()
                .find(|half| wide_of(*half) == Some(c))
                .unwrap_or(c)
        })
        .collect();
    (narrow != text && narrow.nfkc().eq(text.chars())).then_some(narrow)
}

const HALF_WIDTH: std::ops::RangeInclusive<char> = '\u{ff66}'..='\u{ff9f}';

fn wide_of(half: char) -> Option<char> {
    std::iter::once(half).nfkd().next()
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

/// Whether a text has letters that are written with or without points for their vowels (Hebrew, Arabic, Syriac). The
/// index cuts words at the points, so that a text with them is only found by reading it.
pub(super) fn has_points(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(c, '\u{0591}'..='\u{074f}' | '\u{08a0}'..='\u{08ff}'))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use std::collections::BTreeMap;

    use super::is_unspaced;
    use crate::migrations::EMBEDDED;

    /// The ranges of each view `searchable_…_unspaced`, as the migrations last made it.
    fn ranges_of_views() -> BTreeMap<&'static str, Vec<(u32, u32)>> {
        let mut views = BTreeMap::new();
        for migration in EMBEDDED {
            for view in migration.sql.split("CREATE VIEW ").skip(1) {
                let name = view.split_whitespace().next().unwrap();
                if name.ends_with("_unspaced") {
                    let body = view.split(';').next().unwrap();
                    views.insert(name, ranges_of(body));
                }
            }
        }
        views
    }

    fn ranges_of(body: &str) -> Vec<(u32, u32)> {
        let ends: Vec<u32> = body
            .split("char(0x")
            .skip(1)
            .map(|end| u32::from_str_radix(end.split(')').next().unwrap(), 16).unwrap())
            .collect();
        ends.chunks(2).map(|ends| (ends[0], ends[1])).collect()
    }

    #[test]
    fn the_views_index_the_same_scripts_as_are_looked_for_there() {
        let views = ranges_of_views();
        assert_eq!(views.len(), 5, "{:?}", views.keys());
        for (view, ranges) in views {
            for c in '\0'..=char::MAX {
                let is_indexed = ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&u32::from(c)));
                assert_eq!(is_indexed, is_unspaced(c), "{view}, {c:?}");
            }
        }
    }
}
