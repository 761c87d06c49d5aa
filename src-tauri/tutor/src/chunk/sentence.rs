//! Whether a mark ends a sentence, judged by the word before it and by what follows the space.
//!
//! These are the sentence rules of Unicode (UAX #29: SB6 to SB11) with the tailoring that the annex
//! invites: abbreviations, initials and list numbers; quoted speech that goes on in small letters;
//! emoji and closing quotes that stand after a space and yet belong to what was said.

use super::characters::{
    Mark, is_closing, is_emoji, is_ideographic, is_opening, is_quote, is_uncased_letter,
    is_wrapping,
};

/// What came before the space.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before<'a> {
    /// The mark, or what several marks amount to.
    pub(super) mark: Mark,
    /// Whether a quotation mark closed after the mark.
    pub(super) quoted: bool,
    /// The run of non-space before the mark.
    pub(super) word: &'a str,
    /// Whether that run is the first one of its line or sentence.
    pub(super) is_first: bool,
    /// The open text before that run.
    pub(super) opening: &'a str,
}

/// What to do with a possible end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A new sentence begins after the space.
    Cut,
    /// The sentence goes on.
    Join,
    /// What follows the space still belongs to the sentence, whose end is still possible.
    Absorb,
    /// Not enough of the next word is known.
    More,
}

/// Judges by the beginning of the next word, or by all of it when `complete`.
///
/// A verdict other than `More` stays the same however much of the word is added.
pub(super) fn judge(before: &Before<'_>, next: &str, complete: bool) -> Verdict {
    let core = next.trim_start_matches(is_lead);
    let Some(first) = core.chars().next() else {
        // Before a space « opens, as in French; every other lone mark closes.
        return match complete {
            false => Verdict::More,
            true if next.ends_with(['«', '‹']) => Verdict::Cut,
            true => Verdict::Absorb,
        };
    };
    if core.len() == next.len() {
        if is_emoji(first) || is_closing(first) {
            return Verdict::Absorb;
        }
        if matches!(first, ',' | ';' | ':' | '،' | '؛' | '、' | '，') {
            return after_continuation(core, complete);
        }
    }
    if first != '<' {
        return by_first_letter(before, first, core, complete);
    }
    let after_tag = core
        .rsplit_once('>')
        .map(|(_, text)| text.trim_start_matches(is_lead));
    match after_tag.and_then(|text| Some((text, text.chars().next()?))) {
        Some((text, letter)) => by_first_letter(before, letter, text, complete),
        None if complete => Verdict::Cut,
        None => Verdict::More,
    }
}

/// What may stand before the first letter of a sentence.
fn is_lead(character: char) -> bool {
    is_opening(character) || is_quote(character) || is_wrapping(character)
}

/// `etc. , and` goes on; `Great. :)` is a face that belongs to what was said.
fn after_continuation(next: &str, complete: bool) -> Verdict {
    const LONGEST_FACE: usize = 4;
    if !complete && next.len() <= LONGEST_FACE {
        Verdict::More
    } else if complete && super::lexicon::face(next).is_some() {
        Verdict::Absorb
    } else {
        Verdict::Join
    }
}

fn by_first_letter(before: &Before<'_>, letter: char, next: &str, complete: bool) -> Verdict {
    match before.mark {
        Mark::Wide => Verdict::Cut,
        Mark::Strong if before.quoted && letter.is_lowercase() => Verdict::Join,
        Mark::Strong => Verdict::Cut,
        Mark::Full | Mark::Ellipsis if letter.is_lowercase() => Verdict::Join,
        Mark::Ellipsis => Verdict::Cut,
        Mark::Full => after_full_stop(before, letter, next, complete),
    }
}

