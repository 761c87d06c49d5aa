//! The level of single words.

use std::time::{Duration, Instant};

use parlance_lexicon::level_of;
use parlance_storage::CefrLevel::{self, A1, A2, B1, B2, C1, C2};
use proptest::prelude::*;

fn all_have(level: impl Into<Option<CefrLevel>>, words: &str) {
    let level = level.into();
    for word in words.split_whitespace() {
        assert_eq!(level_of(word), level, "{word}");
    }
}

#[test]
fn the_commonest_words_are_for_beginners() {
    all_have(
        A1,
        "the a an of to in is was I you he she it we they and but or not no yes hello thanks please what who where \
         good big small eat drink go house family friend school water today tomorrow one two ten first Monday English",
    );
}

#[test]
fn words_get_harder_from_level_to_level() {
    all_have(A2, "enough probably appointment though");
    all_have(B1, "luggage annual jealousy");
    all_have(B2, "accommodation abuse hypothesis");
    all_have(C1, "hideous hence notwithstanding");
    all_have(C2, "serendipity meticulous conundrum succinctly");
}

#[test]
fn regular_forms_have_the_level_of_their_word() {
    all_have(
        A1,
        "houses cities boxes movies watches plays played playing stopped stopping making hoped tried tries bigger \
         biggest nicer happier happiest learning agreed using",
    );
    all_have(C2, "conundrums");
}

#[test]
fn irregular_forms_have_the_level_of_their_word() {
    all_have(
        A1,
        "am were been went gone did done had came bought thought written children men women feet teeth mice better \
         best worse worst myself",
    );
    all_have(B2, "wolves");
}

#[test]
fn what_only_looks_like_a_form_keeps_its_own_level() {
    all_have(A2, "seed offer forest");
    all_have(B1, "deed");
    all_have(C1, "herring");
}

#[test]
fn contractions_and_possessives_are_as_easy_as_what_they_stand_for() {
    all_have(
        A1,
        "don't isn't can't won't shan't ain't I'm you're he's they've I'll we'd what's dog's dogs' o'clock don’t I’m",
    );
    all_have(C2, "conundrum's");
}

#[test]
fn it_does_not_matter_how_the_letters_are_written() {
    all_have(A1, "THE Hello café CAFÉ cafe\u{301} cafe a.m. P.M.");
    all_have(B2, "naïve NAÏVE naive");
}

#[test]
fn names_numbers_and_other_languages_have_no_level() {
    all_have(
        None,
        "Anna's Obama Nguyễn Daniel 7 2026 3rd 你好 東京 مرحبا привет xin chào bạn có khỏe không trabajo 🎉 ' '' 's n't - _ .",
    );
    assert_eq!(level_of(""), None);
    assert_eq!(level_of("good morning"), None);
}

#[test]
fn a_word_without_end_is_no_word() {
    assert_eq!(level_of(&"a".repeat(10_000_000)), None);
    assert_eq!(level_of(&"'s".repeat(24)), None);
}

#[test]
fn words_are_found_at_once() {
    let start = Instant::now();
    for _ in 0..1_000 {
        assert_eq!(level_of("unknownestwords"), None);
    }
    // Some milliseconds, also in a debug build on a busy machine.
    assert!(start.elapsed() < Duration::from_secs(2));
}

proptest! {
    #[test]
    fn no_text_is_too_strange(word in "\\PC{0,60}") {
        let level = level_of(&word);
        prop_assert_eq!(level, level_of(&word.to_lowercase()));
    }
}
