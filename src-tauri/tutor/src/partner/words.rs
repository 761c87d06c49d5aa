//! Which of the learner's words are worth picking up, and which are no English at all.

use std::collections::HashSet;

use super::english::english;

/// Whether the first words are those of a question.
pub(super) fn begins_question(tokens: &[String]) -> bool {
    const SUBJECTS: &[&str] = &[
        "i", "he", "she", "we", "they", "you", "a", "an", "the", "my", "it",
    ];
    let [first, second, ..] = tokens else {
        return false;
    };
    // "When I was a child", "What I like is ..."
    let is_clause = matches!(
        first.as_str(),
        "when" | "where" | "who" | "what" | "how" | "why"
    ) && SUBJECTS.contains(&second.as_str());
    english().question_words.contains(first) && !is_clause
}

const LONGEST_TOPIC: usize = 24;

/// Something the learner spoke of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Topic {
    /// The word alone: `dog`.
    pub(super) word: String,
    /// As the partner would speak of it: `your dog`.
    pub(super) phrase: String,
}

impl Topic {
    /// Whether one could hold an opinion about it: a kind of thing, and neither somebody's own nor a name.
    pub(super) fn is_debatable(&self) -> bool {
        self.phrase == self.word && !self.word.starts_with(char::is_uppercase)
    }
}

/// The things that were named, the best one first: those with an owner or an article, then those
/// after a verb or a preposition, then the subjects of a sentence; of equals the longer one.
pub(super) fn topics(written: &[&str], tokens: &[String]) -> Vec<Topic> {
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(rank) = evidence(tokens, at, is_written_as_name(written[at], at)) else {
            continue;
        };
        if !tokens[..at].contains(token) {
            found.push((rank, token.chars().count(), at));
        }
    }
    found.sort_by_key(|&(rank, length, at)| (std::cmp::Reverse((rank, length)), at));
    let topic = |at: usize| {
        let mut word = quoted_form(written[at], &tokens[at], at);
        // "Spanish food", "the train station"
        if at > 0 && is_modifier(&tokens[at - 1]) {
            let modifier = quoted_form(written[at - 1], &tokens[at - 1], at - 1);
            word = format!("{modifier} {word}");
        }
        let start = tokens[..at]
            .iter()
            .rposition(|word| !is_adjective(word) && !is_modifier(word));
        let owner = start.map_or("", |start| tokens[start].as_str());
        let is_had = start
            .and_then(|start| tokens[..start].get(start.checked_sub(2)?..))
            .is_some_and(|words| {
                matches!(words[0].as_str(), "i" | "we")
                    && matches!(words[1].as_str(), "have" | "had")
            });
        let phrase = match owner {
            "a" | "an" if is_had => format!("your {word}"),
            "my" | "our" => format!("your {word}"),
            "your" => format!("my {word}"),
            "the" | "his" | "her" | "their" => format!("{owner} {word}"),
            "a" | "an" if !is_plural(&tokens[at]) && !is_mass(&tokens[at]) => {
                format!("the {word}")
            }
            _ => word.clone(),
        };
        Topic { word, phrase }
    };
    found.into_iter().map(|(_, _, at)| topic(at)).collect()
}

