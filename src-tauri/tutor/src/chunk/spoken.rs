//! From what is written to what is said: no markup, no emoji, no addresses, one line.
//!
//! A Markdown library reads whole documents; here the text comes in pieces that may end in the
//! middle of a bold phrase. So this reader is lenient: a marker without its partner is left out
//! like any other, and what reaches over the end of a piece (bold, a cut address, a script) is
//! remembered for the next one.

use parlance_storage::Emotion;
use unicode_segmentation::UnicodeSegmentation;

use super::characters::{is_bullet, is_closing, is_emoji, is_opening, is_unspeakable};
use super::lexicon;
use super::segment::{Ending, Segment};
use super::spoken_web::{address_host, closing_tag_of, decode_entity, tag_at};

/// A stack of marks on one letter is cut down to this many: no script needs more.
const MAX_MARKS: usize = 8;

/// What is said, and what was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// The words, on one line; empty if there is nothing a voice could say.
    pub(super) text: String,
    /// The feeling of the first emoji or typed face that has one.
    pub(super) pictured: Option<Emotion>,
    /// How many of the letters and digits are bold or italic.
    pub(super) stressed_letters: usize,
    /// How many letters and digits there are.
    pub(super) letters: usize,
}

/// Turns segments, in their order, into what is said.
#[derive(Debug, Default)]
pub(super) struct Speaker {
    is_bold: bool,
    open: Open,
}

/// What the last segment ended in the middle of.
#[derive(Debug, Default, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    /// Hidden until this text has come, such as `-->` or `</script`.
    Until(&'static str),
    /// An address that was cut: hidden until white space.
    Address,
}

impl Speaker {
    /// Says the next segment.
    pub(super) fn speak(&mut self, segment: &Segment) -> Spoken {
        if segment.is_code {
            *self = Self::default();
            return Spoken::default();
        }
        let mut reading = Reading {
            text: &segment.text,
            at: 0,
            out: Spoken::default(),
            is_bold: self.is_bold,
            space_is_ours: false,
            open: Open::Nothing,
        };
        reading.resume(&self.open);
        if segment.is_fresh {
            reading.skip_line_markers();
        }
        reading.read();
        let ends_paragraph = segment.ending == Ending::Line;
        self.is_bold = reading.is_bold && !ends_paragraph;
        self.open = reading.open;
        if self.open == Open::Address && segment.ending != Ending::Inside {
            self.open = Open::Nothing;
        }
        reading.out.finished()
    }
}

/// One pass over one segment.
struct Reading<'a> {
    text: &'a str,
    at: usize,
    out: Spoken,
    is_bold: bool,
    /// Whether the last space stands where something was left out.
    space_is_ours: bool,
    open: Open,
}

