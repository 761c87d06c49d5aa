//! Folders of conversations: a tree within a profile, in an order made by hand.
//!
//! The folders in one have the positions 0 to n - 1, and names that differ by more than case. What the tables
//! refuse as well (loops, too many levels) is refused here first, in words.

mod delete;
mod place;
mod tree;

pub use delete::delete;
pub(crate) use delete::{FolderDeleted, restore};
pub use place::move_to;
pub(crate) use place::{FolderMoved, take_move_back};
pub use tree::{DEEPEST, MOST_FOLDERS};

use rusqlite::{OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};

use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::{FolderId, UserId};
use crate::kinds::OperationKind;
use crate::operation::{self, Inverse, Subject};
use crate::text::{self, LONGEST_FOLDER_NAME, LONGEST_ICON};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, user};
use tree::Tree;

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Folder {
    /// Its id.
    pub id: FolderId,
    /// What the learner calls it.
    pub name: String,
    /// In which folder it lies, if in one.
    pub parent_folder_id: Option<FolderId>,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// An emoji or another short text.
    pub icon: Option<String>,
    /// Its place among those that lie in the same one, from 0.
    pub position: u32,
    /// Conversations in it that are not in the trash; those in its folders are not counted.
    pub conversation_count: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What is needed to make a folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct NewFolder {
    /// 1 to 200 code points on one line.
    pub name: String,
    /// Left out: an outermost one.
    #[serde(default)]
    pub parent_folder_id: Option<FolderId>,
    /// `#rrggbb`.
    #[serde(default)]
    pub color: Option<String>,
    /// At most 64 code points on one line.
    #[serde(default)]
    pub icon: Option<String>,
}

/// What to change of a folder; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FolderPatch {
    /// See [`NewFolder::name`].
    pub name: Option<String>,
    /// See [`NewFolder::color`]; null: none any more.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub color: Option<Option<String>>,
    /// See [`NewFolder::icon`]; null: none any more.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub icon: Option<Option<String>>,
}

/// Tells null from a field that is absent.
fn given<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What a folder looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    name: String,
    color: Option<String>,
    icon: Option<String>,
}

impl Look {
    fn new(name: &str, color: Option<&str>, icon: Option<&str>) -> Result<Self, Error> {
        Ok(Self {
            name: text::line("name", name, LONGEST_FOLDER_NAME)?,
            color: color.map(text::color).transpose()?,
            icon: icon
                .map(|icon| text::line("icon", icon, LONGEST_ICON))
                .transpose()?,
        })
    }

    fn of(folder: &Folder) -> Self {
        Self {
            name: folder.name.clone(),
            color: folder.color.clone(),
            icon: folder.icon.clone(),
        }
    }
}

/// A folder that was given another look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FolderUpdated {
    folder: FolderId,
    was: Look,
    updated_to: Look,
}

impl FolderUpdated {
    pub(crate) fn texts(&self) -> Vec<&str> {
        vec![&self.was.name, &self.updated_to.name]
    }
}

pub(crate) const COLUMNS: &str = "id, name, parent_folder_id, color, icon, position,
    (SELECT count(*) FROM conversations
     WHERE folder_id = conversation_folders.id AND conversations.deleted_at IS NULL) AS conversation_count,
    created_at, updated_at";

impl Folder {
    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            name: columns.get("name")?,
            parent_folder_id: columns.get("parent_folder_id")?,
            color: columns.get("color")?,
            icon: columns.get("icon")?,
            position: columns.get("position")?,
            conversation_count: columns.get("conversation_count")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }
}

pub(crate) fn list_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM conversation_folders WHERE user_id = :user
         ORDER BY parent_folder_id, position, id"
    )
}

