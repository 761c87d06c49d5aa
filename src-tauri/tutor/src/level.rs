//! How hard a reply is, and how hard it may be at each level.

mod words;

use parlance_storage::CefrLevel;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::chunk::{ChunkDraft, chunk_text, is_unspaced};
use words::Vocabulary;

/// The level of a learner who has not said any.
pub const USUAL_LEVEL: CefrLevel = CefrLevel::B1;

/// What a reply at a level has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelRules {
    /// How many words a sentence has at most. The templates of A1 to B2 ask a model for four words less, so that one
    /// that nearly does as it is told keeps the rule.
    pub longest_sentence: u32,
    /// How many of a thousand running words are of this level or an easier one at least.
    ///
    /// Laufer found 95 % of known words to be what makes a text understood adequately ("What percentage of
    /// text-lexis is essential for comprehension?", 1989), and van Zeeland and Schmitt found the same for what is
    /// heard ("Lexical coverage in L1 and L2 listening comprehension", Applied Linguistics 34, 2013).
    pub within_permille: u32,
}

/// The rules of a level.
#[must_use]
pub const fn level_rules(level: CefrLevel) -> LevelRules {
    let longest_sentence = match level {
        CefrLevel::A1 => 12,
        CefrLevel::A2 => 16,
        CefrLevel::B1 => 22,
        CefrLevel::B2 => 28,
        CefrLevel::C1 => 34,
        CefrLevel::C2 => 40,
    };
    LevelRules {
        longest_sentence,
        within_permille: 950,
    }
}

/// How hard a reply is, and whether that suits a level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// The level whose rules were asked.
    pub level: CefrLevel,
    /// How many sentences are said; one without a word is none.
    pub sentences: u32,
    /// The longest sentence as a voice says it, the first of equals; empty where there is none.
    pub longest_sentence: String,
    /// How many words it has.
    pub longest_sentence_words: u32,
    /// How many it may have at the level.
    pub longest_sentence_limit: u32,
    /// Words per sentence in the mean; 0 where there is no sentence.
    pub mean_sentence_words: f64,
    /// Running words that have a level.
    pub words: u32,
    /// Running words that have none: names, numbers, other languages. They count in sentences alone.
    pub words_without_level: u32,
    /// Of `words`, how many are of each level, from A1 to C2.
    pub words_by_level: [u32; 6],
    /// Of `words`, how many are of the level or an easier one.
    pub words_within: u32,
    /// How many of `words` may be above the level, so that short replies are judged by whole words: 5 %, rounded.
    pub words_above_limit: u32,
    /// The easiest level whose rule the words keep; `None` where [`Self::is_vocabulary_kept`] is.
    pub vocabulary_level: Option<CefrLevel>,
    /// Words above the level, each once, in the order in which they come, twenty at most.
    pub words_above: Vec<WordAbove>,
    /// Whether no sentence is too long.
    pub is_sentence_length_kept: bool,
    /// Whether the words are easy enough. `None` where that cannot be told: the reply has no words, or half of its
    /// words are not known as English.
    pub is_vocabulary_kept: Option<bool>,
}

/// A word that is harder than a reply should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WordAbove {
    /// As it was written first.
    pub word: String,
    /// Its level.
    pub level: CefrLevel,
}

/// Measures a reply by the rules of a level.
///
/// What counts is what a voice says, so neither markup nor emoji nor code. A word is what Unicode takes for one. In
/// scripts that are written without blanks that is each character; two of them count as one word of a sentence there,
/// which is about what they have in Chinese and Japanese.
#[must_use]
pub fn measure(text: &str, level: CefrLevel) -> Measured {
    let sentences = sentences(text);
    let lengths: Vec<u32> = sentences.iter().map(|sentence| length(sentence)).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let longest_at = lengths.iter().position(|length| *length == longest);
    let vocabulary = Vocabulary::of(&sentences, level);
    let limit = level_rules(level).longest_sentence;
    Measured {
        level,
        sentences: count(sentences.len()),
        longest_sentence: longest_at.map_or_else(String::new, |at| sentences[at].clone()),
        longest_sentence_words: longest,
        longest_sentence_limit: limit,
        mean_sentence_words: mean(&lengths),
        words: vocabulary.words(),
        words_without_level: vocabulary.without_level,
        words_by_level: vocabulary.by_level,
        words_within: vocabulary.within(level),
        words_above_limit: vocabulary.above_limit(level),
        vocabulary_level: vocabulary.level(),
        is_sentence_length_kept: longest <= limit,
        is_vocabulary_kept: vocabulary.is_english().then(|| vocabulary.keeps(level)),
        words_above: vocabulary.above,
    }
}

/// The sentences as a voice says them. Chunks are sentences, except that a very long one is several.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut open = String::new();
    for chunk in chunk_text(text) {
        open.push_str(&chunk.spoken_text);
        if ends_sentence(&chunk) {
            sentences.push(std::mem::take(&mut open));
        } else if chunk.pause_after_ms > 0 {
            open.push(' ');
        }
    }
    sentences.push(open);
    sentences.retain(|sentence| length(sentence) > 0);
    for sentence in &mut sentences {
        sentence.truncate(sentence.trim_end().len());
    }
    sentences
}

/// The pause tells why a chunk ends: those after a clause and between words are shorter.
fn ends_sentence(chunk: &ChunkDraft) -> bool {
    const AFTER_A_SENTENCE_MS: u32 = 250;
    chunk.pause_after_ms >= AFTER_A_SENTENCE_MS
}

fn length(sentence: &str) -> u32 {
    let (signs, words): (Vec<&str>, Vec<&str>) = sentence
        .unicode_words()
        .partition(|word| word.chars().next().is_some_and(is_sign));
    count(words.len() + signs.len().div_ceil(2))
}

/// A character of a script without blanks. Korean has them.
fn is_sign(character: char) -> bool {
    is_unspaced(character) && !matches!(character, '\u{AC00}'..='\u{D7A3}')
}

fn mean(lengths: &[u32]) -> f64 {
    if lengths.is_empty() {
        return 0.0;
    }
    let words: u32 = lengths.iter().sum();
    f64::from(words) / f64::from(count(lengths.len()))
}

/// A text has less than 4 billion of anything.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
