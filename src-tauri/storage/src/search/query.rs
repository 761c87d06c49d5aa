//! What was typed into the search box, taken apart. Everything is a query: what makes no sense as an operator is
//! looked for as words.

use jiff::civil::Date;

use super::fold::{Folded, fold, has_unspaced};
use super::forms::forms_apart;
use crate::invisible::is_blank;
use crate::kinds::{CefrLevel, Role, SearchKind};

/// A pasted page is looked for by its beginning.
const LONGEST_QUERY: usize = 2_000;
const MOST_TERMS: usize = 32;

/// Words and conditions, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) terms: Vec<Term>,
    pub(super) filters: Vec<Filter>,
    /// Where to look; everywhere if `None`.
    pub(super) kind: Option<SearchKind>,
    /// Where not to look.
    pub(super) other_kinds: Vec<SearchKind>,
}

/// One word, or several in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// As it was typed, without quotes; at least one character that is no blank.
    pub(super) text: String,
    /// It must not occur.
    pub(super) is_excluded: bool,
    /// The last one, which is perhaps still being typed.
    pub(super) is_unfinished: bool,
    /// It stood in quotes: words as they are, not as parts of longer ones.
    pub(super) is_quoted: bool,
}

/// What must be so of a hit besides its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) what: What,
    /// It must not be so.
    pub(super) is_negated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// In a folder of that name, or in one within it.
    Folder(Name),
    Tag(Name),
    Level(CefrLevel),
    Role(Role),
    /// Said before that day of the learner's.
    Before(Date),
    /// Said on that day of the learner's or later.
    After(Date),
    Pinned,
    Archived,
    Unread,
    Bookmarked,
}

impl What {
    /// Whether a later one takes the place of an earlier one: nothing is of two levels.
    const fn is_single(&self) -> bool {
        !matches!(self, Self::Folder(_) | Self::Tag(_))
    }
}

/// A name in an operator, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    text: String,
    /// It stood in quotes, and so is the whole name.
    is_whole: bool,
}

impl Name {
    pub(super) fn matches(&self, name: &str) -> bool {
        let name = fold(name);
        if self.is_whole {
            name == self.text
        } else {
            name.starts_with(&self.text)
        }
    }
}

impl Query {
    pub(super) fn parse(typed: &str) -> Self {
        let typed: String = typed
            .chars()
            .take(LONGEST_QUERY)
            .map(|c| if divides(c) { ' ' } else { c })
            .collect();
        let mut query = Self::default();
        let mut rest = typed.as_str();
        while let Some((piece, after)) = Piece::next(rest) {
            rest = after;
            query.add(&piece, rest.is_empty());
        }
        query.terms.truncate(MOST_TERMS);
        query
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.filters.is_empty()
    }

    /// Whether to look there, where nobody asks for a kind but the query itself.
    pub(super) fn is_of(&self, kind: SearchKind) -> bool {
        !self.other_kinds.contains(&kind)
    }

    fn add(&mut self, piece: &Piece, is_last: bool) {
        if let Some(operator) = piece.operator() {
            self.set(operator, piece.is_excluded);
            return;
        }
        let text = piece.whole_text();
        if text.chars().all(is_blank) {
            return;
        }
        // A lone sign in front of nothing is on its way to become something.
        if piece.is_excluded && piece.text.is_empty() {
            return;
        }
        self.terms.push(Term {
            text,
            is_excluded: piece.is_excluded,
            is_unfinished: is_last && !piece.is_closed,
            is_quoted: piece.is_closed,
        });
    }

    fn set(&mut self, operator: Operator, is_negated: bool) {
        match (operator, is_negated) {
            (Operator::Nothing, _) => {}
            (Operator::In(kind), false) => self.kind = Some(kind),
            (Operator::In(kind), true) => self.other_kinds.push(kind),
            (Operator::Is(what), _) => {
                if what.is_single() && !is_negated {
                    let kind = std::mem::discriminant(&what);
                    self.filters.retain(|filter| {
                        filter.is_negated || std::mem::discriminant(&filter.what) != kind
                    });
                }
                self.filters.push(Filter { what, is_negated });
            }
        }
    }
}

/// What an operator asks for.
enum Operator {
    Is(What),
    In(SearchKind),
    /// `tag:` alone is on its way to become one.
    Nothing,
}

fn state(value: &str) -> Option<What> {
    match value {
        "pinned" => Some(What::Pinned),
        "archived" => Some(What::Archived),
        "unread" => Some(What::Unread),
        "bookmarked" => Some(What::Bookmarked),
        _ => None,
    }
}

fn role(value: &str) -> Option<Role> {
    match value {
        "me" | "user" | "learner" => Some(Role::User),
        "tutor" | "partner" | "assistant" => Some(Role::Assistant),
        _ => None,
    }
}

fn kind(value: &str) -> Option<SearchKind> {
    match value {
        "messages" | "message" => Some(SearchKind::Message),
        "titles" | "title" => Some(SearchKind::Title),
        "notes" | "note" => Some(SearchKind::Note),
        "corrections" | "correction" => Some(SearchKind::Correction),
        "words" | "word" | "vocabulary" => Some(SearchKind::Word),
        _ => None,
    }
}

