//! How a conversation is remembered, as the learner chose it.

use std::ops::RangeInclusive;

use rusqlite::{OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::change::ChangeKind;
use crate::columns::Columns;
use crate::id::{ConversationId, UserId};
use crate::kinds::{EventType, MemoryStrategy};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event};

/// How many of the newest messages may be told in full.
pub const MESSAGES: RangeInclusive<u32> = 2..=500;
/// What all that is told may cost a model, in tokens.
pub const TOKENS: RangeInclusive<u32> = 256..=200_000;
/// How many messages may wait before some are summed up.
pub const THRESHOLD: RangeInclusive<u32> = 10..=500;

/// How a conversation is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MemorySettings {
    /// How it is cut down to what a model can read. Default: the last messages.
    pub strategy: MemoryStrategy,
    /// How many of the newest messages are told in full at most, 2 to 500. Default: 20.
    pub max_context_messages: u32,
    /// What all that is told costs at most, in tokens, 256 to 200,000. Default: 4,000.
    pub max_context_tokens: u32,
    /// Whether stretches are summed up by themselves. Default: yes.
    pub auto_summarize: bool,
    /// How many messages may be in no summary before some are summed up, 10 to 500. Default: 50.
    pub summarize_threshold: u32,
}

impl Default for MemorySettings {
    fn default() -> Self {
        Self {
            strategy: MemoryStrategy::Sliding,
            max_context_messages: 20,
            max_context_tokens: 4_000,
            auto_summarize: true,
            summarize_threshold: 50,
        }
    }
}

/// The settings to change; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MemorySettingsPatch {
    /// See [`MemorySettings::strategy`].
    pub strategy: Option<MemoryStrategy>,
    /// See [`MemorySettings::max_context_messages`].
    pub max_context_messages: Option<u32>,
    /// See [`MemorySettings::max_context_tokens`].
    pub max_context_tokens: Option<u32>,
    /// See [`MemorySettings::auto_summarize`].
    pub auto_summarize: Option<bool>,
    /// See [`MemorySettings::summarize_threshold`].
    pub summarize_threshold: Option<u32>,
}

pub(crate) const COLUMNS: &str = "memory_strategy, max_context_messages, max_context_tokens,
    auto_summarize, summarize_threshold";

impl MemorySettings {
    /// The table allows more than the verbs do: beyond a bound, the bound counts.
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        let within =
            |value: u32, range: RangeInclusive<u32>| value.clamp(*range.start(), *range.end());
        Ok(Self {
            strategy: columns.get("memory_strategy")?,
            max_context_messages: within(columns.get("max_context_messages")?, MESSAGES),
            max_context_tokens: within(columns.get("max_context_tokens")?, TOKENS),
            auto_summarize: columns.get("auto_summarize")?,
            summarize_threshold: within(columns.get("summarize_threshold")?, THRESHOLD),
        })
    }

    fn changed_by(self, patch: MemorySettingsPatch) -> Self {
        Self {
            strategy: patch.strategy.unwrap_or(self.strategy),
            max_context_messages: patch
                .max_context_messages
                .unwrap_or(self.max_context_messages),
            max_context_tokens: patch.max_context_tokens.unwrap_or(self.max_context_tokens),
            auto_summarize: patch.auto_summarize.unwrap_or(self.auto_summarize),
            summarize_threshold: patch
                .summarize_threshold
                .unwrap_or(self.summarize_threshold),
        }
    }

    fn check(&self) -> Result<(), Error> {
        check("number of messages", self.max_context_messages, MESSAGES)?;
        check("number of tokens", self.max_context_tokens, TOKENS)?;
        check("threshold", self.summarize_threshold, THRESHOLD)
    }
}

fn check(field: &'static str, value: u32, range: RangeInclusive<u32>) -> Result<(), Error> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format!("must be between {} and {}", range.start(), range.end()),
    ))
}

/// How a conversation is remembered.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn settings(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<MemorySettings, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM conversations WHERE id = :id AND user_id = :user AND deleted_at IS NULL"
    );
    tx.prepare(&sql)?
        .query_row(
            named_params! { ":id": conversation, ":user": user },
            MemorySettings::from_row,
        )
        .optional()?
        .ok_or_else(|| Error::not_found("conversation", conversation))
}

/// Changes what the patch names, and gives all of it as it is then. What is so already changes nothing.
///
/// # Errors
/// `Invalid` for a number out of its bounds; `NotFound` like [`settings`].
pub fn update_settings(
    tx: &WriteTx<'_>,
    user: UserId,
    conversation: ConversationId,
    patch: MemorySettingsPatch,
    now: Timestamp,
) -> Result<MemorySettings, Error> {
    let before = settings(tx, user, conversation)?;
    let after = before.changed_by(patch);
    after.check()?;
    if after == before {
        return Ok(before);
    }
    tx.prepare(
        "UPDATE conversations SET memory_strategy = :strategy, max_context_messages = :messages,
             max_context_tokens = :tokens, auto_summarize = :auto, summarize_threshold = :threshold, updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": conversation,
        ":strategy": after.strategy,
        ":messages": after.max_context_messages,
        ":tokens": after.max_context_tokens,
        ":auto": after.auto_summarize,
        ":threshold": after.summarize_threshold,
        ":now": now,
    })?;
    tx.changed_conversation(ChangeKind::Updated, conversation);
    let data = json!(after);
    event::append(
        tx,
        conversation,
        EventType::MemorySettingsChanged,
        &data,
        now,
    )?;
    Ok(after)
}
