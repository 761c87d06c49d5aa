//! What a learner's conversations, folders, tags and pins are, held in memory as simply as can be: what a deed makes of
//! them, or with which code it is refused. [`crate::organising_undo`] has the way back.

use std::collections::{BTreeMap, BTreeSet};

use parlance_storage::{CefrLevel, ConversationId, ConversationStatus, FolderId};

pub type Code = &'static str;

#[derive(Clone, Debug, PartialEq)]
pub struct Talk {
    pub folder: Option<FolderId>,
    /// As they are spelt, by what makes each one tag.
    pub tags: BTreeMap<String, String>,
    pub status: ConversationStatus,
    pub level: Option<CefrLevel>,
    pub pinned_at: Option<i64>,
    /// Since when it lies in the trash, and its place among the pinned ones of then.
    pub trashed: Option<(i64, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    pub name: String,
    pub parent: Option<FolderId>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub talks: BTreeMap<ConversationId, Talk>,
    pub folders: BTreeMap<FolderId, Folder>,
    /// What lies in each folder, in order.
    pub children: BTreeMap<Option<FolderId>, Vec<FolderId>>,
    pub pins: Vec<ConversationId>,
}

/// What the learner does, to what.
#[derive(Clone, Debug)]
pub enum Deed {
    Begin,
    MakeFolder(String, Option<FolderId>),
    RenameFolder(FolderId, String),
    MoveFolder(FolderId, Option<FolderId>, Option<FolderId>),
    DeleteFolder(FolderId),
    File(Vec<ConversationId>, Option<FolderId>),
    Tag(Vec<ConversationId>, &'static str, &'static str),
    RenameTag(&'static str, &'static str),
    MergeTag(&'static str, &'static str),
    DeleteTag(&'static str),
    Pin(Vec<ConversationId>, bool),
    MovePin(ConversationId, Option<ConversationId>),
    Status(Vec<ConversationId>, ConversationStatus),
    Level(Vec<ConversationId>, Option<CefrLevel>),
    Delete(Vec<ConversationId>),
    Restore(ConversationId),
}

/// What only the database can know: ids and times that it gave.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    pub talk: Option<ConversationId>,
    pub folder: Option<FolderId>,
    pub now: i64,
    /// Since when the latest thing lies in the trash.
    pub deleted_at: i64,
}

/// What taking a deed back needs.
#[derive(Clone, Debug)]
pub enum Undo {
    RemoveFolder(FolderId),
    NameFolder(FolderId, String, String),
    PlaceFolder {
        id: FolderId,
        was: (Option<FolderId>, usize),
        moved_to: Option<FolderId>,
    },
    RestoreFolders {
        /// The outermost first, and what lay in each.
        folders: Vec<(FolderId, Folder, Vec<ConversationId>)>,
        children: BTreeMap<Option<FolderId>, Vec<FolderId>>,
        position: usize,
    },
    File(Vec<(ConversationId, Option<FolderId>)>, Option<FolderId>),
    Status(
        Vec<(ConversationId, ConversationStatus)>,
        ConversationStatus,
    ),
    Level(Vec<(ConversationId, Option<CefrLevel>)>, Option<CefrLevel>),
    Tags {
        added: Vec<(ConversationId, String)>,
        removed: Vec<(ConversationId, String)>,
    },
    RenameTag(String, String),
    SplitTag {
        was: String,
        into: String,
        changed: BTreeSet<ConversationId>,
        had_both: BTreeSet<ConversationId>,
    },
    RestoreTag(String, Vec<ConversationId>),
    Unpin(Vec<ConversationId>, i64),
    PinAgain(Vec<(ConversationId, i64, usize)>),
    PlacePin(ConversationId, i64, usize),
    Restore(Vec<ConversationId>, i64),
    Delete(ConversationId),
}

pub fn key(tag: &str) -> String {
    tag.to_lowercase()
}

impl State {
    pub fn live(&self, id: ConversationId) -> bool {
        self.talks
            .get(&id)
            .is_some_and(|talk| talk.trashed.is_none())
    }

    pub fn talk(&mut self, id: ConversationId) -> &mut Talk {
        self.talks.get_mut(&id).unwrap()
    }

    /// How a tag is spelt; `None` if nothing has it, not even in the trash.
    pub fn spelling(&self, tag: &str) -> Option<String> {
        let key = key(tag);
        self.talks
            .values()
            .find_map(|talk| talk.tags.get(&key).cloned())
    }

