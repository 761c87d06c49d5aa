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
    let profile = profile.get()?;
    let user = profile.user.id;
    let folders = profile
        .database
        .read(move |tx| folder::list(tx, user))
        .await?;
    Ok(folders)
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
    let profile = profile.get()?;
    let (user, Input(new), now) = (profile.user.id, request, profile.database.now());
    let folder = profile
        .database
        .write(move |tx| folder::insert(tx, user, &new, now))
        .await?;
    Ok(folder)
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
    let profile = profile.get()?;
    let (user, Input(id), Input(patch), now) = (profile.user.id, id, patch, profile.database.now());
    let folder = profile
        .database
        .write(move |tx| folder::update(tx, user, id, patch, now))
        .await?;
    Ok(folder)
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
    let profile = profile.get()?;
    let (user, now) = (profile.user.id, profile.database.now());
    let (Input(id), Input(parent), Input(before)) = (id, parent_folder_id, before_id);
    let folder = profile
        .database
        .write(move |tx| folder::move_to(tx, user, id, parent, before, now))
        .await?;
    Ok(folder)
}

/// Deletes a folder and those in it, and gives what can be undone. Their conversations come to lie in the folder
/// around it, or in none.
#[tauri::command]
#[specta::specta]
pub async fn folder_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<FolderId>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let (user, Input(id), now) = (profile.user.id, id, profile.database.now());
    let operation = profile
        .database
        .write(move |tx| folder::delete(tx, user, id, now))
        .await?;
    Ok(operation)
}
