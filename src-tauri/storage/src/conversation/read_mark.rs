//! How far the learner has read. A mark belongs to the reader, not to the conversation: it leaves no trace in the
//! log, is not undone, and does not count as a change of the conversation.
//!
//! What settles moves the mark as well; `kept` says how.

use rusqlite::{OptionalExtension, named_params};

use super::bulk;
use crate::Error;
use crate::change::ChangeKind;
use crate::id::{ConversationId, UserId};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// From here on unread conversations are not counted any more.
pub const MOST_UNREAD: u32 = 1_000;

/// Everything in these conversations has been read. Told only of those in which something had not been.
///
/// # Errors
/// Like [`mark_unread`].
pub fn mark_read(tx: &WriteTx<'_>, user: UserId, ids: &[ConversationId]) -> Result<(), Error> {
    for conversation in bulk::get_all(tx, user, ids)? {
        mark_one_read(tx, conversation.id)?;
    }
    Ok(())
}

fn mark_one_read(tx: &WriteTx<'_>, id: ConversationId) -> Result<(), Error> {
    // One that was never marked counts as read, and is marked here: what comes later is then unread.
    let before: Option<Option<Timestamp>> = tx
        .prepare(
            "SELECT last_read_at FROM conversations
             WHERE id = :id AND last_message_at > coalesce(last_read_at, last_message_at - 1)",
        )?
        .query_row(named_params! { ":id": id }, |row| row.get(0))
        .optional()?;
    let Some(before) = before else {
        return Ok(());
    };
    tx.prepare("UPDATE conversations SET last_read_at = last_message_at WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    if before.is_some() {
        tx.changed_conversation(ChangeKind::Updated, id);
    }
    Ok(())
}

/// Nothing in these conversations counts as read. One without messages has nothing to read and stays as it is.
///
/// # Errors
/// `Invalid` unless there are 1 to 1,000 ids; `NotFound` if one is no conversation of this learner's outside of
/// the trash.
pub fn mark_unread(tx: &WriteTx<'_>, user: UserId, ids: &[ConversationId]) -> Result<(), Error> {
    for conversation in bulk::get_all(tx, user, ids)? {
        let id = conversation.id;
        // Messages that came from elsewhere may be from before 1970.
        let changed = tx
            .prepare(
                "UPDATE conversations SET last_read_at = min(0, last_message_at - 1)
                 WHERE id = :id AND last_message_at <= coalesce(last_read_at, last_message_at)",
            )?
            .execute(named_params! { ":id": id })?;
        if changed > 0 {
            tx.changed_conversation(ChangeKind::Updated, id);
        }
    }
    Ok(())
}

/// Left to itself, SQLite would look at everything that is not in the trash.
pub(crate) const UNREAD: &str = "
    SELECT 1 FROM conversations INDEXED BY conversations_unread
    WHERE user_id = :user AND deleted_at IS NULL AND last_message_at > last_read_at AND status <> 'archived'
    LIMIT :most";

/// How many conversations have something unread, archived ones left out as in the list; at most
/// [`MOST_UNREAD`].
pub fn unread_count(tx: &ReadTx<'_>, user: UserId) -> Result<u32, Error> {
    let mut statement = tx.prepare(UNREAD)?;
    let mut rows = statement.query(named_params! { ":user": user, ":most": MOST_UNREAD })?;
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}
