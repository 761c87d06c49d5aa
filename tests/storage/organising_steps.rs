//! Whatever is sorted, pinned, tagged, deleted and undone, in whatever order: each deed does what a simple model says,
//! or is refused as that says; and what was done last is taken back without a trace.

use std::collections::BTreeMap;

use parlance_storage::conversation::{self, ListFilter, StatusScope};
use parlance_storage::folder::FolderPatch;
use parlance_storage::trash::Trashed;
use parlance_storage::{CefrLevel, ConversationId, ConversationStatus, Error, FolderId, tag};
use proptest::prelude::*;

use crate::organising_model::{Deed, Folder, Given, State, Talk, key};
use crate::organising_undo::Done;
use crate::support::{World, cases};

/// What may happen, to things by number.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    MakeFolder(usize, usize),
    RenameFolder(usize, usize),
    MoveFolder(usize, usize, usize),
    DeleteFolder(usize),
    File(Vec<usize>, usize),
    Tag(Vec<usize>, usize, usize),
    RenameTag(usize, usize),
    MergeTag(usize, usize),
    DeleteTag(usize),
    Pin(Vec<usize>, bool),
    MovePin(usize, usize),
    Status(Vec<usize>, usize),
    Level(Vec<usize>, usize),
    Delete(Vec<usize>),
    Restore(usize),
    Erase(usize),
    Undo(usize),
    Tick,
}

const TAGS: &[&str] = &["Été", "été", "food", "Food", "文法", "🎓"];

fn step() -> impl Strategy<Value = Step> {
    let some = || prop::collection::vec(0..8_usize, 1..5);
    prop_oneof![
        3 => Just(Step::Begin),
        4 => (0..9_usize, 0..4_usize).prop_map(|(parent, name)| Step::MakeFolder(parent, name)),
        1 => (0..8_usize, 0..4_usize).prop_map(|(id, name)| Step::RenameFolder(id, name)),
        4 => (0..8_usize, 0..9_usize, 0..9_usize).prop_map(|(id, parent, before)| Step::MoveFolder(id, parent, before)),
        2 => (0..8_usize).prop_map(Step::DeleteFolder),
        4 => (some(), 0..9_usize).prop_map(|(ids, folder)| Step::File(ids, folder)),
        4 => (some(), 0..6_usize, 0..6_usize).prop_map(|(ids, add, remove)| Step::Tag(ids, add, remove)),
        2 => (0..6_usize, 0..6_usize).prop_map(|(from, to)| Step::RenameTag(from, to)),
        2 => (0..6_usize, 0..6_usize).prop_map(|(from, to)| Step::MergeTag(from, to)),
        2 => (0..6_usize).prop_map(Step::DeleteTag),
        4 => (some(), any::<bool>()).prop_map(|(ids, is_pinned)| Step::Pin(ids, is_pinned)),
        2 => (0..8_usize, 0..9_usize).prop_map(|(id, before)| Step::MovePin(id, before)),
        1 => (some(), 0..4_usize).prop_map(|(ids, status)| Step::Status(ids, status)),
        1 => (some(), 0..4_usize).prop_map(|(ids, level)| Step::Level(ids, level)),
        2 => prop::collection::vec(0..8_usize, 1..3).prop_map(Step::Delete),
        3 => (0..8_usize).prop_map(Step::Restore),
        1 => (0..8_usize).prop_map(Step::Erase),
        6 => prop_oneof![3 => Just(0_usize), 1 => 0..8_usize].prop_map(Step::Undo),
        1 => Just(Step::Tick),
    ]
}

fn pick<T: Copy>(from: &[T], number: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[number % from.len()])
}

/// A database, the model of it, and what both know of the past.
struct Life {
    world: World,
    state: State,
    done: Done,
    /// What was visible before the newest operation, and after it.
    around_newest: Option<(State, State)>,
}

