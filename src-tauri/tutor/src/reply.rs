//! What every partner in a conversation has in common: it takes a history and answers in a stream.

use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use parlance_storage::{CefrLevel, Role};
use thiserror::Error;

use crate::memory::Context;

/// Something that can answer a learner: the built-in partner, or a model behind a server.
pub trait ReplyEngine: Send + Sync {
    /// A short name that is stored with each message the engine wrote.
    fn name(&self) -> &str;

    /// Whether it reads [`ReplyRequest::context`], which is then to be built for it.
    fn reads_context(&self) -> bool {
        false
    }

    /// Starts an answer to the last turn of the history.
    ///
    /// The stream's pieces, put together, are the reply; where one piece ends has no meaning. After
    /// an error nothing more comes, and the words before it stand. Dropping the stream stops the
    /// engine: nothing goes on in the background.
    fn reply(&self, request: ReplyRequest) -> BoxStream<'static, Result<String, ReplyError>>;
}

/// All that an engine may know when it answers.
#[derive(Clone, Debug, Default)]
pub struct ReplyRequest {
    /// The slug of the scenario that the conversation was begun with. A slug that the engine does
    /// not know is no error: the conversation goes on as free talk.
    pub scenario: Option<String>,
    /// The learner's level in this conversation; the scenario's own level where it is absent.
    pub level: Option<CefrLevel>,
    /// What was said so far, oldest first, the learner's newest words last.
    pub history: Vec<Turn>,
    /// The words that the reply has already, if it broke off and is gone on with; they are not in the history, and the
    /// engine gives what comes after them. Empty for a new reply.
    pub begun: String,
    /// What a model is told instead of the history, built with `scenario`, `level` and `begun`; engines that are no
    /// model read the history alone. `None`: the newest turns of the history that fit.
    pub context: Option<Context>,
    /// What is remembered about the learner, the pinned and surest first, each as it is stored. Learners, models and
    /// imports wrote them: an engine uses what it understands and says none of them as it stands. Models find them in
    /// `context`.
    pub facts: Vec<String>,
    /// The learner's words that are to be met again, the most urgent first, as they are stored. They may be anything.
    pub due_words: Vec<String>,
    /// How fast the words should come.
    pub pace: Pace,
}

/// One message of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who said it.
    pub role: Role,
    /// The words, as stored.
    pub content: String,
}

/// How fast an engine that has its whole answer at once lets the words out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pace {
    /// All at once, with no timer at all.
    Instant,
    /// 90 ms a word: as fast as one reads along.
    #[default]
    Natural,
    /// 280 ms a word: slow enough for a beginner to follow each word.
    Slow,
}

impl Pace {
    /// The wait before each word.
    #[must_use]
    pub const fn per_word(self) -> Duration {
        match self {
            Self::Instant => Duration::ZERO,
            Self::Natural => Duration::from_millis(90),
            Self::Slow => Duration::from_millis(280),
        }
    }
}

/// Why a reply did not come, or broke off. The words that came before the error are good.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReplyError {
    /// The engine cannot be reached or is not running; trying again later may help.
    #[error("the partner cannot be reached: {reason}")]
    Unavailable {
        /// What was tried and how it failed, as a sentence for people.
        reason: String,
        /// Names the kind of trouble, for whoever translates it.
        code: &'static str,
    },
    /// The engine will not answer this request; trying the same again will not help.
    #[error("the partner refused to answer: {reason}")]
    Refused {
        /// What the engine gave as its reason.
        reason: String,
        /// Names the kind of trouble, for whoever translates it.
        code: &'static str,
    },
    /// The engine began to answer and stopped before the end.
    #[error("the reply broke off: {reason}")]
    Interrupted {
        /// What broke.
        reason: String,
        /// Names the kind of trouble, for whoever translates it.
        code: &'static str,
    },
}

impl ReplyError {
    /// Names the kind of trouble, for whoever translates it; never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { code, .. }
            | Self::Refused { code, .. }
            | Self::Interrupted { code, .. } => code,
        }
    }
}

/// Lets a finished text out word by word: each piece is a word with the white space after it.
pub(crate) fn stream_words(
    text: &str,
    pace: Pace,
) -> BoxStream<'static, Result<String, ReplyError>> {
    let words: Vec<String> = split_words(text).map(str::to_owned).collect();
    stream::iter(words)
        .then(move |word| async move {
            if pace != Pace::Instant {
                tokio::time::sleep(pace.per_word()).await;
            }
            Ok(word)
        })
        .boxed()
}

/// Cuts after each run of white space, so that the pieces put together are the text again.
fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let lead = rest.len() - rest.trim_start().len();
        let word_end = rest[lead..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |length| lead + length);
        let space = rest[word_end..].len() - rest[word_end..].trim_start().len();
        let (piece, tail) = rest.split_at(word_end + space);
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::split_words;

    #[test]
    fn the_streamed_words_put_together_are_the_text() {
        for text in ["", " ", "one", " one  two ", "a\n\nb c", "Xin chào! 你好。"] {
            assert_eq!(split_words(text).collect::<String>(), text);
        }
    }

    #[test]
    fn each_piece_is_one_word_with_the_space_after_it() {
        let words: Vec<_> = split_words("So  you like tea?").collect();
        assert_eq!(words, ["So  ", "you ", "like ", "tea?"]);
    }
}
