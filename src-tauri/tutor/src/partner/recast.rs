//! Saying a learner's sentence again the way one says it, for a few mistakes that everybody knows.
//!
//! A recast is not a correction: it says nothing about the mistake, and it is given only where the
//! right form is beyond doubt.

use super::english::english;
use super::reading::Reading;
use super::words::is_proper;
use crate::memory::is_occupation;

/// The first clause with a known mistake said right, or `None` if there is none, or any doubt: the
/// learner asks or quotes, or the clause holds something that is not known to be right.
pub(super) fn recast(reading: &Reading) -> Option<String> {
    if reading.asks || reading.quotes {
        return None;
    }
    reading.clauses.iter().find_map(|clause| {
        let words: Vec<&str> = clause.iter().map(String::as_str).collect();
        fixed_phrase(&words)
            .or_else(|| very_much(&words))
            .or_else(|| age(&words))
            .or_else(|| missing_article(&words))
            .or_else(|| since(&words))
            .or_else(|| third_person(&words))
            .or_else(|| past(&words))
    })
}

/// Mistaken words, and how the recast begins; what follows them in the sentence follows it too.
const PHRASES: &[(&[&str], &str)] = &[
    (&["i", "am", "not", "agree"], "so you don't agree"),
    (&["i'm", "not", "agree"], "so you don't agree"),
    (&["i", "am", "agree"], "so you agree"),
    (&["i'm", "agree"], "so you agree"),
    (&["i", "am", "boring"], "so you are bored"),
    (&["i'm", "boring"], "so you are bored"),
    (
        &["i", "am", "interesting", "in"],
        "so you are interested in",
    ),
    (&["i'm", "interesting", "in"], "so you are interested in"),
    (&["i", "am", "exciting"], "so you are excited"),
    (&["i", "listen", "music"], "so you listen to music"),
    (&["it", "depends", "of"], "yes, it depends on"),
    (&["it", "depend", "of"], "yes, it depends on"),
    (&["it", "depends", "from"], "yes, it depends on"),
    (&["people", "is"], "so people are"),
    (&["i", "didn't", "went"], "so you didn't go"),
    (&["i", "didn't", "saw"], "so you didn't see"),
    (&["i", "no", "have"], "so you don't have"),
    (&["i", "no", "like"], "so you don't like"),
    (&["i", "not", "like"], "so you don't like"),
    (&["i", "no", "want"], "so you don't want"),
    (&["i", "no", "speak"], "so you don't speak"),
    (&["i", "very", "like"], "so you really like"),
    (&["i", "very", "love"], "so you really love"),
    (&["i", "have", "hungry"], "so you are hungry"),
    (&["i", "have", "thirsty"], "so you are thirsty"),
    (&["i", "make", "sport"], "so you do sport"),
    (&["i", "born", "in"], "so you were born in"),
    (&["i", "am", "born", "in"], "so you were born in"),
    (&["i'm", "born", "in"], "so you were born in"),
    (&["i", "can", "to"], "so you can"),
    (&["i", "must", "to"], "so you must"),
    (&["i", "went", "to", "home"], "so you went home"),
    (&["i", "want", "go", "to"], "so you want to go to"),
    (
        &["i", "like", "listen", "music"],
        "so you like listening to music",
    ),
    (
        &["there", "is", "many", "people"],
        "so there are many people",
    ),
];

fn fixed_phrase(words: &[&str]) -> Option<String> {
    PHRASES.iter().find_map(|(wrong, right)| {
        let at = words
            .windows(wrong.len())
            .position(|window| window == *wrong)?;
        finish(right, &words[at + wrong.len()..])
    })
}

/// "I like very much football": the thing comes first.
fn very_much(words: &[&str]) -> Option<String> {
    let ["i", "like", "very", "much", things @ ..] = words else {
        return None;
    };
    let sentence = finish("so you like", things)?;
    let bare = sentence.trim_end_matches('.');
    (things.len() <= 3).then(|| format!("{bare} very much."))
}

/// "I have 25 years": so the learner is 25 years old.
fn age(words: &[&str]) -> Option<String> {
    words
        .windows(4)
        .enumerate()
        .find_map(|(at, window)| match window {
            ["i", "have", number, "years"] if number.chars().all(|c| c.is_ascii_digit()) => {
                let is_age = !matches!(words.get(at + 4), Some(&("of" | "experience" | "in")));
                is_age.then(|| format!("So you are {number} years old."))
            }
            _ => None,
        })
}

