//! Conversations of ten turns with what learners at each level really write, mistakes included.
//!
//! Whether an answer is a good one only a reader can tell: the conversations are printed
//! (`cargo nextest run conversations --no-capture`). What can be checked by rule is checked.

use std::collections::HashSet;

use parlance_storage::CefrLevel;
use parlance_tutor::{chunk_text, scenarios};

use crate::talk::Talk;

/// The scenarios' slugs with what learners say in them.
fn learners() -> Vec<(&'static str, Vec<&'static str>)> {
    let parts = include_str!("learners.txt").split("# ").skip(1);
    parts
        .map(|part| {
            let mut lines = part.lines().map(str::trim).filter(|line| !line.is_empty());
            (lines.next().unwrap(), lines.collect())
        })
        .collect()
}

const SILLY: &[&str] = &[
    "is a good word",
    "who told you about",
    "what is easy about",
    "what is hard about",
    "do you talk about",
    "nobody ever asked me",
    "you ask good questions",
    "you have caught me",
    "never said aloud",
    "by the sea tend to",
    "in my head now",
    "why do you say",
];

/// Words that are no things, and so nothing to ask about.
const NO_THINGS: &[&str] = &[
    "hungry",
    "tired",
    "black",
    "white",
    "expensive",
    "cheap",
    "boring",
    "funny",
    "good",
    "bad",
    "difficult",
    "hard",
    "nice",
    "big",
    "small",
    "old",
    "new",
    "happy",
    "sad",
    "sick",
    "cold",
    "hot",
    "late",
    "early",
    "go",
    "went",
    "eat",
    "eats",
    "like",
    "want",
    "work",
    "worked",
    "make",
    "take",
    "disagree",
    "agree",
    "think",
    "know",
    "learn",
    "study",
    "anymore",
    "greatest",
    "honest",
    "reliable",
    "famous",
    "angry",
    "nervous",
    "lonely",
    "delicious",
    "watch",
    "play",
    "plays",
];

fn longest_sentence(level: CefrLevel) -> usize {
    match level {
        CefrLevel::A1 => 12,
        CefrLevel::A2 => 16,
        CefrLevel::B1 => 20,
        CefrLevel::B2 | CefrLevel::C1 | CefrLevel::C2 => 28,
    }
}

/// What is wrong with a reply, as far as rules tell.
fn faults(reply: &str, level: CefrLevel) -> Vec<String> {
    let lower = reply.to_lowercase();
    let mut faults: Vec<String> = SILLY
        .iter()
        .filter(|words| lower.contains(*words))
        .map(|words| format!("silly: {words}"))
        .collect();
    if !reply.ends_with(['?', '"']) {
        faults.push("asks nothing".to_owned());
    }
    if reply.matches('?').count() > 1 {
        faults.push("asks twice".to_owned());
    }
    for word in lower.split(" about ").skip(1) {
        let words: Vec<&str> = word
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !matches!(*word, "" | "your" | "my" | "the" | "his" | "her" | "their"))
            .take(1)
            .collect();
        if let Some(word) = words.first().filter(|word| NO_THINGS.contains(word)) {
            faults.push(format!("about {word}"));
        }
    }
    for chunk in chunk_text(reply) {
        if chunk.spoken_text.split_whitespace().count() > longest_sentence(level) {
            faults.push(format!("too long: {}", chunk.spoken_text));
        }
    }
    faults
}

#[expect(
    clippy::print_stdout,
    reason = "the conversations are there to be read"
)]
#[test]
fn what_learners_write_is_answered_with_sense() {
    let mut wrong = Vec::new();
    for (slug, lines) in learners() {
        let level = scenarios()
            .iter()
            .find(|known| known.slug == slug)
            .unwrap()
            .level;
        assert!(lines.len() >= 60, "{slug}: {}", lines.len());
        for turns in lines.chunks(10) {
            let mut talk = Talk::open(slug);
            println!("\n== {slug}\nP: {}", talk.history[0].content);
            let mut said = HashSet::new();
            for words in turns {
                let reply = talk.say(words);
                println!("L: {words}\nP: {reply}");
                assert!(said.insert(reply.clone()), "said twice: {reply}");
                for fault in faults(&reply, level) {
                    wrong.push(format!("{slug}: {words:?} -> {reply:?}: {fault}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
