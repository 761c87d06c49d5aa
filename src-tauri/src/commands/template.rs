//! Situations to start a conversation from.

use parlance_storage::{
    ConversationId, TemplateId,
    operation::Operation,
    template::{self, NewTemplate, Template, TemplatePatch},
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// The built-in templates and the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn template_list(profile: State<'_, ProfileSlot>) -> CommandResult<Vec<Template>> {
    let profile = profile.get()?;
    let user = profile.user.id;
    let templates = profile
        .database
        .read(move |tx| template::list(tx, user))
        .await?;
    Ok(templates)
}

/// Keeps a template of the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn template_create(
    profile: State<'_, ProfileSlot>,
    template: Input<NewTemplate>,
) -> CommandResult<Template> {
    let profile = profile.get()?;
    let (user, Input(new), now) = (profile.user.id, template, profile.database.now());
    let template = profile
        .database
        .write(move |tx| template::insert(tx, user, &new, now))
        .await?;
    Ok(template)
}

/// Changes what is given of a template of the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn template_update(
    profile: State<'_, ProfileSlot>,
    id: Input<TemplateId>,
    patch: Input<TemplatePatch>,
) -> CommandResult<Template> {
    let profile = profile.get()?;
    let (user, Input(id), Input(patch), now) = (profile.user.id, id, patch, profile.database.now());
    let template = profile
        .database
        .write(move |tx| template::update(tx, user, id, patch, now))
        .await?;
    Ok(template)
}

/// Deletes a template of the learner's own, and gives what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn template_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<TemplateId>,
) -> CommandResult<Operation> {
    let profile = profile.get()?;
    let (user, Input(id), now) = (profile.user.id, id, profile.database.now());
    let operation = profile
        .database
        .write(move |tx| template::delete(tx, user, id, now))
        .await?;
    Ok(operation)
}

/// Keeps a conversation as a template of the learner's own; without a name it is called like the conversation.
#[tauri::command]
#[specta::specta]
pub async fn template_from_conversation(
    profile: State<'_, ProfileSlot>,
    conversation: Input<ConversationId>,
    name: Input<Option<String>>,
) -> CommandResult<Template> {
    let profile = profile.get()?;
    let (user, Input(conversation), Input(name), now) =
        (profile.user.id, conversation, name, profile.database.now());
    let template = profile
        .database
        .write(move |tx| template::from_conversation(tx, user, conversation, name.as_deref(), now))
        .await?;
    Ok(template)
}
