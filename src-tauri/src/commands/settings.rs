//! The learner's settings.

use parlance_storage::settings::{self, UserSettings, UserSettingsPatch};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// All settings; what was never set has its default.
#[tauri::command]
#[specta::specta]
pub async fn settings_get(profile: State<'_, ProfileSlot>) -> CommandResult<UserSettings> {
    let profile = profile.get()?;
    let user = profile.user.id;
    let settings = profile
        .database
        .read(move |tx| settings::get(tx, user))
        .await?;
    Ok(settings)
}

/// Changes the settings that are given, and gives all of them back.
#[tauri::command]
#[specta::specta]
pub async fn settings_update(
    profile: State<'_, ProfileSlot>,
    patch: Input<UserSettingsPatch>,
) -> CommandResult<UserSettings> {
    let profile = profile.get()?;
    let (user, Input(patch), now) = (profile.user.id, patch, profile.database.now());
    let settings = profile
        .database
        .write(move |tx| settings::update(tx, user, patch, now))
        .await?;
    Ok(settings)
}
