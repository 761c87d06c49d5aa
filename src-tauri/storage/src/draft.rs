//! Drafts: what the learner has typed in a conversation and not sent.
//!
//! The window stores them while they grow. [`crate::message::send`] removes a conversation's draft in the
//! transaction that stores the message, so that the words are in one place or the other, and never in both.

use rusqlite::{OptionalExtension, Row, named_params};

use crate::columns::Columns;
use crate::id::{ConversationId, UserId};
use crate::text::{self, LONGEST_MESSAGE};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation};

/// Unsent words, and where they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Where they were typed.
    pub conversation_id: ConversationId,
    /// To the letter, blanks included; never empty.
    pub content: String,
    /// When they were last stored.
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "conversation_id, content, updated_at";

impl Draft {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            conversation_id: columns.get("conversation_id")?,
            content: columns.get("content")?,
            updated_at: columns.get("updated_at")?,
        })
    }
}

/// Stores the draft of a conversation in the place of the one before; an empty text removes it.
///
/// # Errors
/// `Invalid` for a text that is longer than the longest message or contains NUL; `NotFound` if this learner
/// has no such conversation. The draft before is kept then.
pub fn save(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    content: &str,
    now: Timestamp,
) -> Result<(), Error> {
    text::check("draft", content, LONGEST_MESSAGE)?;
    conversation::require(tx, user, conversation)?;
    if content.is_empty() {
        return remove(tx, conversation);
    }
    tx.prepare(
        "INSERT INTO message_drafts (conversation_id, content, created_at, updated_at)
         VALUES (:conversation, :content, :now, :now)
         ON CONFLICT (conversation_id) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at",
    )?
    .execute(named_params! { ":conversation": conversation, ":content": content, ":now": now })?;
    Ok(())
}

/// The draft of a conversation; `None` if nothing is unsent there.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn find(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<Option<Draft>, Error> {
    conversation::require(tx, user, conversation)?;
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM message_drafts WHERE conversation_id = :conversation"
    ))?;
    Ok(statement
        .query_row(
            named_params! { ":conversation": conversation },
            Draft::from_row,
        )
        .optional()?)
}

/// Removes the draft of a conversation, if there is one.
pub(crate) fn remove(tx: &WriteTx<'_>, conversation: ConversationId) -> Result<(), Error> {
    tx.prepare("DELETE FROM message_drafts WHERE conversation_id = :conversation")?
        .execute(named_params! { ":conversation": conversation })?;
    Ok(())
}
