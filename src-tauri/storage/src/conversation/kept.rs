//! What a conversation keeps of its messages for the list: how many there are, and the last one.

use rusqlite::{OptionalExtension, named_params};

use crate::change::ChangeKind;
use crate::id::ConversationId;
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, text};

pub(crate) const LAST_SETTLED: &str = "
    SELECT created_at, content FROM messages
    WHERE conversation_id = :id AND status <> 'streaming' AND deleted_at IS NULL
    ORDER BY sequence_number DESC LIMIT 1";

/// A message has reached its end and counts from now on.
pub(crate) fn message_settled(
    tx: &WriteTx<'_>,
    id: ConversationId,
    now: Timestamp,
) -> Result<(), Error> {
    settled_messages_changed(tx, id, 1, now)
}

/// Changes the count by `by`, and takes time and preview from the last settled message, whichever that is now;
/// both are absent if there is none.
pub(crate) fn settled_messages_changed(
    tx: &WriteTx<'_>,
    id: ConversationId,
    by: i64,
    now: Timestamp,
) -> Result<(), Error> {
    let last: Option<(Timestamp, String)> = tx
        .prepare(LAST_SETTLED)?
        .query_row(named_params! { ":id": id }, |row| {
            Ok((row.get("created_at")?, row.get("content")?))
        })
        .optional()?;
    tx.prepare(
        "UPDATE conversations SET message_count = message_count + :by, last_message_at = :last_at,
             last_message_preview = :preview, updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": id,
        ":by": by,
        ":last_at": last.as_ref().map(|(at, _)| *at),
        ":preview": last.map(|(_, content)| text::preview(&content)),
        ":now": now,
    })?;
    tx.changed_conversation(ChangeKind::Updated, id);
    Ok(())
}
