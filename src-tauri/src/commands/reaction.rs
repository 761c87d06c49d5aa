//! What the learner thinks of replies.

use parlance_storage::{
    MessageId, Reaction,
    reaction::{self, MessageReaction},
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// What was said of a message; null if nothing was.
#[tauri::command]
#[specta::specta]
pub async fn reaction_get(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
) -> CommandResult<Option<MessageReaction>> {
    let profile = profile.get()?;
    let (user, Input(message)) = (profile.user.id, message_id);
    let reaction = profile
        .database
        .read(move |tx| reaction::get(tx, user, message))
        .await?;
    Ok(reaction)
}

/// Says what a reply was like, with a feedback of up to 2,000 characters or none, in the place of what was said before.
///
/// `conflict` for what is no reply.
#[tauri::command]
#[specta::specta]
pub async fn reaction_set(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
    reaction: Input<Reaction>,
    feedback: Input<Option<String>>,
) -> CommandResult<MessageReaction> {
    let profile = profile.get()?;
    let (user, now) = (profile.user.id, profile.database.now());
    let (Input(message), Input(reaction), Input(feedback)) = (message_id, reaction, feedback);
    let reaction = profile
        .database
        .write(move |tx| reaction::set(tx, user, message, reaction, feedback.as_deref(), now))
        .await?;
    Ok(reaction)
}

/// Takes back what was said of a reply, if anything was.
#[tauri::command]
#[specta::specta]
pub async fn reaction_clear(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
) -> CommandResult<()> {
    let profile = profile.get()?;
    let (user, Input(message), now) = (profile.user.id, message_id, profile.database.now());
    profile
        .database
        .write(move |tx| reaction::clear(tx, user, message, now))
        .await?;
    Ok(())
}
