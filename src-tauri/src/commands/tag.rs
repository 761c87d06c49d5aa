//! Tags, each on all its conversations at once. Case makes no difference between two names.

use parlance_storage::{
    operation::Operation,
    tag::{self, Tag},
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// All tags in alphabetical order.
#[tauri::command]
#[specta::specta]
pub async fn tag_list(profile: State<'_, ProfileSlot>) -> CommandResult<Vec<Tag>> {
    profile.get()?.read(tag::list).await
}

/// Gives a tag another name, and gives what can be undone; null if it is called so.
///
/// `conflict` if there is a tag of that name: then `tag_merge` is what is meant.
#[tauri::command]
#[specta::specta]
pub async fn tag_rename(
    profile: State<'_, ProfileSlot>,
    name: Input<String>,
    new_name: Input<String>,
) -> CommandResult<Option<Operation>> {
    let (Input(name), Input(new_name)) = (name, new_name);
    profile
        .get()?
        .write(move |tx, user, now| tag::rename(tx, user, &name, &new_name, now))
        .await
}

/// Makes one tag of two, and gives what can be undone. What has `name` has `into` instead.
#[tauri::command]
#[specta::specta]
pub async fn tag_merge(
    profile: State<'_, ProfileSlot>,
    name: Input<String>,
    into: Input<String>,
) -> CommandResult<Operation> {
    let (Input(name), Input(into)) = (name, into);
    profile
        .get()?
        .write(move |tx, user, now| tag::merge(tx, user, &name, &into, now))
        .await
}

/// Gives a tag a colour, or none, and gives what can be undone; null if it has it.
#[tauri::command]
#[specta::specta]
pub async fn tag_set_color(
    profile: State<'_, ProfileSlot>,
    name: Input<String>,
    color: Input<Option<String>>,
) -> CommandResult<Option<Operation>> {
    let (Input(name), Input(color)) = (name, color);
    profile
        .get()?
        .write(move |tx, user, now| tag::set_color(tx, user, &name, color.as_deref(), now))
        .await
}

/// Takes a tag off every conversation, and gives what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn tag_delete(
    profile: State<'_, ProfileSlot>,
    name: Input<String>,
) -> CommandResult<Operation> {
    let Input(name) = name;
    profile
        .get()?
        .write(move |tx, user, now| tag::delete(tx, user, &name, now))
        .await
}
