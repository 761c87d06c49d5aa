//! The folders of the model of [`crate::organising_model`].

use std::collections::BTreeMap;

use parlance_storage::FolderId;

use crate::organising_model::{Code, Folder, Given, State, Undo, key};

/// How deep folders nest.
const DEEPEST: usize = 32;

impl State {
    /// The folder, what it lies in, and so on.
    fn line_up(&self, from: Option<FolderId>) -> Vec<FolderId> {
        std::iter::successors(from, |id| self.folders[id].parent).collect()
    }

    /// The folder and all within it, each after the one in which it lies.
    pub fn within(&self, id: FolderId) -> Vec<FolderId> {
        let mut found = vec![id];
        let mut next = 0;
        while next < found.len() {
            found.extend(self.children(Some(found[next])));
            next += 1;
        }
        found
    }

    pub fn name_is_taken(
        &self,
        parent: Option<FolderId>,
        name: &str,
        own: Option<FolderId>,
    ) -> bool {
        let mut others = self
            .children(parent)
            .into_iter()
            .filter(|id| Some(*id) != own);
        others.any(|id| key(&self.folders[&id].name) == key(name))
    }

    /// Whether folders of so many levels do not fit into a folder.
    pub fn is_too_deep(&self, parent: Option<FolderId>, levels: usize) -> bool {
        self.line_up(parent).len() + levels > DEEPEST
    }

    fn levels(&self, id: FolderId) -> usize {
        let own = self.line_up(Some(id)).len();
        let depths = self
            .within(id)
            .into_iter()
            .map(|one| self.line_up(Some(one)).len());
        depths.max().unwrap() - own + 1
    }

    /// Puts a folder into another one, at a place or the end. Gives whether it was not there.
    pub fn put_folder(
        &mut self,
        id: FolderId,
        parent: Option<FolderId>,
        at: usize,
    ) -> Result<bool, Code> {
        let Folder { name, parent: from } = self.folders[&id].clone();
        let is_within = self.line_up(parent).contains(&id);
        if is_within
            || self.name_is_taken(parent, &name, Some(id))
            || self.is_too_deep(parent, self.levels(id))
        {
            return Err("conflict");
        }
        let before = self.clone();
        self.children
            .entry(from)
            .or_default()
            .retain(|one| *one != id);
        let order = self.children.entry(parent).or_default();
        order.insert(at.min(order.len()), id);
        self.folders.get_mut(&id).unwrap().parent = parent;
        Ok(*self != before)
    }

    pub fn remove_folder(&mut self, id: FolderId) {
        let folder = self.folders.remove(&id).unwrap();
        self.children.remove(&Some(id));
        let order = self.children.get_mut(&folder.parent).unwrap();
        order.retain(|one| *one != id);
    }

    pub fn make_folder(
        &mut self,
        name: &str,
        parent: Option<FolderId>,
        given: Given,
    ) -> Result<Option<Undo>, Code> {
        if self.name_is_taken(parent, name, None) || self.is_too_deep(parent, 1) {
            return Err("conflict");
        }
        let id = given.folder.unwrap();
        let name = name.to_owned();
        self.folders.insert(id, Folder { name, parent });
        self.children.entry(parent).or_default().push(id);
        Ok(Some(Undo::RemoveFolder(id)))
    }

    pub fn rename_folder(&mut self, id: FolderId, name: &str) -> Result<Option<Undo>, Code> {
        let Folder { name: was, parent } = self.folders[&id].clone();
        if was == name {
            return Ok(None);
        }
        if self.name_is_taken(parent, name, Some(id)) {
            return Err("conflict");
        }
        name.clone_into(&mut self.folders.get_mut(&id).unwrap().name);
        Ok(Some(Undo::NameFolder(id, was, name.to_owned())))
    }

    pub fn move_folder(
        &mut self,
        id: FolderId,
        parent: Option<FolderId>,
        before: Option<FolderId>,
    ) -> Result<Option<Undo>, Code> {
        if before == Some(id) {
            return Err("invalid");
        }
        let from = self.folders[&id].parent;
        let was_at = self
            .children(from)
            .iter()
            .position(|one| *one == id)
            .unwrap();
        let mut others = self.children(parent).into_iter().filter(|one| *one != id);
        let at = match before {
            None => others.count(),
            Some(before) => others.position(|one| one == before).ok_or("conflict")?,
        };
        let undo = Undo::PlaceFolder {
            id,
            was: (from, was_at),
            moved_to: parent,
        };
        Ok(self.put_folder(id, parent, at)?.then_some(undo))
    }

    pub fn delete_folder(&mut self, id: FolderId) -> Undo {
        let parent = self.folders[&id].parent;
        let position = self
            .children(parent)
            .iter()
            .position(|one| *one == id)
            .unwrap();
        let within = self.within(id);
        let mut folders = Vec::new();
        let mut children = BTreeMap::new();
        for one in &within {
            let in_it = self
                .talks
                .iter_mut()
                .filter(|(_, talk)| talk.folder == Some(*one));
            let contents = in_it.map(|(id, talk)| {
                talk.folder = parent;
                *id
            });
            folders.push((*one, self.folders[one].clone(), contents.collect()));
            children.insert(Some(*one), self.children(Some(*one)));
        }
        within
            .into_iter()
            .rev()
            .for_each(|one| self.remove_folder(one));
        Undo::RestoreFolders {
            folders,
            children,
            position,
        }
    }

    pub fn children(&self, parent: Option<FolderId>) -> Vec<FolderId> {
        self.children.get(&parent).cloned().unwrap_or_default()
    }
}
