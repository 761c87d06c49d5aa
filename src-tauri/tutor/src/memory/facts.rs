//! What the learner plainly says about themselves, by rules for English: few things, and those surely.
//!
//! A wrong fact is worse than none: it is said again in every later reply. So a message is passed over that quotes or is
//! a pasted text, a sentence that asks, supposes, reports or hedges, and a clause that does not begin with the learner.

use parlance_storage::Role;
use parlance_storage::key_fact::Learnt;
use parlance_storage::memory::Said;

use super::phrases::{Found, Word, has, read_clause};
use crate::partner::words_of;

/// A longer message is pasted, in characters.
const LONGEST_MESSAGE: usize = 1_500;
/// A longer sentence is too much for rules, in words.
const LONGEST_SENTENCE: usize = 40;

/// In whichever form: then nothing in the message is surely the learner's own.
const QUOTES: &[char] = &[
    '"', '“', '”', '„', '«', '»', '「', '」', '『', '』', '`', '*', '_', '|', '{', '<',
];

/// Words with which a sentence says how things might be, or what others say, or how sure one is of it.
const NOT_PLAIN: &str = "if unless would wouldn't could couldn't might maybe perhaps probably possibly wish imagine suppose \
    supposed pretend pretending said says say saying told tells tell asked asks thinks think thought guess \
    heard wrote written sentence example translate means mean character role story movie film song book \
    novel used kidding joking joke unlike almost nearly until were wasn't weren't dream dreamed dreamt let's \
    can should";

/// What the learner said about themselves in these messages, in the order in which it was said; each thing once, with
/// the message that says so first. Messages in other languages than English give nothing.
#[must_use]
pub fn extract_facts(messages: &[Said]) -> Vec<Learnt> {
    let mut facts: Vec<Learnt> = Vec::new();
    for said in messages.iter().filter(|said| said.role == Role::User) {
        for found in facts_of(&said.content) {
            if facts.iter().all(|known| known.text != found.text) {
                facts.push(Learnt {
                    fact_type: found.fact_type,
                    text: found.text,
                    confidence: found.confidence,
                    source_message_id: said.id,
                });
            }
        }
    }
    facts
}

fn facts_of(message: &str) -> Vec<Found> {
    let is_pasted = message.chars().nth(LONGEST_MESSAGE).is_some();
    if is_pasted || message.contains(QUOTES) || message.lines().any(is_quoted_line) {
        return Vec::new();
    }
    sentences(message)
        .into_iter()
        .filter(|sentence| !sentence.asks)
        .flat_map(|sentence| facts_of_sentence(sentence.text))
        .collect()
}

/// As in a letter that is answered, or a list of anything.
fn is_quoted_line(line: &str) -> bool {
    line.trim_start().starts_with(['>', '-', '#', '•', '\''])
}

struct Sentence<'a> {
    text: &'a str,
    asks: bool,
}

fn sentences(message: &str) -> Vec<Sentence<'_>> {
    message
        .split_inclusive(['.', '!', '?', '…', '\n', ';', '。', '！', '？', '؟'])
        .map(|text| Sentence {
            text,
            asks: text.contains(['?', '？', '؟']),
        })
        .collect()
}

fn facts_of_sentence(sentence: &str) -> Vec<Found> {
    let sentence = as_plain_wish(sentence);
    let all = words(&sentence);
    let is_plain = |word: &Word| !has(NOT_PLAIN, &word.lower);
    if all.is_empty() || all.len() > LONGEST_SENTENCE || !all.iter().all(is_plain) {
        return Vec::new();
    }
    clauses(&sentence)
        .iter()
        .filter_map(|clause| read_clause(clause))
        .collect()
}

/// "I would like to learn" wants it as plainly as "I want to learn".
fn as_plain_wish(sentence: &str) -> String {
    let mut plain = sentence.replace('’', "'");
    for wish in [
        "would like to ",
        "'d like to ",
        "'d love to ",
        "would love to ",
    ] {
        for subject in ["I", "i"] {
            let separator = if wish.starts_with('\'') { "" } else { " " };
            plain = plain.replace(&format!("{subject}{separator}{wish}"), "I want to ");
        }
    }
    plain
}

/// What stands between commas, and what begins anew with "and I", "but my".
fn clauses(sentence: &str) -> Vec<Vec<Word>> {
    let mut clauses = Vec::new();
    for part in sentence.split([',', ':', '(', ')', '–', '—']) {
        let mut clause: Vec<Word> = Vec::new();
        let words = words(part);
        for (place, word) in words.iter().enumerate() {
            let begins_anew = matches!(word.lower.as_str(), "and" | "but" | "so")
                && words
                    .get(place + 1)
                    .is_some_and(|next| matches!(next.lower.as_str(), "i" | "i'm" | "my"));
            if begins_anew {
                clauses.push(std::mem::take(&mut clause));
            } else {
                clause.push(word.clone());
            }
        }
        clauses.push(clause);
    }
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

fn words(text: &str) -> Vec<Word> {
    words_of(text)
        .map(|written| Word {
            written: written.to_owned(),
            lower: written.to_lowercase(),
        })
        .collect()
}
