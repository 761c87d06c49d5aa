//! Notes: what the learner writes down about a conversation or about one of its messages.
//!
//! Markup in a note is plain text here.

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;
use serde_json::json;

use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::draft::DraftOf;
use crate::id::{self, ConversationId, MessageId, NoteId, UserId};
use crate::kinds::{EventType, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::text::{self, LONGEST_NOTE};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, draft, event, message};

/// The most notes of one page.
pub const LARGEST_PAGE: u32 = 100;

/// A note on a conversation, or on one of its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The message, if it is about one; that may lie in the trash.
    pub message_id: Option<MessageId>,
    /// To the letter.
    pub content: String,
    /// When it was written; later ones have later times, whatever the clock did.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A page of notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NotePage {
    /// Oldest first.
    pub items: Vec<Note>,
    /// Asks for the page after this one; `None` at the end.
    pub next: Option<String>,
}

/// What the learner writes down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNote {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The message of it that the note is about, if it is about one.
    pub message_id: Option<MessageId>,
    /// 1 to 100,000 code points, not blank, stored as it is.
    pub content: String,
}

pub(crate) const COLUMNS: &str = "conversation_notes.id, conversation_notes.conversation_id,
    conversation_notes.message_id, conversation_notes.content, conversation_notes.created_at,
    conversation_notes.updated_at";

const PAGE: &str = "
    FROM conversation_notes
    WHERE conversation_id = :of AND created_at >= :at AND (created_at, id) > (:at, :id) AND deleted_at IS NULL
    ORDER BY created_at, id LIMIT :limit";

/// Ids grow, so these are oldest first too.
const PAGE_OF_MESSAGE: &str = "
    FROM conversation_notes WHERE message_id = :of AND id > :id AND deleted_at IS NULL ORDER BY id LIMIT :limit";

pub(crate) fn page_sql() -> String {
    format!("SELECT {COLUMNS} {PAGE}")
}

pub(crate) fn page_of_message_sql() -> String {
    format!("SELECT {COLUMNS} {PAGE_OF_MESSAGE}")
}

impl Note {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            conversation_id: columns.get("conversation_id")?,
            message_id: columns.get("message_id")?,
            content: columns.get("content")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }

    const fn subject(&self) -> Subject<'_> {
        Subject::Note {
            id: self.id,
            conversation: self.conversation_id,
            message: self.message_id,
            content: self.content.as_str(),
        }
    }
}

/// Writes a note down.
///
/// # Errors
/// `Invalid` for a text that is blank, too long or contains NUL, and for a message of another conversation;
/// `NotFound` if this learner has no such conversation or message.
pub fn insert(tx: &WriteTx<'_>, user: UserId, new: NewNote, now: Timestamp) -> Result<Note, Error> {
    let NewNote {
        conversation_id,
        message_id,
        content,
    } = new;
    text::check_not_blank("note", &content, LONGEST_NOTE)?;
    conversation::require(tx, user, conversation_id)?;
    if let Some(message) = message_id
        && message::get(tx, user, message)?.conversation_id != conversation_id
    {
        return Err(Error::invalid(
            "message",
            "must be one of the note's conversation",
        ));
    }
    let created_at = id::never_before_the_newest(now);
    let id = NoteId::new(created_at);
    tx.prepare(
        "INSERT INTO conversation_notes
             (id, conversation_id, user_id, message_id, content, created_at, updated_at)
         VALUES (:id, :conversation, :user, :message, :content, :created_at, :created_at)",
    )?
    .execute(named_params! {
        ":id": id,
        ":conversation": conversation_id,
        ":user": user,
        ":message": message_id,
        ":content": content,
        ":created_at": created_at,
    })?;
    draft::remove(tx, DraftOf::Note { conversation_id })?;
    let note = get(tx, user, id)?;
    tell(tx, ChangeKind::Inserted, &note, EventType::NoteCreated, now)?;
    Ok(note)
}

/// The learner's note with this id.
///
/// # Errors
/// `NotFound` if there is none, if it or its conversation is in the trash, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: NoteId) -> Result<Note, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_notes
         JOIN conversations ON conversations.id = conversation_notes.conversation_id
         WHERE conversation_notes.id = :id AND conversation_notes.deleted_at IS NULL
             AND conversations.user_id = :user AND conversations.deleted_at IS NULL"
    ))?;
    statement
        .query_row(named_params! { ":id": id, ":user": user }, Note::from_row)
        .optional()?
        .ok_or_else(|| Error::not_found("note", id))
}

