//! Deciding the level of every word.

use std::collections::BTreeMap;

use parlance_lexicon::{Base, bases, is_compared};
use parlance_storage::CefrLevel;

use crate::sources::{Estimate, Headword, Sources, tag};

/// From this estimate on, in fiftieths above A1, a word is C2: half-way between C1 and C2.
const C2_ESTIMATE: u8 = 225;

/// Endings with which a word stays as good as known to somebody who knows what is before them: the third level of
/// Bauer and Nation, "Word families" (International Journal of Lexicography 6, 1993).
const FAMILY: &[&str] = &["ly", "ness", "less", "able", "er", "ish"];

/// The level of every word that has one.
pub(crate) struct Lists(BTreeMap<String, CefrLevel>);

impl Lists {
    /// Decides by hand, or else by CEFR-J, or else by cefrpy.
    pub(crate) fn make(sources: &Sources) -> Result<Self, String> {
        let mut lists = Self(BTreeMap::new());
        for (word, headword) in &sources.headwords {
            let level = headword_level(word, headword, &sources.headwords);
            lists.0.insert(word.clone(), level);
        }
        lists.decide_by_hand(sources);
        lists.add_estimated(sources);
        lists.add_irregular(sources)?;
        // Again, since what shall have no level, or a later one, may have got one meanwhile.
        lists.decide_by_hand(sources);
        Ok(lists)
    }

    /// The words of one level in the order of their bytes.
    pub(crate) fn words_at(&self, level: CefrLevel) -> Vec<&str> {
        let words = self.0.iter().filter(|(_, other)| **other == level);
        words.map(|(word, _)| word.as_str()).collect()
    }

    fn decide_by_hand(&mut self, sources: &Sources) {
        for (word, level) in &sources.own {
            match level {
                Some(level) => self.0.insert(word.clone(), *level),
                None => self.0.remove(word),
            };
        }
    }

    /// An irregular form has the level of its word, unless it is known earlier itself.
    fn add_irregular(&mut self, sources: &Sources) -> Result<(), String> {
        for (form, word) in &sources.irregular {
            let level = *self
                .0
                .get(word)
                .ok_or_else(|| format!("irregular.txt: {word} has no level"))?;
            let entry = self.0.entry(form.clone()).or_insert(level);
            *entry = level.min(*entry);
        }
        Ok(())
    }

    /// The shortest first, so that a word is there before its forms, which need no entry.
    fn add_estimated(&mut self, sources: &Sources) {
        let mut words: Vec<(&String, &Estimate)> = sources.estimates.iter().collect();
        words.sort_by_key(|(word, _)| word.len());
        for (word, estimate) in words {
            if !self.0.contains_key(word)
                && is_likely_word(word, estimate)
                && !self.is_form(word, sources)
            {
                self.0
                    .insert(word.clone(), self.estimated_level(word, estimate));
            }
        }
    }

    /// Whether a word is known as a form of another. Comparisons need a witness: `-er` mostly is something else.
    fn is_form(&self, word: &str, sources: &Sources) -> bool {
        let is_listed = |base| self.0.contains_key(&whole(base));
        if !is_compared(word) {
            return bases(word).any(is_listed);
        }
        let is_adjective = |base| {
            sources
                .headwords
                .get(&whole(base))
                .is_some_and(|it| it.is_adjective)
        };
        let tags = &sources.estimates[word].tags;
        bases(word).any(is_adjective)
            || (tag::COMPARED.iter().any(|tag| tags.contains(tag)) && bases(word).any(is_listed))
    }

    /// CEFR-J lists the words up to B2, so what it does not list is beyond that, whatever cefrpy guesses from spelling
    /// (it has "hideous" at A1, for "hide").
    fn estimated_level(&self, word: &str, estimate: &Estimate) -> CefrLevel {
        let family = FAMILY.iter().find_map(|ending| word.strip_suffix(ending));
        let family = family.or_else(|| word.strip_prefix("un"));
        let is_known = |known: &str| {
            self.0
                .get(known)
                .is_some_and(|level| *level <= CefrLevel::B1)
        };
        if family.is_some_and(is_known) {
            CefrLevel::B2
        } else if estimate.level < C2_ESTIMATE {
            CefrLevel::C1
        } else {
            CefrLevel::C2
        }
    }
}

/// A form of a headword is known with it, also where it is a headword itself: "learning", "times".
fn headword_level(
    word: &str,
    headword: &Headword,
    headwords: &BTreeMap<String, Headword>,
) -> CefrLevel {
    let has_form = |other: &&Headword| {
        !is_compared(word) && (other.is_verb || (other.is_noun && word.ends_with('s')))
    };
    let forms = bases(word).filter_map(|base| headwords.get(&whole(base)).filter(has_form));
    forms
        .map(|other| other.level)
        .fold(headword.level, Ord::min)
}

/// Leaves out names, abbreviations and what is left of contractions.
fn is_likely_word(word: &str, estimate: &Estimate) -> bool {
    let is_name = |tag: &u8| tag::NAMES.contains(tag);
    let may_be_name = |tag: &u8| is_name(tag) || *tag == tag::ADJECTIVE;
    word.len() > 2
        && word.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        && !(estimate.tags.iter().any(is_name) && estimate.tags.iter().all(may_be_name))
}

fn whole(base: Base<'_>) -> String {
    format!("{}{}", base.stem, base.ending)
}
