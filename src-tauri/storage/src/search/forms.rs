//! Forms of English words that the stemmer of the index keeps apart: for it, `tries` and `tried` are `tri` and `try`
//! is `try`, since there is no vowel before the `y`. Longer words (`study`, `studies`) it brings together.
//!
//! Their stems are also those of other words (`ski`), so that whoever asks the index for these forms must look whether
//! the text has them.

/// Of `try`, what stands before these.
const ENDINGS_OF_Y: [&str; 4] = ["y", "ies", "ied", "ying"];
/// Of `die`, what stands before these.
const ENDINGS_OF_IE: [&str; 4] = ["ie", "ies", "ied", "ying"];
/// What is before them: `die`, `lie`, `pie`, `tie`, `vie`.
const BEGINNINGS_OF_IE: [&str; 5] = ["d", "l", "p", "t", "v"];

/// The other forms of a word in `y` or `ie`, without case and accents; none of any other word.
pub(super) fn other_forms(word: &str) -> Vec<String> {
    family(word).map_or_else(Vec::new, |(beginning, endings)| {
        endings
            .iter()
            .map(|ending| format!("{beginning}{ending}"))
            .filter(|form| form != word)
            .collect()
    })
}

/// Those of them under which the index does not find the word.
pub(super) fn forms_apart(word: &str) -> Vec<String> {
    match family(word) {
        Some((beginning, _)) if !beginning.bytes().any(is_vowel) => other_forms(word),
        _ => Vec::new(),
    }
}

/// What all forms begin with, and what they end with.
fn family(word: &str) -> Option<(&str, &'static [&'static str])> {
    let beginning = |endings: &[&str], can_begin: fn(&str) -> bool| {
        endings
            .iter()
            .filter_map(|ending| word.strip_suffix(ending))
            .find(|beginning| can_begin(beginning))
    };
    if let Some(beginning) = beginning(&ENDINGS_OF_IE, is_beginning_of_ie) {
        return Some((beginning, &ENDINGS_OF_IE));
    }
    beginning(&ENDINGS_OF_Y, is_beginning_of_y).map(|beginning| (beginning, &ENDINGS_OF_Y[..]))
}

fn is_beginning_of_ie(beginning: &str) -> bool {
    BEGINNINGS_OF_IE.contains(&beginning)
}

/// Not one letter alone: `by` and `my` have no other forms. Nor has what ends with a vowel: `play` and `plays`.
fn is_beginning_of_y(beginning: &str) -> bool {
    beginning.len() > 1
        && beginning.bytes().all(|letter| letter.is_ascii_lowercase())
        && !beginning.bytes().next_back().is_some_and(is_vowel)
}

fn is_vowel(letter: u8) -> bool {
    b"aeiouy".contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::{forms_apart, other_forms};

    #[test]
    fn of_short_words_the_index_keeps_the_forms_apart() {
        assert_eq!(forms_apart("try"), ["tries", "tried", "trying"]);
        assert_eq!(forms_apart("flies"), ["fly", "flied", "flying"]);
        assert_eq!(forms_apart("dying"), ["die", "dies", "died"]);
        assert_eq!(forms_apart("study"), Vec::<String>::new());
        assert_eq!(other_forms("studying"), ["study", "studies", "studied"]);
        for word in [
            "", "y", "by", "my", "play", "ies", "ties up", "1ies", "naïvy", "tryst",
        ] {
            assert_eq!(other_forms(word), Vec::<String>::new(), "{word}");
        }
    }
}
