//! Search in everything that was said, named, noted, corrected and learnt.

use parlance_storage::{
    SearchKind,
    search::{self, SearchPage, SearchRequest},
};
use tauri::{
    State,
    async_runtime::{spawn, spawn_blocking},
};

use crate::{
    error::{CommandError, CommandResult},
    housekeeping::finish_search_rebuild,
    input::Input,
    slot::ProfileSlot,
    work::Work,
};

/// A page of hits, the best first. Whatever was typed is a search; nothing is an error.
///
/// Without `kind` the first page begins with a few titles, notes, words and corrections. `cursor` is the `next` of the
/// page before, `limit` is 1 to 100.
#[tauri::command]
#[specta::specta]
pub async fn search_run(
    profile: State<'_, ProfileSlot>,
    text: Input<String>,
    kind: Input<Option<SearchKind>>,
    cursor: Input<Option<String>>,
    limit: Input<u32>,
) -> CommandResult<SearchPage> {
    let profile = profile.get()?;
    let user = profile.user.clone();
    let request = SearchRequest {
        text: text.0,
        kind: kind.0,
        cursor: cursor.0,
        limit: limit.0,
    };
    let page = profile
        .database
        .read(move |tx| search::run(tx, user.id, &request, &user.zone()))
        .await?;
    Ok(page)
}

/// What the learner looked for last, latest first: at most 20.
#[tauri::command]
#[specta::specta]
pub async fn search_recent(profile: State<'_, ProfileSlot>) -> CommandResult<Vec<String>> {
    profile.get()?.read(search::list_recent).await
}

/// Remembers what the learner has looked for and found.
#[tauri::command]
#[specta::specta]
pub async fn search_remember(
    profile: State<'_, ProfileSlot>,
    text: Input<String>,
) -> CommandResult<()> {
    let Input(text) = text;
    profile
        .get()?
        .write(move |tx, user, now| search::remember(tx, user, &text, now))
        .await
}

/// Forgets one of the last searches, or all of them if `text` is null.
#[tauri::command]
#[specta::specta]
pub async fn search_forget(
    profile: State<'_, ProfileSlot>,
    text: Input<Option<String>>,
) -> CommandResult<()> {
    let Input(text) = text;
    profile
        .get()?
        .write(move |tx, user, _| match text {
            Some(text) => search::forget_recent(tx, user, &text),
            None => search::forget_all(tx, user),
        })
        .await
}

/// Makes anew what the search looks in, while the app is used. `conflict` while other long work is under way.
///
/// `cancelled` when it is no longer wanted: the rest is then done in the background, and until it is, some texts are
/// not found (`is_incomplete` of a page).
#[tauri::command]
#[specta::specta]
pub async fn search_rebuild(profile: State<'_, ProfileSlot>) -> CommandResult<()> {
    let database = profile.get()?.database.clone();
    let job = profile.bench.begin(Work::Reindex, profile.notify())?;
    let worker = database.clone();
    let done = spawn_blocking(move || job.run(|watch| search::rebuild(&worker, watch)))
        .await
        .map_err(|_| CommandError::internal("making the search anew was broken off"))?;
    if done.is_err() {
        spawn(finish_search_rebuild(database));
    }
    done
}
