//! Clauses: what stands between two marks, as words, and what phrases they are made of.

use super::english::english;

/// The words of a clause in lower case, with plain apostrophes.
pub(super) type Clause = Vec<String>;

/// Where a phrase was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) phrase: &'a str,
    /// "no sugar", "I don't like sugar".
    pub(super) is_denied: bool,
}

/// The first of `phrases` in the clauses as whole words, the longest of those that begin together;
/// what is said comes before what is denied.
pub(super) fn find<'a>(clauses: &[Clause], phrases: &'a [String]) -> Option<Found<'a>> {
    let mut best = None;
    for (number, clause) in clauses.iter().enumerate() {
        for phrase in phrases {
            let lower = phrase.to_lowercase();
            let words: Vec<&str> = lower.split(' ').collect();
            for at in positions(clause, &words) {
                let is_denied = is_denied(clause, at);
                let last = &clause[at + words.len() - 1];
                let is_plural = words.last() != Some(&last.as_str());
                let rank = (
                    is_denied,
                    number,
                    at,
                    std::cmp::Reverse(words.len()),
                    is_plural,
                );
                if best.as_ref().is_none_or(|(other, _)| rank < *other) {
                    best = Some((rank, Found { phrase, is_denied }));
                }
            }
        }
    }
    best.map(|(_, found)| found)
}

/// Whether any of `phrases` stands in the clause, in exactly these words.
pub(super) fn has_any(clause: &[String], phrases: &[String]) -> bool {
    let text = format!(" {} ", clause.join(" "));
    phrases
        .iter()
        .any(|phrase| text.contains(&format!(" {phrase} ")))
}

fn positions(clause: &[String], words: &[&str]) -> Vec<usize> {
    let fits = |window: &[String]| {
        let last = words.len() - 1;
        window[..last].iter().eq(words[..last].iter()) && is_form_of(&window[last], words[last])
    };
    let windows = clause.windows(words.len()).enumerate();
    windows
        .filter(|(_, window)| fits(window))
        .map(|(at, _)| at)
        .collect()
}

/// The word itself or its plural.
fn is_form_of(token: &str, word: &str) -> bool {
    token == word
        || token.strip_suffix('s').is_some_and(|stem| {
            let length = word.chars().count();
            stem == word && length >= 3
                || stem.strip_suffix('e').is_some_and(|stem| {
                    stem == word && word.ends_with(['s', 'x', 'h', 'o'])
                        || stem.strip_suffix('i') == word.strip_suffix('y') && word.ends_with('y')
                })
        })
}

/// Whether a word before `at` turns it round.
pub(super) fn is_denied(clause: &[String], at: usize) -> bool {
    let mut denied = false;
    for (number, word) in clause[..at].iter().enumerate() {
        let next = clause[number + 1].as_str();
        if english().denial_ends.contains(word) {
            denied = false;
        } else if denies(word) && !is_harmless(word, number, next) {
            denied = true;
        }
    }
    denied
}

pub(super) fn denies(word: &str) -> bool {
    word.ends_with("n't") || english().denials.contains(word)
}

/// "No, I like it", "not only", "no problem": nothing is denied.
fn is_harmless(word: &str, at: usize, next: &str) -> bool {
    const AFTER_A_PLAIN_NO: &[&str] = &[
        "i", "i'm", "i'd", "i'll", "a", "the", "it", "it's", "thanks", "thank", "we", "they", "he",
        "she", "my", "only", "just", "problem", "one", "this", "that", "that's",
    ];
    match word {
        "no" => at == 0 && AFTER_A_PLAIN_NO.contains(&next) || next == "problem",
        "not" => matches!(next, "only" | "just"),
        "can't" => next == "wait",
        _ => false,
    }
}

/// A clause without the fillers at its ends; a clause of fillers stays as it is.
fn without_fillers(clause: &[String]) -> &[String] {
    let mut core = clause;
    loop {
        let shorter = english().fillers.iter().find_map(|filler| {
            let words: Vec<&str> = filler.split(' ').collect();
            let length = words.len();
            if core.len() <= length {
                return None;
            }
            let end = core.len() - length;
            if core[..length].iter().eq(words.iter()) {
                Some(&core[length..])
            } else if core[end..].iter().eq(words.iter()) {
                Some(&core[..end])
            } else {
                None
            }
        });
        match shorter {
            Some(shorter) => core = shorter,
            None => return core,
        }
    }
}

/// Whether a phrase is all that the clause says.
pub(super) fn is_whole(clause: &[String], phrases: &[String]) -> bool {
    let core = without_fillers(clause).join(" ");
    let whole = clause.join(" ");
    phrases
        .iter()
        .any(|phrase| *phrase == core || *phrase == whole)
}

/// Whether the clause ends with a phrase, fillers not counted.
pub(super) fn ends_with(clause: &[String], phrases: &[String]) -> bool {
    let core = format!(" {}", without_fillers(clause).join(" "));
    phrases
        .iter()
        .any(|phrase| core.ends_with(&format!(" {phrase}")))
}

/// Whether the clause begins with a phrase, fillers not counted.
pub(super) fn begins_with(clause: &[String], phrases: &[String]) -> bool {
    let core = format!("{} ", without_fillers(clause).join(" "));
    phrases
        .iter()
        .any(|phrase| core.starts_with(&format!("{phrase} ")))
}