/// The first day of a year, a month or a day: `2024`, `2024-05`, `2024-05-09`.
fn first_day(value: &str) -> Option<Date> {
    let mut parts = value.split(['-', '/', '.']);
    let year = parts.next()?;
    if year.len() != 4 {
        return None;
    }
    let mut part = || parts.next().map_or(Some(1), |part| part.parse().ok());
    let (month, day) = (part()?, part()?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month, day).ok()
}

/// A word or an operator, as far as blanks and quotes tell.
#[derive(Debug)]
struct Piece {
    is_excluded: bool,
    /// What stands before a colon, if that could be an operator.
    key: Option<String>,
    text: String,
    /// It stood in quotes, and the second one is there.
    is_closed: bool,
}

const QUOTES: [char; 3] = ['"', '\u{201c}', '\u{201d}'];
const LONGEST_KEY: usize = 6;

impl Piece {
    /// The first piece, and what follows it; `None` where nothing is left but blanks.
    fn next(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start();
        if text.is_empty() {
            return None;
        }
        let (is_excluded, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (key, text) = match key(text) {
            Some((key, rest)) => (Some(key), rest),
            None => (None, text),
        };
        let (words, is_closed, rest) = value(text);
        let piece = Self {
            is_excluded,
            key,
            text: words.trim().to_owned(),
            is_closed,
        };
        Some((piece, rest))
    }

    /// `None` if it is no operator, or none with a value that it can have.
    fn operator(&self) -> Option<Operator> {
        let value = fold(&self.text);
        let is_blank = value.is_empty();
        let name = |value| Name {
            text: value,
            is_whole: self.is_closed,
        };
        let what = match self.key.as_deref()? {
            "tag" | "folder" if is_blank => return Some(Operator::Nothing),
            "tag" => What::Tag(name(value)),
            "folder" => What::Folder(name(value)),
            "level" => What::Level(CefrLevel::parse(&value.to_uppercase())?),
            "from" => What::Role(role(&value)?),
            "before" => What::Before(first_day(&value)?),
            "after" => What::After(first_day(&value)?),
            "is" => state(&value)?,
            "in" => return kind(&value).map(Operator::In),
            _ => return None,
        };
        Some(Operator::Is(what))
    }

    /// What is looked for if it is no operator.
    fn whole_text(&self) -> String {
        match &self.key {
            Some(key) => format!("{key}:{}", self.text).trim().to_owned(),
            None => self.text.clone(),
        }
    }
}

/// `tag:` or another operator at the beginning, also with the colon of a Chinese keyboard.
fn key(text: &str) -> Option<(String, &str)> {
    let end = text.find([':', '\u{ff1a}'])?;
    let (key, rest) = text.split_at(end);
    let rest = &rest[rest.chars().next()?.len_utf8()..];
    let is_key = (2..=LONGEST_KEY).contains(&key.len())
        && key.chars().all(|c| c.is_ascii_alphabetic())
        // `std::vector` is no operator.
        && !rest.starts_with(':');
    is_key.then(|| (key.to_ascii_lowercase(), rest))
}

/// The word at the beginning, or what stands in quotes there; whether the quotes are closed; and the rest.
fn value(text: &str) -> (&str, bool, &str) {
    if let Some(quoted) = text.strip_prefix(QUOTES) {
        return match quoted.find(QUOTES) {
            Some(end) => {
                let after = quoted[end..].chars().next().map_or(0, char::len_utf8);
                (&quoted[..end], true, &quoted[end + after..])
            }
            None => (quoted, false, ""),
        };
    }
    let end = text
        .find(|c: char| c.is_whitespace() || QUOTES.contains(&c))
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, false, rest)
}

/// Blanks of every kind divide, what ends a C string or a line, and the commas and stops of scripts without blanks.
fn divides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{3000}'..='\u{3002}' | '\u{3008}'..='\u{3011}' | '\u{ff01}' | '\u{ff0c}' | '\u{ff0e}'
            | '\u{ff1b}' | '\u{ff1f}' | '\u{ff61}'..='\u{ff64}')
}

/// How a term is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// As words: the text has letters or digits, and blanks between its words.
    Words,
    /// As a part of a text that has no blanks between its words.
    Unspaced,
    /// As it is: signs and emoji, which no index holds.
    Signs,
}

impl Term {
    pub(super) fn script(&self) -> Script {
        if has_unspaced(&self.text) {
            Script::Unspaced
        } else if self.text.chars().any(char::is_alphanumeric) {
            Script::Words
        } else {
            Script::Signs
        }
    }

    /// Its word without case and accents; `None` if it is several.
    pub(super) fn only_word(&self) -> Option<String> {
        let text = Folded::of(&self.text);
        match text.words()[..] {
            [(start, end)] => Some(text.chars[start..end].iter().collect()),
            _ => None,
        }
    }

    /// The forms of its word that the index of words keeps apart.
    pub(super) fn forms_apart(&self) -> Vec<String> {
        self.only_word()
            .map_or_else(Vec::new, |word| forms_apart(&word))
    }
}