    pub fn tagged(&self, tag: &str) -> Vec<ConversationId> {
        let key = key(tag);
        let tagged = self.talks.iter();
        tagged
            .filter(|(_, talk)| talk.tags.contains_key(&key))
            .map(|(id, _)| *id)
            .collect()
    }

    pub fn put_on(&mut self, id: ConversationId, tag: &str) {
        self.talk(id).tags.insert(key(tag), tag.to_owned());
    }

    pub fn take_off(&mut self, id: ConversationId, tag: &str) -> bool {
        self.talk(id).tags.remove(&key(tag)).is_some()
    }

    pub fn respell(&mut self, tag: &str, name: &str) {
        for id in self.tagged(tag) {
            self.take_off(id, tag);
            self.put_on(id, name);
        }
    }

    /// Puts conversations that are pinned to the places that they had, as far as there are so many.
    pub fn put_pins(&mut self, mut places: Vec<(ConversationId, usize)>) {
        self.pins
            .retain(|id| places.iter().all(|(one, _)| one != id));
        places.sort_by_key(|(_, place)| *place);
        for (id, place) in places {
            self.pins.insert(place.min(self.pins.len()), id);
        }
    }

    pub fn pin_place(&self, id: ConversationId) -> usize {
        self.pins
            .iter()
            .position(|one| *one == id)
            .unwrap_or_default()
    }

    pub fn put_into_trash(&mut self, ids: &[ConversationId], at: i64) {
        for id in ids {
            let place = self.pin_place(*id);
            self.talk(*id).trashed = Some((at, place));
        }
        self.pins.retain(|id| !ids.contains(id));
    }

    pub fn take_out_of_trash(&mut self, ids: &[ConversationId]) {
        let mut pins = Vec::new();
        for id in ids {
            let talk = self.talk(*id);
            let (_, place) = talk.trashed.take().unwrap();
            if talk.pinned_at.is_some() {
                pins.push((*id, place));
            }
        }
        self.put_pins(pins);
    }

    /// Does it: what can be undone afterwards, if anything, or the code of the refusal.
    pub fn act(&mut self, deed: &Deed, given: Given) -> Result<Option<Undo>, Code> {
        match deed {
            Deed::Begin => {
                let talk = Talk {
                    folder: None,
                    tags: BTreeMap::new(),
                    status: ConversationStatus::Active,
                    level: None,
                    pinned_at: None,
                    trashed: None,
                };
                self.talks.insert(given.talk.unwrap(), talk);
                Ok(None)
            }
            Deed::MakeFolder(name, parent) => self.make_folder(name, *parent, given),
            Deed::RenameFolder(id, name) => self.rename_folder(*id, name),
            Deed::MoveFolder(id, parent, before) => self.move_folder(*id, *parent, *before),
            Deed::DeleteFolder(id) => Ok(Some(self.delete_folder(*id))),
            Deed::Tag(ids, add, remove) => self.tag(ids, add, remove),
            Deed::RenameTag(from, to) => self.rename_tag(from, to),
            Deed::MergeTag(from, to) => self.merge_tag(from, to),
            Deed::DeleteTag(tag) => {
                let was = self.spelling(tag).ok_or("conflict")?;
                let ids = self.tagged(tag);
                for id in &ids {
                    self.take_off(*id, tag);
                }
                Ok(Some(Undo::RestoreTag(was, ids)))
            }
            Deed::MovePin(id, before) => self.move_pin(*id, *before),
            Deed::Restore(id) => {
                self.take_out_of_trash(&[*id]);
                Ok(Some(Undo::Delete(*id)))
            }
            Deed::File(ids, _)
            | Deed::Pin(ids, _)
            | Deed::Status(ids, _)
            | Deed::Level(ids, _)
            | Deed::Delete(ids)
                if ids.is_empty() =>
            {
                Err("invalid")
            }
            Deed::File(ids, to) => {
                let was = self.set(ids, |talk| std::mem::replace(&mut talk.folder, *to), to);
                Ok((!was.is_empty()).then_some(Undo::File(was, *to)))
            }
            Deed::Status(ids, to) => {
                let was = self.set(ids, |talk| std::mem::replace(&mut talk.status, *to), to);
                Ok((!was.is_empty()).then_some(Undo::Status(was, *to)))
            }
            Deed::Level(ids, to) => {
                let was = self.set(ids, |talk| std::mem::replace(&mut talk.level, *to), to);
                Ok((!was.is_empty()).then_some(Undo::Level(was, *to)))
            }
            Deed::Pin(ids, is_pinned) => Ok(self.pin(ids, *is_pinned, given.now)),
            Deed::Delete(ids) => {
                self.put_into_trash(ids, given.deleted_at);
                Ok(Some(Undo::Restore(ids.clone(), given.deleted_at)))
            }
        }
    }

