//! Words that are due: which of them can be brought into a talk, and whether somebody used one.

use super::clause::Clause;
use super::reading::Reading;
use super::sensitive::is_delicate;
use super::words::{is_gibberish, is_other_language};

const LONGEST: usize = 30;
const MOST_WORDS: usize = 4;
/// Of a thousand words that are due the first ones are enough for a conversation.
const READ_AT_MOST: usize = 100;

/// The words that the partner may bring up, in the order in which they are given.
pub(super) fn fitting(due: &[String]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in due.iter().take(READ_AT_MOST) {
        let word = word.trim().replace('’', "'");
        let is_new = !words.iter().any(|other| other.eq_ignore_ascii_case(&word));
        if is_new && fits(&word) {
            words.push(word);
        }
    }
    words
}

/// An English word or a short phrase of letters, and nothing that is better not brought up.
fn fits(word: &str) -> bool {
    if word.len() > LONGEST {
        return false;
    }
    let parts: Vec<String> = word.split(' ').map(str::to_lowercase).collect();
    let joins = |c: char| matches!(c, '\'' | '-');
    let is_word = |part: &String| {
        part.chars().all(|c| c.is_ascii_alphabetic() || joins(c))
            && part.starts_with(|c: char| c.is_ascii_alphabetic())
            && !part.ends_with(joins)
    };
    parts.len() <= MOST_WORDS
        && word.len() > 1
        && parts.iter().all(is_word)
        && !is_delicate(&parts)
        && !is_gibberish(&parts)
        && !is_other_language(&parts)
}

/// Whether the learner used a word or phrase in a sentence, in any of its forms.
pub(super) fn is_used(reading: &Reading, word: &str) -> bool {
    reading.tokens.len() > word.split(' ').count()
        && reading.clauses.iter().any(|clause| has(clause, word))
}

/// Whether the partner's line has a word or phrase, as it stands.
pub(super) fn is_in(line: &str, word: &str) -> bool {
    let whole = |text: &str| {
        let letters = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '-'));
        format!(" {} ", letters.collect::<Vec<_>>().join(" ").to_lowercase())
    };
    whole(line).contains(&whole(word))
}

fn has(clause: &Clause, word: &str) -> bool {
    let parts: Vec<String> = word.split(' ').map(str::to_lowercase).collect();
    clause.windows(parts.len()).any(|window| {
        let mut pairs = window.iter().zip(&parts);
        pairs.all(|(token, part)| is_form(token, part))
    })
}

/// The word itself, its plural, or a regular form of the verb.
fn is_form(token: &str, word: &str) -> bool {
    let Some(last) = word.chars().next_back() else {
        return false;
    };
    let ending = |stem: &str| token.strip_prefix(stem).unwrap_or("-").to_owned();
    let shorter = &word[..word.len() - last.len_utf8()];
    let by_last = match last {
        'e' => matches!(ending(shorter).as_str(), "ing" | "ed" | "es"),
        'y' => matches!(ending(shorter).as_str(), "ies" | "ied"),
        _ => {
            let doubled = ending(&format!("{word}{last}"));
            matches!(doubled.as_str(), "ing" | "ed")
        }
    };
    token == word || matches!(ending(word).as_str(), "s" | "es" | "ed" | "ing") || by_last
}

#[cfg(test)]
mod tests {
    use super::{Reading, fitting, is_in, is_used};

    fn due(words: &[&str]) -> Vec<String> {
        fitting(
            &words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn words_and_short_phrases_of_letters_are_brought_up() {
        let words = [
            "umbrella",
            "look forward to",
            "mother-in-law",
            "can't",
            " Rain ",
        ];
        let kept = [
            "umbrella",
            "look forward to",
            "mother-in-law",
            "can't",
            "Rain",
        ];
        assert_eq!(due(&words), kept);
        assert_eq!(due(&["tea", "Tea", "TEA"]), ["tea"]);
    }

    #[test]
    fn whatever_else_is_due_is_left_alone() {
        let none: [&str; 0] = [];
        for word in [
            "",
            " ",
            "a",
            "傘",
            "ô",
            "paraguas que",
            "{topic}",
            "<b>",
            "tea!",
            "42",
            "-tea",
            "tea  pot",
            "suicide",
            "fuck",
            "pregnant",
            "kill",
            "xkcdq",
            "one two three four five",
            "incomprehensibilitiesofallkinds",
            "tea\npot",
        ] {
            assert_eq!(due(&[word]), none, "{word:?}");
        }
    }

    #[test]
    fn a_word_is_used_in_any_of_its_forms() {
        for (says, word) in [
            ("I lost my umbrella.", "umbrella"),
            ("Umbrellas are cheap here.", "umbrella"),
            ("We are moving next week", "move"),
            ("She carried my bag", "carry"),
            ("I stopped it", "stop"),
            ("I looked forward to it", "look forward to"),
        ] {
            assert!(is_used(&Reading::of(says), word), "{says}");
        }
        for (says, word) in [
            ("umbrella", "umbrella"),
            ("I like tea", "team"),
            ("I have a team", "tea"),
        ] {
            assert!(!is_used(&Reading::of(says), word), "{says}");
        }
    }

    #[test]
    fn a_line_has_a_word_only_as_a_whole() {
        assert!(is_in("Do you take the bus in the morning?", "bus"));
        assert!(!is_in("Are you busy?", "bus"));
    }
}
