//! Whatever is sorted, pinned, tagged, deleted and undone, in whatever order: everything has one place.

use std::collections::{HashMap, HashSet};

use parlance_storage::conversation::{ListFilter, StatusScope};
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, ConversationStatus, FolderId, tag};
use proptest::prelude::*;

use crate::support::World;

/// What may happen, to things by number.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    MakeFolder(usize, usize),
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
        4 => (0..8_usize, 0..9_usize, 0..9_usize).prop_map(|(id, parent, before)| Step::MoveFolder(id, parent, before)),
        2 => (0..8_usize).prop_map(Step::DeleteFolder),
        4 => (some(), 0..9_usize).prop_map(|(ids, folder)| Step::File(ids, folder)),
        4 => (some(), 0..6_usize, 0..6_usize).prop_map(|(ids, add, remove)| Step::Tag(ids, add, remove)),
        1 => (0..6_usize, 0..6_usize).prop_map(|(from, to)| Step::RenameTag(from, to)),
        1 => (0..6_usize, 0..6_usize).prop_map(|(from, to)| Step::MergeTag(from, to)),
        1 => (0..6_usize).prop_map(Step::DeleteTag),
        4 => (some(), any::<bool>()).prop_map(|(ids, is_pinned)| Step::Pin(ids, is_pinned)),
        2 => (0..8_usize, 0..9_usize).prop_map(|(id, before)| Step::MovePin(id, before)),
        1 => (some(), 0..4_usize).prop_map(|(ids, status)| Step::Status(ids, status)),
        3 => some().prop_map(Step::Delete),
        2 => (0..8_usize).prop_map(Step::Restore),
        1 => (0..8_usize).prop_map(Step::Erase),
        6 => prop_oneof![3 => Just(0_usize), 1 => 0..8_usize].prop_map(Step::Undo),
        1 => Just(Step::Tick),
    ]
}

fn pick<T: Copy>(from: &[T], number: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[number % from.len()])
}

fn listed(world: &World) -> Vec<ConversationId> {
    world.list(&ListFilter {
        status: StatusScope::All,
        ..ListFilter::default()
    })
}

/// What is refused for a reason is no fault; anything else is.
fn allow<T>(result: Result<T, parlance_storage::Error>, codes: &[&str]) {
    if let Err(error) = result {
        assert!(codes.contains(&error.code()), "{error}");
    }
}

fn take(world: &World, step: &Step, erased: &mut usize) {
    let conversations = listed(world);
    let folders: Vec<FolderId> = world.folders().iter().map(|folder| folder.id).collect();
    let some = |numbers: &[usize]| -> Vec<ConversationId> {
        let ids = numbers
            .iter()
            .filter_map(|number| pick(&conversations, *number));
        ids.collect()
    };
    let trash = world.trash();
    let in_trash = |number: usize| {
        (!trash.is_empty()).then(|| {
            let item = &trash[number % trash.len()];
            Trashed::named(item.kind, &item.id).unwrap()
        })
    };
    // An empty selection is refused; so is a number that names nothing yet.
    let refused = &["invalid", "conflict"];
    match step {
        Step::Begin => drop(world.conversation()),
        Step::MakeFolder(parent, name) => {
            let parent = folders.get(*parent).copied();
            allow(
                world.folder(&format!("Folder {name}"), parent),
                &["conflict"],
            );
        }
        Step::MoveFolder(id, parent, before) => {
            if let Some(id) = pick(&folders, *id) {
                let (parent, before) = (folders.get(*parent), folders.get(*before));
                allow(
                    world.move_folder(id, parent.copied(), before.copied()),
                    refused,
                );
            }
        }
        Step::DeleteFolder(id) => {
            if let Some(id) = pick(&folders, *id) {
                world.delete_folder(id).unwrap();
            }
        }
        Step::File(ids, folder) => {
            allow(
                world.file(&some(ids), folders.get(*folder).copied()),
                refused,
            );
        }
        Step::Tag(ids, add, remove) => allow(
            world.change_tags(&some(ids), &[TAGS[*add]], &[TAGS[*remove]]),
            refused,
        ),
        Step::RenameTag(from, to) => {
            let (from, to) = (TAGS[*from], TAGS[*to]);
            allow(
                world.act(move |tx, user, now| tag::rename(tx, user, from, to, now)),
                refused,
            );
        }
        Step::MergeTag(from, to) => {
            let (from, to) = (TAGS[*from], TAGS[*to]);
            allow(
                world.act(move |tx, user, now| tag::merge(tx, user, from, to, now)),
                refused,
            );
        }
        Step::DeleteTag(tag) => {
            let tag = TAGS[*tag];
            allow(
                world.act(move |tx, user, now| tag::delete(tx, user, tag, now)),
                refused,
            );
        }
        Step::Pin(ids, is_pinned) => allow(world.pin(&some(ids), *is_pinned), refused),
        Step::MovePin(id, before) => {
            if let Some(id) = pick(&conversations, *id) {
                allow(
                    world.move_pin(id, conversations.get(*before).copied()),
                    refused,
                );
            }
        }
        Step::Status(ids, status) => allow(
            world.set_status(&some(ids), ConversationStatus::ALL[*status]),
            refused,
        ),
        Step::Delete(ids) => allow(world.delete_many(&some(ids)), refused),
        Step::Restore(number) => {
            if let Some(thing) = in_trash(*number) {
                world.restore(thing).unwrap();
            }
        }
        Step::Erase(number) => {
            if let Some(thing) = in_trash(*number) {
                world.erase(&[thing]);
                *erased += 1;
            }
        }
        Step::Undo(number) => {
            let done = world.operations();
            if let Some(id) = pick(&done.iter().map(|one| one.id).collect::<Vec<_>>(), *number) {
                allow(world.undo(id), &["conflict"]);
            }
        }
        Step::Tick => world.clock.advance(1),
    }
}

