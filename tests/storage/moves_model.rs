//! A simple model of conversations, their messages and what belongs to those, beside the database that it is about.
//! [`crate::moves_rearranged`] has what copies, splits and merges, [`crate::moves_marks`] what the learner adds,
//! [`crate::moves_undo`] the way back, [`crate::moves_compare`] what must be alike.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use parlance_storage::operation::Operation;
use parlance_storage::trash::{self, Trashed};
use parlance_storage::{
    ConversationId, FolderId, MessageId, MessageStatus, NoteId, OperationId, Role, Timestamp,
    message,
};

use crate::moves_undo::Undo;
use crate::support::World;

/// What was said, wherever it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub role: Role,
    /// What it said before its edits, and what it says.
    pub versions: Vec<String>,
    pub at: i64,
    pub is_streaming: bool,
    pub deleted_at: Option<i64>,
    pub bookmark: Option<String>,
}

impl Said {
    pub fn content(&self) -> &str {
        self.versions.last().unwrap()
    }

    pub fn is_settled(&self) -> bool {
        self.deleted_at.is_none() && !self.is_streaming
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    pub talk: ConversationId,
    pub message: Option<MessageId>,
    pub content: String,
    pub deleted_at: Option<i64>,
}

/// Messages in order, also those in the trash, each with its place.
pub type Places = Vec<(MessageId, u32)>;

#[derive(Clone, Debug, Default)]
pub struct Talk {
    pub messages: Places,
    pub deleted_at: Option<i64>,
    pub tags: BTreeSet<String>,
    pub folder: Option<FolderId>,
    pub draft: Option<String>,
    pub read_until: Option<i64>,
}

impl Talk {
    pub fn ids(&self) -> Vec<MessageId> {
        self.messages.iter().map(|(id, _)| *id).collect()
    }

    pub fn position(&self, id: MessageId) -> usize {
        self.messages
            .iter()
            .position(|(other, _)| *other == id)
            .unwrap()
    }
}

pub struct Life {
    pub world: World,
    pub said: HashMap<MessageId, Said>,
    pub talks: HashMap<ConversationId, Talk>,
    pub notes: BTreeMap<NoteId, Noted>,
    pub folders: Vec<FolderId>,
    /// In order of their making, so that a number names one.
    pub order: Vec<ConversationId>,
    pub undo: HashMap<OperationId, Undo>,
    words: u32,
}

/// The places from 1 on.
pub fn placed(ids: impl IntoIterator<Item = MessageId>) -> Places {
    ids.into_iter().zip(1..).collect()
}

pub fn pick<T: Copy>(from: &[T], number: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[number % from.len()])
}

impl Life {
    pub fn new() -> Self {
        let world = World::new();
        let folders = ["One", "Two"].map(|name| world.folder(name, None).unwrap());
        // That these were made is not what is to be undone here.
        world.raw().execute("DELETE FROM operations", []).unwrap();
        Self {
            world,
            said: HashMap::new(),
            talks: HashMap::new(),
            notes: BTreeMap::new(),
            folders: folders.to_vec(),
            order: Vec::new(),
            undo: HashMap::new(),
            words: 0,
        }
    }

    /// What was done is the newest thing that can be taken back.
    pub fn did(&mut self, operation: &Operation, undo: Undo) {
        assert_eq!(self.world.operations().first(), Some(operation));
        self.undo.insert(operation.id, undo);
    }

    pub fn to(&mut self, talk: ConversationId) -> &mut Talk {
        self.talks.get_mut(&talk).unwrap()
    }

    pub fn said(&mut self, id: MessageId) -> &mut Said {
        self.said.get_mut(&id).unwrap()
    }

    /// In which conversation a message is, in the trash or not.
    pub fn place_of(&self, id: MessageId) -> ConversationId {
        let mut talks = self.talks.iter();
        let found = talks.find(|(_, talk)| talk.ids().contains(&id));
        *found.unwrap().0
    }

    pub fn is_open(&self, talk: ConversationId) -> bool {
        self.talks[&talk].deleted_at.is_none()
    }

    pub fn is_seen(&self, id: MessageId) -> bool {
        self.said[&id].deleted_at.is_none() && self.is_open(self.place_of(id))
    }

    /// A conversation outside of the trash.
    pub fn talk(&self, number: usize) -> Option<ConversationId> {
        let open: Vec<ConversationId> = self
            .order
            .iter()
            .filter(|id| self.is_open(**id))
            .copied()
            .collect();
        pick(&open, number)
    }

    /// A message that can be seen, and its conversation.
    pub fn message(&self, number: usize) -> Option<(ConversationId, MessageId)> {
        let talk = self.talk(number)?;
        let mut seen = self.talks[&talk].ids();
        seen.retain(|id| self.said[id].deleted_at.is_none());
        Some((talk, pick(&seen, number / 2)?))
    }

    pub fn is_busy(&self, talk: ConversationId) -> bool {
        let ids = self.talks[&talk].ids();
        ids.iter().any(|id| self.said[id].is_streaming)
    }

    pub fn words(&mut self) -> String {
        self.words += 1;
        format!("words {} 中文字 ok", self.words)
    }

    fn put(&mut self, talk: ConversationId, id: MessageId, role: Role, content: String) {
        let said = Said {
            role,
            versions: vec![content],
            at: self.world.now().as_millis(),
            is_streaming: false,
            deleted_at: None,
            bookmark: None,
        };
        self.said.insert(id, said);
        let messages = &mut self.to(talk).messages;
        let place = messages.last().map_or(1, |(_, place)| place + 1);
        messages.push((id, place));
    }

