//! Names of files that are made out of what people wrote.

use unicode_segmentation::UnicodeSegmentation;

/// In bytes; file systems end at 255, and the id and the ending come after it.
const LONGEST: usize = 120;

/// The name of a conversation's file: its title as far as it goes, and its id, so that no two are the same and none
/// means anything to a system. Letters of every script stay; whatever could be a path, a command or invisible goes.
pub(super) fn of_conversation(title: &str, id: &str) -> String {
    let mut name = String::new();
    for grapheme in title.graphemes(true) {
        let is_word = grapheme.chars().next().is_some_and(char::is_alphanumeric)
            && !grapheme.chars().any(is_of_direction);
        let added = if is_word { grapheme } else { "-" };
        if name.len() + added.len() > LONGEST {
            break;
        }
        if added != "-" || !(name.is_empty() || name.ends_with('-')) {
            name.push_str(added);
        }
    }
    let name = name.trim_matches('-');
    if name.is_empty() {
        return format!("{id}.md");
    }
    format!("{name}-{id}.md")
}

/// Signs that make the name be shown in another order than it has. Joiners are none: words need them.
const fn is_of_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::of_conversation;

    #[test]
    fn letters_of_every_script_stay_and_nothing_else() {
        for (title, expected) in [
            ("Ça va ?", "Ça-va-X.md"),
            ("../../etc/passwd", "etc-passwd-X.md"),
            ("C:\\con\\..\\nul", "C-con-nul-X.md"),
            ("ผมอยากฝึกพูด", "ผมอยากฝึกพูด-X.md"),
            ("我想练习。", "我想练习-X.md"),
            ("أريد أن", "أريد-أن-X.md"),
            ("a\u{202e}gpj.exe", "a-gpj-exe-X.md"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم-X.md"),
            ("👩‍👩‍👧‍👦", "X.md"),
            (" . ", "X.md"),
            ("a\0b\nc", "a-b-c-X.md"),
            ("", "X.md"),
        ] {
            assert_eq!(of_conversation(title, "X"), expected, "{title:?}");
        }
        assert!(of_conversation(&"語".repeat(400), "X").len() < 200);
        assert!(of_conversation(&"e\u{301}".repeat(400), "X").ends_with("e\u{301}-X.md"));
    }
}
