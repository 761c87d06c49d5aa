//! The level of a word.

use std::borrow::Cow;

use parlance_storage::CefrLevel;
use unicode_normalization::UnicodeNormalization;

use crate::forms::{Base, bases};
use crate::list::WordList;

/// The words of each level. A word is in one of them at most.
static WORDS: [(CefrLevel, WordList); 6] = [
    (
        CefrLevel::A1,
        WordList::new(include_str!("../words/a1.txt")),
    ),
    (
        CefrLevel::A2,
        WordList::new(include_str!("../words/a2.txt")),
    ),
    (
        CefrLevel::B1,
        WordList::new(include_str!("../words/b1.txt")),
    ),
    (
        CefrLevel::B2,
        WordList::new(include_str!("../words/b2.txt")),
    ),
    (
        CefrLevel::C1,
        WordList::new(include_str!("../words/c1.txt")),
    ),
    (
        CefrLevel::C2,
        WordList::new(include_str!("../words/c2.txt")),
    ),
];

/// No English word has more bytes; what is longer is not looked at.
const LONGEST: usize = 48;

/// What a contraction ends with. What stands before tells its level: `I'll`, `who's`, `the dog's`.
const SHORT_FORMS: &[&str] = &["'s", "'ll", "'re", "'ve", "'d", "'m"];

/// What stands before `n't` without being a word there.
const BEFORE_NOT: &[&str] = &["ai", "ca", "sha", "wo"];

/// The level at which a learner of English knows a word, in any writing of its letters; `None` if it is not an English
/// word that is known here: a name, a number, a word of another language.
///
/// It is the level of the easiest reading. What is no entry itself has the level of what it is a regular form or a
/// contraction of. One word is expected, as Unicode cuts them; several have none.
///
/// ```
/// use parlance_lexicon::level_of;
/// use parlance_storage::CefrLevel;
///
/// assert_eq!(level_of("Cities"), Some(CefrLevel::A1));
/// assert_eq!(level_of("don’t"), Some(CefrLevel::A1));
/// assert_eq!(level_of("ubiquitous"), Some(CefrLevel::C2));
/// assert_eq!(level_of("2026"), None);
/// ```
#[must_use]
pub fn level_of(word: &str) -> Option<CefrLevel> {
    if word.len() > LONGEST {
        return None;
    }
    let word = folded(word);
    listed_level(Base::whole(&word))
        .or_else(|| contracted_level(&word))
        .or_else(|| bases(&word).filter_map(listed_level).min())
}

/// The level of a word that is an entry of the lists; `None` if it is not.
fn listed_level(word: Base<'_>) -> Option<CefrLevel> {
    WORDS
        .iter()
        .find(|(_, list)| list.contains(word))
        .map(|(level, _)| *level)
}

fn contracted_level(word: &str) -> Option<CefrLevel> {
    if let Some(verb) = word.strip_suffix("n't") {
        return if BEFORE_NOT.contains(&verb) {
            Some(CefrLevel::A1)
        } else {
            listed_level(Base::whole(verb))
        };
    }
    let short = SHORT_FORMS.iter().find_map(|form| word.strip_suffix(form));
    // The plural's: "my friends' house".
    level_of(short.or_else(|| word.strip_suffix('\''))?)
}

/// The word as the lists write it: small, composed, with the apostrophe of typewriters, and without the points of `a.m.`
fn folded(word: &str) -> Cow<'_, str> {
    let is_folded = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase() && byte != b'.';
    if word.bytes().all(is_folded) {
        return Cow::Borrowed(word);
    }
    let small = word.chars().flat_map(char::to_lowercase);
    let folded = small.nfc().filter(|c| *c != '.');
    Cow::Owned(folded.map(|c| if c == '’' { '\'' } else { c }).collect())
}