/// All folders of the learner: the outermost ones, then those of each folder together, by position.
pub fn list(tx: &ReadTx<'_>, user: UserId) -> Result<Vec<Folder>, Error> {
    let mut statement = tx.prepare(&list_sql())?;
    let rows = statement.query_map(named_params! { ":user": user }, Folder::from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The learner's folder with this id.
///
/// # Errors
/// `NotFound` if there is none, or if it is somebody else's.
pub fn get(tx: &ReadTx<'_>, user: UserId, id: FolderId) -> Result<Folder, Error> {
    let mut statement = tx.prepare(&format!(
        "SELECT {COLUMNS} FROM conversation_folders WHERE id = :id AND user_id = :user"
    ))?;
    statement
        .query_row(named_params! { ":id": id, ":user": user }, Folder::from_row)
        .optional()?
        .ok_or_else(|| Error::not_found("folder", id))
}

/// Refuses a folder that is not this learner's.
pub(crate) fn require(tx: &ReadTx<'_>, user: UserId, id: FolderId) -> Result<(), Error> {
    if exists(tx, user, id)? {
        Ok(())
    } else {
        Err(Error::not_found("folder", id))
    }
}

/// Whether this learner has such a folder.
pub(crate) fn exists(tx: &ReadTx<'_>, user: UserId, id: FolderId) -> Result<bool, Error> {
    let mut statement =
        tx.prepare("SELECT 1 FROM conversation_folders WHERE id = :id AND user_id = :user")?;
    Ok(statement.exists(named_params! { ":id": id, ":user": user })?)
}

/// Makes a folder, as the last one where it lies. That can be undone as long as it is empty.
///
/// # Errors
/// `Invalid` for a name, colour or icon that cannot be stored; `NotFound` for an unknown profile or parent;
/// `Conflict` if its parent has a folder of this name, lies too deep, or if there are 10,000 folders.
pub fn insert(
    tx: &WriteTx<'_>,
    user: UserId,
    new: &NewFolder,
    now: Timestamp,
) -> Result<Folder, Error> {
    let look = Look::new(&new.name, new.color.as_deref(), new.icon.as_deref())?;
    user::get(tx, user)?;
    let tree = Tree::read(tx, user)?;
    if let Some(parent) = new.parent_folder_id {
        tree.get(parent)?;
    }
    tree.check_room(1)?;
    tree.check_name(new.parent_folder_id, &look.name, None)?;
    tree.check_depth(new.parent_folder_id, 1)?;
    let id = FolderId::new(now);
    let siblings = tree.children(new.parent_folder_id);
    tree::number(tx, siblings)?;
    let stored = Stored {
        id,
        parent: new.parent_folder_id,
        look,
        position: u32::try_from(siblings.len()).unwrap_or(u32::MAX),
        created_at: now,
    };
    stored.insert(tx, user, now)?;
    operation::record(
        tx,
        user,
        OperationKind::FolderCreate,
        Subject::Folder {
            name: &stored.look.name,
        },
        &Inverse::RemoveFolder { folder: id },
        now,
    )?;
    get(tx, user, id)
}

/// Gives a folder another name, colour or icon. That can be undone; what changes nothing is not done.
///
/// # Errors
/// `Invalid` for what cannot be stored; `NotFound` like [`get`]; `Conflict` if another folder beside it is called
/// so.
pub fn update(
    tx: &WriteTx<'_>,
    user: UserId,
    id: FolderId,
    patch: FolderPatch,
    now: Timestamp,
) -> Result<Folder, Error> {
    let folder = get(tx, user, id)?;
    let FolderPatch { name, color, icon } = patch;
    let was = Look::of(&folder);
    let color = color.unwrap_or_else(|| was.color.clone());
    let icon = icon.unwrap_or_else(|| was.icon.clone());
    let look = Look::new(
        name.as_deref().unwrap_or(&was.name),
        color.as_deref(),
        icon.as_deref(),
    )?;
    if look == was {
        return Ok(folder);
    }
    store_look(tx, user, &folder, &look, now)?;
    operation::record(
        tx,
        user,
        OperationKind::FolderUpdate,
        Subject::Folder { name: &look.name },
        &Inverse::UpdateFolder(FolderUpdated {
            folder: id,
            was,
            updated_to: look.clone(),
        }),
        now,
    )?;
    get(tx, user, id)
}

fn store_look(
    tx: &WriteTx<'_>,
    user: UserId,
    folder: &Folder,
    look: &Look,
    now: Timestamp,
) -> Result<(), Error> {
    let tree = Tree::read(tx, user)?;
    tree.check_name(folder.parent_folder_id, &look.name, Some(folder.id))?;
    tx.prepare(
        "UPDATE conversation_folders SET name = :name, color = :color, icon = :icon, updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": folder.id,
        ":name": look.name,
        ":color": look.color,
        ":icon": look.icon,
        ":now": now,
    })?;
    tx.changed(Entity::Folder, ChangeKind::Updated, folder.id);
    Ok(())
}

/// Undoes [`update`].
///
/// # Errors
/// `Conflict` if the folder looks otherwise by now or is gone, or if another one beside it has the old name.
pub(crate) fn take_update_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &FolderUpdated,
    now: Timestamp,
) -> Result<(), Error> {
    let folder = get(tx, user, done.folder).map_err(gone_is_conflict)?;
    if Look::of(&folder) != done.updated_to {
        return Err(Error::conflict("This folder was changed since."));
    }
    store_look(tx, user, &folder, &done.was, now)
}