/// "I am student": so the learner is a student.
fn missing_article(words: &[&str]) -> Option<String> {
    let (["i", "am", what] | ["i'm", what]) = words else {
        return None;
    };
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    is_occupation(what).then(|| format!("So you are {article} {what}."))
}

const PERFECT: &[(&str, &str)] = &[
    ("live", "lived"),
    ("work", "worked"),
    ("study", "studied"),
    ("learn", "learnt"),
    ("play", "played"),
];

/// "I live here since three years": so the learner has lived here for three years.
fn since(words: &[&str]) -> Option<String> {
    let ["i", verb, middle @ .., "since", number, unit] = words else {
        return None;
    };
    let (_, right) = PERFECT.iter().find(|(bare, _)| bare == verb)?;
    let english = english();
    let is_number = english.number_words.contains(*number)
        || number.len() < 4 && number.chars().all(|c| c.is_ascii_digit());
    let is_time = matches!(*unit, "years" | "months" | "weeks" | "days");
    let start = format!("so you have {right}");
    let sentence = match middle {
        [] => capitalised(&start),
        middle => finish(&start, middle)?,
    };
    let sentence = sentence.trim_end_matches('.');
    (is_number && is_time).then(|| format!("{sentence} for {number} {unit}."))
}

const VERBS: &[(&str, &str)] = &[
    ("go", "goes"),
    ("have", "has"),
    ("like", "likes"),
    ("want", "wants"),
    ("live", "lives"),
    ("work", "works"),
    ("play", "plays"),
    ("love", "loves"),
    ("speak", "speaks"),
    ("need", "needs"),
    ("know", "knows"),
    ("think", "thinks"),
    ("study", "studies"),
    ("don't", "doesn't"),
];

/// Words with which a verb in the present is wrong in another way.
const PAST_WORDS: &[&str] = &[
    "yesterday",
    "ago",
    "last",
    "was",
    "were",
    "did",
    "before",
    "when",
    "then",
    "once",
    "since",
];

/// "She like tea": so she likes tea. Not after "does", "can" or "let", where the verb stands bare.
fn third_person(words: &[&str]) -> Option<String> {
    words.windows(2).enumerate().find_map(|(at, window)| {
        let (person, verb) = (window[0], window[1]);
        if !matches!(person, "he" | "she") {
            return None;
        }
        let begins_a_clause = at.checked_sub(1).is_none_or(|before| {
            matches!(
                words[before],
                "and" | "but" | "because" | "that" | "yes" | "no"
            )
        });
        if words.iter().any(|word| PAST_WORDS.contains(word)) {
            return None;
        }
        let (_, right) = VERBS.iter().find(|(bare, _)| *bare == verb)?;
        let next = words.get(at + 2).copied().unwrap_or_default();
        let needs_bare_verb = verb == "don't";
        if needs_bare_verb && !VERBS.iter().any(|(bare, _)| *bare == next) {
            return None;
        }
        let start = format!("so {person} {right}");
        begins_a_clause.then(|| finish(&start, &words[at + 2..]))?
    })
}

const PAST: &[(&str, &str)] = &[
    ("go", "went"),
    ("eat", "ate"),
    ("see", "saw"),
    ("buy", "bought"),
    ("meet", "met"),
    ("take", "took"),
    ("make", "made"),
    ("watch", "watched"),
    ("play", "played"),
    ("visit", "visited"),
    ("work", "worked"),
    ("am", "were"),
    ("have", "had"),
];

/// "Yesterday I go to school", "I go to school yesterday": so yesterday the learner went.
fn past(words: &[&str]) -> Option<String> {
    if let ["i", verb, rest @ .., "yesterday"] = words
        && let Some((_, right)) = PAST.iter().find(|(bare, _)| bare == verb)
    {
        return finish(&format!("so yesterday you {right}"), rest);
    }
    words
        .windows(3)
        .enumerate()
        .find_map(|(at, window)| match window {
            ["yesterday", "i", verb] => {
                let (_, right) = PAST.iter().find(|(bare, _)| bare == verb)?;
                finish(&format!("so yesterday you {right}"), &words[at + 3..])
            }
            _ => None,
        })
}

