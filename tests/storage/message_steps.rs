//! Whatever is said, edited, discarded, deleted, restored, noted, bookmarked and taken back, in whatever order: a
//! conversation is what a simple model says it is.

use std::collections::{BTreeMap, BTreeSet};

use parlance_storage::message::{self, Later};
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, MessageId, NoteId, OperationId, Role, bookmark, note};
use proptest::prelude::*;

use crate::support::{World, cases};

/// What may happen, to things by number.
#[derive(Clone, Debug)]
enum Step {
    Send(usize),
    Reply,
    Edit(usize, usize, bool),
    Delete(usize),
    DeleteMany(usize, usize),
    Restore(usize),
    Undo(usize),
    Note(usize),
    UpdateNote(usize, usize),
    DeleteNote(usize),
    Bookmark(usize, usize),
    Unbookmark(usize),
    Minute(i64),
}

const WORDS: &[&str] = &["One", "Deux 🙂", "三つ", "Hello there, once again"];

fn step() -> impl Strategy<Value = Step> {
    let which = 0..24_usize;
    let word = 0..WORDS.len();
    prop_oneof![
        4 => word.clone().prop_map(Step::Send),
        3 => Just(Step::Reply),
        4 => (which.clone(), word.clone(), prop::bool::ANY)
            .prop_map(|(which, word, discard)| Step::Edit(which, word, discard)),
        2 => which.clone().prop_map(Step::Delete),
        1 => (which.clone(), 1..4_usize).prop_map(|(first, count)| Step::DeleteMany(first, count)),
        3 => which.clone().prop_map(Step::Restore),
        4 => (0..6_usize).prop_map(Step::Undo),
        2 => which.clone().prop_map(Step::Note),
        1 => (which.clone(), word.clone()).prop_map(|(which, word)| Step::UpdateNote(which, word)),
        2 => which.clone().prop_map(Step::DeleteNote),
        2 => (which.clone(), word).prop_map(|(which, word)| Step::Bookmark(which, word)),
        1 => which.prop_map(Step::Unbookmark),
        1 => prop_oneof![Just(-60_000_i64), Just(1), Just(60_000)].prop_map(Step::Minute),
    ]
}

/// A message as the model has it. What lies in the trash knows by which deletion it went there.
#[derive(Clone, Debug)]
struct Said {
    role: Role,
    versions: Vec<String>,
    deletion: Option<usize>,
    bookmark: Option<String>,
}

impl Said {
    fn content(&self) -> &str {
        self.versions.last().unwrap()
    }
}

#[derive(Clone, Debug)]
struct Noted {
    message: Option<MessageId>,
    content: String,
    deletion: Option<usize>,
}

/// What taking an operation back does.
#[derive(Clone, Debug)]
enum Undo {
    Undelete(usize),
    Delete(MessageId),
    Revert(MessageId, Edit),
    Bookmark(MessageId, String),
    UndeleteNote(NoteId, usize),
    DeleteNote(NoteId),
}

/// An edit, with what must be so to take it back.
#[derive(Clone, Debug)]
struct Edit {
    /// Which of the versions it made, to know whether another came after it.
    version: usize,
    /// What it discarded; `None` if it kept what came later.
    deletion: Option<usize>,
    /// The last message of that time, and what was answered since to its words.
    last: MessageId,
    answers: BTreeSet<MessageId>,
}

#[derive(Default)]
struct Model {
    /// Ids grow, so this is the order of the conversation.
    messages: BTreeMap<MessageId, Said>,
    notes: BTreeMap<NoteId, Noted>,
    undo: BTreeMap<OperationId, Undo>,
    /// Counts the deletions.
    deletions: usize,
}

impl Model {
    fn live(&self) -> Vec<MessageId> {
        let live = self.messages.iter();
        live.filter(|(_, said)| said.deletion.is_none())
            .map(|(id, _)| *id)
            .collect()
    }

    fn live_notes(&self) -> Vec<NoteId> {
        let live = self.notes.iter();
        live.filter(|(_, note)| note.deletion.is_none())
            .map(|(id, _)| *id)
            .collect()
    }

