//! What a conversation keeps of its messages for the list: how many there are, the last one, and how far the
//! learner has read.

use rusqlite::{OptionalExtension, named_params};

use crate::change::ChangeKind;
use crate::id::ConversationId;
use crate::kinds::Role;
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, text};

pub(crate) const LAST_SETTLED: &str = "
    SELECT created_at, content, role FROM messages
    WHERE conversation_id = :id AND status <> 'streaming' AND deleted_at IS NULL
    ORDER BY sequence_number DESC LIMIT 1";

/// A message has reached its end and counts from now on.
///
/// Who sends something has read what stands before it, so the learner's own message moves the mark up to itself.
/// Anything else is unread by having come, whatever the clock says: a reply mostly has the very time of what it
/// answers, and after a clock was put back an earlier one. So the mark is put right before it, unless it is further
/// back. A conversation without a mark gets none: the learner has said nothing in it since there are marks.
pub(crate) fn message_settled(
    tx: &WriteTx<'_>,
    id: ConversationId,
    now: Timestamp,
) -> Result<(), Error> {
    let Some((at, role)) = keep(tx, id, 1, now)? else {
        return Ok(());
    };
    let sql = if role == Role::User {
        "UPDATE conversations SET last_read_at = :at WHERE id = :id"
    } else {
        "UPDATE conversations SET last_read_at = :at - 1 WHERE id = :id AND last_read_at >= :at"
    };
    tx.prepare(sql)?
        .execute(named_params! { ":id": id, ":at": at })?;
    Ok(())
}

/// Changes the count by `by`, and takes time and preview from the last settled message, whichever that is now;
/// both are absent if there is none.
pub(crate) fn settled_messages_changed(
    tx: &WriteTx<'_>,
    id: ConversationId,
    by: i64,
    now: Timestamp,
) -> Result<(), Error> {
    keep(tx, id, by, now).map(drop)
}

/// Gives when the last settled message was said, and by whom.
fn keep(
    tx: &WriteTx<'_>,
    id: ConversationId,
    by: i64,
    now: Timestamp,
) -> Result<Option<(Timestamp, Role)>, Error> {
    let last: Option<(Timestamp, String, Role)> = tx
        .prepare(LAST_SETTLED)?
        .query_row(named_params! { ":id": id }, |row| {
            Ok((
                row.get("created_at")?,
                row.get("content")?,
                row.get("role")?,
            ))
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
        ":last_at": last.as_ref().map(|(at, _, _)| *at),
        ":preview": last.as_ref().map(|(_, content, _)| text::preview(content)),
        ":now": now,
    })?;
    tx.changed_conversation(ChangeKind::Updated, id);
    Ok(last.map(|(at, _, role)| (at, role)))
}
