//! The scripts: what the partner can say, read from the files in `scenarios/`.
//!
//! The files are part of the program. One that cannot be read is a mistake of ours, and a test
//! finds it before it reaches anyone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use parlance_storage::CefrLevel;
use serde::Deserialize;

const SCENARIO_FILES: &[&str] = &[
    include_str!("../../scenarios/free-talk.toml"),
    include_str!("../../scenarios/cafe-order.toml"),
    include_str!("../../scenarios/asking-the-way.toml"),
    include_str!("../../scenarios/weekend-talk.toml"),
    include_str!("../../scenarios/job-interview.toml"),
    include_str!("../../scenarios/debate-remote-work.toml"),
    include_str!("../../scenarios/free-talk-a1.toml"),
    include_str!("../../scenarios/free-talk-b2.toml"),
    include_str!("../../scenarios/cafe-b1.toml"),
    include_str!("../../scenarios/directions-a1.toml"),
    include_str!("../../scenarios/shopping-a1.toml"),
    include_str!("../../scenarios/neighbour-a1.toml"),
    include_str!("../../scenarios/daily-life-a1.toml"),
    include_str!("../../scenarios/hotel-a1.toml"),
    include_str!("../../scenarios/doctor-a2.toml"),
    include_str!("../../scenarios/airport-b1.toml"),
    include_str!("../../scenarios/flat-viewing-b1.toml"),
    include_str!("../../scenarios/film-b1.toml"),
    include_str!("../../scenarios/complaint-b2.toml"),
    include_str!("../../scenarios/pay-rise-b2.toml"),
    include_str!("../../scenarios/presentation-b2.toml"),
    include_str!("../../scenarios/job-interview-c1.toml"),
    include_str!("../../scenarios/ai-debate-c1.toml"),
    include_str!("../../scenarios/dispute-c1.toml"),
];

const LEVELS_FILE: &str = include_str!("../../scenarios/levels.toml");

const GENERAL_FILE: &str = include_str!("../../scenarios/general.toml");

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
struct Levels {
    situations: Vec<Situation>,
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

/// Lines for one purpose, by difficulty.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lines {
    easy: Vec<String>,
    #[serde(default)]
    medium: Vec<String>,
    #[serde(default)]
    rich: Vec<String>,
}

impl Lines {
    /// Every line, whatever the level.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        let groups = [&self.easy, &self.medium, &self.rich];
        groups.into_iter().flatten().map(String::as_str)
    }

    /// The groups of lines that suit a level, the most fitting group first.
    pub(super) fn for_level(&self, level: CefrLevel) -> Vec<&[String]> {
        let mut groups = vec![self.easy.as_slice()];
        if !matches!(level, CefrLevel::A1 | CefrLevel::A2) {
            groups.insert(0, &self.medium);
        }
        if matches!(level, CefrLevel::B2 | CefrLevel::C1 | CefrLevel::C2) {
            groups.insert(0, &self.rich);
        }
        groups
    }
}

/// What can be said in every scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct General {
    /// What is answered in every scenario that has no answer of its own.
    pub(super) answers: Vec<Answer>,
    pub(super) slots: BTreeMap<String, Vec<String>>,
    pub(super) acknowledge: Lines,
    pub(super) listening: Lines,
    pub(super) concern: Lines,
    pub(super) sad: Lines,
    pub(super) yes: Lines,
    pub(super) no: Lines,
    pub(super) number: Lines,
    pub(super) name: Lines,
    pub(super) greeting: Lines,
    pub(super) thanks: Lines,
    pub(super) blank: Lines,
    pub(super) confused: Lines,
    pub(super) unsure: Lines,
    pub(super) repeat: Lines,
    pub(super) meaning: Lines,
    pub(super) unknown_meaning: Lines,
    pub(super) unknown_meaning_ask: Lines,
    pub(super) foreign: Lines,
    pub(super) gibberish: Lines,
    pub(super) shouting: Lines,
    pub(super) long: Lines,
    pub(super) shared_question: Lines,
    pub(super) likes: Lines,
    pub(super) apology: Lines,
    pub(super) say_more: Lines,
    pub(super) farewell: Lines,
    pub(super) follow_up: Lines,
    pub(super) small_talk: Lines,
}

fn read_scenarios() -> Result<Vec<Scenario>, toml::de::Error> {
    SCENARIO_FILES
        .iter()
        .map(|file| toml::from_str(file))
        .collect()
}

