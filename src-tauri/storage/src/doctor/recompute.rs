//! What can be worked out from other rows, worked out anew: states, counts, previews, and the pieces of replies.
//!
//! Needs the newest schema, no triggers and no checks of references; leaves the full text to its own rebuild.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, params};

use super::account::{Account, Fate};
use super::known::{Known, KnownTable};
use super::mending::Placed;
use super::record::Value;
use super::watching::{Step, interruptible};
use super::{mending, orphans, replies};
use crate::progress::{Stage, Watch};
use crate::time::Timestamp;
use crate::verify::{readable, search};
use crate::{Error, text};

/// Before the full text.
const STEPS: u64 = 9;
/// A row may hold more than one value that the app cannot read; each round finds one.
const MOST_ROUNDS: usize = 30;

type Work<'a> = &'a dyn Fn(&mut Account) -> Result<(), Error>;

/// Puts everything right that other rows decide.
pub(super) fn all(
    connection: &Connection,
    known: &Known,
    account: &mut Account,
    watch: &Watch<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let steps: [Work<'_>; STEPS as usize] = [
        &|account| unreadable(connection, known, account),
        &|account| orphans::adopt(connection, known, account, now),
        // Again: what was given to another parent may hold more that cannot be read.
        &|account| unreadable(connection, known, account),
        &|account| orphans::adopt(connection, known, account, now),
        &|account| folders(connection, known, account),
        &|account| release_leases(connection, account),
        &|account| replies::match_chunks(connection, known, account, now),
        &|account| edit_counts(connection, account),
        &|account| counters(connection, account),
    ];
    for (done, work) in (0..).zip(steps) {
        let step = Step {
            stage: Stage::Indexing,
            done,
            total: STEPS + 1,
        };
        interruptible(connection, watch, step, || {
            in_transaction(connection, || work(account))
        })?;
    }
    Ok(())
}

/// Makes the full text anew: the last step of all, since it is about texts that have settled.
pub(super) fn full_text(connection: &Connection, watch: &Watch<'_>) -> Result<(), Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
    let step = Step {
        stage: Stage::Indexing,
        done: STEPS,
        total: STEPS + 1,
    };
    interruptible(connection, watch, step, || search::rebuild(connection))
}

fn in_transaction(
    connection: &Connection,
    work: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    connection.execute_batch("SAVEPOINT step")?;
    work()?;
    connection.execute_batch("RELEASE step")?;
    Ok(())
}

/// Values that keep the rules of their table and that the app cannot read all the same.
fn unreadable(connection: &Connection, known: &Known, account: &mut Account) -> Result<(), Error> {
    for _ in 0..MOST_ROUNDS {
        let mut found: Vec<(String, Vec<Value>, String)> = Vec::new();
        readable::each(connection, &mut |unreadable| {
            let key = unreadable.key.iter().copied().map(Value::from).collect();
            let column = unreadable.column.to_owned();
            found.push((unreadable.table.to_owned(), key, column));
        })?;
        let mut is_better = false;
        for (name, key, column) in found {
            if let Some(table) = known.table(&name) {
                is_better |= make_readable(connection, known, table, &key, &column, account)?;
            }
        }
        if !is_better {
            break;
        }
    }
    Ok(())
}

/// Gives whether it did something.
fn make_readable(
    connection: &Connection,
    known: &Known,
    table: &KnownTable,
    key: &[Value],
    column: &str,
    account: &mut Account,
) -> Result<bool, Error> {
    let place = table.place(column);
    // What refers to an id that is none gets another parent when that one is gone.
    if table
        .references
        .iter()
        .any(|reference| Some(reference.column) == place)
    {
        return Ok(false);
    }
    let condition: Vec<String> = table
        .key
        .iter()
        .map(|place| format!("\"{}\" IS ?", table.columns[*place].name))
        .collect();
    let key: Vec<_> = key
        .iter()
        .map(|value| rusqlite::types::ToSqlOutput::Borrowed(value.as_ref()))
        .collect();
    let parameters: Vec<&dyn rusqlite::ToSql> = key
        .iter()
        .map(|value| value as &dyn rusqlite::ToSql)
        .collect();
    let rows = orphans::rows_where(connection, table, &condition.join(" AND "), &parameters)?;
    // One that was found twice is gone, or right, by now.
    let Some(row) = rows.first() else {
        return Ok(false);
    };
    orphans::remove(connection, table, row)?;
    let mut better = row.clone();
    if let Some(place) = table.place(column).filter(|place| {
        !table.key.contains(place) && !mending::is_text_in_disguise(table, row, *place)
    }) && let Some(value) = mending::substitute(connection, table, row, place)?
    {
        better[place] = value;
    }
    // A text that is none, or a blob that was one, is made legible on the way.
    let placed = mending::place(connection, known, table, &better)?;
    let is_mended = match placed {
        Placed::Mended(_) => true,
        Placed::AsItIs => better != *row,
        Placed::Again | Placed::Refused(_) => false,
    };
    if !is_mended && placed == Placed::AsItIs {
        orphans::remove(connection, table, row)?;
    }
    let fate = if is_mended {
        Fate::Mended
    } else {
        Fate::Rejected
    };
    account.keep_aside(table, row, fate, "it held a value that the app cannot read")?;
    Ok(true)
}