fn after_full_stop(before: &Before<'_>, letter: char, next: &str, complete: bool) -> Verdict {
    match Word::of(before) {
        Word::Ordinary if letter == '&' => Verdict::Join,
        Word::Ordinary => Verdict::Cut,
        Word::Numbering if letter.is_numeric() => Verdict::Join,
        Word::Numbering => Verdict::Cut,
        Word::Enumerator | Word::NeverLast => Verdict::Join,
        Word::SometimesLast if is_ideographic(letter) => Verdict::Cut,
        Word::SometimesLast if is_uncased_letter(letter) || !letter.is_alphabetic() => {
            Verdict::Join
        }
        Word::SometimesLast => match whole_word(next, complete) {
            None => Verdict::More,
            Some(word) if SUBJECTS.contains(&word.as_str()) && opens_with_time(before) => {
                Verdict::Join
            }
            Some(word) if STARTERS.contains(&word.as_str()) => Verdict::Cut,
            Some(_) => Verdict::Join,
        },
    }
}

/// `At 5:30 p.m.` and nothing more: the sentence has only said when, and what happens is to come.
fn opens_with_time(before: &Before<'_>) -> bool {
    const LONGEST: usize = 48;
    if before.opening.len() > LONGEST {
        return false;
    }
    let plain = |word: &str| {
        word.trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase()
    };
    let mut words = before.opening.split_whitespace().map(plain);
    let first = words.find(|word| !word.is_empty()).unwrap_or_default();
    TIME_OPENERS.contains(&first.as_str())
        && words.all(|word| {
            word.starts_with(|c: char| c.is_numeric()) || TIME_WORDS.contains(&word.as_str())
        })
}

/// The letters that `next` begins with, in lower case, once it is certain that no more will follow.
fn whole_word(next: &str, complete: bool) -> Option<String> {
    match next.find(|character: char| !character.is_alphabetic()) {
        Some(end) => Some(next[..end].to_lowercase()),
        None => complete.then(|| next.to_lowercase()),
    }
}

/// What the word before a full stop tells about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Ordinary,
    /// `1.` or `b.` at the beginning: the number of a list item.
    Enumerator,
    /// `Mr.`, `e.g.`: never ends a sentence.
    NeverLast,
    /// `No.`, `p.`: goes on only before a number.
    Numbering,
    /// `p.m.`, `U.S.`, initials: the next word decides.
    SometimesLast,
}

impl Word {
    fn of(before: &Before<'_>) -> Self {
        let word = before.word.trim_start_matches(|c| is_lead(c) || c == '#');
        // Abbreviations are short; a longer word is not even turned to lower case.
        if word.is_empty() || word.len() > 24 {
            return Self::Ordinary;
        }
        if before.is_first && is_enumerator(word) {
            return Self::Enumerator;
        }
        // `and/or.`, `(see` and `rock-'n'-roll.` count by their last part.
        let word = word
            .rsplit(|c: char| !c.is_alphanumeric() && c != '.')
            .next()
            .unwrap_or(word);
        let lower = word.to_lowercase();
        if NEVER_LAST.contains(&lower.as_str()) {
            Self::NeverLast
        } else if NUMBERING.contains(&lower.as_str()) {
            Self::Numbering
        } else if SOMETIMES_LAST.contains(&lower.as_str()) || is_initials(word) {
            Self::SometimesLast
        } else {
            Self::Ordinary
        }
    }
}

/// `12`, `b`, `iv`: what a list item is numbered with.
fn is_enumerator(word: &str) -> bool {
    let short_number = word.chars().count() <= 3 && word.chars().all(char::is_numeric);
    let one_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let roman = word.len() <= 4
        && (word.chars().all(|c| "ivx".contains(c)) || word.chars().all(|c| "IVX".contains(c)));
    short_number || one_letter || roman
}

/// `J`, `U.S`, `Ph.D`, `พ.ศ`: one capital, or very short parts between full stops.
fn is_initials(word: &str) -> bool {
    if !word.contains('.') {
        let mut letters = word.chars();
        return matches!((letters.next(), letters.next()), (Some(only), None) if only.is_uppercase());
    }
    word.split('.').all(|part| {
        let letters = part.chars().count();
        (1..=2).contains(&letters) && part.chars().all(|c| c.is_alphabetic() || is_thai_mark(c))
    })
}

fn is_thai_mark(character: char) -> bool {
    ('\u{E31}'..='\u{E4E}').contains(&character)
}

