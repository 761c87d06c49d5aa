//! What a message is for, before its content matters.

use super::clause::{Clause, begins_with, ends_with, has_any, is_whole};
use super::english::english;
use super::reading::Agreement;
use super::sensitive::{Sensitive, sensitive};
use super::words;

/// What the partner has to deal with first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// Nothing but white space, marks or pictures.
    Blank,
    /// Grief, danger, insults: nothing that a script could answer.
    Sensitive(Sensitive),
    Farewell,
    /// "Can you say that again?"
    AsksToRepeat,
    /// "I don't understand."
    IsConfused,
    /// "I don't know."
    IsUnsure,
    /// "You keep repeating yourself", "I don't want to talk about that."
    Protests,
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

/// A phrase inside a longer message is part of a story.
const SHORT_MESSAGE_WORDS: usize = 12;

pub(super) fn intent(
    tokens: &[String],
    clauses: &[Clause],
    asks: bool,
    agreement: Option<Agreement>,
) -> Intent {
    if tokens.is_empty() {
        return Intent::Blank;
    }
    let text = format!(" {} ", tokens.join(" "));
    let asked = asked_word(&text, asks);
    match sensitive(clauses, tokens) {
        // What such a word means may be asked.
        Some(Sensitive::Grief | Sensitive::SelfHarm) if asked.is_some() => {}
        Some(kind) => return Intent::Sensitive(kind),
        None => {}
    }
    if let Some(word) = asked {
        return Intent::AsksMeaning(word);
    }
    let english = english();
    if is_farewell(tokens, clauses) {
        return Intent::Farewell;
    }
    if tokens.len() <= SHORT_MESSAGE_WORDS {
        if has_any(tokens, &english.protests) {
            return Intent::Protests;
        }
        if asks_to_repeat(tokens, clauses) {
            return Intent::AsksToRepeat;
        }
        if is_confused(tokens, clauses) {
            return Intent::IsConfused;
        }
        if is_unsure(tokens, clauses) {
            return Intent::IsUnsure;
        }
    }
    if words::is_other_language(tokens) {
        return Intent::OtherLanguage;
    }
    if words::is_gibberish(tokens) {
        return Intent::Gibberish;
    }
    if has_any(tokens, &english.asking_back) {
        return Intent::AsksBack;
    }
    if tokens.len() <= 4 && has_any(tokens, &english.greetings) && !asks {
        return Intent::Greeting;
    }
    let begins = &tokens[..tokens.len().min(3)];
    let is_all_thanks = tokens.len() <= 7
        || tokens.len() <= SHORT_MESSAGE_WORDS && has_any(tokens, &english.thanks_for);
    if is_all_thanks && has_any(begins, &english.thanks) && agreement.is_none() && !asks {
        return Intent::Thanks;
    }
    Intent::Says
}

/// Only a clause of its own takes leave: "I have to go to the bank" does not, and neither does what
/// others said.
fn is_farewell(tokens: &[String], clauses: &[Clause]) -> bool {
    let english = english();
    let tells = ["says", "said", "say"].map(str::to_owned);
    if has_any(tokens, &tells) {
        return false;
    }
    let is_short = tokens.len() <= SHORT_MESSAGE_WORDS;
    let takes_leave = |clause: &Clause| {
        let parts = clause.split(|word| word == "and" || word == "but");
        let mut parts = parts.filter(|part| !part.is_empty());
        parts.any(|part| is_whole(part, &english.farewells))
            || clause.len() <= 6 && begins_with(clause, &english.farewells[..8])
            || ends_with(clause, &english.leaving)
    };
    let last = clauses.iter().rfind(|clause| !clause.is_empty());
    last.is_some_and(takes_leave) || is_short && clauses.iter().any(takes_leave)
}

fn asks_to_repeat(tokens: &[String], clauses: &[Clause]) -> bool {
    let english = english();
    has_any(tokens, &english.repeat_requests)
        || clauses
            .iter()
            .any(|clause| is_whole(clause, &english.repeat_clauses))
        || clauses
            .iter()
            .any(|clause| begins_with(clause, &english.repeat_clauses[..1]))
}

fn is_confused(tokens: &[String], clauses: &[Clause]) -> bool {
    let english = english();
    let not_understood = |clause: &Clause| {
        let text = format!(" {} ", clause.join(" "));
        english.confusion.iter().any(|phrase| {
            text.split_once(&format!(" {phrase} "))
                .is_some_and(|(_, rest)| {
                    let next = rest.split(' ').next().unwrap_or_default();
                    next.is_empty() || english.confusing_things.contains(next)
                })
        })
    };
    clauses
        .iter()
        .any(|clause| not_understood(clause) || is_whole(clause, &english.confusion_clauses))
        || tokens.len() <= 3 && (text_has(tokens, "too hard") || text_has(tokens, "too difficult"))
}

fn text_has(tokens: &[String], phrase: &str) -> bool {
    has_any(tokens, &[phrase.to_owned()])
}

/// "I don't know", with hardly anything else: "I don't know, maybe a coffee" is an answer.
fn is_unsure(tokens: &[String], clauses: &[Clause]) -> bool {
    clauses
        .iter()
        .any(|clause| is_whole(clause, &english().unsure) && tokens.len() <= clause.len() + 1)
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
        .or_else(|| after(" what mean "))
        .or_else(|| after(" what is mean "))
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
