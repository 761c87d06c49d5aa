//! Backups, and the way back to one. They work without an open profile too.

use parlance_storage::{
    Clock, SystemClock,
    backup::{self, Backup, BackupReason, NewBackup, Overview},
};
use serde::Serialize;
use tauri::{State, async_runtime::spawn_blocking};

use super::app::{AppStatus, status};
use crate::{
    error::{CommandError, CommandResult},
    input::Input,
    slot::ProfileSlot,
    work::Work,
};

/// What there is of backups.
#[derive(Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupOverview {
    /// The backups, and the room they take.
    #[serde(flatten)]
    pub overview: Overview,
    /// Why the last backup failed, if it did.
    pub last_failure: Option<CommandError>,
}

/// The backups and undo copies, newest first.
#[tauri::command]
#[specta::specta]
pub async fn backup_list(profile: State<'_, ProfileSlot>) -> CommandResult<BackupOverview> {
    let last_failure = profile
        .get()
        .ok()
        .and_then(|open| open.backups.last_failure());
    let data_dir = profile.data_dir().to_owned();
    let overview = spawn_blocking(move || backup::overview(&data_dir))
        .await
        .map_err(|_| CommandError::internal("listing the backups was broken off"))??;
    Ok(BackupOverview {
        overview,
        last_failure,
    })
}

/// Makes a backup now. `conflict` while other long work is under way.
#[tauri::command]
#[specta::specta]
pub async fn backup_create(profile: State<'_, ProfileSlot>) -> CommandResult<Backup> {
    let open = profile.get().ok();
    let data_dir = profile.data_dir().to_owned();
    let job = profile.bench.begin(Work::Backup, profile.notify())?;
    spawn_blocking(move || {
        job.run(|watch| match open {
            Some(open) => open.backups.create(BackupReason::Manual, watch),
            None => {
                let new = NewBackup {
                    reason: BackupReason::Manual,
                    app_version: env!("CARGO_PKG_VERSION").into(),
                    now: SystemClock.now(),
                };
                backup::create(&data_dir, &new, watch)
            }
        })
    })
    .await
    .map_err(|_| CommandError::internal("the backup broke off"))?
}

/// Puts the state of a backup, or an undo copy, in the place of the database, and opens it. What was there is
/// kept for 30 days.
#[tauri::command]
#[specta::specta]
pub async fn backup_restore(
    profile: State<'_, ProfileSlot>,
    name: Input<String>,
) -> CommandResult<AppStatus> {
    let Input(name) = name;
    let job = profile.bench.begin(Work::Restore, profile.notify())?;
    profile
        .replace(job.place(), move |data_dir| {
            job.run(|watch| backup::restore(data_dir, &name, SystemClock.now(), watch))
        })
        .await?;
    Ok(status(&profile))
}

/// Chooses the room that backups may take, in megabytes; without a number, the usual.
#[tauri::command]
#[specta::specta]
pub async fn backup_set_budget(
    profile: State<'_, ProfileSlot>,
    megabytes: Input<Option<u32>>,
) -> CommandResult<BackupOverview> {
    let bytes = megabytes
        .0
        .map(|megabytes| u64::from(megabytes) * 1_000_000);
    let data_dir = profile.data_dir().to_owned();
    spawn_blocking(move || {
        backup::set_budget(&data_dir, bytes)?;
        backup::thin(&data_dir, SystemClock.now())
    })
    .await
    .map_err(|_| CommandError::internal("choosing the room for backups was broken off"))??;
    backup_list(profile).await
}
