//! Putting an answer together: a reaction to what was said, then a question.

use parlance_storage::{CefrLevel, Role};

use super::due;
use super::facts::Known;
use super::general::{General, Lines, general, is_advanced};
use super::intent::Intent;
use super::reading::{Agreement, Reading};
use super::recast::recast;
use super::said::{Said, Values, sentences, stable_hash};
use super::scenario::{Scenario, find};
use super::words::Topic;
use crate::reply::{ReplyRequest, Turn};

/// The whole answer to the last thing that the learner said.
pub(super) fn answer(request: &ReplyRequest) -> String {
    Answering::of(request).answer()
}

/// The work on one answer.
pub(super) struct Answering<'a> {
    pub(super) scenario: &'static Scenario,
    opening_message: &'static str,
    pub(super) general: &'static General,
    pub(super) level: CefrLevel,
    pub(super) history: &'a [Turn],
    /// What the learner said, newest last.
    pub(super) readings: Vec<Reading>,
    pub(super) said: Said,
    /// What is known about the learner from before.
    pub(super) known: Known,
    /// The words that are due and may be brought up.
    pub(super) due: Vec<String>,
    seed: u64,
    pub(super) values: Values,
}

/// In a longer message a number is not what matters.
const SHORT_ANSWER_WORDS: usize = 5;
/// How many of the learner's messages are looked at for what they have told.
const MEMORABLE_MESSAGES: usize = 50;

impl<'a> Answering<'a> {
    fn of(request: &'a ReplyRequest) -> Self {
        let part = find(request.scenario.as_deref());
        let history = request.history.as_slice();
        let messages = || history.iter().filter(|turn| turn.role == Role::User);
        let skipped = messages().count().saturating_sub(MEMORABLE_MESSAGES);
        let readings = read_messages(history, skipped);
        let last_words = messages()
            .next_back()
            .map_or("", |turn| turn.content.as_str());
        let mut answering = Self {
            scenario: part.scenario,
            opening_message: part.opening_message,
            general: general(),
            level: request.level.unwrap_or(part.level),
            said: Said::in_history(history),
            seed: stable_hash(&[&part.scenario.slug, last_words, &history.len().to_string()]),
            values: Values::new(),
            known: Known::of(&request.facts),
            due: due::fitting(&request.due_words),
            history,
            readings,
        };
        let name = answering.learners_name();
        answering.values.extend(name.map(|name| ("name", name)));
        answering
    }

    /// As it was said last; in a scene where nobody knows the learner, what is known from before stays out of it.
    fn learners_name(&self) -> Option<String> {
        let mut readings = self.readings.iter().rev();
        let said = readings.find_map(|reading| reading.name.clone());
        let may_know = || self.scenario.personal || self.next_beat().is_none();
        said.or_else(|| self.known.name.clone().filter(|_| may_know()))
    }

    fn answer(mut self) -> String {
        let Some(reading) = self.readings.last().cloned() else {
            return self.open();
        };
        if let Some(number) = reading.number.clone() {
            self.values.insert("number", number);
        }
        let general = self.general;
        if let Intent::Sensitive(kind) = reading.intent {
            return self.answer_gently(kind, &reading);
        }
        if reading.intent == Intent::Farewell {
            return self.part();
        }
        if let Some(answer) = self.answer_after_gentle_question(&reading) {
            return answer;
        }
        if let Some(answer) = self.answer_after_closing(&reading) {
            return answer;
        }
        match &reading.intent {
            Intent::Blank => self.and_ask_again(&general.blank),
            Intent::IsConfused => self.and_ask_again(&general.confused),
            Intent::IsUnsure => self.and_ask_again(&general.unsure),
            Intent::OtherLanguage => self.and_ask_again(&general.foreign),
            Intent::Gibberish => self.and_ask_again(&general.gibberish),
            Intent::Greeting => self.greet(),
            Intent::AsksToRepeat => self.repeat(),
            Intent::AsksMeaning(word) => self.explain(word),
            Intent::AsksBack => {
                let about_me = self.about_itself(&reading);
                self.and_go_on(about_me, &reading)
            }
            Intent::Thanks => {
                let welcome = self.line(&general.thanks);
                self.and_go_on(welcome, &reading)
            }
            Intent::Protests => {
                let apology = self.line(&general.apology);
                join(apology, &self.next_question(None))
            }
            Intent::Says | Intent::Sensitive(_) | Intent::Farewell => self.respond(&reading),
        }
    }

