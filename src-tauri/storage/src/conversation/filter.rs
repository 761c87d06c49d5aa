//! Which conversations a list shows, as conditions of its statements.
//!
//! Whatever is chosen, a list is walked along the index of its order; what it leaves out is left out on the way. So
//! nothing is sorted, and a page begins after a key as ever. What is in a folder has an index in that order; the
//! conversations of a tag and the unread ones are looked up once, by indexes of their own, and then met on the way.

use rusqlite::ToSql;
use serde::Deserialize;

use crate::id::{FolderId, UserId};
use crate::kinds::ConversationStatus;
use crate::time::Timestamp;
use crate::tx::ReadTx;
use crate::{Error, folder, tag, text};

/// Which conversations are listed; by default all but archived ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ListFilter {
    /// Left out: wherever they lie.
    pub folder: Option<FolderScope>,
    /// With this tag, however it is spelt.
    pub tag: Option<String>,
    /// Left out: all but archived ones.
    pub status: StatusScope,
    /// Only those with something unread.
    pub unread: bool,
}

/// Where conversations lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum FolderScope {
    /// In this folder itself, not in the folders in it.
    In(FolderId),
    /// In no folder.
    None,
}

/// What the learner does with conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum StatusScope {
    /// Anything but archived.
    #[default]
    Current,
    /// Anything.
    All,
    /// Just this.
    Only(ConversationStatus),
}

/// The two parts of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Pinned,
    Recent,
}

/// A filter whose folder is there and whose tag is known by its spellings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    folder: Option<FolderScope>,
    /// A JSON array.
    spellings: Option<String>,
    status: StatusScope,
    unread: bool,
}

impl Chosen {
    /// `None` if nothing can be listed, since no conversation has the tag.
    ///
    /// # Errors
    /// `NotFound` if this learner has no such folder.
    pub(super) fn of(
        tx: &ReadTx<'_>,
        user: UserId,
        filter: &ListFilter,
    ) -> Result<Option<Self>, Error> {
        if let Some(FolderScope::In(folder)) = filter.folder {
            folder::require(tx, user, folder)?;
        }
        let spellings = match &filter.tag {
            None => None,
            Some(tag) => {
                let spellings = tag::spellings(tx, &text::name_key(tag))?;
                if spellings.is_empty() {
                    return Ok(None);
                }
                Some(serde_json::json!(spellings).to_string())
            }
        };
        Ok(Some(Self {
            folder: filter.folder,
            spellings,
            status: filter.status,
            unread: filter.unread,
        }))
    }

    /// The conditions for one part of the list, with the one that names the learner.
    ///
    /// A plus keeps SQLite from going along another index than the one of the order; and left to itself it would look
    /// for unread ones among all that are not in the trash.
    pub(super) fn sql(&self, part: Part) -> String {
        let mut sql = String::from(match (self.folder, part) {
            (None, _) => "user_id = :user",
            (Some(FolderScope::In(_)), Part::Pinned) => "user_id = :user AND +folder_id = :folder",
            (Some(FolderScope::In(_)), Part::Recent) => "+user_id = :user AND folder_id = :folder",
            (Some(FolderScope::None), _) => "user_id = :user AND +folder_id IS NULL",
        });
        sql.push_str(match self.status {
            StatusScope::Current => " AND status <> 'archived'",
            StatusScope::All => "",
            StatusScope::Only(_) => " AND status = :status",
        });
        if self.spellings.is_some() {
            sql.push_str(
                " AND +id IN (SELECT conversation_id FROM conversation_tags
                     WHERE tag IN (SELECT value FROM json_each(:tags)))",
            );
        }
        if self.unread {
            sql.push_str(
                " AND +id IN (SELECT unread.id FROM conversations AS unread INDEXED BY conversations_unread
                     WHERE unread.user_id = :user AND unread.deleted_at IS NULL
                         AND unread.last_message_at > unread.last_read_at)",
            );
        }
        sql
    }

    /// The parameters of [`Self::sql`], besides the user.
    pub(super) fn parameters(&self) -> Vec<(&'static str, &dyn ToSql)> {
        let mut parameters: Vec<(&'static str, &dyn ToSql)> = Vec::new();
        if let Some(FolderScope::In(folder)) = &self.folder {
            parameters.push((":folder", folder));
        }
        if let StatusScope::Only(status) = &self.status {
            parameters.push((":status", status));
        }
        if let Some(spellings) = &self.spellings {
            parameters.push((":tags", spellings));
        }
        parameters
    }

    /// The filters whose plans are worth a look, each with the names of the two parts of its list.
    pub(super) fn each_kind() -> [([&'static str; 2], Self); 7] {
        // Whichever: only the statement is looked at.
        let folder = Some(FolderScope::In(FolderId::new(Timestamp::from_millis(0))));
        let spellings = Some(String::new());
        let all = Self::default;
        [
            (["list page, pinned", "list page, recent"], all()),
            (
                ["folder's page, pinned", "folder's page, recent"],
                Self { folder, ..all() },
            ),
            (
                ["page without folder, pinned", "page without folder, recent"],
                Self {
                    folder: Some(FolderScope::None),
                    ..all()
                },
            ),
            (
                ["tag's page, pinned", "tag's page, recent"],
                Self {
                    spellings: spellings.clone(),
                    ..all()
                },
            ),
            (
                ["status's page, pinned", "status's page, recent"],
                Self {
                    status: StatusScope::Only(ConversationStatus::Archived),
                    ..all()
                },
            ),
            (
                ["unread page, pinned", "unread page, recent"],
                Self {
                    unread: true,
                    ..all()
                },
            ),
            (
                ["page of all filters, pinned", "page of all filters, recent"],
                Self {
                    folder,
                    spellings,
                    status: StatusScope::Only(ConversationStatus::Active),
                    unread: true,
                },
            ),
        ]
    }
}
