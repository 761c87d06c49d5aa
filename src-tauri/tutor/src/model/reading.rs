//! From the bytes of an answer to words: without network and time, so that every way of cutting the bytes can be
//! tried.

use std::collections::VecDeque;

use super::chat::{Ending, Finish, Usage};
use super::error::{Limit, ModelError};
use super::key::ApiKey;
use super::sse::Sse;
use super::thought::Thought;
use super::wire::{self, Piece};

/// A reply is not longer: about fifteen pages. The words up to there stand.
pub const MAX_REPLY_CHARACTERS: usize = 32_000;

/// One event of a stream, and one line of it, is not longer.
pub const MAX_EVENT_BYTES: usize = 256 * 1024;

/// All that is read of one reply, whatever is in it.
pub const MAX_STREAM_BYTES: usize = 16 * 1024 * 1024;

/// An answer that is not streamed is not longer.
pub(super) const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Takes the bytes of one answer as they come, and gives its words.
pub(super) struct Reading {
    key: Option<ApiKey>,
    shape: Shape,
    bytes: usize,
    thought: Thought,
    characters: usize,
    words: VecDeque<String>,
    has_events: bool,
    has_thought: bool,
    has_progressed: bool,
    finish: Option<Finish>,
    usage: Option<Usage>,
    is_done: bool,
}

enum Shape {
    /// Nothing but white space has come. What a server says its answer is, is less reliable than its first byte.
    Unknown,
    Events(Sse),
    /// JSON, although a stream was asked for.
    Whole(Vec<u8>),
}

impl Reading {
    /// `key` is what must not appear in errors.
    pub(super) fn new(key: Option<ApiKey>) -> Self {
        Self {
            key,
            shape: Shape::Unknown,
            bytes: 0,
            thought: Thought::default(),
            characters: 0,
            words: VecDeque::new(),
            has_events: false,
            has_thought: false,
            has_progressed: false,
            finish: None,
            usage: None,
            is_done: false,
        }
    }

    /// Reads the next bytes. After an error nothing more is to be read; the words before it can still be taken.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), ModelError> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > MAX_STREAM_BYTES {
            return Err(ModelError::TooLong {
                limit: Limit::Stream,
            });
        }
        if matches!(self.shape, Shape::Unknown) {
            // A byte order mark begins nothing that could be meant.
            let is_before =
                |byte: &u8| byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(byte);
            let begin = bytes.iter().take_while(|byte| is_before(byte)).count();
            bytes = &bytes[begin..];
            self.recognise(bytes)?;
        }
        match &mut self.shape {
            Shape::Unknown => Ok(()),
            Shape::Whole(whole) => {
                if whole.len() + bytes.len() > MAX_ANSWER_BYTES {
                    return Err(ModelError::TooLong {
                        limit: Limit::Answer,
                    });
                }
                whole.extend_from_slice(bytes);
                Ok(())
            }
            Shape::Events(_) => self.read_events(bytes),
        }
    }

    /// The answer has ended, as far as the connection tells.
    ///
    /// A stream that neither says why it ends nor that it is done was cut off, however orderly: a program between
    /// here and the model ends it like that when the model's server dies.
    pub(super) fn end(&mut self) -> Result<(), ModelError> {
        match &mut self.shape {
            Shape::Unknown => Err(ModelError::Garbage {
                what: "an empty answer",
            }),
            Shape::Whole(whole) => {
                let whole = std::mem::take(whole);
                let piece = wire::read_piece(&whole, self.key.as_ref())?;
                self.take_piece(&piece)?;
                self.is_done = true;
                self.flush()
            }
            Shape::Events(events) => {
                if let Some(event) = events.end()? {
                    self.read_event(&event)?;
                }
                if self.has_ended() {
                    return self.flush();
                }
                self.flush()?;
                Err(if self.has_events {
                    ModelError::CutOff
                } else {
                    ModelError::Garbage {
                        what: "neither a stream nor JSON",
                    }
                })
            }
        }
    }

    /// The next words to be heard.
    pub(super) fn take_words(&mut self) -> Option<String> {
        self.words.pop_front()
    }

    /// Whether the model has said or thought something since this was asked the last time.
    pub(super) fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.has_progressed)
    }

    /// Whether the server has said that nothing more will come.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Whether all words have come; the number of tokens may still follow.
    pub(super) fn has_ended(&self) -> bool {
        self.is_done || self.finish.is_some()
    }

    /// Whether any word was there to be heard.
    pub(super) fn has_spoken(&self) -> bool {
        self.characters > 0
    }

    /// How the answer ended, once it has.
    ///
    /// # Errors
    /// `NoWords` if there was nothing to be heard.
    pub(super) fn ending(&self) -> Result<Ending, ModelError> {
        if self.characters == 0 {
            let was_thinking = self.has_thought || self.thought.is_thinking();
            return Err(ModelError::NoWords {
                while_thinking: was_thinking && self.finish == Some(Finish::Length),
            });
        }
        Ok(Ending {
            finish: self.finish.unwrap_or(Finish::Unsaid),
            usage: self.usage,
        })
    }

    fn recognise(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        self.shape = match bytes.first() {
            None => Shape::Unknown,
            Some(b'<') => return Err(ModelError::NotAModelServer { what: "a web page" }),
            Some(b'{' | b'[') => Shape::Whole(Vec::new()),
            Some(_) => Shape::Events(Sse::new(MAX_EVENT_BYTES)),
        };
        Ok(())
    }

    fn read_events(&mut self, mut bytes: &[u8]) -> Result<(), ModelError> {
        while !bytes.is_empty() && !self.is_done {
            let Shape::Events(events) = &mut self.shape else {
                return Ok(());
            };
            let (event, read) = events.read(bytes)?;
            bytes = &bytes[read..];
            if let Some(event) = event {
                self.read_event(&event)?;
            }
        }
        Ok(())
    }

    fn read_event(&mut self, event: &[u8]) -> Result<(), ModelError> {
        let event = event.trim_ascii();
        self.has_events = true;
        if event == b"[DONE]" {
            self.is_done = true;
            return self.flush();
        }
        if event.is_empty() {
            return Ok(());
        }
        let piece = match wire::read_piece(event, self.key.as_ref()) {
            // An event is whole: what ends too early in it was never right.
            Err(ModelError::CutOff) => {
                return Err(ModelError::Garbage {
                    what: "no JSON where JSON belongs",
                });
            }
            piece => piece?,
        };
        self.take_piece(&piece)
    }

    fn take_piece(&mut self, piece: &Piece) -> Result<(), ModelError> {
        self.has_progressed |= piece.has_thought || !piece.words.is_empty();
        self.has_thought |= piece.has_thought;
        self.finish = piece.finish.or(self.finish);
        self.usage = piece.usage.or(self.usage);
        let words = self.thought.push(&piece.words);
        self.has_thought |= self.thought.is_thinking();
        self.say(&words)
    }

    fn flush(&mut self) -> Result<(), ModelError> {
        let words = self.thought.end();
        self.say(&words)
    }

    /// Control characters have no place in what is said, and NUL could not even be stored.
    fn say(&mut self, words: &str) -> Result<(), ModelError> {
        let room = MAX_REPLY_CHARACTERS - self.characters;
        let mut sayable = words
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
        let said: String = sayable.by_ref().take(room).collect();
        self.characters += said.chars().count();
        if !said.is_empty() {
            self.words.push_back(said);
        }
        if sayable.next().is_some() {
            return Err(ModelError::TooLong {
                limit: Limit::Characters,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
#[path = "reading_tests.rs"]
mod tests;