    fn said(&mut self, id: MessageId) -> &mut Said {
        self.messages.get_mut(&id).unwrap()
    }

    fn delete(&mut self, ids: impl IntoIterator<Item = MessageId>) -> usize {
        self.deletions += 1;
        let deletion = self.deletions;
        for id in ids {
            self.said(id).deletion = Some(deletion);
        }
        deletion
    }

    fn delete_note(&mut self, id: NoteId) -> usize {
        self.deletions += 1;
        self.notes.get_mut(&id).unwrap().deletion = Some(self.deletions);
        self.deletions
    }

    fn undelete(&mut self, deletion: usize) {
        for said in self.messages.values_mut() {
            if said.deletion == Some(deletion) {
                said.deletion = None;
            }
        }
    }

    /// What was said after a message since its edit.
    fn live_since(&self, id: MessageId, edit: &Edit) -> Vec<MessageId> {
        let live = self.live().into_iter();
        live.filter(|one| *one > id && *one > edit.last).collect()
    }

    /// A reply answers the last thing said, and so the newest edit of that which asked for an answer.
    fn answered(&mut self, reply: MessageId) {
        let last = self.live().last().copied();
        let edits = self.undo.values_mut().rev();
        let mut of_last = edits.filter_map(|undo| match undo {
            Undo::Revert(id, edit) if Some(*id) == last => Some(edit),
            _ => None,
        });
        if let Some(edit) = of_last.find(|edit| edit.deletion.is_some()) {
            edit.answers.insert(reply);
        }
    }

    fn take_back(&mut self, undo: &Undo) {
        match undo {
            Undo::Undelete(deletion) => self.undelete(*deletion),
            Undo::Delete(id) => drop(self.delete([*id])),
            Undo::Revert(id, edit) => {
                self.said(*id).versions.pop();
                if let Some(deletion) = edit.deletion {
                    let since = self.live_since(*id, edit);
                    self.undelete(deletion);
                    self.delete(since);
                }
            }
            Undo::Bookmark(id, note) => self.said(*id).bookmark = Some(note.clone()),
            Undo::UndeleteNote(id, _) => self.notes.get_mut(id).unwrap().deletion = None,
            Undo::DeleteNote(id) => drop(self.delete_note(*id)),
        }
    }

    /// Whether taking it back would undo something else, or nothing.
    fn is_refused(&self, undo: &Undo) -> bool {
        match undo {
            Undo::Undelete(deletion) => !self
                .messages
                .values()
                .any(|said| said.deletion == Some(*deletion)),
            Undo::Delete(id) => self.messages[id].deletion.is_some(),
            Undo::Revert(id, edit) => {
                let said = &self.messages[id];
                let since = self.live_since(*id, edit);
                said.deletion.is_some()
                    || said.versions.len() != edit.version
                    || (edit.deletion.is_some()
                        && since.iter().any(|since| !edit.answers.contains(since)))
            }
            Undo::Bookmark(id, _) => {
                let said = &self.messages[id];
                said.deletion.is_some() || said.bookmark.is_some()
            }
            Undo::UndeleteNote(id, deletion) => self.notes[id].deletion != Some(*deletion),
            Undo::DeleteNote(id) => self.notes[id].deletion.is_some(),
        }
    }
}

fn pick<T: Copy>(from: &[T], number: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[number % from.len()])
}

