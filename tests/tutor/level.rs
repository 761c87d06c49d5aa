//! How hard replies are, measured by the rules of the levels.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use parlance_storage::CefrLevel::{self, A1, A2, B1, B2, C1, C2};
use parlance_tutor::{Measured, level_rules, measure, situations};
use proptest::prelude::*;

use crate::talk::Talk;

/// The words above a level with their levels.
fn above(measured: &Measured) -> Vec<(&str, CefrLevel)> {
    let words = measured.words_above.iter();
    words.map(|word| (word.word.as_str(), word.level)).collect()
}

#[test]
fn an_easy_reply_suits_a_beginner() {
    let measured = measure("Hello, Anna! What would you like to drink?", A1);
    assert_eq!((measured.sentences, measured.words), (2, 7));
    assert_eq!(measured.longest_sentence, "What would you like to drink?");
    assert_eq!(
        (
            measured.longest_sentence_words,
            measured.longest_sentence_limit
        ),
        (6, 12)
    );
    assert!((measured.mean_sentence_words - 4.0).abs() < f64::EPSILON);
    assert_eq!(measured.words_by_level, [7, 0, 0, 0, 0, 0]);
    assert_eq!(
        (measured.words_within, measured.words_without_level),
        (7, 1)
    );
    assert_eq!(measured.vocabulary_level, Some(A1));
    assert!(measured.is_sentence_length_kept);
    assert_eq!(measured.is_vocabulary_kept, Some(true));
    assert_eq!(above(&measured), []);
}

#[test]
fn hard_words_are_named_once_in_their_order() {
    let text = "The meticulous curator has a conundrum. A Meticulous man, and hideous luggage!";
    let measured = measure(text, A2);
    assert_eq!(measured.is_vocabulary_kept, Some(false));
    assert_eq!(
        above(&measured),
        [
            ("meticulous", C2),
            ("curator", C2),
            ("conundrum", C2),
            ("hideous", C1),
            ("luggage", B1)
        ]
    );
}

#[test]
fn at_most_twenty_hard_words_are_named() {
    let hard = "abuse abusive accelerate acceleration accessibility accessible accommodate accommodation accompany \
                accomplish accordance accordingly accountability accountable accumulate accumulation accuracy \
                accusation accuse acid acidic acquire acquisition activate";
    let measured = measure(hard, A1);
    assert_eq!(measured.words_above.len(), 20);
    assert!(measured.words > 20);
}

#[test]
fn a_long_sentence_is_told_with_its_text() {
    let long = "I get up at seven and then I eat some bread and then I go to work by bus";
    let measured = measure(&format!("Good morning! {long}. And you?"), A1);
    assert_eq!(measured.longest_sentence, format!("{long}."));
    assert_eq!(measured.longest_sentence_words, 19);
    assert!(!measured.is_sentence_length_kept);
    assert!(measure(long, B1).is_sentence_length_kept);
}

#[test]
fn a_sentence_that_the_voice_takes_in_pieces_is_one_sentence() {
    let clause = "we went to the old market in the middle of the town, ";
    let text = format!("Yesterday {}and then it rained.", clause.repeat(6));
    let measured = measure(&text, C2);
    assert_eq!(
        (measured.sentences, measured.longest_sentence_words),
        (1, 77)
    );
    assert_eq!(measured.longest_sentence, text);
    let endless = "a".repeat(2_000);
    let measured = measure(&endless, C2);
    assert_eq!(
        (measured.sentences, measured.longest_sentence_words),
        (1, 1)
    );
    assert_eq!(measured.longest_sentence, endless);
}

#[test]
fn one_hard_word_in_twenty_is_no_fault_but_two_are() {
    let easy = "I like my house and my garden and my dog and my cat and my new car, and my ";
    let one = measure(&format!("{easy} luggage."), A1);
    assert_eq!(
        (one.words, one.words_within, one.words_above_limit),
        (20, 19, 1)
    );
    assert_eq!(
        (one.is_vocabulary_kept, one.vocabulary_level),
        (Some(true), Some(A1))
    );
    let two = measure(&format!("{easy} annual luggage."), A1);
    assert_eq!(
        (two.is_vocabulary_kept, two.vocabulary_level),
        (Some(false), Some(B1))
    );
}

