//! What the learner said, as far as key words tell.
//!
//! This is no understanding, and does not claim to be: it looks for the few things that a partner
//! must not miss (a farewell, a question, "I don't understand", another language) and for one word
//! of the learner's own that an answer can pick up.

use super::english::english;
use super::words::{self, Topic};

/// The learner's message, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// What the partner has to deal with first.
    pub(super) intent: Intent,
    /// The words in lower case, with plain apostrophes.
    pub(super) tokens: Vec<String>,
    /// The same words by clauses, which commas and full stops end.
    pub(super) clauses: Vec<Vec<String>>,
    /// What the learner spoke of, the best one first; nothing in another language.
    pub(super) topics: Vec<Topic>,
    /// How the learner is called, if that was said.
    pub(super) name: Option<String>,
    /// A number, as the learner wrote it, with the word after it.
    pub(super) number: Option<String>,
    pub(super) agreement: Option<Agreement>,
    pub(super) asks: bool,
    pub(super) shouts: bool,
    pub(super) is_long: bool,
}

/// What a message is, before its content matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// Nothing but white space, marks or pictures.
    Blank,
    Farewell,
    /// "Can you say that again?"
    AsksToRepeat,
    /// "I don't understand."
    IsConfused,
    /// "I don't know."
    IsUnsure,
    /// "What does ... mean?"
    AsksMeaning(String),
    /// "And you?"
    AsksBack,
    OtherLanguage,
    Gibberish,
    Greeting,
    Thanks,
    /// Anything else: an answer, a story, a question.
    Says,
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
        let text = format!(" {} ", tokens.join(" "));
        let asks = message.contains(['?', '？', '؟']) || words::begins_question(&tokens);
        let intent = intent(&text, &tokens, asks);
        let is_english = !matches!(intent, Intent::OtherLanguage | Intent::Gibberish);
        Self {
            topics: if is_english {
                words::topics(&written, &tokens)
            } else {
                Vec::new()
            },
            intent,
            clauses: message
                .split(['.', ',', ';', ':', '!', '?', '\n'])
                .map(|clause| words_of(clause).map(simple).collect())
                .collect(),
            name: words::name(&written, &tokens),
            number: words::number(&written, &tokens),
            agreement: agreement(&text, &tokens),
            asks,
            shouts: shouts(&written),
            is_long: tokens.len() > LONG_MESSAGE_WORDS,
            tokens,
        }
    }

    /// The first of `phrases` that the message has as whole words; of two that begin together, the
    /// longer one.
    pub(super) fn mentions<'a>(&self, phrases: &'a [String]) -> Option<&'a str> {
        let text = format!(" {} ", self.tokens.join(" "));
        let found = phrases.iter().filter_map(|phrase| {
            let at = text.find(&format!(" {} ", phrase.to_lowercase()))?;
            Some((at, std::cmp::Reverse(phrase.len()), phrase.as_str()))
        });
        found.min().map(|(_, _, phrase)| phrase)
    }

    /// Whether the message is a single word.
    pub(super) fn is_one_word(&self) -> bool {
        self.tokens.len() == 1
    }
}

/// The beginning of a message, cut at a character.
fn head(message: &str) -> &str {
    &message[..message.floor_char_boundary(READ_AT_MOST_BYTES)]
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
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

fn simple(word: &str) -> String {
    word.to_lowercase().replace('’', "'")
}

fn intent(text: &str, tokens: &[String], asks: bool) -> Intent {
    let english = english();
    let has = |phrases: &[String]| {
        phrases
            .iter()
            .any(|phrase| text.contains(&format!(" {phrase} ")))
    };
    let is_short = tokens.len() <= 12;
    if tokens.is_empty() {
        return Intent::Blank;
    }
    if is_short && has(&english.farewells) {
        return Intent::Farewell;
    }
    if let Some(word) = asked_word(text, asks) {
        return Intent::AsksMeaning(word);
    }
    if is_short && has(&english.repeat_requests) {
        return Intent::AsksToRepeat;
    }
    if is_short && has(&english.confusion) {
        return Intent::IsConfused;
    }
    if is_short && has(&english.unsure) {
        return Intent::IsUnsure;
    }
    if words::is_other_language(tokens) {
        return Intent::OtherLanguage;
    }
    if words::is_gibberish(tokens) {
        return Intent::Gibberish;
    }
    if has(&english.asking_back) {
        return Intent::AsksBack;
    }
    if tokens.len() <= 4 && has(&english.greetings) && !asks {
        return Intent::Greeting;
    }
    let agrees = agreement(text, tokens).is_some();
    if tokens.len() <= 5 && has(&english.thanks) && !agrees {
        return Intent::Thanks;
    }
    Intent::Says
}

/// The word whose meaning is asked for.
fn asked_word(text: &str, asks: bool) -> Option<String> {
    let between = |start: &str, end: &str| {
        let (_, rest) = text.split_once(start)?;
        let (word, _) = rest.split_once(end)?;
        Some(word)
    };
    let after = |start: &str| {
        let (_, rest) = text.split_once(start)?;
        Some(rest.trim()).filter(|_| asks)
    };
    let word = between(" what does ", " mean ")
        .or_else(|| between(" what do ", " mean "))
        .or_else(|| between(" what is ", " mean "))
        .or_else(|| between(" what's ", " mean "))
        .or_else(|| after(" what means "))
        .or_else(|| after(" meaning of "))
        .or_else(|| after(" what is the word "))?
        .trim_start_matches("the word ")
        .trim_start_matches("a ")
        .trim();
    let is_a_word = !word.is_empty()
        && word.split(' ').count() <= 4
        && !matches!(word, "you" | "it" | "that" | "this" | "they");
    is_a_word.then(|| word.to_owned())
}

fn agreement(text: &str, tokens: &[String]) -> Option<Agreement> {
    let english = english();
    let first = tokens.first()?;
    if english.no.contains(first) {
        return Some(Agreement::No);
    }
    if english.yes.contains(first) || text.contains(" of course ") {
        return Some(Agreement::Yes);
    }
    let denies = tokens
        .iter()
        .any(|word| word.ends_with("n't") || english.negations.contains(word));
    (denies && tokens.len() <= 8).then_some(Agreement::No)
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