/// Titles and explaining words, in several languages, without their last full stop.
const NEVER_LAST: &[&str] = &[
    "mr", "mrs", "ms", "mx", "dr", "prof", "st", "mt", "ft", "gen", "col", "sgt", "capt", "lt",
    "cmdr", "rev", "hon", "pres", "gov", "sen", "messrs", "mme", "mlle", "e.g", "i.e", "eg", "ie",
    "cf", "vs", "viz", "approx", "ca", "sra", "srta", "dña", "d.h", "z.b", "bzw", "ggf", "evtl",
    "frl", "tp", "ths", "ts", "pgs", "gs", "т.е", "т.д", "г", "ул",
];

/// Words that stand before a number.
const NUMBERING: &[&str] = &[
    "no", "nos", "nr", "n°", "núm", "p", "pp", "pg", "fig", "figs", "ch", "sec", "vol", "vols",
    "eq", "para", "art", "ext", "tel", "jan", "feb", "apr", "aug", "sep", "sept", "oct", "nov",
    "dec", "bd", "abb",
];

/// Abbreviations that may stand at the end of a sentence as well as in it; what is built from
/// single letters (`p.m.`, `U.S.`) is known by its form.
const SOMETIMES_LAST: &[&str] = &[
    "inc", "ltd", "co", "corp", "jr", "sr", "esq", "al", "bros", "dept", "ave", "blvd", "rd",
    "ph.d", "b.sc", "m.sc", "hr", "fr", "rep",
];

/// Words that begin a statement about when something happens.
const TIME_OPENERS: &[&str] = &[
    "at",
    "by",
    "after",
    "before",
    "around",
    "about",
    "until",
    "till",
    "from",
    "since",
    "between",
    "today",
    "tomorrow",
    "yesterday",
    "on",
    "every",
    "usually",
    "then",
];

/// Words that may stand between such an opener and the hour.
const TIME_WORDS: &[&str] = &[
    "",
    "at",
    "to",
    "and",
    "or",
    "until",
    "till",
    "about",
    "around",
    "exactly",
    "half",
    "past",
    "quarter",
    "on",
    "day",
    "a.m",
    "p.m",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "noon",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekdays",
    "mondays",
];

/// Words that can be the subject of the sentence that such an opener begins.
const SUBJECTS: &[&str] = &[
    "i", "we", "he", "she", "they", "it", "you", "the", "my", "our", "his", "her", "their",
    "there", "everyone", "all",
];

/// Words that often begin a sentence and are not names; in lower case, up to an apostrophe.
const STARTERS: &[&str] = &[
    "a",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "another",
    "any",
    "are",
    "as",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "don",
    "each",
    "every",
    "everyone",
    "few",
    "finally",
    "first",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "hello",
    "her",
    "here",
    "hi",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "is",
    "isn",
    "it",
    "its",
    "last",
    "later",
    "let",
    "many",
    "may",
    "maybe",
    "more",
    "most",
    "must",
    "my",
    "never",
    "next",
    "no",
    "not",
    "now",
    "of",
    "on",
    "once",
    "one",
    "or",
    "our",
    "perhaps",
    "please",
    "shall",
    "she",
    "should",
    "since",
    "so",
    "some",
    "sometimes",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "today",
    "tomorrow",
    "was",
    "we",
    "well",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whose",
    "why",
    "will",
    "with",
    "would",
    "yes",
    "yesterday",
    "yet",
    "you",
    "your",
    // Spanish, French, German, Vietnamese
    "el",
    "la",
    "los",
    "las",
    "un",
    "una",
    "yo",
    "tú",
    "ella",
    "es",
    "pero",
    "y",
    "qué",
    "cómo",
    "le",
    "les",
    "il",
    "elle",
    "je",
    "nous",
    "vous",
    "mais",
    "der",
    "die",
    "das",
    "er",
    "sie",
    "ich",
    "wir",
    "und",
    "aber",
    "tôi",
    "bạn",
    "anh",
    "chị",
    "nó",
    "đó",
    "và",
    "nhưng",
];
