//! What the learner adds to the conversations of [`crate::moves_model`]: edits, notes, bookmarks, tags, drafts, folders
//! and read marks. Whatever is moved, none of it may be lost or doubled.

use parlance_storage::message::Later;
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, MessageId, NoteId, Role, bookmark, conversation};

use crate::moves::save_draft;
use crate::moves_model::{Life, Noted, pick};
use crate::moves_undo::Undo;

const TAGS: [&str; 3] = ["food", "travel", "文法"];

impl Life {
    pub fn edit(&mut self, number: usize) {
        let Some((talk, id)) = self.message(number) else {
            return;
        };
        let words = self.words();
        let edited = self.world.edit(id, &words, Later::Keep);
        if self.said[&id].role != Role::User || self.is_busy(talk) {
            assert_eq!(edited.unwrap_err().code(), "conflict");
            return;
        }
        let versions = &mut self.said(id).versions;
        versions.push(words);
        let undo = Undo::Edit(id, versions.len());
        self.did(&edited.unwrap().operation.unwrap(), undo);
    }

    /// On a message, or on the conversation as a whole.
    pub fn note(&mut self, number: usize) {
        let (Some(talk), said) = (self.talk(number), self.message(number)) else {
            return;
        };
        let message = said.map(|(_, id)| id).filter(|_| !number.is_multiple_of(4));
        let content = self.words();
        let id = self.world.note(talk, message, &content).unwrap().id;
        let noted = Noted {
            talk,
            message,
            content,
            deleted_at: None,
        };
        self.notes.insert(id, noted);
    }

    pub fn delete_note(&mut self, number: usize) {
        let live = self.notes.iter();
        let live: Vec<NoteId> = live
            .filter(|(_, note)| note.deleted_at.is_none() && self.is_open(note.talk))
            .map(|(id, _)| *id)
            .collect();
        if let Some(id) = pick(&live, number) {
            let operation = self.world.delete_note(id).unwrap();
            let at = self.deleted_at(Trashed::Note(id));
            self.mark_deleted(Trashed::Note(id), at);
            self.did(&operation, Undo::Restore(Trashed::Note(id), at));
        }
    }

    pub fn bookmark(&mut self, number: usize) {
        if let Some((_, id)) = self.message(number) {
            let note = self.words();
            self.world.bookmark(id, Some(&note)).unwrap();
            self.said(id).bookmark = Some(note);
        }
    }

    pub fn unbookmark(&mut self, number: usize) {
        let Some((_, id)) = self.message(number) else {
            return;
        };
        let done = self
            .world
            .act(move |tx, user, now| bookmark::remove(tx, user, id, now));
        match self.said(id).bookmark.take() {
            Some(note) => self.did(&done.unwrap(), Undo::Bookmark(id, note)),
            None => assert_eq!(done.unwrap_err().code(), "not_found"),
        }
    }

    /// Puts one tag on and takes the next one off.
    pub fn tag(&mut self, number: usize, tag: usize) {
        let Some(talk) = self.talk(number) else {
            return;
        };
        let (add, remove) = (TAGS[tag % 3], TAGS[(tag + 1) % 3]);
        let done = self.world.change_tags(&[talk], &[add], &[remove]).unwrap();
        let added = self.to(talk).tags.insert(add.to_owned());
        let removed = self.to(talk).tags.remove(remove);
        assert_eq!(done.is_some(), added || removed);
        if let Some(done) = done {
            let added = added.then(|| add.to_owned());
            let removed = removed.then(|| remove.to_owned());
            self.did(&done, Undo::Tags(talk, added, removed));
        }
    }

    pub fn file(&mut self, number: usize, folder: usize) {
        let Some(talk) = self.talk(number) else {
            return;
        };
        let to = self.folders.get(folder).copied();
        let done = self.world.file(&[talk], to).unwrap();
        let was = std::mem::replace(&mut self.to(talk).folder, to);
        assert_eq!(done.is_some(), was != to);
        if let Some(done) = done {
            self.did(&done, Undo::File(talk, was, to));
        }
    }

    pub fn draft(&mut self, number: usize) {
        if let Some(talk) = self.talk(number) {
            let words = self.words();
            save_draft(&self.world, talk, &words);
            self.to(talk).draft = Some(words);
        }
    }

    pub fn read(&mut self, number: usize, is_read: bool) {
        let Some(talk) = self.talk(number) else {
            return;
        };
        self.world
            .act(move |tx, user, _| {
                if is_read {
                    conversation::mark_read(tx, user, &[talk])
                } else {
                    conversation::mark_unread(tx, user, &[talk])
                }
            })
            .unwrap();
        let Some(last) = self.last_settled(talk).map(|id| self.said[&id].at) else {
            return;
        };
        let mark = &mut self.to(talk).read_until;
        let is_unread = mark.is_some_and(|mark| mark < last);
        if is_read && (is_unread || mark.is_none()) {
            *mark = Some(last);
        } else if !is_read && !is_unread {
            *mark = Some(0);
        }
    }

    pub fn notes_on_the_whole(&self, talk: ConversationId) -> Vec<NoteId> {
        let notes = self.notes.iter();
        notes
            .filter(|(_, note)| note.talk == talk && note.message.is_none())
            .map(|(id, _)| *id)
            .collect()
    }

    /// A note on a message is where that is.
    pub fn notes_follow(&mut self) {
        let notes = self.notes.iter();
        let on_messages = notes.filter_map(|(id, note)| Some((*id, note.message?)));
        let places: Vec<(NoteId, ConversationId)> = on_messages
            .map(|(id, message)| (id, self.place_of(message)))
            .collect();
        for (id, talk) in places {
            self.notes.get_mut(&id).unwrap().talk = talk;
        }
    }

    /// The notes of a copy: each original's, on the message that is its copy, under an id of its own.
    pub fn adopt_notes(
        &mut self,
        of: ConversationId,
        copy: ConversationId,
        messages: &[(Option<MessageId>, Option<MessageId>)],
    ) {
        let mut expected = Vec::new();
        for (original, message) in messages {
            let on_it = self.notes.values().filter(|note| {
                note.talk == of && note.message == *original && note.deleted_at.is_none()
            });
            expected.extend(on_it.map(|note| Noted {
                talk: copy,
                message: *message,
                ..note.clone()
            }));
        }
        let stored = crate::moves_compare::stored_notes(&self.world.raw());
        for (id, note) in stored.into_iter().filter(|(_, note)| note.talk == copy) {
            let known = expected.iter().position(|one| *one == note);
            expected.remove(known.expect("a note of an original"));
            let before = self.notes.insert(id, note);
            assert!(before.is_none(), "a copy has an id of its own");
        }
        assert!(expected.is_empty(), "{expected:?}");
    }
}
