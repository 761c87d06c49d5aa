//! What is tidied up while nobody waits for it, and the part of it that somebody does wait for: an erasure.

use std::{path::PathBuf, time::Duration};

use parlance_speech::{AudioStore, SETTLED_AFTER, SweepError, sweep};
use parlance_storage::{Database, Error, Timestamp, backup, search, trash};
use tauri::async_runtime::{spawn, spawn_blocking};
use tokio::time::sleep;

use crate::error::{CommandError, CommandResult};

/// In an app that is never closed, what is due comes due too.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// What could not be done since somebody was reading is tried again so much later.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Tidies up now and once a day, until it is aborted.
pub async fn keep_tidy(database: Database, audio: AudioStore, data_dir: PathBuf) {
    let mut trusted = database.launch().trusted_at;
    loop {
        let as_of = backup::erase_until(&data_dir, trusted);
        let is_done = tidy(database.clone(), audio.clone(), as_of).await;
        sleep(if is_done { EVERY } else { AGAIN_AFTER }).await;
        if is_done {
            trusted = backup::trusted_time(&data_dir, database.now());
        }
    }
}

/// Erases what has lain in the trash long enough, and brings sounds and chunks into step. What fails is logged and
/// left for the next time; false if that should be soon.
async fn tidy(database: Database, audio: AudioStore, as_of: Timestamp) -> bool {
    let mut is_done = true;
    match trash::erase_due(&database, as_of).await {
        Ok(0) => {}
        Ok(count) => log::info!("{count} messages and conversations of the trash are erased"),
        Err(Error::Closed) => return true,
        Err(error) => {
            log::warn!("the trash could not be swept: {}", error.code());
            is_done = error != Error::Busy;
        }
    }
    is_done &= finish_search_rebuild(database.clone()).await;
    let swept = spawn_blocking(move || sweep(&database, &audio, SETTLED_AFTER)).await;
    match swept {
        Ok(Ok(swept)) if swept.removed_files + swept.put_back > 0 => log::info!(
            "{} sounds that nobody needs are removed, {} are made again",
            swept.removed_files,
            swept.put_back
        ),
        Ok(Ok(_) | Err(SweepError::Storage(Error::Closed))) => {}
        Ok(Err(error)) => log::warn!("the sounds could not be swept: {error}"),
        Err(_) => log::warn!("the sweep of the sounds was broken off"),
    }
    is_done
}

/// Goes on making the full-text tables anew where somebody broke that off, if somebody did. What fails is logged and
/// left for the next time; false if that should be soon.
pub async fn finish_search_rebuild(database: Database) -> bool {
    loop {
        match database.write(search::rebuild_piece).await {
            Ok(Some(_)) => {}
            Ok(None) | Err(Error::Closed) => return true,
            Err(error) => {
                log::warn!("the search could not be made anew: {}", error.code());
                return !matches!(error, Error::Busy | Error::DiskFull);
            }
        }
    }
}

/// The rows are erased, but their bytes may still stand in the log.
async fn empty_log_later(database: Database) {
    loop {
        sleep(AGAIN_AFTER).await;
        match trash::erase_due(&database, Timestamp::from_millis(0)).await {
            Err(Error::Busy) => {}
            Ok(_) | Err(Error::Closed) => return,
            Err(error) => return log::warn!("the log could not be emptied: {}", error.code()),
        }
    }
}

/// Erases what was condemned, to the last sound, however new that is; and to the last byte, unless somebody reads the
/// database just then, who is not waited for: the log is then emptied later.
///
/// # Errors
/// What the storage layer or the disk says; what is left then is erased at the next start.
pub async fn erase_now(database: &Database, audio: &AudioStore) -> CommandResult<()> {
    // Nothing but what was condemned, whatever the clock says of the rest.
    match trash::erase_due(database, Timestamp::from_millis(0)).await {
        Ok(_) => {}
        // Nothing can be read any more but by whoever still reads an older state. The log is emptied by the next try,
        // or when the database is closed.
        Err(Error::Busy) => {
            log::warn!("somebody reads the database: its log is emptied as soon as nobody does");
            spawn(empty_log_later(database.clone()));
        }
        Err(error) => return Err(error.into()),
    }
    let (database, audio) = (database.clone(), audio.clone());
    spawn_blocking(move || sweep(&database, &audio, Duration::ZERO))
        .await
        .map_err(|_| CommandError::internal("the sweep of the sounds was broken off"))??;
    Ok(())
}
