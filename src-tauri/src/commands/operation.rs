//! What was done last and can be taken back.

use parlance_storage::{
    OperationId,
    operation::{self, Operation},
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// What the learner can take back, newest first: the last 30 things done.
#[tauri::command]
#[specta::specta]
pub async fn operation_list(profile: State<'_, ProfileSlot>) -> CommandResult<Vec<Operation>> {
    profile.get()?.read(operation::list).await
}

/// Takes something back, whichever of the list. A reply that is being written in what goes into the trash by that is
/// stopped, and keeps its words.
///
/// `conflict` if the thing has changed since, `not_found` if it was taken back already.
#[tauri::command]
#[specta::specta]
pub async fn operation_undo(
    profile: State<'_, ProfileSlot>,
    id: Input<OperationId>,
) -> CommandResult<()> {
    let profile = profile.get()?;
    let Input(id) = id;
    let undone = profile
        .write(move |tx, user, now| operation::undo(tx, user, id, now))
        .await?;
    if let Some(conversation) = undone.unwanted_reply {
        profile.replies.stop_quietly(conversation).await;
    }
    Ok(())
}