fn take(world: &World, talk: ConversationId, model: &mut Model, step: &Step) {
    let (user, now) = (world.user, world.now());
    let (live, notes) = (model.live(), model.live_notes());
    match *step {
        Step::Send(word) => {
            let id = world.send(talk, WORDS[word]).unwrap().id;
            let said = Said {
                role: Role::User,
                versions: vec![WORDS[word].to_owned()],
                deletion: None,
                bookmark: None,
            };
            model.messages.insert(id, said);
        }
        Step::Reply => {
            let id = world.reply(talk, &["Well. ", "Go on."]).id;
            model.answered(id);
            let said = Said {
                role: Role::Assistant,
                versions: vec!["Well. Go on.".to_owned()],
                deletion: None,
                bookmark: None,
            };
            model.messages.insert(id, said);
        }
        Step::Edit(which, word, discard) => {
            let Some(id) = pick(&live, which) else { return };
            let later = if discard { Later::Discard } else { Later::Keep };
            let edited = world.edit(id, WORDS[word], later);
            if model.messages[&id].role != Role::User {
                assert_eq!(edited.unwrap_err().code(), "conflict");
                return;
            }
            let operation = edited.unwrap().operation;
            assert_eq!(
                operation.is_none(),
                model.messages[&id].content() == WORDS[word]
            );
            if let Some(operation) = operation {
                model.said(id).versions.push(WORDS[word].to_owned());
                let gone = live.into_iter().filter(|other| discard && *other > id);
                let edit = Edit {
                    version: model.messages[&id].versions.len(),
                    deletion: discard.then(|| model.delete(gone)),
                    last: *model.messages.keys().last().unwrap(),
                    answers: BTreeSet::new(),
                };
                model.undo.insert(operation.id, Undo::Revert(id, edit));
            }
        }
        Step::Delete(which) => {
            let Some(id) = pick(&live, which) else { return };
            let operation = world.delete_message(id).unwrap().id;
            let deletion = model.delete([id]);
            model.undo.insert(operation, Undo::Undelete(deletion));
        }
        Step::DeleteMany(first, count) => {
            let ids: Vec<MessageId> = live
                .into_iter()
                .skip(first % 8)
                .step_by(2)
                .take(count)
                .collect();
            let given = ids.clone();
            let done = world.write(move |tx| message::delete_many(tx, user, &given, now));
            if ids.is_empty() {
                assert_eq!(done.unwrap_err().code(), "invalid");
                return;
            }
            let deletion = model.delete(ids);
            model
                .undo
                .insert(done.unwrap().id, Undo::Undelete(deletion));
        }
        Step::Restore(which) => {
            let things: Vec<Trashed> = world
                .trash()
                .iter()
                .map(|item| Trashed::named(item.kind, &item.id).unwrap())
                .collect();
            let Some(thing) = pick(&things, which) else {
                return;
            };
            world.restore(thing).unwrap();
            let undo = match thing {
                Trashed::Message(id) => {
                    model.said(id).deletion = None;
                    Undo::Delete(id)
                }
                Trashed::Note(id) => {
                    model.notes.get_mut(&id).unwrap().deletion = None;
                    Undo::DeleteNote(id)
                }
                Trashed::Conversation(_) => panic!("no conversation was deleted"),
            };
            model.undo.insert(world.operations()[0].id, undo);
        }
        Step::Undo(which) => {
            let ids: Vec<OperationId> = world.operations().iter().map(|done| done.id).collect();
            let Some(id) = pick(&ids, which) else { return };
            let undo = model.undo[&id].clone();
            match world.undo(id) {
                Ok(_) => {
                    assert!(!model.is_refused(&undo), "{undo:?}");
                    model.undo.remove(&id);
                    model.take_back(&undo);
                }
                Err(error) => {
                    assert_eq!(error.code(), "conflict");
                    assert!(model.is_refused(&undo), "{undo:?}: {error}");
                }
            }
        }
        Step::Note(which) => {
            // Now and then about the conversation as a whole.
            let message = pick(&live, which).filter(|_| which % 4 != 0);
            let content = format!("note {which}");
            let id = world.note(talk, message, &content).unwrap().id;
            let noted = Noted {
                message,
                content,
                deletion: None,
            };
            model.notes.insert(id, noted);
        }
        Step::UpdateNote(which, word) => {
            let Some(id) = pick(&notes, which) else {
                return;
            };
            world
                .write(move |tx| note::update(tx, user, id, WORDS[word], now))
                .unwrap();
            model.notes.get_mut(&id).unwrap().content = WORDS[word].to_owned();
        }
        Step::DeleteNote(which) => {
            let Some(id) = pick(&notes, which) else {
                return;
            };
            let operation = world.delete_note(id).unwrap().id;
            let deletion = model.delete_note(id);
            model
                .undo
                .insert(operation, Undo::UndeleteNote(id, deletion));
        }
        Step::Bookmark(which, word) => {
            let Some(id) = pick(&live, which) else { return };
            world.bookmark(id, Some(WORDS[word])).unwrap();
            model.said(id).bookmark = Some(WORDS[word].to_owned());
        }
        Step::Unbookmark(which) => {
            let Some(id) = pick(&live, which) else { return };
            let done = world.write(move |tx| bookmark::remove(tx, user, id, now));
            match model.said(id).bookmark.take() {
                Some(note) => drop(
                    model
                        .undo
                        .insert(done.unwrap().id, Undo::Bookmark(id, note)),
                ),
                None => assert_eq!(done.unwrap_err().code(), "not_found"),
            }
        }
        Step::Minute(by) => world.clock.advance(by),
    }
}

