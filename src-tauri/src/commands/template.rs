//! Situations to start a conversation from.

use parlance_storage::template::{self, Template};
use tauri::State;

use crate::{error::CommandResult, slot::ProfileSlot};

/// The built-in templates and the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn template_list(profile: State<'_, ProfileSlot>) -> CommandResult<Vec<Template>> {
    let profile = profile.get()?;
    let user = profile.user.id;
    let templates = profile
        .database
        .read(move |tx| template::list(tx, user))
        .await?;
    Ok(templates)
}
