//! How a chunk is said: with which feeling, stress and pause, and which picture stands beside it.

use parlance_storage::{Emotion, Emphasis};
use serde::{Serialize, Serializer};

use super::characters::{
    is_clause_mark, is_closing, is_line_end, is_quote, is_unspaced, spoken_units,
};
use super::lexicon;
use super::segment::{Ending, Segment};
use super::spoken::Spoken;

/// The picture beside a chunk: a closed set, so that the window can bring one for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChunkIcon {
    /// Plain talk.
    Chat,
    /// The partner asks.
    Question,
    /// A greeting or a farewell.
    Wave,
    /// Something to be excited about.
    Sparkles,
    /// Advice.
    Lightbulb,
    /// Comfort.
    Heart,
    /// Praise.
    Check,
    /// A word or a rule is explained.
    Book,
}

impl ChunkIcon {
    /// Every icon, in the order of declaration.
    pub const ALL: &'static [Self] = &[
        Self::Chat,
        Self::Question,
        Self::Wave,
        Self::Sparkles,
        Self::Lightbulb,
        Self::Heart,
        Self::Check,
        Self::Book,
    ];

    /// The name under which the icon is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Question => "question",
            Self::Wave => "wave",
            Self::Sparkles => "sparkles",
            Self::Lightbulb => "lightbulb",
            Self::Heart => "heart",
            Self::Check => "check",
            Self::Book => "book",
        }
    }
}

impl Serialize for ChunkIcon {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// All that is decided about how a chunk is said.
pub(super) struct Manner {
    pub(super) emotion: Emotion,
    pub(super) icon: Option<ChunkIcon>,
    pub(super) pause_after_ms: u32,
    pub(super) emphasis: Emphasis,
}

/// Decides how a segment is said.
pub(super) fn of(segment: &Segment, spoken: &Spoken) -> Manner {
    if spoken.text.is_empty() {
        return Manner {
            emotion: spoken.pictured.unwrap_or(Emotion::Neutral),
            icon: None,
            pause_after_ms: 0,
            emphasis: Emphasis::None,
        };
    }
    let words = Words::of(&spoken.text);
    let emotion = emotion(&words, spoken);
    Manner {
        emotion,
        icon: Some(icon(&words, emotion)),
        pause_after_ms: pause(segment, &spoken.text),
        emphasis: emphasis(spoken),
    }
}

/// The spoken text, made ready for looking up phrases.
struct Words {
    /// In lower case, with plain apostrophes.
    lower: String,
    asks: bool,
    exclaims: bool,
}

impl Words {
    fn of(text: &str) -> Self {
        let end: String = text
            .chars()
            .rev()
            .take_while(|c| !c.is_alphanumeric())
            .collect();
        Self {
            lower: text.to_lowercase().replace(['’', '‘'], "'"),
            asks: end.contains(['?', '？', '؟', '⁇', '⁈', '⁉', '‽', '\u{37E}']),
            exclaims: end.contains(['!', '！', '‼', '﹗']),
        }
    }

    fn has_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.find(phrase).is_some())
    }

    fn begins_with_any(&self, phrases: &[&str]) -> bool {
        let start = self.lower.find(char::is_alphanumeric);
        phrases.iter().any(|phrase| self.find(phrase) == start)
    }

    /// Where a phrase stands as words of its own.
    fn find(&self, phrase: &str) -> Option<usize> {
        let found = self.lower.match_indices(phrase).find(|(at, _)| {
            let before = self.lower[..*at].chars().next_back();
            let after = self.lower[at + phrase.len()..].chars().next();
            let joins = |neighbour: Option<char>| {
                neighbour.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c))
            };
            !joins(before) && !joins(after)
        });
        found.map(|(at, _)| at)
    }

    /// Whether a phrase is said, and not denied.
    fn affirms(&self, phrase: &str) -> bool {
        let Some(at) = self.find(phrase) else {
            return false;
        };
        let before = self.lower[..at].trim_end();
        let after = self.lower[at + phrase.len()..].trim_start();
        if lexicon::is_name_of_tense(before, phrase, after) {
            return false;
        }
        !lexicon::NEGATIONS.iter().any(|negation| {
            before
                .strip_suffix(negation)
                .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
        })
    }
}

