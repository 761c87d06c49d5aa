//! How the things in a database are named and described, for the ledger.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use parlance_storage::chunk::Chunk;
use parlance_storage::conversation::{self, Conversation};
use parlance_storage::message::{self, Message};
use parlance_storage::settings::{self, UserSettings};
use parlance_storage::{
    ConversationId, Database, Error, MessageStatus, ReadTx, Role, TitleSource, UserId, user,
};

use crate::ledger::Fact;

/// Kinds of things of which nothing may be there that was not noted.
pub const TOLD: &[&str] = &[CONVERSATION, MESSAGE];

const CONVERSATION: &str = "conversation/";
const MESSAGE: &str = "message/";
/// Chunks are noted only once a worker has claimed them.
pub const CHUNK: &str = "chunk/";

/// Of a conversation whose topic is its mark.
#[must_use]
pub fn conversation(topic: &str, title: Option<&str>) -> Fact {
    let value = title.map_or_else(|| "unnamed".into(), |title| format!("named {title}"));
    (format!("{CONVERSATION}{topic}"), value)
}

/// Of what the learner said; the mark is its first word.
#[must_use]
pub fn sent(mark: &str, content: &str) -> Fact {
    described(mark, Role::User, MessageStatus::Complete, content, &[])
}

/// Of what the partner said; the mark stands where the engine's name would.
#[must_use]
pub fn reply(mark: &str, status: MessageStatus, content: &str, chunks: &[String]) -> Fact {
    described(mark, Role::Assistant, status, content, chunks)
}

fn described(
    mark: &str,
    role: Role,
    status: MessageStatus,
    content: &str,
    chunks: &[String],
) -> Fact {
    let value = format!(
        "{} {} {content:?} {chunks:?}",
        role.as_str(),
        status.as_str()
    );
    (format!("{MESSAGE}{mark}"), value)
}

/// Of a chunk that a worker has claimed.
#[must_use]
pub fn chunk(chunk: &Chunk) -> Fact {
    let value = format!(
        "{} {:?} {:?}",
        chunk.tts_status.as_str(),
        chunk.audio_key,
        chunk.audio_duration_ms
    );
    (format!("{CHUNK}{}", chunk.id), value)
}

/// Of the settings, all together.
///
/// # Errors
/// None in practice: settings are JSON.
pub fn settings(settings: &UserSettings) -> Result<Fact> {
    Ok(("settings".into(), serde_json::to_string(settings)?))
}

/// Everything that is in the database, by the ways in which the app reads it; and that its order is sound.
///
/// # Errors
/// What the storage says, and the first thing whose order is wrong.
pub fn found(db: &Database) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let Some(user) = db.read_blocking(user::find_first)? else {
        return Ok(found);
    };
    let user = user.id;
    found.extend([settings(
        &db.read_blocking(move |tx| settings::get(tx, user))?,
    )?]);
    let everything = db.read_blocking(move |tx| read_all(tx, user))?;
    for (conversation, messages) in everything {
        let topic = conversation
            .topic
            .as_deref()
            .context("a conversation without topic")?;
        let is_named = conversation.title_source == TitleSource::User;
        found.extend([self::conversation(
            topic,
            is_named.then_some(&conversation.title),
        )]);
        check_order(&messages).with_context(|| format!("in conversation {topic}"))?;
        for message in &messages {
            found.extend(message.chunks.iter().map(chunk));
            found.extend([of_message(message)?]);
        }
    }
    Ok(found)
}

fn of_message(message: &Message) -> Result<Fact> {
    let mark = match message.role {
        Role::User => message.content.split(' ').next(),
        Role::Assistant => message.model.as_deref(),
        Role::System => bail!("a system message, which nobody wrote"),
    };
    let chunks: Vec<String> = message
        .chunks
        .iter()
        .map(|chunk| chunk.text.clone())
        .collect();
    Ok(described(
        mark.context("a message without mark")?,
        message.role,
        message.status,
        &message.content,
        &chunks,
    ))
}

/// A conversation runs by its sequence, without gaps where nothing was erased, and ids grow along it.
fn check_order(messages: &[Message]) -> Result<()> {
    for (place, message) in (1..).zip(messages) {
        ensure!(
            message.sequence_number == place,
            "message {place} has the sequence number {}",
            message.sequence_number
        );
    }
    ensure!(
        messages.is_sorted_by_key(|message| message.id),
        "the ids of messages do not grow"
    );
    Ok(())
}

fn read_all(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<(Conversation, Vec<Message>)>, Error> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = conversation::list_page(
            tx,
            user,
            &conversation::ListFilter::default(),
            cursor.as_deref(),
            100,
        )?;
        for summary in page.items {
            let conversation = conversation::get(tx, user, summary.id)?;
            all.push((conversation, read_messages(tx, user, summary.id)?));
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

fn read_messages(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<Vec<Message>, Error> {
    let mut messages: Vec<Message> = Vec::new();
    loop {
        let before = messages.first().map(|message| message.sequence_number);
        let page = message::list_before(tx, user, conversation, before, 200)?;
        messages.splice(0..0, page.messages);
        if !page.has_more {
            return Ok(messages);
        }
    }
}
