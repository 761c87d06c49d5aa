//! That the practice partner's answers make sense: tables of what learners say, and what must and
//! must not be in the answer.

use crate::talk::Talk;

/// Scenario, what the partner asked before (empty for the opening), what the learner says, what the
/// answer must contain (any of them, parted by `|`; empty for nothing), what it must not.
pub(crate) type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

pub(crate) fn check(rows: &[Row]) {
    let mut wrong = Vec::new();
    for (scenario, asked, says, must, must_not) in rows {
        let mut talk = Talk::open(scenario);
        if !asked.is_empty() {
            talk.history[0].content = (*asked).to_owned();
        }
        let reply = talk.say(says);
        let lower = reply.to_lowercase();
        let has = |words: &str| lower.contains(&words.to_lowercase());
        if !must.is_empty() && !must.split('|').any(has) {
            wrong.push(format!("{says:?}: no {must:?} in {reply:?}"));
        }
        for words in must_not.iter().filter(|words| has(words)) {
            wrong.push(format!("{says:?}: {words:?} in {reply:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const FAREWELLS: &[&str] = &[
    "goodbye",
    "bye",
    "take care",
    "see you",
    "have a good",
    "have a nice",
];

#[test]
fn only_leaving_is_a_farewell() {
    const WAY: &str = "asking-the-way";
    check(&[
        (WAY, "", "I need to go to the bank.", "bank", FAREWELLS),
        (WAY, "", "I have to go to the airport", "airport", FAREWELLS),
        (WAY, "", "I must go to the dentist", "?", FAREWELLS),
        (
            "free-talk",
            "",
            "I have to go to school every morning",
            "?",
            FAREWELLS,
        ),
        (
            "weekend-talk",
            "",
            "Next weekend I must go to work",
            "?",
            FAREWELLS,
        ),
        (
            "weekend-talk",
            "",
            "I had a good night with my family",
            "?",
            FAREWELLS,
        ),
        (
            "free-talk",
            "",
            "My mom says bye to you haha",
            "?",
            FAREWELLS,
        ),
    ]);
    for words in [
        "Bye!",
        "I have to go.",
        "I have to go now, bye",
        "Sorry, I must go home now.",
        "Ok thank you, goodbye",
        "It's late and I have to go",
        "See you tomorrow!",
        "Thank you and goodbye",
        "Good night, Mia!",
        "bye bye",
    ] {
        let reply = Talk::open("cafe-order").say(words);
        assert!(!reply.contains('?'), "{words}: {reply}");
    }
}

const EASIER: &[&str] = &[
    "another way",
    "easier",
    "try it again",
    "that was hard",
    "go slowly",
    "simple words",
    "small step",
];

#[test]
fn only_a_question_that_was_not_understood_is_asked_again() {
    check(&[
        ("free-talk", "", "I work too hard", "", EASIER),
        ("free-talk", "", "My boss is too hard on me", "", EASIER),
        (
            "free-talk",
            "",
            "The homework was too difficult",
            "",
            EASIER,
        ),
        (
            "free-talk",
            "",
            "I never repeat mistakes",
            "",
            &["once more", "again:", "I asked", "my question was"],
        ),
        ("free-talk", "", "Too hard!", "How are you today?", &[]),
        (
            "free-talk",
            "",
            "It's too difficult for me",
            "How are you today?",
            &[],
        ),
        (
            "free-talk",
            "",
            "Sorry, I don't understand the question",
            "How are you today?",
            &[],
        ),
        (
            "job-interview",
            "",
            "Can you explain the question?",
            "What is your name",
            &[],
        ),
        (
            "free-talk",
            "",
            "Please repeat",
            "What is on your mind today?",
            &[],
        ),
        (
            "free-talk",
            "",
            "Could you say that again?",
            "What is on your mind today?",
            &[],
        ),
    ]);
}

#[test]
fn what_is_denied_is_not_taken_for_said() {
    const SUGAR: &str = "Would you like milk or sugar?";
    const WEEKEND: &str = "How was your weekend?";
    check(&[
        (
            "cafe-order",
            SUGAR,
            "I don't like sugar.",
            "",
            &["with sugar", "sugar, yes"],
        ),
        (
            "cafe-order",
            SUGAR,
            "A coffee with no sugar",
            "",
            &["with sugar", "sugar, yes"],
        ),
        (
            "cafe-order",
            "",
            "A coffee with no sugar",
            "coffee",
            &["with sugar"],
        ),
        (
            "weekend-talk",
            WEEKEND,
            "It wasn't great.",
            "sorry|pity",
            &["glad", "great"],
        ),
        (
            "weekend-talk",
            WEEKEND,
            "It was not good. My dog was sick.",
            "sorry|oh no",
            &["glad", "good weekend"],
        ),
        (
            "cafe-order",
            "",
            "No milk please",
            "",
            &["yes, we have", "glass of milk"],
        ),
        (
            "cafe-order",
            "For here or to take away?",
            "not here",
            "take away",
            &["window", "seat"],
        ),
        (
            "cafe-order",
            "",
            "I don't want tea, I want coffee",
            "coffee",
            &["cup of tea", "our tea"],
        ),
        ("weekend-talk", WEEKEND, "Not bad!", "", &["sorry", "oh no"]),
        ("cafe-order", SUGAR, "No, I like milk", "milk", &[]),
    ]);
}

#[test]
fn the_learners_questions_are_answered_or_admitted_unknown() {
    const WAY: &str = "asking-the-way";
    const EVASIONS: &[&str] = &[
        "nobody ever asked",
        "good question",
        "caught me",
        "let me think",
        "like to know that too",
    ];
    check(&[
        (
            WAY,
            "",
            "Where is the bank?",
            "The bank|to the bank",
            EVASIONS,
        ),
        (
            WAY,
            "",
            "How can I get to the airport?",
            "airport",
            EVASIONS,
        ),
        (
            WAY,
            "",
            "Excuse me, where are the museums?",
            "museum",
            EVASIONS,
        ),
        (
            "cafe-order",
            "",
            "What cakes do you have?",
            "apple cake",
            EVASIONS,
        ),
        (
            "cafe-order",
            "",
            "Can I have two croissants?",
            "croissant",
            EVASIONS,
        ),
        ("cafe-order", "", "Is the cake fresh?", "fresh", EVASIONS),
        (
            "job-interview",
            "",
            "What is the salary?",
            "salary",
            EVASIONS,
        ),
        (
            "job-interview",
            "",
            "How much is the pay?",
            "salary",
            EVASIONS,
        ),
        (
            "free-talk",
            "",
            "Do you like spring rolls?",
            "spring rolls",
            EVASIONS,
        ),
        (
            "free-talk",
            "",
            "How much does a house in Canada cost?",
            "don't know|cannot tell|no answer|wish I knew",
            EVASIONS,
        ),
        (
            "free-talk",
            "",
            "When was Napoleon born?",
            "don't know|cannot tell|no answer|wish I knew",
            EVASIONS,
        ),
        ("cafe-order", "", "How are you?", "fine|well", EVASIONS),
    ]);
}

#[test]
fn what_was_just_told_is_not_asked() {
    for (says, not_asked) in [
        (
            "I swim with my friends",
            ["spend your time with", "Were you alone"],
        ),
        (
            "The weather was not good. It rained.",
            ["weather like", "sunny or rainy"],
        ),
        (
            "We ate pizza in a restaurant",
            ["anything special", "eat on Sunday"],
        ),
    ] {
        let mut talk = Talk::open("weekend-talk");
        let mut replies = talk.say(says);
        for _ in 0..12 {
            replies.push_str(&talk.say("Yes."));
        }
        for question in not_asked {
            assert!(!replies.contains(question), "{says}: {replies}");
        }
    }
}

#[test]
fn a_bare_name_is_a_name_when_it_was_asked_for() {
    for says in ["Maria", "It's Maria.", "maria", "Maria, please"] {
        check(&[(
            "cafe-order",
            "What is your name for the order?",
            says,
            "Maria",
            &["\"maria\"", "\"Maria\""],
        )]);
    }
    check(&[
        (
            "job-interview",
            "What is your name, and what do you do at the moment?",
            "Nguyễn",
            "Nguyễn",
            &["sentence with"],
        ),
        (
            "cafe-order",
            "What would you like to drink?",
            "Coffee",
            "coffee",
            &["Thank you, Coffee"],
        ),
    ]);
}

#[test]
fn who_has_had_enough_is_asked_something_else() {
    for says in [
        "You keep repeating yourself",
        "I don't want to talk about this anymore",
        "It's none of your business",
    ] {
        let mut talk = Talk::open("free-talk");
        talk.say("My brother lives in the city.");
        let reply = talk.say(says);
        let lower = reply.to_lowercase();
        assert!(
            [
                "sorry",
                "something else",
                "don't have to answer",
                "something different"
            ]
            .iter()
            .any(|words| lower.contains(words)),
            "{says}: {reply}"
        );
        assert!(
            !reply.contains("brother") && reply.ends_with('?'),
            "{reply}"
        );
    }
}
