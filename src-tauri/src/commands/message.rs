//! Messages.

use parlance_storage::{
    ConversationId, MessageId, MessageStatus, conversation,
    message::{self, Message, MessagePage},
    operation::Operation,
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// Says something; the tutor's answer begins at once and comes by change events.
///
/// `conflict` while the tutor is still answering in this conversation: the message is not stored then.
#[tauri::command]
#[specta::specta]
pub async fn message_send(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    content: Input<String>,
) -> CommandResult<Message> {
    let profile = profile.get()?;
    profile
        .replies
        .send(profile.user.id, conversation_id.0, content.0)
        .await
}

/// The newest `limit` messages of a conversation, or those before `before_sequence`; oldest first, with
/// their chunks.
#[tauri::command]
#[specta::specta]
pub async fn message_list(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    before_sequence: Input<Option<u32>>,
    limit: Input<u32>,
) -> CommandResult<MessagePage> {
    let profile = profile.get()?;
    let (user, Input(conversation)) = (profile.user.id, conversation_id);
    let (Input(before), Input(limit)) = (before_sequence, limit);
    let page = profile
        .database
        .read(move |tx| message::list_before(tx, user, conversation, before, limit))
        .await?;
    Ok(page)
}

/// One message with its chunks.
#[tauri::command]
#[specta::specta]
pub async fn message_get(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<Message> {
    let profile = profile.get()?;
    let (user, Input(id)) = (profile.user.id, id);
    let message = profile
        .database
        .read(move |tx| message::get(tx, user, id))
        .await?;
    Ok(message)
}

/// Stops the reply being written in a conversation; its words so far are kept. False if there is none.
#[tauri::command]
#[specta::specta]
pub async fn message_stop(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<bool> {
    let profile = profile.get()?;
    let (user, Input(id)) = (profile.user.id, conversation_id);
    profile
        .database
        .read(move |tx| conversation::get(tx, user, id))
        .await?;
    profile.replies.stop(id).await
}

/// Puts a message into the trash, and gives what can be undone. A reply that is still being written is stopped,
/// and keeps its words.
#[tauri::command]
#[specta::specta]
pub async fn message_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let (user, Input(id), now) = (profile.user.id, id, profile.database.now());
    let (message, operation) = profile
        .database
        .write(move |tx| {
            let message = message::get(tx, user, id)?;
            Ok((message, message::delete(tx, user, id, now)?))
        })
        .await?;
    if message.status == MessageStatus::Streaming {
        profile.replies.stop_quietly(message.conversation_id).await;
    }
    Ok(operation)
}
