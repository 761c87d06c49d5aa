//! Bookmarks: messages that the learner wants to find again, each perhaps with a note of why.

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;
use serde_json::json;

use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::{self, BookmarkId, ConversationId, MessageId, UserId};
use crate::kinds::{EventType, OperationKind, Role};
use crate::message::{self, Message};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::text;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event};

/// The most bookmarks of one page.
pub const LARGEST_PAGE: u32 = 100;

/// The bookmark of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Bookmark {
    /// Its id.
    pub id: BookmarkId,
    /// The message.
    pub message_id: MessageId,
    /// Why, in the learner's words.
    pub note: Option<String>,
    /// When the message was bookmarked.
    pub created_at: Timestamp,
    /// When the note was last changed.
    pub updated_at: Timestamp,
}

/// A bookmarked message as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BookmarkItem {
    /// The message.
    pub message_id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// The title of that; empty if it has none.
    pub title: String,
    /// The beginning of the message, on one line.
    pub preview: String,
    /// Who said it.
    pub role: Role,
    /// See [`Bookmark::note`].
    pub note: Option<String>,
    /// See [`Bookmark::created_at`].
    pub created_at: Timestamp,
    /// Its place in the conversation.
    pub sequence_number: u32,
}

/// A page of the bookmarks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BookmarkPage {
    /// Newest first.
    pub items: Vec<BookmarkItem>,
    /// Asks for the page after this one; `None` at the end.
    pub next: Option<String>,
}

pub(crate) const COLUMNS: &str = "id, message_id, note, created_at, updated_at";

/// Of a message no more is read than its preview can show. CROSS JOIN fixes the order: along the bookmarks. Those of
/// one moment go by their ids upwards, as the index has them.
const PAGE: &str = "
    SELECT message_bookmarks.message_id, messages.conversation_id, conversations.title,
        substr(messages.content, 1, 2000) AS words, messages.role, message_bookmarks.note,
        message_bookmarks.created_at, messages.sequence_number, message_bookmarks.id
    FROM message_bookmarks
    CROSS JOIN messages ON messages.id = message_bookmarks.message_id
    CROSS JOIN conversations ON conversations.id = messages.conversation_id
    WHERE message_bookmarks.user_id = :user AND message_bookmarks.created_at <= :at
        AND (message_bookmarks.created_at < :at OR message_bookmarks.id > :id)
        AND messages.deleted_at IS NULL
        AND conversations.user_id = :user AND conversations.deleted_at IS NULL
    ORDER BY message_bookmarks.created_at DESC, message_bookmarks.id LIMIT :limit";

pub(crate) fn page_sql() -> String {
    PAGE.to_owned()
}

impl Bookmark {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            message_id: columns.get("message_id")?,
            note: columns.get("note")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }
}

impl BookmarkItem {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<(BookmarkId, Self)> {
        let mut columns = Columns::of(row);
        let item = Self {
            message_id: columns.get("message_id")?,
            conversation_id: columns.get("conversation_id")?,
            title: columns.get("title")?,
            preview: text::preview(&columns.get::<String>("words")?),
            role: columns.get("role")?,
            note: columns.get("note")?,
            created_at: columns.get("created_at")?,
            sequence_number: columns.get("sequence_number")?,
        };
        Ok((columns.get("id")?, item))
    }
}

/// Bookmarks a message; a bookmark that is there keeps its place and gets this note, or none. A blank note is none.
///
/// # Errors
/// `Invalid` for a note that is longer than 2,000 characters or contains NUL; `NotFound` like [`message::get`].
pub fn set(
    tx: &WriteTx<'_>,
    user: UserId,
    message: MessageId,
    note: Option<&str>,
    now: Timestamp,
) -> Result<Bookmark, Error> {
    let note = text::remark("note", note)?;
    let message = message::get(tx, user, message)?;
    let before = find(tx, user, message.id)?;
    if let Some(before) = before
        && before.note.as_deref() == note
    {
        return Ok(before);
    }
    let at = newest_time(tx, user, now)?;
    put(tx, user, &message, note, at, now)?;
    find(tx, user, message.id)?.ok_or_else(|| Error::not_found("bookmark", message.id))
}

/// The bookmark of a message; `None` if it has none.
///
/// # Errors
/// `NotFound` like [`message::get`].
pub fn get(tx: &ReadTx<'_>, user: UserId, message: MessageId) -> Result<Option<Bookmark>, Error> {
    message::get(tx, user, message)?;
    find(tx, user, message)
}