#[test]
fn a_short_reply_is_judged_by_whole_words() {
    let nine = measure("I like my house and my red luggage too.", A1);
    assert_eq!((nine.words, nine.words_above_limit), (9, 0));
    assert_eq!(nine.is_vocabulary_kept, Some(false));
    let ten = measure("I like my house and my big red luggage too.", A1);
    assert_eq!((ten.words, ten.words_above_limit), (10, 1));
    assert_eq!(ten.is_vocabulary_kept, Some(true));
}

#[test]
fn names_and_numbers_do_not_count_against_a_reply() {
    let measured = measure(
        "My friends Priya, Nguyễn and Meticulous live at 221 Baker Street.",
        A1,
    );
    assert_eq!(above(&measured), []);
    assert_eq!(measured.words_without_level, 5);
    assert_eq!(measured.is_vocabulary_kept, Some(true));
}

#[test]
fn markup_emoji_and_code_are_no_words() {
    let plain = measure("Hello! This is very good.", A1);
    let written = measure(
        "# Hello! 🎉\n\nThis is **very** _good_. 😀\n\n```\nlet ubiquitous = 1;\n```\n",
        A1,
    );
    assert_eq!(written, plain);
}

#[test]
fn accents_and_typographic_apostrophes_are_read() {
    let measured = measure("Let’s go to the café! It’s so naïve, isn’t it?", A1);
    assert_eq!(measured.words_without_level, 0);
    assert_eq!(above(&measured), [("naïve", B2)]);
}

#[test]
fn what_is_not_english_has_no_vocabulary() {
    for text in [
        "你好！你今天想喝什么？",
        "今日は何を飲みますか。",
        "مرحبا! كيف حالك اليوم؟",
        "Xin chào! Hôm nay bạn thế nào?",
        "¿Qué quieres beber hoy, amigo mío?",
        "नमस्ते! आप कैसे हैं?",
        "Привет! Как дела?",
    ] {
        let measured = measure(text, A1);
        assert_eq!(measured.is_vocabulary_kept, None, "{text}");
        assert_eq!(measured.vocabulary_level, None, "{text}");
        assert!(
            measured.sentences > 0 && measured.longest_sentence_words > 0,
            "{text}"
        );
        assert!(measured.is_sentence_length_kept, "{text}");
    }
}

#[test]
fn two_signs_of_a_script_without_blanks_are_a_word_of_a_sentence() {
    for (text, words) in [
        ("我家有一只很大的狗和两只小猫。", 7),
        ("今日は何を飲みますか。", 5),
        ("저는 오늘 커피를 마셔요.", 4),
        ("I say 你好 to you.", 5),
    ] {
        assert_eq!(measure(text, A1).longest_sentence_words, words, "{text}");
    }
}

#[test]
fn what_says_nothing_breaks_no_rule() {
    for text in [
        "",
        "  \n\n ",
        "🎉🎉👩\u{200D}👧",
        "---",
        "...",
        "```\ncode\n```",
        "\u{202E}\0",
    ] {
        let measured = measure(text, A1);
        assert_eq!(
            (
                measured.sentences,
                measured.words,
                measured.words_without_level
            ),
            (0, 0, 0),
            "{text:?}"
        );
        assert!(measured.longest_sentence.is_empty() && measured.is_sentence_length_kept);
        assert_eq!(measured.is_vocabulary_kept, None);
    }
}

#[test]
fn numbers_alone_are_not_english() {
    assert_eq!(measure("1, 2, 3!", A1).is_vocabulary_kept, None);
}

#[test]
fn the_rules_get_wider_from_level_to_level() {
    let limits = CefrLevel::ALL
        .iter()
        .map(|level| level_rules(*level).longest_sentence);
    assert!(limits.is_sorted());
}

