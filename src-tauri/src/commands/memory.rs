//! How a conversation is remembered, and what the tutor sees of it.

use std::sync::Arc;

use parlance_storage::{
    ConversationId, MemoryStrategy, Role, conversation,
    embedding::{self, Coverage},
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
    remembering::{LearntMeanings, RememberingProgress, SummedUp},
    replies::{Asked, context_of},
    slot::ProfileSlot,
    tutors::ChosenModel,
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
    /// The model that sums up and notes facts; null: rules do.
    pub model: Option<String>,
    /// How much of what messages mean is known; null where nothing is asked for it.
    pub meaning: Option<KnownMeaning>,
    /// What the learner waits for, and how far it has come.
    pub at_work: Option<RememberingProgress>,
}

/// How much of what the messages of a conversation mean is known.
#[derive(Clone, Debug, Serialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownMeaning {
    /// The model that is asked for it.
    pub model: String,
    /// Of how many messages.
    #[serde(flatten)]
    pub coverage: Coverage,
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
    let profile = profile.get()?;
    let at_work = profile.remembering.progress(id);
    let remembering = Arc::clone(&profile.remembering);
    profile
        .read(move |tx, user| {
            let conversation = conversation::get(tx, user, id)?;
            let model = remembering.model_of(tx, user, &conversation)?;
            let asked = Asked {
                embedding_model: model.as_ref().and_then(ChosenModel::embedding_model),
                ..Asked::default()
            };
            let (sources, context) = context_of(tx, user, &conversation, &asked)?;
            let is_semantic = sources.settings.strategy == MemoryStrategy::Semantic;
            let meaning = match asked.embedding_model.filter(|_| is_semantic) {
                Some(model) => Some(KnownMeaning {
                    coverage: embedding::coverage(tx, user, id, model)?,
                    model: model.to_owned(),
                }),
                None => None,
            };
            Ok(MemoryView {
                settings: sources.settings,
                facts: sources.facts,
                summaries: summary::list_page(tx, user, id, None, summary::LARGEST_PAGE)?.items,
                seen: seen(context),
                meaning,
                model: model.map(|model| model.name().to_owned()),
                at_work,
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

/// Sums up what is in no summary yet and old enough: by the chosen model, or by rules where there is none or where it
/// fails.
///
/// `conflict` while the learner waits for something in the memory of this conversation already.
#[tauri::command]
#[specta::specta]
pub async fn memory_summarize(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<SummedUp> {
    let profile = profile.get()?;
    let Input(id) = conversation_id;
    profile.remembering.summarize(profile.user.id, id).await
}

/// Has the chosen model read every message whose meaning is not known yet.
///
/// `conflict` as for [`memory_summarize`], or if there is no model for it; `tutor` if it cannot be asked.
#[tauri::command]
#[specta::specta]
pub async fn memory_learn_meanings(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<LearntMeanings> {
    let profile = profile.get()?;
    let Input(id) = conversation_id;
    profile
        .remembering
        .learn_meanings(profile.user.id, id)
        .await
}

/// Ends what the learner waits for in the memory of a conversation, as soon as it can be; false if there is nothing.
#[tauri::command]
#[specta::specta]
pub fn memory_stop(
    profile: State<'_, ProfileSlot>,
    conversation_id: Input<ConversationId>,
) -> CommandResult<bool> {
    Ok(profile.get()?.remembering.stop(conversation_id.0))
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