fn read_general() -> Result<General, toml::de::Error> {
    toml::from_str(GENERAL_FILE)
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

/// What can be said in every scenario.
pub(super) fn general() -> &'static General {
    #[expect(
        clippy::expect_used,
        reason = "the file is compiled in, and a test reads it"
    )]
    static GENERAL: LazyLock<General> =
        LazyLock::new(|| read_general().expect("the general lines cannot be read"));
    &GENERAL
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{General, Lines, Scenario, find, read_general, read_scenarios, read_situations};

    fn scenarios() -> Vec<Scenario> {
        read_scenarios().unwrap()
    }

    #[test]
    fn every_scenario_file_can_be_read() {
        assert_eq!(scenarios().len(), super::SCENARIO_FILES.len());
    }

    #[test]
    fn the_opening_words_ask_the_first_question() {
        for scenario in scenarios() {
            let first = &scenario.beats[0].ask[0];
            assert!(
                scenario.opening_message.ends_with(first),
                "{}",
                scenario.slug
            );
        }
    }

    #[test]
    fn every_question_ends_with_a_question_mark() {
        for scenario in scenarios() {
            for beat in &scenario.beats {
                let mut questions = beat.ask.iter().chain(&beat.easier);
                assert!(questions.all(|line| line.ends_with('?')), "{:?}", beat.ask);
                assert!(!beat.ask.is_empty());
            }
        }
    }

    #[test]
    fn no_line_stands_in_two_places_of_a_scenario() {
        for scenario in scenarios() {
            let mut lines: Vec<&String> = scenario.about_me.iter().collect();
            lines.extend(&scenario.farewells);
            for beat in &scenario.beats {
                lines.extend(beat.ask.iter().chain(&beat.easier));
                lines.extend(beat.reactions.iter().flat_map(|reaction| &reaction.say));
                lines.extend(beat.reactions.iter().flat_map(|reaction| &reaction.denied));
            }
            lines.extend(scenario.answers.iter().flat_map(|answer| &answer.say));
            let count = lines.len();
            lines.sort_unstable();
            lines.dedup();
            assert_eq!(lines.len(), count, "{}", scenario.slug);
        }
    }

    /// The names in braces, in the order in which they stand.
    fn places(line: &str) -> Vec<&str> {
        line.split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect()
    }

    #[test]
    fn every_place_in_a_line_has_something_that_fills_it() {
        let general = read_general().unwrap();
        let known = |place: &&str| {
            general.slots.contains_key(*place)
                || [
                    "topic", "word", "number", "name", "question", "meaning", "thing",
                ]
                .contains(place)
        };
        for scenario in scenarios() {
            for reaction in scenario.beats.iter().flat_map(|beat| &beat.reactions) {
                let by_word = !reaction.words.is_empty();
                assert!(by_word != reaction.kind.is_some(), "{:?}", reaction.say);
                for place in reaction.say.iter().flat_map(|line| places(line)) {
                    assert!(place == "word" && by_word || place == "number" || place == "name");
                }
            }
        }
        let all: Vec<&Lines> = all_lines(&general);
        let lines = all
            .iter()
            .flat_map(|lines| [&lines.easy, &lines.medium, &lines.rich]);
        for line in lines.flatten() {
            assert!(places(line).iter().all(known), "{line}");
        }
    }

    fn all_lines(general: &General) -> Vec<&Lines> {
        vec![
            &general.acknowledge,
            &general.number,
            &general.name,
            &general.repeat,
            &general.meaning,
            &general.unknown_meaning,
            &general.unknown_meaning_ask,
            &general.say_more,
            &general.farewell,
            &general.follow_up,
            &general.small_talk,
            &general.likes,
        ]
    }

    #[test]
    fn whoever_has_nothing_to_pick_up_is_asked_something_too() {
        let general = read_general().unwrap();
        let needs_no_topic = |line: &String| !line.contains("{topic}") && line.ends_with('?');
        assert!(general.small_talk.easy.iter().all(needs_no_topic));
    }

    #[test]
    fn every_level_has_a_script_and_asks_its_first_question() {
        for situation in read_situations().unwrap() {
            for row in &situation.levels {
                let part = find(Some(&row.slug));
                assert_eq!(part.level, row.level, "{}", row.slug);
                assert_eq!(part.scenario.name, situation.name, "{}", row.slug);
                let mut first = part.scenario.beats[0].ask.iter();
                assert!(
                    first.any(|question| row.opening_message.ends_with(question)),
                    "{}",
                    row.slug
                );
            }
        }
    }

    #[test]
    fn every_script_is_a_level_of_a_situation() {
        let situations = read_situations().unwrap();
        for scenario in scenarios() {
            let mut rows = situations.iter().flat_map(|situation| &situation.levels);
            let row = rows.find(|row| row.slug == scenario.slug).unwrap();
            assert_eq!(row.level, scenario.level);
            assert_eq!(row.opening_message, scenario.opening_message);
        }
    }
}
