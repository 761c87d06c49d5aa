//! Which of the learner's words are worth picking up, and which are no English at all.

use std::collections::HashSet;

use super::english::english;

/// Whether the first words are those of a question.
pub(super) fn begins_question(tokens: &[String]) -> bool {
    tokens.len() >= 2 && english().question_words.contains(&tokens[0])
}

const LONGEST_TOPIC: usize = 24;

/// Something the learner spoke of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Topic {
    /// The word alone: `dog`.
    pub(super) word: String,
    /// As the partner would speak of it: `your dog`.
    pub(super) phrase: String,
}

/// The words worth picking up, the best one first: named like a thing, or what a sentence is about;
/// then the longer one.
pub(super) fn topics(written: &[&str], tokens: &[String]) -> Vec<Topic> {
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !is_worth_picking_up(token) || tokens[..at].contains(token) {
            continue;
        }
        let named = at > 0 && english().before_things.contains(&tokens[at - 1]);
        let is_subject = tokens
            .get(at + 1)
            .is_some_and(|next| matches!(next.as_str(), "is" | "are" | "was" | "were" | "has"));
        let rank = 2 * usize::from(named)
            + 2 * usize::from(is_subject)
            + usize::from(!token.ends_with("ing"));
        found.push((rank, token.chars().count(), at));
    }
    found.sort_by_key(|&(rank, length, at)| (std::cmp::Reverse((rank, length)), at));
    let topic = |at: usize| {
        let word = quoted_form(written[at], &tokens[at]);
        let owner = at
            .checked_sub(1)
            .map_or("", |before| tokens[before].as_str());
        let phrase = match owner {
            "my" | "our" => format!("your {word}"),
            "your" => format!("my {word}"),
            "the" | "this" | "his" | "her" | "their" => format!("{owner} {word}"),
            _ => word.clone(),
        };
        Topic { word, phrase }
    };
    found.into_iter().map(|(_, _, at)| topic(at)).collect()
}

fn is_worth_picking_up(token: &str) -> bool {
    (3..=LONGEST_TOPIC).contains(&token.chars().count())
        && token.chars().all(|c| c.is_alphabetic() || c == '-')
        && is_pronounceable(token)
        && !token.ends_with("ly")
        && !token.ends_with("ed")
        && !english().common.contains(token)
}

/// A name keeps its capital, a shouted word does not.
fn quoted_form(written: &str, token: &str) -> String {
    let mut letters = written.chars();
    let begins_large = letters.next().is_some_and(char::is_uppercase);
    if begins_large && letters.all(|c| !c.is_uppercase()) {
        written.to_owned()
    } else {
        token.to_owned()
    }
}

/// The name after "my name is" and the like.
pub(super) fn name(written: &[&str], tokens: &[String]) -> Option<String> {
    const BEFORE_NAMES: &[&[&str]] = &[
        &["my", "name", "is"],
        &["my", "name's"],
        &["call", "me"],
        &["i'm", "called"],
        &["i", "am", "called"],
    ];
    let after = BEFORE_NAMES.iter().find_map(|phrase| {
        let at = tokens
            .windows(phrase.len())
            .position(|window| window == *phrase)?;
        Some(at + phrase.len())
    })?;
    let name = written.get(after)?;
    let fits = name.chars().count() <= LONGEST_TOPIC
        && name
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
        && !english().common.contains(&tokens[after]);
    fits.then(|| {
        let mut letters = name.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    })
}

/// The first number, with its unit if the next word is one.
pub(super) fn number(written: &[&str], tokens: &[String]) -> Option<String> {
    let at = tokens.iter().position(|token| {
        english().number_words.contains(token)
            || token.len() <= 12 && token.chars().all(|c| c.is_ascii_digit())
    })?;
    let unit = tokens
        .get(at + 1)
        .filter(|word| english().units.contains(*word));
    Some(match unit {
        Some(unit) => format!("{} {unit}", tokens[at]),
        None => written[at].to_lowercase(),
    })
}

/// Whether most of the message is not English: another script, or small words of another language.
pub(super) fn is_other_language(tokens: &[String]) -> bool {
    let letters = || {
        tokens
            .iter()
            .flat_map(|token| token.chars())
            .filter(|c| c.is_alphabetic())
    };
    let all = letters().count();
    let latin = letters().filter(|&c| is_latin(c)).count();
    if all > 0 && latin * 2 < all {
        return true;
    }
    let count =
        |words: &HashSet<String>| tokens.iter().filter(|token| words.contains(*token)).count();
    let foreign = count(&english().foreign);
    foreign * 4 >= tokens.len() && foreign > count(&english().common)
}

fn is_latin(character: char) -> bool {
    matches!(character, 'a'..='z' | 'A'..='Z' | '\u{AA}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

/// Whether no word of the message could be one.
pub(super) fn is_gibberish(tokens: &[String]) -> bool {
    let words: Vec<&String> = tokens
        .iter()
        .filter(|token| token.chars().any(char::is_alphabetic))
        .collect();
    let strange = words.iter().filter(|word| !is_pronounceable(word)).count();
    strange * 2 > words.len()
}

/// Whether a word could be said: it has vowels, no long row of consonants, no letter three times in
/// a row, and is not drawn along the keyboard.
fn is_pronounceable(word: &str) -> bool {
    const ROWS: &[&str] = &[
        "asdf", "sdfg", "dfgh", "fghj", "ghjk", "hjkl", "qwer", "wert", "zxcv", "xcvb", "uiop",
    ];
    let mut row = 0;
    let mut repeats = 0;
    let mut last = None;
    for letter in word.chars() {
        repeats = if last == Some(letter) { repeats + 1 } else { 0 };
        let is_consonant = letter.is_ascii_alphabetic() && !"aeiouy".contains(letter);
        row = if is_consonant { row + 1 } else { 0 };
        if repeats >= 2 || row >= 6 {
            return false;
        }
        last = Some(letter);
    }
    let length = word.chars().count();
    let has_vowel = word.chars().any(|c| !c.is_ascii() || "aeiouy".contains(c));
    let is_abbreviation = matches!(word, "mrs" | "hmm" | "pst" | "thx" | "idk" | "dvd" | "www");
    // A long word may hold one such row by chance; one that is little else was drawn.
    let drawn = ROWS.iter().filter(|keys| word.contains(*keys)).count();
    (has_vowel || length < 3 || is_abbreviation) && (drawn == 0 || drawn == 1 && length > 6)
}
