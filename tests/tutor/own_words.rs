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
