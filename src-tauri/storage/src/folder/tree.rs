//! All folders of a learner at once: what may lie where, and in which order.
//!
//! There are at most ten thousand, and every rule (no loop, not too deep, no name twice, no gap) is about several
//! of them, so they are read together. A loop, which only damage can have made, ends every walk.

use std::collections::HashMap;

use rusqlite::named_params;

use crate::id::{FolderId, UserId};
use crate::tx::{ReadTx, WriteTx};
use crate::{Error, text};

/// How deep folders nest, the outermost one counted.
pub const DEEPEST: usize = 32;
/// The most folders of a profile.
pub const MOST_FOLDERS: usize = 10_000;

/// What matters of a folder here.
pub(super) struct Node {
    pub(super) parent: Option<FolderId>,
    /// The same for names that differ by case alone.
    key: String,
}

pub(super) struct Tree {
    nodes: HashMap<FolderId, Node>,
    /// In their order.
    children: HashMap<Option<FolderId>, Vec<FolderId>>,
}

impl Tree {
    pub(super) fn read(tx: &ReadTx<'_>, user: UserId) -> Result<Self, Error> {
        let mut statement = tx.prepare(
            "SELECT id, parent_folder_id, name FROM conversation_folders
             WHERE user_id = :user ORDER BY parent_folder_id, position, id",
        )?;
        let mut rows = statement.query(named_params! { ":user": user })?;
        let mut tree = Self {
            nodes: HashMap::new(),
            children: HashMap::new(),
        };
        while let Some(row) = rows.next()? {
            let (id, parent, name): (_, _, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let key = text::name_key(&name);
            tree.children.entry(parent).or_default().push(id);
            tree.nodes.insert(id, Node { parent, key });
        }
        Ok(tree)
    }

    pub(super) fn has(&self, id: FolderId) -> bool {
        self.nodes.contains_key(&id)
    }

    /// # Errors
    /// `NotFound` if this learner has no such folder.
    pub(super) fn get(&self, id: FolderId) -> Result<&Node, Error> {
        self.nodes
            .get(&id)
            .ok_or_else(|| Error::not_found("folder", id))
    }

    /// The folders in `parent`, or the outermost ones, in their order.
    pub(super) fn children(&self, parent: Option<FolderId>) -> &[FolderId] {
        self.children.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// The folder and all within it, each after the one in which it lies.
    pub(super) fn within(&self, id: FolderId) -> Vec<FolderId> {
        let mut found = vec![id];
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            next += 1;
            let children = self.children(Some(parent)).iter().copied();
            found.extend(children.filter(|child| *child != id));
        }
        found
    }

    /// # Errors
    /// `Conflict` if there are so many folders that `more` would be too many.
    pub(super) fn check_room(&self, more: usize) -> Result<(), Error> {
        if self.nodes.len() + more > MOST_FOLDERS {
            return Err(Error::conflict(format!(
                "There can be at most {MOST_FOLDERS} folders."
            )));
        }
        Ok(())
    }

    /// A name that the folder `own` has there already is not refused: names that are one by now may have been two when
    /// they were given, and such a folder can still be coloured and moved.
    ///
    /// # Errors
    /// `Conflict` if another folder than `own` in `parent` is called so.
    pub(super) fn check_name(
        &self,
        parent: Option<FolderId>,
        name: &str,
        own: Option<FolderId>,
    ) -> Result<(), Error> {
        let key = text::name_key(name);
        let called_so: Vec<FolderId> = self
            .children(parent)
            .iter()
            .filter(|id| self.nodes.get(id).is_some_and(|node| node.key == key))
            .copied()
            .collect();
        let is_own = own.is_some_and(|own| called_so.contains(&own));
        let is_taken = !called_so.is_empty() && !is_own;
        if is_taken {
            return Err(Error::conflict("There is a folder of this name already."));
        }
        Ok(())
    }

    /// # Errors
    /// `Conflict` if folders of so many levels do not fit into `parent`.
    pub(super) fn check_depth(&self, parent: Option<FolderId>, levels: usize) -> Result<(), Error> {
        if self.depth(parent) + levels > DEEPEST {
            return Err(Error::conflict(format!(
                "Folders can lie at most {DEEPEST} deep in each other."
            )));
        }
        Ok(())
    }

    /// # Errors
    /// `Conflict` if `parent` is the folder `id` or lies in it.
    pub(super) fn check_not_within(
        &self,
        id: FolderId,
        parent: Option<FolderId>,
    ) -> Result<(), Error> {
        let mut above = self.line_up(parent);
        if above.any(|folder| folder == id) {
            return Err(Error::conflict("A folder cannot be put into itself."));
        }
        Ok(())
    }

    /// How many levels the folder and what is within it take.
    pub(super) fn levels(&self, id: FolderId) -> usize {
        let own = self.depth(Some(id));
        let within = self.within(id);
        let deepest = within.iter().map(|folder| self.depth(Some(*folder))).max();
        deepest.map_or(1, |deepest| deepest.saturating_sub(own) + 1)
    }

    /// How many folders lie around what is in `parent`.
    fn depth(&self, parent: Option<FolderId>) -> usize {
        self.line_up(parent).count()
    }

    /// A folder, the one in which it lies, and so on.
    fn line_up(&self, from: Option<FolderId>) -> impl Iterator<Item = FolderId> {
        std::iter::successors(from, |id| self.nodes.get(id).and_then(|node| node.parent))
            .take(DEEPEST + 1)
    }
}

/// Gives the folders in `order`, which are all that lie in one, the positions from 0. The others move up or down by
/// it, which is no change of theirs: only the one that was made, moved or deleted is told.
pub(super) fn number(tx: &WriteTx<'_>, order: &[FolderId]) -> Result<(), Error> {
    for (id, position) in order.iter().zip(0_u32..) {
        tx.prepare(
            "UPDATE conversation_folders SET position = :position WHERE id = :id AND position <> :position",
        )?
        .execute(named_params! { ":id": id, ":position": position })?;
    }
    Ok(())
}

/// The same without the one.
pub(super) fn without(order: &[FolderId], id: FolderId) -> Vec<FolderId> {
    order.iter().copied().filter(|other| *other != id).collect()
}
