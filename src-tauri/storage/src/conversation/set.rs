//! What the learner sets for many conversations at once: their folder, their status, their level.
//!
//! The three are one verb with another column. What is so already is left alone and is not part of the operation.

use rusqlite::named_params;
use rusqlite::types::ToSql;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Conversation;
use super::bulk::{self, Was};
use crate::change::ChangeKind;
use crate::id::{ConversationId, FolderId, UserId};
use crate::kinds::{CefrLevel, ConversationStatus, EventType, OperationKind};
use crate::operation::{self, Inverse, Operation};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, event, folder};

/// Some conversations that were set to one value, with what each was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Set<T> {
    conversations: Vec<Was<T>>,
    set_to: T,
}

impl<T> Set<T> {
    pub(crate) fn conversations(&self) -> impl Iterator<Item = ConversationId> {
        self.conversations.iter().map(|was| was.id)
    }
}

/// A column that can be set, and what goes with it.
struct Field<T> {
    update: &'static str,
    of: fn(&Conversation) -> T,
    event: EventType,
    event_data: fn(T) -> Value,
    operation: OperationKind,
    inverse: fn(Set<T>) -> Inverse,
    is_otherwise: &'static str,
}

const FOLDER: Field<Option<FolderId>> = Field {
    update: "UPDATE conversations SET folder_id = :value, updated_at = :now WHERE id = :id",
    of: |conversation| conversation.folder_id,
    event: EventType::ConversationMoved,
    event_data: |folder| json!({ "folderId": folder }),
    operation: OperationKind::ConversationMove,
    inverse: Inverse::MoveConversations,
    is_otherwise: "This was put into another folder since.",
};

const STATUS: Field<ConversationStatus> = Field {
    update: "UPDATE conversations SET status = :value, updated_at = :now WHERE id = :id",
    of: |conversation| conversation.status,
    event: EventType::ConversationStatusChanged,
    event_data: |status| json!({ "status": status }),
    operation: OperationKind::ConversationSetStatus,
    inverse: Inverse::SetStatus,
    is_otherwise: "This was given another status since.",
};

const LEVEL: Field<Option<CefrLevel>> = Field {
    update: "UPDATE conversations SET level = :value, updated_at = :now WHERE id = :id",
    of: |conversation| conversation.level,
    event: EventType::ConversationLevelChanged,
    event_data: |level| json!({ "level": level }),
    operation: OperationKind::ConversationSetLevel,
    inverse: Inverse::SetLevel,
    is_otherwise: "This was given another level since.",
};

/// Puts conversations into a folder, or into none. Gives what can be undone; `None` if all of them were there.
///
/// # Errors
/// `Invalid` unless there are 1 to 1,000 ids; `NotFound` if one is no conversation of this learner's outside of
/// the trash, or if there is no such folder.
pub fn move_to_folder(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    folder: Option<FolderId>,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    if let Some(folder) = folder {
        folder::require(tx, user, folder)?;
    }
    set(tx, user, &FOLDER, ids, folder, now)
}

/// Gives conversations a status. Gives what can be undone; `None` if all of them had it.
///
/// # Errors
/// Like [`move_to_folder`].
pub fn set_status(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    status: ConversationStatus,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    set(tx, user, &STATUS, ids, status, now)
}

/// Gives conversations a level, or none. Gives what can be undone; `None` if all of them had it.
///
/// # Errors
/// Like [`move_to_folder`].
pub fn set_level(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[ConversationId],
    level: Option<CefrLevel>,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    set(tx, user, &LEVEL, ids, level, now)
}

/// Undoes [`move_to_folder`].
///
/// # Errors
/// `Conflict` if one of the conversations is elsewhere by now or in the trash, or if a folder is gone.
pub(crate) fn take_move_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &Set<Option<FolderId>>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut known = None;
    for folder in done.conversations.iter().filter_map(|was| was.was) {
        if known != Some(folder) && !folder::exists(tx, user, folder)? {
            return Err(Error::conflict(
                "The folder in which this was is not there any more.",
            ));
        }
        known = Some(folder);
    }
    take_back(tx, user, &FOLDER, done, now)
}

/// Undoes [`set_status`].
///
/// # Errors
/// `Conflict` if one of the conversations has another status by now, or is in the trash.
pub(crate) fn take_status_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &Set<ConversationStatus>,
    now: Timestamp,
) -> Result<(), Error> {
    take_back(tx, user, &STATUS, done, now)
}

/// Undoes [`set_level`].
///
/// # Errors
/// `Conflict` if one of the conversations has another level by now, or is in the trash.
pub(crate) fn take_level_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &Set<Option<CefrLevel>>,
    now: Timestamp,
) -> Result<(), Error> {
    take_back(tx, user, &LEVEL, done, now)
}

fn set<T: Copy + PartialEq + ToSql>(
    tx: &WriteTx<'_>,
    user: UserId,
    field: &Field<T>,
    ids: &[ConversationId],
    value: T,
    now: Timestamp,
) -> Result<Option<Operation>, Error> {
    let all = bulk::get_all(tx, user, ids)?;
    let mut before = Vec::new();
    for conversation in &all {
        let was = (field.of)(conversation);
        if was != value {
            store(tx, field, conversation.id, value, now)?;
            let id = conversation.id;
            before.push(Was { id, was });
        }
    }
    let changed: Vec<ConversationId> = before.iter().map(|was| was.id).collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let inverse = (field.inverse)(Set {
        conversations: before,
        set_to: value,
    });
    let subject = bulk::subject(&changed, &all);
    operation::record(tx, user, field.operation, subject, &inverse, now).map(Some)
}

fn take_back<T: Copy + PartialEq + ToSql>(
    tx: &WriteTx<'_>,
    user: UserId,
    field: &Field<T>,
    done: &Set<T>,
    now: Timestamp,
) -> Result<(), Error> {
    for Was { id, was } in &done.conversations {
        let conversation = bulk::still_there(tx, user, *id)?;
        if (field.of)(&conversation) != done.set_to {
            return Err(Error::conflict(field.is_otherwise));
        }
        store(tx, field, *id, *was, now)?;
    }
    Ok(())
}

fn store<T: Copy + ToSql>(
    tx: &WriteTx<'_>,
    field: &Field<T>,
    id: ConversationId,
    value: T,
    now: Timestamp,
) -> Result<(), Error> {
    tx.prepare(field.update)?
        .execute(named_params! { ":id": id, ":value": value, ":now": now })?;
    event::append(tx, id, field.event, &(field.event_data)(value), now)?;
    tx.changed_conversation(ChangeKind::Updated, id);
    Ok(())
}
