//! What a message said before it was edited.

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use super::get;
use crate::columns::Columns;
use crate::id::{MessageEditId, MessageId, UserId};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, id};

/// The most edits of one page.
pub const LARGEST_HISTORY_PAGE: u32 = 100;

/// One change of a message's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MessageEdit {
    /// Its id.
    pub id: MessageEditId,
    /// What the message said before.
    pub previous_content: String,
    /// What it said afterwards.
    pub new_content: String,
    /// When that was; later edits have later times, whatever the clock did.
    pub edited_at: Timestamp,
}

/// A page of a message's edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MessageHistory {
    /// Newest first.
    pub edits: Vec<MessageEdit>,
    /// Asks for the page after this one; `None` at the end.
    pub next: Option<String>,
}

pub(crate) const COLUMNS: &str = "id, previous_content, new_content, edited_at";

const PAGE: &str = "
    FROM message_edit_history
    WHERE message_id = :message AND edited_at <= :at AND (edited_at, id) < (:at, :id)
    ORDER BY edited_at DESC, id DESC LIMIT :limit";

pub(crate) fn history_sql() -> String {
    format!("SELECT {COLUMNS} {PAGE}")
}

impl MessageEdit {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            previous_content: columns.get("previous_content")?,
            new_content: columns.get("new_content")?,
            edited_at: columns.get("edited_at")?,
        })
    }
}

/// The edits of a message after `cursor` (or from the newest), at most 100.
///
/// `cursor` is the `next` of an earlier page.
///
/// # Errors
/// `NotFound` like [`get`]; `Invalid` for a cursor that no page gave.
pub fn history(
    tx: &ReadTx<'_>,
    user: UserId,
    id: MessageId,
    cursor: Option<&str>,
) -> Result<MessageHistory, Error> {
    get(tx, user, id)?;
    let (at, before) = match cursor {
        None => (i64::MAX, i64::MAX),
        Some(cursor) => id::from_time_cursor(cursor)?,
    };
    let mut statement = tx.prepare(&history_sql())?;
    let rows = statement.query_map(
        named_params! {
            ":message": id,
            ":at": at,
            ":id": before,
            // One more than is given tells whether there is a next page.
            ":limit": LARGEST_HISTORY_PAGE + 1,
        },
        MessageEdit::from_row,
    )?;
    let mut edits: Vec<MessageEdit> = rows.collect::<Result<_, _>>()?;
    let has_more = edits.len() > LARGEST_HISTORY_PAGE as usize;
    edits.truncate(LARGEST_HISTORY_PAGE as usize);
    let next = edits
        .last()
        .filter(|_| has_more)
        .map(|last| id::to_time_cursor(last.edited_at.as_millis(), last.id.as_i64()));
    Ok(MessageHistory { edits, next })
}

/// The last change of a message's words; `None` if it was never edited.
pub(super) fn newest(tx: &ReadTx<'_>, message: MessageId) -> Result<Option<MessageEdit>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM message_edit_history WHERE message_id = :message
         ORDER BY edited_at DESC, id DESC LIMIT 1"
    );
    Ok(tx
        .prepare(&sql)?
        .query_row(named_params! { ":message": message }, MessageEdit::from_row)
        .optional()?)
}

/// Remembers a change, and gives its id.
pub(super) fn insert(
    tx: &WriteTx<'_>,
    message: MessageId,
    previous: &str,
    new: &str,
    edited_at: Timestamp,
) -> Result<MessageEditId, Error> {
    let id = MessageEditId::new(edited_at);
    tx.prepare(
        "INSERT INTO message_edit_history (id, message_id, previous_content, new_content, edited_at)
         VALUES (:id, :message, :previous, :new, :at)",
    )?
    .execute(named_params! {
        ":id": id,
        ":message": message,
        ":previous": previous,
        ":new": new,
        ":at": edited_at,
    })?;
    Ok(id)
}

pub(super) fn remove(tx: &WriteTx<'_>, id: MessageEditId) -> Result<(), Error> {
    tx.prepare("DELETE FROM message_edit_history WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    Ok(())
}
