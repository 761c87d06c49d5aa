//! Where to cut: a machine that is fed one character at a time.
//!
//! Because it never sees more than the next character, the way a text is cut into pieces on its way
//! cannot change the result. Its work per character is constant: it looks at the first character of
//! each grapheme cluster, keeps a bounded list of places where a long sentence may be cut, and
//! copies text only when a segment is given out.

use unicode_segmentation::GraphemeCursor;

use super::characters::{
    Mark, is_bullet, is_clause_mark, is_closing, is_emoji, is_ideographic, is_line_end, is_opening,
    is_quote, is_spaced_by_clause, is_tight_clause_mark, is_uncased_letter, is_wrapping,
    spoken_units,
};
use super::line::{Line, LineEnd};
use super::sentence::{Before, Verdict, judge};

/// From here on a clause may end a segment: about six seconds of speech.
const COMFORTABLE_UNITS: usize = 80;
/// What has to follow a clause that is cut off, so that no crumb is left for the next breath.
const CRUMB_UNITS: usize = 24;
/// No segment is longer, trailing white space not counted: about eleven seconds of speech.
const MAX_UNITS: usize = 160;
/// A clause this short is no place to cut, even if the rest is too long.
const MIN_CLAUSE_UNITS: usize = 40;
/// A block of code is not spoken; it is cut only so that no segment grows without bound.
const MAX_CODE_UNITS: usize = 2_000;
/// A word that has not decided about the end of a sentence after this many bytes never will.
const LONGEST_PROBE: usize = 64;

/// A piece of the text, and how it came to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The piece, with the white space after it.
    pub(super) text: String,
    /// Why it ends where it ends.
    pub(super) ending: Ending,
    /// Whether it begins a line or a sentence, rather than going on with a long one.
    pub(super) is_fresh: bool,
    /// Whether it is part of a fenced block of code.
    pub(super) is_code: bool,
}

/// Why a segment ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// The sentence was complete.
    #[default]
    Sentence,
    /// The line was.
    Line,
    /// The sentence was too long and was cut after a clause.
    Clause,
    /// It was cut between words.
    Space,
    /// It was cut within a word.
    Inside,
}

/// A place in the open text where a segment may end: bytes and units before it.
#[derive(Clone, Copy, Debug)]
struct Break {
    byte: usize,
    units: usize,
    ending: Ending,
}

/// White space since the last visible grapheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
}

/// Whether the text is within an HTML tag or the target of a link, where a mark ends nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tag {
    #[default]
    Outside,
    /// After a `<` that may or may not begin a tag.
    Maybe,
    Inside,
    /// Within the brackets of `[text](target)`, and within how many of its own.
    Target(usize),
}

impl Tag {
    fn hides_marks(self) -> bool {
        matches!(self, Self::Inside | Self::Target(_))
    }
}

/// A mark that may turn out to end the sentence.
#[derive(Clone, Debug)]
struct SentenceEnd {
    mark: Mark,
    /// Where the run of non-space with the mark begins, and where the mark stands.
    word: std::ops::Range<usize>,
    is_first: bool,
    quoted: bool,
    /// Something that separates like a space stands after the mark: an emoji or a tag.
    separated: bool,
    /// Where the next sentence would begin.
    next: Option<Break>,
}

/// Cuts a text that arrives character by character.
#[derive(Debug, Default)]
pub(super) struct Segmenter {
    /// The text that has not been given out; every byte position below counts from its start.
    open: String,
    /// Where its last grapheme cluster begins.
    grapheme_start: usize,
    /// How long it is, see [`spoken_units`].
    units: usize,
    /// Whether anything visible is in it.
    has_content: bool,
    gap: Gap,
    /// Where it may be cut if it becomes too long, in order; at most one for each unit.
    breaks: Vec<Break>,
    end: Option<SentenceEnd>,
    /// The clause mark that the last visible grapheme was, or that stands before closing quotes.
    clause_mark: Option<char>,
    last_visible: Option<char>,
    /// Where the present run of non-space begins, and whether it is an address.
    word_start: usize,
    is_address: bool,
    first_letter: Option<usize>,
    tag: Tag,
    line: Line,
    /// Whether the open text belongs to a block of code.
    is_code: bool,
    /// How the segment before ended.
    last_ending: Ending,
}