/// Adds the words that followed, seen from the partner's side, and ends the sentence; `None` if that
/// makes no good sentence: they are too many, or cut off, or may be wrong themselves.
fn finish(start: &str, rest: &[&str]) -> Option<String> {
    const AT_MOST: usize = 6;
    const COMPLETE: &[&str] = &[
        "agree", "bored", "excited", "go", "music", "hungry", "thirsty", "sport", "home", "people",
    ];
    let end = rest
        .windows(2)
        .position(|pair| begins_another_sentence(pair[0], pair[1]))
        .unwrap_or(rest.len());
    let rest = &rest[..end];
    let stands_alone = COMPLETE.iter().any(|word| start.ends_with(word));
    if rest.len() > AT_MOST || rest.is_empty() && !stands_alone || !is_sound(start, rest) {
        return None;
    }
    let rest: Vec<&str> = rest.iter().map(|word| from_our_side(word)).collect();
    let sentence = format!("{start} {}", spelled(&rest));
    Some(format!("{}.", capitalised(sentence.trim_end())))
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// "... and she", "... because I": what comes before is whole.
fn begins_another_sentence(joint: &str, next: &str) -> bool {
    matches!(joint, "and" | "but" | "because" | "so")
        && matches!(next, "i" | "you" | "he" | "she" | "it" | "we" | "they")
}

/// Names with their capitals.
fn spelled(words: &[&str]) -> String {
    let words = words.iter().map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        if is_proper(word) {
            first.chain(letters).collect()
        } else {
            (*word).to_owned()
        }
    });
    words.collect::<Vec<String>>().join(" ")
}

/// Whether every word of the rest is known, and each noun stands as it may.
fn is_sound(start: &str, rest: &[&str]) -> bool {
    const NEVER: &[&str] = &[
        "that", "who", "which", "if", "when", "than", "what", "where", "how", "very", "not", "no",
        "don't", "is", "are", "am", "was", "were", "do", "does", "did", "a",
    ];
    let english = english();
    // Small words that stand well before a noun, a number or a name.
    let is_small = |word: &str| {
        matches!(
            word,
            "to" | "in"
                | "at"
                | "on"
                | "with"
                | "for"
                | "from"
                | "of"
                | "about"
                | "and"
                | "or"
                | "every"
                | "day"
                | "me"
                | "you"
                | "him"
                | "her"
                | "it"
                | "us"
                | "them"
                | "my"
                | "your"
                | "his"
                | "their"
                | "our"
                | "the"
                | "this"
                | "a"
                | "an"
                | "too"
                | "now"
                | "here"
                | "there"
                | "today"
                | "home"
                | "tomorrow"
                | "again"
        )
    };
    let opens_noun = |word: &str| {
        matches!(
            word,
            "the" | "my" | "your" | "his" | "her" | "our" | "their" | "a" | "an" | "this" | "every"
        )
    };
    let is_bare_verb = |at: usize, word: &str| {
        const BEFORE_BARE: &[&str] = &["doesn't", "don't", "you can", "you must"];
        let after_do = at == 0 && BEFORE_BARE.iter().any(|words| start.ends_with(words));
        let after_to = at > 0 && rest[at - 1] == "to";
        (after_do || after_to)
            && (is_bare(VERBS, word)
                || is_bare(PAST, word)
                || matches!(word, "swim" | "cook" | "drive" | "help"))
    };
    let mut at_noun = true;
    for (at, &word) in rest.iter().enumerate() {
        let before = if at == 0 { "" } else { rest[at - 1] };
        let is_noun = english.nouns.contains(word);
        let is_plural = word.ends_with('s') || word == "children";
        let needs_no_article = is_plural
            || english.uncountable.contains(word)
            || is_proper(word)
            || matches!(
                (before, word),
                ("to" | "at", "school" | "work" | "university" | "bed")
            );
        let is_known = is_small(word)
            || is_bare_verb(at, word)
            || (is_noun || is_proper(word)) && (needs_no_article || opens_noun(before))
            || matches!((before, word), ("to" | "at", "work"));
        let is_never = (before, word) == ("to", "home")
            || NEVER.contains(&word) && !(word == "a" && at + 1 < rest.len());
        let article_fits = !matches!(before, "a" | "an") || !is_plural && is_noun;
        at_noun = !matches!(
            word,
            "to" | "in"
                | "at"
                | "on"
                | "with"
                | "for"
                | "from"
                | "of"
                | "about"
                | "and"
                | "or"
                | "every"
                | "my"
                | "your"
                | "his"
                | "their"
                | "our"
                | "the"
                | "this"
                | "a"
                | "an"
        );
        if !is_known || is_never || !article_fits {
            return false;
        }
    }
    at_noun
}

fn is_bare(verbs: &[(&str, &str)], word: &str) -> bool {
    verbs
        .iter()
        .any(|(bare, _)| *bare == word && !matches!(word, "don't" | "am"))
}

fn from_our_side(word: &str) -> &str {
    match word {
        "my" => "your",
        "me" => "you",
        "you" => "me",
        "your" => "my",
        "mine" => "yours",
        "myself" => "yourself",
        other => other,
    }
}
