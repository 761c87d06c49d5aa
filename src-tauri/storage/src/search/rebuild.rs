//! Making the full-text tables anew while the app is used: in pieces, the newest texts first.
//!
//! The views leave out what is still to come, so the triggers do too, and what is found is true at every moment, only
//! not complete. A rebuild that is broken off goes on where it was, also after a new start.

use rusqlite::{OptionalExtension, named_params};

use super::source::Source;
use crate::kinds::SearchKind;
use crate::progress::{Stage, Watch};
use crate::tx::{ReadTx, WriteTx};
use crate::{Database, Error};

/// Texts of one piece: a write that nobody notices.
const PIECE: u32 = 200;

/// Makes every full-text table anew, piece by piece, so that others write in between. Blocks.
///
/// # Errors
/// `Cancelled` once `watch` no longer wants it: what is not indexed by then stays unfound until somebody goes on with
/// [`rebuild_piece`]. Those of [`begin_rebuild`]; then nothing has changed.
pub fn rebuild(database: &Database, watch: &Watch<'_>) -> Result<(), Error> {
    watch.at(Stage::Indexing, 0, 1)?;
    let texts = database.write_blocking(begin_rebuild)?;
    let mut done = 0;
    while let Some(indexed) = database.write_blocking(rebuild_piece)? {
        done += indexed;
        watch.at(Stage::Indexing, done, texts)?;
    }
    Ok(())
}

/// Empties every full-text table and gives how many texts [`rebuild_piece`] has to index.
///
/// # Errors
/// `Corrupt` if a table is damaged so that it cannot even be emptied: the doctor makes it anew.
pub fn begin_rebuild(tx: &WriteTx<'_>) -> Result<u64, Error> {
    let mut texts = 0;
    for kind in SearchKind::ALL {
        let source = Source::of(*kind);
        let Source {
            words,
            trigrams,
            table,
            ..
        } = source;
        for index in [words, trigrams] {
            tx.prepare(&format!(
                "INSERT INTO {index} ({index}) VALUES ('delete-all')"
            ))?
            .execute([])?;
        }
        texts += tx
            .prepare(&format!("SELECT count(*) FROM {table}"))?
            .query_row([], |row| row.get::<_, i64>(0))?
            .cast_unsigned();
        tx.prepare(&format!(
            "INSERT INTO search_rebuilds (source, pending_below)
             SELECT :source, coalesce(max(id), 0) + 1 FROM {table} WHERE TRUE
             ON CONFLICT (source) DO UPDATE SET pending_below = excluded.pending_below"
        ))?
        .execute(named_params! { ":source": source.name() })?;
    }
    Ok(texts)
}

/// Indexes the next texts, and gives how many they were; `None` if nothing is left to do.
pub fn rebuild_piece(tx: &WriteTx<'_>) -> Result<Option<u64>, Error> {
    for kind in SearchKind::ALL {
        let source = Source::of(*kind);
        let Some(below) = pending_below(tx, source)? else {
            continue;
        };
        return index_piece(tx, source, below).map(Some);
    }
    Ok(None)
}

/// Whether some texts cannot be found yet.
pub(crate) fn is_being_rebuilt(tx: &ReadTx<'_>) -> Result<bool, Error> {
    Ok(tx.prepare("SELECT 1 FROM search_rebuilds")?.exists([])?)
}

fn pending_below(tx: &ReadTx<'_>, source: &Source) -> Result<Option<i64>, Error> {
    Ok(tx
        .prepare("SELECT pending_below FROM search_rebuilds WHERE source = :source")?
        .query_row(named_params! { ":source": source.name() }, |row| row.get(0))
        .optional()?)
}

fn index_piece(tx: &WriteTx<'_>, source: &Source, below: i64) -> Result<u64, Error> {
    let Source { table, .. } = source;
    let (from, count): (Option<i64>, i64) = tx
        .prepare(&format!(
            "SELECT min(id), count(*) FROM (
                 SELECT id FROM {table} WHERE id < :below ORDER BY id DESC LIMIT :most)"
        ))?
        .query_row(named_params! { ":below": below, ":most": PIECE }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let Some(from) = from else {
        tx.prepare("DELETE FROM search_rebuilds WHERE source = :source")?
            .execute(named_params! { ":source": source.name() })?;
        return Ok(0);
    };
    tx.prepare("UPDATE search_rebuilds SET pending_below = :from WHERE source = :source")?
        .execute(named_params! { ":from": from, ":source": source.name() })?;
    for (index, view) in source.indexes() {
        tx.prepare(&format!(
            "INSERT INTO {index} (rowid, content)
             SELECT id, content FROM {view} WHERE id >= :from AND id < :below"
        ))?
        .execute(named_params! { ":from": from, ":below": below })?;
    }
    Ok(count.cast_unsigned())
}