    /// The first words of a conversation in which nobody has spoken yet.
    fn open(self) -> String {
        if self.said.has_said(self.opening_message) {
            return self.next_question(None);
        }
        self.opening_message.to_owned()
    }

    fn greet(self) -> String {
        let general = self.general;
        let by_name = self.line(&general.greeting_by_name);
        match by_name {
            Some(greeting) => join(Some(greeting), &self.question_again()),
            None => self.and_ask_again(&general.greeting),
        }
    }

    fn respond(self, reading: &Reading) -> String {
        let mut reactions = Vec::new();
        if reading.shouts {
            reactions.extend(self.line(&self.general.shouting));
        } else if reading.is_long {
            reactions.extend(self.line(&self.general.long));
        }
        let scripted = self.scripted_reactions(reading);
        let was_expected = !scripted.is_empty();
        reactions.extend(recast(reading).filter(|line| !self.said.has_said(line)));
        reactions.extend(self.praise_for_word(reading));
        reactions.extend(scripted);
        let follow_up = match was_expected {
            true => None,
            false => self.question_about(reading),
        };
        let question = follow_up
            .or_else(|| self.unanswered_question(reading))
            .unwrap_or_else(|| self.next_question(Some(reading)));
        if reactions.is_empty() {
            // To name the learner's word in the question is enough.
            let mut topics = reading.topics.iter();
            let names_topic = topics.any(|topic| question.contains(&topic.phrase));
            let plain = names_topic || reading.is_negative();
            reactions.extend(self.general_reaction(reading, plain));
        }
        reactions.push(question);
        reactions.join(" ")
    }

    fn general_reaction(&self, reading: &Reading, plain: bool) -> Option<String> {
        let general = self.general;
        if reading.name.is_some() {
            return self.line(&general.name);
        }
        if reading.asks {
            return self.line(&general.shared_question);
        }
        if reading.is_negative() && reading.tokens.len() > 2 {
            let is_sad = reading.is_unhappy() && !is_advanced(self.level);
            return is_sad
                .then(|| self.line(&general.sad))
                .flatten()
                .or_else(|| self.line(&general.concern))
                .or_else(|| self.line(&general.listening));
        }
        if plain {
            return self.line(&general.listening);
        }
        let by_topic = || {
            let mut topics = reading.topics.iter();
            topics
                .next()
                .and_then(|topic| self.line_about(&general.acknowledge, topic))
        };
        let by_kind = || match reading.agreement {
            Some(Agreement::Yes) => self.line(&general.yes),
            Some(Agreement::No) => self.line(&general.no),
            None if reading.number.is_some() && reading.tokens.len() <= SHORT_ANSWER_WORDS => {
                self.line(&general.number)
            }
            None => None,
        };
        // In a chat among the advanced "the bread" is nothing to remark on.
        let is_chat = self.next_beat().is_none() && is_advanced(self.level);
        let is_remarkable = |topic: &Topic| !is_chat || !topic.phrase.starts_with("the ");
        let by_topic = || {
            let is_worth_it = reading.topics.first().is_some_and(is_remarkable);
            is_worth_it.then(by_topic).flatten()
        };
        let by_content = if reading.tokens.len() <= 3 {
            by_kind().or_else(by_topic)
        } else {
            by_topic().or_else(by_kind)
        };
        by_content.or_else(|| self.line(&general.listening))
    }

    /// A reaction, and the question that did not get through in other words.
    fn and_ask_again(self, lines: &Lines) -> String {
        join(self.line(lines), &self.question_again())
    }

    fn question_again(&self) -> String {
        let again = self
            .present_beat()
            .and_then(|beat| self.pick(&beat.easier).or_else(|| self.pick(&beat.ask)));
        again
            .or_else(|| self.easier_invitation())
            .unwrap_or_else(|| self.next_question(None))
    }

    fn and_go_on(self, reaction: Option<String>, reading: &Reading) -> String {
        let question = self.next_question(Some(reading));
        join(reaction, &question)
    }

