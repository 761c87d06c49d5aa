//! Stretches of a conversation in few words.

use parlance_storage::{
    ConversationId, SummaryId,
    summary::{self, Summary},
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// Changes what a summary says, to 1 to 10,000 characters.
#[tauri::command]
#[specta::specta]
pub async fn summary_update(
    profile: State<'_, ProfileSlot>,
    id: Input<SummaryId>,
    text: Input<String>,
) -> CommandResult<Summary> {
    let (Input(id), Input(text)) = (id, text);
    profile
        .get()?
        .write(move |tx, user, now| summary::update(tx, user, id, &text, now))
        .await
}

/// Deletes a summary, and those that were made of it.
#[tauri::command]
#[specta::specta]
pub async fn summary_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<SummaryId>,
) -> CommandResult<()> {
    let Input(id) = id;
    profile
        .get()?
        .write(move |tx, user, now| summary::delete(tx, user, id, now))
        .await
}

/// Deletes every summary of a conversation, and says how many there were.
#[tauri::command]
#[specta::specta]
pub async fn summary_clear(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<u32> {
    let Input(id) = conversation_id;
    profile
        .get()?
        .write(move |tx, user, now| summary::clear(tx, user, id, now))
        .await
}
