//! Drafts: what the learner has typed and not sent or saved.
//!
//! The window stores them while they grow. What becomes of a draft removes it in its own transaction
//! ([`crate::message::send`], [`crate::message::edit`], [`crate::note::insert`], [`crate::note::update`]), so that the
//! words are in one place or the other, and never in both.

use rusqlite::{OptionalExtension, Row, ToSql, named_params};
use serde::{Deserialize, Serialize};

use crate::columns::Columns;
use crate::id::{ConversationId, MessageId, NoteId, UserId};
use crate::text::{self, LONGEST_MESSAGE, LONGEST_NOTE};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, conversation, message, note};

/// What a draft is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum DraftOf {
    /// The next message of a conversation.
    Message {
        /// The conversation.
        conversation_id: ConversationId,
    },
    /// Other words for a message.
    Edit {
        /// The message.
        message_id: MessageId,
    },
    /// A note on a conversation or on one of its messages.
    Note {
        /// The conversation.
        conversation_id: ConversationId,
    },
    /// Other words for a note.
    NoteEdit {
        /// The note.
        note_id: NoteId,
    },
}

/// Unsent words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// To the letter, blanks included; never empty.
    pub content: String,
    /// When they were last stored.
    pub updated_at: Timestamp,
}

/// A message that is being changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct EditDraft {
    /// The message.
    pub message_id: MessageId,
    /// What it is to say.
    pub content: String,
}

/// Where the drafts of one kind lie.
struct Shelf {
    table: &'static str,
    /// The column of what they belong to, one of each.
    key: &'static str,
    /// In characters.
    longest: usize,
}

const MESSAGES: Shelf = Shelf {
    table: "message_drafts",
    key: "conversation_id",
    longest: LONGEST_MESSAGE,
};
const EDITS: Shelf = Shelf {
    table: "unsaved_texts",
    key: "message_id",
    longest: LONGEST_MESSAGE,
};
const NOTES: Shelf = Shelf {
    table: "unsaved_texts",
    key: "conversation_id",
    longest: LONGEST_NOTE,
};
const NOTE_EDITS: Shelf = Shelf {
    table: "unsaved_texts",
    key: "note_id",
    longest: LONGEST_NOTE,
};

pub(crate) const COLUMNS: &str = "content, updated_at";

impl Draft {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            content: columns.get("content")?,
            updated_at: columns.get("updated_at")?,
        })
    }
}

impl DraftOf {
    const fn shelf(&self) -> &'static Shelf {
        match self {
            Self::Message { .. } => &MESSAGES,
            Self::Edit { .. } => &EDITS,
            Self::Note { .. } => &NOTES,
            Self::NoteEdit { .. } => &NOTE_EDITS,
        }
    }

    fn key(&self) -> &dyn ToSql {
        match self {
            Self::Message { conversation_id } | Self::Note { conversation_id } => conversation_id,
            Self::Edit { message_id } => message_id,
            Self::NoteEdit { note_id } => note_id,
        }
    }

    /// The most characters that such a draft may have.
    pub(crate) const fn longest(&self) -> usize {
        self.shelf().longest
    }

    /// Refuses what belongs to nothing of this learner's.
    fn require(&self, tx: &ReadTx<'_>, user: UserId) -> Result<(), Error> {
        match *self {
            Self::Message { conversation_id } | Self::Note { conversation_id } => {
                conversation::require(tx, user, conversation_id)
            }
            Self::Edit { message_id } => message::get(tx, user, message_id).map(drop),
            Self::NoteEdit { note_id } => note::get(tx, user, note_id).map(drop),
        }
    }
}

/// Stores a draft in the place of the one before; an empty text removes it.
///
/// # Errors
/// `Invalid` for a text that is longer than what it is to become may be, or contains NUL; `NotFound` if this learner
/// has nothing that it could belong to outside of the trash. The draft before is kept then.
pub fn save(
    tx: &WriteTx<'_>,
    user: UserId,
    of: DraftOf,
    content: &str,
    now: Timestamp,
) -> Result<(), Error> {
    text::check("draft", content, of.longest())?;
    of.require(tx, user)?;
    if content.is_empty() {
        return remove(tx, of);
    }
    let Shelf { table, key, .. } = of.shelf();
    tx.prepare(&format!(
        "INSERT INTO {table} ({key}, content, created_at, updated_at) VALUES (:of, :content, :now, :now)
         ON CONFLICT ({key}) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at"
    ))?
    .execute(named_params! { ":of": of.key(), ":content": content, ":now": now })?;
    Ok(())
}

/// A draft; `None` if nothing is unsent there.
///
/// # Errors
/// `NotFound` if this learner has nothing that it could belong to outside of the trash.
pub fn find(tx: &ReadTx<'_>, user: UserId, of: DraftOf) -> Result<Option<Draft>, Error> {
    of.require(tx, user)?;
    let Shelf { table, key, .. } = of.shelf();
    let mut statement = tx.prepare(&format!("SELECT {COLUMNS} FROM {table} WHERE {key} = :of"))?;
    Ok(statement
        .query_row(named_params! { ":of": of.key() }, Draft::from_row)
        .optional()?)
}

/// The messages of a conversation that are being changed, in their order, with what they are to say; not those in the
/// trash.
///
/// # Errors
/// `NotFound` if this learner has no such conversation.
pub fn list_edits(
    tx: &ReadTx<'_>,
    user: UserId,
    conversation: ConversationId,
) -> Result<Vec<EditDraft>, Error> {
    conversation::require(tx, user, conversation)?;
    // Along the few unsaved texts, not along the conversation.
    let mut statement = tx.prepare(
        "SELECT unsaved_texts.message_id, unsaved_texts.content
         FROM unsaved_texts CROSS JOIN messages ON messages.id = unsaved_texts.message_id
         WHERE unsaved_texts.message_id IS NOT NULL
             AND messages.conversation_id = :conversation AND messages.deleted_at IS NULL
         ORDER BY messages.sequence_number",
    )?;
    let edits = statement.query_map(named_params! { ":conversation": conversation }, |row| {
        let mut columns = Columns::of(row);
        Ok(EditDraft {
            message_id: columns.get("message_id")?,
            content: columns.get("content")?,
        })
    })?;
    Ok(edits.collect::<Result<_, _>>()?)
}

/// Removes a draft, if there is one.
pub(crate) fn remove(tx: &WriteTx<'_>, of: DraftOf) -> Result<(), Error> {
    let Shelf { table, key, .. } = of.shelf();
    tx.prepare(&format!("DELETE FROM {table} WHERE {key} = :of"))?
        .execute(named_params! { ":of": of.key() })?;
    Ok(())
}