    /// The last question once more. A learner who asks again and again gets another one.
    fn repeat(self) -> String {
        let question = self
            .last_reply()
            .and_then(|turn| {
                sentences(&turn.content)
                    .filter(|line| line.ends_with('?'))
                    .last()
            })
            .map(|line| {
                line.rsplit_once(": ")
                    .map_or(line, |(_, question)| question)
            });
        let repeated = question
            .and_then(|question| self.line_with(&self.general.repeat, "question", question));
        repeated.unwrap_or_else(|| {
            let reaction = self.line(&self.general.confused);
            let question = self.next_question(None);
            join(reaction, &question)
        })
    }

    fn explain(mut self, word: &str) -> String {
        let known = self.scenario.glossary.get(word).or_else(|| {
            self.scenario
                .glossary
                .get(word.strip_suffix('s').unwrap_or(word))
        });
        self.values.insert("word", word.to_owned());
        if let Some(meaning) = known {
            self.values.insert("meaning", meaning.clone());
            return join(self.line(&self.general.meaning), &self.question_again());
        }
        let excuse = self.line(&self.general.unknown_meaning);
        let question = self
            .line(&self.general.unknown_meaning_ask)
            .unwrap_or_else(|| self.next_question(None));
        join(excuse, &question)
    }

    /// A line that has not been said; one with a word that is due comes before the others.
    pub(super) fn pick(&self, lines: &[String]) -> Option<String> {
        self.pick_with_all(lines, &self.values)
    }

    fn pick_with_all(&self, lines: &[String], values: &Values) -> Option<String> {
        let has_due = |line: &&String| self.due.iter().any(|word| due::is_in(line, word));
        let wished: Vec<String> = lines.iter().filter(has_due).cloned().collect();
        let said = &self.said;
        said.pick(&wished, values, self.seed)
            .or_else(|| said.pick(lines, values, self.seed))
    }

    pub(super) fn pick_with(
        &self,
        lines: &[String],
        name: &'static str,
        value: &str,
    ) -> Option<String> {
        let mut values = self.values.clone();
        values.insert(name, value.to_owned());
        self.pick_with_all(lines, &values)
    }

    pub(super) fn line_about(&self, lines: &Lines, topic: &Topic) -> Option<String> {
        let mut values = self.values.clone();
        values.insert("topic", topic.phrase.clone());
        values.insert("word", topic.word.clone());
        // What suits a subject of debate does not suit somebody's dog.
        let level = if is_advanced(self.level) && !topic.is_debatable() {
            CefrLevel::B1
        } else {
            self.level
        };
        let mut groups = lines.for_level(level).into_iter();
        groups.find_map(|group| self.pick_with_all(group, &values))
    }

    pub(super) fn line(&self, lines: &Lines) -> Option<String> {
        self.line_with_all(lines, &self.values)
    }

    pub(super) fn line_with(
        &self,
        lines: &Lines,
        name: &'static str,
        value: &str,
    ) -> Option<String> {
        let mut values = self.values.clone();
        values.insert(name, value.to_owned());
        self.line_with_all(lines, &values)
    }

    /// A line for the level, filled in with values.
    pub(super) fn line_with_all(&self, lines: &Lines, values: &Values) -> Option<String> {
        let mut groups = lines.for_level(self.level).into_iter();
        groups.find_map(|group| self.pick_with_all(group, values))
    }
}

/// Reads the learner's messages but for the first ones; a word or two in answer to a question for the
/// name is a name.
fn read_messages(history: &[Turn], skipped: usize) -> Vec<Reading> {
    let mut asked_for_name = false;
    let mut readings = Vec::new();
    let mut number = 0;
    for turn in history {
        match turn.role {
            Role::Assistant => {
                let last = sentences(&turn.content).last().unwrap_or_default();
                asked_for_name = last.ends_with('?')
                    && (last.contains("your name") || last.contains("What name"));
            }
            Role::User => {
                number += 1;
                if number > skipped {
                    let mut reading = Reading::of(&turn.content);
                    if asked_for_name {
                        reading.take_as_name(&turn.content);
                    }
                    readings.push(reading);
                }
            }
            _ => {}
        }
    }
    readings
}

pub(super) fn join(reaction: Option<String>, question: &str) -> String {
    reaction.map_or_else(|| question.to_owned(), |line| format!("{line} {question}"))
}
