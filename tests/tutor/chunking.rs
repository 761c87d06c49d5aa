//! Long sentences, and chunks that come while the text is still arriving.

use parlance_tutor::{ChunkDraft, Chunker, chunk_text};
use unicode_segmentation::UnicodeSegmentation;

fn texts(chunks: &[ChunkDraft]) -> Vec<&str> {
    chunks.iter().map(|chunk| chunk.text.as_str()).collect()
}

/// No more graphemes than this are spoken in one breath.
const LONGEST: usize = 160;

#[test]
fn a_long_sentence_is_cut_after_a_clause() {
    let text = "When I was a child we lived in a small house near the river, and every evening my \
                grandmother told us stories about the fish, which we believed until we were ten.";
    let chunks = chunk_text(text);
    assert_eq!(
        texts(&chunks),
        [
            "When I was a child we lived in a small house near the river, and every evening my \
             grandmother told us stories about the fish, ",
            "which we believed until we were ten.",
        ]
    );
}

#[test]
fn a_sentence_of_ordinary_length_stays_whole_though_it_has_clauses() {
    let text = "I like tea, coffee, juice and water, but not milk.";
    assert_eq!(texts(&chunk_text(text)), [text]);
}

#[test]
fn no_crumb_is_left_after_a_cut() {
    let text = "The train that leaves from the second platform at seven in the morning is always \
                late, my friend.";
    assert_eq!(texts(&chunk_text(text)), [text]);
}

#[test]
fn a_long_sentence_without_clauses_is_cut_between_words() {
    let text = "word ".repeat(200);
    let chunks = chunk_text(&text);
    assert!(chunks.len() > 5);
    for chunk in &chunks {
        assert!(chunk.spoken_text.graphemes(true).count() <= LONGEST);
        assert!(chunk.text.starts_with("word") && chunk.text.ends_with(' '));
    }
}

#[test]
fn a_long_word_is_cut_between_graphemes() {
    let family = "👩\u{200D}👩\u{200D}👧";
    for unit in ["a", "e\u{301}", "क्षि", "กำ", family] {
        let chunks = chunk_text(&unit.repeat(500));
        for chunk in &chunks {
            assert_eq!(chunk.text.replace(unit, ""), "", "{unit:?} was torn");
            assert!(chunk.text.graphemes(true).count() <= LONGEST);
        }
        assert!(chunks.len() > 1);
    }
}

#[test]
fn long_chinese_is_cut_at_its_commas() {
    let clause = "我们今天早上在公园里散步的时候看见了很多漂亮的花，";
    let chunks = chunk_text(&clause.repeat(8));
    assert!(chunks.len() >= 4);
    for chunk in &chunks {
        assert!(chunk.text.ends_with('，'), "{:?}", chunk.text);
    }
}

#[test]
fn long_thai_is_cut_at_its_spaces() {
    let clause = "เมื่อวานนี้ฉันไปตลาดกับคุณแม่เพื่อซื้อผักและผลไม้";
    let text = [clause; 6].join(" ");
    let chunks = chunk_text(&text);
    assert!(chunks.len() >= 2);
    for chunk in &chunks {
        assert!(chunk.text.trim_end().ends_with("ผลไม้"), "{:?}", chunk.text);
    }
}

#[test]
fn chinese_without_any_mark_is_still_cut() {
    let chunks = chunk_text(&"好".repeat(500));
    assert!(
        chunks
            .iter()
            .all(|chunk| chunk.text.chars().count() <= LONGEST / 3)
    );
}

#[test]
fn an_empty_text_has_no_chunks_and_a_blank_one_has_one() {
    assert_eq!(chunk_text(""), []);
    let blank = chunk_text(" \n\t ");
    assert_eq!(texts(&blank), [" \n\t "]);
    assert_eq!(blank[0].spoken_text, "");
}

#[test]
fn the_first_chunk_comes_with_the_first_letter_of_the_second_sentence() {
    let mut chunker = Chunker::new();
    assert_eq!(chunker.push("Well done! "), []);
    let first = chunker.push("N");
    assert_eq!(texts(&first), ["Well done! "]);
    assert_eq!(chunker.push("ow the next one"), []);
    assert_eq!(texts(&chunker.finish()), ["Now the next one"]);
}

#[test]
fn a_doubtful_abbreviation_waits_for_one_word() {
    let mut chunker = Chunker::new();
    assert_eq!(chunker.push("We left at 6 p.m. It"), []);
    assert_eq!(texts(&chunker.push(" ")), ["We left at 6 p.m. "]);
}

#[test]
fn a_doubt_at_the_end_of_the_text_is_decided_there() {
    let mut chunker = Chunker::new();
    assert_eq!(chunker.push("We left at 6 p.m. It"), []);
    assert_eq!(texts(&chunker.finish()), ["We left at 6 p.m. ", "It"]);
}

#[test]
fn chinese_needs_no_space_to_go_on() {
    let mut chunker = Chunker::new();
    assert_eq!(chunker.push("你好。"), []);
    assert_eq!(texts(&chunker.push("我")), ["你好。"]);
}

#[test]
fn a_paragraph_is_known_when_the_next_one_begins() {
    let mut chunker = Chunker::new();
    assert_eq!(chunker.push("No mark at the end\n\n"), []);
    assert_eq!(texts(&chunker.push("-")), ["No mark at the end\n\n"]);
}

#[test]
fn an_unfinished_reply_keeps_its_last_words() {
    let mut chunker = Chunker::new();
    let mut chunks = chunker.push("I was going to say that the");
    chunks.extend(chunker.finish());
    assert_eq!(texts(&chunks), ["I was going to say that the"]);
}