/// What the learner sees: not since when something is pinned or in the trash, nor where it will come back to.
fn visible(state: &State) -> State {
    let mut visible = state.clone();
    for talk in visible.talks.values_mut() {
        talk.pinned_at = talk.pinned_at.map(|_| 0);
        talk.trashed = talk.trashed.map(|_| (0, 0));
    }
    visible.children.retain(|_, order| !order.is_empty());
    visible
}

impl Life {
    fn new() -> Self {
        Self {
            world: World::new(),
            state: State::default(),
            done: Done::default(),
            around_newest: None,
        }
    }

    fn listed(&self) -> Vec<ConversationId> {
        self.world.list(&ListFilter {
            status: StatusScope::All,
            ..ListFilter::default()
        })
    }

    fn trashed(&self, number: usize) -> Option<ConversationId> {
        let trashed: Vec<Trashed> = self
            .world
            .trash()
            .iter()
            .map(|item| Trashed::named(item.kind, &item.id).unwrap())
            .collect();
        match pick(&trashed, number)? {
            Trashed::Conversation(id) => Some(id),
            other => panic!("nobody has deleted {other}"),
        }
    }

    /// What a step means by now; `None` if there is nothing that it could be done to.
    fn deed(&self, step: &Step) -> Option<Deed> {
        let talks = self.listed();
        let folders: Vec<FolderId> = self.state.folders.keys().copied().collect();
        let some = |numbers: &[usize]| {
            let mut ids: Vec<ConversationId> = Vec::new();
            for id in numbers.iter().filter_map(|number| pick(&talks, *number)) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            ids
        };
        Some(match step {
            Step::Begin => Deed::Begin,
            Step::MakeFolder(parent, name) => {
                Deed::MakeFolder(format!("Folder {name}"), folders.get(*parent).copied())
            }
            Step::RenameFolder(id, name) => {
                Deed::RenameFolder(pick(&folders, *id)?, format!("FOLDER {name}"))
            }
            Step::MoveFolder(id, parent, before) => {
                let parent = folders.get(*parent).copied();
                // Mostly one that lies there.
                let there = self.state.children(parent);
                let before = if *before < 6 {
                    there.get(*before)
                } else {
                    folders.get(*before - 6)
                };
                Deed::MoveFolder(pick(&folders, *id)?, parent, before.copied())
            }
            Step::DeleteFolder(id) => Deed::DeleteFolder(pick(&folders, *id)?),
            Step::File(ids, folder) => Deed::File(some(ids), folders.get(*folder).copied()),
            Step::Tag(ids, add, remove) => Deed::Tag(some(ids), TAGS[*add], TAGS[*remove]),
            Step::RenameTag(from, to) => Deed::RenameTag(TAGS[*from], TAGS[*to]),
            Step::MergeTag(from, to) => Deed::MergeTag(TAGS[*from], TAGS[*to]),
            Step::DeleteTag(tag) => Deed::DeleteTag(TAGS[*tag]),
            Step::Pin(ids, is_pinned) => Deed::Pin(some(ids), *is_pinned),
            Step::MovePin(id, before) => {
                Deed::MovePin(pick(&talks, *id)?, talks.get(*before).copied())
            }
            Step::Status(ids, status) => Deed::Status(some(ids), ConversationStatus::ALL[*status]),
            Step::Level(ids, level) => Deed::Level(some(ids), CefrLevel::ALL.get(*level).copied()),
            Step::Delete(ids) => Deed::Delete(some(ids)),
            Step::Restore(number) => Deed::Restore(self.trashed(*number)?),
            Step::Erase(_) | Step::Undo(_) | Step::Tick => return None,
        })
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Tick => self.world.clock.advance(1),
            Step::Erase(number) => self.erase(*number),
            Step::Undo(number) => self.undo(*number),
            _ => {
                if let Some(deed) = self.deed(step) {
                    self.act(&deed);
                }
            }
        }
        self.compare();
    }

    fn act(&mut self, deed: &Deed) {
        let mut given = Given {
            talk: None,
            folder: None,
            now: self.world.now().as_millis(),
            deleted_at: 0,
        };
        let made = run(&self.world, deed, &mut given);
        given.deleted_at = self.latest_deletion();
        let before = self.state.clone();
        match (self.state.act(deed, given), made) {
            (Ok(undo), Ok(())) => {
                if let Some(undo) = undo {
                    let id = self.world.operations()[0].id;
                    assert!(
                        self.done.0.iter().all(|(known, _)| *known < id),
                        "{deed:?} is recorded"
                    );
                    self.done.record(id, deed, undo);
                    self.around_newest = Some((before, self.state.clone()));
                }
            }
            (Err(code), Err(error)) => {
                assert_eq!(error.code(), code, "{deed:?}: {error}");
                self.state = before;
            }
            (expected, made) => panic!("{deed:?}: {made:?}, where the model has {expected:?}"),
        }
    }

    fn undo(&mut self, number: usize) {
        let count = self.done.0.len();
        if count == 0 {
            return;
        }
        // The newest first.
        let at = count - 1 - number % count;
        let (id, undo) = self.done.0[at].clone();
        let before = self.state.clone();
        let undone = self.world.undo(id);
        let expected = self.state.take_back(&undo, self.latest_deletion());
        match (expected, undone) {
            (Ok(()), Ok(_)) => drop(self.done.0.remove(at)),
            (Err(code), Err(error)) => {
                assert_eq!(error.code(), code, "{undo:?}: {error}");
                self.state = before.clone();
            }
            (expected, undone) => panic!("{undo:?}: {undone:?}, where the model has {expected:?}"),
        }
        // Whatever the model thinks: of what was done last nothing is left.
        if at + 1 == count
            && let Some((earlier, later)) = self.around_newest.take()
            && visible(&later) == visible(&before)
            && later.talks.len() == before.talks.len()
        {
            assert_eq!(visible(&self.state), visible(&earlier), "{undo:?}");
        }
    }

    fn erase(&mut self, number: usize) {
        let Some(id) = self.trashed(number) else {
            return;
        };
        self.world.erase(&[Trashed::Conversation(id)]);
        let gone = self.state.talks.remove(&id).unwrap();
        let tags: Vec<String> = gone
            .tags
            .into_values()
            .filter(|tag| self.state.spelling(tag).is_none())
            .collect();
        self.done.forget(id, &tags);
        self.around_newest = None;
    }

    fn latest_deletion(&self) -> i64 {
        self.world
            .trash()
            .first()
            .map_or(0, |item| item.deleted_at.as_millis())
    }

    /// Everything that the learner sees is what the model has.
    fn compare(&self) {
        let state = visible(&self.state);
        let listed = self.listed();
        let mut seen = State::default();
        for id in &listed {
            let (conversation, summary) = (self.world.get(*id), self.world.summary(*id));
            assert_eq!(conversation.folder_id, summary.folder_id);
            let pinned = self.state.pins.iter().position(|one| one == id);
            let place = conversation
                .pin_order
                .map(|place| usize::try_from(place - 1).unwrap());
            assert_eq!(place, pinned);
            seen.pins.extend(conversation.pin_order.map(|_| *id));
            let tags = summary.tags.iter().map(|tag| (key(tag), tag.clone()));
            let talk = Talk {
                folder: conversation.folder_id,
                tags: tags.collect(),
                status: conversation.status,
                level: conversation.level,
                pinned_at: conversation.pinned_at.map(|_| 0),
                trashed: None,
            };
            assert_eq!(talk.tags.len(), summary.tags.len(), "one tag twice");
            seen.talks.insert(*id, talk);
        }
        let in_trash: Vec<String> = self.world.trash().into_iter().map(|item| item.id).collect();
        for (id, talk) in state
            .talks
            .iter()
            .filter(|(_, talk)| talk.trashed.is_some())
        {
            assert!(in_trash.contains(&id.to_string()));
            seen.talks.insert(*id, talk.clone());
        }
        assert_eq!(in_trash.len() + listed.len(), state.talks.len());
        self.compare_folders(&mut seen);
        assert_eq!(seen, state);
        self.compare_tags();
        let done: Vec<_> = self.world.operations().iter().map(|one| one.id).collect();
        let expected: Vec<_> = self.done.0.iter().rev().map(|(id, _)| *id).collect();
        assert_eq!(done, expected, "what can be undone");
    }

    fn compare_folders(&self, seen: &mut State) {
        for folder in self.world.folders() {
            let parent = folder.parent_folder_id;
            let order = seen.children.entry(parent).or_default();
            assert_eq!(folder.position as usize, order.len(), "no gap");
            order.push(folder.id);
            let in_it = seen
                .talks
                .values()
                .filter(|talk| talk.folder == Some(folder.id));
            let count = in_it.filter(|talk| talk.trashed.is_none()).count();
            assert_eq!(folder.conversation_count as usize, count);
            let name = folder.name;
            seen.folders.insert(folder.id, Folder { name, parent });
        }
    }

    fn compare_tags(&self) {
        let mut expected: BTreeMap<String, (String, u32)> = BTreeMap::new();
        for talk in self
            .state
            .talks
            .values()
            .filter(|talk| talk.trashed.is_none())
        {
            for (key, tag) in &talk.tags {
                expected.entry(key.clone()).or_insert((tag.clone(), 0)).1 += 1;
            }
        }
        let tags = self.world.tags().into_iter();
        let tags: Vec<_> = tags.map(|tag| (tag.name, tag.conversation_count)).collect();
        assert_eq!(tags, expected.into_values().collect::<Vec<_>>());
    }
}

