//! The doctor: what the data is, a repair on a copy, and whatever can be read written into a folder. All of it
//! works without an open profile.

use std::path::Path;

use parlance_storage::{Clock, SystemClock, Timestamp, doctor};
use serde::Serialize;
use tauri::{State, async_runtime::spawn_blocking};

use super::app::{AppStatus, status};
use crate::{
    error::{CommandError, CommandResult},
    slot::ProfileSlot,
    work::Work,
};

/// Where rescued words are written, below the data directory.
const RESCUED_DIRECTORY: &str = "rescued";

/// What the data is.
#[derive(Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct DoctorReport {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// Some lines of English: what was looked at and what was found, with counts. No word of a learner's.
    pub text: String,
    /// Whether a repair makes sense.
    pub can_repair: bool,
}

/// How a repair went.
#[derive(Debug, Serialize, specta::Type)]
pub struct RepairOutcome {
    /// What was put right and what could not be saved, with counts.
    pub text: String,
    /// The state of the app with the repaired data.
    pub status: AppStatus,
}

/// What could be saved.
#[derive(Debug, Serialize, specta::Type)]
pub struct Rescue {
    /// Where it was written, for the learner to read.
    pub folder: String,
    /// What is in there, with counts.
    pub text: String,
}

/// Looks at the data without changing it, and tells what was found.
#[tauri::command]
#[specta::specta]
pub async fn doctor_report(profile: State<'_, ProfileSlot>) -> CommandResult<DoctorReport> {
    let data_dir = profile.data_dir().to_owned();
    // On a closed profile it holds the lock: nobody may try to open that meanwhile.
    let _alone = profile.bench.hold()?;
    let report = spawn_blocking(move || doctor::report(&data_dir))
        .await
        .map_err(|_| broken_off())??;
    Ok(DoctorReport {
        ok: report.ok,
        text: report.text,
        can_repair: report.can_repair,
    })
}

/// Repairs a copy and puts it in the place of what is there, which is kept for 30 days.
#[tauri::command]
#[specta::specta]
pub async fn doctor_repair(profile: State<'_, ProfileSlot>) -> CommandResult<RepairOutcome> {
    let job = profile.bench.begin(Work::Repair, profile.notify())?;
    let outcome = profile
        .replace(job.place(), move |data_dir| {
            job.run(|watch| doctor::repair(data_dir, watch, SystemClock.now()))
        })
        .await?;
    Ok(RepairOutcome {
        text: outcome.text,
        status: status(&profile),
    })
}

/// Writes whatever can be read into a folder of its own in the data directory. `conflict` while the profile is open:
/// the file is read past SQLite, and POSIX would take SQLite's own locks on it away with the handle for that.
#[tauri::command]
#[specta::specta]
pub async fn doctor_rescue(profile: State<'_, ProfileSlot>) -> CommandResult<Rescue> {
    profile.settled().await;
    let job = profile.bench.begin(Work::Rescue, profile.notify())?;
    profile.require_failed("Your conversations are open, so there is nothing to rescue.")?;
    let data_dir = profile.data_dir().to_owned();
    let outcome = spawn_blocking(move || {
        job.run(|watch| {
            let now = SystemClock.now();
            let folder = free_folder(&data_dir, now);
            doctor::rescue(&data_dir, &folder, watch, now)
        })
    })
    .await
    .map_err(|_| broken_off())??;
    Ok(Rescue {
        folder: outcome.folder.display().to_string(),
        text: outcome.text,
    })
}

/// By the time, so that a second rescue does not meet the first.
fn free_folder(data_dir: &Path, now: Timestamp) -> std::path::PathBuf {
    data_dir
        .join(RESCUED_DIRECTORY)
        .join(now.as_millis().to_string())
}

fn broken_off() -> CommandError {
    CommandError::internal("looking after the data was broken off")
}
