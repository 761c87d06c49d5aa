//! The messages of a copy, with what belongs to each: chunks, history, corrections, notes.
//!
//! Rows are copied by SQLite, one at a time, since each needs an id of its own.

use std::collections::HashMap;

use rusqlite::named_params;

use super::copied_memory;
use crate::change::ChangeKind;
use crate::id::{self, ConversationId, MessageId};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, chunk};

/// The settled messages up to a place, in order. What belongs to them is found along the same way.
const SETTLED: &str = "messages.conversation_id = :from AND messages.sequence_number <= :last
    AND messages.status <> 'streaming' AND messages.deleted_at IS NULL";

const COPY_MESSAGE: &str = "
    INSERT INTO messages (id, conversation_id, role, content, sequence_number, status, model, token_count,
        input_method, stt_transcript, metadata, edited_at, edit_count, created_at, updated_at, failure_code)
    SELECT :id, :to, role, content, :place, status, model, token_count,
        input_method, stt_transcript, metadata, edited_at, edit_count, created_at, updated_at, failure_code
    FROM messages WHERE id = :old";

/// A table whose rows belong to messages, and how one of them is copied.
struct Owned {
    table: &'static str,
    /// Which rows, and in which order.
    which: &'static str,
    copy: &'static str,
}

const OWNED: &[Owned] = &[
    // A sound is named by its content and so shared. One that is not made yet is waited for anew.
    Owned {
        table: "message_chunks",
        which: "TRUE ORDER BY messages.sequence_number, owned.chunk_index",
        copy: "INSERT INTO message_chunks (id, message_id, chunk_index, text, spoken_text, emotion, icon,
                pause_after_ms, emphasis, tts_status, attempt_count, audio_key, audio_duration_ms)
            SELECT :id, :message, chunk_index, text, spoken_text, emotion, icon, pause_after_ms, emphasis,
                iif(tts_status = 'completed', 'completed', 'pending'),
                iif(tts_status = 'completed', attempt_count, 0), audio_key, audio_duration_ms
            FROM message_chunks WHERE id = :old",
    },
    Owned {
        table: "message_edit_history",
        which: "TRUE ORDER BY messages.sequence_number, owned.edited_at, owned.id",
        copy: "INSERT INTO message_edit_history (id, message_id, previous_content, new_content, edited_at)
            SELECT :id, :message, previous_content, new_content, edited_at
            FROM message_edit_history WHERE id = :old",
    },
    Owned {
        table: "grammar_corrections",
        which: "TRUE ORDER BY messages.sequence_number, owned.start_offset, owned.id",
        copy: "INSERT INTO grammar_corrections (id, message_id, original_text, corrected_text, start_offset,
                end_offset, error_type, rule, explanation, engine, created_at, dismissed_at)
            SELECT :id, :message, original_text, corrected_text, start_offset,
                end_offset, error_type, rule, explanation, engine, created_at, dismissed_at
            FROM grammar_corrections WHERE id = :old",
    },
    Owned {
        table: "conversation_notes",
        which: "owned.deleted_at IS NULL ORDER BY messages.sequence_number, owned.id",
        copy: "INSERT INTO conversation_notes (id, conversation_id, user_id, message_id, content, created_at, updated_at)
            SELECT :id, (SELECT conversation_id FROM messages WHERE id = :message), user_id, :message, content,
                created_at, updated_at
            FROM conversation_notes WHERE id = :old",
    },
];

/// Copies the settled messages of `from` up to a place into `to`, which is empty, the notes on `from` as a whole, and
/// what is remembered of these messages. Says how many messages those are.
pub(super) fn copy_messages(
    tx: &WriteTx<'_>,
    from: ConversationId,
    to: ConversationId,
    last_sequence: u32,
    now: Timestamp,
) -> Result<i64, Error> {
    let old: Vec<(MessageId, u32)> = tx
        .prepare(&format!(
            "SELECT id, sequence_number FROM messages WHERE {SETTLED} ORDER BY sequence_number"
        ))?
        .query_map(
            named_params! { ":from": from, ":last": last_sequence },
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    let mut copies = HashMap::with_capacity(old.len());
    let places: Vec<u32> = old.iter().map(|(_, place)| *place).collect();
    let mut copy = tx.prepare(COPY_MESSAGE)?;
    for (place, (old, _)) in (1_u32..).zip(old) {
        let id = MessageId::new(now);
        copy.execute(named_params! { ":id": id, ":to": to, ":place": place, ":old": old })?;
        tx.changed_message(ChangeKind::Inserted, id, to);
        copies.insert(old, id);
    }
    for owned in OWNED {
        copy_owned(tx, owned, (from, last_sequence), &copies, now)?;
    }
    copy_notes_on_the_whole(tx, from, to, now)?;
    copied_memory::copy(tx, (from, to), &copies, &places, now)?;
    chunk::wake_for_conversation(tx, to)?;
    Ok(i64::try_from(copies.len()).unwrap_or(i64::MAX))
}

fn copy_owned(
    tx: &WriteTx<'_>,
    owned: &Owned,
    (from, last_sequence): (ConversationId, u32),
    copies: &HashMap<MessageId, MessageId>,
    now: Timestamp,
) -> Result<(), Error> {
    let Owned { table, which, copy } = owned;
    // CROSS JOIN fixes the order: along the messages, then into each.
    let rows: Vec<(i64, MessageId)> = tx
        .prepare(&format!(
            "SELECT owned.id, messages.id FROM messages CROSS JOIN {table} AS owned ON owned.message_id = messages.id
             WHERE {SETTLED} AND {which}"
        ))?
        .query_map(named_params! { ":from": from, ":last": last_sequence }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut copy = tx.prepare(copy)?;
    for (old, message) in rows {
        copy.execute(named_params! {
            ":id": id::of_row(now),
            ":message": copies.get(&message),
            ":old": old,
        })?;
    }
    Ok(())
}

fn copy_notes_on_the_whole(
    tx: &WriteTx<'_>,
    from: ConversationId,
    to: ConversationId,
    now: Timestamp,
) -> Result<(), Error> {
    let notes: Vec<i64> = tx
        .prepare(
            "SELECT id FROM conversation_notes
             WHERE conversation_id = :from AND message_id IS NULL AND deleted_at IS NULL ORDER BY created_at, id",
        )?
        .query_map(named_params! { ":from": from }, |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for old in notes {
        tx.prepare(
            "INSERT INTO conversation_notes (id, conversation_id, user_id, content, created_at, updated_at)
             SELECT :id, :to, user_id, content, created_at, updated_at FROM conversation_notes WHERE id = :old",
        )?
        .execute(named_params! { ":id": id::of_row(now), ":to": to, ":old": old })?;
    }
    Ok(())
}
