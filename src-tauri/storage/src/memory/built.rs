//! The entry of the audit log that says what a tutor was told.

use serde::Serialize;
use serde_json::json;

use crate::id::{ConversationId, MessageId};
use crate::kinds::{EventType, MemoryStrategy};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, event};

/// What a tutor was told, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Built {
    /// The reply for which it was told.
    pub message_id: MessageId,
    /// How it was chosen.
    pub strategy: MemoryStrategy,
    /// What it cost, in tokens.
    pub used_tokens: u32,
    /// What it was allowed to cost.
    pub budget: u32,
    /// The place of the first message that was told in full; absent if none was.
    pub first_full_sequence: Option<u32>,
    /// How many facts it had.
    pub facts: u32,
    /// How many summaries.
    pub summaries: u32,
    /// How many older messages.
    pub recalled: u32,
}

/// Says in the log of a conversation what a tutor was told to answer.
///
/// # Errors
/// `Conflict` if the conversation is gone.
pub fn record_built(
    tx: &WriteTx<'_>,
    conversation: ConversationId,
    built: &Built,
    now: Timestamp,
) -> Result<(), Error> {
    event::append(
        tx,
        conversation,
        EventType::MemoryContextBuilt,
        &json!(built),
        now,
    )
}
