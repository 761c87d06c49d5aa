//! What is said aloud.

use parlance_tutor::chunk_text;

/// What is said for a text, one entry for each chunk.
fn spoken(text: &str) -> Vec<String> {
    chunk_text(text)
        .into_iter()
        .map(|chunk| chunk.spoken_text)
        .collect()
}

fn check(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let found = spoken(text).join("|");
        if found != *expected {
            wrong.push(format!(
                "{text:?}\n  expected {expected:?}\n     found {found:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn markdown_is_not_said() {
    check(&[
        ("**bold** and *italic*", "bold and italic"),
        ("__bold__ and _italic_", "bold and italic"),
        ("***both*** and ~~gone~~", "both and gone"),
        ("un*frigging*believable", "unfriggingbelievable"),
        ("# Title", "Title"),
        ("### Third level", "Third level"),
        ("#hashtag and C#", "hashtag and C#"),
        ("- milk", "milk"),
        ("* milk", "milk"),
        ("+ milk", "milk"),
        ("• milk", "milk"),
        ("- [ ] to do", "to do"),
        ("- [x] done", "done"),
        ("1. First", "1. First"),
        ("> He said so.", "He said so."),
        ("> - nested", "nested"),
        ("Use `have been` here.", "Use have been here."),
        ("a\n```\ncode\n```\nb", "a||b"),
        ("---", ""),
        ("***", ""),
        ("Title\n=====", "Title|"),
        ("[my page](https://x.org/a_(b) \"T\") here", "my page here"),
        ("[text][ref] here", "text here"),
        ("![a cat](cat.png)", "a cat"),
        ("A note[^1] here.", "A note here."),
        (
            "| Name | Age |\n|---|---|\n| Ann | 5 |",
            "Name, Age||Ann, 5",
        ),
        ("\\*not bold\\*", "*not bold*"),
        ("2 * 3 and 2*3", "2 * 3 and 2*3"),
        ("snake_case_word", "snake case word"),
        ("I ____ to school.", "I … to school."),
        ("**Never closed", "Never closed"),
        ("[never closed](https://x", "never closed"),
    ]);
}

#[test]
fn emphasis_may_reach_over_sentences() {
    assert_eq!(
        spoken("**Well done! You did it.** Next."),
        ["Well done!", "You did it.", "Next."]
    );
}

#[test]
fn the_web_is_not_said() {
    check(&[
        ("See https://www.example.com/a/b?c=d#e.", "See example.com."),
        (
            "See http://user@host.org:80/x, please.",
            "See host.org, please.",
        ),
        ("Go to www.example.com now", "Go to example.com now"),
        ("<https://example.com/x> is it", "example.com is it"),
        ("Mail jane@example.com today", "Mail jane@example.com today"),
        ("<b>Bold</b> and <a href=\"x\">link</a>", "Bold and link"),
        ("one<br>two<br/>three", "one two three"),
        ("<!-- hidden. Very. --> seen", "seen"),
        ("a &lt; b &amp;&nbsp;c", "a < b & c"),
        ("caf&eacute; &#233; &#xe9;", "café é é"),
        ("AT&T and R&D;", "AT&T and R&D;"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("I <3 you", "I you"),
        ("a <b", "a <b"),
    ]);
}

#[test]
fn scripts_and_styles_are_not_said_even_over_lines() {
    assert_eq!(
        spoken("<script>alert('Hi. You')</script>Hello").join(""),
        "Hello"
    );
    assert_eq!(
        spoken("<SCRIPT>\nlet a = 1;\nlet b;\n</SCRIPT>\nHello").join(""),
        "Hello"
    );
    assert_eq!(
        spoken("<style>p { color: red }</style>Hello").join(""),
        "Hello"
    );
    assert_eq!(spoken("<script>never closed. Ever.").join(""), "");
}

#[test]
fn emoji_and_invisible_characters_are_not_said() {
    check(&[
        ("Great 🎉!", "Great!"),
        ("I ❤️ you", "I you"),
        ("👩\u{200D}👩\u{200D}👧 family", "family"),
        (
            "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F} England",
            "England",
        ),
        ("👍🏽 ok 🇻🇳", "ok"),
        ("1️⃣ first", "1 first"),
        ("✓ yes → no ★", "yes, no"),
        ("go → went → gone", "go, went, gone"),
        ("go ➡ went", "go, went"),
        ("→ Start here →", "Start here"),
        ("one\u{200B}two", "one two"),
        ("Stop\u{200B}!", "Stop!"),
        ("Nice :)", "Nice"),
        (
            "zero\u{200B}width\u{FEFF} soft\u{AD}hyphen",
            "zero width softhyphen",
        ),
        ("\u{202E}evil\u{202C} \u{2066}x\u{2069}", "evil x"),
        ("nul\0byte\u{7}", "nulbyte"),
        ("🙂", ""),
        ("...", ""),
        ("?!", ""),
    ]);
}

#[test]
fn what_a_voice_can_say_stays() {
    check(&[
        ("20 °C, 5 €, 30 %, 2 + 2 = 4", "20 °C, 5 €, 30 %, 2 + 2 = 4"),
        (
            "Xin chào, tôi là Nguyễn Văn Ấn.",
            "Xin chào, tôi là Nguyễn Văn Ấn.",
        ),
        ("नमस्ते क्\u{200D}ष", "नमस्ते क्\u{200D}ष"),
        ("می\u{200C}خواهم", "می\u{200C}خواهم"),
        ("don't — really — go", "don't — really — go"),
        ("¿Qué?", "¿Qué?"),
    ]);
}

#[test]
fn white_space_becomes_one_space() {
    assert_eq!(spoken("  a \u{A0}\t b\u{3000}c  "), ["a b c"]);
}

#[test]
fn an_address_that_is_cut_is_said_once() {
    let text = format!("See https://example.com/{} now.", "a".repeat(400));
    assert_eq!(
        spoken(&text)
            .join(" ")
            .split_whitespace()
            .collect::<Vec<_>>(),
        ["See", "example.com", "now."]
    );
}

#[test]
fn a_tower_of_marks_is_cut_down() {
    let said = spoken(&format!("Z{}algo", "\u{301}".repeat(5_000))).join("");
    assert!(
        said.chars().count() < 20,
        "{} characters",
        said.chars().count()
    );
    assert!(said.starts_with('Z') && said.ends_with("algo"));
}
