//! A conversation with the practice partner, for tests.

use futures::{FutureExt, StreamExt};
use parlance_storage::{CefrLevel, Role};
use parlance_tutor::{Pace, PracticePartner, ReplyEngine, ReplyRequest, Turn};

/// A conversation with the partner.
pub(crate) struct Talk {
    pub(crate) scenario: String,
    pub(crate) level: Option<CefrLevel>,
    pub(crate) history: Vec<Turn>,
}

impl Talk {
    /// Begins a conversation, with the partner's opening words.
    pub(crate) fn open(scenario: &str) -> Self {
        let mut talk = Self {
            scenario: scenario.to_owned(),
            level: None,
            history: Vec::new(),
        };
        talk.answer();
        talk
    }

    pub(crate) fn at_level(mut self, level: CefrLevel) -> Self {
        self.level = Some(level);
        self
    }

    /// What the partner would say now.
    pub(crate) fn next_reply(&self) -> String {
        let request = ReplyRequest {
            scenario: Some(self.scenario.clone()),
            level: self.level,
            history: self.history.clone(),
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
