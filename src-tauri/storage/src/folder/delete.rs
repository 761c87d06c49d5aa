//! The end of a folder, and the way back.
//!
//! The folders in it go with it. Its conversations stay, and so do those of the folders in it: they come to lie in
//! the folder around it, so that what was sorted under a heading stays under that; or in none, if it was an
//! outermost one. What lies in the trash goes along, so that it comes back to there.

use std::collections::HashMap;

use rusqlite::named_params;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::tree::{self, Tree};
use super::{Stored, get};
use crate::change::{ChangeKind, Entity};
use crate::id::{ConversationId, FolderId, UserId};
use crate::kinds::{EventType, OperationKind};
use crate::operation::{self, Inverse, Operation, Subject};
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, event};

/// Folders that were deleted together, the outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FolderDeleted {
    folders: Vec<FolderWithContents>,
    /// Where the conversations were put.
    put_into: Option<FolderId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FolderWithContents {
    folder: Stored,
    contents: Vec<ConversationId>,
}

impl FolderDeleted {
    pub(crate) fn texts(&self) -> Vec<&str> {
        let folders = self.folders.iter();
        folders.map(|one| one.folder.look.name.as_str()).collect()
    }

    /// How many levels the folders take. Each stands after the one in which it lies.
    fn levels(&self) -> usize {
        let mut levels: HashMap<FolderId, usize> = HashMap::new();
        for FolderWithContents { folder, .. } in &self.folders {
            let around = folder.parent.and_then(|parent| levels.get(&parent));
            let level = around.map_or(1, |level| level + 1);
            levels.insert(folder.id, level);
        }
        levels.into_values().max().unwrap_or_default()
    }
}

/// Deletes a folder and those within it. Their conversations come to lie in the folder around it, or in none. Gives
/// what can be undone.
///
/// # Errors
/// `NotFound` like [`get`].
pub fn delete(
    tx: &WriteTx<'_>,
    user: UserId,
    id: FolderId,
    now: Timestamp,
) -> Result<Operation, Error> {
    let tree = Tree::read(tx, user)?;
    let parent = tree.get(id)?.parent;
    let mut folders = Vec::new();
    for id in tree.within(id) {
        let contents = contents(tx, id)?;
        for conversation in &contents {
            put(tx, user, *conversation, (Some(id), parent), now)?;
        }
        folders.push(FolderWithContents {
            folder: Stored::of(&get(tx, user, id)?),
            contents,
        });
        tx.changed(Entity::Folder, ChangeKind::Deleted, id);
    }
    // What lies in it goes by reference.
    tx.prepare("DELETE FROM conversation_folders WHERE id = :id")?
        .execute(named_params! { ":id": id })?;
    tree::number(tx, &tree::without(tree.children(parent), id))?;
    let name = folders
        .first()
        .map(|outermost| outermost.folder.look.name.clone())
        .unwrap_or_default();
    operation::record(
        tx,
        user,
        OperationKind::FolderDelete,
        Subject::Folder { name: &name },
        &Inverse::RestoreFolders(FolderDeleted {
            folders,
            put_into: parent,
        }),
        now,
    )
}

/// Undoes [`delete`]: the folders are there again, and in them the conversations that are still where they were put.
///
/// # Errors
/// `Conflict` if the folder around them is gone or has one of that name by now, or if they do not fit any more.
pub(crate) fn restore(
    tx: &WriteTx<'_>,
    user: UserId,
    deleted: &FolderDeleted,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(FolderWithContents { folder, .. }) = deleted.folders.first() else {
        return Err(Error::internal("a deletion of no folder"));
    };
    let parent = folder.parent;
    let tree = Tree::read(tx, user)?;
    if parent.is_some_and(|parent| !tree.has(parent)) {
        return Err(Error::conflict(
            "The folder in which this was is not there any more.",
        ));
    }
    tree.check_room(deleted.folders.len())?;
    tree.check_name(parent, &folder.look.name, None)?;
    tree.check_depth(parent, deleted.levels())?;
    for one in &deleted.folders {
        one.folder.insert(tx, user, now)?;
        for conversation in &one.contents {
            let (from, to) = (deleted.put_into, Some(one.folder.id));
            put(tx, user, *conversation, (from, to), now)?;
        }
    }
    let mut order = tree.children(parent).to_vec();
    let at = usize::try_from(folder.position).unwrap_or(usize::MAX);
    order.insert(at.min(order.len()), folder.id);
    tree::number(tx, &order)
}

/// The conversations in a folder, also those in the trash.
fn contents(tx: &ReadTx<'_>, folder: FolderId) -> Result<Vec<ConversationId>, Error> {
    let mut statement = tx.prepare("SELECT id FROM conversations WHERE folder_id = :folder")?;
    let rows = statement.query_map(named_params! { ":folder": folder }, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts a conversation from one folder into another, if it is in that one.
fn put(
    tx: &WriteTx<'_>,
    user: UserId,
    id: ConversationId,
    (from, to): (Option<FolderId>, Option<FolderId>),
    now: Timestamp,
) -> Result<(), Error> {
    let is_in_trash: Vec<bool> = tx
        .prepare(
            "UPDATE conversations SET folder_id = :to, updated_at = :now
             WHERE id = :id AND user_id = :user AND folder_id IS :from RETURNING deleted_at IS NOT NULL",
        )?
        .query_map(
            named_params! { ":id": id, ":user": user, ":from": from, ":to": to, ":now": now },
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    let Some(is_in_trash) = is_in_trash.first() else {
        return Ok(());
    };
    event::append(
        tx,
        id,
        EventType::ConversationMoved,
        &json!({ "folderId": to }),
        now,
    )?;
    if !is_in_trash {
        tx.changed_conversation(ChangeKind::Updated, id);
    }
    Ok(())
}
