//! What conversations, messages and chunks say of each other.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::Findings;
use super::tables::Table;
use crate::{Error, text};

/// Counts and previews on a conversation, against its messages.
pub(super) fn check_counters(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<(), Error> {
    let table = Table::named(connection, "conversations".into())?;
    let mut statement = connection.prepare(
        "SELECT conversations.id, message_count, last_message_at, last_message_preview,
             (SELECT count(*) FROM messages WHERE conversation_id = conversations.id
                  AND status <> 'streaming' AND deleted_at IS NULL) AS true_count,
             last.created_at AS true_at, last.content AS last_content
         FROM conversations LEFT JOIN messages AS last ON last.id = (
             SELECT id FROM messages WHERE conversation_id = conversations.id
                 AND status <> 'streaming' AND deleted_at IS NULL
             ORDER BY sequence_number DESC LIMIT 1)",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (stored, counted): (i64, i64) = (row.get("message_count")?, row.get("true_count")?);
        if stored != counted {
            findings.row(
                &table.name,
                table.row_name(row)?,
                format!("message_count is {stored}, but there are {counted} messages"),
            );
        }
        let (stored, last): (Option<i64>, Option<i64>) =
            (row.get("last_message_at")?, row.get("true_at")?);
        if stored != last {
            findings.row(
                &table.name,
                table.row_name(row)?,
                "last_message_at is not the time of its last message",
            );
        }
        // Damaged text is another check's business; here it must not end the comparison.
        let stored = lossy(row.get_ref("last_message_preview")?);
        let expected = lossy(row.get_ref("last_content")?).map(|content| text::preview(&content));
        if stored != expected {
            findings.row(
                &table.name,
                table.row_name(row)?,
                "last_message_preview is not the beginning of its last message",
            );
        }
    }
    Ok(())
}

pub(super) fn check_edit_counts(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<(), Error> {
    Table::named(connection, "messages".into())?.report_rows(
        connection,
        "edit_count <> (SELECT count(*) FROM message_edit_history WHERE message_id = messages.id)",
        "edit_count is not the number of its entries in message_edit_history",
        findings,
    )
}

/// The chunks of a reply give its content back; those of a streaming one, its beginning.
pub(super) fn check_chunks_match_content(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<(), Error> {
    const PUT_TOGETHER: &str = "coalesce((
        SELECT group_concat(text, '' ORDER BY chunk_index) FROM message_chunks WHERE message_id = messages.id), '')";
    let messages = Table::named(connection, "messages".into())?;
    messages.report_rows(
        connection,
        &format!("role = 'assistant' AND status <> 'streaming' AND {PUT_TOGETHER} IS NOT content"),
        "its chunks, put together, are not its content",
        findings,
    )?;
    messages.report_rows(
        connection,
        &format!("status = 'streaming' AND {PUT_TOGETHER} IS NOT substr(content, 1, length({PUT_TOGETHER}))"),
        "its chunks, put together, are not the beginning of its content",
        findings,
    )
}

/// What the columns of a chunk must say of each other, whatever the table's rules let through.
const CHUNK_RULES: &[(&str, &str)] = &[
    (
        "tts_status NOT IN ('pending', 'processing', 'completed', 'failed')",
        "tts_status is none of the four",
    ),
    (
        "tts_status = 'processing' AND (lease_owner IS NULL OR lease_expires_at IS NULL)",
        "is processing without a lease",
    ),
    (
        "tts_status <> 'processing' AND (lease_owner IS NOT NULL OR lease_expires_at IS NOT NULL)",
        "has a lease but is not processing",
    ),
    (
        "tts_status = 'completed' AND audio_duration_ms IS NULL",
        "is completed without a duration",
    ),
    (
        "tts_status = 'completed' AND audio_key IS NULL AND spoken_text <> ''",
        "is completed without a sound",
    ),
    (
        "tts_status <> 'completed' AND audio_key IS NOT NULL",
        "has a sound but is not completed",
    ),
    (
        "tts_status = 'failed' AND last_error IS NULL",
        "is failed without a reason",
    ),
    (
        "chunk_index >= (SELECT count(*) FROM message_chunks AS sibling
                         WHERE sibling.message_id = message_chunks.message_id)",
        "a chunk before it is missing",
    ),
];

pub(super) fn check_chunk_states(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<(), Error> {
    let chunks = Table::named(connection, "message_chunks".into())?;
    for (condition, problem) in CHUNK_RULES {
        chunks.report_rows(connection, condition, problem, findings)?;
    }
    Ok(())
}

fn lossy(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        _ => None,
    }
}
