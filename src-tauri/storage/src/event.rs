//! The audit log of a conversation.
//!
//! An event is appended by the verb that it reports, in the same transaction. It holds ids and kinds,
//! never what was said.

use std::path::Path;

use rusqlite::{Row, named_params};
use serde::{Deserialize, Serialize};

use crate::columns::Columns;
use crate::id::{ConversationId, EventId, UserId};
use crate::inspect::read_newest;
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, user};

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

/// Which entries are wanted; each part narrows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EventFilter {
    /// Of these kinds; empty: of all.
    pub types: Vec<EventType>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EventPage {
    /// Newest first.
    pub items: Vec<ConversationEvent>,
    /// Asks for the page after this one; `None` at the end.
    pub next: Option<EventId>,
}

/// The most entries of one page.
pub const LARGEST_PAGE: u32 = 200;

const NARROWED: &str = "id < coalesce(:before, 9223372036854775807)
    AND (:types = '[]' OR event_type IN (SELECT value FROM json_each(:types)))
    AND created_at >= coalesce(:since, created_at) AND (:until IS NULL OR created_at < :until)
    ORDER BY id DESC LIMIT :limit";

pub(crate) fn page_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM conversation_events WHERE conversation_id = :conversation AND {NARROWED}"
    )
}

/// The entries of a conversation before the entry `before` (or the newest), newest first, at most `limit` and at most
/// 200.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list_page(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    filter: &EventFilter,
    before: Option<EventId>,
    limit: u32,
) -> Result<EventPage, Error> {
    conversation::require(tx, user, conversation)?;
    let limit = limit.clamp(1, LARGEST_PAGE);
    let types = types_as_json(filter)?;
    let mut statement = tx.prepare(&page_sql())?;
    let rows = statement.query_map(
        named_params! {
            ":conversation": conversation,
            ":before": before,
            ":types": types,
            ":since": filter.since,
            ":until": filter.until,
            // One more than asked for tells whether there are more.
            ":limit": limit + 1,
        },
        ConversationEvent::from_row,
    )?;
    let mut items: Vec<ConversationEvent> = rows.collect::<Result<_, _>>()?;
    let has_more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| has_more).map(|last| last.id);
    Ok(EventPage { items, next })
}

/// The newest `limit` entries of all conversations of the oldest profile, or of one of them, newest first; `None` if
/// there is no database. Also of conversations in the trash. Writes nothing.
///
/// # Errors
/// `SchemaTooNew`, or `Conflict` if the database is of an older version; what `status::read` has.
pub fn in_directory(
    data_dir: &Path,
    conversation: Option<ConversationId>,
    filter: &EventFilter,
    limit: u32,
) -> Result<Option<Vec<ConversationEvent>>, Error> {
    read_newest(data_dir, |tx| {
        let Some(learner) = user::find_first(tx)? else {
            return Ok(Vec::new());
        };
        let mut statement = tx.prepare(&format!(
            "SELECT {COLUMNS} FROM conversation_events
             WHERE conversation_id IN (SELECT id FROM conversations WHERE user_id = :user)
                 AND (:conversation IS NULL OR conversation_id = :conversation) AND {NARROWED}"
        ))?;
        let rows = statement.query_map(
            named_params! {
                ":user": learner.id,
                ":conversation": conversation,
                ":before": None::<EventId>,
                ":types": types_as_json(filter)?,
                ":since": filter.since,
                ":until": filter.until,
                ":limit": limit,
            },
            ConversationEvent::from_row,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
}

fn types_as_json(filter: &EventFilter) -> Result<String, Error> {
    serde_json::to_string(&filter.types)
        .map_err(|_| Error::internal("kinds of events cannot be written as JSON"))
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
