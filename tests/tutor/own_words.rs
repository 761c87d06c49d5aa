//! What the practice partner does with the learner's own words: recasts and topics.

use crate::sense::check;
use crate::talk::Talk;

#[test]
fn no_wrong_english_is_taught() {
    check(&[
        (
            "free-talk",
            "",
            "she don't likes tea",
            "",
            &["doesn't likes", "so she"],
        ),
        (
            "free-talk",
            "",
            "he don't has a car",
            "",
            &["doesn't has", "so he"],
        ),
        (
            "free-talk",
            "",
            "she go to the market yesterday",
            "",
            &["goes", "so she"],
        ),
        (
            "free-talk",
            "",
            "she have two childs and a house",
            "",
            &["has two", "so she"],
        ),
        (
            "free-talk",
            "",
            "he want that I help him",
            "",
            &["so he", "wants that"],
        ),
        (
            "free-talk",
            "",
            "He like very much football",
            "",
            &["so he"],
        ),
        (
            "free-talk",
            "",
            "Is \"I am agree\" correct?",
            "",
            &["so you agree"],
        ),
        (
            "free-talk",
            "",
            "My teacher says \"I am agree with you\"",
            "",
            &["so you agree"],
        ),
        (
            "free-talk",
            "",
            "Yesterday I go to cinema",
            "",
            &["went to cinema"],
        ),
        ("free-talk", "", "she have car", "", &["has car"]),
        (
            "free-talk",
            "",
            "she don't like tea",
            "So she doesn't like tea.",
            &[],
        ),
        (
            "free-talk",
            "",
            "I like very much football",
            "So you like football very much.",
            &[],
        ),
        (
            "free-talk",
            "",
            "She live in vietnam",
            "So she lives in Vietnam.",
            &[],
        ),
        (
            "free-talk",
            "",
            "he go to the school with my sister",
            "",
            &[],
        ),
    ]);
}

#[test]
fn only_things_are_taken_up_as_things() {
    check(&[
        (
            "free-talk",
            "",
            "I am hungry",
            "",
            &["about hungry", "hungry!"],
        ),
        ("cafe-order", "", "Black", "", &["ah, black", "about black"]),
        (
            "free-talk",
            "",
            "My dog weighs ten kilos",
            "dog",
            &["weighs"],
        ),
        (
            "debate-remote-work",
            "",
            "I think many people disagree with this",
            "",
            &["see disagree", "about disagree"],
        ),
        (
            "free-talk",
            "",
            "I don't think about it anymore",
            "",
            &["about this anymore", "anymore"],
        ),
        (
            "free-talk",
            "",
            "I come from vietnam and I love vietnam",
            "Vietnam",
            &[],
        ),
        (
            "job-interview",
            "",
            "My greatest is patience",
            "",
            &["your greatest"],
        ),
        (
            "cafe-order",
            "",
            "It is expensive",
            "",
            &["about expensive"],
        ),
        (
            "free-talk",
            "",
            "I am very tired of waiting",
            "",
            &["about waiting"],
        ),
        (
            "free-talk",
            "",
            "I saw a beautiful black cat",
            "cat",
            &["about black", "about the black"],
        ),
    ]);
    let mut replies = Talk::open("free-talk").say("I come from vietnam and I love vietnam");
    replies.push_str(&Talk::open("debate-remote-work").say("We live in vietnam"));
    assert!(!replies.contains("vietnam"), "{replies}");
}

#[test]
fn what_somebody_is_not_is_no_thing_either() {
    check(&[(
        "free-talk-a1",
        "",
        "I am not a student.",
        "?",
        &["about the student"],
    )]);
}

#[test]
fn common_mistakes_are_said_right_in_passing() {
    for (says, right) in [
        ("I am agree with you", "So you agree with me."),
        ("I have 30 years", "So you are 30 years old."),
        ("He like coffee", "So he likes coffee."),
        ("She don't like fish", "So she doesn't like fish."),
        (
            "My father is old, he work in a bank",
            "So he works in a bank.",
        ),
        (
            "Yesterday I go to the park",
            "So yesterday you went to the park.",
        ),
        (
            "I go to the park yesterday",
            "So yesterday you went to the park.",
        ),
        ("I am student", "So you are a student."),
        ("I'm engineer", "So you are an engineer."),
        (
            "I live here since three years",
            "So you have lived here for three years.",
        ),
        ("I work since 5 years", "So you have worked for 5 years."),
        (
            "I learn English since 2 years",
            "So you have learnt English for 2 years.",
        ),
        ("I very like tea", "So you really like tea."),
        ("I like very much tennis", "So you like tennis very much."),
        ("I no have a car", "So you don't have a car."),
        ("I make sport", "So you do sport."),
        ("I have hungry", "So you are hungry."),
        ("I can to swim", "So you can swim."),
        ("I born in Spain", "So you were born in Spain."),
        ("There is many people", "So there are many people."),
        (
            "I am interesting in history",
            "So you are interested in history.",
        ),
        (
            "It depends of the weather",
            "Yes, it depends on the weather.",
        ),
        ("I went to home", "So you went home."),
        ("I want go to the beach", "So you want to go to the beach."),
    ] {
        let reply = Talk::open("free-talk").say(says);
        assert!(reply.starts_with(right), "{says} -> {reply}");
    }
}

#[test]
fn what_is_right_or_doubtful_is_not_said_again() {
    for says in [
        "I can swim",
        "I am a student",
        "I'm cooking",
        "I have lived here for three years",
        "I live here since three terrible winters",
        "I born to be wild",
        "I can to the moon fly",
        "There is a lot of people",
        "I work since always",
        "Yesterday I go to home",
        "I very like that you came",
        "I went home yesterday",
        "I had 30 years of luck",
    ] {
        let reply = Talk::open("free-talk").say(says);
        assert!(!reply.starts_with("So "), "{says} -> {reply}");
    }
}
