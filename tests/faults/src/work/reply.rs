//! Replies: begun with the learner's message, word by word, and ended.

use parlance_storage::chunk::NewChunk;
use parlance_storage::{Database, Emotion, Emphasis, Error, MessageId, MessageStatus, message};
use rand::Rng;
use rand::seq::IndexedRandom;

use super::{Notes, Worker};
use crate::facts;
use crate::ledger::{Fact, Note};

/// A reply that is being written, as far as it was acknowledged.
#[derive(Clone)]
pub(super) struct Reply {
    id: MessageId,
    mark: String,
    content: String,
    chunks: Vec<String>,
}

impl Reply {
    fn fact(&self, status: MessageStatus) -> Fact {
        facts::reply(&self.mark, status, &self.content, &self.chunks)
    }

    /// What no chunk holds yet.
    fn rest(&self) -> String {
        let spoken: usize = self.chunks.iter().map(String::len).sum();
        self.content[spoken..].to_owned()
    }

    /// Makes a chunk of what no chunk holds yet.
    fn cut(&mut self) -> Vec<NewChunk> {
        let rest = self.rest();
        if rest.is_empty() {
            return Vec::new();
        }
        self.chunks.push(rest.clone());
        vec![chunk(rest)]
    }
}

fn chunk(text: String) -> NewChunk {
    NewChunk {
        spoken_text: text.trim().to_owned(),
        text,
        emotion: Emotion::Neutral,
        icon: None,
        pause_after_ms: 200,
        emphasis: Emphasis::None,
    }
}

impl Worker<'_> {
    /// The learner's message and the empty reply in one transaction, as the app begins a turn.
    pub(super) fn send_and_be_answered(&mut self, talk: usize) -> Result<(), Error> {
        let (said, new) = self.new_message();
        let mark = self.mark();
        let begun = facts::reply(&mark, MessageStatus::Streaming, "", &[]);
        let (user, id, now) = (self.user, self.talks[talk].id, self.db.now());
        let model = mark.clone();
        let reply = self.write(vec![said, begun], move |tx| {
            message::send(tx, user, id, new, now)?;
            message::begin_reply(tx, id, &model, now)
        })?;
        self.talks[talk].reply = Some(Reply {
            id: reply.id,
            mark,
            content: String::new(),
            chunks: Vec::new(),
        });
        Ok(())
    }

    /// Something that the partner says at once.
    pub(super) fn say(&mut self, talk: usize) -> Result<(), Error> {
        let (mark, content) = (self.mark(), self.text() + ".");
        let chunks = [content.clone()];
        let fact = facts::reply(&mark, MessageStatus::Complete, &content, &chunks);
        let (id, now) = (self.talks[talk].id, self.db.now());
        self.write(vec![fact], move |tx| {
            message::say(tx, id, &content, &chunks.map(chunk), &mark, now)
        })?;
        Ok(())
    }

    pub(super) fn go_on_with_reply(&mut self, talk: usize) -> Result<(), Error> {
        let Some(mut reply) = self.talks[talk].reply.clone() else {
            return Ok(());
        };
        if self.random.random_range(0..5) == 0 {
            let status = *[
                MessageStatus::Complete,
                MessageStatus::Interrupted,
                MessageStatus::Failed,
            ]
            .choose(&mut self.random)
            .unwrap_or(&MessageStatus::Complete);
            let chunks = reply.cut();
            let (id, now) = (reply.id, self.db.now());
            self.write(vec![reply.fact(status)], move |tx| {
                message::finish_reply(tx, id, status, &chunks, now)
            })?;
            self.talks[talk].reply = None;
            return Ok(());
        }
        let words = self.text();
        reply.content.push_str(&words);
        let chunks = if self.random.random_bool(0.5) {
            reply.cut()
        } else {
            Vec::new()
        };
        let (id, now) = (reply.id, self.db.now());
        self.write(vec![reply.fact(MessageStatus::Streaming)], move |tx| {
            message::append_to_reply(tx, id, &words, &chunks, now)
        })?;
        self.talks[talk].reply = Some(reply);
        Ok(())
    }
}

/// Ends the replies of a process that died, as the app does at its start.
///
/// # Errors
/// What the storage says.
pub fn finish_what_is_cut_off(db: &Database, notes: Notes<'_>) -> Result<(), Error> {
    for found in db.read_blocking(message::list_streaming)? {
        let mut reply = Reply {
            id: found.id,
            mark: found.model.unwrap_or_default(),
            content: found.content,
            chunks: found.chunks.into_iter().map(|chunk| chunk.text).collect(),
        };
        let chunks = reply.cut();
        let (id, now) = (reply.id, db.now());
        let facts = vec![reply.fact(MessageStatus::Interrupted)];
        notes(&Note::Intended(facts.clone()));
        db.write_blocking(move |tx| {
            message::finish_reply(tx, id, MessageStatus::Interrupted, &chunks, now)
        })?;
        notes(&Note::Kept(facts));
    }
    Ok(())
}
