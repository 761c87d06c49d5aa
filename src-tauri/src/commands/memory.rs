//! How a conversation is remembered, and what the tutor sees of it.

use parlance_storage::{
    ConversationId, Role, conversation,
    key_fact::KeyFact,
    memory::{self, MemorySettings, MemorySettingsPatch},
    summary::{self, Summary},
};
use parlance_tutor::memory::Context;
use serde::Serialize;
use tauri::State;

use crate::{
    error::CommandResult,
    input::Input,
    replies::{context_of, sum_up},
    slot::ProfileSlot,
};

/// All that there is to see of a conversation's memory.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct MemoryView {
    /// How it is remembered.
    pub settings: MemorySettings,
    /// Pinned ones first, then the surest.
    pub facts: Vec<KeyFact>,
    /// Of the highest tier first, and of one tier the oldest stretch first; at most 100.
    pub summaries: Vec<Summary>,
    /// What a model would be told.
    pub seen: SeenContext,
}

/// Exactly what a model would be told if the learner's last words were answered now.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct SeenContext {
    /// The instruction, and below it what is remembered, as data.
    pub system: String,
    /// What was said, oldest first.
    pub turns: Vec<SeenTurn>,
    /// What all that costs, in tokens; an estimate that errs upwards.
    pub used_tokens: u32,
    /// What it may cost.
    pub budget: u32,
    /// The place of the first message that is told in full; null if none is.
    pub first_full_sequence: Option<u32>,
    /// How many facts are told.
    pub facts: u32,
    /// How many summaries.
    pub summaries: u32,
    /// How many older messages.
    pub recalled: u32,
    /// Whether there are messages before those that are told in full.
    pub has_earlier: bool,
    /// Whether even of the learner's last words only the beginning is told.
    pub is_last_turn_cut: bool,
}

/// A turn as a model is told it.
#[derive(Clone, Debug, Serialize, specta::Type)]
pub struct SeenTurn {
    /// Who said it.
    pub role: Role,
    /// The words.
    pub content: String,
}

/// What is remembered of a conversation, and what a model would be told.
#[tauri::command]
#[specta::specta]
pub async fn memory_get(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<MemoryView> {
    let Input(id) = conversation_id;
    profile
        .get()?
        .read(move |tx, user| {
            let conversation = conversation::get(tx, user, id)?;
            let (sources, context) = context_of(tx, user, &conversation, None, "")?;
            Ok(MemoryView {
                settings: sources.settings,
                facts: sources.facts,
                summaries: summary::list_page(tx, user, id, None, summary::LARGEST_PAGE)?.items,
                seen: seen(context),
            })
        })
        .await
}

/// Changes how a conversation is remembered; what is absent stays.
#[tauri::command]
#[specta::specta]
pub async fn memory_update_settings(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
    patch: Input<MemorySettingsPatch>,
) -> CommandResult<MemorySettings> {
    let (Input(id), Input(patch)) = (conversation_id, patch);
    profile
        .get()?
        .write(move |tx, user, now| memory::update_settings(tx, user, id, patch, now))
        .await
}

/// Sums up by rules what is in no summary yet and old enough, and says how many summaries that made.
#[tauri::command]
#[specta::specta]
pub async fn memory_summarize(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<u32> {
    let profile = profile.get()?;
    let made = sum_up(
        &profile.database,
        profile.user.id,
        conversation_id.0,
        summary::due_on_wish,
    );
    Ok(made.await?)
}

fn seen(context: Context) -> SeenContext {
    let built = context.counts();
    let (facts, summaries, recalled) = built;
    let has_earlier = context.left_out.has_earlier || context.left_out.turns > 0;
    SeenContext {
        used_tokens: context.used_tokens,
        budget: context.budget,
        first_full_sequence: context.first_full_sequence,
        facts,
        summaries,
        recalled,
        has_earlier,
        is_last_turn_cut: context.is_last_turn_cut,
        system: context.system,
        turns: context
            .turns
            .into_iter()
            .map(|turn| SeenTurn {
                role: turn.role,
                content: turn.content,
            })
            .collect(),
    }
}
