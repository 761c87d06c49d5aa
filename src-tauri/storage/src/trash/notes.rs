//! The end of notes that lie in the trash by themselves.

use rusqlite::named_params;
use serde_json::json;

use crate::change::{ChangeKind, Entity};
use crate::id::{NoteId, UserId};
use crate::kinds::EventType;
use crate::note::{self, Note};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, event, operation};

/// Leaves the trash for nowhere. Gives how many notes did: one or none.
pub(super) fn condemn(tx: &WriteTx<'_>, user: UserId, id: NoteId) -> Result<usize, Error> {
    let sql = "UPDATE conversation_notes SET deleted_at = 0 WHERE id = :id AND deleted_at > 0
         AND conversation_id IN (SELECT id FROM conversations WHERE user_id = :user)";
    Ok(tx
        .prepare(sql)?
        .execute(named_params! { ":id": id, ":user": user })?)
}

/// [`condemn`] for every note of the list.
pub(super) fn condemn_all(tx: &WriteTx<'_>, user: UserId) -> Result<usize, Error> {
    let sql = "UPDATE conversation_notes SET deleted_at = 0 WHERE deleted_at > 0
         AND conversation_id IN (SELECT id FROM conversations WHERE user_id = :user AND deleted_at IS NULL)";
    Ok(tx.prepare(sql)?.execute(named_params! { ":user": user })?)
}

pub(crate) const DUE_NOTES: &str = "SELECT id FROM conversation_notes WHERE deleted_at <= :until ORDER BY deleted_at, id LIMIT :most";

/// Erases notes that were condemned or have lain in the trash until then, at most `most`. Gives how many.
pub(super) fn erase_due(
    tx: &WriteTx<'_>,
    until: Timestamp,
    most: u32,
    now: Timestamp,
) -> Result<u32, Error> {
    let due: Vec<NoteId> = tx
        .prepare(DUE_NOTES)?
        .query_map(named_params! { ":until": until, ":most": most }, |row| {
            row.get(0)
        })?
        .collect::<Result<_, _>>()?;
    let mut erased = 0;
    for id in due {
        erase(tx, id, now)?;
        erased += 1;
    }
    Ok(erased)
}

/// The row, and what else holds words of the note or names it. The triggers take it out of the full-text tables.
fn erase(tx: &WriteTx<'_>, id: NoteId, now: Timestamp) -> Result<(), Error> {
    let sql = format!(
        "DELETE FROM conversation_notes WHERE id = :id RETURNING {}",
        note::COLUMNS
    );
    let note = tx
        .prepare(&sql)?
        .query_row(named_params! { ":id": id }, Note::from_row)?;
    operation::forget_those_of_note(tx, note.conversation_id, id)?;
    tx.prepare(
        "UPDATE conversation_events SET event_data = '{}'
         WHERE conversation_id = :conversation AND id >= :born AND json_extract(event_data, '$.noteId') = :id",
    )?
    .execute(named_params! {
        ":conversation": note.conversation_id,
        // Ids grow, and no event names a note that is not born yet.
        ":born": id.as_i64(),
        ":id": id.to_string(),
    })?;
    event::append(
        tx,
        note.conversation_id,
        EventType::NoteErased,
        &json!({}),
        now,
    )?;
    tx.changed_in(
        Entity::Note,
        ChangeKind::Deleted,
        id,
        note.conversation_id,
        note.message_id,
    );
    Ok(())
}
