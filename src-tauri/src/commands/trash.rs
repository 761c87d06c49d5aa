//! The trash: what lies in it, and the two ways out.

use parlance_storage::{
    TrashKind,
    trash::{self, TrashPage, Trashed},
};
use tauri::State;

use crate::{
    error::CommandResult, housekeeping::erase_now, input::Input, profile::Profile,
    slot::ProfileSlot,
};

/// A page of what lies in the trash, latest first.
///
/// `cursor` is the `next` of the page before, `limit` is 1 to 100.
#[tauri::command]
#[specta::specta]
pub async fn trash_list(
    profile: State<'_, ProfileSlot>,
    cursor: Input<Option<String>>,
    limit: Input<u32>,
) -> CommandResult<TrashPage> {
    let (Input(cursor), Input(limit)) = (cursor, limit);
    profile
        .get()?
        .read(move |tx, user| trash::list_page(tx, user, cursor.as_deref(), limit))
        .await
}

/// Puts something back to where it was.
///
/// `conflict` for a message whose conversation lies in the trash too.
#[tauri::command]
#[specta::specta]
pub async fn trash_restore(
    profile: State<'_, ProfileSlot>,
    kind: Input<TrashKind>,
    id: Input<String>,
) -> CommandResult<()> {
    let thing = Trashed::named(kind.0, &id.0)?;
    profile
        .get()?
        .write(move |tx, user, now| trash::restore(tx, user, thing, now))
        .await
}

/// Erases something in the trash for ever. Answers when no row holds it any more and, unless somebody reads the
/// database just then, no byte of it is left in the file and its log; else the log is emptied later. Backups, undo
/// copies, the rejects of a repair and what was rescued keep what they hold.
#[tauri::command]
#[specta::specta]
pub async fn trash_erase(
    profile: State<'_, ProfileSlot>,
    kind: Input<TrashKind>,
    id: Input<String>,
) -> CommandResult<()> {
    let profile = profile.get()?;
    let thing = Trashed::named(kind.0, &id.0)?;
    profile
        .write(move |tx, user, _| trash::condemn(tx, user, thing))
        .await?;
    erase(&profile).await
}

/// Erases everything in the trash for ever, as `trash_erase` does, and gives how many things that were.
#[tauri::command]
#[specta::specta]
pub async fn trash_empty(profile: State<'_, ProfileSlot>) -> CommandResult<u32> {
    let profile = profile.get()?;
    let count = profile
        .write(|tx, user, _| trash::condemn_all(tx, user))
        .await?;
    erase(&profile).await?;
    Ok(count)
}

async fn erase(profile: &Profile) -> CommandResult<()> {
    erase_now(&profile.database, &profile.audio).await
}
