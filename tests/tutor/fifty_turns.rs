//! A talk of fifty turns in every situation at every level: with answers, questions back, mistakes and confusion.

use std::collections::HashSet;

use parlance_tutor::{AtLevel, situations};

use crate::sheet::Sheet;
use crate::talk::{Talk, sentences};

const TURNS: usize = 50;

/// What the learner says at some turns, whatever is asked; the last words are a farewell.
const OUT_OF_TURN: &[(usize, &str)] = &[
    (3, "Sorry, I don't understand."),
    (7, "And you?"),
    (11, "Can you say that again, please?"),
    (15, "Yesterday I go to the market with my sister."),
    (19, "Yes."),
    (22, "Hello, my name is Kenji."),
    (25, "What does deadline mean?"),
    (27, "No."),
    (30, "🙂"),
    (33, "No sé, es muy difícil para mí"),
    (36, "I don't know."),
    (39, "What do you think?"),
    (42, "Thank you!"),
    (45, "My dog is sick and I am sad."),
    (47, "ok"),
    (TURNS, "Bye!"),
];

const REPEATS: usize = 11;

/// What is wrong with a talk, by its turns.
fn faults(situation: &str, row: &AtLevel) -> Vec<String> {
    let mut talk = Talk::open(&row.slug);
    let mut sheet = Sheet::of(situation);
    let mut said: HashSet<String> = sentences(&row.opening_message).into_iter().collect();
    let mut faults = Vec::new();
    for turn in 1..=TURNS {
        let before = talk.last_reply().to_owned();
        let out_of_turn = OUT_OF_TURN.iter().find(|(at, _)| *at == turn);
        let words = match out_of_turn {
            Some((_, words)) if turn == TURNS || !asks_whether_to_go_on(&before) => {
                (*words).to_owned()
            }
            _ => sheet.answer(&before),
        };
        let reply = talk.say(&words);
        let mut complain = |what: &str| {
            faults.push(format!(
                "{} {turn}: {what}: {words:?} -> {reply:?}",
                row.slug
            ));
        };
        let asks = reply.ends_with('?') || reply.ends_with("?\"");
        if asks == (turn == TURNS) {
            complain(if asks { "no farewell" } else { "a dead end" });
        }
        if reply.contains(['{', '}']) {
            complain("a place that was not filled");
        }
        for sentence in sentences(&reply) {
            let is_asked_again = turn == REPEATS && reply.ends_with(&before[before.len() - 5..]);
            if !said.insert(sentence) && !is_asked_again {
                complain("said before");
            }
        }
    }
    faults
}

/// At the end of a script, when "No." would be a farewell.
fn asks_whether_to_go_on(reply: &str) -> bool {
    [
        "a little more?",
        "a little longer?",
        "carry on for a while?",
    ]
    .iter()
    .any(|words| reply.contains(words))
}

#[test]
fn fifty_turns_in_every_situation_have_no_dead_end_and_no_line_twice() {
    let mut wrong = Vec::new();
    for situation in situations() {
        for row in &situation.levels {
            wrong.extend(faults(&situation.situation, row));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_script_comes_to_its_end_once_within_fifty_turns() {
    for situation in situations() {
        for row in &situation.levels {
            let mut talk = Talk::open(&row.slug);
            let mut sheet = Sheet::of(&situation.situation);
            let mut ends = 0;
            for _ in 0..TURNS {
                let answer = sheet.answer(talk.last_reply());
                let reply = talk.say(&answer);
                ends += usize::from(asks_whether_to_go_on(&reply));
            }
            assert_eq!(ends, 1, "{}", row.slug);
        }
    }
}

#[test]
fn who_does_not_want_to_go_on_at_the_end_is_let_go() {
    for (slug, says) in [
        ("cafe-order", "No, thank you."),
        ("free-talk-a1", "No, I am tired."),
        ("dispute-c1", "I'd rather stop here."),
        ("film-b1", "That's all for today."),
    ] {
        let mut talk = at_the_end(slug);
        let reply = talk.say(says);
        assert!(!reply.contains('?'), "{slug}: {says} -> {reply}");
    }
}

#[test]
fn who_wants_to_go_on_at_the_end_is_asked_something_new() {
    for says in ["Yes, please.", "Sure!", "Yes, I have time", "Let's go on"] {
        let mut talk = at_the_end("cafe-order");
        let reply = talk.say(says);
        let goes_on = ["let's talk", "I have time too"]
            .iter()
            .any(|words| reply.contains(words));
        assert!(goes_on && reply.ends_with('?'), "{says} -> {reply}");
    }
}

#[test]
fn who_does_not_know_whether_to_go_on_is_not_sent_away() {
    for says in ["I don't know.", "What?", "I like my dog.", "hmm"] {
        let reply = at_the_end("cafe-order").say(says);
        assert!(reply.ends_with('?'), "{says} -> {reply}");
    }
}

/// A talk in which the partner has just asked whether to go on.
fn at_the_end(slug: &str) -> Talk {
    let situation = situations()
        .iter()
        .find(|known| known.levels.iter().any(|row| row.slug == slug));
    let mut sheet = Sheet::of(&situation.unwrap().situation);
    let mut talk = Talk::open(slug);
    for _ in 0..TURNS {
        if asks_whether_to_go_on(talk.last_reply()) {
            return talk;
        }
        let answer = sheet.answer(talk.last_reply());
        talk.say(&answer);
    }
    panic!("{slug} does not come to its end");
}
