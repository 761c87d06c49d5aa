//! How a conversation ends: once the script has come to its end the partner asks whether to go on, and it says goodbye.

use super::answer::{Answering, join};
use super::intent::Intent;
use super::questions::ordinal;
use super::reading::{Agreement, Reading};

impl Answering<'_> {
    /// The last words of the script, and whether to go on; only once in a conversation.
    pub(super) fn closing(&self) -> Option<String> {
        let mut lines = self.scenario.closing.iter();
        if lines.any(|line| self.said.has_said(line)) {
            return None;
        }
        let closing = self.pick(&self.scenario.closing)?;
        let question = self.line(&self.general.more)?;
        Some(join(Some(closing), &question))
    }

    /// What follows when the last question was whether to go on. Who simply goes on is answered as ever.
    pub(super) fn answer_after_closing(&self, reading: &Reading) -> Option<String> {
        if reading.intent != Intent::Says || !self.asked_one_of(&self.general.more) {
            return None;
        }
        let has = |words: &[&str]| {
            let mut tokens = reading.tokens.iter();
            tokens.any(|token| words.contains(&token.as_str()))
        };
        let is_short = reading.tokens.len() <= 8;
        let wants_more = has(&["more", "continue", "on", "talk", "time"]);
        let wants_to_stop = has(&["stop", "enough", "finish", "finished", "tired", "all"]);
        let refuses = reading.agreement == Some(Agreement::No);
        let agrees = reading.agreement == Some(Agreement::Yes);
        if is_short && (wants_to_stop || refuses && !has(&["continue"])) {
            return Some(self.part());
        }
        let goes_on = is_short && reading.topics.is_empty() && (agrees || wants_more);
        goes_on.then(|| join(self.line(&self.general.going_on), &self.next_question(None)))
    }

    /// A farewell is the one answer that asks nothing.
    pub(super) fn part(&self) -> String {
        let farewell = self
            .pick(&self.scenario.farewells)
            .or_else(|| self.line(&self.general.farewell))
            .unwrap_or_else(|| format!("Goodbye for the {} time!", ordinal(self.history.len())));
        match self.line(&self.general.farewell_by_name) {
            Some(by_name) => format!("{farewell} {by_name}"),
            None => farewell,
        }
    }
}
