//! Conversations.

use parlance_storage::{
    CefrLevel, ConversationId, ConversationPage, ConversationSummary, NewConversation, TemplateId, conversation,
};
use serde::Deserialize;
use tauri::State;

use crate::{
    error::CommandResult,
    input::Input,
    profile::ProfileSlot,
};

/// What a new conversation starts with. Everything may be left out: that is free talk.
#[derive(Debug, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewConversationRequest {
    /// The situation to start from.
    pub template_id: Option<TemplateId>,
    /// The level to talk at; the template's if left out.
    pub level: Option<CefrLevel>,
    /// A title of the learner's own.
    pub title: Option<String>,
}

/// Starts a conversation; the tutor's opening words are in it already.
#[tauri::command]
#[specta::specta]
pub async fn conversation_create(
    profile: State<'_, ProfileSlot>,
    request: Input<NewConversationRequest>,
) -> CommandResult<ConversationSummary> {
    todo!()
}

/// A page of the learner's conversations: pinned ones first, then the latest.
///
/// `cursor` is the `next` of the page before, `limit` is 1 to 100.
#[tauri::command]
#[specta::specta]
pub async fn conversation_list(
    profile: State<'_, ProfileSlot>,
    cursor: Input<Option<String>>,
    limit: Input<u32>,
) -> CommandResult<ConversationPage> {
    let profile = profile.get()?;
    let (user, Input(cursor), Input(limit)) = (profile.user.id, cursor, limit);
    let page = profile
        .database
        .read(move |tx| conversation::list_page(tx, user, cursor.as_deref(), limit))
        .await?;
    Ok(page)
}

/// One conversation.
#[tauri::command]
#[specta::specta]
pub async fn conversation_get(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
) -> CommandResult<ConversationSummary> {
    let profile = profile.get()?;
    let (user, Input(id)) = (profile.user.id, id);
    let conversation = profile.database.read(move |tx| conversation::get(tx, user, id)).await?;
    Ok(conversation)
}

/// Gives a conversation a title of the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn conversation_rename(
    profile: State<'_, ProfileSlot>,
    id: Input<ConversationId>,
    title: Input<String>,
) -> CommandResult<ConversationSummary> {
    let profile = profile.get()?;
    let (user, Input(id), Input(title), now) = (profile.user.id, id, title, profile.database.now());
    let conversation = profile
        .database
        .write(move |tx| conversation::rename(tx, user, id, &title, now))
        .await?;
    Ok(conversation)
}