/// Undoes [`insert`].
///
/// # Errors
/// `Conflict` if the folder is gone, or if something lies in it, be it something that is in the trash for now.
pub(crate) fn remove_empty(tx: &WriteTx<'_>, user: UserId, id: FolderId) -> Result<(), Error> {
    let tree = Tree::read(tx, user)?;
    let parent = tree.get(id).map_err(gone_is_conflict)?.parent;
    let in_it: Option<bool> = tx
        .prepare("SELECT max(deleted_at IS NULL) FROM conversations WHERE folder_id = :id")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))?;
    if in_it == Some(true) || !tree.children(Some(id)).is_empty() {
        return Err(Error::conflict("This folder is not empty any more."));
    }
    if in_it.is_some() {
        return Err(Error::conflict(
            "Something in the trash belongs into this folder.",
        ));
    }
    tx.prepare("DELETE FROM conversation_folders WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    tree::number(tx, &tree::without(tree.children(parent), id))?;
    tx.changed(Entity::Folder, ChangeKind::Deleted, id);
    Ok(())
}

/// A folder as it is in its table, and in what brings it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    id: FolderId,
    parent: Option<FolderId>,
    look: Look,
    position: u32,
    created_at: Timestamp,
}

impl Stored {
    fn of(folder: &Folder) -> Self {
        Self {
            id: folder.id,
            parent: folder.parent_folder_id,
            look: Look::of(folder),
            position: folder.position,
            created_at: folder.created_at,
        }
    }

    fn insert(&self, tx: &WriteTx<'_>, user: UserId, now: Timestamp) -> Result<(), Error> {
        tx.prepare(
            "INSERT INTO conversation_folders
                 (id, user_id, name, parent_folder_id, color, icon, position, created_at, updated_at)
             VALUES (:id, :user, :name, :parent, :color, :icon, :position, :created_at, :now)",
        )?
        .execute(named_params! {
            ":id": self.id,
            ":user": user,
            ":name": self.look.name,
            ":parent": self.parent,
            ":color": self.look.color,
            ":icon": self.look.icon,
            ":position": self.position,
            ":created_at": self.created_at,
            ":now": now,
        })?;
        tx.changed(Entity::Folder, ChangeKind::Inserted, self.id);
        Ok(())
    }
}

/// The operation is there, so its folder was.
fn gone_is_conflict(error: Error) -> Error {
    match error {
        Error::NotFound { .. } => Error::conflict("This folder is not there any more."),
        other => other,
    }
}
