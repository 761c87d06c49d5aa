//! Asides: the partner leaves its questions for a moment, to come back to something that it knows about the learner, or
//! to invite them to use a word that is due.

use parlance_storage::Role;

use super::answer::Answering;
use super::due;
use super::facts::{Fact, Kind};
use super::filled::value_at_end;
use super::general::Lines;
use super::intent::Intent;
use super::reading::Reading;
use super::said::sentences;
use super::sensitive::Sensitive;

/// What an aside was about.
enum Aside<'a> {
    Word(&'a str),
    Fact,
}

/// So many of the partner's messages lie between two asides: more while there is a script to follow.
const APART_IN_SCRIPT: usize = 4;
const APART_AFTER_SCRIPT: usize = 3;
/// After bad news nothing is brought up for so many messages of the learner's.
const QUIET_MESSAGES: usize = 4;

impl Answering<'_> {
    /// A question that leads aside, if it is time for one and the learner has an ear for it.
    pub(super) fn aside(&self, reading: &Reading) -> Option<String> {
        let is_in_script = self.next_beat().is_some();
        let apart = if is_in_script {
            APART_IN_SCRIPT
        } else {
            APART_AFTER_SCRIPT
        };
        let mut replies = self.replies();
        let is_too_soon = replies.by_ref().take(apart).count() < apart
            || self
                .replies()
                .take(apart)
                .any(|reply| self.aside_in(reply).is_some());
        if is_too_soon || !self.has_an_ear(reading) {
            return None;
        }
        let last = self.replies().find_map(|reply| self.aside_in(reply));
        let facts_told = self.replies().any(|reply| self.is_about_fact(reply));
        // In a script once is enough.
        let fact = || {
            (!is_in_script || !facts_told)
                .then(|| self.remembered())
                .flatten()
        };
        match last {
            Some(Aside::Word(_)) => fact().or_else(|| self.invitation()),
            _ => self.invitation().or_else(fact),
        }
    }

    /// Neither while something weighs on the learner nor while they lead the talk themselves.
    fn has_an_ear(&self, reading: &Reading) -> bool {
        let is_at_ease = matches!(
            reading.intent,
            Intent::Says | Intent::AsksBack | Intent::Thanks
        );
        let leads = reading.asks && reading.intent == Intent::Says || reading.is_long;
        let latest = self.readings.iter().rev().take(QUIET_MESSAGES);
        let is_calm = !latest
            .into_iter()
            .any(|reading| matches!(reading.intent, Intent::Sensitive(_)));
        is_at_ease && is_calm && !leads && !reading.is_unhappy() && !reading.shouts
    }

    /// The partner's messages, the newest first.
    fn replies(&self) -> impl Iterator<Item = &str> {
        let turns = self.history.iter().rev();
        turns
            .filter(|turn| turn.role == Role::Assistant)
            .map(|turn| turn.content.as_str())
    }

    fn aside_in<'r>(&self, reply: &'r str) -> Option<Aside<'r>> {
        let general = self.general;
        // The question alone, since it may have been asked again.
        let invitations = general.due.all().chain(general.due_easier.all());
        let questions = invitations.filter_map(|line| sentences(line).last());
        let mut words = questions.filter_map(|question| value_at_end(reply, question));
        let word = words.next().map(Aside::Word);
        word.or_else(|| self.is_about_fact(reply).then_some(Aside::Fact))
    }

    fn is_about_fact(&self, reply: &str) -> bool {
        let mut lines = self.general.facts.values().flat_map(Lines::all);
        lines.any(|line| value_at_end(reply, line).is_some())
    }

    /// The invitation to use the first due word that nobody has used yet.
    fn invitation(&self) -> Option<String> {
        let is_done = |word: &str| {
            let was_invited = |reply| match self.aside_in(reply) {
                Some(Aside::Word(invited)) => invited.eq_ignore_ascii_case(word),
                _ => false,
            };
            self.replies().any(was_invited)
                || self
                    .readings
                    .iter()
                    .any(|reading| due::is_used(reading, word))
        };
        let word = self.due.iter().find(|word| !is_done(word))?;
        self.line_with(&self.general.due, "due", word)
    }

    /// The invitation once more, for somebody who did not understand it.
    pub(super) fn easier_invitation(&self) -> Option<String> {
        let word = self.invited_word()?;
        self.line_with(&self.general.due_easier, "due", word)
    }

    /// A word for the use of the word that was asked for.
    pub(super) fn praise_for_word(&self, reading: &Reading) -> Option<String> {
        let word = self.invited_word()?;
        due::is_used(reading, word)
            .then(|| self.line_with(&self.general.due_used, "due", word))
            .flatten()
    }

    fn invited_word(&self) -> Option<&str> {
        match self.aside_in(self.replies().next()?) {
            Some(Aside::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// A line about the first known fact that is not spoken of yet.
    fn remembered(&self) -> Option<String> {
        let mut facts = self.known.facts.iter();
        facts.find_map(|fact| {
            let lines = self.general.facts.get(&fact.kind)?;
            let mut values = self.values.clone();
            values.extend(fact.values.iter().cloned());
            self.may_bring_up(fact)
                .then(|| self.line_with_all(lines, &values))
                .flatten()
        })
    }

    fn may_bring_up(&self, fact: &Fact) -> bool {
        // Who died may be whom the fact is about.
        let is_kin = matches!(fact.kind, Kind::One | Kind::Several);
        let grief = Intent::Sensitive(Sensitive::Grief);
        let has_grief = self.readings.iter().any(|reading| reading.intent == grief);
        let was_said = || {
            let thing = fact.thing().to_lowercase();
            self.replies()
                .any(|reply| reply.to_lowercase().contains(&thing))
        };
        let is_out_of_place = is_kin && has_grief || fact.was_told(&self.readings) || was_said();
        !is_out_of_place
    }
}
