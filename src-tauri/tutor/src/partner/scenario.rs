//! The scripts: what the partner can say, read from the files in `scenarios/`.
//!
//! The files are part of the program. One that cannot be read is a mistake of ours, and a test
//! finds it before it reaches anyone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use parlance_storage::CefrLevel;
use serde::Deserialize;

/// The files with their names, which their slugs repeat.
macro_rules! scenario_files {
    ($($slug:literal),* $(,)?) => {
        &[$(($slug, include_str!(concat!("../../scenarios/", $slug, ".toml")))),*]
    };
}

/// Free talk comes first: it is what is played where nothing else is known.
pub(super) const SCENARIO_FILES: &[(&str, &str)] = scenario_files![
    "free-talk",
    "cafe-order",
    "asking-the-way",
    "weekend-talk",
    "job-interview",
    "debate-remote-work",
    "free-talk-a1",
    "free-talk-b2",
    "cafe-b1",
    "directions-a1",
    "shopping-a1",
    "neighbour-a1",
    "daily-life-a1",
    "hotel-a1",
    "doctor-a2",
    "airport-b1",
    "flat-viewing-b1",
    "film-b1",
    "complaint-b2",
    "pay-rise-b2",
    "presentation-b2",
    "job-interview-c1",
    "ai-debate-c1",
    "dispute-c1",
    "free-talk-c2",
    "ai-debate-c2",
];

pub(super) const LEVELS_FILE: &str = include_str!("../../scenarios/levels.toml");

/// A situation that a learner can practise with the built-in partner.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Names the scenario for good; never changed once released.
    pub slug: String,
    /// What the learner sees in the list.
    pub name: String,
    /// What one does in it, in a sentence.
    pub description: String,
    /// For whom it was written.
    pub level: CefrLevel,
    /// What it is about, in a few words.
    pub topic: String,
    /// What the partner says first, before the learner has said anything.
    #[serde(rename = "opening")]
    pub opening_message: String,
    /// What the partner tells of itself when it is asked back.
    pub(super) about_me: Vec<String>,
    pub(super) farewells: Vec<String>,
    /// What it says when the script has come to its end, before it asks whether to go on.
    pub(super) closing: Vec<String>,
    /// Whether the partner speaks as itself and to the learner as they are. In any other scene it brings up what it
    /// knows of the learner, and the learner's words, only once the script has come to its end.
    #[serde(default)]
    pub(super) personal: bool,
    /// Whether the partner may leave the script for a moment and ask about what it hears.
    #[serde(default)]
    pub(super) dwells: bool,
    /// The questions in their order.
    pub(super) beats: Vec<Beat>,
    /// What it answers when the learner asks.
    pub(super) answers: Vec<Answer>,
    /// What words of the scenario mean.
    pub(super) glossary: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Levels {
    pub(super) situations: Vec<Situation>,
}

/// A situation as the learner finds it in the list, at the levels at which it makes sense.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// Names the situation for good; the templates of all its levels carry it.
    pub situation: String,
    /// What the learner sees in the list.
    pub name: String,
    /// What one does in it, in a sentence.
    pub description: String,
    /// Easiest first.
    pub levels: Vec<AtLevel>,
}

/// A situation at one level: one built-in template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtLevel {
    /// For whom it was written.
    pub level: CefrLevel,
    /// Names the template for good; never changed once released.
    pub slug: String,
    /// What the partner says first.
    #[serde(rename = "opening")]
    pub opening_message: String,
    /// What a model is told beforehand.
    pub system_prompt: String,
}

/// A question and how the partner takes the answers to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Beat {
    /// The question, in several wordings of which one is used.
    pub(super) ask: Vec<String>,
    /// The question for somebody who did not understand it.
    #[serde(default)]
    pub(super) easier: Vec<String>,
    #[serde(default)]
    pub(super) reactions: Vec<Reaction>,
    /// Whether the question is spared when the learner has named one of its words unasked.
    #[serde(default)]
    pub(super) settled_by_words: bool,
    /// Words that spare the question when the learner has used them, whatever they said with them.
    #[serde(default)]
    pub(super) settled_by: Vec<String>,
}

