//! The things of which facts tell, put together so that they can stand in a sentence that is said to the learner.

use super::english::english;
use super::words::{is_adjective, is_latin, is_mass, is_noun, is_plural};
use crate::memory::is_learning;

/// "Peru", "the Netherlands", "New York".
pub(super) fn place(words: &[&str]) -> Option<String> {
    let is_name = |word: &&str| *word == "the" || word.starts_with(char::is_uppercase);
    let has_name = words.last().is_some_and(|word| *word != "the");
    (words.len() <= 4 && has_name && words.iter().all(is_name))
        .then(|| thing(words))
        .flatten()
}

/// "cats", "swimming in the sea", "their job" as the partner says it to the learner; `None` if it is not surely right.
pub(super) fn thing(words: &[&str]) -> Option<String> {
    const LONGEST: usize = 6;
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let first = lower.first()?;
    let last = lower.last()?;
    let english = english();
    let is_named = |at: usize| words[at].starts_with(char::is_uppercase);
    let begins = english.determiners.contains(first)
        || is_adjective(first)
        || is_noun(first)
        || first.ends_with("ing") && first.len() > 4
        || is_named(0)
        || !english.common.contains(first) && !english.no_things.contains(first);
    let ends = is_noun(last)
        || is_named(words.len() - 1)
        || is_telling(last) && !english.no_things.contains(last);
    let is_bare = !lower.iter().any(|word| english.determiners.contains(word));
    let needs_article = is_noun(last) && !is_plural(last) && !is_mass(last) && is_bare;
    let is_sound = words.len() <= LONGEST
        && words.iter().all(|word| is_word(word) && !is_doubtful(word))
        && begins
        && ends
        && !needs_article;
    is_sound.then(|| from_our_side(words))
}

fn is_word(word: &str) -> bool {
    let joins = |c: char| matches!(c, '\'' | '-');
    (1..=24).contains(&word.chars().count())
        && word.chars().all(|c| is_latin(c) || joins(c))
        && !word.starts_with(joins)
        && !word.ends_with(joins)
}

/// Words with which a thing becomes a sentence, is denied, or belongs to nobody knows whom.
fn is_doubtful(word: &str) -> bool {
    const DOUBTFUL: &str = "is are was were be been am do does did has have had can could will would should must may might shall \
        not no nor never i you he she it we me him us them his her its who which what when where why how if because \
        but so than then very much too really more most there here also as since while that this these those let";
    let word = match word {
        "May" => return false,
        other => other.to_lowercase(),
    };
    word.ends_with("n't") || DOUBTFUL.split(' ').any(|doubtful| doubtful == word)
}

/// "their sister" is the learner's.
fn from_our_side(words: &[&str]) -> String {
    let words = words.iter().map(|word| match word.to_lowercase().as_str() {
        "their" | "my" | "our" => "your",
        "themselves" | "myself" => "yourself",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// "learn Italian", "pass the exam in May", "be able to talk to neighbours".
pub(super) fn aim(words: &[&str]) -> Option<String> {
    const LONGEST: usize = 8;
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let verb = lower.first()?;
    let next = lower.get(1).map_or("", String::as_str);
    let begins = is_learning(verb)
        || verb == "get" && next == "better"
        || verb == "be" && next == "able" && lower.len() > 3;
    let last = lower.last()?;
    let rest = words.get(1..)?;
    let is_sound = begins
        && words.len() <= LONGEST
        && words.iter().all(|word| is_word(word))
        && !rest.iter().any(|word| is_doubtful(word))
        && (rest.is_empty() || is_noun(last) || is_telling(last) || last == "may");
    is_sound.then(|| from_our_side(words))
}

/// Whether a word tells what is spoken of.
pub(super) fn is_telling(word: &str) -> bool {
    let english = english();
    word.chars().count() > 2
        && (is_noun(word) || !english.common.contains(word) && !is_adjective(word))
        && !english.determiners.contains(word)
        && !english.before_things.contains(word)
}
