//! How an operation is taken back, as it is stored: one variant per verb, with what must still be so.
//!
//! A new verb adds a variant here, its arm in `apply`, and what it holds of the learner's words in `texts`.
//! A variant that was released keeps its name and its fields: databases remember it.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

use crate::id::{ConversationId, MessageId, UserId};
use crate::kinds::TitleSource;
use crate::template::{self, DeletedTemplate};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, conversation, message};

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
    /// Puts the template back as it was, if there is room for it.
    RestoreTemplate(Box<DeletedTemplate>),
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
            Self::RestoreTemplate(deleted) => template::put_back(tx, user, deleted, now),
        }
    }

    /// Every text of the learner's that it holds.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::RenameConversation {
                title, renamed_to, ..
            } => vec![title, renamed_to],
            Self::RestoreTemplate(deleted) => deleted.texts(),
            Self::RestoreConversation { .. }
            | Self::DeleteConversation { .. }
            | Self::RestoreMessage { .. }
            | Self::DeleteMessage { .. } => Vec::new(),
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
