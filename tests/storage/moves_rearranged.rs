//! Conversations of [`crate::moves_model`] that are copied, split and merged.

use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, MessageId};

use crate::copies::{branch, duplicate};
use crate::moves::{merge, split};
use crate::moves_model::{Life, Said, Talk, placed};
use crate::moves_undo::Undo;

impl Life {
    pub fn duplicate(&mut self, number: usize, with_history: bool) {
        if let Some(talk) = self.talk(number) {
            let copy = duplicate(&self.world, talk, with_history).unwrap();
            let expected = with_history.then(|| self.settled_among(&self.talks[&talk].ids()));
            let id = copy.conversation.id;
            self.adopt_copy(talk, id, expected.as_deref());
            self.did(&copy.operation, Undo::Delete(Trashed::Conversation(id)));
        }
    }

    pub fn branch(&mut self, number: usize) {
        let Some((talk, id)) = self.message(number) else {
            return;
        };
        let made = branch(&self.world, id);
        if self.said[&id].is_streaming {
            assert_eq!(made.unwrap_err().code(), "conflict");
            return;
        }
        let ids = self.talks[&talk].ids();
        let up_to = &ids[..=self.talks[&talk].position(id)];
        let expected = self.settled_among(up_to);
        let made = made.unwrap();
        let copy = made.conversation.id;
        self.adopt_copy(talk, copy, Some(&expected));
        self.did(&made.operation, Undo::Delete(Trashed::Conversation(copy)));
    }

    pub fn split(&mut self, number: usize) {
        let Some((talk, id)) = self.message(number) else {
            return;
        };
        let made = split(&self.world, id);
        let original = self.talks[&talk].clone();
        let place = original.position(id);
        let (left, moved) = original.messages.split_at(place);
        let is_first = left
            .iter()
            .all(|(id, _)| self.said[id].deleted_at.is_some());
        if is_first || self.is_busy(talk) {
            assert_eq!(made.unwrap_err().code(), "conflict");
            return;
        }
        let made = made.unwrap();
        let part = made.conversation.id;
        let moved = placed(moved.iter().map(|(id, _)| *id));
        let new = Talk {
            messages: moved.clone(),
            draft: None,
            ..original.clone()
        };
        self.to(talk).messages = left.to_vec();
        self.talks.insert(part, new);
        self.order.push(part);
        self.notes_follow();
        let undo = Undo::Split {
            before: (talk, original.messages.clone()),
            part,
            after: [left.to_vec(), moved],
        };
        self.did(&made.operation, undo);
    }

    pub fn merge(&mut self, into: usize, from: usize) {
        let (Some(into), Some(from)) = (self.talk(into), self.talk(from)) else {
            return;
        };
        let made = merge(&self.world, into, from);
        if into == from {
            assert_eq!(made.unwrap_err().code(), "invalid");
            return;
        }
        if self.is_busy(into) || self.is_busy(from) {
            assert_eq!(made.unwrap_err().code(), "conflict");
            return;
        }
        let made = made.unwrap();
        let (ours, theirs) = (self.talks[&into].clone(), self.talks[&from].clone());
        // Each of theirs goes before the first of ours that is younger, and never before one of its own.
        let mut merged = ours.ids();
        let mut place = 0;
        for id in theirs.ids() {
            while place < merged.len() && self.said[&merged[place]].at <= self.said[&id].at {
                place += 1;
            }
            merged.insert(place, id);
            place += 1;
        }
        let deleted_at = self.deleted_at(Trashed::Conversation(from));
        let tags = theirs.tags.difference(&ours.tags).cloned();
        let undo = Undo::Merge {
            before: [
                (into, ours.messages.clone()),
                (from, theirs.messages.clone()),
            ],
            after: merged.clone(),
            deleted_at,
            tags: tags.collect(),
            notes: self.notes_on_the_whole(from),
        };
        let drafts = [ours.draft, theirs.draft].map(Option::into_iter);
        let drafts: Vec<String> = drafts.into_iter().flatten().collect();
        let talk = self.to(into);
        talk.messages = placed(merged);
        talk.tags.extend(theirs.tags);
        talk.draft = (!drafts.is_empty()).then(|| drafts.join("\n\n"));
        let other = self.to(from);
        other.messages.clear();
        other.deleted_at = deleted_at;
        for id in self.notes_on_the_whole(from) {
            self.notes.get_mut(&id).unwrap().talk = into;
        }
        self.notes_follow();
        self.adopt_read_marks(&[into, from]);
        self.did(&made.operation, undo);
    }

    /// A copy holds the same words in the same order, as new messages, with the notes on these.
    fn adopt_copy(
        &mut self,
        of: ConversationId,
        copy: ConversationId,
        expected: Option<&[MessageId]>,
    ) {
        let stored = self.stored_order(copy);
        let mut notes = Vec::new();
        let originals = expected.unwrap_or_default();
        assert_eq!(stored.len(), originals.len());
        for ((id, _), original) in stored.iter().zip(originals) {
            let said = Said {
                bookmark: None,
                ..self.said[original].clone()
            };
            assert!(
                self.said.insert(*id, said).is_none(),
                "a copy has an id of its own"
            );
            notes.push((Some(*original), Some(*id)));
        }
        let talk = Talk {
            messages: placed(stored.into_iter().map(|(id, _)| id)),
            deleted_at: None,
            draft: None,
            ..self.talks[&of].clone()
        };
        self.talks.insert(copy, talk);
        self.order.push(copy);
        if expected.is_some() {
            notes.push((None, None));
        }
        self.adopt_notes(of, copy, &notes);
    }

    /// What becomes of the marks of two conversations that are merged, or parted again, is not foretold here:
    /// `read_marks` is about that.
    pub fn adopt_read_marks(&mut self, talks: &[ConversationId]) {
        for id in talks {
            let raw = self.world.raw();
            let sql = "SELECT last_read_at FROM conversations WHERE id = ?1";
            self.to(*id).read_until = raw.query_row(sql, [id], |row| row.get(0)).unwrap();
        }
    }
}
