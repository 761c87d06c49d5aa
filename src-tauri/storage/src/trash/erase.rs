//! The end of what lies in the trash.
//!
//! Erasing is done in pieces, each a transaction of its own. So the first step only condemns: the thing leaves
//! the trash for nowhere, in one short write, and whatever happens afterwards, the next sweep goes on with it.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, named_params};
use serde_json::json;

use super::finish::{mark_finished, mark_unfinished};
use super::traces::{Moves, Said};
use super::{MILLIS_KEPT, Trashed, notes, traces};
use crate::change::ChangeKind;
use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::EventType;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, event, key_fact, operation, tag};

/// Messages that one call of [`sweep`] erases at most: some tens of milliseconds.
const MOST_AT_ONCE: u32 = 100;

/// Other rows of a conversation that one call erases at most: they are small, and have no rows of their own.
const MOST_ROWS_AT_ONCE: u32 = 2_000;

/// Tables of which a conversation may have any number of rows besides its messages. Of operations only the latest are
/// kept anyway, and tags are few.
const OF_CONVERSATIONS: [&str; 4] = [
    "conversation_events",
    "conversation_key_facts",
    "conversation_notes",
    "conversation_summaries",
];

/// What one piece of a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Messages that are gone, those of conversations included.
    pub messages: u32,
    /// Conversations that are gone.
    pub conversations: u32,
    /// Notes that are gone by themselves; those of conversations and messages are not counted.
    pub notes: u32,
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
        Trashed::Note(id) => (notes::condemn(tx, user, id)?, "note in the trash"),
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
    let notes = notes::condemn_all(tx, user)?;
    Ok(u32::try_from(conversations + messages + notes).unwrap_or(u32::MAX))
}

/// Erases all that was condemned, with its traces, in a database that nobody else uses. The caller has begun a
/// transaction, and the bytes are of no account.
pub(crate) fn erase_condemned(connection: &Connection, now: Timestamp) -> Result<(), Error> {
    loop {
        let tx = WriteTx::new(connection);
        if sweep(&tx, Timestamp::from_millis(0), now)?.is_done {
            return mark_finished(&tx);
        }
    }
}

/// Erases a piece of what was condemned or has lain in the trash for [`super::DAYS_KEPT`] days, whoever's it
/// is. To be called until it is done, as [`super::erase_due`] does.
pub fn sweep(tx: &WriteTx<'_>, as_of: Timestamp, now: Timestamp) -> Result<Swept, Error> {
    let until = as_of
        .plus_millis(-MILLIS_KEPT)
        .max(Timestamp::from_millis(0));
    let mut swept = Swept::default();
    let mut erased: BTreeMap<ConversationId, Vec<MessageId>> = BTreeMap::new();
    let mut moves = Moves::new();
    for message in due_messages(tx, until)? {
        for place in erase_message(tx, message, &mut moves, now)? {
            erased.entry(place).or_default().push(message);
        }
        swept.messages += 1;
    }
    for (conversation, messages) in &erased {
        traces::erase_event_data(tx, *conversation, messages)?;
    }
    swept.notes = notes::erase_due(tx, until, MOST_AT_ONCE - swept.messages, now)?;
    let left = MOST_AT_ONCE - swept.messages - swept.notes;
    if left > 0 {
        match due_conversation(tx, until)? {
            Some(id) => erase_piece(tx, id, left, &mut swept, now)?,
            None => swept.is_done = true,
        }
    }
    if swept.messages + swept.notes > 0 || !swept.is_done {
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

/// Erases the first messages of a conversation, at most `most`; or, if none is left, other rows of it; or, if few of
/// those are left, the conversation itself with all that is kept on it.
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
        if !erase_rows(tx, id)? {
            return Ok(());
        }
        operation::forget_those_that_need(tx, id)?;
        tag::forget_those_of(tx, id)?;
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
        key_fact::forget_operations_on(tx, message)?;
        delete_row(tx, message)?;
        swept.messages += 1;
        counted += i64::from(is_counted);
    }
    if !has_messages(tx, id)? {
        traces::erase_elsewhere(tx, id, now)?;
    }
    // Whatever happens before the last piece, the counts of what is left are true.
    conversation::settled_messages_changed(tx, id, -counted, now)
}

fn has_messages(tx: &ReadTx<'_>, id: ConversationId) -> Result<bool, Error> {
    Ok(tx
        .prepare("SELECT 1 FROM messages WHERE conversation_id = :id LIMIT 1")?
        .exists(named_params! { ":id": id })?)
}

/// Erases what a conversation has besides its messages, as far as that is allowed at once. Gives whether that was all.
fn erase_rows(tx: &WriteTx<'_>, id: ConversationId) -> Result<bool, Error> {
    let mut left = MOST_ROWS_AT_ONCE;
    for table in OF_CONVERSATIONS {
        let erased = tx
            .prepare(&format!(
                "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE conversation_id = :id LIMIT :most)"
            ))?
            .execute(named_params! { ":id": id, ":most": left })?;
        left = left.saturating_sub(u32::try_from(erased).unwrap_or(u32::MAX));
        if left == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Erases one message of a conversation that stays, and everything that was made of its words. Gives the
/// conversations whose log is still to be seen to.
fn erase_message(
    tx: &WriteTx<'_>,
    id: MessageId,
    moves: &mut Moves,
    now: Timestamp,
) -> Result<Vec<ConversationId>, Error> {
    let Said {
        conversation,
        places,
    } = traces::erase(tx, id, moves, now)?;
    delete_row(tx, id)?;
    event::append(tx, conversation, EventType::MessageErased, &json!({}), now)?;
    tx.changed_message(ChangeKind::Deleted, id, conversation);
    Ok(places)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::migrations::{EMBEDDED, migrate};

    /// A conversation of many messages, each with its event; the first hundred are condemned.
    fn long_conversation(messages: u32) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        let now = Timestamp::from_millis(0);
        migrate(&mut connection, EMBEDDED, "0.0.0-test", now).unwrap();
        connection
            .execute_batch(&format!(
                "INSERT INTO users (id, username, display_name, created_at, updated_at) VALUES (1, 'mai', 'Mai', 0, 0);
                 INSERT INTO conversations (id, user_id, title, created_at, updated_at) VALUES (1, 1, 'Đi chợ', 0, 0);
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {messages})
                     INSERT INTO messages (id, conversation_id, role, content, sequence_number,
                         created_at, updated_at, deleted_at)
                     SELECT i, 1, 'user', 'câu ' || i, i, 0, 0, CASE WHEN i <= 100 THEN 0 END FROM n;
                 INSERT INTO conversation_events
                     SELECT id, 1, 'message_sent', json_object('messageId', printf('%013d', id)), 0 FROM messages;"
            ))
            .unwrap();
        connection
    }

    /// Thousands of steps of SQLite's that a piece of a sweep takes.
    fn steps(connection: &Connection) -> u32 {
        let steps = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&steps);
        let count = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            false
        };
        connection.progress_handler(1_000, Some(count)).unwrap();
        let tx = WriteTx::new(connection);
        let now = Timestamp::from_millis(0);
        assert_eq!(sweep(&tx, now, now).unwrap().messages, 100);
        steps.load(Ordering::Relaxed)
    }

    #[test]
    fn the_log_of_a_long_conversation_is_read_once_for_all_messages_of_a_piece() {
        let (short, long) = (long_conversation(1_000), long_conversation(4_000));
        let more = steps(&long) - steps(&short);
        // Some ten steps for each of the 3,000 events; read for each message they would be millions.
        assert!(more < 100, "{more}");
    }
}
