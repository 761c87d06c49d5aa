//! Fills a data directory: fast, past the storage, and the same each time.

use std::path::Path;

use anyhow::{Result, ensure};
use parlance_storage::{Database, OpenOptions, user};
use rusqlite::{Connection, params};

/// Messages of one conversation.
const PER_CONVERSATION: u64 = 50;
/// Bits of an id below its milliseconds.
const RANDOM_BITS: u32 = 21;
/// Milliseconds since 2020 at which the first conversation begins; a message a second from then on.
const FIRST_MS: u64 = 100_000_000_000;

/// Words of several languages, so that both full-text indexes have something to do.
const WORDS: &[&str] = &[
    "yesterday",
    "coffee",
    "I",
    "went",
    "the",
    "station",
    "would",
    "like",
    "to",
    "speak",
    "café",
    "weather",
    "because",
    "learning",
    "với",
    "bạn",
    "tomorrow",
    "always",
    "question",
    "and",
    "a",
    "of",
    "in",
    "market",
    "brother",
    "travelled",
    "señor",
    "naïve",
    "morning",
    "quietly",
    "about",
    "musical",
];
const UNSPACED: &[&str] = &["我想练习口语", "今日はとても暑い", "学习每一天"];

/// Fills a new data directory with `messages` messages of about 447 characters, half of them replies with four
/// chunks, in conversations of fifty. Same number, same data.
pub fn build(data_dir: &Path, messages: u64) -> Result<()> {
    let database = Database::open(data_dir, OpenOptions::new("large"))?;
    let now = database.now();
    let user = database
        .write_blocking(move |tx| user::ensure_first(tx, now))?
        .id;
    database.close()?;
    let mut connection = Connection::open(data_dir.join("parlance.db"))?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")?;
    let triggers: Vec<(String, String)> = {
        let mut statement =
            connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER \"{name}\""))?;
    }
    let user_id: i64 = connection.query_row("SELECT id FROM users", [], |row| row.get(0))?;
    ensure!(!user.to_string().is_empty(), "there is a profile");
    for first in (0..messages).step_by(100_000) {
        fill(
            &mut connection,
            user_id,
            first,
            (first + 100_000).min(messages),
        )?;
    }
    for index in ["message_search_words", "message_search_trigrams"] {
        connection.execute_batch(&format!("INSERT INTO {index} ({index}) VALUES ('rebuild')"))?;
    }
    for (_, sql) in &triggers {
        connection.execute_batch(sql)?;
    }
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

fn fill(connection: &mut Connection, user: i64, first: u64, end: u64) -> Result<()> {
    let tx = connection.transaction()?;
    {
        let mut conversation = tx.prepare(
            "INSERT INTO conversations (id, user_id, title, title_source, level, message_count, last_message_at,
                 last_message_preview, created_at, updated_at)
             VALUES (?1, ?2, ?3, 'user', 'B1', 0, NULL, NULL, ?4, ?4)",
        )?;
        let mut settle = tx.prepare(
            "UPDATE conversations SET message_count = ?2, last_message_at = ?3, last_message_preview = ?4 WHERE id = ?1",
        )?;
        let mut message = tx.prepare(
            "INSERT INTO messages (id, conversation_id, role, content, sequence_number, model, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        )?;
        let mut chunk = tx.prepare(
            "INSERT INTO message_chunks (id, message_id, chunk_index, text, spoken_text, tts_status, audio_key,
                 audio_duration_ms)
             VALUES (?1, ?2, ?3, ?4, ?4, 'completed', ?5, 2000)",
        )?;
        let mut event = tx.prepare(
            "INSERT INTO conversation_events (id, conversation_id, event_type, event_data, created_at)
             VALUES (?1, ?2, ?3, '{}', ?4)",
        )?;
        for number in first..end {
            let place = number % PER_CONVERSATION;
            let conversation_id = id(number - place, 0);
            let at = time(number);
            if place == 0 {
                conversation.execute(params![
                    conversation_id,
                    user,
                    format!("Talk {number}"),
                    at
                ])?;
            }
            let is_reply = number % 2 == 1;
            let parts = text(number);
            let content = parts.concat();
            message.execute(params![
                id(number, 1),
                conversation_id,
                if is_reply { "assistant" } else { "user" },
                content,
                (place + 1).cast_signed(),
                is_reply.then_some("large"),
                at
            ])?;
            if is_reply {
                for (index, part) in (0_i64..).zip(&parts) {
                    let key = format!(
                        "{:064x}",
                        u128::from(number) * 4 + index.cast_unsigned() as u128
                    );
                    chunk.execute(params![
                        id(number, 2) + index,
                        id(number, 1),
                        index,
                        part,
                        key
                    ])?;
                }
            }
            let kind = if is_reply {
                "reply_finished"
            } else {
                "message_sent"
            };
            event.execute(params![id(number, 6), conversation_id, kind, at])?;
            if place + 1 == PER_CONVERSATION || number + 1 == end {
                let line = content.split_whitespace().collect::<Vec<_>>().join(" ");
                let preview: String = line.chars().take(100).collect();
                settle.execute(params![
                    conversation_id,
                    (place + 1).cast_signed(),
                    at,
                    preview
                ])?;
            }
        }
    }
    Ok(tx.commit()?)
}

fn time(number: u64) -> i64 {
    1_577_836_800_000 + (FIRST_MS + number * 1_000).cast_signed()
}

fn id(number: u64, kind: u64) -> i64 {
    (((FIRST_MS + number * 1_000) << RANDOM_BITS) | kind).cast_signed()
}

/// Four sentences.
pub(super) fn text(number: u64) -> Vec<String> {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    let mut parts: Vec<String> = (0..4)
        .map(|_| {
            let words: Vec<&str> = (0..18).map(|_| WORDS[next(WORDS.len())]).collect();
            format!("{}. ", words.join(" "))
        })
        .collect();
    if number.is_multiple_of(20) {
        parts[0].push_str(UNSPACED[next(UNSPACED.len())]);
    }
    parts
}
