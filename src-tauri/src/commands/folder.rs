//! Folders.

use parlance_storage::{
    FolderId,
    folder::{self, Folder, FolderPatch, NewFolder},
    operation::Operation,
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// All folders: the outermost ones, then those of each folder together, by position.
#[tauri::command]
#[specta::specta]
pub async fn folder_list(profile: State<'_, ProfileSlot>) -> CommandResult<Vec<Folder>> {
    profile.get()?.read(folder::list).await
}

/// Makes a folder, as the last one where it lies.
///
/// `conflict` if there is one of this name, if it would lie too deep, or if there are too many.
#[tauri::command]
#[specta::specta]
pub async fn folder_create(
    profile: State<'_, ProfileSlot>,
    request: Input<NewFolder>,
) -> CommandResult<Folder> {
    let Input(new) = request;
    profile
        .get()?
        .write(move |tx, user, now| folder::insert(tx, user, &new, now))
        .await
}

/// Gives a folder another name, colour or icon; null takes the colour or the icon away.
///
/// `conflict` if another one beside it has the name.
#[tauri::command]
#[specta::specta]
pub async fn folder_update(
    profile: State<'_, ProfileSlot>,
    id: Input<FolderId>,
    patch: Input<FolderPatch>,
) -> CommandResult<Folder> {
    let (Input(id), Input(patch)) = (id, patch);
    profile
        .get()?
        .write(move |tx, user, now| folder::update(tx, user, id, patch, now))
        .await
}

/// Puts a folder into another one or none, before one of those there or at the end.
///
/// `conflict` if it would lie in itself or too deep, or if there is one of its name.
#[tauri::command]
#[specta::specta]
pub async fn folder_move(
    profile: State<'_, ProfileSlot>,
    id: Input<FolderId>,
    parent_folder_id: Input<Option<FolderId>>,
    before_id: Input<Option<FolderId>>,
) -> CommandResult<Folder> {
    let (Input(id), Input(parent), Input(before)) = (id, parent_folder_id, before_id);
    profile
        .get()?
        .write(move |tx, user, now| folder::move_to(tx, user, id, parent, before, now))
        .await
}

/// Deletes a folder and those in it, and gives what can be undone. Their conversations come to lie in the folder
/// around it, or in none.
#[tauri::command]
#[specta::specta]
pub async fn folder_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<FolderId>,
) -> CommandResult<Operation> {
    let Input(id) = id;
    profile
        .get()?
        .write(move |tx, user, now| folder::delete(tx, user, id, now))
        .await
}
