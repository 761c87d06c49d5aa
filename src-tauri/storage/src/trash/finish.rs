//! The whole of an erasure, from the rows to the bytes of the file.

use rusqlite::named_params;
use tokio::sync::Mutex;

use super::sweep;
use crate::database::Database;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, scrub};

/// Of the row that stands in `system_settings` while rows are erased and their bytes perhaps are not.
const UNFINISHED: &str = "trash.erasure_unfinished";

/// One erasure at a time: the end of one must not say of another that it is finished.
static ERASING: Mutex<()> = Mutex::const_new(());

/// Erases all that was condemned or has lain in the trash long enough, whoever's it is, and takes the last of
/// its bytes out of the database file and its log. Gives how many messages, conversations and notes that were.
///
/// The work is many short transactions, so other work goes on beside it. Broken off, also by the end of the
/// process, it is gone on with by the next call. If nothing is to be erased it costs three look-ups.
///
/// `as_of` is a time that can be trusted: by it the 30 days are counted. What was condemned is erased at any time.
///
/// # Errors
/// What the storage layer says. `Busy` comes last, if somebody else reads the log just now, so that it cannot be
/// emptied: the rows are erased by then, and the next call tries again.
pub async fn erase_due(database: &Database, as_of: Timestamp) -> Result<u32, Error> {
    let _alone = ERASING.lock().await;
    let mut erased = 0;
    loop {
        let now = database.now();
        let swept = database.write(move |tx| sweep(tx, as_of, now)).await?;
        erased += swept.messages + swept.conversations + swept.notes;
        if swept.is_done {
            break;
        }
    }
    if database.read(is_unfinished).await? {
        scrub_all(database).await?;
        database.checkpoint().await?;
        database.write(mark_finished).await?;
    }
    Ok(erased)
}

async fn scrub_all(database: &Database) -> Result<(), Error> {
    let mut next = Some(1);
    while let Some(first) = next {
        let found = database.read(move |tx| scrub::look(tx, first)).await?;
        if !found.unclean.is_empty() {
            let unclean = found.unclean;
            database.write(move |tx| scrub::clean(tx, &unclean)).await?;
        }
        next = found.next;
    }
    Ok(())
}

/// To be called in each transaction that erases: from here on there are bytes to look for.
pub(super) fn mark_unfinished(tx: &WriteTx<'_>, now: Timestamp) -> Result<(), Error> {
    tx.prepare(
        "INSERT INTO system_settings (key, value, category, description, created_at, updated_at)
         VALUES (:key, 'true', 'trash', 'Rows were erased; their bytes may still be in the file.', :now, :now)
         ON CONFLICT (key) DO NOTHING",
    )?
    .execute(named_params! { ":key": UNFINISHED, ":now": now })?;
    Ok(())
}

fn is_unfinished(tx: &ReadTx<'_>) -> Result<bool, Error> {
    Ok(tx
        .prepare("SELECT 1 FROM system_settings WHERE key = :key")?
        .exists(named_params! { ":key": UNFINISHED })?)
}

pub(super) fn mark_finished(tx: &WriteTx<'_>) -> Result<(), Error> {
    tx.prepare("DELETE FROM system_settings WHERE key = :key")?
        .execute(named_params! { ":key": UNFINISHED })?;
    Ok(())
}