    /// Something has reached its end, which moves the read mark: see `conversation::kept`.
    fn settled(&mut self, talk: ConversationId) {
        let Some(last) = self.last_settled(talk) else {
            return;
        };
        let (role, at) = (self.said[&last].role, self.said[&last].at);
        let mark = &mut self.to(talk).read_until;
        if role == Role::User {
            *mark = Some(at);
        } else if mark.is_some_and(|mark| mark >= at) {
            *mark = Some(at - 1);
        }
    }

    pub fn last_settled(&self, talk: ConversationId) -> Option<MessageId> {
        self.settled_among(&self.talks[&talk].ids()).pop()
    }

    pub fn settled_among(&self, ids: &[MessageId]) -> Vec<MessageId> {
        let settled = ids.iter().filter(|id| self.said[id].is_settled());
        settled.copied().collect()
    }

    /// Since when something lies in the trash, where it must be.
    pub fn deleted_at(&self, thing: Trashed) -> Option<i64> {
        let id = thing.to_string();
        let item = self.world.trash().into_iter().find(|item| item.id == id);
        let at = item.map(|item| item.deleted_at.as_millis());
        assert!(at.is_some(), "{id} is in the trash");
        at
    }

    pub fn stored_order(&self, id: ConversationId) -> Places {
        crate::moves_compare::stored_order(&self.world.raw(), id)
    }

    pub fn begin(&mut self) {
        let id = self.world.conversation();
        self.talks.insert(id, Talk::default());
        self.order.push(id);
    }

    pub fn send(&mut self, number: usize) {
        if let Some(talk) = self.talk(number) {
            let words = self.words();
            let id = self.world.send(talk, &words).unwrap().id;
            self.put(talk, id, Role::User, words);
            self.to(talk).draft = None;
            self.settled(talk);
        }
    }

    pub fn reply(&mut self, number: usize) {
        if let Some(talk) = self.talk(number).filter(|talk| !self.is_busy(*talk)) {
            let words = self.words();
            let id = self.world.reply(talk, &[&words, " Yes."]).id;
            self.put(talk, id, Role::Assistant, format!("{words} Yes."));
            self.settled(talk);
        }
    }

    pub fn begin_reply(&mut self, number: usize) {
        if let Some(talk) = self.talk(number).filter(|talk| !self.is_busy(*talk)) {
            let now = self.world.now();
            let id = self
                .world
                .write(move |tx| message::begin_reply(tx, talk, "m", now))
                .unwrap()
                .id;
            self.put(talk, id, Role::Assistant, String::new());
            self.said(id).is_streaming = true;
        }
    }

    pub fn delete(&mut self, number: usize) {
        if let Some(talk) = self.talk(number) {
            let operation = self.world.delete(talk).unwrap();
            let at = self.deleted_at(Trashed::Conversation(talk));
            self.to(talk).deleted_at = at;
            self.did(&operation, Undo::Restore(Trashed::Conversation(talk), at));
        }
    }

    pub fn delete_message(&mut self, number: usize) {
        if let Some((_, id)) = self.message(number) {
            let operation = self.world.delete_message(id).unwrap();
            let at = self.deleted_at(Trashed::Message(id));
            self.said(id).deleted_at = at;
            self.did(&operation, Undo::Restore(Trashed::Message(id), at));
        }
    }

    pub fn restore(&mut self, number: usize) {
        if let Some(thing) = self.trashed(number) {
            self.world.restore(thing).unwrap();
            self.mark_deleted(thing, None);
            let operation = self.world.operations().remove(0);
            self.did(&operation, Undo::Delete(thing));
        }
    }

    pub fn end_reply(&mut self, number: usize) {
        let streaming: Vec<MessageId> = self
            .order
            .iter()
            .flat_map(|talk| self.talks[talk].ids())
            .filter(|id| self.said[id].is_streaming)
            .collect();
        if let Some(id) = pick(&streaming, number) {
            let now = self.world.now();
            self.world
                .write(move |tx| {
                    message::finish_reply(tx, id, MessageStatus::Interrupted, &[], now)
                })
                .unwrap();
            self.said(id).is_streaming = false;
            if self.said[&id].deleted_at.is_none() {
                self.settled(self.place_of(id));
            }
        }
    }

    fn trashed(&self, number: usize) -> Option<Trashed> {
        let things: Vec<Trashed> = self
            .world
            .trash()
            .iter()
            .map(|item| Trashed::named(item.kind, &item.id).unwrap())
            .collect();
        pick(&things, number)
    }

    pub fn mark_deleted(&mut self, thing: Trashed, at: Option<i64>) {
        match thing {
            Trashed::Conversation(id) => self.to(id).deleted_at = at,
            Trashed::Message(id) => self.said(id).deleted_at = at,
            Trashed::Note(id) => self.notes.get_mut(&id).unwrap().deleted_at = at,
        }
    }

    pub fn erase(&mut self, number: usize) {
        let Some(thing) = self.trashed(number) else {
            return;
        };
        let (user, now) = (self.world.user, self.world.now());
        self.world
            .write(move |tx| trash::condemn(tx, user, thing))
            .unwrap();
        let long_ago = Timestamp::from_millis(0);
        while !self
            .world
            .write(move |tx| trash::sweep(tx, long_ago, now))
            .unwrap()
            .is_done
        {}
        match thing {
            Trashed::Conversation(id) => {
                for message in self.talks.remove(&id).unwrap().ids() {
                    self.said.remove(&message);
                }
                self.notes.retain(|_, note| note.talk != id);
                self.order.retain(|other| *other != id);
            }
            Trashed::Message(id) => {
                self.said.remove(&id);
                self.notes.retain(|_, note| note.message != Some(id));
                for talk in self.talks.values_mut() {
                    talk.messages.retain(|(other, _)| *other != id);
                }
            }
            Trashed::Note(id) => drop(self.notes.remove(&id)),
        }
    }
}