/// Does it in the database.
fn run(world: &World, deed: &Deed, given: &mut Given) -> Result<(), Error> {
    match deed.clone() {
        Deed::Begin => given.talk = Some(world.conversation()),
        Deed::MakeFolder(name, parent) => given.folder = Some(world.folder(&name, parent)?),
        Deed::RenameFolder(id, name) => {
            let patch = FolderPatch {
                name: Some(name),
                ..FolderPatch::default()
            };
            world.update_folder(id, patch)?;
        }
        Deed::MoveFolder(id, parent, before) => drop(world.move_folder(id, parent, before)?),
        Deed::DeleteFolder(id) => drop(world.delete_folder(id)?),
        Deed::File(ids, folder) => drop(world.file(&ids, folder)?),
        Deed::Tag(ids, add, remove) => drop(world.change_tags(&ids, &[add], &[remove])?),
        Deed::RenameTag(from, to) => {
            world.act(move |tx, user, now| tag::rename(tx, user, from, to, now))?;
        }
        Deed::MergeTag(from, to) => {
            world.act(move |tx, user, now| tag::merge(tx, user, from, to, now))?;
        }
        Deed::DeleteTag(tag) => {
            world.act(move |tx, user, now| tag::delete(tx, user, tag, now))?;
        }
        Deed::Pin(ids, is_pinned) => drop(world.pin(&ids, is_pinned)?),
        Deed::MovePin(id, before) => drop(world.move_pin(id, before)?),
        Deed::Status(ids, status) => drop(world.set_status(&ids, status)?),
        Deed::Level(ids, level) => {
            world.act(move |tx, user, now| conversation::set_level(tx, user, &ids, level, now))?;
        }
        Deed::Delete(ids) => drop(world.delete_many(&ids)?),
        Deed::Restore(id) => world.restore(Trashed::Conversation(id))?,
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(24), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sorted_pinned_tagged_deleted_and_undone_is_as_a_simple_model_says(
        steps in prop::collection::vec(step(), 1..80)
    ) {
        let mut life = Life::new();
        // Something to begin with, so that most steps are about several things.
        for _ in 0..6 {
            life.take(&Step::Begin);
        }
        for name in 0..3 {
            life.take(&Step::MakeFolder(8, name));
        }
        for step in &steps {
            life.take(step);
        }
        // Back through everything that still can be taken back.
        for number in (0..life.done.0.len()).rev() {
            let left = life.done.0.len();
            life.undo((left - 1).saturating_sub(number));
            life.compare();
        }
        life.world.assert_sound();
    }
}