/// The notes of a conversation and of its messages after `cursor` (or from the oldest), at most `limit` and at most
/// 100. A note on a message that lies in the trash is among them.
///
/// `cursor` is the `next` of an earlier page.
///
/// # Errors
/// `NotFound` if this learner has no such conversation; `Invalid` for a cursor that no page gave.
pub fn list_page(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<NotePage, Error> {
    conversation::require(tx, user, conversation)?;
    let (at, after) = start(cursor)?;
    let limit = limit.clamp(1, LARGEST_PAGE);
    let mut statement = tx.prepare(&page_sql())?;
    let rows = statement.query_map(
        named_params! { ":of": conversation, ":at": at, ":id": after, ":limit": limit + 1 },
        Note::from_row,
    )?;
    Ok(page(rows.collect::<Result<_, _>>()?, limit))
}

/// The notes on a message, like [`list_page`].
///
/// # Errors
/// `NotFound` like [`message::get`]; `Invalid` for a cursor that no page gave.
pub fn list_of_message(
    tx: &ReadTx<'_>,
    user: UserId,
    message: MessageId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<NotePage, Error> {
    message::get(tx, user, message)?;
    let (_, after) = start(cursor)?;
    let limit = limit.clamp(1, LARGEST_PAGE);
    let mut statement = tx.prepare(&page_of_message_sql())?;
    let rows = statement.query_map(
        named_params! { ":of": message, ":id": after, ":limit": limit + 1 },
        Note::from_row,
    )?;
    Ok(page(rows.collect::<Result<_, _>>()?, limit))
}

fn start(cursor: Option<&str>) -> Result<(i64, i64), Error> {
    cursor.map_or(Ok((i64::MIN, -1)), id::from_time_cursor)
}

/// One more than asked for tells whether there is a next page.
fn page(mut items: Vec<Note>, limit: u32) -> NotePage {
    let has_more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items
        .last()
        .filter(|_| has_more)
        .map(|last| id::to_time_cursor(last.created_at.as_millis(), last.id.as_i64()));
    NotePage { items, next }
}

/// Changes what a note says. The same words again change nothing.
///
/// # Errors
/// `Invalid` like [`insert`]; `NotFound` like [`get`].
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    id: NoteId,
    content: &str,
    now: Timestamp,
) -> Result<Note, Error> {
    text::check_not_blank("note", content, LONGEST_NOTE)?;
    let before = get(tx, user, id)?;
    draft::remove(tx, DraftOf::NoteEdit { note_id: id })?;
    if before.content == content {
        return Ok(before);
    }
    tx.prepare(
        "UPDATE conversation_notes SET content = :content, updated_at = :now WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":content": content, ":now": now })?;
    tell(
        tx,
        ChangeKind::Updated,
        &before,
        EventType::NoteUpdated,
        now,
    )?;
    get(tx, user, id)
}

/// Puts the note into the trash, where it stays for [`crate::trash::DAYS_KEPT`] days, and gives what can be undone.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    id: NoteId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let (note, deleted_at) = put_into_trash(tx, user, id, now)?;
    let inverse = Inverse::RestoreNote {
        note: id,
        deleted_at,
    };
    operation::record(
        tx,
        user,
        OperationKind::NoteDelete,
        note.subject(),
        &inverse,
        now,
    )
}

/// Gives the note, and the time that is its place in the trash.
///
/// # Errors
/// `NotFound` like [`get`].
pub(crate) fn put_into_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    id: NoteId,
    now: Timestamp,
) -> Result<(Note, Timestamp), Error> {
    let note = get(tx, user, id)?;
    let deleted_at = id::deletion_time(now);
    tx.prepare("UPDATE conversation_notes SET deleted_at = :at WHERE id = :id")?
        .execute(named_params! { ":id": id, ":at": deleted_at })?;
    tell(tx, ChangeKind::Deleted, &note, EventType::NoteDeleted, now)?;
    Ok((note, deleted_at))
}

/// Takes a note out of the trash. That can be undone.
///
/// # Errors
/// Like [`take_out_of_trash`].
pub(crate) fn restore(
    tx: &WriteTx<'_>,
    user: UserId,
    id: NoteId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let note = take_out_of_trash(tx, user, id, now)?;
    operation::record(
        tx,
        user,
        OperationKind::NoteRestore,
        note.subject(),
        &Inverse::DeleteNote { note: id },
        now,
    )
}

/// Puts the note back where it was. Gives it.
///
/// # Errors
/// `NotFound` if this learner has no such note in the trash; `Conflict` if its conversation lies there too.
pub(crate) fn take_out_of_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    id: NoteId,
    now: Timestamp,
) -> Result<Note, Error> {
    let Some((conversation, _)) = find_in_trash(tx, user, id)? else {
        return Err(Error::not_found("note in the trash", id));
    };
    if !conversation::exists(tx, user, conversation)? {
        return Err(Error::conflict(
            "The conversation of this note is in the trash; take that out first.",
        ));
    }
    tx.prepare("UPDATE conversation_notes SET deleted_at = NULL WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    let note = get(tx, user, id)?;
    tell(
        tx,
        ChangeKind::Inserted,
        &note,
        EventType::NoteRestored,
        now,
    )?;
    Ok(note)
}

/// When this learner's note was put into the trash; `None` if it does not lie there, or is on its way out of the
/// world. Its conversation may lie in the trash as well.
pub(crate) fn in_trash_since(
    tx: &ReadTx<'_>,
    user: UserId,
    id: NoteId,
) -> Result<Option<Timestamp>, Error> {
    Ok(find_in_trash(tx, user, id)?.map(|(_, since)| since))
}

/// The conversation of a note in the trash, and since when the note lies there.
fn find_in_trash(
    tx: &ReadTx<'_>,
    user: UserId,
    id: NoteId,
) -> Result<Option<(ConversationId, Timestamp)>, Error> {
    Ok(tx
        .prepare(
            "SELECT conversation_notes.conversation_id, conversation_notes.deleted_at FROM conversation_notes
             JOIN conversations ON conversations.id = conversation_notes.conversation_id
             WHERE conversation_notes.id = :id AND conversations.user_id = :user
                 AND conversation_notes.deleted_at > 0",
        )?
        .query_row(named_params! { ":id": id, ":user": user }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?)
}

/// The message shows how many notes it has, so it changes as well.
fn tell(
    tx: &WriteTx<'_>,
    kind: ChangeKind,
    note: &Note,
    event_type: EventType,
    now: Timestamp,
) -> Result<(), Error> {
    let conversation = note.conversation_id;
    tx.changed_in(Entity::Note, kind, note.id, conversation, note.message_id);
    if let Some(message) = note.message_id {
        tx.changed_message(ChangeKind::Updated, message, conversation);
    }
    let data = match note.message_id {
        Some(message) => json!({ "noteId": note.id, "messageId": message }),
        None => json!({ "noteId": note.id }),
    };
    event::append(tx, conversation, event_type, &data, now)
}
