//! Answers to what no script should touch: grief, danger, insults, what people are.

use super::answer::{Answering, join};
use super::general::Lines;
use super::reading::{Agreement, Reading};
use super::said::sentences;
use super::sensitive::{Sensitive, lines};

impl Answering<'_> {
    /// Sympathy, calm or welcome. What the learner said is not said back.
    pub(super) fn answer_gently(self, kind: Sensitive, reading: &Reading) -> String {
        let lines = lines();
        match kind {
            Sensitive::SelfHarm => self
                .line(&lines.self_harm_lines)
                .unwrap_or_else(|| self.sympathy()),
            Sensitive::Grief => self.sympathy(),
            Sensitive::Hate => self.and_change_subject(&lines.hate_lines),
            Sensitive::Rude => self.and_change_subject(&lines.rude_lines),
            Sensitive::Identity if reading.asks => self.and_change_subject(&lines.no_problem),
            Sensitive::Identity => self.and_change_subject(&lines.welcome),
            Sensitive::Doubt => self.and_change_subject(&lines.encourage),
        }
    }

    fn and_change_subject(self, reactions: &Lines) -> String {
        let reaction = self.line(reactions);
        join(reaction, &self.next_question(None))
    }

    /// After sympathy the script waits: the learner is asked whether to go on.
    fn sympathy(self) -> String {
        let sympathy = self
            .line(&lines().sympathy)
            .or_else(|| self.line(&self.general.listening));
        let question = self
            .line(&lines().gentle)
            .or_else(|| self.line(&lines().gentle_again));
        match question {
            Some(question) => join(sympathy, &question),
            None => join(sympathy, &self.next_question(None)),
        }
    }

    /// What follows when the last question was whether to talk about something grave.
    pub(super) fn answer_after_gentle_question(&self, reading: &Reading) -> Option<String> {
        let lines = lines();
        let stayed = self.asked_one_of(&lines.stay);
        if !stayed
            && !self.asked_one_of(&lines.gentle)
            && !self.asked_one_of(&lines.gentle_again)
            && !self.asked_one_of(&lines.self_harm_lines)
        {
            return None;
        }
        let has = |words: &[&str]| {
            reading
                .tokens
                .iter()
                .any(|word| words.contains(&word.as_str()))
        };
        let is_short = reading.tokens.len() <= 8;
        let goes_on = is_short
            && (has(&["go", "continue", "else", "next", "on"])
                || reading.agreement == Some(Agreement::No));
        if goes_on || stayed {
            let words = if goes_on {
                &lines.move_on
            } else {
                &self.general.listening
            };
            return Some(join(self.line(words), &self.next_question(None)));
        }
        self.line(&lines.stay)
    }

    /// Whether the last question of the partner was one of these, however it was filled in.
    pub(super) fn asked_one_of(&self, lines: &Lines) -> bool {
        let last = self.last_reply();
        let Some(question) = last.and_then(|turn| sentences(&turn.content).last()) else {
            return false;
        };
        lines.all().any(|line| {
            let asked = sentences(line).last().unwrap_or_default();
            let (start, end) = asked.split_once('{').unwrap_or((asked, asked));
            let end = end.rsplit('}').next().unwrap_or_default();
            question.starts_with(start) && question.ends_with(end)
        })
    }
}
