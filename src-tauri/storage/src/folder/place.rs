//! A folder's place: in which one it lies, and before which other.

use rusqlite::named_params;
use serde::{Deserialize, Serialize};

use super::tree::{self, Tree};
use super::{Folder, get, gone_is_conflict};
use crate::Error;
use crate::change::{ChangeKind, Entity};
use crate::id::{FolderId, UserId};
use crate::kinds::OperationKind;
use crate::operation::{self, Inverse, Subject};
use crate::time::Timestamp;
use crate::tx::WriteTx;

/// A folder that was put elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FolderMoved {
    folder: FolderId,
    was_in: Option<FolderId>,
    was_at: u32,
    moved_to: Option<FolderId>,
}

/// Puts a folder, with all within it, into another one or none; before one of those there, or at the end. That can
/// be undone; what changes nothing is not done.
///
/// # Errors
/// `NotFound` if one of the folders is not this learner's; `Invalid` if it is to go before itself; `Conflict` if it
/// would lie in itself or too deep, if a folder there has its name, or if `before` lies elsewhere.
pub fn move_to(
    tx: &WriteTx<'_>,
    user: UserId,
    id: FolderId,
    parent: Option<FolderId>,
    before: Option<FolderId>,
    now: Timestamp,
) -> Result<Folder, Error> {
    let folder = get(tx, user, id)?;
    let tree = Tree::read(tx, user)?;
    for other in parent.iter().chain(&before) {
        tree.get(*other)?;
    }
    if before == Some(id) {
        return Err(Error::invalid(
            "place",
            "must not be before the folder itself",
        ));
    }
    let others = tree::without(tree.children(parent), id);
    let at = match before {
        None => others.len(),
        Some(before) => others
            .iter()
            .position(|other| *other == before)
            .ok_or_else(|| {
                Error::conflict("The folder before which this was to go lies elsewhere.")
            })?,
    };
    if !put(tx, &tree, &folder, parent, at, now)? {
        return Ok(folder);
    }
    operation::record(
        tx,
        user,
        OperationKind::FolderMove,
        Subject::Folder { name: &folder.name },
        &Inverse::MoveFolder(FolderMoved {
            folder: id,
            was_in: folder.parent_folder_id,
            was_at: folder.position,
            moved_to: parent,
        }),
        now,
    )?;
    get(tx, user, id)
}

/// Undoes [`move_to`].
///
/// # Errors
/// `Conflict` if the folder was put elsewhere since, if one of the two is gone, or if it does not fit any more where
/// it was.
pub(crate) fn take_move_back(
    tx: &WriteTx<'_>,
    user: UserId,
    done: &FolderMoved,
    now: Timestamp,
) -> Result<(), Error> {
    let folder = get(tx, user, done.folder).map_err(gone_is_conflict)?;
    if folder.parent_folder_id != done.moved_to {
        return Err(Error::conflict("This folder was put elsewhere since."));
    }
    let tree = Tree::read(tx, user)?;
    if done.was_in.is_some_and(|parent| !tree.has(parent)) {
        return Err(Error::conflict(
            "The folder in which this was is not there any more.",
        ));
    }
    let at = usize::try_from(done.was_at).unwrap_or(usize::MAX);
    put(tx, &tree, &folder, done.was_in, at, now).map(drop)
}

/// Puts a folder into `parent` as the one at `at`, or the last one. Gives whether it was not there.
fn put(
    tx: &WriteTx<'_>,
    tree: &Tree,
    folder: &Folder,
    parent: Option<FolderId>,
    at: usize,
    now: Timestamp,
) -> Result<bool, Error> {
    let (id, from) = (folder.id, folder.parent_folder_id);
    tree.check_not_within(id, parent)?;
    tree.check_name(parent, &folder.name, Some(id))?;
    tree.check_depth(parent, tree.levels(id))?;
    let mut order = tree::without(tree.children(parent), id);
    order.insert(at.min(order.len()), id);
    if from == parent && order == tree.children(parent) {
        return Ok(false);
    }
    tx.prepare(
        "UPDATE conversation_folders SET parent_folder_id = :parent, updated_at = :now WHERE id = :id",
    )?
    .execute(named_params! { ":id": id, ":parent": parent, ":now": now })?;
    tree::number(tx, &order)?;
    if from != parent {
        tree::number(tx, &tree::without(tree.children(from), id))?;
    }
    tx.changed(Entity::Folder, ChangeKind::Updated, id);
    Ok(true)
}
