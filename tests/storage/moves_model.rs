//! A simple model of conversations, their messages and what can be undone, beside the database that it is about.

use std::collections::{BTreeSet, HashMap};

use parlance_storage::trash::{self, Trashed};
use parlance_storage::{
    ConversationId, MessageId, MessageStatus, OperationId, OperationKind, Timestamp, TrashKind,
    message,
};

use crate::copies::{branch, duplicate};
use crate::moves::{merge, split};
use crate::support::World;

/// What was said, wherever it is.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    content: String,
    at: i64,
    is_streaming: bool,
    in_trash: bool,
}

#[derive(Clone, Debug, Default)]
struct Talk {
    /// In order, also what lies in the trash.
    messages: Vec<MessageId>,
    deleted_at: Option<i64>,
}

/// How a split or a merge is taken back.
#[derive(Clone, Debug)]
struct Rearrangement {
    /// What each of the two held before.
    before: [(ConversationId, Vec<MessageId>); 2],
    /// What each held right after it.
    after: [(ConversationId, Vec<MessageId>); 2],
    /// Since when the second lies in the trash.
    deleted_at: Option<i64>,
}

pub struct Life {
    pub world: World,
    said: HashMap<MessageId, Said>,
    talks: HashMap<ConversationId, Talk>,
    /// In order of their making, so that a number names one.
    order: Vec<ConversationId>,
    rearranged: HashMap<OperationId, Rearrangement>,
    words: u32,
}

fn pick<T: Copy>(from: &[T], number: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[number % from.len()])
}

impl Life {
    pub fn new() -> Self {
        Self {
            world: World::new(),
            said: HashMap::new(),
            talks: HashMap::new(),
            order: Vec::new(),
            rearranged: HashMap::new(),
            words: 0,
        }
    }

    /// A conversation outside of the trash.
    fn talk(&self, number: usize) -> Option<ConversationId> {
        let open: Vec<ConversationId> = self
            .order
            .iter()
            .filter(|id| self.talks[id].deleted_at.is_none())
            .copied()
            .collect();
        pick(&open, number)
    }

    /// A message that can be seen, and its conversation.
    fn message(&self, number: usize) -> Option<(ConversationId, MessageId)> {
        let talk = self.talk(number)?;
        let seen: Vec<MessageId> = self.talks[&talk]
            .messages
            .iter()
            .filter(|id| !self.said[id].in_trash)
            .copied()
            .collect();
        Some((talk, pick(&seen, number / 2)?))
    }

    fn is_busy(&self, talk: ConversationId) -> bool {
        self.talks[&talk]
            .messages
            .iter()
            .any(|id| self.said[id].is_streaming)
    }

    fn words(&mut self) -> String {
        self.words += 1;
        format!("words {} 中文字 ok", self.words)
    }

    fn put(&mut self, talk: ConversationId, id: MessageId, content: String, is_streaming: bool) {
        let at = self.world.now().as_millis();
        let said = Said {
            content,
            at,
            is_streaming,
            in_trash: false,
        };
        self.said.insert(id, said);
        self.talks.get_mut(&talk).unwrap().messages.push(id);
    }

    fn deleted_at(&self, id: ConversationId) -> Option<i64> {
        self.world
            .raw()
            .query_row(
                "SELECT deleted_at FROM conversations WHERE id = ?1",
                [id],
                |row| row.get(0),
            )
            .unwrap()
    }

    fn stored_order(&self, id: ConversationId) -> Vec<(MessageId, u32)> {
        self.world
            .raw()
            .prepare("SELECT id, sequence_number FROM messages WHERE conversation_id = ?1 ORDER BY sequence_number")
            .unwrap()
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    fn assert_without_gaps(&self, id: ConversationId) {
        for (number, (_, sequence)) in (1_u32..).zip(self.stored_order(id)) {
            assert_eq!(sequence, number, "right after a split or a merge");
        }
    }

    /// A copy holds the same words in the same order, as new messages.
    fn adopt_copy(&mut self, copy: ConversationId, expected: &[MessageId]) {
        let stored = self.stored_order(copy);
        assert_eq!(stored.len(), expected.len());
        for ((id, _), original) in stored.iter().zip(expected) {
            let said = self.said[original].clone();
            assert!(
                self.said.insert(*id, said).is_none(),
                "a copy has an id of its own"
            );
        }
        let messages = stored.into_iter().map(|(id, _)| id).collect();
        let talk = Talk {
            messages,
            deleted_at: None,
        };
        self.talks.insert(copy, talk);
        self.order.push(copy);
    }

    fn settled(&self, messages: &[MessageId]) -> Vec<MessageId> {
        messages
            .iter()
            .filter(|id| !self.said[id].in_trash && !self.said[id].is_streaming)
            .copied()
            .collect()
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
            self.put(talk, id, words, false);
        }
    }

    pub fn reply(&mut self, number: usize) {
        if let Some(talk) = self.talk(number).filter(|talk| !self.is_busy(*talk)) {
            let words = self.words();
            let id = self.world.reply(talk, &[&words, " Yes."]).id;
            self.put(talk, id, format!("{words} Yes."), false);
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
            self.put(talk, id, String::new(), true);
        }
    }

