//! The state of the app as a whole.

use parlance_storage::{LaunchNotice, UserId, status};
use serde::Serialize;
use tauri::{State, async_runtime::spawn_blocking};

use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    profile::{Profile, SpeechStatus},
    slot::ProfileSlot,
};

/// Whether the learner's data is open, and if not, why.
#[derive(Debug, Serialize, specta::Type)]
#[serde(
    tag = "state",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum AppStatus {
    /// All is well.
    Ready {
        /// The app's version.
        app_version: String,
        /// The database's schema version (`user_version`).
        schema_version: u32,
        /// The version of SQLite in the app.
        sqlite_version: String,
        /// Where the profile is, for the learner to read.
        data_dir: String,
        /// The database file, for the learner to read.
        database_path: String,
        /// Whose profile it is.
        profile: ProfileSummary,
        /// Whether there is a voice.
        speech: SpeechStatus,
        /// Why nothing can be changed, as the rest of a sentence; null if everything can.
        read_only: Option<String>,
        /// What happened at launch and is worth telling.
        notices: Vec<LaunchNotice>,
    },
    /// The profile could not be opened; nothing in it was changed.
    Failed {
        /// Where the profile is, or should be.
        data_dir: String,
        /// Why.
        error: CommandError,
    },
}

/// A learner, as the window shows them.
#[derive(Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileSummary {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub display_name: String,
}

/// The state of the app, as soon as it is known. A failed start is an answer, not an error.
#[tauri::command]
#[specta::specta]
pub async fn app_status(profile: State<'_, ProfileSlot>) -> CommandResult<AppStatus> {
    profile.settled().await;
    Ok(status(&profile))
}

/// Tries to open the profile again after a failed start, and tells how that went.
#[tauri::command]
#[specta::specta]
pub async fn app_retry(profile: State<'_, ProfileSlot>) -> CommandResult<AppStatus> {
    profile.retry().await?;
    Ok(status(&profile))
}

/// Begins with an empty profile where the database is missing and no backup is wanted. `conflict` where there is
/// one: nothing that is there is ever left aside.
#[tauri::command]
#[specta::specta]
pub async fn app_begin_anew(profile: State<'_, ProfileSlot>) -> CommandResult<AppStatus> {
    profile.settled().await;
    let place = profile.bench.hold()?;
    profile.require_failed("Your conversations are here, so nothing new was begun.")?;
    profile
        .replace(place, |data_dir| {
            Ok(parlance_storage::begin_anew(data_dir)?)
        })
        .await?;
    Ok(status(&profile))
}

/// Shows the data directory in the desktop's file manager.
#[tauri::command]
#[specta::specta]
pub async fn app_open_folder(profile: State<'_, ProfileSlot>) -> CommandResult<()> {
    let data_dir = profile.data_dir().to_owned();
    spawn_blocking(move || tauri_plugin_opener::open_path(data_dir, None::<&str>))
        .await
        .map_err(|_| CommandError::internal("opening the folder was broken off"))?
        .map_err(|error| {
            CommandError::new(
                ErrorCode::Io,
                format!("The file manager could not be opened: {error}."),
            )
        })
}

/// A text for whoever is asked for help: versions, sizes, errors and the end of the log. Nothing in it was said
/// by the learner.
#[tauri::command]
#[specta::specta]
pub async fn app_report(profile: State<'_, ProfileSlot>) -> CommandResult<String> {
    let data_dir = profile.data_dir().to_owned();
    let failure = profile.get().err();
    let _alone = profile.bench.hold()?;
    spawn_blocking(move || crate::report::write(&data_dir, failure.as_ref()))
        .await
        .map_err(|_| CommandError::internal("writing the report was broken off"))
}

pub(super) fn status(slot: &ProfileSlot) -> AppStatus {
    let data_dir = slot.data_dir().display().to_string();
    match slot.get() {
        Ok(profile) => ready(&profile, data_dir),
        Err(error) => AppStatus::Failed { data_dir, error },
    }
}

fn ready(profile: &Profile, data_dir: String) -> AppStatus {
    AppStatus::Ready {
        app_version: env!("CARGO_PKG_VERSION").into(),
        schema_version: profile.schema_version,
        sqlite_version: status::sqlite_version().into(),
        data_dir,
        database_path: profile.database.path().display().to_string(),
        profile: ProfileSummary {
            id: profile.user.id,
            display_name: profile.user.display_name.clone(),
        },
        speech: profile.speech.clone(),
        read_only: profile.database.launch().read_only.clone(),
        notices: profile.database.launch().notices.clone(),
    }
}
