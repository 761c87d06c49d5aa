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
    let Input(message) = message_id;
    profile
        .get()?
        .read(move |tx, user| reaction::get(tx, user, message))
        .await
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
    let (Input(message), Input(reaction), Input(feedback)) = (message_id, reaction, feedback);
    profile
        .get()?
        .write(move |tx, user, now| {
            reaction::set(tx, user, message, reaction, feedback.as_deref(), now)
        })
        .await
}

/// Takes back what was said of a reply, if anything was.
#[tauri::command]
#[specta::specta]
pub async fn reaction_clear(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
) -> CommandResult<()> {
    let Input(message) = message_id;
    profile
        .get()?
        .write(move |tx, user, now| reaction::clear(tx, user, message, now))
        .await
}
