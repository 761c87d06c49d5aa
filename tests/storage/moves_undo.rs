//! Taking back what was done in the model of [`crate::moves_model`]: when that is refused, and what is so afterwards.

use std::collections::BTreeSet;

use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, FolderId, MessageId, NoteId};

use crate::moves_model::{Life, Places};

/// What taking something back needs.
#[derive(Clone, Debug)]
pub enum Undo {
    /// Out of the trash, where it must lie since then.
    Restore(Trashed, Option<i64>),
    Delete(Trashed),
    /// The message, and which of its versions was made.
    Edit(MessageId, usize),
    Bookmark(MessageId, String),
    /// What was put on and what was taken off.
    Tags(ConversationId, Option<String>, Option<String>),
    File(ConversationId, Option<FolderId>, Option<FolderId>),
    Split {
        before: (ConversationId, Places),
        part: ConversationId,
        after: [Places; 2],
    },
    Merge {
        before: [(ConversationId, Places); 2],
        after: Vec<MessageId>,
        deleted_at: Option<i64>,
        tags: Vec<String>,
        notes: Vec<NoteId>,
    },
}

impl Life {
    /// Takes back what stands at that place of the list, if it can be.
    pub fn undo(&mut self, number: usize) {
        let operations = self.world.operations();
        let Some(operation) = operations.get(number % operations.len().max(1)) else {
            return;
        };
        let undo = self.undo[&operation.id].clone();
        let may = self.may(&undo);
        match self.world.undo(operation.id) {
            Err(error) => {
                assert_eq!(error.code(), "conflict");
                assert!(!may, "{undo:?} could be taken back: {error}");
                assert_eq!(self.world.operations(), operations, "it stays in the list");
            }
            Ok(_) => {
                assert!(may, "{undo:?} cannot be taken back");
                self.take_back(&undo);
            }
        }
    }

    fn may(&self, undo: &Undo) -> bool {
        match undo {
            Undo::Restore(thing, since) => match thing {
                Trashed::Conversation(id) => self.talks[id].deleted_at == *since,
                Trashed::Message(id) => {
                    self.said[id].deleted_at == *since && self.is_open(self.place_of(*id))
                }
                Trashed::Note(id) => {
                    let note = &self.notes[id];
                    note.deleted_at == *since && self.is_open(note.talk)
                }
            },
            Undo::Delete(thing) => match thing {
                Trashed::Conversation(id) => self.is_open(*id),
                Trashed::Message(id) => self.is_seen(*id),
                Trashed::Note(id) => {
                    let note = &self.notes[id];
                    note.deleted_at.is_none() && self.is_open(note.talk)
                }
            },
            Undo::Edit(id, version) => {
                self.is_seen(*id)
                    && self.said[id].versions.len() == *version
                    && !self.is_busy(self.place_of(*id))
            }
            Undo::Bookmark(id, _) => self.is_seen(*id) && self.said[id].bookmark.is_none(),
            Undo::Tags(talk, added, removed) => {
                let has = |tag| self.talks[talk].tags.contains(tag);
                self.is_open(*talk) && added.iter().all(has) && !removed.iter().any(has)
            }
            Undo::File(talk, _, to) => self.is_open(*talk) && self.talks[talk].folder == *to,
            Undo::Split {
                before,
                part,
                after: [left, moved],
            } => {
                let original = before.0;
                self.is_open(original)
                    && self.is_open(*part)
                    && self.holds(original, &ids(left))
                    && self.holds(*part, &ids(moved))
                    && self.notes_on_the_whole(*part).is_empty()
                    && self.talks[part].draft.is_none()
            }
            Undo::Merge {
                before,
                after,
                deleted_at,
                ..
            } => {
                let [(into, _), (from, _)] = before;
                let since = self.talks[from].deleted_at;
                self.is_open(*into)
                    && (since.is_none() || since == *deleted_at)
                    && self.holds(*into, after)
                    && self.holds(*from, &[])
            }
        }
    }

    /// Whether a conversation has these messages, but for what was erased, and no others.
    fn holds(&self, talk: ConversationId, messages: &[MessageId]) -> bool {
        let there = messages.iter().filter(|id| self.said.contains_key(id));
        let there: BTreeSet<MessageId> = there.copied().collect();
        let ids: BTreeSet<MessageId> = self.talks[&talk].ids().into_iter().collect();
        ids == there
    }

    /// The places of before, of what was not erased since.
    fn still_there(&self, places: &Places) -> Places {
        let there = places.iter().filter(|(id, _)| self.said.contains_key(id));
        there.copied().collect()
    }

    fn take_back(&mut self, undo: &Undo) {
        match undo {
            Undo::Restore(thing, _) => self.mark_deleted(*thing, None),
            Undo::Delete(thing) => {
                let at = self.deleted_at(*thing);
                self.mark_deleted(*thing, at);
            }
            Undo::Edit(id, _) => drop(self.said(*id).versions.pop()),
            Undo::Bookmark(id, note) => self.said(*id).bookmark = Some(note.clone()),
            Undo::Tags(talk, added, removed) => {
                let tags = &mut self.to(*talk).tags;
                tags.retain(|tag| Some(tag) != added.as_ref());
                tags.extend(removed.clone());
            }
            Undo::File(talk, was, _) => self.to(*talk).folder = *was,
            Undo::Split {
                before: (talk, places),
                part,
                ..
            } => {
                self.to(*talk).messages = self.still_there(places);
                self.talks.remove(part);
                self.order.retain(|talk| talk != part);
                self.notes_follow();
            }
            Undo::Merge {
                before: [(into, ours), (from, theirs)],
                tags,
                notes,
                ..
            } => {
                self.to(*into).messages = self.still_there(ours);
                self.to(*into).tags.retain(|tag| !tags.contains(tag));
                self.to(*from).messages = self.still_there(theirs);
                self.to(*from).deleted_at = None;
                for id in notes {
                    if let Some(note) = self.notes.get_mut(id) {
                        note.talk = *from;
                    }
                }
                self.notes_follow();
                self.part_drafts(*into, *from);
                self.adopt_read_marks(&[*into, *from]);
            }
        }
    }

    /// The draft that was added goes again, unless the words were changed or sent since.
    fn part_drafts(&mut self, into: ConversationId, from: ConversationId) {
        let Some(added) = self.talks[&from].draft.clone() else {
            return;
        };
        let draft = &mut self.to(into).draft;
        if *draft == Some(added.clone()) {
            *draft = None;
        } else if let Some(rest) = draft
            .as_ref()
            .and_then(|all| all.strip_suffix(&format!("\n\n{added}")))
        {
            *draft = Some(rest.to_owned());
        }
    }
}

fn ids(places: &Places) -> Vec<MessageId> {
    places.iter().map(|(id, _)| *id).collect()
}
