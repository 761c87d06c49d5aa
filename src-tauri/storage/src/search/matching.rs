//! A query as the full-text tables understand it, and what of it only a look at the text can tell.

use std::borrow::Cow;

use rusqlite::named_params;

use super::fold::{Folded, fold, has_points, is_unspaced, other_width};
use super::query::{Query, Script, Term};
use super::source::Source;
use crate::Error;
use crate::tx::ReadTx;

/// From so many different trigrams on, a character or two are so common that reading the newest texts finds them
/// sooner than the index does.
const MOST_TRIGRAMS: u32 = 2_000;
/// More words than that have a common part only if it is no part anybody looks for.
const MOST_WORDS: usize = 500;
/// The shortest part of a word that is looked for.
const SHORTEST_PART: usize = 3;
/// Half-typed words shorter than this are found as beginnings anyway.
const SHORTEST_STEM: usize = 4;

/// Ends of English words that the stemmer takes off. A word that is half typed, with one of these, has the stem under
/// which the whole word stands in the index: "happines" is no beginning of "happi", but "happiness" becomes it.
const ENDINGS: &[&str] = &[
    "e", "s", "y", "d", "es", "ed", "ing", "ng", "g", "ly", "er", "r", "ion", "on", "n", "ation",
    "tion", "ment", "ent", "nt", "t", "ness", "ess", "ss", "ity", "ty", "al", "l", "ful", "ul",
    "ive", "ve", "able", "ble", "le", "ous", "us", "ance", "ence", "nce", "ce", "ies", "ied",
];

/// How hard words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Whole words in all their forms, and the beginning of the last.
    Words,
    /// Also inside of longer words; what [`Depth::Words`] finds is left out.
    Parts,
}

/// What a text must match.
#[derive(Clone, Debug, Default)]
pub(super) struct Matching {
    /// For the index of words.
    pub(super) words: Option<String>,
    /// For the index of words: what this matches is left out.
    pub(super) without: Option<String>,
    /// For the index of trigrams.
    pub(super) trigrams: Option<String>,
    /// Must stand in the text.
    wanted: Vec<Vec<char>>,
    /// Must not stand in the text.
    unwanted: Vec<Vec<char>>,
    /// Must not be a word of the text.
    unwanted_words: Vec<Vec<char>>,
}

impl Matching {
    /// `None` if nothing can match: no word has such a part.
    pub(super) fn of(
        tx: &ReadTx<'_>,
        source: &Source,
        query: &Query,
        depth: Depth,
    ) -> Result<Option<Self>, Error> {
        let mut matching = Self::default();
        let mut found = Found::default();
        for term in &query.terms {
            match (term.script(), term.is_excluded) {
                (Script::Words, true) => matching.exclude_word(term, &mut found),
                (_, true) => matching.unwanted.push(Folded::of(&term.text).chars),
                (Script::Words, false) if depth == Depth::Parts && has_points(&term.text) => {
                    found.has_parts = true;
                    matching.wanted.push(Folded::of(&term.text).chars);
                }
                (Script::Words, false) => found.add_word(tx, source, term, depth)?,
                (Script::Unspaced, false) => {
                    if !matching.add_unspaced(tx, source, &term.text, &mut found.trigrams)? {
                        return Ok(None);
                    }
                }
                (Script::Signs, false) => matching.wanted.push(Folded::of(&term.text).chars),
            }
        }
        if depth == Depth::Parts && !found.has_parts {
            return Ok(None);
        }
        let mut without: Vec<String> = match depth {
            Depth::Words => Vec::new(),
            Depth::Parts => vec![whole_words(query)],
        };
        if found.words.is_empty() {
            // The index cannot begin with what must not be.
            without.append(&mut found.excluded);
        }
        matching.without = (!without.is_empty()).then(|| without.join(" OR "));
        matching.words = all(&found.words, &found.excluded);
        matching.trigrams = all(&found.trigrams, &[]);
        Ok(Some(matching))
    }

    fn exclude_word(&mut self, term: &Term, found: &mut Found) {
        found.excluded.push(quoted(&term.text));
        // By the index, `-sky` would leave out `ski` with `skies`.
        let forms = term.forms_apart();
        self.unwanted_words
            .extend(forms.iter().map(|form| form.chars().collect()));
    }

    /// Whether there can be a text with it.
    fn add_unspaced(
        &mut self,
        tx: &ReadTx<'_>,
        source: &Source,
        text: &str,
        trigrams: &mut Vec<String>,
    ) -> Result<bool, Error> {
        let is_mixed = !text.chars().all(is_unspaced);
        if is_mixed {
            // Trigrams keep accents and widths: they lead to the text by what has none, and the text decides.
            self.wanted.push(Folded::of(text).chars);
        }
        let mut leads = Vec::new();
        for run in text
            .split(|c| !is_unspaced(c))
            .filter(|run| !run.is_empty())
        {
            match trigrams_of(tx, source, run)? {
                Some(found) if found.is_empty() => return Ok(false),
                Some(found) => leads.push(any(&found)),
                None => {}
            }
        }
        if leads.is_empty() && is_mixed {
            // Each too common: then only as it stands, for which the index has an answer.
            match trigrams_of(tx, source, text)? {
                Some(found) if found.is_empty() => return Ok(false),
                found => leads.extend(found.map(|found| any(&found))),
            }
        } else if leads.is_empty() {
            self.wanted.push(Folded::of(text).chars);
        }
        trigrams.append(&mut leads);
        Ok(true)
    }

    /// Whether the text holds what no index can tell.
    pub(super) fn holds(&self, text: &Folded) -> bool {
        let has = |needle: &Vec<char>| text.find(needle, 0).is_some();
        self.wanted.iter().all(has)
            && !self.unwanted.iter().any(has)
            && (self.unwanted_words.is_empty() || !self.has_unwanted_word(text))
    }

