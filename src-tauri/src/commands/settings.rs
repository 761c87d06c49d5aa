//! The learner's settings.

use parlance_storage::settings::{self, UserSettings, UserSettingsPatch};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// All settings; what was never set has its default.
#[tauri::command]
#[specta::specta]
pub async fn settings_get(profile: State<'_, ProfileSlot>) -> CommandResult<UserSettings> {
    profile.get()?.read(settings::get).await
}

/// Changes the settings that are given, and gives all of them back.
#[tauri::command]
#[specta::specta]
pub async fn settings_update(
    profile: State<'_, ProfileSlot>,
    patch: Input<UserSettingsPatch>,
) -> CommandResult<UserSettings> {
    let Input(patch) = patch;
    profile
        .get()?
        .write(move |tx, user, now| settings::update(tx, user, patch, now))
        .await
}