impl Segmenter {
    /// Takes the next character; gives a segment if it shows that one is complete.
    pub(super) fn push(&mut self, character: char) -> Option<Segment> {
        let at = self.open.len();
        self.open.push(character);
        if !self.begins_grapheme(at) {
            return None;
        }
        self.grapheme_start = at;
        let cut = self.find_cut(at, character);
        let segment = cut.map(|cut| self.take(cut));
        self.account(self.grapheme_start, character);
        segment
    }

    /// Ends the text. There are two segments when the last word ended a sentence before it.
    pub(super) fn finish(mut self) -> Vec<Segment> {
        let mut segments = Vec::new();
        if let Some(cut) = self.judge_next(self.open.len(), true) {
            segments.push(self.take(cut));
        }
        if self.line.end() == LineEnd::OpensCode {
            self.is_code = true;
        }
        if !self.open.is_empty() {
            let everything = Break {
                byte: self.open.len(),
                units: self.units,
                ending: Ending::Sentence,
            };
            segments.push(self.take(everything));
        }
        segments
    }

    /// Whether the character just pushed begins a grapheme cluster.
    ///
    /// Nothing before the current cluster can matter, so the look back is bounded by it, and for
    /// ASCII there is none.
    fn begins_grapheme(&self, at: usize) -> bool {
        let cluster = &self.open[self.grapheme_start..];
        let offset = at - self.grapheme_start;
        if offset == 0 {
            return true;
        }
        if offset == 1 && cluster.is_ascii() {
            return cluster != "\r\n";
        }
        // The whole cluster is there, so the cursor never asks for more context.
        GraphemeCursor::new(offset, cluster.len(), true)
            .is_boundary(cluster, 0)
            .unwrap_or(true)
    }

    fn find_cut(&mut self, at: usize, character: char) -> Option<Break> {
        if character.is_whitespace() {
            return self.judge_next(at, true);
        }
        if self.line.in_code() {
            return self.cut_long_code(at);
        }
        if self.has_content && (self.gap == Gap::Line || self.begins_item(character)) {
            return Some(self.break_at(at, Ending::Line));
        }
        if self.line.may_open_code() {
            return self.cut_long(at, character);
        }
        self.weigh_end(at, character)
            .or_else(|| self.cut_long(at, character))
    }

    fn begins_item(&self, character: char) -> bool {
        self.gap != Gap::None && is_bullet(character)
    }

    fn break_at(&self, byte: usize, ending: Ending) -> Break {
        Break {
            byte,
            units: self.units,
            ending,
        }
    }

    /// Looks at a visible grapheme after a mark: does it show that the sentence ended?
    fn weigh_end(&mut self, at: usize, character: char) -> Option<Break> {
        let is_hidden = self.tag.hides_marks() || self.tag_with(character).hides_marks();
        let end = self.end.as_mut()?;
        if is_hidden {
            return None;
        }
        if end.next.is_some() {
            return self.judge_next(at + character.len_utf8(), false);
        }
        if self.gap == Gap::None && !end.separated {
            return self.weigh_adjacent(at, character);
        }
        if let Some(mark) = Mark::of(character) {
            end.mark = end.mark.and(mark);
            return None;
        }
        end.next = Some(Break {
            byte: at,
            units: self.units,
            ending: Ending::Sentence,
        });
        self.judge_next(at + character.len_utf8(), false)
    }