/// How sure it is that the word names a thing; `None` if it is not.
fn evidence(tokens: &[String], at: usize, is_name: bool) -> Option<usize> {
    let english = english();
    let token = &tokens[at];
    if !may_be_thing(token) {
        return None;
    }
    // "my football team": the last noun is the thing.
    if tokens.get(at + 1).is_some_and(|next| is_noun(next)) {
        return None;
    }
    // "my boss trusts me": after a noun only what is known to be one can be one.
    if at > 0 && is_modifier(&tokens[at - 1]) && !is_noun(token) {
        return None;
    }
    let start = tokens[..at]
        .iter()
        .rposition(|word| !is_adjective(word) && !is_modifier(word));
    let before = start.map_or("", |start| tokens[start].as_str());
    let stands_bare = is_plural(token) || is_mass(token) || is_proper(token) || is_name;
    // "I am a student", "He is the best actor": that is what somebody is.
    let is_predicate = start
        .and_then(|start| tokens[..start].iter().rposition(|word| word != "not"))
        .is_some_and(|at| {
            let word = tokens[at].as_str();
            matches!(
                word,
                "am" | "is" | "are" | "was" | "were" | "be" | "become" | "as"
            ) || word.ends_with("'m")
                || word.ends_with("'s")
                || word.ends_with("'re")
        });
    if english.determiners.contains(before) {
        let is_whole = stands_bare
            || matches!(
                before,
                "a" | "an" | "the" | "my" | "your" | "our" | "his" | "her" | "their"
            );
        return (is_whole && !is_predicate && !is_proper(token)).then_some(3);
    }
    if english.before_things.contains(before) && stands_bare {
        return Some(2);
    }
    let is_subject = tokens
        .get(at + 1)
        .is_some_and(|next| matches!(next.as_str(), "is" | "are" | "was" | "were" | "has"));
    if stands_bare && is_noun(token) && (is_subject || at == 0) {
        return Some(1);
    }
    (stands_bare && is_noun(token)).then_some(0)
}

/// A capital inside a message that is not shouted.
fn is_written_as_name(written: &str, at: usize) -> bool {
    let mut letters = written.chars();
    at > 0 && letters.next().is_some_and(char::is_uppercase) && letters.all(|c| !c.is_uppercase())
}

/// Whether a word has the look of a thing, and is in no list of other words.
fn may_be_thing(token: &str) -> bool {
    let english = english();
    (3..=LONGEST_TOPIC).contains(&token.chars().count())
        && token.chars().all(char::is_alphabetic)
        && is_pronounceable(token)
        && !is_adjective(token)
        && !english.no_things.contains(token)
        && !token.ends_with("ly")
        && !token.ends_with("ed")
        && (is_noun(token) || !english.common.contains(token))
        && !english.times.contains(token)
        && !english.number_words.contains(token)
        && !english.units.contains(token)
        && !matches!(token, "time" | "lot" | "lots" | "way" | "thing" | "things")
}

pub(super) fn is_noun(token: &str) -> bool {
    english().nouns.contains(token)
}

/// A noun or a name that may stand before another noun.
fn is_modifier(token: &str) -> bool {
    (is_noun(token) || is_proper(token)) && !is_plural(token)
}

/// Words for what things are like, by a list or by their endings.
pub(super) fn is_adjective(token: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "ful", "ous", "able", "ible", "less", "est", "ical", "ish", "ive",
    ];
    const THINGS: &[&str] = &[
        "forest",
        "interest",
        "guest",
        "table",
        "vegetable",
        "fish",
        "dish",
        "test",
        "request",
        "detective",
        "spoonful",
        "cable",
        "nest",
        "west",
        "chest",
        "native",
        "olive",
    ];
    let ends = ENDINGS.iter().any(|ending| token.ends_with(ending));
    english().descriptions.contains(token)
        || ends && token.len() > 4 && !THINGS.contains(&token) && !is_proper(token)
        || matches!(
            token,
            "good"
                | "bad"
                | "big"
                | "small"
                | "new"
                | "old"
                | "nice"
                | "great"
                | "best"
                | "very"
                | "little"
                | "young"
                | "beautiful"
                | "favourite"
                | "favorite"
                | "first"
                | "last"
        )
}

pub(super) fn is_plural(token: &str) -> bool {
    matches!(token, "children" | "people" | "women" | "men")
        || token.len() > 3
            && token.ends_with('s')
            && !token.ends_with("ss")
            && !token.ends_with("us")
            && !token.ends_with("is")
}

/// Things that are not counted: listed, or made from a verb.
pub(super) fn is_mass(token: &str) -> bool {
    english().uncountable.contains(token) || token.ends_with("ing") && is_noun(token)
}

pub(super) fn is_proper(token: &str) -> bool {
    english().proper.contains(token)
}

