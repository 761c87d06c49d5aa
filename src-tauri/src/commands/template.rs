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
    profile.get()?.read(template::list).await
}

/// Keeps a template of the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn template_create(
    profile: State<'_, ProfileSlot>,
    template: Input<NewTemplate>,
) -> CommandResult<Template> {
    let Input(new) = template;
    profile
        .get()?
        .write(move |tx, user, now| template::insert(tx, user, &new, now))
        .await
}

/// Changes what is given of a template of the learner's own.
#[tauri::command]
#[specta::specta]
pub async fn template_update(
    profile: State<'_, ProfileSlot>,
    id: Input<TemplateId>,
    patch: Input<TemplatePatch>,
) -> CommandResult<Template> {
    let (Input(id), Input(patch)) = (id, patch);
    profile
        .get()?
        .write(move |tx, user, now| template::update(tx, user, id, patch, now))
        .await
}

/// Deletes a template of the learner's own, and gives what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn template_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<TemplateId>,
) -> CommandResult<Operation> {
    let Input(id) = id;
    profile
        .get()?
        .write(move |tx, user, now| template::delete(tx, user, id, now))
        .await
}

/// Keeps a conversation as a template of the learner's own; without a name it is called like the conversation.
#[tauri::command]
#[specta::specta]
pub async fn template_from_conversation(
    profile: State<'_, ProfileSlot>,
    conversation: Input<ConversationId>,
    name: Input<Option<String>>,
) -> CommandResult<Template> {
    let (Input(conversation), Input(name)) = (conversation, name);
    profile
        .get()?
        .write(move |tx, user, now| {
            template::from_conversation(tx, user, conversation, name.as_deref(), now)
        })
        .await
}