/// Removes the bookmark of a message. That can be undone.
///
/// # Errors
/// `NotFound` if it has none, and like [`message::get`].
pub fn remove(
    tx: &WriteTx<'_>,
    user: UserId,
    message: MessageId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let message = message::get(tx, user, message)?;
    let bookmark =
        find(tx, user, message.id)?.ok_or_else(|| Error::not_found("bookmark", message.id))?;
    tx.prepare("DELETE FROM message_bookmarks WHERE id = :id")?
        .execute(named_params! { ":id": bookmark.id })?;
    tell(tx, ChangeKind::Deleted, bookmark.id, &message);
    log(tx, &message, EventType::BookmarkRemoved, now)?;
    operation::record(
        tx,
        user,
        OperationKind::BookmarkRemove,
        Subject::Message {
            id: message.id,
            conversation: message.conversation_id,
            content: &message.content,
        },
        &Inverse::RestoreBookmark {
            message: message.id,
            note: bookmark.note,
            created_at: bookmark.created_at,
        },
        now,
    )
}

/// Bookmarks a message again as it was, in its place of the list.
///
/// # Errors
/// `Conflict` if it has a bookmark by now, or is in the trash.
pub(crate) fn put_back(
    tx: &WriteTx<'_>,
    user: UserId,
    message: MessageId,
    note: Option<&str>,
    created_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let message = message::get(tx, user, message).map_err(|error| match error {
        Error::NotFound { .. } => {
            Error::conflict("This message is in the trash; take it out first.")
        }
        other => other,
    })?;
    if find(tx, user, message.id)?.is_some() {
        return Err(Error::conflict("This message was bookmarked again since."));
    }
    put(tx, user, &message, note, created_at, now)
}

/// The learner's bookmarks after `cursor` (or from the newest), at most `limit` and at most 100. What is in the trash
/// is left out.
///
/// `cursor` is the `next` of an earlier page.
///
/// # Errors
/// `Invalid` for a cursor that no page gave.
pub fn list_page(
    tx: &ReadTx<'_>,
    user: UserId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<BookmarkPage, Error> {
    let (at, after) = match cursor {
        None => (i64::MAX, -1),
        Some(cursor) => id::from_time_cursor(cursor)?,
    };
    let limit = limit.clamp(1, LARGEST_PAGE);
    let mut statement = tx.prepare(PAGE)?;
    let rows = statement.query_map(
        // One more than asked for tells whether there is a next page.
        named_params! { ":user": user, ":at": at, ":id": after, ":limit": limit + 1 },
        BookmarkItem::from_row,
    )?;
    let mut rows: Vec<(BookmarkId, BookmarkItem)> = rows.collect::<Result<_, _>>()?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|(id, item)| id::to_time_cursor(item.created_at.as_millis(), id.as_i64()));
    Ok(BookmarkPage {
        items: rows.into_iter().map(|(_, item)| item).collect(),
        next,
    })
}

fn find(tx: &ReadTx<'_>, user: UserId, message: MessageId) -> Result<Option<Bookmark>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM message_bookmarks WHERE message_id = :message AND user_id = :user"
    ))?;
    Ok(statement
        .query_row(
            named_params! { ":message": message, ":user": user },
            Bookmark::from_row,
        )
        .optional()?)
}

/// Later than those of all other bookmarks, so that the newest is the first of the list also after a clock fell back.
fn newest_time(tx: &ReadTx<'_>, user: UserId, now: Timestamp) -> Result<Timestamp, Error> {
    let newest: Option<Timestamp> = tx
        .prepare("SELECT max(created_at) FROM message_bookmarks WHERE user_id = :user")?
        .query_row(named_params! { ":user": user }, |row| row.get(0))?;
    Ok(newest.map_or(now, |newest| now.max(newest.plus_millis(1))))
}

fn put(
    tx: &WriteTx<'_>,
    user: UserId,
    message: &Message,
    note: Option<&str>,
    created_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let new = BookmarkId::new(now);
    let id: BookmarkId = tx
        .prepare(
            "INSERT INTO message_bookmarks (id, user_id, message_id, note, created_at, updated_at)
             VALUES (:id, :user, :message, :note, :created_at, :now)
             ON CONFLICT (message_id, user_id)
                 DO UPDATE SET note = excluded.note, updated_at = excluded.updated_at
             RETURNING id",
        )?
        .query_row(
            named_params! {
                ":id": new,
                ":user": user,
                ":message": message.id,
                ":note": note,
                ":created_at": created_at,
                ":now": now,
            },
            |row| row.get(0),
        )?;
    let kind = if id == new {
        ChangeKind::Inserted
    } else {
        ChangeKind::Updated
    };
    tell(tx, kind, id, message);
    log(tx, message, EventType::MessageBookmarked, now)
}

/// The message shows whether it is bookmarked, so it changes as well.
fn tell(tx: &WriteTx<'_>, kind: ChangeKind, id: BookmarkId, message: &Message) {
    let conversation = message.conversation_id;
    tx.changed_in(Entity::Bookmark, kind, id, conversation, Some(message.id));
    tx.changed_message(ChangeKind::Updated, message.id, conversation);
}

fn log(
    tx: &WriteTx<'_>,
    message: &Message,
    event_type: EventType,
    now: Timestamp,
) -> Result<(), Error> {
    let data = json!({ "messageId": message.id });
    event::append(tx, message.conversation_id, event_type, &data, now)
}
