//! What the script of a scenario says to an answer, or to a question, of the learner's.

use super::answer::Answering;
use super::reading::{Agreement, Reading};
use super::scenario::{Answer, AnswerKind, Beat, Reaction};

impl Answering<'_> {
    /// What the script has to say to this answer: one line, or two if it answered more than was asked.
    pub(super) fn scripted_reactions(&self, reading: &Reading) -> Vec<String> {
        if reading.asks {
            return self.answer_to_question(reading).into_iter().collect();
        }
        let present = self.present_beat();
        let unasked = self
            .scenario
            .beats
            .iter()
            .filter(|beat| beat.settled_by_words && !self.was_asked(beat));
        let expected: Vec<String> = present
            .into_iter()
            .chain(unasked)
            .filter_map(|beat| self.reaction(beat, reading))
            .take(2)
            .collect();
        if !expected.is_empty() {
            return expected;
        }
        // "And a lemonade": more about what was settled before.
        let settled = self.scenario.beats.iter();
        let again = settled
            .filter(|beat| beat.settled_by_words && reading.wishes())
            .flat_map(|beat| &beat.reactions)
            .find_map(|reaction| self.reaction_by_word(reaction, reading));
        again.into_iter().collect()
    }

    /// The answer to a question of the learner's, if the script has one.
    fn answer_to_question(&self, reading: &Reading) -> Option<String> {
        let reactions = || {
            let beats = self.scenario.beats.iter();
            beats.flat_map(|beat| &beat.reactions)
        };
        self.told(&self.scenario.answers, reading)
            .or_else(|| {
                let thing = reading.liking.as_deref()?;
                self.line_with(&self.general.likes, "thing", thing)
            })
            .or_else(|| {
                reactions()
                    .filter(|reaction| reaction.when_asked)
                    .find_map(|reaction| self.reaction_by_word(reaction, reading))
            })
            .or_else(|| self.told(&self.general.answers, reading))
            .or_else(|| {
                // "Tea, please?" is an order put politely.
                let present = self.present_beat()?;
                let is_short = reading.tokens.len() <= 3;
                present
                    .reactions
                    .iter()
                    .filter(|_| is_short)
                    .find_map(|reaction| self.reaction_by_word(reaction, reading))
            })
    }

    /// What the partner tells of itself when it is asked back; "And you, where are you from?" says what is wanted.
    pub(super) fn about_itself(&self, reading: &Reading) -> Option<String> {
        self.told(&self.scenario.answers, reading)
            .or_else(|| self.told(&self.general.answers, reading))
            .or_else(|| self.pick(&self.scenario.about_me))
    }

    fn told(&self, answers: &[Answer], reading: &Reading) -> Option<String> {
        let mut fitting = answers
            .iter()
            .filter(|answer| reading.mentions(&answer.words).is_some());
        fitting.find_map(|answer| self.pick(&answer.say))
    }

    fn reaction_by_word(&self, reaction: &Reaction, reading: &Reading) -> Option<String> {
        let word = reading.mentions(&reaction.words)?;
        self.pick_with(&reaction.say, "word", word)
    }

    fn reaction(&self, beat: &Beat, reading: &Reading) -> Option<String> {
        let was_asked = self.was_asked(beat);
        let reactions = || beat.reactions.iter();
        let by_word = reactions().find_map(|reaction| self.reaction_by_word(reaction, reading));
        let by_denial = || {
            let denied = |reaction: &&Reaction| was_asked && reading.denies(&reaction.words);
            reactions()
                .filter(denied)
                .find_map(|reaction| self.pick(&reaction.denied))
        };
        let by_kind = || {
            let fits = |reaction: &&Reaction| {
                was_asked && reaction.kind.is_some_and(|kind| is_of_kind(reading, kind))
            };
            reactions()
                .filter(fits)
                .find_map(|reaction| self.pick(&reaction.say))
        };
        by_word.or_else(by_denial).or_else(by_kind)
    }
}

fn is_of_kind(reading: &Reading, kind: AnswerKind) -> bool {
    match kind {
        AnswerKind::Yes => reading.agreement == Some(Agreement::Yes),
        AnswerKind::No => reading.agreement == Some(Agreement::No),
        AnswerKind::Number => reading.number.is_some(),
        AnswerKind::Name => reading.name.is_some(),
    }
}
