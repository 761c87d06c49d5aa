//! What the learner said, as far as key words tell.
//!
//! This is no understanding, and does not claim to be: it looks for the few things that a partner
//! must not miss (a farewell, a question, "I don't understand", another language) and for one word
//! of the learner's own that an answer can pick up.

use super::clause::{self, Clause};
use super::english::english;
use super::intent::{Intent, intent};
use super::words::{self, Topic};

/// The learner's message, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// What the partner has to deal with first.
    pub(super) intent: Intent,
    /// The words in lower case, with plain apostrophes.
    pub(super) tokens: Vec<String>,
    /// The same words by clauses, which commas and full stops end.
    pub(super) clauses: Vec<Clause>,
    /// What the learner spoke of, the best one first; only what is surely a thing.
    pub(super) topics: Vec<Topic>,
    /// The only word of the message, if it could be used in a sentence.
    pub(super) lone_word: Option<String>,
    /// How the learner is called, if that was said.
    pub(super) name: Option<String>,
    /// A number, as the learner wrote it, with the word after it.
    pub(super) number: Option<String>,
    /// What the partner is asked to like: "Do you like spring rolls?"
    pub(super) liking: Option<String>,
    pub(super) agreement: Option<Agreement>,
    pub(super) asks: bool,
    /// Whether the learner quotes something.
    pub(super) quotes: bool,
    pub(super) shouts: bool,
    pub(super) is_long: bool,
}

/// Yes or no, however it was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreement {
    Yes,
    No,
}

/// A message with more words than this is met with respect.
const LONG_MESSAGE_WORDS: usize = 60;
/// Nobody needs a whole novel to be answered; reading is bounded.
const READ_AT_MOST_BYTES: usize = 8_000;

impl Reading {
    /// Reads a message.
    pub(super) fn of(message: &str) -> Self {
        let message = head(message);
        let written: Vec<&str> = words_of(message).collect();
        let tokens: Vec<String> = written.iter().map(|word| simple(word)).collect();
        let clauses: Vec<Clause> = message
            .split(['.', ',', ';', ':', '!', '?', '\n', '(', ')', '–', '—'])
            .map(|clause| words_of(clause).map(simple).collect())
            .collect();
        let asks = message.contains(['?', '？', '؟']) || words::begins_question(&tokens);
        let agreement = agreement(&tokens);
        let intent = intent(&tokens, &clauses, asks, agreement);
        let may_be_picked_up = !matches!(
            intent,
            Intent::OtherLanguage | Intent::Gibberish | Intent::Sensitive(_)
        );
        Self {
            topics: if may_be_picked_up {
                words::topics(&written, &tokens)
            } else {
                Vec::new()
            },
            lone_word: words::lone_word(&tokens).filter(|_| may_be_picked_up),
            name: words::name(&written, &tokens)
                .or_else(|| words::introduced(message, &clauses))
                .filter(|_| may_be_picked_up),
            number: words::number(&written, &tokens),
            liking: words::liking(&clauses),
            agreement,
            asks,
            quotes: message.contains(['"', '“', '”', '«', '»']),
            shouts: shouts(&written),
            is_long: tokens.len() > LONG_MESSAGE_WORDS,
            intent,
            clauses,
            tokens,
        }
    }