/// Folders form a tree within one profile, 32 deep at most: the triggers that see to it are off here.
fn folders(connection: &Connection, known: &Known, account: &mut Account) -> Result<(), Error> {
    const ASTRAY: &str = "parent_folder_id IS NOT NULL AND (
        user_id <> (SELECT user_id FROM conversation_folders AS parent
                    WHERE parent.id = conversation_folders.parent_folder_id)
        OR 32 < (
            WITH RECURSIVE above (id, depth) AS (
                SELECT conversation_folders.parent_folder_id, 2
                UNION ALL
                SELECT folder.parent_folder_id, above.depth + 1
                FROM above JOIN conversation_folders AS folder ON folder.id = above.id
                WHERE folder.parent_folder_id IS NOT NULL AND above.depth <= 32)
            SELECT max(depth) FROM above))";
    let Some(table) = known.table("conversation_folders") else {
        return Ok(());
    };
    // One by one: taking one folder out of a circle puts the others right.
    loop {
        let condition = format!("{ASTRAY} ORDER BY id LIMIT 1");
        let rows = orphans::rows_where(connection, table, &condition, &[])?;
        let Some(row) = rows.first() else {
            return Ok(());
        };
        connection.execute(
            "UPDATE conversation_folders SET parent_folder_id = NULL WHERE id = ?1",
            [row.first().and_then(Value::as_integer)],
        )?;
        account.keep_aside(table, row, Fate::Mended, "its folder lay within itself")?;
    }
}

/// Whoever was making a sound is no longer at it.
fn release_leases(connection: &Connection, account: &mut Account) -> Result<(), Error> {
    let freed = connection.execute(
        "UPDATE message_chunks SET tts_status = 'pending', lease_owner = NULL, lease_expires_at = NULL
         WHERE tts_status = 'processing'",
        [],
    )?;
    account.table("message_chunks").mended += freed as u64;
    Ok(())
}

fn edit_counts(connection: &Connection, account: &mut Account) -> Result<(), Error> {
    let changed = connection.execute(
        "UPDATE messages SET
             edit_count = (SELECT count(*) FROM message_edit_history WHERE message_id = messages.id),
             edited_at = (SELECT max(edited_at) FROM message_edit_history WHERE message_id = messages.id)
         WHERE edit_count <> (SELECT count(*) FROM message_edit_history WHERE message_id = messages.id)",
        [],
    )?;
    account.table("messages").mended += changed as u64;
    Ok(())
}

/// Count, time and preview of each conversation, from its settled messages.
fn counters(connection: &Connection, account: &mut Account) -> Result<(), Error> {
    let mut conversations = connection.prepare("SELECT id FROM conversations ORDER BY id")?;
    let mut last = connection.prepare(
        "SELECT created_at, content FROM messages
         WHERE conversation_id = ?1 AND status <> 'streaming' AND deleted_at IS NULL
         ORDER BY sequence_number DESC LIMIT 1",
    )?;
    let mut update = connection.prepare(
        "UPDATE conversations SET message_count = ?2, last_message_at = ?3, last_message_preview = ?4
         WHERE id = ?1 AND (message_count IS NOT ?2 OR last_message_at IS NOT ?3 OR last_message_preview IS NOT ?4)",
    )?;
    let mut count = connection.prepare(
        "SELECT count(*) FROM messages
         WHERE conversation_id = ?1 AND status <> 'streaming' AND deleted_at IS NULL",
    )?;
    let ids: Vec<i64> = conversations
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut changed = 0;
    for id in ids {
        let settled: i64 = count.query_row([id], |row| row.get(0))?;
        let (at, content): (Option<i64>, Option<String>) = last
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .unwrap_or_default();
        let preview = content.map(|content| text::preview(&content));
        changed += update.execute(params![id, settled, at, preview])?;
    }
    account.table("conversations").mended += changed as u64;
    Ok(())
}
