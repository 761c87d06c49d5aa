//! Messages.

use parlance_storage::{
    ConversationId, Error, MessageId, MessageStatus, ReadTx, TutorChoice, UserId, conversation,
    message::{self, Edited, Message, MessageHistory, MessagePage},
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

/// Messages of a conversation, oldest first, with their chunks: the newest `limit`, or those before
/// `before_sequence`, after `after_sequence`, or around a message. At most one of the three may be given.
#[tauri::command]
#[specta::specta]
pub async fn message_list(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    before_sequence: Input<Option<u32>>,
    limit: Input<u32>,
    after_sequence: Input<Option<u32>>,
    around: Input<Option<MessageId>>,
) -> CommandResult<MessagePage> {
    let (Input(conversation), Input(limit)) = (conversation_id, limit);
    let place = (before_sequence.0, after_sequence.0, around.0);
    profile
        .get()?
        .read(move |tx, user| match place {
            (before, None, None) => message::list_before(tx, user, conversation, before, limit),
            (None, Some(after), None) => message::list_after(tx, user, conversation, after, limit),
            (None, None, Some(id)) => {
                require_in(tx, user, conversation, id)?;
                message::list_around(tx, user, id, limit)
            }
            _ => Err(Error::Invalid {
                field: "place",
                reason: "must be at most one of: before, after, around".into(),
            }),
        })
        .await
}

/// Refuses a message that is not one of this conversation.
pub(super) fn require_in(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
    id: MessageId,
) -> Result<(), Error> {
    if message::get(tx, user, id)?.conversation_id == conversation {
        return Ok(());
    }
    Err(Error::NotFound {
        what: "message",
        id: id.to_string(),
    })
}

/// One message with its chunks.
#[tauri::command]
#[specta::specta]
pub async fn message_get(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<Message> {
    let Input(id) = id;
    profile
        .get()?
        .read(move |tx, user| message::get(tx, user, id))
        .await
}

/// Stops the reply being written in a conversation; its words so far are kept. False if there is none.
#[tauri::command]
#[specta::specta]
pub async fn message_stop(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<bool> {
    let profile = profile.get()?;
    let Input(id) = conversation_id;
    profile
        .read(move |tx, user| conversation::get(tx, user, id))
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
    let Input(id) = id;
    let (message, operation) = profile
        .write(move |tx, user, now| {
            let message = message::get(tx, user, id)?;
            Ok((message, message::delete(tx, user, id, now)?))
        })
        .await?;
    if message.status == MessageStatus::Streaming {
        profile.replies.stop_quietly(message.conversation_id).await;
    }
    Ok(operation)
}

/// Changes what a message of the learner's says. With `regenerate` what came after it goes into the trash, and the
/// tutor's new answer begins at once. Gives the message, and what can be undone; nothing if it said that already.
///
/// `conflict` for a message that is not the learner's, and while the tutor is answering in its conversation.
#[tauri::command]
#[specta::specta]
pub async fn message_edit(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
    content: Input<String>,
    regenerate: Input<bool>,
) -> CommandResult<Edited> {
    let profile = profile.get()?;
    profile
        .replies
        .edit(profile.user.id, id.0, content.0, regenerate.0)
        .await
}

/// What a message said before it was edited: the last 100 edits, or those after `cursor`, newest first.
#[tauri::command]
#[specta::specta]
pub async fn message_history(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
    cursor: Input<Option<String>>,
) -> CommandResult<MessageHistory> {
    let (Input(id), Input(cursor)) = (id, cursor);
    profile
        .get()?
        .read(move |tx, user| message::history(tx, user, id, cursor.as_deref()))
        .await
}

/// Puts messages of one conversation into the trash, 1 to 1,000, all or none, and gives what can be undone. A reply
/// among them that is still being written is stopped, and keeps its words.
#[tauri::command]
#[specta::specta]
pub async fn message_delete_many(
    profile: State<'_, ProfileSlot>,
    ids: Input<Vec<MessageId>>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let Input(ids) = ids;
    let (operation, written) = profile
        .write(move |tx, user, now| {
            let operation = message::delete_many(tx, user, &ids, now)?;
            let written = message::list_streaming(tx)?
                .into_iter()
                .find(|reply| ids.contains(&reply.id));
            Ok((operation, written))
        })
        .await?;
    if let Some(reply) = written {
        profile.replies.stop_quietly(reply.conversation_id).await;
    }
    Ok(operation)
}

/// Has the learner's last words answered anew, by whoever was chosen or by `tutor` this once, and gives what can be
/// undone: the reply that stood there is in the trash. A reply without words is written in its place instead.
///
/// `conflict` if the message is not the last one, or answers nothing of the learner's.
#[tauri::command]
#[specta::specta]
pub async fn message_regenerate(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
    tutor: Input<Option<TutorChoice>>,
) -> CommandResult<Option<Operation>> {
    let profile = profile.get()?;
    profile
        .replies
        .answer_anew(profile.user.id, id.0, tutor.0)
        .await
}

/// Goes on with a reply that broke off.
///
/// `conflict` if the message is not the last one, or is no such reply.
#[tauri::command]
#[specta::specta]
pub async fn message_resume(
    profile: State<'_, ProfileSlot>,
    id: Input<MessageId>,
) -> CommandResult<()> {
    let profile = profile.get()?;
    profile.replies.resume(profile.user.id, id.0).await
}