    /// The first of `phrases` that the message has, as whole words and not denied; of two that begin
    /// together, the longer one.
    pub(super) fn mentions<'a>(&self, phrases: &'a [String]) -> Option<&'a str> {
        clause::find(&self.clauses, phrases)
            .filter(|found| !found.is_denied)
            .map(|found| found.phrase)
    }

    /// Whether one of `phrases` is said, and only to deny it.
    pub(super) fn denies(&self, phrases: &[String]) -> bool {
        clause::find(&self.clauses, phrases).is_some_and(|found| found.is_denied)
    }

    /// Whether something is denied, or said to be hard, sad or unwanted.
    pub(super) fn is_negative(&self) -> bool {
        self.denies_something() || self.has_unhappy_word()
    }

    /// Whether something is said to be hard or sad, and not that it is not.
    pub(super) fn is_unhappy(&self) -> bool {
        self.has_unhappy_word() && !self.denies_something()
    }

    fn denies_something(&self) -> bool {
        self.tokens.iter().any(|word| clause::denies(word))
    }

    fn has_unhappy_word(&self) -> bool {
        self.tokens
            .iter()
            .any(|word| english().unhappy.contains(word))
    }

    /// Whether the learner may be asking for something, rather than telling.
    pub(super) fn wishes(&self) -> bool {
        const SURE: &[&str] = &["want", "need", "look", "looking"];
        const WISHES: &[&str] = &["please", "take", "then", "also", "prefer"];
        const TELLS: &[&str] = &["is", "are", "was", "were", "your", "people"];
        let has = |words: &[&str]| {
            self.tokens
                .iter()
                .any(|word| words.contains(&word.as_str()))
        };
        let likes = has(&["like", "likes", "love", "loves"]);
        let would_like = likes && has(&["would", "i'd"]);
        let may_wish = would_like || !likes && (has(WISHES) || self.tokens.len() <= 4);
        has(SURE) || may_wish && !has(TELLS)
    }

    /// Takes a message of a word or two for the name that was asked for.
    pub(super) fn take_as_name(&mut self, message: &str) {
        let written: Vec<&str> = words_of(head(message)).collect();
        if self.name.is_none() && self.intent == Intent::Says {
            self.name = words::bare_name(&written, &self.tokens);
        }
    }
}

/// The beginning of a message, cut at a character.
fn head(message: &str) -> &str {
    &message[..message.floor_char_boundary(READ_AT_MOST_BYTES)]
}

/// The words of a text as they are written, with the apostrophes and hyphens in them.
pub(crate) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let joins = |c: char| matches!(c, '\'' | '’' | '-');
    text.split(move |c: char| !(c.is_alphanumeric() || joins(c) || is_mark(c)))
        .map(move |word| word.trim_matches(joins))
        .filter(|word| !word.is_empty())
}

/// Combining marks, without which words of many scripts would fall apart.
fn is_mark(character: char) -> bool {
    use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
    character.general_category_group() == GeneralCategoryGroup::Mark
}

/// In lower case; apostrophes that learners leave out are put in.
fn simple(word: &str) -> String {
    let lower = word.to_lowercase().replace('’', "'");
    let full = match lower.as_str() {
        "im" => "i'm",
        "dont" => "don't",
        "doesnt" => "doesn't",
        "didnt" => "didn't",
        "cant" => "can't",
        "isnt" => "isn't",
        "wasnt" => "wasn't",
        "youre" => "you're",
        _ => return lower,
    };
    full.to_owned()
}

fn agreement(tokens: &[String]) -> Option<Agreement> {
    let english = english();
    let first = tokens.first()?;
    let plain_no = tokens.get(1).is_some_and(|next| next == "problem");
    if english.no.contains(first) && !plain_no {
        return Some(Agreement::No);
    }
    let of_course = tokens.windows(2).any(|pair| pair == ["of", "course"]);
    if english.yes.contains(first) || of_course || plain_no {
        return Some(Agreement::Yes);
    }
    let denies = tokens
        .iter()
        .any(|word| word.ends_with("n't") || english.negations.contains(word));
    (denies && tokens.len() <= 5).then_some(Agreement::No)
}

/// Two words in capitals or more, and none in small letters.
fn shouts(written: &[&str]) -> bool {
    let letters = || written.iter().flat_map(|word| word.chars());
    let long_words = written
        .iter()
        .filter(|word| word.chars().count() >= 2)
        .count();
    long_words >= 2
        && letters().filter(|c| c.is_uppercase()).count() >= 6
        && !letters().any(char::is_lowercase)
}
