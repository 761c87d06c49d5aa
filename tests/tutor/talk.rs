//! A conversation with the practice partner, for tests.

use futures::{FutureExt, StreamExt};
use parlance_storage::{CefrLevel, Role};
use parlance_tutor::{Pace, PracticePartner, ReplyEngine, ReplyRequest, Turn};

/// A conversation with the partner.
#[derive(Default)]
pub(crate) struct Talk {
    pub(crate) scenario: String,
    pub(crate) level: Option<CefrLevel>,
    pub(crate) history: Vec<Turn>,
    /// What the partner knows about the learner from before.
    pub(crate) facts: Vec<String>,
    pub(crate) due_words: Vec<String>,
}

impl Talk {
    /// Begins a conversation, with the partner's opening words.
    pub(crate) fn open(scenario: &str) -> Self {
        let mut talk = Self {
            scenario: scenario.to_owned(),
            ..Self::default()
        };
        talk.answer();
        talk
    }

    pub(crate) fn at_level(mut self, level: CefrLevel) -> Self {
        self.level = Some(level);
        self
    }

    pub(crate) fn knowing(mut self, facts: &[&str]) -> Self {
        self.facts = facts.iter().map(|fact| (*fact).to_owned()).collect();
        self
    }

    pub(crate) fn with_due(mut self, words: &[&str]) -> Self {
        self.due_words = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// The partner's last message.
    pub(crate) fn last_reply(&self) -> &str {
        let mut turns = self.history.iter().rev();
        let last = turns.find(|turn| turn.role == Role::Assistant);
        last.map_or("", |turn| turn.content.as_str())
    }

    /// What the partner would say now.
    pub(crate) fn next_reply(&self) -> String {
        let request = ReplyRequest {
            scenario: Some(self.scenario.clone()),
            level: self.level,
            history: self.history.clone(),
            facts: self.facts.clone(),
            due_words: self.due_words.clone(),
            pace: Pace::Instant,
            ..ReplyRequest::default()
        };
        let words = PracticePartner
            .reply(request)
            .map(Result::unwrap)
            .collect::<String>();
        words.now_or_never().unwrap()
    }

    pub(crate) fn answer(&mut self) -> String {
        let reply = self.next_reply();
        self.history.push(Turn {
            role: Role::Assistant,
            content: reply.clone(),
        });
        reply
    }

    /// Says something and gives the answer.
    pub(crate) fn say(&mut self, words: &str) -> String {
        self.history.push(Turn {
            role: Role::User,
            content: words.to_owned(),
        });
        self.answer()
    }
}

/// The sentences of a reply, as one hears them.
pub(crate) fn sentences(reply: &str) -> Vec<String> {
    let sentences = reply.split_inclusive(['.', '?', '!']).map(|sentence| {
        let letters = sentence.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    });
    sentences.filter(|sentence| !sentence.is_empty()).collect()
}
