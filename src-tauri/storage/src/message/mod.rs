//! Messages: what was said, read a page at a time, each with its chunks.
//!
//! The order of a conversation is `sequence_number`, never a time. The verbs that write
//! are re-exported here: the learner's messages come whole, the partner's may come word by word.

mod answer;
mod edit;
mod history;
mod many;
mod page;
mod replace;
mod resume;
mod title;
mod trash;
mod write;

pub(crate) use edit::{EditDone, take_edit_back};
pub use edit::{Edited, Later, edit};
pub(crate) use history::COLUMNS as HISTORY_COLUMNS;
pub(crate) use history::history_sql;
pub use history::{LARGEST_HISTORY_PAGE, MessageEdit, MessageHistory, history};
pub use many::{MOST_AT_ONCE, delete_many};
pub(crate) use many::{last_deletion_sql, take_group_out_of_trash};
pub use page::{LARGEST_PAGE, MessagePage, list_after, list_around, list_before};
pub(crate) use page::{
    is_any_from_sql, is_any_up_to_sql, page_after_sql, page_chunks_sql, page_sql,
};
pub use replace::replace_reply;
pub(crate) use replace::{Replaced, take_replacement_back};
pub use resume::{Resumed, resume_reply};
pub use trash::delete;
pub(crate) use trash::{in_trash_since, put_into_trash, take_out_of_trash};
pub(crate) use write::insert_imported;
pub use write::{NewMessage, append_to_reply, begin_reply, fail_reply, finish_reply, say, send};

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use crate::chunk::{self, Chunk};
use crate::columns::Columns;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{InputMethod, MessageStatus, Reaction, Role};
use crate::time::Timestamp;
use crate::tx::ReadTx;
use crate::{Error, conversation};

/// A message with its chunks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Who said it.
    pub role: Role,
    /// What was said, as it was put in; of a streaming reply, what has come so far.
    pub content: String,
    /// Its place in the conversation, from 1; places of erased messages stay empty.
    pub sequence_number: u32,
    /// How far it has come.
    pub status: MessageStatus,
    /// Which engine said it; absent for the learner's.
    pub model: Option<String>,
    /// How it was put in.
    pub input_method: InputMethod,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When the learner last changed it.
    pub edited_at: Option<Timestamp>,
    /// How often the learner changed it.
    pub edit_count: u32,
    /// Whether the learner bookmarked it.
    pub is_bookmarked: bool,
    /// What the learner thinks of it; only of replies.
    pub reaction: Option<Reaction>,
    /// Notes on it outside of the trash.
    pub note_count: u32,
    /// Of a reply that failed, why, by name; absent also if that is not known.
    pub failure_code: Option<String>,
    /// In order. Of a finished reply they are its content, put together; the learner's have none.
    pub chunks: Vec<Chunk>,
}

/// What stands in the row itself.
pub(crate) const STORED_COLUMNS: &str =
    "messages.id, messages.conversation_id, messages.role, messages.content,
    messages.sequence_number, messages.status, messages.model, messages.input_method,
    messages.created_at, messages.edited_at, messages.edit_count, messages.failure_code";

/// What the learner did with the message comes with its row, each along an index: a statement per message, or
/// one more pass, would be dearer.
const MARK_COLUMNS: &str = "
    EXISTS (SELECT 1 FROM message_bookmarks WHERE message_id = messages.id) AS is_bookmarked,
    (SELECT reaction FROM message_reactions WHERE message_id = messages.id) AS reaction,
    (SELECT count(*) FROM conversation_notes WHERE message_id = messages.id AND deleted_at IS NULL) AS note_count";

/// All that [`Message::from_row`] reads; for a query of `messages`.
pub(crate) fn columns() -> String {
    format!("{STORED_COLUMNS}, {MARK_COLUMNS}")
}

pub(crate) fn streaming_sql() -> String {
    format!(
        "SELECT {} FROM messages WHERE status = 'streaming' ORDER BY conversation_id",
        columns()
    )
}

