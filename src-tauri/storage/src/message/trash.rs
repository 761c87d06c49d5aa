//! A message's way into the trash and out of it. Its place in the conversation stays its own meanwhile.

use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

use super::many::deletion_time;
use super::{Message, get};
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{EventType, MessageStatus, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, chunk, conversation, event, summary};

/// Puts the message into the trash, where it stays for [`crate::trash::DAYS_KEPT`] days, and gives what can be
/// undone by [`operation::undo`].
///
/// A reply that is still being written may be deleted too: its words go on being stored until its writer ends
/// it, and it neither counts nor is found.
///
/// # Errors
/// `NotFound` like [`get`], so also if it lies there already.
pub fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let (message, deleted_at) = put_into_trash(tx, user, id, now)?;
    operation::record(
        tx,
        user,
        OperationKind::MessageDelete,
        Subject::Message {
            id,
            conversation: message.conversation_id,
            content: &message.content,
        },
        &Inverse::RestoreMessage {
            message: id,
            deleted_at,
        },
        now,
    )
}

/// Gives the message, and the time that is its place in the trash.
///
/// # Errors
/// `NotFound` like [`get`].
pub(crate) fn put_into_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    now: Timestamp,
) -> Result<(Message, Timestamp), Error> {
    let message = get(tx, user, id)?;
    let deleted_at = deletion_time(tx, message.conversation_id, now)?;
    tx.prepare("UPDATE messages SET deleted_at = :at, updated_at = :now WHERE id = :id")?
        .execute(named_params! { ":id": id, ":at": deleted_at, ":now": now })?;
    tx.changed_message(ChangeKind::Deleted, id, message.conversation_id);
    summary::drop_over(tx, message.conversation_id, message.sequence_number, now)?;
    count(tx, message.conversation_id, message.status, -1, now)?;
    log(
        tx,
        message.conversation_id,
        id,
        EventType::MessageDeleted,
        now,
    )?;
    Ok((message, deleted_at))
}

/// Puts the message back in its place, and wakes the voice for what still waits in it. Gives the message.
///
/// # Errors
/// `NotFound` if this learner has no such message in the trash; `Conflict` if its conversation lies there too.
pub(crate) fn take_out_of_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    id: MessageId,
    now: Timestamp,
) -> Result<Message, Error> {
    let Some((conversation, _)) = find_in_trash(tx, user, id)? else {
        return Err(Error::not_found("message in the trash", id));
    };
    if !conversation::exists(tx, user, conversation)? {
        return Err(Error::conflict(
            "The conversation of this message is in the trash; take that out first.",
        ));
    }
    tx.prepare("UPDATE messages SET deleted_at = NULL, updated_at = :now WHERE id = :id")?
        .execute(named_params! { ":id": id, ":now": now })?;
    let message = get(tx, user, id)?;
    tx.changed_message(ChangeKind::Inserted, id, conversation);
    summary::drop_over(tx, conversation, message.sequence_number, now)?;
    count(tx, conversation, message.status, 1, now)?;
    log(tx, conversation, id, EventType::MessageRestored, now)?;
    chunk::wake_for_message(tx, id)?;
    Ok(message)
}

/// When this learner's message was put into the trash; `None` if it does not lie there, or is on its way out
/// of the world. Its conversation may lie in the trash as well.
pub(crate) fn in_trash_since(
    tx: &ReadTx<'_>,
    user: UserId,
    id: MessageId,
) -> Result<Option<Timestamp>, Error> {
    Ok(find_in_trash(tx, user, id)?.map(|(_, since)| since))
}

/// The conversation of a message in the trash, and since when the message lies there.
fn find_in_trash(
    tx: &ReadTx<'_>,
    user: UserId,
    id: MessageId,
) -> Result<Option<(ConversationId, Timestamp)>, Error> {
    Ok(tx
        .prepare(
            "SELECT messages.conversation_id, messages.deleted_at FROM messages
             JOIN conversations ON conversations.id = messages.conversation_id
             WHERE messages.id = :id AND conversations.user_id = :user AND messages.deleted_at > 0",
        )?
        .query_row(named_params! { ":id": id, ":user": user }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?)
}

/// What is still being written was not counted yet, and will be when it ends.
fn count(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    status: MessageStatus,
    by: i64,
    now: Timestamp,
) -> Result<(), Error> {
    if status == MessageStatus::Streaming {
        return Ok(());
    }
    conversation::settled_messages_changed(tx, conversation, by, now)
}

fn log(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    id: MessageId,
    event_type: EventType,
    now: Timestamp,
) -> Result<(), Error> {
    event::append(
        tx,
        conversation,
        event_type,
        &json!({ "messageId": id }),
        now,
    )
}
