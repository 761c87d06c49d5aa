//! Reactions: what a reply was like to the learner. One per reply, and only on replies.

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;
use serde_json::json;

use crate::change::ChangeKind;
use crate::columns::Columns;
use crate::id::{MessageId, ReactionId, UserId};
use crate::kinds::{EventType, Reaction, Role};
use crate::message::{self, Message};
use crate::text;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event};

/// What the learner thinks of a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MessageReaction {
    /// Its id.
    pub id: ReactionId,
    /// The reply.
    pub message_id: MessageId,
    /// In a word.
    pub reaction: Reaction,
    /// In the learner's words.
    pub feedback: Option<String>,
    /// When the reply was first reacted to.
    pub created_at: Timestamp,
    /// When that was last changed.
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "id, message_id, reaction, feedback_text, created_at, updated_at";

impl MessageReaction {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            message_id: columns.get("message_id")?,
            reaction: columns.get("reaction")?,
            feedback: columns.get("feedback_text")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }
}

/// Says what a reply was like, in the place of what was said before. A blank feedback is none.
///
/// # Errors
/// `Invalid` for a feedback that is longer than 2,000 characters or contains NUL; `Conflict` for what is no reply;
/// `NotFound` like [`message::get`].
pub fn set(
    tx: &WriteTx<'_>,
    user: UserId,
    message: MessageId,
    reaction: Reaction,
    feedback: Option<&str>,
    now: Timestamp,
) -> Result<MessageReaction, Error> {
    let feedback = text::remark("feedback", feedback)?;
    let message = require_reply(tx, user, message)?;
    if let Some(before) = find(tx, user, message.id)?
        && (before.reaction, before.feedback.as_deref()) == (reaction, feedback)
    {
        return Ok(before);
    }
    tx.prepare(
        "INSERT INTO message_reactions (id, message_id, user_id, reaction, feedback_text, created_at, updated_at)
         VALUES (:id, :message, :user, :reaction, :feedback, :now, :now)
         ON CONFLICT (message_id, user_id) DO UPDATE SET reaction = excluded.reaction,
             feedback_text = excluded.feedback_text, updated_at = excluded.updated_at",
    )?
    .execute(named_params! {
        ":id": ReactionId::new(now),
        ":message": message.id,
        ":user": user,
        ":reaction": reaction,
        ":feedback": feedback,
        ":now": now,
    })?;
    tell(tx, &message, EventType::ReactionSet, now)?;
    find(tx, user, message.id)?.ok_or_else(|| Error::not_found("reaction", message.id))
}

/// Takes back what was said of a reply. Does nothing if nothing was.
///
/// # Errors
/// `Conflict` for what is no reply; `NotFound` like [`message::get`].
pub fn clear(
    tx: &WriteTx<'_>,
    user: UserId,
    message: MessageId,
    now: Timestamp,
) -> Result<(), Error> {
    let message = require_reply(tx, user, message)?;
    let removed = tx
        .prepare("DELETE FROM message_reactions WHERE message_id = :message AND user_id = :user")?
        .execute(named_params! { ":message": message.id, ":user": user })?;
    if removed > 0 {
        tell(tx, &message, EventType::ReactionCleared, now)?;
    }
    Ok(())
}

/// What was said of a message; `None` if nothing was.
///
/// # Errors
/// `NotFound` like [`message::get`].
pub fn get(
    tx: &ReadTx<'_>,
    user: UserId,
    message: MessageId,
) -> Result<Option<MessageReaction>, Error> {
    message::get(tx, user, message)?;
    find(tx, user, message)
}

fn find(
    tx: &ReadTx<'_>,
    user: UserId,
    message: MessageId,
) -> Result<Option<MessageReaction>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM message_reactions WHERE message_id = :message AND user_id = :user"
    ))?;
    Ok(statement
        .query_row(
            named_params! { ":message": message, ":user": user },
            MessageReaction::from_row,
        )
        .optional()?)
}

fn require_reply(tx: &ReadTx<'_>, user: UserId, id: MessageId) -> Result<Message, Error> {
    let message = message::get(tx, user, id)?;
    if message.role == Role::Assistant {
        Ok(message)
    } else {
        Err(Error::conflict("Only replies can be reacted to."))
    }
}

fn tell(
    tx: &WriteTx<'_>,
    message: &Message,
    event_type: EventType,
    now: Timestamp,
) -> Result<(), Error> {
    tx.changed_message(ChangeKind::Updated, message.id, message.conversation_id);
    let data = json!({ "messageId": message.id });
    event::append(tx, message.conversation_id, event_type, &data, now)
}
