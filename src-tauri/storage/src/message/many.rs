//! Messages on their way into the trash and out of it together, however many.
//!
//! All of them get one `deleted_at`, by which they are told from whatever else of their conversation lies there: it
//! is later than every one before, and every later deletion has a later one. So what brings them back needs no
//! list of them.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, ToSql, named_params};
use serde_json::json;

use super::Message;
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::{EventType, MessageStatus, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, chunk, conversation, event, id, summary};

/// The most messages that can be named at once.
pub const MOST_AT_ONCE: usize = 1_000;

/// Puts messages of one conversation into the trash, all or none, and gives what can be undone as a whole. One
/// that is named twice counts once.
///
/// # Errors
/// `Invalid` for none or more than [`MOST_AT_ONCE`] ids, or messages of more than one conversation; `NotFound` if
/// one of them is none of this learner's, or lies in the trash.
pub fn delete_many(
    tx: &WriteTx<'_>,
    user: UserId,
    ids: &[MessageId],
    now: Timestamp,
) -> Result<Operation, Error> {
    if ids.is_empty() || ids.len() > MOST_AT_ONCE {
        return Err(Error::invalid(
            "ids",
            format!("must be 1 to {MOST_AT_ONCE} messages"),
        ));
    }
    let ids: BTreeSet<MessageId> = ids.iter().copied().collect();
    let conversation = common_conversation(tx, user, &ids)?;
    let title = conversation::get(tx, user, conversation)?.title;
    let deleted_at = deletion_time(tx, conversation, now)?;
    let mut group = Group::default();
    for id in &ids {
        let sql = "UPDATE messages SET deleted_at = :at, updated_at = :now WHERE id = :id RETURNING id, status";
        let moved = named_params! { ":id": id, ":at": deleted_at, ":now": now };
        group.extend(tx, sql, moved)?;
    }
    group.tell(tx, conversation, ChangeKind::Deleted);
    summary::drop_over_trashed(tx, conversation, deleted_at, now)?;
    conversation::settled_messages_changed(tx, conversation, -group.settled, now)?;
    log(tx, conversation, EventType::MessagesDeleted, &group, now)?;
    operation::record(
        tx,
        user,
        OperationKind::MessagesDelete,
        Subject::Conversation {
            id: conversation,
            title: &title,
        },
        &Inverse::RestoreMessages {
            conversation,
            deleted_at,
        },
        now,
    )
}

/// Takes the messages out of the trash that were put there together at that time.
///
/// # Errors
/// `Conflict` if none of them lies there any more, or if their conversation lies there too.
pub(crate) fn take_group_out_of_trash(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    deleted_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    if !conversation::exists(tx, user, conversation)? {
        return Err(Error::conflict(
            "The conversation of these messages is in the trash; take that out first.",
        ));
    }
    let group = bring_back(tx, conversation, deleted_at, now)?;
    if group.ids.is_empty() {
        return Err(Error::conflict(
            "These messages are no longer in the trash.",
        ));
    }
    conversation::settled_messages_changed(tx, conversation, group.settled, now)?;
    log(tx, conversation, EventType::MessagesRestored, &group, now)
}

/// Puts all messages that come after `message` into the trash: those, and since when they lie there. The caller
/// counts and logs them, and has seen to it that none is being written.
pub(super) fn discard_after(
    tx: &WriteTx<'_>,
    message: &Message,
    now: Timestamp,
) -> Result<(Group, Timestamp), Error> {
    let conversation = message.conversation_id;
    let deleted_at = deletion_time(tx, conversation, now)?;
    let mut group = Group::default();
    group.extend(
        tx,
        "UPDATE messages SET deleted_at = :at, updated_at = :now
         WHERE conversation_id = :conversation AND sequence_number > :place AND deleted_at IS NULL
         RETURNING id, status",
        named_params! {
            ":conversation": conversation,
            ":place": message.sequence_number,
            ":at": deleted_at,
            ":now": now,
        },
    )?;
    group.tell(tx, conversation, ChangeKind::Deleted);
    summary::drop_from(
        tx,
        conversation,
        message.sequence_number.saturating_add(1),
        now,
    )?;
    Ok((group, deleted_at))
}

