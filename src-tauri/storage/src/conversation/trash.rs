//! A conversation's way into the trash and out of it. What was said in it goes with it and comes back with it.

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pins::{self, Place};
use super::{bulk, get};
use crate::change::ChangeKind;
use crate::id::{ConversationId, UserId};
use crate::kinds::{EventType, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, chunk, event, id};

/// Conversations that went into the trash together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Deleted {
    pub(crate) conversations: Vec<ConversationId>,
    deleted_at: Timestamp,
}

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

/// Puts conversations into the trash, as [`delete`] does one; they are undone together.
///
/// # Errors
/// `Invalid` unless there are 1 to 1,000 ids; `NotFound` if one is no conversation of this learner's outside of
/// the trash.
pub fn delete_many(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    now: Timestamp,
) -> Result<Operation, Error> {
    let all = bulk::get_all(tx, user, ids)?;
    if let [one] = all.as_slice() {
        return delete(tx, user, one.id, now);
    }
    let conversations: Vec<ConversationId> = all.iter().map(|one| one.id).collect();
    let deleted_at = id::deletion_time(now);
    for id in &conversations {
        put_in(tx, *id, deleted_at, now)?;
    }
    pins::close_up(tx, user)?;
    operation::record(
        tx,
        user,
        OperationKind::ConversationDelete,
        bulk::subject(&conversations, &all),
        &Inverse::RestoreConversations(Deleted {
            conversations: conversations.clone(),
            deleted_at,
        }),
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
    let deleted_at = id::deletion_time(now);
    put_in(tx, id, deleted_at, now)?;
    pins::close_up(tx, user)?;
    Ok(deleted_at)
}

/// Leaves the pins of the others as they are.
fn put_in(
    tx: &WriteTx<'_>,
    id: ConversationId,
    deleted_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare("UPDATE conversations SET deleted_at = :at, updated_at = :now WHERE id = :id")?
        .execute(named_params! { ":id": id, ":at": deleted_at, ":now": now })?;
    event::append(tx, id, EventType::ConversationDeleted, &json!({}), now)?;
    tx.changed_conversation(ChangeKind::Deleted, id);
    Ok(())
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
    let (title, pin) = take_out(tx, id, now)?;
    if let Some(place) = pin {
        pins::put_back(tx, user, vec![place])?;
    }
    Ok(title)
}

/// Undoes [`delete_many`].
///
/// # Errors
/// `Conflict` if one of the conversations was taken out, deleted again or erased.
pub(crate) fn take_all_out_of_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    deleted: &Deleted,
    now: Timestamp,
) -> Result<(), Error> {
    let mut pins = Vec::new();
    for id in &deleted.conversations {
        if in_trash_since(tx, user, *id)? != Some(deleted.deleted_at) {
            return Err(Error::conflict(
                "One of these conversations was taken out of the trash, deleted again or erased since.",
            ));
        }
        let (_, pin) = take_out(tx, *id, now)?;
        pins.extend(pin);
    }
    pins::put_back(tx, user, pins)
}

/// Gives the title, and the place among the pinned ones that is to be given back.
fn take_out(
    tx: &WriteTx<'_>,
    id: ConversationId,
    now: Timestamp,
) -> Result<(String, Option<Place>), Error> {
    let (title, number): (String, Option<i32>) = tx
        .prepare(
            "UPDATE conversations SET deleted_at = NULL, updated_at = :now WHERE id = :id
             RETURNING title, pin_order",
        )?
        .query_row(named_params! { ":id": id, ":now": now }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    event::append(tx, id, EventType::ConversationRestored, &json!({}), now)?;
    tx.changed_conversation(ChangeKind::Inserted, id);
    chunk::wake_for_conversation(tx, id)?;
    Ok((title, number.map(|number| Place { id, number })))
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