impl Message {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        let message = Self::read_stored(&mut columns)?;
        Ok(Self {
            is_bookmarked: columns.get("is_bookmarked")?,
            reaction: columns.get("reaction")?,
            note_count: columns.get("note_count")?,
            ..message
        })
    }

    /// Reads the row alone, for `verify`: what a mark holds is a matter of the mark's own table.
    pub(crate) fn from_stored_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Self::read_stored(&mut Columns::of(row))
    }

    fn read_stored(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: columns.get("id")?,
            conversation_id: columns.get("conversation_id")?,
            role: columns.get("role")?,
            content: columns.get("content")?,
            sequence_number: columns.get("sequence_number")?,
            status: columns.get("status")?,
            model: columns.get("model")?,
            input_method: columns.get("input_method")?,
            created_at: columns.get("created_at")?,
            edited_at: columns.get("edited_at")?,
            edit_count: columns.get("edit_count")?,
            failure_code: columns.get("failure_code")?,
            is_bookmarked: false,
            reaction: None,
            note_count: 0,
            chunks: Vec::new(),
        })
    }
}

/// The learner's message with this id.
///
/// # Errors
/// `NotFound` if there is none, if it or its conversation is in the trash, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: MessageId) -> Result<Message, Error> {
    match find(tx, id)? {
        Some(message) if conversation::exists(tx, user, message.conversation_id)? => Ok(message),
        _ => Err(Error::not_found("message", id)),
    }
}

/// [`get`] for what takes something back that was done to the message.
///
/// # Errors
/// `Conflict` if it is not there: its operation is, so it can only be in the trash.
pub(crate) fn get_for_undo(tx: &ReadTx<'_>, user: UserId, id: MessageId) -> Result<Message, Error> {
    match get(tx, user, id) {
        Err(Error::NotFound { .. }) => Err(Error::conflict(
            "This message is in the trash; take it out first.",
        )),
        other => other,
    }
}

/// Refuses a message after which something else was said.
///
/// # Errors
/// `Conflict`.
pub(crate) fn require_last(tx: &ReadTx<'_>, message: &Message) -> Result<(), Error> {
    let place = i64::from(message.sequence_number) + 1;
    if page::is_any_from(tx, message.conversation_id, place)? {
        return Err(Error::conflict(
            "Something else was said after this message since.",
        ));
    }
    Ok(())
}

/// The replies that are being written. At start: those that a dead process left behind.
pub fn list_streaming(tx: &ReadTx<'_>) -> Result<Vec<Message>, Error> {
    let mut statement = tx.prepare(&streaming_sql())?;
    let rows = statement.query_map([], Message::from_row)?;
    let mut messages: Vec<Message> = rows.collect::<Result<_, _>>()?;
    for message in &mut messages {
        message.chunks = chunk::list_of_message(tx, message.id)?;
    }
    Ok(messages)
}

/// Refuses what would change a conversation under a reply that is being written in it, also one in the trash.
pub(crate) fn require_nothing_written(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
) -> Result<(), Error> {
    let is_busy = tx
        .prepare(
            "SELECT 1 FROM messages WHERE conversation_id = :conversation AND status = 'streaming'",
        )?
        .exists(named_params! { ":conversation": conversation })?;
    if is_busy {
        return Err(Error::conflict(
            "A reply is being written in this conversation already.",
        ));
    }
    Ok(())
}

/// The message, whoever's it is; `None` if it is in the trash or gone.
pub(crate) fn find(tx: &ReadTx<'_>, id: MessageId) -> Result<Option<Message>, Error> {
    find_where(tx, id, "id = :id AND deleted_at IS NULL")
}

/// Like [`find`], and also what is in the trash.
pub(crate) fn find_even_in_trash(tx: &ReadTx<'_>, id: MessageId) -> Result<Option<Message>, Error> {
    find_where(tx, id, "id = :id")
}

fn find_where(
    tx: &ReadTx<'_>,
    id: MessageId,
    condition: &'static str,
) -> Result<Option<Message>, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {} FROM messages WHERE {condition}",
        columns()
    ))?;
    let found = statement
        .query_row(named_params! { ":id": id }, Message::from_row)
        .optional()?;
    match found {
        None => Ok(None),
        Some(mut message) => {
            message.chunks = chunk::list_of_message(tx, id)?;
            Ok(Some(message))
        }
    }
}
