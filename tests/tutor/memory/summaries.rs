//! Summaries by rules: excerpts that say what they are.

use parlance_storage::Role;
use parlance_tutor::memory::{summarise, summarise_summaries};
use proptest::prelude::*;

use super::{learner, said, summary, talk};

const HONEST: &str = "In excerpts, chosen without a model.";

#[test]
fn a_stretch_is_told_by_what_was_spoken_of_and_the_learners_own_words() {
    let stretch = talk(
        1,
        &[
            "Yesterday I went to the market with Biscuit.",
            "Who is Biscuit?",
            "Biscuit is my dog. He is small.",
            "What did you buy at the market?",
            "We bought apples.",
            "Nice.",
            "Then Biscuit ate the apples!",
            "Oh no!",
        ],
    );
    let text = summarise(&stretch);
    assert!(text.starts_with(HONEST), "{text}");
    assert!(text.contains("Spoken of more than once: Biscuit"), "{text}");
    assert!(
        text.contains("“Yesterday I went to the market with Biscuit.”"),
        "{text}"
    );
    assert!(text.contains("Then Biscuit ate the apples!"), "{text}");
    assert!(!text.contains("Oh no!"), "the partner's are not quoted");
    assert!(text.chars().count() < 900);
}

#[test]
fn every_language_is_quoted() {
    for texts in [
        ["我昨天去了市场。", "我买了苹果。", "苹果很好吃。"],
        ["ذهبت إلى السوق أمس.", "اشتريت التفاح.", "التفاح لذيذ."],
        ["Hôm qua tôi đi chợ.", "Tôi mua táo.", "Táo rất ngon."],
        ["ผมไปตลาดเมื่อวาน", "ผมซื้อแอปเปิ้ล", "แอปเปิ้ลอร่อย"],
    ] {
        let text = summarise(&learner(&texts));
        for quoted in texts {
            assert!(text.contains(quoted), "{text}");
        }
    }
}

#[test]
fn there_is_always_something_to_say() {
    assert_eq!(
        summarise(&[]),
        format!("{HONEST} Nothing was said in words.")
    );
    assert_eq!(
        summarise(&learner(&["👍", " "])),
        format!("{HONEST} Nothing was said in words.")
    );
    let partner = [said(1, Role::Assistant, "Hello! How are you today?")];
    assert!(
        summarise(&partner).contains("The partner said: “Hello!”"),
        "{}",
        summarise(&partner)
    );
    assert_eq!(summarise_summaries(&[]), HONEST);
}

#[test]
fn long_sentences_are_cut_and_quotation_marks_cannot_be_forged() {
    let long = format!(
        "I told “him” that {} at last",
        "we went on and on ".repeat(100)
    );
    let text = summarise(&learner(&[&long, &"👩‍👩‍👧‍👦".repeat(1_000)]));
    assert!(text.chars().count() < 900, "{}", text.chars().count());
    assert_eq!(text.matches('“').count(), text.matches('”').count());
    assert!(text.contains("\"him\""));
}

#[test]
fn summaries_become_one_that_has_the_beginning_of_each() {
    let texts = [
        "They met in Huế.",
        "They spoke of cats.",
        "In excerpts, chosen without a model. The learner said: “Hi.”",
    ];
    let summaries: Vec<_> = (1..)
        .zip(texts)
        .map(|(place, text)| summary(place * 10, place * 10 + 9, text))
        .collect();
    assert_eq!(
        summarise_summaries(&summaries),
        format!(
            "{HONEST} They met in Huế. Then: They spoke of cats. Then: The learner said: “Hi.”"
        )
    );
    // However often that is done.
    let mut one = summary(1, 9, &"Họ nói về mèo. ".repeat(100));
    for _ in 0..6 {
        let text = summarise_summaries(&vec![one.clone(); 5]);
        assert!(text.chars().count() < 1_400, "{}", text.chars().count());
        assert_eq!(text.matches(HONEST).count(), 1);
        one = summary(1, 9, &text);
    }
}

proptest! {
    #[test]
    fn no_stretch_is_too_strange(texts in prop::collection::vec("\\PC{0,80}", 0..30)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let text = summarise(&talk(1, &texts));
        prop_assert!(text.starts_with(HONEST));
        prop_assert!(text.chars().count() <= 1_000);
    }
}