impl<'a> Reading<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// Skips what the last segment left open.
    fn resume(&mut self, open: &Open) {
        match *open {
            Open::Nothing => {}
            Open::Until(end) => self.hide_until(end),
            Open::Address => {
                let length = self.rest().find(char::is_whitespace);
                self.at = length.unwrap_or(self.text.len());
                if length.is_none() {
                    self.open = Open::Address;
                }
            }
        }
    }

    fn hide_until(&mut self, end: &'static str) {
        match find_ignoring_case(self.rest(), end) {
            Some(found) => self.at += found + end.len(),
            None => {
                self.at = self.text.len();
                self.open = Open::Until(end);
            }
        }
    }

    /// Skips headings, quotation marks of lines, bullets and check boxes.
    fn skip_line_markers(&mut self) {
        loop {
            self.at += self.rest().len() - self.rest().trim_start().len();
            let rest = self.rest();
            let hashes = rest.len() - rest.trim_start_matches('#').len();
            let length = if (1..=6).contains(&hashes) && ends_word(&rest[hashes..]) {
                hashes
            } else if rest.starts_with('>') {
                1
            } else if rest.starts_with(['-', '*', '+', '–', '—'])
                && ends_word(&rest[rest.chars().next().map_or(0, char::len_utf8)..])
            {
                rest.chars().next().map_or(0, char::len_utf8)
            } else if rest.starts_with("[ ] ")
                || rest.starts_with("[x] ")
                || rest.starts_with("[X] ")
            {
                3
            } else {
                return;
            };
            self.at += length;
        }
    }

    fn read(&mut self) {
        while let Some(character) = self.rest().chars().next() {
            if !self.read_markup(character) {
                self.read_grapheme(character);
            }
        }
    }

    /// Reads markup, if any begins here.
    fn read_markup(&mut self, character: char) -> bool {
        let start = self.at;
        match character {
            '\\' => self.read_escape(),
            '`' => self.skip_run('`'),
            '*' => self.read_stars(),
            '_' => self.read_underscores(),
            '~' if self.rest().starts_with("~~") => self.skip_run('~'),
            '!' if self.rest().starts_with("![") => self.at += 1,
            '[' if self.rest().starts_with("[^") => self.skip_past(']'),
            '[' => self.at += 1,
            ']' => self.read_link_end(),
            '<' => self.read_tag(),
            '&' => self.read_entity(),
            '#' if !self.before().is_some_and(char::is_alphanumeric) => self.at += 1,
            '|' => self.read_cell_border(),
            '=' if self.rest().starts_with("===") => self.skip_run('='),
            '-' if self.rest().starts_with("---") => self.skip_run('-'),
            _ => self.read_address_or_face(),
        }
        self.at > start
    }

    fn skip_run(&mut self, marker: char) {
        self.at += run_length(self.rest(), marker);
    }

    fn skip_past(&mut self, end: char) {
        let length = self.rest().find(end).map(|at| at + end.len_utf8());
        self.at += length.unwrap_or(self.rest().len());
    }

    fn read_escape(&mut self) {
        let escaped = self.rest().chars().nth(1);
        if let Some(mark) = escaped.filter(char::is_ascii_punctuation) {
            self.at += 2;
            self.out.push(mark, self.is_bold);
        }
    }

    /// `**bold**` and `*italic*`, but not `2 * 3` or `2*3`.
    fn read_stars(&mut self) {
        let length = run_length(self.rest(), '*');
        let after = self.rest()[length..].chars().next();
        let between_numbers =
            self.before().is_some_and(char::is_numeric) && after.is_some_and(char::is_numeric);
        let alone =
            self.before().is_none_or(char::is_whitespace) && after.is_none_or(char::is_whitespace);
        if length == 1 && (between_numbers || alone) {
            return;
        }
        self.at += length;
        self.is_bold = !self.is_bold;
    }

    /// `__bold__` and `_italic_`; `snake_case` becomes two words, and `____`, a gap to be filled, a
    /// pause.
    fn read_underscores(&mut self) {
        let length = run_length(self.rest(), '_');
        let after = self.rest()[length..].chars().next();
        let inside_word = self.before().is_some_and(char::is_alphanumeric)
            && after.is_some_and(char::is_alphanumeric);
        self.at += length;
        if length >= 3 {
            self.out.push('…', false);
        } else if inside_word {
            self.out.push_space();
        } else {
            self.is_bold = !self.is_bold;
        }
    }

    /// The end of a link's text; its target is not said.
    fn read_link_end(&mut self) {
        self.at += 1;
        match self.rest().chars().next() {
            Some('(') => self.skip_target(),
            Some('[') => self.skip_past(']'),
            _ => {}
        }
    }

    /// Skips `(target)`, whose brackets may be nested, as in addresses of encyclopedias.
    fn skip_target(&mut self) {
        let mut depth = 0_usize;
        for (at, character) in self.rest().char_indices() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at += at + 1;
                return;
            }
        }
        self.at = self.text.len();
        self.open = Open::Until(")");
    }

    fn read_tag(&mut self) {
        if lexicon::face(first_word(self.rest())).is_some() {
            return self.read_address_or_face();
        }
        let rest = self.rest();
        if rest.starts_with("<!--") {
            return self.hide_until("-->");
        }
        if let Some(address) = rest
            .strip_prefix('<')
            .filter(|inner| address_host(inner).is_some())
        {
            self.at += 1;
            self.read_address(first_word(address).split('>').next().unwrap_or(address));
            self.at += usize::from(self.rest().starts_with('>'));
            return;
        }
        let Some(tag) = tag_at(rest) else { return };
        self.at += tag.length;
        if tag.breaks_line {
            self.out.push_space();
        }
        if !tag.is_closed {
            self.open = Open::Until(">");
        } else if let Some(end) = closing_tag_of(&tag.name) {
            self.hide_until(end);
        }
    }

    fn read_entity(&mut self) {
        if let Some((text, length)) = decode_entity(self.rest()) {
            self.at += length;
            for character in text.chars() {
                self.push_visible(character);
            }
        }
    }

    /// A table's border becomes a comma between two cells.
    fn read_cell_border(&mut self) {
        self.skip_run('|');
        if self.stands_between_words() {
            self.say_comma();
        }
    }

    fn stands_between_words(&self) -> bool {
        self.out.text.trim_end().ends_with(char::is_alphanumeric)
            && self.rest().contains(char::is_alphanumeric)
    }

    fn say_comma(&mut self) {
        let end = self.out.text.trim_end().len();
        self.out.text.truncate(end);
        self.out.push(',', false);
        self.out.push_space();
    }

    fn read_address_or_face(&mut self) {
        if self.before().is_some_and(char::is_alphanumeric) {
            return;
        }
        let word = first_word(self.rest());
        if let Some(emotion) = lexicon::face(word.trim_end_matches(['.', ','])) {
            self.out.pictured.get_or_insert(emotion);
            self.at += word.len();
            self.space_is_ours = true;
        } else if address_host(word).is_some() {
            self.read_address(word);
        }
    }

    /// Says the host of an address and leaves the rest out.
    fn read_address(&mut self, word: &'a str) {
        let address = word.trim_end_matches(|c: char| {
            matches!(
                c,
                '.' | ','
                    | '!'
                    | '?'
                    | ';'
                    | ':'
                    | '\''
                    | '"'
                    | ')'
                    | ']'
                    | '*'
                    | '_'
                    | '»'
                    | '”'
                    | '。'
                    | '，'
            )
        });
        for character in address_host(address).unwrap_or_default().chars() {
            self.out.push(character, self.is_bold);
        }
        self.at += address.len();
        if self.at == self.text.len() {
            self.open = Open::Address;
        }
    }

    fn read_grapheme(&mut self, first: char) {
        let length = if first.is_ascii() && self.rest()[1..].starts_with(|c: char| c.is_ascii()) {
            1
        } else {
            self.rest()
                .graphemes(true)
                .next()
                .map_or(first.len_utf8(), str::len)
        };
        let grapheme = &self.rest()[..length];
        self.at += length;
        if first.is_whitespace() {
            self.out.push_space();
        } else if first == '\u{200B}' {
            // It has no width, and yet parts words.
            self.space_is_ours = true;
            self.out.push_space();
        } else if is_arrow(first) && self.stands_between_words() {
            self.say_comma();
        } else if is_emoji(first) || is_bullet(first) || is_silent_symbol(first) {
            let feeling = lexicon::emoji(first);
            self.out.pictured = self.out.pictured.or(feeling);
            self.space_is_ours = true;
            self.out.push_space();
        } else {
            self.push_visible(first);
            self.push_marks(&grapheme[first.len_utf8()..], first);
        }
    }

    /// Says a character, and closes the gap that something silent left before a mark.
    fn push_visible(&mut self, character: char) {
        if character.is_whitespace() {
            return self.out.push_space();
        }
        if is_unspeakable(character) {
            return;
        }
        if self.space_is_ours && matches!(character, '.' | ',' | '!' | '?' | ';' | ':' | ')') {
            let end = self.out.text.trim_end().len();
            self.out.text.truncate(end);
        }
        self.space_is_ours = false;
        self.out.push(character, self.is_bold);
    }

    /// Says the marks of a letter; joiners are kept only where they shape letters.
    fn push_marks(&mut self, marks: &str, letter: char) {
        let joins = letter.is_alphabetic();
        let marks = marks.chars().filter(|&mark| match mark {
            '\u{200C}' | '\u{200D}' => joins,
            '\u{FE00}'..='\u{FE0F}' | '\u{20E3}' => false,
            _ => !is_unspeakable(mark),
        });
        self.out.text.extend(marks.take(MAX_MARKS));
    }
}

