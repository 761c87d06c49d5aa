//! Bookmarks of messages.

use parlance_storage::{
    MessageId,
    bookmark::{self, Bookmark, BookmarkPage},
    operation::Operation,
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// Bookmarks a message, with a note of up to 2,000 characters or none; a bookmark that is there gets this note.
#[tauri::command]
#[specta::specta]
pub async fn bookmark_set(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
    note: Input<Option<String>>,
) -> CommandResult<Bookmark> {
    let (Input(message), Input(note)) = (message_id, note);
    profile
        .get()?
        .write(move |tx, user, now| bookmark::set(tx, user, message, note.as_deref(), now))
        .await
}

/// The bookmark of a message; null if it has none.
#[tauri::command]
#[specta::specta]
pub async fn bookmark_get(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
) -> CommandResult<Option<Bookmark>> {
    let Input(message) = message_id;
    profile
        .get()?
        .read(move |tx, user| bookmark::get(tx, user, message))
        .await
}

/// Removes the bookmark of a message, and gives what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn bookmark_remove(
    profile: State<'_, ProfileSlot>,
    message_id: Input<MessageId>,
) -> CommandResult<Operation> {
    let Input(message) = message_id;
    profile
        .get()?
        .write(move |tx, user, now| bookmark::remove(tx, user, message, now))
        .await
}

/// A page of the bookmarks, newest first, without what lies in the trash.
///
/// `cursor` is the `next` of the page before, `limit` is 1 to 100.
#[tauri::command]
#[specta::specta]
pub async fn bookmark_list(
    profile: State<'_, ProfileSlot>,
    cursor: Input<Option<String>>,
    limit: Input<u32>,
) -> CommandResult<BookmarkPage> {
    let (Input(cursor), Input(limit)) = (cursor, limit);
    profile
        .get()?
        .read(move |tx, user| bookmark::list_page(tx, user, cursor.as_deref(), limit))
        .await
}
