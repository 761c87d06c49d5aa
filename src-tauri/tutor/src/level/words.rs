//! The words of a reply by their levels.

use std::collections::HashSet;

use parlance_lexicon::level_of;
use parlance_storage::CefrLevel;
use unicode_segmentation::UnicodeSegmentation;

use super::{WordAbove, level_rules};

/// As many words as a learner may want to look at.
const MOST_ABOVE: usize = 20;

/// The words of a reply.
#[derive(Default)]
pub(super) struct Vocabulary {
    /// Running words of each level, from A1 to C2.
    pub(super) by_level: [u32; 6],
    /// Running words without one.
    pub(super) without_level: u32,
    /// Those of them that are no numbers, and so may be of another language.
    foreign: u32,
    /// Words above the level, each once, as many as are shown.
    pub(super) above: Vec<WordAbove>,
}

impl Vocabulary {
    pub(super) fn of(sentences: &[String], level: CefrLevel) -> Self {
        let mut vocabulary = Self::default();
        let mut seen = HashSet::new();
        for sentence in sentences {
            for (place, word) in sentence.unicode_words().enumerate() {
                let of_word = level_in_sentence(word, place == 0);
                vocabulary.count(word, of_word);
                if let Some(hard) = of_word.filter(|of_word| *of_word > level)
                    && vocabulary.above.len() < MOST_ABOVE
                    && seen.insert(word.to_lowercase())
                {
                    vocabulary.above.push(WordAbove {
                        word: word.to_owned(),
                        level: hard,
                    });
                }
            }
        }
        vocabulary
    }

    fn count(&mut self, word: &str, level: Option<CefrLevel>) {
        let levels = CefrLevel::ALL.iter().zip(&mut self.by_level);
        match levels.into_iter().find(|(other, _)| Some(**other) == level) {
            Some((_, count)) => *count += 1,
            None => {
                self.without_level += 1;
                if !word.contains(char::is_numeric) {
                    self.foreign += 1;
                }
            }
        }
    }

    /// Running words with a level.
    pub(super) fn words(&self) -> u32 {
        self.by_level.iter().sum()
    }

    /// Running words of a level or an easier one.
    pub(super) fn within(&self, level: CefrLevel) -> u32 {
        let levels = CefrLevel::ALL.iter().zip(self.by_level);
        levels
            .filter(|(other, _)| **other <= level)
            .map(|(_, count)| count)
            .sum()
    }

    /// How many may be above a level: the share, rounded to whole words.
    pub(super) fn above_limit(&self, level: CefrLevel) -> u32 {
        let permille = u64::from(1_000 - level_rules(level).within_permille);
        let above = (u64::from(self.words()) * permille + 500) / 1_000;
        u32::try_from(above).unwrap_or(u32::MAX)
    }

    pub(super) fn keeps(&self, level: CefrLevel) -> bool {
        self.words() - self.within(level) <= self.above_limit(level)
    }

    /// Whether more than half of the words are known as English.
    pub(super) fn is_english(&self) -> bool {
        self.words() > self.foreign
    }

    /// The easiest level whose rule is kept.
    pub(super) fn level(&self) -> Option<CefrLevel> {
        let mut levels = CefrLevel::ALL.iter().copied();
        levels.find(|level| self.is_english() && self.keeps(*level))
    }
}

/// The level of a word where it stands. A capital within a sentence makes a name ("Baker Street"), unless the word is
/// an easy one: "I", "Monday", "English".
fn level_in_sentence(word: &str, is_first: bool) -> Option<CefrLevel> {
    let may_be_name = !is_first && word.starts_with(char::is_uppercase);
    level_of(word).filter(|level| !may_be_name || *level <= CefrLevel::A2)
}