    pub fn delete(&mut self, number: usize) {
        if let Some(talk) = self.talk(number) {
            self.world.delete(talk).unwrap();
            let deleted_at = self.deleted_at(talk);
            self.talks.get_mut(&talk).unwrap().deleted_at = deleted_at;
        }
    }

    pub fn delete_message(&mut self, number: usize) {
        if let Some((_, id)) = self.message(number) {
            self.world.delete_message(id).unwrap();
            self.said.get_mut(&id).unwrap().in_trash = true;
        }
    }

    pub fn restore(&mut self, number: usize) {
        if let Some(thing) = self.trashed(number) {
            self.world.restore(thing).unwrap();
            self.came_back(thing);
        }
    }

    pub fn duplicate(&mut self, number: usize, with_history: bool) {
        if let Some(talk) = self.talk(number) {
            let copy = duplicate(&self.world, talk, with_history).unwrap();
            let all = self.settled(&self.talks[&talk].messages);
            let expected = if with_history { all } else { Vec::new() };
            self.adopt_copy(copy.conversation.id, &expected);
        }
    }

    pub fn end_reply(&mut self, number: usize) {
        let streaming: Vec<MessageId> = self
            .order
            .iter()
            .flat_map(|talk| &self.talks[talk].messages)
            .filter(|id| self.said[id].is_streaming)
            .copied()
            .collect();
        if let Some(id) = pick(&streaming, number) {
            let now = self.world.now();
            self.world
                .write(move |tx| {
                    message::finish_reply(tx, id, MessageStatus::Interrupted, &[], now)
                })
                .unwrap();
            self.said.get_mut(&id).unwrap().is_streaming = false;
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

    fn came_back(&mut self, thing: Trashed) {
        match thing {
            Trashed::Conversation(id) => self.talks.get_mut(&id).unwrap().deleted_at = None,
            Trashed::Message(id) => self.said.get_mut(&id).unwrap().in_trash = false,
            Trashed::Note(id) => panic!("nobody has made the note {id}"),
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
                for message in self.talks.remove(&id).unwrap().messages {
                    self.said.remove(&message);
                }
                self.order.retain(|other| *other != id);
            }
            Trashed::Message(id) => {
                self.said.remove(&id);
                for talk in self.talks.values_mut() {
                    talk.messages.retain(|other| *other != id);
                }
            }
            Trashed::Note(id) => panic!("nobody has made the note {id}"),
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
        let messages = &self.talks[&talk].messages;
        let place = messages.iter().position(|other| *other == id).unwrap();
        let expected = self.settled(&messages[..=place]);
        self.adopt_copy(made.unwrap().conversation.id, &expected);
    }

    pub fn split(&mut self, number: usize) {
        let Some((talk, id)) = self.message(number) else {
            return;
        };
        let made = split(&self.world, id);
        let messages = self.talks[&talk].messages.clone();
        let place = messages.iter().position(|other| *other == id).unwrap();
        let is_first = messages[..place].iter().all(|id| self.said[id].in_trash);
        if is_first || self.is_busy(talk) {
            assert_eq!(made.unwrap_err().code(), "conflict");
            return;
        }
        let made = made.unwrap();
        let part = made.conversation.id;
        self.assert_without_gaps(part);
        let (left, moved) = (messages[..place].to_vec(), messages[place..].to_vec());
        self.talks
            .get_mut(&talk)
            .unwrap()
            .messages
            .clone_from(&left);
        let new = Talk {
            messages: moved.clone(),
            deleted_at: None,
        };
        self.talks.insert(part, new);
        self.order.push(part);
        let rearrangement = Rearrangement {
            before: [(talk, messages), (part, Vec::new())],
            after: [(talk, left), (part, moved)],
            deleted_at: None,
        };
        self.rearranged.insert(made.operation.id, rearrangement);
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
        self.assert_without_gaps(into);
        let (ours, theirs) = (
            self.talks[&into].messages.clone(),
            self.talks[&from].messages.clone(),
        );
        // Each of theirs goes before the first of ours that is younger, and never before one of its own.
        let mut merged = ours.clone();
        let mut place = 0;
        for id in &theirs {
            while place < merged.len() && self.said[&merged[place]].at <= self.said[id].at {
                place += 1;
            }
            merged.insert(place, *id);
            place += 1;
        }
        let deleted_at = self.deleted_at(from);
        assert!(deleted_at.is_some());
        self.talks
            .get_mut(&into)
            .unwrap()
            .messages
            .clone_from(&merged);
        let other = self.talks.get_mut(&from).unwrap();
        other.messages.clear();
        other.deleted_at = deleted_at;
        let rearrangement = Rearrangement {
            before: [(into, ours), (from, theirs)],
            after: [(into, merged), (from, Vec::new())],
            deleted_at,
        };
        self.rearranged
            .insert(made.unwrap().operation.id, rearrangement);
    }

    pub fn undo(&mut self, number: usize) {
        let operations = self.world.operations();
        let Some(operation) = operations.get(number % operations.len().max(1)) else {
            return;
        };
        if let Some(rearrangement) = self.rearranged.get(&operation.id).cloned() {
            return self.undo_rearrangement(operation.id, operation.kind, &rearrangement);
        }
        let before: Vec<_> = self.in_trash();
        match self.world.undo(operation.id) {
            Err(error) => assert_eq!(error.code(), "conflict"),
            Ok(_) => {
                let after = self.in_trash();
                for thing in before.iter().filter(|thing| !after.contains(thing)) {
                    self.came_back(*thing);
                }
                for thing in after.iter().filter(|thing| !before.contains(thing)) {
                    match thing {
                        Trashed::Conversation(id) => {
                            let deleted_at = self.deleted_at(*id);
                            self.talks.get_mut(id).unwrap().deleted_at = deleted_at;
                        }
                        Trashed::Message(id) => self.said.get_mut(id).unwrap().in_trash = true,
                        Trashed::Note(id) => panic!("nobody has made the note {id}"),
                    }
                }
            }
        }
    }

    /// All that lies in the trash, messages of conversations there as well.
    fn in_trash(&self) -> Vec<Trashed> {
        let raw = self.world.raw();
        let of = |kind: TrashKind, table: &str| -> Vec<Trashed> {
            raw.prepare(&format!("SELECT id FROM {table} WHERE deleted_at > 0"))
                .unwrap()
                .query_map([], |row| {
                    Ok(match kind {
                        TrashKind::Message => Trashed::Message(row.get(0)?),
                        _ => Trashed::Conversation(row.get(0)?),
                    })
                })
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap()
        };
        let mut things = of(TrashKind::Conversation, "conversations");
        things.extend(of(TrashKind::Message, "messages"));
        things
    }

    fn undo_rearrangement(
        &mut self,
        id: OperationId,
        kind: OperationKind,
        rearrangement: &Rearrangement,
    ) {
        let [one, other] = [&rearrangement.after[0], &rearrangement.after[1]];
        assert!(
            self.talks.contains_key(&one.0) && self.talks.contains_key(&other.0),
            "the entry of a conversation that is gone is gone"
        );
        let there = |ids: &[MessageId]| -> Vec<MessageId> {
            ids.iter()
                .filter(|id| self.said.contains_key(id))
                .copied()
                .collect()
        };
        let set = |ids: &[MessageId]| -> BTreeSet<MessageId> { ids.iter().copied().collect() };
        let is_unmoved = [one, other]
            .iter()
            .all(|(talk, ids)| set(&self.talks[talk].messages) == set(&there(ids)));
        let is_in_place = match kind {
            OperationKind::ConversationSplit => self.talks[&other.0].deleted_at.is_none(),
            _ => {
                let since = self.talks[&other.0].deleted_at;
                since.is_none() || since == rearrangement.deleted_at
            }
        };
        let may = is_unmoved && is_in_place && self.talks[&one.0].deleted_at.is_none();
        let [first, second] = rearrangement
            .before
            .clone()
            .map(|(talk, ids)| (talk, there(&ids)));
        match self.world.undo(id) {
            Err(error) => {
                assert_eq!(error.code(), "conflict");
                assert!(!may, "{kind:?} could be taken back: {error}");
            }
            Ok(_) => {
                assert!(may, "{kind:?} cannot be taken back");
                self.talks.get_mut(&first.0).unwrap().messages = first.1;
                if kind == OperationKind::ConversationSplit {
                    self.talks.remove(&second.0);
                    self.order.retain(|talk| *talk != second.0);
                } else {
                    let talk = self.talks.get_mut(&second.0).unwrap();
                    talk.messages = second.1;
                    talk.deleted_at = None;
                }
            }
        }
    }

    /// The database holds what the model holds, and nothing else.
    pub fn compare(&self) {
        let raw = self.world.raw();
        let stored: Vec<(ConversationId, Option<i64>, u32)> = raw
            .prepare("SELECT id, deleted_at, message_count FROM conversations")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(stored.len(), self.talks.len());
        let mut messages = 0;
        for (id, deleted_at, count) in stored {
            let talk = &self.talks[&id];
            assert_eq!(deleted_at, talk.deleted_at);
            assert_eq!(count as usize, self.settled(&talk.messages).len());
            let stored = self.stored_order(id);
            assert!(stored.windows(2).all(|pair| pair[0].1 < pair[1].1));
            let ids: Vec<MessageId> = stored.into_iter().map(|(id, _)| id).collect();
            assert_eq!(ids, talk.messages);
            messages += ids.len();
        }
        let mut statement = raw
            .prepare("SELECT id, content, created_at, status = 'streaming', deleted_at IS NOT NULL FROM messages")
            .unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let said = Said {
                content: row.get(1).unwrap(),
                at: row.get(2).unwrap(),
                is_streaming: row.get(3).unwrap(),
                in_trash: row.get(4).unwrap(),
            };
            assert_eq!(said, self.said[&row.get::<_, MessageId>(0).unwrap()]);
        }
        assert_eq!(messages, self.said.len());
    }
}
