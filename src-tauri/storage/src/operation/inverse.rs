//! How an operation is taken back, as it is stored: one variant per verb, with what must still be so.
//!
//! A new verb adds a variant here, its arm in `apply`, and what it holds of the learner's words in `texts`.
//! A variant that was released keeps its name and its fields: databases remember it. A field that it gains may be
//! absent.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

use crate::conversation::{Deleted, Merge, Pin, Pinned, Set, Split, TagsChanged, Unpinned, Was};
use crate::folder::{self, FolderDeleted, FolderMoved, FolderUpdated};
use crate::id::{
    ConversationId, FolderId, KeyFactId, MessageEditId, MessageId, NoteId, OperationId, UserId,
};
use crate::key_fact::{self, FactsDeleted};
use crate::kinds::{CefrLevel, ConversationStatus, MessageStatus, TitleSource};
use crate::message::{EditDone, Replaced};
use crate::tag::{TagColored, TagDeleted, TagMerged, TagRenamed};
use crate::template::{self, DeletedTemplate};
use crate::time::Timestamp;
use crate::tx::WriteTx;
use crate::{Error, bookmark, conversation, message, note, tag};

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
    /// Takes the conversations out of the trash, where all of them must lie since that time.
    RestoreConversations(Deleted),
    /// Puts the conversations into the folders where they were, if all are where they were put.
    MoveConversations(Set<Option<FolderId>>),
    /// Gives the conversations the status that they had, if all have the one they were given.
    SetStatus(Set<ConversationStatus>),
    /// Gives the conversations the level that they had, if all have the one they were given.
    SetLevel(Set<Option<CefrLevel>>),
    /// Removes the pins, if all are the ones that were made.
    Unpin(Pinned),
    /// Pins the conversations where they were, if none is pinned.
    PinAgain(Unpinned),
    /// Puts the pin where it was, if it is the same pin.
    MovePin(Was<Pin>),
    /// Takes off the tags that were put on and the other way round, if all of them are as they were left.
    ChangeTags(TagsChanged),
    /// Removes the folder, if it is empty.
    RemoveFolder { folder: FolderId },
    /// Gives the folder its name, colour and icon back, if it has the ones it was given.
    UpdateFolder(FolderUpdated),
    /// Puts the folder where it was, if it is in the folder where it was put.
    MoveFolder(FolderMoved),
    /// Makes the folders again, and puts into them what is still where their end put it.
    RestoreFolders(FolderDeleted),
    /// Gives the tag its name back, if there is no other of that name.
    RenameTag(TagRenamed),
    /// Makes two tags of one again, on the conversations that still have it.
    SplitTag(TagMerged),
    /// Gives the tag its colour back, if it has the one it was given.
    ColorTag(TagColored),
    /// Puts the tag on its conversations again, if there is no other of its name.
    RestoreTag(TagDeleted),
    /// Makes one conversation again of two, if their messages are those that the split left in them.
    TakeSplitBack(Split),
    /// Makes two conversations again of one, if the messages are those that the merge left in it.
    TakeMergeBack(Merge),
    /// Takes the messages of the conversation out of the trash that were put there together at that time.
    RestoreMessages {
        conversation: ConversationId,
        deleted_at: Timestamp,
    },
    /// Takes back the last edit of the message, which must be this one, takes out of the trash what it discarded, and
    /// puts there what was answered to its words.
    RevertEdit {
        message: MessageId,
        edit: MessageEditId,
        discarded_at: Option<Timestamp>,
        title_followed: bool,
        /// Of an edit that discarded, the replies that were begun to its words since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<Vec<MessageId>>,
    },
    /// Takes the reply out of the trash, where it must lie since that time, and puts there what was answered to the
    /// same words in its place.
    RestoreReply {
        said: MessageId,
        reply: MessageId,
        deleted_at: Timestamp,
        answers: Vec<MessageId>,
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
    /// Puts the template back as it was, if there is room for it.
    RestoreTemplate(Box<DeletedTemplate>),
    /// Gives deleted facts their words back, if none of them was written down anew.
    RestoreFacts(FactsDeleted),
}

