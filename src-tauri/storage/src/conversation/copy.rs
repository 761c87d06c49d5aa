//! A conversation as the beginning of another one: a copy of its settings, of all of it, or of it up to a message.
//!
//! A copy stands for itself: nothing that happens to it, or to what it was made of, is seen in the other.

use std::collections::HashSet;

use rusqlite::named_params;
use serde::Serialize;
use serde_json::json;

use super::{Conversation, ConversationSummary, copied, get, settled_messages_changed, summary};
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{EventType, MessageStatus, OperationKind, TitleSource};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event, message, text};

/// What came of copying, splitting or merging, and how it is taken back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Rearranged {
    /// The new conversation, or the one into which another went.
    pub conversation: ConversationSummary,
    /// Can be undone.
    pub operation: Operation,
}

/// Copies a conversation, with all that was said in it or without. What lies in the trash or is still being
/// written stays behind, and so do bookmarks and reactions. Undone, the copy goes into the trash.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn duplicate(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    with_history: bool,
    now: Timestamp,
) -> Result<Rearranged, Error> {
    let original = get(tx, user, id)?;
    let copy = begin(tx, user, &original, None, now)?;
    if with_history {
        fill(tx, id, copy, u32::MAX, now)?;
    }
    finish(
        tx,
        user,
        (id, copy),
        (
            EventType::ConversationDuplicated,
            OperationKind::ConversationDuplicate,
        ),
        now,
    )
}

/// Copies a conversation up to a message, to go on from there another way. What stays behind, and how it is
/// undone: as in [`duplicate`].
///
/// # Errors
/// `NotFound` like [`message::get`]; `Conflict` if the message is still being written.
pub fn branch(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    now: Timestamp,
) -> Result<Rearranged, Error> {
    let last = message::get(tx, user, id)?;
    if last.status == MessageStatus::Streaming {
        return Err(Error::conflict(
            "This reply is still being written; wait for its end, or stop it.",
        ));
    }
    let original = get(tx, user, last.conversation_id)?;
    let copy = begin(tx, user, &original, Some(id), now)?;
    fill(tx, original.id, copy, last.sequence_number, now)?;
    finish(
        tx,
        user,
        (original.id, copy),
        (
            EventType::ConversationBranched,
            OperationKind::ConversationBranch,
        ),
        now,
    )
}

fn begin(
    tx: &WriteTx<'_>,
    user: UserId,
    original: &Conversation,
    origin_message: Option<MessageId>,
    now: Timestamp,
) -> Result<ConversationId, Error> {
    let title = next_title(tx, user, &original.title)?;
    insert_like(
        tx,
        original.id,
        (&title, original.title_source),
        origin_message,
        now,
    )
}

/// Copies what was said up to a place, and counts it.
fn fill(
    tx: &WriteTx<'_>,
    original: ConversationId,
    copy: ConversationId,
    last_sequence: u32,
    now: Timestamp,
) -> Result<(), Error> {
    let count = copied::copy_messages(tx, original, copy, last_sequence, now)?;
    settled_messages_changed(tx, copy, count, now)
}

fn finish(
    tx: &WriteTx<'_>,
    user: UserId,
    (original, copy): (ConversationId, ConversationId),
    (event_type, kind): (EventType, OperationKind),
    now: Timestamp,
) -> Result<Rearranged, Error> {
    event::append(
        tx,
        copy,
        event_type,
        &json!({ "originalId": original }),
        now,
    )?;
    let conversation = summary(tx, user, copy)?;
    let operation = operation::record(
        tx,
        user,
        kind,
        Subject::Conversation {
            id: copy,
            title: &conversation.title,
        },
        &Inverse::DeleteConversation { conversation: copy },
        now,
    )?;
    Ok(Rearranged {
        conversation,
        operation,
    })
}

/// Makes a conversation without messages that has the original's settings, folder and tags. With the last message
/// that the two have in common, it remembers where it came from.
pub(super) fn insert_like(
    tx: &WriteTx<'_>,
    original: ConversationId,
    (title, title_source): (&str, TitleSource),
    origin_message: Option<MessageId>,
    now: Timestamp,
) -> Result<ConversationId, Error> {
    let id = ConversationId::new(now);
    tx.prepare(
        "INSERT INTO conversations (id, user_id, template_id, title, title_source, level, topic, ai_settings,
             memory_strategy, max_context_messages, max_context_tokens, auto_summarize, summarize_threshold,
             folder_id, last_read_at, origin_conversation_id, origin_message_id, created_at, updated_at)
         SELECT :id, user_id, template_id, :title, :title_source, level, topic, ai_settings,
             memory_strategy, max_context_messages, max_context_tokens, auto_summarize, summarize_threshold,
             folder_id, last_read_at, iif(:origin_message IS NULL, NULL, id), :origin_message, :now, :now
         FROM conversations WHERE id = :original",
    )?
    .execute(named_params! {
        ":id": id,
        ":original": original,
        ":title": title,
        ":title_source": title_source,
        ":origin_message": origin_message,
        ":now": now,
    })?;
    tx.prepare(
        "INSERT INTO conversation_tags (conversation_id, tag, created_at)
         SELECT :id, tag, :now FROM conversation_tags WHERE conversation_id = :original",
    )?
    .execute(named_params! { ":id": id, ":original": original, ":now": now })?;
    tx.changed_conversation(ChangeKind::Inserted, id);
    Ok(id)
}

/// The title with the first number that none of this learner's conversations has; no title stays none.
pub(super) fn next_title(tx: &ReadTx<'_>, user: UserId, title: &str) -> Result<String, Error> {
    if title.is_empty() {
        return Ok(String::new());
    }
    let taken: HashSet<String> = tx
        .prepare(
            "SELECT title FROM conversations WHERE user_id = :user AND instr(title, ' (') > 0",
        )?
        .query_map(named_params! { ":user": user }, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let title = text::without_number(title);
    (2_u32..)
        .map(|number| text::numbered(title, number))
        .find(|candidate| !taken.contains(candidate))
        .ok_or_else(|| Error::internal("every number of a title is taken"))
}
