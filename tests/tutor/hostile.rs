//! Texts that were made to break something.

use std::time::{Duration, Instant};

use parlance_tutor::{Chunker, chunk_text};

/// Puts the chunks together again and checks what is said in them; gives how many there are.
fn survives(text: &str) -> usize {
    let chunks = chunk_text(text);
    let put_together: String = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
    assert!(put_together == text, "the text changed");
    for chunk in &chunks {
        assert!(!chunk.text.is_empty());
        assert!(
            !chunk.spoken_text.contains(['\n', '\r', '\0']),
            "{:?}",
            chunk.spoken_text
        );
        assert_eq!(chunk.spoken_text.trim(), chunk.spoken_text);
    }
    chunks.len()
}

#[test]
fn a_megabyte_that_is_one_grapheme_is_one_chunk() {
    for text in [
        format!("e{}", "\u{301}".repeat(500_000)),
        "\u{301}".repeat(500_000),
        "क\u{94D}".repeat(170_000),
        "👩\u{200D}".repeat(150_000),
        format!("👩{}\u{200D}👩", "\u{FE0F}".repeat(350_000)),
    ] {
        assert_eq!(survives(&text), 1);
    }
}

#[test]
fn a_lot_of_anything_is_cut_and_kept() {
    for unit in [
        "a",
        " ",
        "\n",
        ".",
        "!",
        "?",
        "。",
        "\"",
        "(",
        ")",
        "[",
        "](",
        "<",
        "<a ",
        "<!--",
        "&",
        "&amp;",
        "*",
        "**a",
        "_",
        "`",
        "```\n",
        "```",
        "~~~\n",
        "#",
        "- ",
        "1. ",
        "\\",
        "|",
        "🇻🇳",
        "🇻",
        "🎉",
        "e\u{301}",
        "好",
        "ก",
        "https://",
        "www.",
        "a. ",
        "A. ",
        "A.",
        "p.m. ",
        "! <",
        "! \"",
        "\u{202E}",
        "\0",
        "\u{FEFF}",
        "\r\n",
        "\u{2028}",
        "word ",
        "word, ",
        "Mr. Smith said. ",
        ". . . ",
        "!\u{301}",
        ":) ",
        "! :",
    ] {
        survives(&unit.repeat(50_000 / unit.len()));
    }
}

#[test]
fn a_megabyte_of_talk_is_cut_and_kept() {
    assert!(survives(&"Hello there, my friend. How are you? ".repeat(30_000)) >= 60_000);
}

#[test]
fn nested_and_broken_markup_is_survived() {
    for text in [
        "**_~~`[![a](b)](c)`~~_**",
        "[[[[[[a](b)](c)](d)",
        "```\n```\n```\n````\n```",
        "<a <b <c <d>e. F</d",
        "<script><script></script>x</script>",
        "<!-- <!-- --> -->",
        "![](",
        "](x. Y)",
        "&#x110000; &#0; &; &&&",
        "\\",
        "a\\",
        "`",
        "\u{200D}\u{200D}",
        "\u{FE0F}.\u{FE0F} A",
        "\u{202E}.A\u{202C}. \u{2067}B\u{2069}",
        ".\u{301} A",
        "。\u{301}好",
        "A.\u{0}B. \u{0}C",
    ] {
        survives(text);
    }
}

#[test]
fn a_wall_of_white_space_belongs_to_what_stands_before_it() {
    assert_eq!(survives(&format!("Hello.{}World.", " ".repeat(100_000))), 2);
}

#[test]
fn an_unclosed_block_of_code_is_silent_but_not_endless() {
    let text = format!("```\n{}", "let a = 1;\n".repeat(50_000));
    let chunks = chunk_text(&text);
    assert!(chunks.iter().all(|chunk| chunk.spoken_text.is_empty()));
    assert!(chunks.len() > 100);
}

/// The quickest of a few runs: the noise of a busy machine only ever adds.
fn quickest(mut work: impl FnMut()) -> Duration {
    let runs = (0..3).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    runs.min().unwrap()
}

/// Sixteen times the text may take about sixteen times as long; 256 times would be quadratic.
#[test]
fn the_work_grows_with_the_text_and_not_with_its_square() {
    for unit in [
        "Hello there, my friend. How are you? ",
        "a",
        "e\u{301}",
        "\u{301}",
        "word ",
        "! ",
        "((((",
        "<a ",
        "](",
        "**a",
        "好",
        "https://a",
        "p.m. ",
        "क\u{94D}",
        "👩\u{200D}",
        "🇻",
        "`",
        "&a",
        "```x",
        "\n",
        "! \"",
    ] {
        let small = unit.repeat(4_000 / unit.len());
        let large = unit.repeat(34_000 / unit.len());
        let small_time = quickest(|| drop(chunk_text(&small)));
        let large_time = quickest(|| drop(chunk_text(&large)));
        let ratio = large_time.as_secs_f64() / small_time.as_secs_f64();
        assert!(
            ratio < 64.0,
            "{unit:?}: {ratio:.0} times as long for 16 times the text"
        );
    }
}

#[test]
fn pushing_character_by_character_costs_no_more_than_at_once() {
    let text = "Hello there, my friend. How are you? ".repeat(2_000);
    let at_once = quickest(|| drop(chunk_text(&text)));
    let in_pieces = quickest(|| {
        let mut chunker = Chunker::new();
        let mut buffer = [0; 4];
        for character in text.chars() {
            drop(chunker.push(character.encode_utf8(&mut buffer)));
        }
        drop(chunker.finish());
    });
    let ratio = in_pieces.as_secs_f64() / at_once.as_secs_f64();
    assert!(ratio < 8.0, "{ratio:.1} times as long");
}