/// Takes out of the trash what of a conversation was put there at that time, if any of it is left, and wakes the
/// voice for it. The caller counts and logs it.
pub(super) fn bring_back(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    deleted_at: Timestamp,
    now: Timestamp,
) -> Result<Group, Error> {
    summary::drop_over_trashed(tx, conversation, deleted_at, now)?;
    let mut group = Group::default();
    group.extend(
        tx,
        // By the time alone, for which there is an index: the conversation may be much longer than the group.
        "UPDATE messages SET deleted_at = NULL, updated_at = :now
         WHERE deleted_at = :at AND +conversation_id = :conversation RETURNING id, status",
        named_params! { ":conversation": conversation, ":at": deleted_at, ":now": now },
    )?;
    group.tell(tx, conversation, ChangeKind::Inserted);
    if !group.ids.is_empty() {
        chunk::wake_for_conversation(tx, conversation)?;
    }
    Ok(group)
}

/// When messages are put into the trash that are deleted now: later than anything else of their conversation that
/// lies there, and than every deletion that can be taken back, also if nothing of it lies there any more.
pub(super) fn deletion_time(
    tx: &ReadTx<'_>,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<Timestamp, Error> {
    let at = id::deletion_time(now);
    let lying: Option<Timestamp> = tx.prepare(LAST_DELETION)?.query_row(
        named_params! { ":conversation": conversation, ":at": at },
        |row| row.get(0),
    )?;
    let undoable = operation::last_deletion(tx, conversation)?;
    let latest = lying.max(undoable).filter(|latest| *latest >= at);
    Ok(latest.map_or(at, |latest| latest.plus_millis(1)))
}

/// Along the trash, whose last moment is short, and not along the conversation.
const LAST_DELETION: &str = "SELECT max(deleted_at) FROM messages WHERE deleted_at >= :at AND +conversation_id = :conversation";

pub(crate) fn last_deletion_sql() -> String {
    LAST_DELETION.to_owned()
}

/// Messages that were moved together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) ids: Vec<MessageId>,
    /// How many of them count: what is still being written does not.
    pub(super) settled: i64,
}

impl Group {
    /// Moves messages by an UPDATE that returns their ids and states.
    fn extend(
        &mut self,
        tx: &WriteTx<'_>,
        sql: &str,
        parameters: &[(&str, &dyn ToSql)],
    ) -> Result<(), Error> {
        let mut statement = tx.prepare(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            self.add(row)?;
        }
        Ok(())
    }

    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        self.ids.push(row.get("id")?);
        let status: MessageStatus = row.get("status")?;
        self.settled += i64::from(status != MessageStatus::Streaming);
        Ok(())
    }

    fn tell(&self, tx: &WriteTx<'_>, conversation: ConversationId, kind: ChangeKind) {
        for id in &self.ids {
            tx.changed_message(kind, *id, conversation);
        }
    }
}

/// The one conversation in which all of these messages stand, outside of the trash.
fn common_conversation(
    tx: &ReadTx<'_>,
    user: UserId,
    ids: &BTreeSet<MessageId>,
) -> Result<ConversationId, Error> {
    let mut common = None;
    for id in ids {
        let found: Option<ConversationId> = tx
            .prepare(
                "SELECT messages.conversation_id FROM messages
                 JOIN conversations ON conversations.id = messages.conversation_id
                 WHERE messages.id = :id AND messages.deleted_at IS NULL
                     AND conversations.user_id = :user AND conversations.deleted_at IS NULL",
            )?
            .query_row(named_params! { ":id": id, ":user": user }, |row| row.get(0))
            .optional()?;
        let found = found.ok_or_else(|| Error::not_found("message", *id))?;
        if *common.get_or_insert(found) != found {
            return Err(Error::invalid(
                "ids",
                "must be messages of one conversation",
            ));
        }
    }
    common.ok_or_else(|| Error::invalid("ids", "must not be empty"))
}

fn log(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    event_type: EventType,
    group: &Group,
    now: Timestamp,
) -> Result<(), Error> {
    let data = json!({ "count": group.ids.len() });
    event::append(tx, conversation, event_type, &data, now)
}
