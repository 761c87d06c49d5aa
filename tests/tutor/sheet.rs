//! The answers of a learner, by what the partner asks: a sheet for every situation, and one for all.

use std::collections::HashSet;

/// What a learner says in a situation. Every answer is given once.
pub(crate) struct Sheet {
    answers: Vec<(Vec<String>, String)>,
    /// For whatever else is asked.
    others: Vec<String>,
    given: HashSet<String>,
}

impl Sheet {
    pub(crate) fn of(situation: &str) -> Self {
        let mut answers = section(situation);
        answers.extend(section("all"));
        let keyed = answers.iter().filter_map(|line| line.split_once(" => "));
        let keyed = keyed.map(|(keys, answer)| {
            let keys = keys.split('|').map(str::to_owned).collect();
            (keys, answer.to_owned())
        });
        Self {
            answers: keyed.collect(),
            others: section("else").into_iter().map(str::to_owned).collect(),
            given: HashSet::new(),
        }
    }

    /// An answer to the question with which a message ends.
    pub(crate) fn answer(&mut self, message: &str) -> String {
        let question = message.split_inclusive(['.', '!', '?']).next_back();
        let question = question.unwrap_or_default().to_lowercase();
        let asked = |keys: &[String]| keys.iter().any(|key| question.contains(key.as_str()));
        let by_key = self.answers.iter().filter(|(keys, _)| asked(keys));
        let all = by_key.map(|(_, answer)| answer).chain(&self.others);
        let mut left = all.filter(|answer| !self.given.contains(*answer));
        let answer = left.next().expect("an answer is left").clone();
        self.given.insert(answer.clone());
        answer
    }
}

/// The lines below a heading.
fn section(heading: &str) -> Vec<&'static str> {
    let sheet = include_str!("fifty_turns.txt");
    let mut sections = sheet.split("# ").skip(1);
    let found = sections.find_map(|section| section.strip_prefix(heading)?.strip_prefix('\n'));
    let lines = found.unwrap_or_else(|| panic!("no learner speaks in {heading}"));
    lines.lines().filter(|line| !line.is_empty()).collect()
}
