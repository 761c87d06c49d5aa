//! What is tidied up while nobody waits for it, and the part of it that somebody does wait for: an erasure.

use std::time::Duration;

use parlance_speech::{AudioStore, SETTLED_AFTER, SweepError, sweep};
use parlance_storage::{Database, Error, trash};
use tauri::async_runtime::spawn_blocking;
use tokio::time::sleep;

use crate::error::{CommandError, CommandResult};

/// In an app that is never closed, what is due comes due too.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Tidies up now and once a day, until it is aborted.
pub async fn keep_tidy(database: Database, audio: AudioStore) {
    loop {
        tidy(database.clone(), audio.clone()).await;
        sleep(EVERY).await;
    }
}

/// Erases what has lain in the trash long enough, and brings sounds and chunks into step. What fails is logged and
/// left for the next time.
pub async fn tidy(database: Database, audio: AudioStore) {
    match trash::erase_due(&database).await {
        Ok(0) => {}
        Ok(count) => log::info!("{count} messages and conversations of the trash are erased"),
        Err(Error::Closed) => return,
        Err(error) => log::warn!("the trash could not be swept: {}", error.code()),
    }
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
}

/// Erases what was condemned, to the last byte and the last sound, however new that is.
///
/// # Errors
/// What the storage layer or the disk says; what is left then is erased at the next start.
pub async fn erase_now(database: &Database, audio: &AudioStore) -> CommandResult<()> {
    match trash::erase_due(database).await {
        Ok(_) => {}
        // Nothing can be read any more but by whoever still reads an older state; the next start wipes that.
        Err(Error::Busy) => log::warn!("somebody reads the database: its log is emptied later"),
        Err(error) => return Err(error.into()),
    }
    let (database, audio) = (database.clone(), audio.clone());
    spawn_blocking(move || sweep(&database, &audio, Duration::ZERO))
        .await
        .map_err(|_| CommandError::internal("the sweep of the sounds was broken off"))??;
    Ok(())
}
