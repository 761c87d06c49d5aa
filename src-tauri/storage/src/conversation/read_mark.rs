//! How far the learner has read. A mark belongs to the reader, not to the conversation: it leaves no trace in the
//! log, is not undone by itself, and does not count as a change of the conversation. Only a merge makes one of two, and
//! gives both back when it is undone.
//!
//! What settles moves the mark as well; `kept` says how.

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};

use super::bulk;
use super::places::Pair;
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

/// How far a conversation was read; `None` in it: it has no mark, and counts as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReadMark {
    last_read_at: Option<Timestamp>,
}

impl ReadMark {
    fn of(tx: &ReadTx<'_>, id: ConversationId) -> Result<Self, Error> {
        let last_read_at = tx
            .prepare("SELECT last_read_at FROM conversations WHERE id = :id")?
            .query_row(named_params! { ":id": id }, |row| row.get(0))?;
        Ok(Self { last_read_at })
    }

    pub(super) fn restore(self, tx: &WriteTx<'_>, id: ConversationId) -> Result<(), Error> {
        tx.prepare("UPDATE conversations SET last_read_at = :at WHERE id = :id")?
            .execute(named_params! { ":id": id, ":at": self.last_read_at })?;
        Ok(())
    }
}

/// The marks of two conversations that become one.
pub(super) struct Marks {
    /// What the one had that stays.
    pub(super) into: ReadMark,
    has_mark: bool,
    /// When the oldest message came that was not read, in either.
    unread_since: Option<Timestamp>,
}

impl Marks {
    pub(super) fn read(tx: &ReadTx<'_>, (into, from): Pair) -> Result<Self, Error> {
        let marks = [ReadMark::of(tx, into)?, ReadMark::of(tx, from)?];
        let since = [oldest_unread(tx, into)?, oldest_unread(tx, from)?];
        Ok(Self {
            into: marks[0],
            has_mark: marks.iter().any(|mark| mark.last_read_at.is_some()),
            unread_since: since.into_iter().flatten().min(),
        })
    }

    /// Marks the one that both went into. One mark cannot say which of the messages after it were read: some count as
    /// unread again, none counts as read that was not. Of two that were read the whole is.
    pub(super) fn join(&self, tx: &WriteTx<'_>, into: ConversationId) -> Result<(), Error> {
        if let Some(since) = self.unread_since {
            // Where the clock fell back, the last message is not the latest one, and the list looks at the last.
            tx.prepare(
                "UPDATE conversations SET last_read_at = min(:since, last_message_at) - 1
                 WHERE id = :id AND last_message_at IS NOT NULL",
            )?
            .execute(named_params! { ":id": into, ":since": since })?;
        } else if self.has_mark {
            tx.prepare(
                "UPDATE conversations SET last_read_at = last_message_at
                 WHERE id = :id AND last_message_at IS NOT NULL",
            )?
            .execute(named_params! { ":id": into })?;
        }
        Ok(())
    }
}

/// When the oldest message after the mark came, if the conversation is unread.
fn oldest_unread(tx: &ReadTx<'_>, id: ConversationId) -> Result<Option<Timestamp>, Error> {
    Ok(tx
        .prepare(
            "SELECT min(messages.created_at) FROM conversations
                 JOIN messages ON messages.conversation_id = conversations.id
             WHERE conversations.id = :id AND last_message_at > last_read_at
                 AND messages.created_at > last_read_at
                 AND messages.status <> 'streaming' AND messages.deleted_at IS NULL",
        )?
        .query_row(named_params! { ":id": id }, |row| row.get(0))?)
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