impl Spoken {
    fn push(&mut self, character: char, is_stressed: bool) {
        self.text.push(character);
        if character.is_alphanumeric() {
            self.letters += 1;
            self.stressed_letters += usize::from(is_stressed);
        }
    }

    fn push_space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Marks alone are nothing to say.
    fn finished(mut self) -> Self {
        self.text.truncate(self.text.trim_end().len());
        if self.letters == 0 {
            self.text.clear();
        }
        self
    }
}

fn run_length(text: &str, marker: char) -> usize {
    text.len() - text.trim_start_matches(marker).len()
}

fn first_word(text: &str) -> &str {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    &text[..end]
}

fn ends_word(text: &str) -> bool {
    text.chars().next().is_none_or(char::is_whitespace)
}

/// `go → went → gone`: a breath between two forms.
fn is_arrow(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{21FF}' | '\u{2794}'..='\u{27BF}' | '\u{27F5}'..='\u{27FF}' | '\u{2B05}'..='\u{2B07}')
        && !matches!(character, '\u{2795}'..='\u{2797}' | '\u{27B0}' | '\u{27BF}')
}

/// Arrows, boxes, stars and other pictures that are not emoji. Currency, mathematics, degrees and
/// the like are words to a voice and stay.
fn is_silent_symbol(character: char) -> bool {
    let is_picture = matches!(character,
        '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{27BF}' | '\u{2900}'..='\u{297F}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{E000}'..='\u{F8FF}');
    is_picture && !is_opening(character) && !is_closing(character)
}

fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes()
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}
