//! The checks of the files in `scenarios/`: each mistake is told with the file and the line of text that it is about.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use super::facts::Kind;
use super::general::{CHAT_FILE, GENERAL_FILE, General, Lines, Tiers};
use super::said::sentences;
use super::scenario::{
    Beat, LEVELS_FILE, Levels, Reaction, SCENARIO_FILES, Scenario, find, situations,
};

/// Reads a file; what is wrong with it is told by its name.
fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| format!("scenarios/{name}.toml: {error}"))
}

fn scenarios() -> Vec<Scenario> {
    let files = SCENARIO_FILES.iter();
    let read = files.map(|(name, text)| read(name, text));
    read.collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The names in braces, in the order in which they stand.
fn places(line: &str) -> Vec<&str> {
    line.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect()
}

/// What is wrong with a beat.
fn beat_faults(beat: &Beat) -> Vec<String> {
    let mut faults = Vec::new();
    if beat.ask.is_empty() || beat.easier.is_empty() {
        let ask = beat.ask.first().map_or("a beat", String::as_str);
        faults.push(format!("{ask:?} needs lines in both `ask` and `easier`"));
    }
    for question in beat.ask.iter().chain(&beat.easier) {
        if !question.ends_with('?') {
            faults.push(format!(
                "{question:?} is asked and ends with no question mark"
            ));
        }
        if let Some(place) = places(question).first() {
            faults.push(format!(
                "{question:?}: nothing fills {{{place}}} in a question"
            ));
        }
    }
    faults.extend(beat.reactions.iter().flat_map(reaction_faults));
    faults
}

fn reaction_faults(reaction: &Reaction) -> Vec<String> {
    let mut faults = Vec::new();
    let first = reaction.say.first().map_or("", String::as_str);
    if reaction.say.is_empty() {
        faults.push(format!("a reaction to {:?} says nothing", reaction.words));
    }
    if reaction.words.is_empty() == reaction.kind.is_none() {
        faults.push(format!(
            "the reaction {first:?} needs either `words` or `kind`"
        ));
    }
    let has_words = !reaction.words.is_empty();
    for line in reaction.say.iter().chain(&reaction.denied) {
        if line.contains('?') {
            faults.push(format!(
                "{line:?} is a reaction and must ask nothing: a question follows it"
            ));
        }
    }
    for place in reaction.say.iter().flat_map(|line| places(line)) {
        let is_filled = matches!(place, "number" | "name") || place == "word" && has_words;
        if !is_filled {
            faults.push(format!(
                "{first:?}: nothing fills {{{place}}} in a reaction"
            ));
        }
    }
    for line in reaction
        .denied
        .iter()
        .filter(|line| !places(line).is_empty())
    {
        faults.push(format!(
            "{line:?}: nothing is filled in where something was denied"
        ));
    }
    faults
}

/// Every line of a scenario that may be said.
fn lines(scenario: &Scenario) -> Vec<&String> {
    let mut lines: Vec<&String> = scenario.about_me.iter().collect();
    lines.extend(&scenario.farewells);
    lines.extend(&scenario.closing);
    for beat in &scenario.beats {
        lines.extend(beat.ask.iter().chain(&beat.easier));
        lines.extend(beat.reactions.iter().flat_map(|reaction| &reaction.say));
        lines.extend(beat.reactions.iter().flat_map(|reaction| &reaction.denied));
    }
    lines.extend(scenario.answers.iter().flat_map(|answer| &answer.say));
    lines
}

fn scenario_faults(name: &str, scenario: &Scenario) -> Vec<String> {
    let mut faults: Vec<String> = scenario.beats.iter().flat_map(beat_faults).collect();
    if scenario.slug != name {
        faults.push(format!(
            "the slug {:?} is not the name of the file",
            scenario.slug
        ));
    }
    let first = scenario.beats.first().and_then(|beat| beat.ask.first());
    if !first.is_some_and(|first| scenario.opening_message.ends_with(first)) {
        faults.push("the opening must end with the first question of the first beat".to_owned());
    }
    for (key, lines, least) in [
        ("about_me", &scenario.about_me, 4),
        ("farewells", &scenario.farewells, 3),
        ("closing", &scenario.closing, 1),
    ] {
        if lines.len() < least {
            faults.push(format!("`{key}` needs {least} lines or more"));
        }
        for line in lines.iter().filter(|line| line.contains('?')) {
            faults.push(format!("{line:?} of `{key}` must ask nothing"));
        }
    }
    if scenario.beats.len() < 10 {
        faults.push(format!(
            "{} beats are too few: ten or more are needed",
            scenario.beats.len()
        ));
    }
    let mut seen = HashSet::new();
    for line in lines(scenario)
        .into_iter()
        .filter(|line| !seen.insert(*line))
    {
        faults.push(format!("{line:?} stands in two places"));
    }
    faults
}

#[test]
fn every_scenario_file_keeps_to_the_format() {
    let scenarios = scenarios();
    let named = SCENARIO_FILES.iter().zip(&scenarios);
    let faults = named.flat_map(|((name, _), scenario)| {
        let faults = scenario_faults(name, scenario).into_iter();
        faults.map(move |fault| format!("scenarios/{name}.toml: {fault}"))
    });
    assert_none(&faults.collect::<Vec<_>>());
}

#[test]
fn the_chat_keeps_to_the_format_and_asks_nothing_that_a_script_asks() {
    let chat: Tiers<Beat> = read("chat", CHAT_FILE).unwrap();
    let scenarios = scenarios();
    let mut said: HashSet<&String> = scenarios.iter().flat_map(lines).collect();
    let mut faults: Vec<String> = chat.all().flat_map(beat_faults).collect();
    for line in chat
        .all()
        .flat_map(|beat| beat.ask.iter().chain(&beat.easier))
    {
        if !said.insert(line) {
            faults.push(format!("{line:?} stands in two places"));
        }
    }
    let told = faults
        .iter()
        .map(|fault| format!("scenarios/chat.toml: {fault}"));
    assert_none(&told.collect::<Vec<_>>());
}

#[test]
fn every_script_is_a_level_of_a_situation() {
    let levels: Levels = read("levels", LEVELS_FILE).unwrap();
    let rows = || {
        levels
            .situations
            .iter()
            .flat_map(|situation| &situation.levels)
    };
    let mut faults = Vec::new();
    for scenario in scenarios() {
        let slug = &scenario.slug;
        match rows().find(|row| row.slug == *slug) {
            None => faults.push(format!("no row has the slug {slug:?}")),
            Some(row) if row.level != scenario.level => {
                faults.push(format!("{slug}: the level is not that of the script"));
            }
            Some(row) if row.opening_message != scenario.opening_message => {
                faults.push(format!("{slug}: the opening is not that of the script"));
            }
            Some(_) => {}
        }
    }
    let told = faults
        .iter()
        .map(|fault| format!("scenarios/levels.toml: {fault}"));
    assert_none(&told.collect::<Vec<_>>());
}

#[test]
fn every_level_has_a_script_and_asks_its_first_question() {
    let mut faults = Vec::new();
    for situation in situations() {
        for row in &situation.levels {
            let part = find(Some(&row.slug));
            assert_eq!(part.level, row.level, "{}", row.slug);
            if part.scenario.name != situation.name {
                faults.push(format!("{}: the script has another name", row.slug));
            }
            let mut first = part.scenario.beats[0].ask.iter();
            if !first.any(|question| row.opening_message.ends_with(question)) {
                faults.push(format!(
                    "{}: the opening ends with no first question of the script",
                    row.slug
                ));
            }
        }
    }
    let told = faults
        .iter()
        .map(|fault| format!("scenarios/levels.toml: {fault}"));
    assert_none(&told.collect::<Vec<_>>());
}

/// The general lines with braces, with the places that are filled in each, besides the slots and the name.
fn general_lines(general: &General) -> Vec<(&Lines, &'static [&'static str])> {
    let mut lines: Vec<(&Lines, &'static [&'static str])> = vec![
        (&general.acknowledge, &["topic", "word"]),
        (&general.number, &["number"]),
        (&general.name, &[]),
        (&general.greeting_by_name, &[]),
        (&general.repeat, &["question"]),
        (&general.meaning, &["word", "meaning"]),
        (&general.unknown_meaning, &["word"]),
        (&general.unknown_meaning_ask, &["word"]),
        (&general.say_more, &["word"]),
        (&general.farewell, &[]),
        (&general.farewell_by_name, &[]),
        (&general.more, &[]),
        (&general.going_on, &[]),
        (&general.follow_up, &["topic", "word"]),
        (&general.small_talk, &[]),
        (&general.likes, &["thing"]),
        (&general.due, &["due"]),
        (&general.due_easier, &["due"]),
        (&general.due_used, &["due"]),
    ];
    for (kind, of_kind) in &general.facts {
        let filled: &'static [&'static str] = match kind {
            Kind::One | Kind::Several => &["thing", "having"],
            Kind::Favourite => &["thing", "what"],
            _ => &["thing"],
        };
        lines.push((of_kind, filled));
    }
    lines
}

