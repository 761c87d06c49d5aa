//! The end of what lies in the trash.
//!
//! Erasing is done in pieces, each a transaction of its own. So the first step only condemns: the thing leaves
//! the trash for nowhere, in one short write, and whatever happens afterwards, the next sweep goes on with it.

use rusqlite::{OptionalExtension, named_params};
use serde_json::json;

use super::finish::mark_unfinished;
use super::{MILLIS_KEPT, Trashed, traces};
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, event};

/// Messages that one call of [`sweep`] erases at most: some tens of milliseconds.
const MOST_AT_ONCE: u32 = 100;

/// What one piece of a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Messages that are gone, those of conversations included.
    pub messages: u32,
    /// Conversations that are gone.
    pub conversations: u32,
    /// Whether nothing is left to erase for now; if not, call again.
    pub is_done: bool,
}

/// Has a thing in the trash erased: it is there no longer and cannot be restored. [`sweep`] does the rest.
///
/// # Errors
/// `NotFound` if this learner has no such thing in the trash.
pub fn condemn(tx: &WriteTx<'_>, user: UserId, thing: Trashed) -> Result<(), Error> {
    let (changed, what) = match thing {
        Trashed::Conversation(id) => {
            let sql = "UPDATE conversations SET deleted_at = 0
                 WHERE id = :id AND user_id = :user AND deleted_at > 0";
            let changed = tx
                .prepare(sql)?
                .execute(named_params! { ":id": id, ":user": user })?;
            (changed, "conversation in the trash")
        }
        Trashed::Message(id) => {
            let sql = "UPDATE messages SET deleted_at = 0 WHERE id = :id AND deleted_at > 0
                 AND conversation_id IN (SELECT id FROM conversations WHERE user_id = :user)";
            let changed = tx
                .prepare(sql)?
                .execute(named_params! { ":id": id, ":user": user })?;
            (changed, "message in the trash")
        }
    };
    if changed == 0 {
        return Err(Error::NotFound {
            what,
            id: thing.to_string(),
        });
    }
    Ok(())
}

/// Has everything in this learner's trash erased, as [`condemn`] does one thing. Gives how many things of the
/// list those are: messages of conversations that go with them are not counted.
pub fn condemn_all(tx: &WriteTx<'_>, user: UserId) -> Result<u32, Error> {
    let conversations = tx
        .prepare(
            "UPDATE conversations SET deleted_at = 0 WHERE user_id = :user AND deleted_at > 0",
        )?
        .execute(named_params! { ":user": user })?;
    let messages = tx
        .prepare(
            "UPDATE messages SET deleted_at = 0 WHERE deleted_at > 0
                 AND conversation_id IN (SELECT id FROM conversations WHERE user_id = :user AND deleted_at IS NULL)",
        )?
        .execute(named_params! { ":user": user })?;
    Ok(u32::try_from(conversations + messages).unwrap_or(u32::MAX))
}

/// Erases a piece of what was condemned or has lain in the trash for [`super::DAYS_KEPT`] days, whoever's it
/// is. To be called until it is done, as [`super::erase_due`] does.
pub fn sweep(tx: &WriteTx<'_>, as_of: Timestamp, now: Timestamp) -> Result<Swept, Error> {
    let until = as_of
        .plus_millis(-MILLIS_KEPT)
        .max(Timestamp::from_millis(0));
    let mut swept = Swept::default();
    for message in due_messages(tx, until)? {
        erase_message(tx, message, now)?;
        swept.messages += 1;
    }
    let left = MOST_AT_ONCE - swept.messages;
    if left > 0 {
        match due_conversation(tx, until)? {
            Some(id) => erase_piece(tx, id, left, &mut swept, now)?,
            None => swept.is_done = true,
        }
    }
    if swept.messages > 0 || swept.conversations > 0 {
        forget_samples(tx)?;
        mark_unfinished(tx, now)?;
    }
    Ok(swept)
}

pub(crate) const DUE_MESSAGES: &str =
    "SELECT id FROM messages WHERE deleted_at <= :until ORDER BY deleted_at, id LIMIT :most";

pub(crate) const DUE_CONVERSATION: &str =
    "SELECT id FROM conversations WHERE deleted_at <= :until ORDER BY deleted_at, id LIMIT 1";

fn due_messages(tx: &ReadTx<'_>, until: Timestamp) -> Result<Vec<MessageId>, Error> {
    let mut statement = tx.prepare(DUE_MESSAGES)?;
    let rows = statement.query_map(
        named_params! { ":until": until, ":most": MOST_AT_ONCE },
        |row| row.get(0),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn due_conversation(tx: &ReadTx<'_>, until: Timestamp) -> Result<Option<ConversationId>, Error> {
    Ok(tx
        .prepare(DUE_CONVERSATION)?
        .query_row(named_params! { ":until": until }, |row| row.get(0))
        .optional()?)
}

/// Erases the first messages of a conversation, at most `most`; or, if none is left, the conversation itself
/// with all that is kept on it.
fn erase_piece(
    tx: &WriteTx<'_>,
    id: ConversationId,
    most: u32,
    swept: &mut Swept,
    now: Timestamp,
) -> Result<(), Error> {
    let messages: Vec<(MessageId, bool)> = tx
        .prepare(
            "SELECT id, status <> 'streaming' AND deleted_at IS NULL AS is_counted FROM messages
             WHERE conversation_id = :id ORDER BY sequence_number LIMIT :most",
        )?
        .query_map(named_params! { ":id": id, ":most": most }, |row| {
            Ok((row.get("id")?, row.get("is_counted")?))
        })?
        .collect::<Result<_, _>>()?;
    if messages.is_empty() {
        tx.prepare("DELETE FROM conversations WHERE id = :id")?
            .execute(named_params! { ":id": id })?;
        swept.conversations += 1;
        tx.changed_conversation(ChangeKind::Deleted, id);
        return Ok(());
    }
    let mut counted = 0;
    for (message, is_counted) in messages {
        traces::erase_examples(tx, message, now)?;
        traces::erase_deleted_templates(tx, id, message)?;
        delete_row(tx, message)?;
        swept.messages += 1;
        counted += i64::from(is_counted);
    }
    // Whatever happens before the last piece, the counts of what is left are true.
    conversation::settled_messages_changed(tx, id, -counted, now)
}

/// Erases one message of a conversation that stays, and everything that was made of its words.
fn erase_message(tx: &WriteTx<'_>, id: MessageId, now: Timestamp) -> Result<(), Error> {
    let conversation = traces::erase(tx, id, now)?;
    delete_row(tx, id)?;
    event::append(tx, conversation, EventType::MessageErased, &json!({}), now)?;
    tx.changed_message(ChangeKind::Deleted, id, conversation);
    Ok(())
}

/// The row, and by its references what belongs to it: chunks, history, bookmarks, reactions, corrections,
/// operations. The triggers take it out of the full-text tables.
fn delete_row(tx: &WriteTx<'_>, id: MessageId) -> Result<(), Error> {
    tx.prepare("DELETE FROM messages WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    Ok(())
}

/// The planner's samples of indexes hold what stands in them, such as tags. Without them it plans by averages
/// until they are taken anew.
fn forget_samples(tx: &WriteTx<'_>) -> Result<(), Error> {
    let are_there = tx
        .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'")?
        .exists([])?;
    if are_there {
        tx.prepare("DELETE FROM sqlite_stat4")?.execute([])?;
    }
    Ok(())
}
