//! What a snippet marks: all of what was found that it shows, and no half of a sign.

use unicode_segmentation::UnicodeSegmentation;

use crate::searching::{find, marked, whole};
use crate::support::World;

#[test]
fn a_match_that_is_longer_than_the_snippet_is_marked_as_far_as_it_shows() {
    let world = World::new();
    let talk = world.conversation();
    let long = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少".repeat(15);
    world
        .send(talk, &format!("他背了这首诗：{long}。"))
        .unwrap();
    let query: String = long.chars().take(200).collect();
    let hits = find(&world, &query);
    assert_eq!(hits.len(), 1);
    let marks = marked(&hits[0]).concat();
    assert!(marks.chars().count() > 100, "{marks}");
    assert!(query.starts_with(&marks), "{marks}");
    assert!(whole(&hits[0]).chars().count() <= 182);
}

#[test]
fn a_sign_of_several_characters_is_marked_as_a_whole() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "We are 👩‍👩‍👧‍👦👍🏽 ok 🇻🇳🇫🇷, नमस्ते, กำลัง").unwrap();
    for (query, mark) in [
        ("👩", "👩‍👩‍👧‍👦"),
        ("👧", "👩‍👩‍👧‍👦"),
        ("👍", "👍🏽"),
        ("🇻🇳", "🇻🇳"),
        ("🇳🇫", "🇻🇳🇫🇷"),
        ("ก", "กำ"),
    ] {
        let hits = find(&world, query);
        assert_eq!(hits.len(), 1, "{query}");
        assert_eq!(marked(&hits[0])[0], mark, "{query}");
    }
}

#[test]
fn a_snippet_begins_and_ends_between_signs() {
    let world = World::new();
    let talk = world.conversation();
    let family = "👩‍👩‍👧‍👦";
    for (before, after) in [(40, 60), (41, 61), (42, 62), (43, 63)] {
        let text = format!("x{}needle{}", family.repeat(before), family.repeat(after));
        world.send(talk, &text).unwrap();
    }
    let hits = find(&world, "needle");
    assert_eq!(hits.len(), 4);
    for hit in hits {
        assert_eq!(marked(&hit), ["needle"]);
        for part in hit.snippet.iter().filter(|part| !part.is_match) {
            let text = part.text.trim_matches('…');
            assert!(text.graphemes(true).all(|sign| sign == family), "{text}");
        }
    }
}

#[test]
fn one_sign_that_is_longer_than_a_snippet_is_cut_all_the_same() {
    let world = World::new();
    let talk = world.conversation();
    let chain = ["👩"; 1_000].join("\u{200d}");
    world.send(talk, &format!("before {chain} after")).unwrap();
    let hits = find(&world, "👩");
    assert_eq!(hits.len(), 1);
    assert!(!marked(&hits[0]).is_empty());
    assert!(whole(&hits[0]).chars().count() <= 400);
}
