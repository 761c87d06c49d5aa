//! Reading what the lists are made of.

use std::collections::{BTreeMap, BTreeSet};

use parlance_storage::CefrLevel;

/// Everything that the lists are made of.
pub(crate) struct Sources {
    /// Every word of cefrpy with the least of its estimates.
    pub(crate) estimates: BTreeMap<String, Estimate>,
    /// The headwords of CEFR-J.
    pub(crate) headwords: BTreeMap<String, Headword>,
    /// An irregular form, and the headword that it belongs to.
    pub(crate) irregular: BTreeMap<String, String>,
    /// What is decided by hand; `None` for what shall be no entry.
    pub(crate) own: BTreeMap<String, Option<CefrLevel>>,
}

/// What cefrpy says of a word.
#[derive(Default)]
pub(crate) struct Estimate {
    /// The readings, by their numbers in cefrpy.
    pub(crate) tags: BTreeSet<u8>,
    /// The least level of any reading in fiftieths above A1: 250 is C2.
    pub(crate) level: u8,
}

/// The readings that are looked at, by their numbers in cefrpy.
pub(crate) mod tag {
    pub(crate) const ADJECTIVE: u8 = 4;
    pub(crate) const NAMES: [u8; 2] = [10, 11];
    /// Comparative and superlative of adjectives and adverbs.
    pub(crate) const COMPARED: [u8; 4] = [5, 6, 14, 15];
}

/// What CEFR-J says of a word.
pub(crate) struct Headword {
    /// The level of the easiest reading.
    pub(crate) level: CefrLevel,
    /// Whether one of its readings has forms in `-s`.
    pub(crate) is_noun: bool,
    /// Whether one has forms in `-s`, `-ed` and `-ing`.
    pub(crate) is_verb: bool,
    /// Whether one has forms in `-er` and `-est`.
    pub(crate) is_adjective: bool,
}

/// Reads cefrpy's file: a count, that many places (u32, little-endian), and for each length of a word from the place
/// of that number on the words of this length, each followed by the number of a reading and its level.
pub(crate) fn estimates(file: &[u8]) -> Result<BTreeMap<String, Estimate>, &'static str> {
    const SHORT: &str = "the data of cefrpy is cut off";
    let (&count, rest) = file.split_first().ok_or(SHORT)?;
    let (places, data) = rest.split_at_checked(usize::from(count) * 4).ok_or(SHORT)?;
    let places: Vec<usize> = places
        .chunks_exact(4)
        .map(|bytes| {
            bytes
                .iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
        })
        .collect();
    let mut words = BTreeMap::<String, Estimate>::new();
    for (length, range) in (1..).zip(places.windows(2)) {
        let entries = data.get(range[0]..range[1]).ok_or(SHORT)?;
        for entry in entries.chunks_exact(length + 2) {
            let word = String::from_utf8_lossy(&entry[..length]).into_owned();
            let (tag, level) = (entry[length], entry[length + 1]);
            let estimate = words.entry(word).or_insert_with(|| Estimate {
                level,
                ..Estimate::default()
            });
            estimate.level = estimate.level.min(level);
            estimate.tags.insert(tag);
        }
    }
    Ok(words)
}

/// Reads CEFR-J's list: `headword;part of speech;level`, and more that is not needed. Phrases are left out.
pub(crate) fn headwords(file: &str) -> Result<BTreeMap<String, Headword>, String> {
    let mut words = BTreeMap::<String, Headword>::new();
    for line in file.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let mut fields = line.split(';');
        let (Some(spellings), Some(part), Some(level)) = (
            fields.next(),
            fields.next(),
            fields.next().and_then(CefrLevel::parse),
        ) else {
            return Err(format!("not a line of CEFR-J: {line}"));
        };
        let spellings = spellings.to_lowercase().replace('.', "");
        // Not "'s" and the like, which are what a contraction ends with.
        let is_word = |word: &&str| {
            word.starts_with(char::is_alphabetic)
                && word.chars().all(|c| c.is_alphabetic() || c == '\'')
        };
        for word in spellings.split('/').filter(is_word) {
            let headword = words.entry(word.to_owned()).or_insert(Headword {
                level,
                is_noun: false,
                is_verb: false,
                is_adjective: false,
            });
            headword.level = headword.level.min(level);
            headword.is_noun |= part == "noun";
            headword.is_verb |= part == "verb";
            headword.is_adjective |= part == "adjective";
        }
    }
    Ok(words)
}

/// Reads lines of a word and its irregular forms.
pub(crate) fn irregular(file: &str) -> BTreeMap<String, String> {
    let mut forms = BTreeMap::new();
    for line in entries(file) {
        let mut words = line.split_whitespace();
        if let Some(word) = words.next() {
            forms.extend(words.map(|form| (form.to_owned(), word.to_owned())));
        }
    }
    forms
}

/// Reads lines of a level, or `-` for no entry, and words.
pub(crate) fn own(file: &str) -> Result<BTreeMap<String, Option<CefrLevel>>, String> {
    let mut words = BTreeMap::new();
    for line in entries(file) {
        let mut fields = line.split_whitespace();
        let level = match fields.next() {
            Some("-") => None,
            Some(level) => {
                Some(CefrLevel::parse(level).ok_or_else(|| format!("no level: {line}"))?)
            }
            None => continue,
        };
        for word in fields {
            if words.insert(word.to_owned(), level).is_some() {
                return Err(format!("twice in own.txt: {word}"));
            }
        }
    }
    Ok(words)
}

fn entries(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter(|line| !line.starts_with('#'))
}