/// Comfort is heard even in a question; then the question; then what the words, the pictures and
/// the marks say, the surest sign first.
fn emotion(words: &Words, spoken: &Spoken) -> Emotion {
    let said = lexicon::FEELINGS
        .iter()
        .find(|(_, phrases)| phrases.iter().any(|phrase| words.affirms(phrase)))
        .map(|(emotion, _)| *emotion);
    if said == Some(Emotion::Supportive) {
        return Emotion::Supportive;
    }
    if words.asks {
        return Emotion::Curious;
    }
    let by_mark = words.exclaims.then(|| exclaimed(words));
    said.or(spoken.pictured)
        .or(by_mark)
        .unwrap_or(Emotion::Neutral)
}

/// An exclamation is joy unless it speaks of something bad, or warns.
fn exclaimed(words: &Words) -> Emotion {
    if words.has_any(lexicon::BAD_NEWS) {
        Emotion::Supportive
    } else if words.has_any(lexicon::WARNINGS) {
        Emotion::Calm
    } else {
        Emotion::Excited
    }
}

fn icon(words: &Words, emotion: Emotion) -> ChunkIcon {
    if words.begins_with_any(lexicon::GREETINGS) {
        return ChunkIcon::Wave;
    }
    match emotion {
        Emotion::Curious => ChunkIcon::Question,
        Emotion::Supportive => ChunkIcon::Heart,
        _ if words.has_any(lexicon::ADVICE) => ChunkIcon::Lightbulb,
        _ if words.has_any(lexicon::EXPLANATION) => ChunkIcon::Book,
        Emotion::Encouraging => ChunkIcon::Check,
        Emotion::Excited => ChunkIcon::Sparkles,
        Emotion::Happy | Emotion::Calm | Emotion::Neutral => ChunkIcon::Chat,
    }
}

/// Bold moves the voice, shouting moves it strongly.
fn emphasis(spoken: &Spoken) -> Emphasis {
    let marks = spoken.text.replace('！', "!").replace('‼', "!!");
    let shouts = capitals_in_a_row(&spoken.text) >= 2 || marks.contains("!!");
    if shouts || spoken.stressed_letters * 2 > spoken.letters {
        Emphasis::Strong
    } else if spoken.stressed_letters > 0 || has_shouted_word(&spoken.text) {
        Emphasis::Moderate
    } else {
        Emphasis::None
    }
}

fn is_shouted(word: &str, shortest: usize) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= shortest
        && word
            .chars()
            .all(|c| c.is_uppercase() || !c.is_lowercase() && !is_uncased(c))
}

fn is_uncased(character: char) -> bool {
    super::characters::is_uncased_letter(character)
}

/// The longest row of words in capitals.
fn capitals_in_a_row(text: &str) -> usize {
    let mut longest = 0;
    let mut row = 0;
    for word in text.split_whitespace() {
        row = if is_shouted(word, 2) { row + 1 } else { 0 };
        longest = longest.max(row);
    }
    longest
}

/// A single word in capitals is stressed, unless it is as short as an abbreviation.
fn has_shouted_word(text: &str) -> bool {
    const LONGER_THAN_ABBREVIATIONS: usize = 5;
    text.split_whitespace()
        .any(|word| is_shouted(word, LONGER_THAN_ABBREVIATIONS))
}

/// Silence after a chunk in milliseconds at normal speed; the values stand with
/// [`super::ChunkDraft::pause_after_ms`].
fn pause(segment: &Segment, spoken: &str) -> u32 {
    let written = segment.text.trim_end();
    let line_ends = count_line_ends(&segment.text[written.len()..]);
    if line_ends >= 2 {
        return 800;
    }
    let by_mark = match segment.ending {
        Ending::Inside => 0,
        Ending::Space => 80,
        Ending::Clause => 180,
        Ending::Line | Ending::Sentence => after_sentence(spoken),
    };
    if line_ends == 1 {
        by_mark.max(500)
    } else {
        by_mark
    }
}

fn after_sentence(spoken: &str) -> u32 {
    const A_SHORT_WORD_OR_TWO: usize = 12;
    let said = spoken.trim_end_matches(|c| is_closing(c) || is_quote(c));
    let last = said.chars().next_back();
    if said.ends_with("..") || last == Some('…') {
        600
    } else if last.is_some_and(is_clause_mark) {
        180
    } else if said.split_whitespace().count() <= 2
        && said.chars().map(spoken_units).sum::<usize>() <= A_SHORT_WORD_OR_TWO
    {
        250
    } else {
        400
    }
}

/// CR LF is one line end.
fn count_line_ends(space: &str) -> usize {
    let line_ends = space.chars().filter(|&c| is_line_end(c)).count();
    line_ends - space.matches("\r\n").count()
}
