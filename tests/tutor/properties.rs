//! What holds for every text.

use parlance_tutor::{ChunkDraft, Chunker, chunk_text};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

/// Pieces from which texts are put together that come near to every rule.
const PIECES: &[&str] = &[
    "Hello",
    "world",
    "a",
    "I",
    "Mr",
    "p.m",
    "U.S",
    "e.g",
    "No",
    "3",
    "5",
    "12",
    ".",
    ".",
    ".",
    "!",
    "?",
    "…",
    "。",
    "？",
    "।",
    "؟",
    ",",
    ";",
    ":",
    "—",
    "、",
    "，",
    " ",
    " ",
    " ",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "\"",
    "'",
    "“",
    "”",
    "«",
    "»",
    "(",
    ")",
    "[",
    "]",
    "](",
    "![",
    "「",
    "」",
    "*",
    "**",
    "_",
    "~~",
    "`",
    "```",
    "```\n",
    "~~~",
    "#",
    "# ",
    "- ",
    "• ",
    "1. ",
    "> ",
    "<b>",
    "</b>",
    "<",
    ">",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<a href=\"",
    "&amp;",
    "&",
    "https://",
    "www.",
    "x.org/a?b=C",
    "🎉",
    "👩\u{200D}👧",
    "🇻🇳",
    "🇻",
    "1️⃣",
    "❤\u{FE0F}",
    "\u{301}",
    "\u{200D}",
    "\u{200B}",
    "\u{202E}",
    "\0",
    "\u{FEFF}",
    "你好",
    "是",
    "と",
    "ไทย",
    "สวัสดี",
    "नमस्ते",
    "क\u{94D}",
    "مرحبا",
    "שלום",
    "안녕",
    "Việt",
    "İ",
    "ß",
    "ǅ",
    "the",
    "It",
    "however",
    ":)",
    "<3",
    "|",
    "\\",
    "¿",
    "¡",
    "supercalifragilistic",
    "\u{2028}",
];

fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..120);
    prop_oneof![
        6 => pieces.prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
        1 => "\\PC{0,200}",
    ]
}

/// A text, and places where its stream is cut.
fn streamed_text() -> impl Strategy<Value = (String, Vec<usize>)> {
    text().prop_flat_map(|text| {
        let boundaries: Vec<usize> = (0..=text.len())
            .filter(|&at| text.is_char_boundary(at))
            .collect();
        let cuts = prop::collection::vec(prop::sample::select(boundaries), 0..20);
        (Just(text), cuts)
    })
}

fn stream(text: &str, mut cuts: Vec<usize>) -> Vec<ChunkDraft> {
    cuts.push(text.len());
    cuts.sort_unstable();
    let mut chunker = Chunker::new();
    let mut chunks = Vec::new();
    let mut start = 0;
    for cut in cuts {
        chunks.extend(chunker.push(&text[start..cut]));
        start = cut;
    }
    chunks.extend(chunker.finish());
    chunks
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_chunks_put_together_are_the_text(text in text()) {
        let chunks = chunk_text(&text);
        let put_together: String = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
        prop_assert_eq!(put_together, text);
        prop_assert!(chunks.iter().all(|chunk| !chunk.text.is_empty()));
    }

    #[test]
    fn it_does_not_matter_how_the_text_arrives((text, cuts) in streamed_text()) {
        prop_assert_eq!(stream(&text, cuts), chunk_text(&text));
    }

    #[test]
    fn no_grapheme_is_torn(text in text()) {
        let boundaries: std::collections::BTreeSet<usize> =
            text.grapheme_indices(true).map(|(at, _)| at).collect();
        let mut at = 0;
        for chunk in chunk_text(&text) {
            prop_assert!(boundaries.contains(&at), "cut at {} in {:?}", at, text);
            at += chunk.text.len();
        }
    }

    #[test]
    fn what_is_said_is_one_line_without_pictures(text in text()) {
        for chunk in chunk_text(&text) {
            let said = &chunk.spoken_text;
            prop_assert!(!said.contains(['\n', '\r', '\0', '\u{FE0F}', '\u{202E}', '🎉', '🇻']), "{:?}", said);
            prop_assert!(!said.contains("  ") && said.trim() == said, "{:?}", said);
            prop_assert!(said.is_empty() || said.contains(char::is_alphanumeric));
            prop_assert!(said.graphemes(true).count() <= 400, "{:?}", said);
            prop_assert_eq!(said.is_empty(), chunk.icon.is_none());
        }
    }

    #[test]
    fn no_chunk_is_longer_than_a_breath(text in text()) {
        for chunk in chunk_text(&text).iter().filter(|chunk| !chunk.spoken_text.is_empty()) {
            prop_assert!(chunk.text.trim().graphemes(true).count() <= 160, "{:?}", chunk.text);
        }
    }
}
