//! Notes on conversations and messages.

use parlance_storage::{
    ConversationId, MessageId, NoteId,
    note::{self, NewNote, Note, NotePage},
    operation::Operation,
};
use tauri::State;

use super::message::require_in;
use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// Writes a note of 1 to 100,000 characters on a conversation, or on a message of it.
#[tauri::command]
#[specta::specta]
pub async fn note_create(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    message_id: Input<Option<MessageId>>,
    content: Input<String>,
) -> CommandResult<Note> {
    let new = NewNote {
        conversation_id: conversation_id.0,
        message_id: message_id.0,
        content: content.0,
    };
    profile
        .get()?
        .write(move |tx, user, now| note::insert(tx, user, new, now))
        .await
}

/// Changes what a note says.
#[tauri::command]
#[specta::specta]
pub async fn note_update(
    profile: State<'_, ProfileSlot>,
    id: Input<NoteId>,
    content: Input<String>,
) -> CommandResult<Note> {
    let (Input(id), Input(content)) = (id, content);
    profile
        .get()?
        .write(move |tx, user, now| note::update(tx, user, id, &content, now))
        .await
}

/// Puts a note into the trash, and gives what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn note_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<NoteId>,
) -> CommandResult<Operation> {
    let Input(id) = id;
    profile
        .get()?
        .write(move |tx, user, now| note::delete(tx, user, id, now))
        .await
}

/// A page of the notes of a conversation and its messages, or of one message alone, oldest first.
///
/// `cursor` is the `next` of the page before, `limit` is 1 to 100.
#[tauri::command]
#[specta::specta]
pub async fn note_list(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    message_id: Input<Option<MessageId>>,
    cursor: Input<Option<String>>,
    limit: Input<u32>,
) -> CommandResult<NotePage> {
    let (Input(conversation), Input(message)) = (conversation_id, message_id);
    let (Input(cursor), Input(limit)) = (cursor, limit);
    profile
        .get()?
        .read(move |tx, user| {
            let cursor = cursor.as_deref();
            match message {
                None => note::list_page(tx, user, conversation, cursor, limit),
                Some(message) => {
                    require_in(tx, user, conversation, message)?;
                    note::list_of_message(tx, user, message, cursor, limit)
                }
            }
        })
        .await
}