#[test]
fn every_place_in_a_general_line_has_something_that_fills_it() {
    let general: General = read("general", GENERAL_FILE).unwrap();
    let mut faults = Vec::new();
    for (lines, filled) in general_lines(&general) {
        for line in lines.all() {
            let unknown = places(line).into_iter().find(|place| {
                !filled.contains(place) && *place != "name" && !general.slots.contains_key(*place)
            });
            if let Some(place) = unknown {
                faults.push(format!(
                    "scenarios/general.toml: {line:?}: nothing fills {{{place}}}"
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn whoever_has_nothing_to_pick_up_is_asked_something_too() {
    let general: General = read("general", GENERAL_FILE).unwrap();
    let needs_topic = |line: &&String| line.contains("{topic}") || !line.ends_with('?');
    assert_eq!(general.small_talk.all().find(needs_topic), None);
    assert!(general.more.all().all(|line| line.ends_with('?')));
}

#[test]
fn every_kind_of_fact_has_lines_that_name_it_and_ask() {
    let general: General = read("general", GENERAL_FILE).unwrap();
    for kind in Kind::ALL {
        let lines = general.facts.get(&kind);
        let lines =
            lines.unwrap_or_else(|| panic!("scenarios/general.toml: no lines for {kind:?}"));
        for line in lines.all() {
            // The thing tells whether it was spoken of, the beginning where such a line was said.
            let is_found_again = line.contains("{thing}") && !line.starts_with('{');
            assert!(is_found_again && line.ends_with('?'), "{line}");
        }
    }
}

#[test]
fn the_question_of_an_invitation_can_be_asked_again_alone() {
    let general: General = read("general", GENERAL_FILE).unwrap();
    for line in general.due.all().chain(general.due_easier.all()) {
        let question = sentences(line).last().unwrap();
        let stands_alone = question.contains("{due}") && !question.contains(": ");
        assert!(stands_alone && question.ends_with('?'), "{line}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_name() {
    let text = SCENARIO_FILES[1].1;
    let misspelt = text.replacen("easier =", "easyer =", 1);
    let error = read::<Scenario>("cafe-order", &misspelt).unwrap_err();
    assert!(error.starts_with("scenarios/cafe-order.toml: "), "{error}");
    assert!(
        error.contains("easyer") && error.contains("line"),
        "{error}"
    );
}

#[test]
fn each_kind_of_mistake_in_a_script_is_found() {
    let (name, text) = SCENARIO_FILES[1];
    for (right, wrong, told) in [
        (
            "\"Coffee or tea?\"",
            "\"Coffee or tea.\"",
            "no question mark",
        ),
        (
            "\"Coffee or tea?\"",
            "\"Coffee or {word}?\"",
            "fills {word}",
        ),
        (
            "\"One {word}, with pleasure.\"",
            "\"One {cup}.\"",
            "fills {cup}",
        ),
        (
            "\"One {word}, with pleasure.\"",
            "\"One {word}?\"",
            "must ask nothing",
        ),
        ("kind = \"name\"\n", "", "either `words` or `kind`"),
        (
            "\"I am happy today.\"",
            "\"I like tea with lemon.\"",
            "two places",
        ),
        (
            "slug = \"cafe-order\"",
            "slug = \"cafe\"",
            "name of the file",
        ),
        (
            "Mia. What would",
            "Mia. And what would",
            "the opening must end",
        ),
        (
            "easier = [\"Card or cash?\"]",
            "",
            "both `ask` and `easier`",
        ),
    ] {
        assert!(text.contains(right), "{right}");
        let scenario = read::<Scenario>(name, &text.replacen(right, wrong, 1)).unwrap();
        let faults = scenario_faults(name, &scenario).join("\n");
        assert!(faults.contains(told), "{wrong}: {faults}");
    }
}
