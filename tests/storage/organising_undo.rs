//! What becomes of the model of [`crate::organising_model`] when something is taken back, and what is forgotten.

use parlance_storage::{ConversationId, OperationId};

use crate::organising_model::{Code, Deed, State, Talk, Undo, key};

/// How many operations are kept.
const MOST_KEPT: usize = 30;

impl State {
    /// Takes it back, or says with which code that is refused.
    pub fn take_back(&mut self, undo: &Undo, deleted_at: i64) -> Result<(), Code> {
        match undo {
            Undo::RemoveFolder(id) => {
                self.require(self.folders.contains_key(id))?;
                let is_used = self.talks.values().any(|talk| talk.folder == Some(*id));
                self.require(!is_used && self.children(Some(*id)).is_empty())?;
                self.remove_folder(*id);
            }
            Undo::NameFolder(id, was, named) => {
                let folder = self.folders.get(id).ok_or("conflict")?.clone();
                self.require(folder.name == *named)?;
                self.require(!self.name_is_taken(folder.parent, was, Some(*id)))?;
                self.folders.get_mut(id).unwrap().name.clone_from(was);
            }
            Undo::PlaceFolder {
                id,
                was: (parent, at),
                moved_to,
            } => {
                let folder = self.folders.get(id).ok_or("conflict")?;
                self.require(folder.parent == *moved_to)?;
                self.require(parent.is_none_or(|parent| self.folders.contains_key(&parent)))?;
                self.put_folder(*id, *parent, *at)?;
            }
            Undo::RestoreFolders { .. } => self.restore_folders(undo)?,
            Undo::File(was, to) => {
                let mut folders = was.iter().filter_map(|(_, folder)| *folder);
                self.require(folders.all(|folder| self.folders.contains_key(&folder)))?;
                self.set_back(was, to, |talk| &mut talk.folder)?;
            }
            Undo::Status(was, to) => self.set_back(was, to, |talk| &mut talk.status)?,
            Undo::Level(was, to) => self.set_back(was, to, |talk| &mut talk.level)?,
            Undo::Tags { added, removed } => self.take_tags_back(added, removed)?,
            Undo::RenameTag(was, named) => {
                self.require(self.spelling(named).as_ref() == Some(named))?;
                self.require(key(was) == key(named) || self.spelling(was).is_none())?;
                self.respell(named, was);
            }
            Undo::SplitTag {
                was,
                into,
                changed,
                had_both,
            } => {
                let tagged = self.tagged(into);
                let mut ours = tagged
                    .iter()
                    .filter(|id| changed.contains(id) || had_both.contains(id));
                self.require(self.spelling(was).is_none() && ours.next().is_some())?;
                for id in tagged {
                    if changed.contains(&id) {
                        self.take_off(id, into);
                        self.put_on(id, was);
                    } else if had_both.contains(&id) {
                        self.put_on(id, was);
                    }
                }
            }
            Undo::RestoreTag(was, tagged) => {
                let mut there = tagged.clone();
                there.retain(|id| self.talks.contains_key(id));
                self.require(self.spelling(was).is_none() && !there.is_empty())?;
                there.iter().for_each(|id| self.put_on(*id, was));
            }
            Undo::Unpin(ids, at) => {
                self.require(ids.iter().all(|id| self.is_pinned_since(*id, *at)))?;
                self.unpin(ids);
            }
            Undo::PinAgain(was) => {
                let is_free =
                    |id: &ConversationId| self.live(*id) && self.talks[id].pinned_at.is_none();
                self.require(was.iter().all(|(id, _, _)| is_free(id)))?;
                for (id, at, _) in was {
                    self.talk(*id).pinned_at = Some(*at);
                }
                self.put_pins(was.iter().map(|(id, _, place)| (*id, *place)).collect());
            }
            Undo::PlacePin(id, at, place) => {
                self.require(self.is_pinned_since(*id, *at))?;
                self.put_pins(vec![(*id, *place)]);
            }
            Undo::Restore(ids, at) => {
                let since = |id| self.talks.get(id).and_then(|talk| talk.trashed);
                self.require(
                    ids.iter()
                        .all(|id| since(id).is_some_and(|(since, _)| since == *at)),
                )?;
                self.take_out_of_trash(ids);
            }
            Undo::Delete(id) => {
                self.require(self.live(*id))?;
                self.put_into_trash(&[*id], deleted_at);
            }
        }
        Ok(())
    }

    fn require(&self, is_so: bool) -> Result<(), Code> {
        if is_so { Ok(()) } else { Err("conflict") }
    }

    fn is_pinned_since(&self, id: ConversationId, at: i64) -> bool {
        self.live(id) && self.talks[&id].pinned_at == Some(at)
    }

    fn set_back<T: Clone + PartialEq>(
        &mut self,
        was: &[(ConversationId, T)],
        to: &T,
        field: impl Fn(&mut Talk) -> &mut T,
    ) -> Result<(), Code> {
        for (id, was) in was {
            self.require(self.live(*id))?;
            let current = field(self.talk(*id));
            if current != to {
                return Err("conflict");
            }
            current.clone_from(was);
        }
        Ok(())
    }

