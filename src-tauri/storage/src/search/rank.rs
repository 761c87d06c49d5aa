//! How well a text answers a query, and the piece of it that shows why.

use std::ops::Range;

use serde::Serialize;

use crate::signs::{sign_end, sign_start};

use super::fold::Folded;
use super::forms::{forms_apart, other_forms};
use super::matching::Depth;
use super::query::{Query, Script, Term};

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SnippetPart {
    /// Text, without line breaks.
    pub text: String,
    /// Whether it is what was looked for.
    pub is_match: bool,
}

/// Characters of a snippet.
const SNIPPET: usize = 180;
/// Characters before the first match in it.
const LEAD: usize = 40;
/// More matches of one word make a text no better.
const MOST_COUNTED: usize = 4;

/// How a place of the text answers a term, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    Part,
    Form,
    Beginning,
    Same,
}

impl Likeness {
    const fn worth(self) -> usize {
        match self {
            Self::Part => 20,
            Self::Form => 40,
            Self::Beginning => 50,
            Self::Same => 80,
        }
    }
}

/// A place in the text, in characters of the folded text.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    end: usize,
    term: usize,
    likeness: Likeness,
}

/// The terms of a query, ready to be found in many texts.
#[derive(Debug)]
pub(super) struct Ranking {
    terms: Vec<RankedTerm>,
}

#[derive(Debug)]
struct RankedTerm {
    /// The words of the term, or the one text that is looked for as it is.
    words: Vec<Vec<char>>,
    is_words: bool,
    /// Other forms of its only word that are known exactly.
    forms: Vec<Vec<char>>,
    /// The index finds other words with it.
    must_be_seen: bool,
    is_unfinished: bool,
    may_be_part: bool,
}

impl Ranking {
    pub(super) fn of(query: &Query) -> Self {
        let wanted = query.terms.iter().filter(|term| !term.is_excluded);
        Self {
            terms: wanted.map(RankedTerm::of).collect(),
        }
    }

    /// Whether the text itself has every term of which an index at this depth cannot tell.
    pub(super) fn is_met(&self, text: &Folded, depth: Depth) -> bool {
        let is_open = |term: &RankedTerm| depth == Depth::Parts || term.must_be_seen;
        if !self.terms.iter().any(is_open) {
            return true;
        }
        let places = self.places(text);
        let has = |term: usize| places.iter().any(|place| place.term == term);
        self.terms
            .iter()
            .enumerate()
            .all(|(number, term)| !is_open(term) || has(number))
    }

    /// Higher is better. Every term matters, how well it is met, how often, and how much else the text says.
    pub(super) fn score(&self, text: &Folded) -> u32 {
        let places = self.places(text);
        let mut score = 0;
        for term in 0..self.terms.len() {
            let mut worths: Vec<usize> = places
                .iter()
                .filter(|place| place.term == term)
                .map(|place| place.likeness.worth())
                .collect();
            worths.sort_unstable_by(|a, b| b.cmp(a));
            let (best, others) = worths.split_first().map_or((0, &[][..]), |(b, o)| (*b, o));
            score += best * 10 + others.iter().take(MOST_COUNTED).sum::<usize>();
        }
        // A hundred characters more than a short answer halve nothing, ten thousand do.
        let length = text.chars.len();
        let score = score * 1_000 / (1_000 + length.min(10_000) / 10);
        u32::try_from(score).unwrap_or(u32::MAX)
    }

    /// The part of the text with the most of what was looked for, matches told apart from the rest.
    pub(super) fn snippet(&self, original: &str, text: &Folded) -> Vec<SnippetPart> {
        let mut places = self.places(text);
        places.sort_unstable_by_key(|place| (place.start, place.end));
        let shown = shown(original, text, best_start(&places));
        let mut parts = Parts::default();
        if shown.start > 0 {
            parts.push("…", false);
        }
        let mut at = shown.start;
        for place in &places {
            let mark = text.bytes(place.start, place.end);
            if mark.start >= shown.end || mark.end <= shown.start {
                continue;
            }
            // A longer one is marked as far as it shows.
            let start = sign_start(original, mark.start).max(at);
            let end = sign_end(original, mark.end).min(shown.end);
            if start < end {
                parts.push(&original[at..start], false);
                parts.push(&original[start..end], true);
                at = end;
            }
        }
        parts.push(&original[at..shown.end], false);
        if shown.end < original.len() {
            parts.push("…", false);
        }
        parts.0
    }

    fn places(&self, text: &Folded) -> Vec<Place> {
        let words = if self.terms.iter().any(|term| term.is_words) {
            text.words()
        } else {
            Vec::new()
        };
        let mut places = Vec::new();
        for (number, term) in self.terms.iter().enumerate() {
            if term.is_words {
                term.places_of_words(text, &words, number, &mut places);
            } else {
                term.places_as_it_is(text, number, &mut places);
            }
        }
        places
    }
}

impl RankedTerm {
    fn of(term: &Term) -> Self {
        let text = Folded::of(&term.text);
        let is_words = term.script() == Script::Words;
        let word = term.only_word().filter(|_| is_words);
        let words = if is_words {
            text.words()
                .into_iter()
                .map(|(start, end)| text.chars[start..end].to_vec())
                .collect()
        } else {
            vec![text.chars]
        };
        Self {
            words,
            is_words,
            forms: word
                .as_deref()
                .map_or_else(Vec::new, other_forms)
                .iter()
                .map(|form| form.chars().collect())
                .collect(),
            must_be_seen: !word
                .as_deref()
                .map_or_else(Vec::new, forms_apart)
                .is_empty(),
            is_unfinished: term.is_unfinished,
            may_be_part: !term.is_quoted,
        }
    }