    /// Looks at a visible grapheme with no space between it and the mark.
    fn weigh_adjacent(&mut self, at: usize, character: char) -> Option<Break> {
        let here = self.break_at(at, Ending::Sentence);
        let is_address = self.is_address;
        let end = self.end.as_mut()?;
        if let Some(mark) = Mark::of(character) {
            end.mark = end.mark.and(mark);
            return None;
        }
        let is_wide = end.mark == Mark::Wide;
        // `![` begins a picture.
        let opens = is_opening(character) && character != '[';
        if character == '<' || is_closing(character) || is_wrapping(character) {
            end.quoted |= is_closing(character) && is_wide;
            return None;
        }
        if is_quote(character) && !(is_wide && matches!(character, '“' | '‘' | '«' | '‹')) {
            end.quoted = true;
            return None;
        }
        if is_emoji(character) {
            end.separated = true;
            return None;
        }
        let cut = match end.mark {
            Mark::Wide => !(end.quoted && matches!(character, 'と' | 'っ')),
            Mark::Strong => {
                !is_address && (character.is_uppercase() || is_uncased_letter(character) || opens)
            }
            Mark::Full | Mark::Ellipsis => {
                is_ideographic(character) || matches!(character, '¿' | '¡')
            }
        };
        self.end = None;
        cut.then_some(here)
    }

    /// Asks whether the text up to `to` shows that a sentence ended before the word it ends with.
    fn judge_next(&mut self, to: usize, complete: bool) -> Option<Break> {
        let end = self.end.as_mut()?;
        let next = end.next?;
        let before = Before {
            mark: end.mark,
            quoted: end.quoted,
            word: &self.open[end.word.clone()],
            is_first: end.is_first,
            opening: &self.open[..end.word.start],
        };
        let probe = &self.open[next.byte..to];
        let complete = complete || probe.len() > LONGEST_PROBE;
        match judge(&before, probe, complete) {
            Verdict::Cut => return Some(next),
            Verdict::Join => self.end = None,
            Verdict::Absorb => {
                // `« Bonjour ! » dit-il` closes after a space.
                end.quoted |= probe.contains(is_quote);
                end.next = None;
                end.separated = true;
            }
            Verdict::More => {}
        }
        None
    }

    /// Cuts a sentence that has become too long, at the best place before `at`.
    fn cut_long(&self, at: usize, character: char) -> Option<Break> {
        let clauses = || {
            self.breaks
                .iter()
                .filter(|place| place.ending == Ending::Clause)
        };
        if self.units + spoken_units(character) > MAX_UNITS {
            let next_sentence = self.end.as_ref().and_then(|end| end.next);
            let clause = clauses().rfind(|place| place.units >= MIN_CLAUSE_UNITS);
            let between_words = self
                .breaks
                .last()
                .filter(|place| place.units >= MIN_CLAUSE_UNITS || !is_ideographic(character));
            return next_sentence
                .or(clause.copied())
                .or(between_words.copied())
                .or_else(|| Some(self.break_at(at, Ending::Inside)));
        }
        if self.end.is_some() {
            return None;
        }
        clauses()
            .find(|place| place.units >= COMFORTABLE_UNITS)
            .filter(|place| self.units - place.units >= CRUMB_UNITS)
            .copied()
    }

    fn cut_long_code(&self, at: usize) -> Option<Break> {
        let too_long = match self.gap {
            Gap::Line => self.units >= MAX_CODE_UNITS,
            _ => self.units >= 2 * MAX_CODE_UNITS,
        };
        too_long.then(|| self.break_at(at, Ending::Inside))
    }

    /// Gives out the text before a break and goes on with the rest as if it had just come.
    fn take(&mut self, cut: Break) -> Segment {
        let rest = self.open.split_off(cut.byte);
        let text = std::mem::replace(&mut self.open, rest);
        let is_fresh = matches!(self.last_ending, Ending::Sentence | Ending::Line);
        let segment = Segment {
            text,
            ending: cut.ending,
            is_fresh,
            is_code: self.is_code,
        };
        self.last_ending = cut.ending;
        self.is_code = self.line.in_code();
        self.grapheme_start = self.grapheme_start.saturating_sub(cut.byte);
        self.word_start = self.word_start.saturating_sub(cut.byte);
        self.units -= cut.units;
        self.breaks.retain(|place| place.byte > cut.byte);
        for place in &mut self.breaks {
            place.byte -= cut.byte;
            place.units -= cut.units;
        }
        let kept = &self.open[..self.grapheme_start];
        self.has_content = !kept.is_empty();
        self.first_letter = kept.find(char::is_alphanumeric);
        self.end = None;
        self.tag = Tag::Outside;
        segment
    }