    fn take_tags_back(
        &mut self,
        added: &[(ConversationId, String)],
        removed: &[(ConversationId, String)],
    ) -> Result<(), Code> {
        for (id, tag) in added {
            self.require(self.live(*id))?;
            // The same tag in another spelling is the same only as far as SQLite can tell.
            let current = self.talks[id].tags.get(&key(tag)).cloned();
            self.require(current.is_some_and(|current| current.eq_ignore_ascii_case(tag)))?;
            self.take_off(*id, tag);
        }
        for (id, tag) in removed {
            self.require(self.live(*id) && !self.talks[id].tags.contains_key(&key(tag)))?;
            let spelling = self.spelling(tag).unwrap_or_else(|| tag.clone());
            self.put_on(*id, &spelling);
        }
        Ok(())
    }

    fn restore_folders(&mut self, undo: &Undo) -> Result<(), Code> {
        let Undo::RestoreFolders {
            folders,
            children,
            position,
        } = undo
        else {
            return Ok(());
        };
        let (outermost, folder, _) = &folders[0];
        let parent = folder.parent;
        self.require(parent.is_none_or(|parent| self.folders.contains_key(&parent)))?;
        self.require(!self.name_is_taken(parent, &folder.name, None))?;
        let mut levels = 1;
        let mut level = vec![*outermost];
        loop {
            level = level
                .iter()
                .flat_map(|id| children[&Some(*id)].clone())
                .collect();
            if level.is_empty() {
                break;
            }
            levels += 1;
        }
        self.require(!self.is_too_deep(parent, levels))?;
        for (id, folder, contents) in folders {
            self.folders.insert(*id, folder.clone());
            for talk in contents {
                if let Some(talk) = self
                    .talks
                    .get_mut(talk)
                    .filter(|talk| talk.folder == parent)
                {
                    talk.folder = Some(*id);
                }
            }
        }
        self.children.extend(children.clone());
        let order = self.children.entry(parent).or_default();
        order.insert((*position).min(order.len()), *outermost);
        Ok(())
    }
}

/// What can be undone, oldest first.
#[derive(Debug, Default)]
pub struct Done(pub Vec<(OperationId, Undo)>);

impl Done {
    /// Remembers what a deed can be undone by. What it reverses cannot be undone any more.
    pub fn record(&mut self, id: OperationId, deed: &Deed, undo: Undo) {
        match deed {
            Deed::Delete(ids) => self
                .0
                .retain(|(_, undo)| !matches!(undo, Undo::Delete(id) if ids.contains(id))),
            Deed::Restore(id) => {
                self.0
                    .retain(|(_, undo)| !matches!(undo, Undo::Restore(ids, _) if ids == &[*id]));
            }
            _ => {}
        }
        self.0.push((id, undo));
        let too_many = self.0.len().saturating_sub(MOST_KEPT);
        self.0.drain(..too_many);
    }

    /// What is about a conversation that is erased goes, and what knows a tag that only this one had.
    pub fn forget(&mut self, id: ConversationId, tags_gone: &[String]) {
        self.0
            .retain(|(_, undo)| !conversations(undo).contains(&id));
        for tag in tags_gone {
            let mut names = vec![key(tag)];
            for (operation, undo) in self.0.clone().into_iter().rev() {
                let known: Vec<String> = tags(&undo).iter().map(|tag| key(tag)).collect();
                if known.iter().any(|tag| names.contains(tag)) {
                    self.0.retain(|(other, _)| *other != operation);
                    // Before it the tag was called otherwise.
                    if matches!(undo, Undo::RenameTag(..) | Undo::SplitTag { .. }) {
                        names.extend(known);
                    }
                }
            }
        }
    }
}

/// Without which an operation cannot be taken back.
fn conversations(undo: &Undo) -> Vec<ConversationId> {
    match undo {
        Undo::File(was, _) => was.iter().map(|(id, _)| *id).collect(),
        Undo::Status(was, _) => was.iter().map(|(id, _)| *id).collect(),
        Undo::Level(was, _) => was.iter().map(|(id, _)| *id).collect(),
        Undo::Tags { added, removed } => added.iter().chain(removed).map(|(id, _)| *id).collect(),
        Undo::Unpin(ids, _) | Undo::Restore(ids, _) => ids.clone(),
        Undo::PinAgain(was) => was.iter().map(|(id, _, _)| *id).collect(),
        Undo::PlacePin(id, _, _) | Undo::Delete(id) => vec![*id],
        _ => Vec::new(),
    }
}

fn tags(undo: &Undo) -> Vec<&String> {
    match undo {
        Undo::Tags { added, removed } => added.iter().chain(removed).map(|(_, tag)| tag).collect(),
        Undo::RenameTag(was, named) => vec![was, named],
        Undo::SplitTag { was, into, .. } => vec![was, into],
        Undo::RestoreTag(was, _) => vec![was],
        _ => Vec::new(),
    }
}