/// The only word of a message, if one can ask for a sentence with it.
pub(super) fn lone_word(tokens: &[String]) -> Option<String> {
    let [word] = tokens else { return None };
    let english = english();
    let fits = (3..=LONGEST_TOPIC).contains(&word.chars().count())
        && word.chars().all(char::is_alphabetic)
        && is_pronounceable(word)
        && (is_noun(word) || !english.common.contains(word));
    fits.then(|| quoted_form(word, word, 1))
}

/// What follows "do you like", seen from the partner's side.
pub(super) fn liking(clauses: &[Vec<String>]) -> Option<String> {
    const AT_MOST: usize = 4;
    let rest = clauses.iter().find_map(|clause| {
        let at = clause.windows(3).position(|window| {
            window[0] == "do"
                && window[1] == "you"
                && matches!(window[2].as_str(), "like" | "love" | "enjoy")
        })?;
        Some(&clause[at + 3..])
    })?;
    let is_vague = |word: &String| {
        matches!(
            word.as_str(),
            "it" | "me" | "him" | "her" | "them" | "that" | "this" | "you" | "or" | "and" | "i"
        )
    };
    if rest.is_empty() || rest.len() > AT_MOST || rest.iter().any(is_vague) {
        return None;
    }
    let words: Vec<String> = rest
        .iter()
        .map(|word| match word.as_str() {
            "your" => "my".to_owned(),
            "my" => "your".to_owned(),
            other => quoted_form(other, other, 1),
        })
        .collect();
    Some(words.join(" "))
}

/// The name in "I'm Kenji" or "I am Linh, ...": all of a clause, and written as a name.
pub(super) fn introduced(message: &str, clauses: &[Vec<String>]) -> Option<String> {
    let name = clauses.iter().find_map(|clause| match clause.as_slice() {
        [i, am, name] if i == "i" && am == "am" => Some(name),
        [im, name] if im == "i'm" => Some(name),
        _ => None,
    })?;
    let english = english();
    let written = capitalised(name);
    let fits = (2..=LONGEST_TOPIC).contains(&name.chars().count())
        && name.chars().all(char::is_alphabetic)
        && message.contains(&written)
        && !is_proper(name)
        && !is_noun(name)
        && !is_adjective(name)
        && !name.ends_with("ed")
        && !name.ends_with("ian")
        && !name.ends_with("ing")
        && !english.common.contains(name)
        && !english.no_things.contains(name);
    fits.then_some(written)
}