    /// Notes a grapheme that belongs to the open text.
    fn account(&mut self, at: usize, character: char) {
        if self.line.push(character) == LineEnd::OpensCode {
            self.is_code = true;
        }
        if character.is_whitespace() {
            let gap = if is_line_end(character) {
                Gap::Line
            } else {
                Gap::Space
            };
            self.gap = self.gap.max(gap);
            self.units += 1;
            self.is_address = false;
            return;
        }
        if !self.line.in_code() {
            self.note_break(at, character);
            self.note_word(at, character);
            self.note_tag(character);
            self.note_mark(at, character);
        }
        self.has_content = true;
        self.units += spoken_units(character);
        self.last_visible = Some(character);
        self.gap = Gap::None;
    }

    /// Notes that a long sentence may be cut before this grapheme.
    fn note_break(&mut self, at: usize, character: char) {
        if self.has_content && !self.closes_something(character) {
            let by_clause = self.last_visible.is_some_and(is_spaced_by_clause);
            let ending = match (self.gap, self.clause_mark) {
                (Gap::None, Some(mark)) if is_tight_clause_mark(mark) => Some(Ending::Clause),
                (Gap::None, _) => None,
                (_, Some(_)) => Some(Ending::Clause),
                (_, None) if by_clause || is_opening(character) => Some(Ending::Clause),
                (_, None) => Some(Ending::Space),
            };
            if let Some(ending) = ending {
                let place = self.break_at(at, ending);
                self.breaks.push(place);
            }
        }
        if is_clause_mark(character) {
            self.clause_mark = Some(character);
        } else if self.gap != Gap::None || !self.closes_something(character) {
            self.clause_mark = None;
        }
    }

    /// Whether the grapheme clings to the one before it.
    fn closes_something(&self, character: char) -> bool {
        self.gap == Gap::None
            && (is_closing(character)
                || is_quote(character)
                || is_clause_mark(character)
                || Mark::of(character).is_some())
    }

    fn note_word(&mut self, at: usize, character: char) {
        if self.gap != Gap::None || at == 0 {
            self.word_start = at;
        }
        if character.is_alphanumeric() && self.first_letter.is_none() {
            self.first_letter = Some(at);
        }
        let word = &self.open[self.word_start..at];
        self.is_address |=
            (character == '/' && word.ends_with(":/")) || (character == '.' && word == "www");
    }

    /// What the tag becomes with the next grapheme.
    fn tag_with(&self, character: char) -> Tag {
        match (self.tag, character) {
            (Tag::Target(depth), '(') => Tag::Target(depth + 1),
            (Tag::Target(0), ')') | (Tag::Inside, '>') => Tag::Outside,
            (Tag::Target(depth), ')') => Tag::Target(depth - 1),
            (Tag::Target(depth), _) => Tag::Target(depth),
            (_, '(') if self.last_visible == Some(']') => Tag::Target(0),
            (_, '<') => Tag::Maybe,
            (Tag::Maybe, '/' | '!') | (Tag::Inside, _) => Tag::Inside,
            (Tag::Maybe, letter) if letter.is_ascii_alphabetic() => Tag::Inside,
            _ => Tag::Outside,
        }
    }

    fn note_tag(&mut self, character: char) {
        let next = self.tag_with(character);
        let tag_ends = self.tag == Tag::Inside && next == Tag::Outside;
        if let Some(end) = self.end.as_mut().filter(|_| tag_ends) {
            end.separated = true;
        }
        self.tag = next;
    }

    fn note_mark(&mut self, at: usize, character: char) {
        if self.end.is_some() || self.tag.hides_marks() || self.line.may_open_code() {
            return;
        }
        self.end = Mark::of(character).map(|mark| SentenceEnd {
            mark,
            word: self.word_start..at,
            is_first: self
                .first_letter
                .is_none_or(|first| first >= self.word_start),
            quoted: false,
            separated: false,
            next: None,
        });
    }
}
