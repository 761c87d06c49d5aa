//! What the tutor remembers of the learner.

use parlance_storage::{
    ConversationId, FactType, KeyFactId,
    key_fact::{self, KeyFact, KeyFactPatch, NewKeyFact},
    operation::Operation,
};
use tauri::State;

use crate::{error::CommandResult, input::Input, slot::ProfileSlot};

/// Writes a fact down, of 1 to 500 characters.
///
/// `conflict` if it is in the list already.
#[tauri::command]
#[specta::specta]
pub async fn key_fact_create(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    fact_type: Input<FactType>,
    text: Input<String>,
) -> CommandResult<KeyFact> {
    let new = NewKeyFact {
        conversation_id: conversation_id.0,
        fact_type: fact_type.0,
        text: text.0,
    };
    profile
        .get()?
        .write(move |tx, user, now| key_fact::insert(tx, user, new, now))
        .await
}

/// Changes a fact, which is the learner's own from then on.
///
/// `conflict` if it would be another one of the list.
#[tauri::command]
#[specta::specta]
pub async fn key_fact_update(
    profile: State<'_, ProfileSlot>,
    id: Input<KeyFactId>,
    patch: Input<KeyFactPatch>,
) -> CommandResult<KeyFact> {
    let (Input(id), Input(patch)) = (id, patch);
    profile
        .get()?
        .write(move |tx, user, now| key_fact::update(tx, user, id, patch, now))
        .await
}

/// Pins a fact, or takes its pin off. Pinned ones are remembered first.
#[tauri::command]
#[specta::specta]
pub async fn key_fact_pin(
    profile: State<'_, ProfileSlot>,
    id: Input<KeyFactId>,
    pinned: Input<bool>,
) -> CommandResult<KeyFact> {
    let (Input(id), Input(pinned)) = (id, pinned);
    profile
        .get()?
        .write(move |tx, user, now| key_fact::set_pinned(tx, user, id, pinned, now))
        .await
}

/// Deletes a fact, which is not learnt again, and gives what can be undone.
#[tauri::command]
#[specta::specta]
pub async fn key_fact_delete(
    profile: State<'_, ProfileSlot>,
    id: Input<KeyFactId>,
) -> CommandResult<Operation> {
    let Input(id) = id;
    profile
        .get()?
        .write(move |tx, user, now| key_fact::delete(tx, user, id, now))
        .await
}

/// Deletes every fact of a conversation, and gives what can be undone; null if there was none.
#[tauri::command]
#[specta::specta]
pub async fn key_fact_clear(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<Option<Operation>> {
    let Input(id) = conversation_id;
    profile
        .get()?
        .write(move |tx, user, now| key_fact::clear(tx, user, id, now))
        .await
}