    /// Sets something of conversations; gives those that it was not so of, with what it was.
    fn set<T: PartialEq>(
        &mut self,
        ids: &[ConversationId],
        replace: impl Fn(&mut Talk) -> T,
        to: &T,
    ) -> Vec<(ConversationId, T)> {
        let all = ids.iter().map(|id| (*id, replace(self.talk(*id))));
        all.filter(|(_, was)| was != to).collect()
    }

    fn tag(
        &mut self,
        ids: &[ConversationId],
        add: &str,
        remove: &str,
    ) -> Result<Option<Undo>, Code> {
        if key(add) == key(remove) || ids.is_empty() {
            return Err("invalid");
        }
        let spelling = self.spelling(add).unwrap_or_else(|| add.to_owned());
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for id in ids {
            if let Some(lost) = self.talk(*id).tags.remove(&key(remove)) {
                removed.push((*id, lost));
            }
            if !self.talk(*id).tags.contains_key(&key(add)) {
                self.put_on(*id, &spelling);
                added.push((*id, spelling.clone()));
            }
        }
        let is_any = !added.is_empty() || !removed.is_empty();
        Ok(is_any.then_some(Undo::Tags { added, removed }))
    }

    fn rename_tag(&mut self, from: &str, to: &str) -> Result<Option<Undo>, Code> {
        let was = self.spelling(from).ok_or("conflict")?;
        if key(&was) != key(to) && self.spelling(to).is_some() {
            return Err("conflict");
        }
        if was == to {
            return Ok(None);
        }
        self.respell(from, to);
        Ok(Some(Undo::RenameTag(was, to.to_owned())))
    }

    fn merge_tag(&mut self, from: &str, to: &str) -> Result<Option<Undo>, Code> {
        if key(from) == key(to) {
            return Err("invalid");
        }
        let was = self.spelling(from).ok_or("conflict")?;
        let into = self.spelling(to).ok_or("conflict")?;
        let others = self.tagged(to);
        let (had_both, changed) = self
            .tagged(from)
            .into_iter()
            .partition(|id| others.contains(id));
        for id in self.tagged(from) {
            self.take_off(id, from);
            self.put_on(id, &into);
        }
        Ok(Some(Undo::SplitTag {
            was,
            into,
            changed,
            had_both,
        }))
    }

    fn pin(&mut self, ids: &[ConversationId], is_pinned: bool, now: i64) -> Option<Undo> {
        let mut ids = ids.to_vec();
        ids.retain(|id| self.talks[id].pinned_at.is_some() != is_pinned);
        if ids.is_empty() {
            return None;
        }
        if is_pinned {
            ids.iter()
                .for_each(|id| self.talk(*id).pinned_at = Some(now));
            self.pins.extend(&ids);
            return Some(Undo::Unpin(ids, now));
        }
        let was = ids
            .iter()
            .map(|id| (*id, self.talks[id].pinned_at.unwrap(), self.pin_place(*id)));
        let was = was.collect();
        self.unpin(&ids);
        Some(Undo::PinAgain(was))
    }

    pub fn unpin(&mut self, ids: &[ConversationId]) {
        ids.iter().for_each(|id| self.talk(*id).pinned_at = None);
        self.pins.retain(|id| !ids.contains(id));
    }

    fn move_pin(
        &mut self,
        id: ConversationId,
        before: Option<ConversationId>,
    ) -> Result<Option<Undo>, Code> {
        if before == Some(id) {
            return Err("invalid");
        }
        if !self.pins.contains(&id) || before.is_some_and(|before| !self.pins.contains(&before)) {
            return Err("conflict");
        }
        let (old, was_at) = (self.pins.clone(), self.pin_place(id));
        self.pins.retain(|one| *one != id);
        let at = before.map_or(self.pins.len(), |before| self.pin_place(before));
        self.pins.insert(at, id);
        let pinned_at = self.talks[&id].pinned_at.unwrap();
        Ok((self.pins != old).then_some(Undo::PlacePin(id, pinned_at, was_at)))
    }
}