fn assert_orderly(world: &World, begun: usize, erased: usize) {
    let folders = world.folders();
    let parents: HashMap<FolderId, Option<FolderId>> = folders
        .iter()
        .map(|folder| (folder.id, folder.parent_folder_id))
        .collect();
    let mut places: HashMap<Option<FolderId>, Vec<u32>> = HashMap::new();
    let mut names = HashSet::new();
    for folder in &folders {
        let mut depth = 1;
        let mut above = folder.parent_folder_id;
        while let Some(parent) = above {
            depth += 1;
            assert!(depth <= 32, "a loop, or too deep");
            above = parents[&parent];
        }
        let parent = folder.parent_folder_id;
        places.entry(parent).or_default().push(folder.position);
        assert!(names.insert((parent, folder.name.to_lowercase())));
    }
    for places in places.values() {
        let expected: Vec<u32> = (0..).take(places.len()).collect();
        assert_eq!(places, &expected);
    }
    let listed = listed(world);
    let mut pins = Vec::new();
    for id in &listed {
        let conversation = world.get(*id);
        pins.extend(conversation.pin_order);
        if let Some(folder) = conversation.folder_id {
            assert!(parents.contains_key(&folder));
        }
        let tags: Vec<String> = world
            .tags_of(*id)
            .iter()
            .map(|tag| tag.to_lowercase())
            .collect();
        let different: HashSet<&String> = tags.iter().collect();
        assert_eq!(different.len(), tags.len(), "one tag twice");
    }
    let expected: Vec<i32> = (1..).take(pins.len()).collect();
    assert_eq!(pins, expected);
    let counted: u32 = folders.iter().map(|folder| folder.conversation_count).sum();
    let filed = listed
        .iter()
        .filter(|id| world.get(**id).folder_id.is_some());
    assert_eq!(counted as usize, filed.count());
    assert_eq!(listed.len() + world.trash().len() + erased, begun);
    let spelt: Vec<String> = world
        .tags()
        .iter()
        .map(|tag| tag.name.to_lowercase())
        .collect();
    assert_eq!(spelt.iter().collect::<HashSet<_>>().len(), spelt.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sorted_pinned_tagged_deleted_and_undone_everything_has_one_place(
        steps in prop::collection::vec(step(), 1..80)
    ) {
        let world = World::new();
        let (mut begun, mut erased) = (0, 0);
        for step in &steps {
            take(&world, step, &mut erased);
            begun += usize::from(matches!(step, Step::Begin));
            assert_orderly(&world, begun, erased);
        }
        // Back through everything that still can be taken back.
        for done in world.operations() {
            allow(world.undo(done.id), &["conflict"]);
            assert_orderly(&world, begun, erased);
        }
        world.assert_sound();
    }
}
