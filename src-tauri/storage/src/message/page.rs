//! A stretch of a conversation, with all that is shown of its messages.
//!
//! A stretch begins at a place and is read along the conversation's own index, in either direction, so that one
//! far back costs what the last one does.

use rusqlite::named_params;
use serde::Serialize;

use super::{Message, columns, get};
use crate::chunk::{self, Chunk};
use crate::id::{ConversationId, MessageId, UserId};
use crate::tx::ReadTx;
use crate::{Error, conversation};

/// The most messages of one page.
pub const LARGEST_PAGE: u32 = 200;

/// A stretch of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MessagePage {
    /// In the order in which they were said.
    pub messages: Vec<Message>,
    /// Whether there are earlier ones.
    pub has_more: bool,
    /// Whether there are later ones.
    pub has_newer: bool,
}

/// Backwards from a place, so that a conversation opens at its end.
const BEFORE: &str = "
    FROM messages
    WHERE conversation_id = :conversation AND sequence_number < :place AND deleted_at IS NULL
    ORDER BY sequence_number DESC LIMIT :limit";

/// Onwards from a place.
const AFTER: &str = "
    FROM messages
    WHERE conversation_id = :conversation AND sequence_number > :place AND deleted_at IS NULL
    ORDER BY sequence_number LIMIT :limit";

/// Whether the place, or one before it, has a message.
const IS_ANY_UP_TO: &str = "
    SELECT 1 FROM messages
    WHERE conversation_id = :conversation AND sequence_number <= :place AND deleted_at IS NULL
    ORDER BY sequence_number DESC LIMIT 1";

/// Whether the place, or one after it, has a message.
const IS_ANY_FROM: &str = "
    SELECT 1 FROM messages
    WHERE conversation_id = :conversation AND sequence_number >= :place AND deleted_at IS NULL
    ORDER BY sequence_number LIMIT 1";

/// The chunks of a whole page at once. CROSS JOIN fixes the order: along the messages, then into each.
const PAGE_CHUNKS: &str = "
    FROM messages CROSS JOIN message_chunks ON message_chunks.message_id = messages.id
    WHERE messages.conversation_id = :conversation AND messages.sequence_number BETWEEN :first AND :last
        AND messages.deleted_at IS NULL
    ORDER BY messages.sequence_number, message_chunks.chunk_index";

pub(crate) fn page_sql() -> String {
    format!("SELECT {} {BEFORE}", columns())
}

pub(crate) fn page_after_sql() -> String {
    format!("SELECT {} {AFTER}", columns())
}

pub(crate) fn page_chunks_sql() -> String {
    format!("SELECT {} {PAGE_CHUNKS}", chunk::COLUMNS)
}

pub(crate) fn is_any_up_to_sql() -> String {
    IS_ANY_UP_TO.to_owned()
}

pub(crate) fn is_any_from_sql() -> String {
    IS_ANY_FROM.to_owned()
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
    let place = before_sequence.map_or(i64::MAX, i64::from);
    let (messages, has_more) = earlier(tx, conversation, place, limit.clamp(1, LARGEST_PAGE))?;
    let has_newer = before_sequence.is_some() && is_any(tx, IS_ANY_FROM, conversation, place)?;
    page(tx, conversation, messages, has_more, has_newer)
}

/// The messages after a place, with their chunks, at most `limit` and at most 200.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list_after(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    after_sequence: u32,
    limit: u32,
) -> Result<MessagePage, Error> {
    conversation::require(tx, user, conversation)?;
    let place = i64::from(after_sequence);
    let (messages, has_newer) = later(tx, conversation, place, limit.clamp(1, LARGEST_PAGE))?;
    let has_more = is_any(tx, IS_ANY_UP_TO, conversation, place)?;
    page(tx, conversation, messages, has_more, has_newer)
}

/// The message and those around it, about half of them before it, at most `limit` and at most 200.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn list_around(
    tx: &ReadTx<'_>,
    user: UserId,
    id: MessageId,
    limit: u32,
) -> Result<MessagePage, Error> {
    let middle = get(tx, user, id)?;
    let conversation = middle.conversation_id;
    let place = i64::from(middle.sequence_number);
    let limit = limit.clamp(1, LARGEST_PAGE);
    let (mut messages, has_more) = earlier(tx, conversation, place, limit / 2)?;
    // What is missing before it, at the beginning, comes after it. The message itself is the first of the rest.
    let rest = limit - u32::try_from(messages.len()).unwrap_or_default();
    let (following, has_newer) = later(tx, conversation, place - 1, rest)?;
    messages.extend(following);
    page(tx, conversation, messages, has_more, has_newer)
}

/// The last `limit` messages before a place, and whether there are more before those.
fn earlier(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    place: i64,
    limit: u32,
) -> Result<(Vec<Message>, bool), Error> {
    let (mut messages, has_more) = fetch(tx, &page_sql(), conversation, place, limit)?;
    messages.reverse();
    Ok((messages, has_more))
}

/// The first `limit` messages after a place, and whether there are more after those.
fn later(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    place: i64,
    limit: u32,
) -> Result<(Vec<Message>, bool), Error> {
    fetch(tx, &page_after_sql(), conversation, place, limit)
}

/// One more than asked for tells whether there are more.
fn fetch(
    tx: &ReadTx<'_>,
    sql: &str,
    conversation: ConversationId,
    place: i64,
    limit: u32,
) -> Result<(Vec<Message>, bool), Error> {
    let mut statement = tx.prepare(sql)?;
    let rows = statement.query_map(
        named_params! { ":conversation": conversation, ":place": place, ":limit": limit + 1 },
        Message::from_row,
    )?;
    let mut messages: Vec<Message> = rows.collect::<Result<_, _>>()?;
    let has_more = messages.len() > limit as usize;
    messages.truncate(limit as usize);
    Ok((messages, has_more))
}

/// Whether a message stands at this place of the conversation or after it.
pub(super) fn is_any_from(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    place: i64,
) -> Result<bool, Error> {
    is_any(tx, IS_ANY_FROM, conversation, place)
}

fn is_any(
    tx: &ReadTx<'_>,
    sql: &str,
    conversation: ConversationId,
    place: i64,
) -> Result<bool, Error> {
    Ok(tx
        .prepare(sql)?
        .exists(named_params! { ":conversation": conversation, ":place": place })?)
}

fn page(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    mut messages: Vec<Message>,
    has_more: bool,
    has_newer: bool,
) -> Result<MessagePage, Error> {
    attach_chunks(tx, conversation, &mut messages)?;
    Ok(MessagePage {
        messages,
        has_more,
        has_newer,
    })
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