    fn has_unwanted_word(&self, text: &Folded) -> bool {
        let words = text.words();
        let mut words = words.iter().map(|(start, end)| &text.chars[*start..*end]);
        words.any(|word| self.unwanted_words.iter().any(|unwanted| unwanted == word))
    }
}

/// What the terms are in the full-text language.
#[derive(Default)]
struct Found {
    words: Vec<String>,
    excluded: Vec<String>,
    trigrams: Vec<String>,
    /// Some term may stand inside of a longer word.
    has_parts: bool,
}

impl Found {
    fn add_word(
        &mut self,
        tx: &ReadTx<'_>,
        source: &Source,
        term: &Term,
        depth: Depth,
    ) -> Result<(), Error> {
        let mut alternatives = forms(term);
        if depth == Depth::Parts {
            let parts = words_with(tx, source, term)?;
            self.has_parts |= !parts.is_empty();
            alternatives.extend(parts.iter().map(|part| quoted(part)));
        }
        self.words.push(any(&alternatives));
        Ok(())
    }
}

/// What [`Depth::Words`] asks of the index of words, in brackets.
fn whole_words(query: &Query) -> String {
    let words: Vec<String> = query
        .terms
        .iter()
        .filter(|term| !term.is_excluded && term.script() == Script::Words)
        .map(|term| any(&forms(term)))
        .collect();
    format!("({})", words.join(" AND "))
}

/// A term as a string of the full-text language, in which nothing is an operator.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn any(alternatives: &[String]) -> String {
    match alternatives {
        [only] => only.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}

fn all(wanted: &[String], excluded: &[String]) -> Option<String> {
    let wanted = match wanted {
        [] => return None,
        wanted => wanted.join(" AND "),
    };
    Some(match excluded {
        [] => wanted,
        excluded => format!("({wanted}) NOT {}", any(excluded)),
    })
}

/// The whole word and the forms that the index keeps apart; of one that is perhaps not whole yet, also what begins with it or may come of it.
fn forms(term: &Term) -> Vec<String> {
    let whole = quoted(&term.text);
    let others = term.forms_apart();
    let others = others.iter().map(|form| quoted(form));
    if !term.is_unfinished {
        return std::iter::once(whole).chain(others).collect();
    }
    let mut forms = vec![format!("{whole} *")];
    forms.extend(others);
    let is_english = term.text.chars().all(|c| c.is_ascii_alphabetic());
    if is_english && term.text.len() >= SHORTEST_STEM {
        forms.extend(
            ENDINGS
                .iter()
                .map(|ending| quoted(&format!("{}{ending}", term.text))),
        );
    }
    forms
}

/// The words of the index that have the term as a part, or are the term but for accents that the index keeps.
///
/// The index holds stems: of what the stemmer took off, the end of the term may be a piece. So a few words too many
/// are given; whether a text has the term is told by the text.
fn words_with(tx: &ReadTx<'_>, source: &Source, term: &Term) -> Result<Vec<String>, Error> {
    let part = fold(&term.text);
    if !part.chars().all(char::is_alphanumeric) {
        return Ok(Vec::new());
    }
    let is_too_short = part.chars().count() < SHORTEST_PART;
    source.make_terms(tx)?;
    let mut statement = tx.prepare(&format!("SELECT term FROM temp.{}_terms", source.words))?;
    let mut rows = statement.query([])?;
    let (mut same, mut longer) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let Ok(word) = row.get_ref(0)?.as_str() else {
            continue;
        };
        let folded = if word.is_ascii() {
            Cow::Borrowed(word)
        } else {
            Cow::Owned(fold(word))
        };
        if folded == part {
            same.push(word.to_owned());
        } else if !term.is_quoted && !is_too_short && has_part(&folded, &part) {
            longer.push(word.to_owned());
        }
    }
    same.extend(longer);
    same.truncate(MOST_WORDS);
    Ok(same)
}

/// Whether a stem has this part, or ends with what a stemmer may have left of it.
fn has_part(stem: &str, part: &str) -> bool {
    let ends = |length: usize| {
        part.char_indices()
            .nth_back(length)
            .is_some_and(|(end, _)| {
                part[..end].chars().count() >= SHORTEST_PART && stem.ends_with(&part[..end])
            })
    };
    stem.contains(part) || ends(0) || ends(1)
}

/// What finds a text without blanks by its trigrams; `None` if it is too short and too common for that.
fn trigrams_of(tx: &ReadTx<'_>, source: &Source, text: &str) -> Result<Option<Vec<String>>, Error> {
    let mut found = Vec::new();
    for text in [Some(text.to_owned()), other_width(text)]
        .into_iter()
        .flatten()
    {
        if text.chars().count() >= 3 {
            found.push(quoted(&text));
            continue;
        }
        let trigrams = trigrams_from(tx, source, &text.to_lowercase())?;
        if trigrams.len() > MOST_TRIGRAMS as usize {
            return Ok(None);
        }
        found.extend(trigrams.iter().map(|trigram| quoted(trigram)));
    }
    Ok(Some(found))
}

/// The trigrams that begin with one or two characters, at most one more than [`MOST_TRIGRAMS`].
fn trigrams_from(tx: &ReadTx<'_>, source: &Source, text: &str) -> Result<Vec<String>, Error> {
    source.make_terms(tx)?;
    let mut statement = tx.prepare(&format!(
        "SELECT term FROM temp.{}_terms WHERE term >= :text AND term < :text || char(0x10ffff) LIMIT :most",
        source.trigrams
    ))?;
    let rows = statement.query_map(
        named_params! { ":text": text, ":most": MOST_TRIGRAMS + 1 },
        |row| row.get::<_, String>(0),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}