/// What the partner says to a certain kind of answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reaction {
    /// Any of these words, in lower case.
    #[serde(default)]
    pub(super) words: Vec<String>,
    /// Or an answer of this kind.
    #[serde(default)]
    pub(super) kind: Option<AnswerKind>,
    pub(super) say: Vec<String>,
    /// What to say when the word was used to deny it: "It wasn't great."
    #[serde(default)]
    pub(super) denied: Vec<String>,
    /// Whether the lines also answer a question with the word in it: "Where is the bank?"
    #[serde(default)]
    pub(super) when_asked: bool,
}

/// Kinds of answers that need no key word.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum AnswerKind {
    Yes,
    No,
    Number,
    Name,
}

/// What the partner says when the learner asks for something.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) words: Vec<String>,
    pub(super) say: Vec<String>,
}

fn read_scenarios() -> Result<Vec<Scenario>, toml::de::Error> {
    let files = SCENARIO_FILES.iter();
    files.map(|(_, text)| toml::from_str(text)).collect()
}

/// The scripts of the built-in partner, free talk first.
#[must_use]
pub fn scenarios() -> &'static [Scenario] {
    #[expect(
        clippy::expect_used,
        reason = "the files are compiled in, and a test reads them"
    )]
    static SCENARIOS: LazyLock<Vec<Scenario>> =
        LazyLock::new(|| read_scenarios().expect("a scenario file cannot be read"));
    &SCENARIOS
}

fn read_situations() -> Result<Vec<Situation>, toml::de::Error> {
    toml::from_str::<Levels>(LEVELS_FILE).map(|levels| levels.situations)
}

/// The situations with their levels: what the app offers as built-in templates.
#[must_use]
pub fn situations() -> &'static [Situation] {
    #[expect(
        clippy::expect_used,
        reason = "the file is compiled in, and a test reads it"
    )]
    static SITUATIONS: LazyLock<Vec<Situation>> =
        LazyLock::new(|| read_situations().expect("the levels cannot be read"));
    &SITUATIONS
}

/// A situation at the level wished for, or else at the nearest one below; at its easiest if there is none, or
/// no wish. `None` if there is no such situation.
#[must_use]
pub fn at_level(situation: &str, level: Option<CefrLevel>) -> Option<&'static AtLevel> {
    let rank = |level| CefrLevel::ALL.iter().position(|other| *other == level);
    let known = situations()
        .iter()
        .find(|known| known.situation == situation)?;
    let fits = |row: &&AtLevel| level.is_some_and(|level| rank(row.level) <= rank(level));
    known
        .levels
        .iter()
        .rfind(fits)
        .or_else(|| known.levels.first())
}

/// What a conversation is played from.
pub(super) struct Part {
    pub(super) scenario: &'static Scenario,
    pub(super) level: CefrLevel,
    pub(super) opening_message: &'static str,
}

/// The part of a conversation: free talk where it has none, or one that is not known here.
pub(super) fn find(slug: Option<&str>) -> Part {
    slug.and_then(by_slug).unwrap_or_else(|| {
        let scenario = &scenarios()[0];
        Part {
            scenario,
            level: scenario.level,
            opening_message: &scenario.opening_message,
        }
    })
}

fn by_slug(slug: &str) -> Option<Part> {
    situations().iter().find_map(|situation| {
        let place = situation.levels.iter().position(|row| row.slug == slug)?;
        part_at(situation, place)
    })
}

/// A level without a script of its own is played with that of the nearest level below.
fn part_at(situation: &'static Situation, place: usize) -> Option<Part> {
    let row = situation.levels.get(place)?;
    let mut easier = situation.levels.iter().take(place + 1).rev();
    let scenario = easier.find_map(|row| {
        scenarios()
            .iter()
            .find(|scenario| scenario.slug == row.slug)
    })?;
    Some(Part {
        scenario,
        level: row.level,
        opening_message: &row.opening_message,
    })
}