/// The database says what the model says, in everything that is shown.
fn assert_alike(world: &World, talk: ConversationId, model: &Model) {
    let user = world.user;
    let live = model.live();
    let stored = world.messages(talk);
    let ids: Vec<MessageId> = stored.iter().map(|said| said.id).collect();
    assert_eq!(ids, live);
    for said in &stored {
        let expected = &model.messages[&said.id];
        let note_count = model
            .notes
            .values()
            .filter(|note| note.message == Some(said.id) && note.deletion.is_none())
            .count();
        assert_eq!(
            (
                said.content.as_str(),
                said.edit_count as usize,
                said.is_bookmarked,
                said.note_count as usize
            ),
            (
                expected.content(),
                expected.versions.len() - 1,
                expected.bookmark.is_some(),
                note_count
            )
        );
        let id = said.id;
        let mut past: Vec<String> = world
            .read(move |tx| message::history(tx, user, id, None))
            .unwrap()
            .edits
            .into_iter()
            .map(|edit| edit.previous_content)
            .collect();
        past.reverse();
        assert_eq!(past, expected.versions[..expected.versions.len() - 1]);
    }
    let kept = world.get(talk);
    assert_eq!(
        (
            kept.message_count as usize,
            kept.last_message_preview.as_deref()
        ),
        (
            live.len(),
            live.last().map(|id| model.messages[id].content())
        )
    );
    let notes: Vec<(NoteId, String)> = world
        .read(move |tx| note::list_page(tx, user, talk, None, 100))
        .unwrap()
        .items
        .into_iter()
        .map(|note| (note.id, note.content))
        .collect();
    let expected: Vec<(NoteId, String)> = model
        .live_notes()
        .into_iter()
        .map(|id| (id, model.notes[&id].content.clone()))
        .collect();
    assert_eq!(notes, expected);
    let bookmarks: BTreeSet<(MessageId, Option<String>)> = world
        .read(move |tx| bookmark::list_page(tx, user, None, 100))
        .unwrap()
        .items
        .into_iter()
        .map(|item| (item.message_id, item.note))
        .collect();
    let expected: BTreeSet<(MessageId, Option<String>)> = live
        .iter()
        .filter_map(|id| Some((*id, Some(model.messages[id].bookmark.clone()?))))
        .collect();
    assert_eq!(bookmarks, expected);
    let trashed: BTreeSet<String> = world.trash().into_iter().map(|item| item.id).collect();
    let gone = model.messages.iter();
    let gone = gone.filter(|(_, said)| said.deletion.is_some());
    let gone_notes = model.notes.iter();
    let gone_notes = gone_notes.filter(|(_, note)| note.deletion.is_some());
    let expected: BTreeSet<String> = gone
        .map(|(id, _)| id.to_string())
        .chain(gone_notes.map(|(id, _)| id.to_string()))
        .collect();
    assert_eq!(trashed, expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(32), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_to_messages_and_undone_nothing_is_lost_or_doubled(
        steps in prop::collection::vec(step(), 1..70)
    ) {
        let world = World::new();
        let talk = world.conversation();
        let mut model = Model::default();
        for step in &steps {
            take(&world, talk, &mut model, step);
            assert_alike(&world, talk, &model);
        }
        world.assert_sound();
    }
}
