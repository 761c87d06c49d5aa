//! Words in another form than the one that was typed: English words that the stemmer keeps apart, and words of two
//! scripts without regard to accents and width.

use crate::searching::{find, marked};
use crate::support::World;

fn said(texts: &[&str]) -> World {
    let world = World::new();
    let talk = world.conversation();
    for text in texts {
        world.send(talk, text).unwrap();
    }
    world
}

#[test]
fn short_words_in_y_and_ie_are_found_in_all_their_forms() {
    for (base, text) in [
        ("try", "She Tries every recipe twice."),
        ("try", "We tried the other door."),
        ("fly", "The swallow flies south in autumn."),
        ("cry", "The baby cries at night."),
        ("sky", "Grey skies again, said the captain."),
        ("dry", "My shirt dries in the sun."),
        ("spy", "Two spies met on the bridge."),
        ("die", "The hero dies in the last act."),
        ("die", "My phone died on the train."),
        ("die", "The old oak is dying."),
        ("lie", "The village lies by the river."),
        ("lie", "You are lying to me!"),
        ("tie", "He ties his shoes with one hand."),
        ("study", "She studies at night."),
        ("baby", "Both babies slept."),
        ("happy", "Happiness is a warm cup of tea."),
    ] {
        let world = said(&[text, "Something else was said."]);
        for query in [base.to_owned(), format!("{base} "), format!("\"{base}\"")] {
            let hits = find(&world, &query);
            assert_eq!(hits.len(), 1, "{query:?} in {text:?}");
        }
        assert!(!marked(&find(&world, &format!("{base} "))[0]).is_empty());
    }
}

#[test]
fn each_of_these_forms_finds_the_others_and_marks_them_whole() {
    for forms in [
        &["try", "tries", "tried", "trying"][..],
        &["fly", "flies", "flying"],
        &["cry", "cries", "cried", "crying"],
        &["die", "dies", "died", "dying"],
        &["lie", "lies", "lied", "lying"],
        &["study", "studies", "studied", "studying"],
        &["baby", "babies"],
    ] {
        for text in forms {
            let world = said(&[&format!("Then I say {text} once more.")]);
            for query in forms {
                let hits = find(&world, &format!("{query} "));
                assert_eq!(hits.len(), 1, "{query} in {text}");
                assert_eq!(marked(&hits[0]), [*text], "{query}");
            }
        }
    }
}

#[test]
fn a_form_brings_no_other_word_along_that_only_has_its_stem() {
    let world = said(&[
        "We ski and go skiing.",
        "Mi casa es tu casa.",
        "A cri de coeur",
    ]);
    for query in ["sky ", "skies of blue", "my ", "cry ", "by ", "try "] {
        assert_eq!(find(&world, query).len(), 0, "{query}");
    }
    // Nor is it lost where the word itself stands inside of another one.
    let world = said(&["We ski on a Skyrunner."]);
    assert_eq!(find(&world, "sky ").len(), 1);
}

#[test]
fn an_excluded_word_is_excluded_in_these_forms_too() {
    let world = said(&[
        "The pilot tries again.",
        "The pilot is trying again.",
        "The pilot skis.",
        "The pilot dies.",
    ]);
    for (query, count) in [
        ("pilot -try", 2),
        ("pilot -tried", 2),
        ("pilot -sky", 4),
        ("pilot -die", 3),
        ("pilot -dying -tries", 1),
    ] {
        assert_eq!(find(&world, query).len(), count, "{query}");
    }
}

#[test]
fn the_exact_word_comes_before_its_forms() {
    let world = said(&["I try every day.", "She tries every day."]);
    let found: Vec<_> = find(&world, "try ")
        .iter()
        .map(|hit| marked(hit).concat())
        .collect();
    assert_eq!(found, ["try", "tries"]);
}

#[test]
fn a_term_of_two_scripts_is_found_without_accents_and_in_both_widths() {
    let world = said(&[
        "明天去café店吧",
        "我在ＡＢＣ公司工作",
        "他在abc公司学习",
        "她说：“你好，世界”",
        "ぼくのｉＰｈｏｎｅ手机 カフェ",
    ]);
    for (query, count, mark) in [
        ("cafe店", 1, "café店"),
        ("CAFÉ店", 1, "café店"),
        ("abc公司", 2, "abc公司"),
        ("ａｂｃ公司", 2, "abc公司"),
        ("iphone手机", 1, "ｉＰｈｏｎｅ手机"),
        ("你好,世界", 1, "你好，世界"),
    ] {
        let hits = find(&world, query);
        assert_eq!(hits.len(), count, "{query}");
        assert_eq!(marked(&hits[0]), [mark], "{query}");
    }
    for query in ["cafe铺", "abd公司", "c公工", "cafe公司"] {
        assert_eq!(find(&world, query).len(), 0, "{query}");
    }
    assert_eq!(find(&world, "公司 -abc公司").len(), 0);
}