impl Inverse {
    /// Takes the operation `id` back, and gives the conversation in which a reply that is still being written may have
    /// gone into the trash.
    ///
    /// # Errors
    /// `Conflict` if what it needs is no longer so.
    pub(super) fn apply(
        &self,
        tx: &WriteTx<'_>,
        user: UserId,
        id: OperationId,
        now: Timestamp,
    ) -> Result<Option<ConversationId>, Error> {
        match self {
            Self::DeleteConversation { conversation } => {
                conversation::put_into_trash(tx, user, *conversation, now)
                    .map_err(gone_is_conflict)?;
                return Ok(Some(*conversation));
            }
            Self::DeleteMessage { message } => {
                let (gone, _) =
                    message::put_into_trash(tx, user, *message, now).map_err(gone_is_conflict)?;
                let is_being_written = gone.status == MessageStatus::Streaming;
                return Ok(is_being_written.then_some(gone.conversation_id));
            }
            Self::RestoreConversation {
                conversation,
                deleted_at,
            } => {
                let since = conversation::in_trash_since(tx, user, *conversation)?;
                require_since(since, *deleted_at)?;
                conversation::take_out_of_trash(tx, user, *conversation, now)?;
            }
            Self::RenameConversation {
                conversation,
                title,
                title_source,
                renamed_to,
            } => {
                let title = (title.as_str(), *title_source);
                conversation::take_title_back(tx, user, *conversation, renamed_to, title, now)?;
            }
            Self::RestoreMessage {
                message,
                deleted_at,
            } => {
                let since = message::in_trash_since(tx, user, *message)?;
                require_since(since, *deleted_at)?;
                message::take_out_of_trash(tx, user, *message, now)?;
            }
            Self::RestoreConversations(done) => {
                conversation::take_all_out_of_trash(tx, user, done, now)?;
            }
            Self::MoveConversations(done) => {
                conversation::take_move_back(tx, user, done, now)?;
            }
            Self::SetStatus(done) => {
                conversation::take_status_back(tx, user, done, now)?;
            }
            Self::SetLevel(done) => {
                conversation::take_level_back(tx, user, done, now)?;
            }
            Self::Unpin(done) => conversation::take_pins_back(tx, user, done, now)?,
            Self::PinAgain(done) => conversation::give_pins_back(tx, user, done, now)?,
            Self::MovePin(done) => {
                conversation::take_pin_move_back(tx, user, done, now)?;
            }
            Self::ChangeTags(done) => {
                conversation::take_tags_back(tx, user, done, now)?;
            }
            Self::RemoveFolder { folder } => folder::remove_empty(tx, user, *folder)?,
            Self::UpdateFolder(done) => folder::take_update_back(tx, user, done, now)?,
            Self::MoveFolder(done) => folder::take_move_back(tx, user, done, now)?,
            Self::RestoreFolders(done) => folder::restore(tx, user, done, now)?,
            Self::RenameTag(done) => tag::take_name_back(tx, user, done, now)?,
            Self::SplitTag(done) => tag::split_again(tx, user, done, now)?,
            Self::ColorTag(done) => tag::take_color_back(tx, user, done, now)?,
            Self::RestoreTag(done) => tag::restore(tx, user, done, now)?,
            Self::TakeSplitBack(split) => {
                conversation::take_split_back(tx, user, id, split, now)?;
            }
            Self::TakeMergeBack(merge) => {
                conversation::take_merge_back(tx, user, id, merge, now)?;
            }
            Self::RestoreMessages {
                conversation,
                deleted_at,
            } => message::take_group_out_of_trash(tx, user, *conversation, *deleted_at, now)?,
            Self::RevertEdit {
                message,
                edit,
                discarded_at,
                title_followed,
                answers,
            } => {
                let done = EditDone {
                    edit: *edit,
                    discarded_at: *discarded_at,
                    title_followed: *title_followed,
                    answers: answers.as_deref(),
                };
                return message::take_edit_back(tx, user, *message, done, now);
            }
            Self::RestoreReply {
                said,
                reply,
                deleted_at,
                answers,
            } => {
                let done = Replaced {
                    said: *said,
                    reply: *reply,
                    deleted_at: *deleted_at,
                    answers,
                };
                return message::take_replacement_back(tx, user, id, done, now);
            }
            Self::RestoreBookmark {
                message,
                note,
                created_at,
            } => bookmark::put_back(tx, user, *message, note.as_deref(), *created_at, now)?,
            Self::RestoreNote { note, deleted_at } => {
                let since = note::in_trash_since(tx, user, *note)?;
                require_since(since, *deleted_at)?;
                note::take_out_of_trash(tx, user, *note, now)?;
            }
            Self::DeleteNote { note } => {
                note::put_into_trash(tx, user, *note, now).map_err(gone_is_conflict)?;
            }
            Self::RestoreTemplate(deleted) => {
                template::put_back(tx, user, deleted, now)?;
            }
            Self::RestoreFacts(deleted) => key_fact::restore(tx, user, deleted, now)?,
        }
        Ok(None)
    }

