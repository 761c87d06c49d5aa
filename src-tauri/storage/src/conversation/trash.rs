//! A conversation's way into the trash and out of it. What was said in it goes with it and comes back with it.

use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

use super::get;
use crate::change::ChangeKind;
use crate::id::{ConversationId, UserId};
use crate::kinds::{EventType, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, chunk, event, id};

/// Puts the conversation into the trash, where it stays for [`crate::trash::DAYS_KEPT`] days, and gives what
/// can be undone by [`operation::undo`].
///
/// # Errors
/// `NotFound` like [`get`], so also if it lies there already.
pub fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let conversation = get(tx, user, id)?;
    let deleted_at = put_into_trash(tx, user, id, now)?;
    operation::record(
        tx,
        user,
        OperationKind::ConversationDelete,
        Subject::Conversation {
            id,
            title: &conversation.title,
        },
        &Inverse::RestoreConversation {
            conversation: id,
            deleted_at,
        },
        now,
    )
}

/// Gives the time that is the conversation's place in the trash.
///
/// # Errors
/// `NotFound` like [`get`].
pub(crate) fn put_into_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    now: Timestamp,
) -> Result<Timestamp, Error> {
    super::require(tx, user, id)?;
    let deleted_at = id::never_before_the_newest(now);
    tx.prepare("UPDATE conversations SET deleted_at = :at, updated_at = :now WHERE id = :id")?
        .execute(named_params! { ":id": id, ":at": deleted_at, ":now": now })?;
    event::append(tx, id, EventType::ConversationDeleted, &json!({}), now)?;
    tx.changed_conversation(ChangeKind::Deleted, id);
    Ok(deleted_at)
}

/// Puts the conversation back into the list, as it was, and wakes the voice for what still waits in it.
/// Gives its title.
///
/// # Errors
/// `NotFound` if this learner has no such conversation in the trash.
pub(crate) fn take_out_of_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    now: Timestamp,
) -> Result<String, Error> {
    if in_trash_since(tx, user, id)?.is_none() {
        return Err(Error::not_found("conversation in the trash", id));
    }
    let title = tx
        .prepare("UPDATE conversations SET deleted_at = NULL, updated_at = :now WHERE id = :id RETURNING title")?
        .query_row(named_params! { ":id": id, ":now": now }, |row| row.get(0))?;
    event::append(tx, id, EventType::ConversationRestored, &json!({}), now)?;
    tx.changed_conversation(ChangeKind::Inserted, id);
    chunk::wake_for_conversation(tx, id)?;
    Ok(title)
}

/// When this learner's conversation was put into the trash; `None` if it does not lie there, or is on its way
/// out of the world.
pub(crate) fn in_trash_since(
    tx: &ReadTx<'_>,
    user: UserId,
    id: ConversationId,
) -> Result<Option<Timestamp>, Error> {
    Ok(tx
        .prepare(
            "SELECT deleted_at FROM conversations WHERE id = :id AND user_id = :user AND deleted_at > 0",
        )?
        .query_row(named_params! { ":id": id, ":user": user }, |row| row.get(0))
        .optional()?)
}
