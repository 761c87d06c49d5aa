//! The files with the words, as they are reviewed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use parlance_lexicon::level_of;
use parlance_storage::CefrLevel;

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("words");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn list(level: CefrLevel) -> String {
    read(&format!("{}.txt", level.as_str().to_lowercase()))
}

#[test]
fn every_list_is_in_order_and_no_word_is_in_two() {
    let mut all = BTreeSet::new();
    for level in CefrLevel::ALL {
        let list = list(*level);
        assert!(list.ends_with('\n'));
        let words: Vec<&str> = list.lines().collect();
        assert!(words.is_sorted(), "{level:?}");
        for word in words {
            assert!(
                word.starts_with(char::is_alphabetic) && word.to_lowercase() == word,
                "{word:?}"
            );
            assert!(
                word.chars().all(|c| c.is_alphabetic() || c == '\''),
                "{word:?}"
            );
            assert!(all.insert(word.to_owned()), "{word} is in two lists");
        }
    }
}

#[test]
fn every_word_of_the_lists_is_found_and_none_between_them() {
    for level in CefrLevel::ALL {
        for word in list(*level).lines() {
            assert_eq!(level_of(word), Some(*level), "{word}");
            assert_eq!(level_of(&format!("{word}~")), None, "{word}");
        }
    }
    assert_eq!(level_of("a\nabove"), None);
}

#[test]
fn what_was_decided_by_hand_is_in_the_lists() {
    let mut own = BTreeMap::new();
    for line in read("own.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let mut fields = line.split_whitespace();
        let level = fields.next().and_then(CefrLevel::parse);
        own.extend(fields.map(|word| (word.to_owned(), level)));
    }
    assert!(own.len() > 500);
    for (word, level) in own {
        let mut levels = CefrLevel::ALL.iter().copied();
        let listed = levels.find(|level| list(*level).lines().any(|line| line == word));
        assert_eq!(listed, level, "{word}");
    }
}

#[test]
fn the_licence_lies_beside_the_words() {
    let notice = read("NOTICE.md");
    assert!(notice.contains("Copyright (c) 2024 Bielikov Maksym"));
    assert!(notice.contains("Yukio Tono"));
}
