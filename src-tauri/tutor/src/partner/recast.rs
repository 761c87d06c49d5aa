//! Saying a learner's sentence again the way one says it, for a few mistakes that everybody knows.
//!
//! A recast is not a correction: it says nothing about the mistake, and it is given only where the
//! right form is beyond doubt.

/// The first clause with a known mistake said right, or `None` if there is none.
pub(super) fn recast(clauses: &[Vec<String>]) -> Option<String> {
    clauses.iter().find_map(|clause| {
        let words: Vec<&str> = clause.iter().map(String::as_str).collect();
        fixed_phrase(&words)
            .or_else(|| age(&words))
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
    (&["i", "like", "very", "much"], "so you very much like"),
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
];

fn fixed_phrase(words: &[&str]) -> Option<String> {
    PHRASES.iter().find_map(|(wrong, right)| {
        let at = words
            .windows(wrong.len())
            .position(|window| window == *wrong)?;
        finish(right, &words[at + wrong.len()..])
    })
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
        let (_, right) = VERBS.iter().find(|(bare, _)| *bare == verb)?;
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

/// "Yesterday I go to school": so yesterday the learner went.
fn past(words: &[&str]) -> Option<String> {
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
/// makes no good sentence, because they are too many, or because one is needed and none came.
fn finish(start: &str, rest: &[&str]) -> Option<String> {
    const AT_MOST: usize = 6;
    const COMPLETE: &[&str] = &["agree", "bored", "excited", "go", "music"];
    let rest: Vec<&str> = rest
        .iter()
        .take_while(|word| !matches!(**word, "and" | "but" | "because" | "so" | "when" | "i"))
        .map(|word| from_our_side(word))
        .collect();
    let stands_alone = COMPLETE.iter().any(|word| start.ends_with(word));
    if rest.len() > AT_MOST || rest.is_empty() && !stands_alone {
        return None;
    }
    let sentence = format!("{start} {}", rest.join(" "));
    let mut letters = sentence.trim_end().chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    Some(first.chain(letters).chain(['.']).collect())
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
