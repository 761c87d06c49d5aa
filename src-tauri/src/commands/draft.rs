//! Drafts: what was typed and not sent.

use parlance_storage::{ConversationId, draft};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// Keeps what is typed in a conversation; an empty text removes it. Sending the message removes it too.
///
/// `invalid` for a text that is longer than the longest message: what was kept before stays.
#[tauri::command]
#[specta::specta]
pub async fn draft_save(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    content: Input<String>,
) -> CommandResult<()> {
    let (Input(conversation), Input(content)) = (conversation_id, content);
    profile
        .get()?
        .write(move |tx, user, now| draft::save(tx, user, conversation, &content, now))
        .await
}

/// What was typed in a conversation and not sent; empty if nothing was.
#[tauri::command]
#[specta::specta]
pub async fn draft_get(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<String> {
    let Input(conversation) = conversation_id;
    let draft = profile
        .get()?
        .read(move |tx, user| draft::find(tx, user, conversation))
        .await?;
    Ok(draft.map_or_else(String::new, |draft| draft.content))
}
