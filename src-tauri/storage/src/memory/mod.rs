//! What of a conversation a tutor is told: how it is chosen, and the rows of which it is made.
//!
//! This module reads and bounds. What is made of it, to the last token, is for the tutor to say: a model is told less
//! if that does not fit.

mod built;
mod settings;
mod sources;

pub use built::{Built, record_built};
pub(crate) use settings::COLUMNS as SETTINGS_COLUMNS;
pub use settings::{
    MESSAGES, MemorySettings, MemorySettingsPatch, THRESHOLD, TOKENS, settings, update_settings,
};
pub(crate) use sources::recent_sql;
pub use sources::{RecallBy, Recalled, Sources, Wish, list_said, sources};

use rusqlite::Row;

use crate::columns::Columns;
use crate::id::MessageId;
use crate::kinds::Role;
use crate::time::Timestamp;
use crate::tokens;

/// A message as a tutor is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its id.
    pub id: MessageId,
    /// Its place in the conversation.
    pub sequence_number: u32,
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub content: String,
    /// What the words cost a model, by [`tokens::count`].
    pub token_count: u32,
    /// When it was said.
    pub created_at: Timestamp,
}

pub(crate) const SAID_COLUMNS: &str =
    "messages.id, messages.sequence_number, messages.role, messages.content,
    messages.token_count, messages.created_at";

impl Said {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        let (id, sequence_number, role) = (
            columns.get("id")?,
            columns.get("sequence_number")?,
            columns.get("role")?,
        );
        let content: String = columns.get("content")?;
        let stored: Option<i64> = columns.get("token_count")?;
        Ok(Self {
            id,
            sequence_number,
            role,
            // Messages of older versions have none, and of damage no more is believed than of nothing.
            token_count: stored
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_else(|| tokens::count(&content)),
            content,
            created_at: columns.get("created_at")?,
        })
    }
}
