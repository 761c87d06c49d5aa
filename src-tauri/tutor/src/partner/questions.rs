//! What the partner asks next.

use parlance_storage::{CefrLevel, Role};

use super::answer::Answering;
use super::filled::value_at_end;
use super::general::{Tiers, chat, is_advanced};
use super::reading::Reading;
use super::said::{Said, sentences, stable_hash};
use super::scenario::Beat;
use crate::reply::Turn;

impl Answering<'_> {
    /// The next question of the script. After its end whether to go on, and then what there is to chat about. Now and
    /// then something that leads aside.
    ///
    /// Without a reading the learner is not in the mood for what is new: they did not understand, or need comfort.
    pub(super) fn next_question(&self, reading: Option<&Reading>) -> String {
        let aside = || reading.and_then(|reading| self.aside(reading));
        let by_script = self.next_beat().and_then(|beat| {
            let leads_aside = self.scenario.personal.then(aside).flatten();
            leads_aside.or_else(|| self.pick(&beat.ask))
        });
        by_script
            .or_else(|| reading.and_then(|_| self.closing()))
            .or_else(aside)
            .or_else(|| self.next_chat())
            .unwrap_or_else(|| self.small_talk(reading))
    }

    /// The first question of the script that is still to be asked.
    pub(super) fn next_beat(&self) -> Option<&'static Beat> {
        let mut beats = self.scenario.beats.iter();
        beats.find(|beat| !self.was_asked(beat) && !self.is_settled(beat))
    }

    fn next_chat(&self) -> Option<String> {
        let start = self.history.first().map_or("", |turn| &turn.content);
        let seed = stable_hash(&[&self.scenario.slug, start]);
        chat_beats(self.level, seed)
            .filter(|beat| !self.was_asked(beat) && !self.is_settled(beat))
            .find_map(|beat| self.pick(&beat.ask))
    }

    /// Questions that can be asked for ever, from the learner's words or with words for variety.
    fn small_talk(&self, reading: Option<&Reading>) -> String {
        let general = self.general;
        let about = |reading: &Reading| {
            let mut topics = reading.topics.iter();
            topics.find_map(|topic| self.line_about(&general.follow_up, topic))
        };
        // Two in a row would be an echo.
        let last = self.last_reply().map_or("", |turn| turn.content.as_str());
        let mut follow_ups = general.follow_up.all();
        let just_followed_up = follow_ups.any(|line| value_at_end(last, line).is_some());
        reading
            .filter(|_| !just_followed_up)
            .and_then(about)
            .or_else(|| self.line(&general.small_talk))
            .or_else(|| self.readings.iter().rev().find_map(about))
            .or_else(|| self.line_with(&general.follow_up, "topic", &self.scenario.topic))
            .unwrap_or_else(|| {
                let number = self.history.len();
                format!("Here is question number {number}: what else comes to your mind?")
            })
    }

    /// Comes back to what the learner said before it goes on with the script.
    pub(super) fn question_about(&self, reading: &Reading) -> Option<String> {
        let present = self.present_beat()?;
        let is_chat = !self
            .scenario
            .beats
            .iter()
            .any(|beat| std::ptr::eq(beat, present));
        if !self.scenario.dwells && !is_chat || reading.asks {
            return None;
        }
        if let Some(word) = &reading.lone_word {
            return self.line_with(&self.general.say_more, "word", word);
        }
        let topic = reading.topics.first()?;
        // A debate does not stop for somebody's dog, and no chat among the advanced for any potatoes.
        let is_debate = !is_chat && !self.scenario.personal;
        let is_worth_it = match is_debate {
            true => topic.is_debatable(),
            false => topic.phrase.starts_with("your "),
        };
        (is_worth_it || !is_advanced(self.level))
            .then(|| self.line_about(&self.general.follow_up, topic))?
    }

    /// The partner's question once more, in other words, if the learner asked something instead of answering it.
    pub(super) fn unanswered_question(&self, reading: &Reading) -> Option<String> {
        let present = self.present_beat().filter(|_| reading.asks)?;
        let last = sentences(&self.last_reply()?.content).last()?;
        let invites_questions = last.contains("question") || last.contains("to know");
        let is_answered = reading.agreement.is_some()
            || present.reactions.iter().any(|reaction| {
                reading.mentions(&reaction.words).is_some() || reading.denies(&reaction.words)
            });
        (!invites_questions && !is_answered).then(|| {
            self.pick(&present.easier)
                .or_else(|| self.pick(&present.ask))
        })?
    }

    /// The partner's last message.
    pub(super) fn last_reply(&self) -> Option<&Turn> {
        let mut turns = self.history.iter().rev();
        turns.find(|turn| turn.role == Role::Assistant)
    }

    /// The beat whose question was the partner's last one.
    pub(super) fn present_beat(&self) -> Option<&'static Beat> {
        let last = self.last_reply()?;
        let just_said = Said::in_history(std::slice::from_ref(last));
        let mut beats = self.scenario.beats.iter().chain(chat_beats(self.level, 0));
        beats.find(|beat| {
            let mut questions = beat.ask.iter().chain(&beat.easier);
            // A repeated question stands behind a colon.
            questions
                .any(|question| just_said.has_said(question) || last.content.ends_with(question))
        })
    }

    pub(super) fn was_asked(&self, beat: &Beat) -> bool {
        beat.ask.iter().any(|question| self.said.has_said(question))
    }

    /// Whether the learner has answered the question before it was asked.
    fn is_settled(&self, beat: &Beat) -> bool {
        self.readings.iter().any(|reading| {
            let by_reaction = || {
                let mut reactions = beat.reactions.iter();
                reactions.any(|reaction| reading.mentions(&reaction.words).is_some())
            };
            let has = |words: &[String]| reading.mentions(words).is_some() || reading.denies(words);
            has(&beat.settled_by) || beat.settled_by_words && by_reaction()
        })
    }
}

/// The chat that suits a level, the most fitting tier first; where each tier begins depends on the seed, so that not
/// every conversation goes the same way.
fn chat_beats(level: CefrLevel, seed: u64) -> impl Iterator<Item = &'static Beat> {
    let tiers = Tiers::for_level(chat(), level).into_iter().take(2);
    tiers.flat_map(move |tier| {
        let length = u64::try_from(tier.len()).unwrap_or(u64::MAX).max(1);
        let start = usize::try_from(seed % length).unwrap_or(0);
        tier[start..].iter().chain(&tier[..start])
    })
}

pub(super) fn ordinal(number: usize) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
