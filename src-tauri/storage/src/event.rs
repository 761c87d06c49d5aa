//! The audit log of a conversation.
//!
//! An event is appended by the verb that it reports, in the same transaction. It holds ids and kinds,
//! never what was said.

use rusqlite::{Row, named_params};
use serde::Serialize;

use crate::columns::Columns;
use crate::id::{ConversationId, EventId, UserId};
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ConversationEvent {
    /// Its id.
    pub id: EventId,
    /// The conversation in which it happened.
    pub conversation_id: ConversationId,
    /// What happened.
    pub event_type: EventType,
    /// JSON: an object with ids and kinds.
    pub event_data: String,
    /// When it happened.
    pub created_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "id, conversation_id, event_type, event_data, created_at";

impl ConversationEvent {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            conversation_id: columns.get("conversation_id")?,
            event_type: columns.get("event_type")?,
            event_data: columns.get("event_data")?,
            created_at: columns.get("created_at")?,
        })
    }
}

/// Adds an entry. `data` is a JSON object.
pub(crate) fn append(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    event_type: EventType,
    data: &serde_json::Value,
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO conversation_events (id, conversation_id, event_type, event_data, created_at)
         VALUES (:id, :conversation, :event_type, :data, :now)",
    )?
    .execute(named_params! {
        ":id": EventId::new(now),
        ":conversation": conversation,
        ":event_type": event_type,
        ":data": data.to_string(),
        ":now": now,
    })?;
    Ok(())
}

/// The entries after `after` (or from the start), oldest first, at most `limit`.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    after: Option<EventId>,
    limit: u32,
) -> Result<Vec<ConversationEvent>, Error> {
    conversation::require(tx, user, conversation)?;
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_events
         WHERE conversation_id = :conversation AND id > coalesce(:after, -1) ORDER BY id LIMIT :limit"
    ))?;
    let rows = statement.query_map(
        named_params! { ":conversation": conversation, ":after": after, ":limit": limit },
        ConversationEvent::from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}