    fn places_as_it_is(&self, text: &Folded, term: usize, places: &mut Vec<Place>) {
        let Some(needle) = self.words.first() else {
            return;
        };
        let mut from = 0;
        while let Some(start) = text.find(needle, from) {
            let end = start + needle.len();
            places.push(Place {
                start,
                end,
                term,
                likeness: Likeness::Same,
            });
            from = end;
        }
    }

    fn places_of_words(
        &self,
        text: &Folded,
        words: &[(usize, usize)],
        term: usize,
        places: &mut Vec<Place>,
    ) {
        for run in words.windows(self.words.len().max(1)) {
            let likeness = run
                .iter()
                .zip(&self.words)
                .enumerate()
                .map(|(place, ((start, end), wanted))| {
                    let word = &text.chars[*start..*end];
                    if self.forms.iter().any(|form| form == word) {
                        return Some((Likeness::Form, 0, word.len()));
                    }
                    let is_last = place + 1 == self.words.len();
                    likeness(
                        word,
                        wanted,
                        self.is_unfinished && is_last,
                        self.may_be_part && self.words.len() == 1,
                    )
                })
                .min()
                .flatten();
            if let (Some((likeness, offset, length)), Some((start, _)), Some((last, end))) =
                (likeness, run.first(), run.last())
            {
                // Of a beginning or a part only that is marked, of any other word all of it.
                let is_piece = matches!(likeness, Likeness::Part | Likeness::Beginning);
                let (start, end) = match (is_piece, run.len()) {
                    (true, 1) => (start + offset, start + offset + length),
                    (true, _) => (*start, last + length),
                    (false, _) => (*start, *end),
                };
                places.push(Place {
                    start,
                    end,
                    term,
                    likeness,
                });
            }
        }
    }
}

/// How a word answers the wanted one, and which part of it does: its offset and length. `None` if it does not.
fn likeness(
    word: &[char],
    wanted: &[char],
    is_unfinished: bool,
    may_be_part: bool,
) -> Option<(Likeness, usize, usize)> {
    if word == wanted {
        return Some((Likeness::Same, 0, word.len()));
    }
    if is_unfinished && word.starts_with(wanted) {
        return Some((Likeness::Beginning, 0, wanted.len()));
    }
    let common = word.iter().zip(wanted).take_while(|(a, b)| a == b).count();
    // As near as the forms of an English word are: study and studies, happy and happiness. Numbers have none.
    let is_word = wanted.iter().all(|c| c.is_alphabetic());
    if is_word && common >= 3 && common + 1 >= word.len().min(wanted.len()) {
        return Some((Likeness::Form, 0, word.len()));
    }
    let at = (may_be_part && wanted.len() >= 3)
        .then(|| word.windows(wanted.len()).position(|part| part == wanted))
        .flatten()?;
    Some((Likeness::Part, at, wanted.len()))
}

/// The first match of the stretch in which the most different terms are met.
fn best_start(places: &[Place]) -> usize {
    let worth = |from: usize| {
        let start = places[from].start;
        let mut terms: Vec<(usize, Likeness)> = places[from..]
            .iter()
            .take_while(|place| place.start < start + SNIPPET - LEAD)
            .map(|place| (place.term, place.likeness))
            .collect();
        terms.sort_unstable_by(|a, b| b.cmp(a));
        terms.dedup_by_key(|(term, _)| *term);
        terms
            .iter()
            .map(|(_, likeness)| likeness.worth())
            .sum::<usize>()
    };
    // The earliest of equally good ones.
    (0..places.len())
        .rev()
        .max_by_key(|from| worth(*from))
        .map_or(0, |from| places[from].start)
}

/// The bytes of the snippet around the match at character `first`: no half of a sign at its ends, unless one sign is
/// longer than all of it.
fn shown(original: &str, text: &Folded, first: usize) -> Range<usize> {
    let start = word_start(text, first.saturating_sub(LEAD));
    let Range { start, end } = text.bytes(start, (start + SNIPPET).min(text.chars.len()));
    let first = text.bytes(first, first).start;
    let whole_start = sign_end(original, start);
    let start = if whole_start <= first {
        whole_start
    } else {
        start
    };
    let whole_end = sign_start(original, end);
    let end = if whole_end > first { whole_end } else { end };
    start..end
}

/// Not in the middle of a word, if one begins nearby.
fn word_start(text: &Folded, start: usize) -> usize {
    if start == 0 {
        return 0;
    }
    let blank = text.chars[start..]
        .iter()
        .take(LEAD / 2)
        .position(|c| c.is_whitespace());
    blank.map_or(start, |blank| start + blank + 1)
}

/// Pieces of a snippet as they come, on one line.
#[derive(Default)]
struct Parts(Vec<SnippetPart>);

impl Parts {
    fn push(&mut self, text: &str, is_match: bool) {
        let mut line = String::with_capacity(text.len());
        for c in text.chars() {
            if !c.is_whitespace() {
                line.push(c);
            } else if !line.ends_with(' ') && !self.ends_with_blank(&line) {
                line.push(' ');
            }
        }
        if line.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.is_match == is_match => last.text.push_str(&line),
            _ => self.0.push(SnippetPart {
                text: line,
                is_match,
            }),
        }
    }

    /// Whether a blank at the beginning of `line` would be a second one.
    fn ends_with_blank(&self, line: &str) -> bool {
        line.is_empty() && self.0.last().is_none_or(|last| last.text.ends_with(' '))
    }
}
