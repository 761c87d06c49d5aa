//! Drafts: what was typed and not sent or saved.

use parlance_storage::{
    ConversationId,
    draft::{self, DraftOf, EditDraft},
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// Keeps what is typed; an empty text removes it. Sending or saving what it was to become removes it too.
///
/// `invalid` for a text that is longer than that may be: what was kept before stays.
#[tauri::command]
#[specta::specta]
pub async fn draft_save(
    profile: State<'_, ProfileSlot>,
    of: Input<DraftOf>,
    content: Input<String>,
) -> CommandResult<()> {
    let (Input(of), Input(content)) = (of, content);
    profile
        .get()?
        .write(move |tx, user, now| draft::save(tx, user, of, &content, now))
        .await
}

/// What was typed and not sent or saved; empty if nothing was.
#[tauri::command]
#[specta::specta]
pub async fn draft_get(
    profile: State<'_, ProfileSlot>,
    of: Input<DraftOf>,
) -> CommandResult<String> {
    let Input(of) = of;
    let draft = profile
        .get()?
        .read(move |tx, user| draft::find(tx, user, of))
        .await?;
    Ok(draft.map_or_else(String::new, |draft| draft.content))
}

/// The messages of a conversation that are being changed, with what they are to say.
#[tauri::command]
#[specta::specta]
pub async fn draft_list_edits(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<Vec<EditDraft>> {
    let Input(conversation) = conversation_id;
    profile
        .get()?
        .read(move |tx, user| draft::list_edits(tx, user, conversation))
        .await
}
