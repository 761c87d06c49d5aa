//! How the practice partner holds out in long conversations, at every level.

use std::collections::HashSet;

use parlance_storage::CefrLevel;
use parlance_tutor::{chunk_text, level_rules, scenarios};

use crate::talk::{Talk, sentences};

fn last_sentence(reply: &str) -> String {
    chunk_text(reply).last().unwrap().spoken_text.clone()
}

/// Talks for many turns and checks that no sentence comes twice.
fn never_repeats(mut talk: Talk, turns: usize, mut words: impl FnMut(usize) -> String) {
    let mut said: HashSet<String> = sentences(&talk.history[0].content).into_iter().collect();
    for turn in 0..turns {
        let reply = talk.say(&words(turn));
        assert!(reply.ends_with('?'), "turn {turn}: {reply}");
        for sentence in sentences(&reply) {
            assert!(
                said.insert(sentence),
                "turn {turn} of {}: said before: {reply}",
                talk.scenario
            );
        }
    }
}

#[test]
fn it_never_says_a_line_twice_to_a_learner_who_always_does() {
    for (slug, sentence) in [
        ("cafe-order", "I like coffee."),
        ("asking-the-way", "ok"),
        ("free-talk", "My dog is very funny."),
        (
            "debate-remote-work",
            "I think remote work is good because people save time.",
        ),
        ("weekend-talk", "And you?"),
        ("job-interview", "I don't understand."),
        ("free-talk", ""),
        ("cafe-order", "你好"),
    ] {
        never_repeats(Talk::open(slug), 300, |_| sentence.to_owned());
    }
}

#[test]
fn it_never_says_a_line_twice_in_a_long_and_varied_talk() {
    const WORDS: &[&str] = &[
        "I like",
        "my",
        "dog",
        "yesterday",
        "coffee",
        "mother",
        "and you?",
        "no",
        "yes",
        "why?",
        "football",
        "7",
        "is",
        "the",
        "garden",
        "I don't know",
        "HELLO THERE",
        "trabajo",
        "music",
        "because",
        "small",
        "Berlin",
        "train",
        "never",
        "!",
    ];
    for (slug, level) in [
        ("free-talk", CefrLevel::A1),
        ("job-interview", CefrLevel::C1),
        ("cafe-order", CefrLevel::B2),
    ] {
        let mut state = 12_345_u64;
        let mut next = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            WORDS[usize::try_from(state >> 33).unwrap() % WORDS.len()]
        };
        never_repeats(Talk::open(slug).at_level(level), 300, |turn| {
            (0..turn % 7 + 1)
                .map(|_| next())
                .collect::<Vec<_>>()
                .join(" ")
        });
    }
}

#[test]
fn a_hundred_farewells_are_all_different() {
    let mut talk = Talk::open("free-talk");
    let replies: HashSet<String> = (0..100).map(|_| talk.say("Bye!")).collect();
    assert_eq!(replies.len(), 100);
}

#[test]
fn asking_for_repetition_again_and_again_leads_on() {
    let mut talk = Talk::open("cafe-order");
    let replies: HashSet<String> = (0..60)
        .map(|_| talk.say("Can you repeat, please?"))
        .collect();
    assert_eq!(replies.len(), 60);
}

/// The longest sentence, in words, that a level should have to read.
fn longest_sentence(level: CefrLevel) -> usize {
    usize::try_from(level_rules(level).longest_sentence).unwrap()
}

#[test]
fn the_sentences_suit_the_level() {
    for scenario in scenarios() {
        let mut talk = Talk::open(&scenario.slug);
        for turn in 0..40 {
            let words = [
                "I like music.",
                "yes",
                "What about you?",
                "no",
                "My friend has a car.",
            ][turn % 5];
            let reply = talk.say(words);
            for chunk in chunk_text(&reply) {
                let length = chunk.spoken_text.split_whitespace().count();
                assert!(
                    length <= longest_sentence(scenario.level),
                    "{}: {reply}",
                    scenario.slug
                );
            }
        }
    }
}

#[test]
fn a_beginner_gets_shorter_questions_than_an_expert() {
    let words_in_questions = |level| {
        let mut talk = Talk::open("free-talk").at_level(level);
        let questions = (0..60).map(|_| last_sentence(&talk.say("I like music.")));
        questions
            .skip(25)
            .map(|question| question.split_whitespace().count())
            .sum::<usize>()
    };
    assert!(words_in_questions(CefrLevel::A1) + 60 < words_in_questions(CefrLevel::C1));
}

#[test]
fn the_lines_are_light_text() {
    for scenario in scenarios() {
        let mut talk = Talk::open(&scenario.slug);
        for _ in 0..30 {
            let reply = talk.say("Yes, I like music.");
            assert!(!reply.contains(['*', '_', '#', '`', '\n']), "{reply}");
        }
    }
}