/// A name that is all of a message, or nearly: "Maria", "It's Maria", "Maria Lopez".
pub(super) fn bare_name(written: &[&str], tokens: &[String]) -> Option<String> {
    let english = english();
    let start = match tokens {
        [first, second, ..]
            if first == "it" && second == "is" || first == "i" && second == "am" =>
        {
            2
        }
        [first, ..] if matches!(first.as_str(), "it's" | "i'm") => 1,
        _ => 0,
    };
    let end = match tokens.last().map(String::as_str) {
        Some("please") => tokens.len() - 1,
        _ => tokens.len(),
    };
    let names = written.get(start..end)?;
    let fits = (1..=3).contains(&names.len())
        && names.iter().zip(&tokens[start..end]).all(|(name, token)| {
            (2..=LONGEST_TOPIC).contains(&name.chars().count())
                && name.chars().all(char::is_alphabetic)
                && !english.common.contains(token)
                && !is_noun(token)
                && !is_adjective(token)
        });
    fits.then(|| {
        let names: Vec<String> = names.iter().map(|name| capitalised(name)).collect();
        names.join(" ")
    })
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// A name keeps its capital or is given one; a word at the beginning or a shouted one does not.
fn quoted_form(written: &str, token: &str, at: usize) -> String {
    if is_proper(token) {
        return capitalised(token);
    }
    if is_written_as_name(written, at) && !is_noun(token) {
        written.to_owned()
    } else {
        token.to_owned()
    }
}

/// The name after "my name is" and the like.
pub(super) fn name(written: &[&str], tokens: &[String]) -> Option<String> {
    const BEFORE_NAMES: &[&[&str]] = &[
        &["my", "name", "is"],
        &["my", "name's"],
        &["call", "me"],
        &["i'm", "called"],
        &["i", "am", "called"],
    ];
    let after = BEFORE_NAMES.iter().find_map(|phrase| {
        let at = tokens
            .windows(phrase.len())
            .position(|window| window == *phrase)?;
        Some(at + phrase.len())
    })?;
    let name = written.get(after)?;
    let fits = name.chars().count() <= LONGEST_TOPIC
        && name
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
        && !english().common.contains(&tokens[after]);
    fits.then(|| capitalised(name))
}

/// The first number, with its unit if the next word is one.
pub(super) fn number(written: &[&str], tokens: &[String]) -> Option<String> {
    let counts = |at: usize| {
        let is_counted = tokens
            .get(at + 1)
            .is_some_and(|next| english().units.contains(next));
        tokens[at] != "one" || is_counted && tokens.len() <= 5
    };
    let at = (0..tokens.len()).filter(|&at| counts(at)).find(|&at| {
        let token = &tokens[at];
        english().number_words.contains(token)
            || token.len() <= 12 && token.chars().all(|c| c.is_ascii_digit())
    })?;
    let unit = tokens
        .get(at + 1)
        .filter(|word| english().units.contains(*word));
    Some(match unit {
        Some(unit) => format!("{} {unit}", tokens[at]),
        None => written[at].to_lowercase(),
    })
}

/// Whether most of the message is not English: another script, or small words of another language.
pub(super) fn is_other_language(tokens: &[String]) -> bool {
    let letters = || {
        tokens
            .iter()
            .flat_map(|token| token.chars())
            .filter(|c| c.is_alphabetic())
    };
    let all = letters().count();
    let latin = letters().filter(|&c| is_latin(c)).count();
    if all > 0 && latin * 2 < all {
        return true;
    }
    let count =
        |words: &HashSet<String>| tokens.iter().filter(|token| words.contains(*token)).count();
    let foreign = count(&english().foreign);
    foreign * 4 >= tokens.len() && foreign > count(&english().common)
}

pub(super) fn is_latin(character: char) -> bool {
    matches!(character, 'a'..='z' | 'A'..='Z' | '\u{AA}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

/// Whether no word of the message could be one.
pub(super) fn is_gibberish(tokens: &[String]) -> bool {
    let words: Vec<&String> = tokens
        .iter()
        .filter(|token| token.chars().any(char::is_alphabetic))
        .collect();
    let strange = words.iter().filter(|word| !is_pronounceable(word)).count();
    strange * 2 > words.len()
}

/// Whether a word could be said: it has vowels, no long row of consonants, no letter three times in
/// a row, and is not drawn along the keyboard.
fn is_pronounceable(word: &str) -> bool {
    const ROWS: &[&str] = &[
        "asdf", "sdfg", "dfgh", "fghj", "ghjk", "hjkl", "qwer", "wert", "zxcv", "xcvb", "uiop",
    ];
    let mut row = 0;
    let mut repeats = 0;
    let mut last = None;
    for letter in word.chars() {
        repeats = if last == Some(letter) { repeats + 1 } else { 0 };
        let is_consonant = letter.is_ascii_alphabetic() && !"aeiouy".contains(letter);
        row = if is_consonant { row + 1 } else { 0 };
        if repeats >= 2 || row >= 6 {
            return false;
        }
        last = Some(letter);
    }
    let length = word.chars().count();
    let has_vowel = word.chars().any(|c| !c.is_ascii() || "aeiouy".contains(c));
    let is_abbreviation = matches!(word, "mrs" | "hmm" | "pst" | "thx" | "idk" | "dvd" | "www");
    // A long word may hold one such row by chance; one that is little else was drawn.
    let drawn = ROWS.iter().filter(|keys| word.contains(*keys)).count();
    (has_vowel || length < 3 || is_abbreviation) && (drawn == 0 || drawn == 1 && length > 6)
}