    /// Whether it cannot be taken back without this conversation, which is not the one it is about.
    pub(super) fn needs(&self, id: ConversationId) -> bool {
        match self {
            Self::RestoreConversations(done) => done.conversations.contains(&id),
            Self::MoveConversations(done) => done.conversations().any(|other| other == id),
            Self::SetStatus(done) => done.conversations().any(|other| other == id),
            Self::SetLevel(done) => done.conversations().any(|other| other == id),
            Self::Unpin(done) => done.conversations.contains(&id),
            Self::PinAgain(done) => done.conversations().any(|other| other == id),
            Self::ChangeTags(done) => done.conversations.contains(&id),
            Self::TakeSplitBack(split) => split.needs(id),
            Self::TakeMergeBack(merge) => merge.needs(id),
            // About one thing alone, which has a column of its own; or about what goes on without it.
            _ => false,
        }
    }

    /// Every text of the learner's that it holds.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::RenameConversation {
                title, renamed_to, ..
            } => vec![title, renamed_to],
            Self::TakeSplitBack(split) => split.texts(),
            Self::TakeMergeBack(merge) => merge.texts(),
            Self::RestoreBookmark { note, .. } => note.as_deref().into_iter().collect(),
            Self::RestoreTemplate(deleted) => deleted.texts(),
            Self::RestoreFacts(deleted) => deleted.texts(),
            Self::RestoreConversation { .. }
            | Self::DeleteConversation { .. }
            | Self::RestoreMessage { .. }
            | Self::DeleteMessage { .. }
            | Self::RestoreConversations(_)
            | Self::MoveConversations(_)
            | Self::SetStatus(_)
            | Self::SetLevel(_)
            | Self::Unpin(_)
            | Self::PinAgain(_)
            | Self::MovePin(_)
            | Self::RemoveFolder { .. }
            | Self::MoveFolder(_)
            | Self::RestoreMessages { .. }
            | Self::RevertEdit { .. }
            | Self::RestoreReply { .. }
            | Self::RestoreNote { .. }
            | Self::DeleteNote { .. } => Vec::new(),
            Self::UpdateFolder(done) => done.texts(),
            Self::RestoreFolders(done) => done.texts(),
            Self::ChangeTags(_)
            | Self::RenameTag(_)
            | Self::SplitTag(_)
            | Self::ColorTag(_)
            | Self::RestoreTag(_) => self.tags(),
        }
    }

    /// Every tag that it names.
    pub(super) fn tags(&self) -> Vec<&str> {
        match self {
            Self::ChangeTags(done) => done.tags(),
            Self::RenameTag(done) => done.tags(),
            Self::SplitTag(done) => done.tags(),
            Self::ColorTag(done) => done.tags(),
            Self::RestoreTag(done) => done.tags(),
            _ => Vec::new(),
        }
    }

    /// Whether what was done was done to a conversation as a whole, or to several of its messages, so that the
    /// operation goes by its title.
    pub(super) const fn is_of_conversation(&self) -> bool {
        !matches!(
            self,
            Self::RestoreMessage { .. }
                | Self::DeleteMessage { .. }
                | Self::RevertEdit { .. }
                | Self::RestoreReply { .. }
                | Self::RestoreBookmark { .. }
                | Self::RestoreNote { .. }
                | Self::DeleteNote { .. }
                | Self::RestoreTemplate(_)
        )
    }

    /// Whether it brings one of these facts back.
    pub(super) fn restores_any(&self, facts: &[KeyFactId]) -> bool {
        matches!(self, Self::RestoreFacts(deleted) if deleted.has_any(facts))
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
