//! Long work that is under way.

use tauri::State;

use crate::{error::CommandResult, slot::ProfileSlot};

/// Ends the backup, restore, repair or rescue that is under way, as soon as it can be; false if there is none that can
/// be ended.
#[tauri::command]
#[specta::specta]
pub fn work_cancel(profile: State<'_, ProfileSlot>) -> CommandResult<bool> {
    Ok(profile.bench.cancel())
}
