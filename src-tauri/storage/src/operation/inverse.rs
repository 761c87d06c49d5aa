//! How an operation is taken back, as it is stored: one variant per verb, with what must still be so.
//!
//! A new verb adds a variant here, its arm in `apply`, and what it holds of the learner's words in `texts`.
//! A variant that was released keeps its name and its fields: databases remember it.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

use crate::id::{ConversationId, MessageEditId, MessageId, NoteId, UserId};
use crate::kinds::TitleSource;
use crate::message::EditDone;
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, bookmark, conversation, message, note};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "inverse",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(crate) enum Inverse {
    /// Takes the conversation out of the trash, where it must lie since that time.
    RestoreConversation {
        conversation: ConversationId,
        deleted_at: Timestamp,
    },
    /// Puts the conversation into the trash, where it must not be.
    DeleteConversation { conversation: ConversationId },
    /// Gives the title back, if the conversation is still called `renamed_to`.
    RenameConversation {
        conversation: ConversationId,
        title: String,
        title_source: TitleSource,
        renamed_to: String,
    },
    /// Takes the message out of the trash, where it must lie since that time.
    RestoreMessage {
        message: MessageId,
        deleted_at: Timestamp,
    },
    /// Puts the message into the trash, where it must not be.
    DeleteMessage { message: MessageId },
    /// Takes the messages of the conversation out of the trash that were put there together at that time.
    RestoreMessages {
        conversation: ConversationId,
        deleted_at: Timestamp,
    },
    /// Takes back the last edit of the message, which must be this one, and out of the trash what it discarded.
    RevertEdit {
        message: MessageId,
        edit: MessageEditId,
        discarded_at: Option<Timestamp>,
        title_followed: bool,
    },
    /// Bookmarks the message as it was, if it has no bookmark.
    RestoreBookmark {
        message: MessageId,
        note: Option<String>,
        created_at: Timestamp,
    },
    /// Takes the note out of the trash, where it must lie since that time.
    RestoreNote { note: NoteId, deleted_at: Timestamp },
    /// Puts the note into the trash, where it must not be.
    DeleteNote { note: NoteId },
}

impl Inverse {
    /// Takes the operation back.
    ///
    /// # Errors
    /// `Conflict` if what it needs is no longer so.
    pub(super) fn apply(
        &self,
        tx: &WriteTx<'_>,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self {
            Self::RestoreConversation {
                conversation,
                deleted_at,
            } => {
                let since = conversation::in_trash_since(tx, user, *conversation)?;
                require_since(since, *deleted_at)?;
                conversation::take_out_of_trash(tx, user, *conversation, now).map(drop)
            }
            Self::DeleteConversation { conversation } => {
                conversation::put_into_trash(tx, user, *conversation, now)
                    .map(drop)
                    .map_err(gone_is_conflict)
            }
            Self::RenameConversation {
                conversation,
                title,
                title_source,
                renamed_to,
            } => conversation::take_title_back(
                tx,
                user,
                *conversation,
                renamed_to,
                (title, *title_source),
                now,
            ),
            Self::RestoreMessage {
                message,
                deleted_at,
            } => {
                let since = message::in_trash_since(tx, user, *message)?;
                require_since(since, *deleted_at)?;
                message::take_out_of_trash(tx, user, *message, now).map(drop)
            }
            Self::DeleteMessage { message } => message::put_into_trash(tx, user, *message, now)
                .map(drop)
                .map_err(gone_is_conflict),
            Self::RestoreMessages {
                conversation,
                deleted_at,
            } => message::take_group_out_of_trash(tx, user, *conversation, *deleted_at, now),
            Self::RevertEdit {
                message,
                edit,
                discarded_at,
                title_followed,
            } => {
                let done = EditDone {
                    edit: *edit,
                    discarded_at: *discarded_at,
                    title_followed: *title_followed,
                };
                message::take_edit_back(tx, user, *message, done, now)
            }
            Self::RestoreBookmark {
                message,
                note,
                created_at,
            } => bookmark::put_back(tx, user, *message, note.as_deref(), *created_at, now),
            Self::RestoreNote { note, deleted_at } => {
                let since = note::in_trash_since(tx, user, *note)?;
                require_since(since, *deleted_at)?;
                note::take_out_of_trash(tx, user, *note, now).map(drop)
            }
            Self::DeleteNote { note } => note::put_into_trash(tx, user, *note, now)
                .map(drop)
                .map_err(gone_is_conflict),
        }
    }

    /// Every text of the learner's that it holds.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::RenameConversation {
                title, renamed_to, ..
            } => vec![title, renamed_to],
            Self::RestoreBookmark { note, .. } => note.as_deref().into_iter().collect(),
            Self::RestoreConversation { .. }
            | Self::DeleteConversation { .. }
            | Self::RestoreMessage { .. }
            | Self::DeleteMessage { .. }
            | Self::RestoreMessages { .. }
            | Self::RevertEdit { .. }
            | Self::RestoreNote { .. }
            | Self::DeleteNote { .. } => Vec::new(),
        }
    }

    /// Whether what was done was done to a conversation as a whole, or to several of its messages, so that the
    /// operation goes by its title.
    pub(super) const fn is_of_conversation(&self) -> bool {
        matches!(
            self,
            Self::RestoreConversation { .. }
                | Self::DeleteConversation { .. }
                | Self::RenameConversation { .. }
                | Self::RestoreMessages { .. }
        )
    }

    /// The note to which something was done.
    pub(super) const fn note(&self) -> Option<NoteId> {
        match self {
            Self::RestoreNote { note, .. } | Self::DeleteNote { note } => Some(*note),
            _ => None,
        }
    }
}

/// A thing that was taken out and deleted anew has another time: that deletion is another operation.
fn require_since(found: Option<Timestamp>, expected: Timestamp) -> Result<(), Error> {
    match found {
        Some(since) if since == expected => Ok(()),
        Some(_) => Err(Error::conflict("This was deleted again since.")),
        None => Err(Error::conflict("This is no longer in the trash.")),
    }
}

/// The operation is there, so its thing is: it can only be in the trash.
fn gone_is_conflict(error: Error) -> Error {
    match error {
        Error::NotFound { .. } => Error::conflict("This is in the trash already."),
        other => other,
    }
}

impl ToSql for Inverse {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(self)
            .map(ToSqlOutput::from)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl FromSql for Inverse {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        // serde quotes what it met, and that may be a title.
        serde_json::from_str(value.as_str()?)
            .map_err(|_| FromSqlError::Other("not an inverse".into()))
    }
}