#[test]
fn the_practice_partner_keeps_the_rules_of_every_template() {
    const LEARNER: [&str; 5] = [
        "I like music.",
        "yes",
        "What about you?",
        "no",
        "My friend has a car.",
    ];
    for row in situations().iter().flat_map(|situation| &situation.levels) {
        let mut talk = Talk::open(&row.slug);
        for words in LEARNER.iter().cycle().take(30) {
            talk.say(words);
        }
        let replies = talk
            .history
            .iter()
            .step_by(2)
            .map(|turn| measure(&turn.content, row.level));
        let (mut words, mut within, mut hard) = (0, 0, Vec::new());
        for reply in replies {
            assert!(
                reply.is_sentence_length_kept,
                "{}: {}",
                row.slug, reply.longest_sentence
            );
            words += reply.words;
            within += reply.words_within;
            hard.extend(reply.words_above);
        }
        let permille = within * 1_000 / words;
        assert!(
            permille >= level_rules(row.level).within_permille,
            "{}: {permille} of 1000 words are within {:?}; above are {hard:?}",
            row.slug,
            row.level
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_counts_of_any_text_add_up(
        text in prop_oneof![
            any::<String>(),
            "\\PC{0,300}",
            "([a-zA-Z'’éü]{1,12}[ ,.!?\n]{1,2}){0,60}",
            "(the|hideous|seven|Anna|你好|🎉|[*_`#-]|\\. | |\n){0,80}",
        ],
        level in prop::sample::select(CefrLevel::ALL),
    ) {
        let measured = measure(&text, level);
        let by_level: u32 = measured.words_by_level.iter().sum();
        prop_assert_eq!(by_level, measured.words);
        prop_assert!(measured.words_within <= measured.words);
        prop_assert_eq!(measured.words_above.is_empty(), measured.words_within == measured.words);
        prop_assert!(measured.words_above.iter().all(|word| word.level > level));
        // Two signs of a script without blanks are one word of a sentence.
        let all = f64::from(measured.words + measured.words_without_level);
        let in_sentences = measured.mean_sentence_words * f64::from(measured.sentences);
        prop_assert!(in_sentences < all + 0.001 && in_sentences > all / 2.0 - 0.001);
        prop_assert!(measured.mean_sentence_words <= f64::from(measured.longest_sentence_words));
        prop_assert_eq!(measured.sentences == 0, measured.longest_sentence.is_empty());
        prop_assert_eq!(measured.is_vocabulary_kept.is_none(), measured.vocabulary_level.is_none());
        if let Some(reached) = measured.vocabulary_level {
            prop_assert_eq!(measured.is_vocabulary_kept, Some(reached <= level));
        }
    }
}

/// Runs the filter `parlance-level`.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_parlance-level"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A wrong call does not wait for its input.
    let _written = process.stdin.take().unwrap().write_all(input);
    process.wait_with_output().unwrap()
}

#[test]
fn the_filter_prints_what_was_measured() {
    let output = run(&["--level", "A2"], "A hideous café!\n".as_bytes());
    assert!(output.status.success());
    let measured: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(measured["level"], "A2");
    assert_eq!(
        measured["wordsByLevel"],
        serde_json::json!([2, 0, 0, 0, 1, 0])
    );
    assert_eq!(
        measured["wordsAbove"],
        serde_json::json!([{"word": "hideous", "level": "C1"}])
    );
    assert_eq!(measured["isVocabularyKept"], false);
}

#[test]
fn the_filter_tells_a_wrong_call_from_a_text_that_is_none() {
    assert_eq!(run(&["--level", "D1"], b"Hello.").status.code(), Some(2));
    assert_eq!(run(&[], b"Hello.").status.code(), Some(2));
    assert_eq!(run(&["--level", "A1"], b"\xFF").status.code(), Some(1));
    assert!(run(&["--help"], b"").status.success());
}
