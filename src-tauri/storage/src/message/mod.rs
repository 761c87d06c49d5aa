//! Messages: what was said, read a page at a time, each with its chunks.
//!
//! The order of a conversation is `sequence_number`, never a time. The verbs that write
//! are re-exported here: the learner's messages come whole, the partner's may come word by word.

mod trash;
mod write;

pub use trash::delete;
pub(crate) use trash::{in_trash_since, put_into_trash, take_out_of_trash};
pub(crate) use write::insert_imported;
pub use write::{NewMessage, append_to_reply, begin_reply, finish_reply, say, send};

use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use crate::chunk::{self, Chunk};
use crate::columns::Columns;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{InputMethod, MessageStatus, Role};
use crate::time::Timestamp;
use crate::tx::ReadTx;
use crate::{Error, conversation};

/// The most messages of one page.
pub const LARGEST_PAGE: u32 = 200;

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
    /// In order. Of a finished reply they are its content, put together; the learner's have none.
    pub chunks: Vec<Chunk>,
}

/// A stretch of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MessagePage {
    /// In the order in which they were said.
    pub messages: Vec<Message>,
    /// Whether there are earlier ones.
    pub has_more: bool,
}

pub(crate) const COLUMNS: &str =
    "messages.id, messages.conversation_id, messages.role, messages.content,
    messages.sequence_number, messages.status, messages.model, messages.input_method,
    messages.created_at, messages.edited_at";

/// Backwards from a place, so that a conversation opens at its end.
const PAGE: &str = "
    FROM messages
    WHERE conversation_id = :conversation AND sequence_number < :before AND deleted_at IS NULL
    ORDER BY sequence_number DESC LIMIT :limit";

/// The chunks of a whole page at once. CROSS JOIN fixes the order: along the messages, then into each.
const PAGE_CHUNKS: &str = "
    FROM messages CROSS JOIN message_chunks ON message_chunks.message_id = messages.id
    WHERE messages.conversation_id = :conversation AND messages.sequence_number BETWEEN :first AND :last
        AND messages.deleted_at IS NULL
    ORDER BY messages.sequence_number, message_chunks.chunk_index";

pub(crate) fn page_sql() -> String {
    format!("SELECT {COLUMNS} {PAGE}")
}

pub(crate) fn page_chunks_sql() -> String {
    format!("SELECT {} {PAGE_CHUNKS}", chunk::COLUMNS)
}

pub(crate) fn streaming_sql() -> String {
    format!("SELECT {COLUMNS} FROM messages WHERE status = 'streaming' ORDER BY conversation_id")
}

impl Message {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
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

/// The messages before a place (or the last ones), with their chunks, at most `limit` and at most 200.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list_before(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    before_sequence: Option<u32>,
    limit: u32,
) -> Result<MessagePage, Error> {
    conversation::require(tx, user, conversation)?;
    let limit = limit.clamp(1, LARGEST_PAGE);
    let mut statement = tx.prepare(&page_sql())?;
    let rows = statement.query_map(
        named_params! {
            ":conversation": conversation,
            ":before": before_sequence.map_or(i64::MAX, i64::from),
            // One more than asked for tells whether there are earlier ones.
            ":limit": limit + 1,
        },
        Message::from_row,
    )?;
    let mut messages: Vec<Message> = rows.collect::<Result<_, _>>()?;
    let has_more = messages.len() > limit as usize;
    messages.truncate(limit as usize);
    messages.reverse();
    attach_chunks(tx, conversation, &mut messages)?;
    Ok(MessagePage { messages, has_more })
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
    let mut statement = tx.prepare(&format!("SELECT {COLUMNS} FROM messages WHERE {condition}"))?;
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

/// Both lists run in the same order, so one pass puts the chunks where they belong.
fn attach_chunks(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    messages: &mut [Message],
) -> Result<(), Error> {
    let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
        return Ok(());
    };
    let mut statement = tx.prepare(&page_chunks_sql())?;
    let mut rows = statement.query(named_params! {
        ":conversation": conversation,
        ":first": first.sequence_number,
        ":last": last.sequence_number,
    })?;
    let mut at = 0;
    while let Some(row) = rows.next()? {
        let chunk = Chunk::from_row(row)?;
        while messages
            .get(at)
            .is_some_and(|message| message.id != chunk.message_id)
        {
            at += 1;
        }
        if let Some(message) = messages.get_mut(at) {
            message.chunks.push(chunk);
        }
    }
    Ok(())
}
