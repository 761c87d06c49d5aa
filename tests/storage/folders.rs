//! Folders: a tree in an order made by hand, and everything that must not become of it.

use parlance_storage::folder::{self, FolderPatch};
use parlance_storage::trash::Trashed;
use parlance_storage::{ChangeKind, Entity, FolderId, OperationKind};

use crate::organising::{named, said};
use crate::support::{REAL_TEXTS, World};

fn renamed(name: &str) -> FolderPatch {
    FolderPatch {
        name: Some(name.to_owned()),
        ..FolderPatch::default()
    }
}

/// A line of folders, each in the one before.
fn nested(world: &World, levels: usize) -> Vec<FolderId> {
    let mut line = Vec::new();
    for level in 0..levels {
        let id = world.folder(&format!("Level {level}"), line.last().copied());
        line.push(id.unwrap());
    }
    line
}

#[test]
fn folders_are_listed_by_their_parents_and_places_with_what_is_in_them() {
    let world = World::new();
    let english = world.folder("  English\t🇬🇧 ", None).unwrap();
    let french = world.folder("Français", None).unwrap();
    let verbs = world.folder("Verbes", Some(french)).unwrap();
    let (a, b, c) = (
        world.conversation(),
        world.conversation(),
        world.conversation(),
    );
    world.file(&[a, b], Some(french)).unwrap();
    world.file(&[c], Some(verbs)).unwrap();
    world.delete(b).unwrap();
    let listed: Vec<_> = world
        .folders()
        .into_iter()
        .map(|one| (one.id, one.name, one.position, one.conversation_count))
        .collect();
    assert_eq!(
        listed,
        [
            (english, "English 🇬🇧".to_owned(), 0, 0),
            (french, "Français".to_owned(), 1, 1),
            (verbs, "Verbes".to_owned(), 0, 1),
        ]
    );
    assert_eq!(world.folders()[2].parent_folder_id, Some(french));
    world.assert_sound();
}

#[test]
fn a_name_that_cannot_be_one_is_refused_in_words() {
    let world = World::new();
    for (name, sentence) in [
        ("", "The name must not be empty."),
        (" \n\u{200b}", "The name must not be empty."),
        ("nul\0", "The name must not contain a NUL character."),
        (
            &"👩‍👩‍👧‍👦".repeat(300),
            "The name is too long: 2100 characters, where 200 are the most.",
        ),
    ] {
        assert_eq!(
            said(world.folder(name, None)),
            ("invalid", sentence.to_owned())
        );
    }
    let mut new = named("Good", None);
    new.color = Some("red".into());
    let user = world.user;
    let bad = new.clone();
    assert_eq!(
        said(world.act(move |tx, user, now| folder::insert(tx, user, &bad, now))),
        (
            "invalid",
            "The color must have the form #rrggbb.".to_owned()
        )
    );
    new.color = None;
    new.icon = Some("x".repeat(65));
    assert_eq!(
        said(world.act(move |tx, user, now| folder::insert(tx, user, &new, now))).0,
        "invalid"
    );
    assert!(
        world
            .read(move |tx| folder::list(tx, user))
            .unwrap()
            .is_empty()
    );
    assert!(world.operations().is_empty());
    for text in REAL_TEXTS {
        world.folder(text, None).unwrap();
    }
    assert_eq!(world.folders().len(), REAL_TEXTS.len());
    world.assert_sound();
}

#[test]
fn folders_beside_each_other_never_share_a_name_however_it_is_written() {
    let world = World::new();
    let summer = world.folder("Été", None).unwrap();
    let taken = (
        "conflict",
        "There is a folder of this name already.".to_owned(),
    );
    for name in ["Été", "été", "ÉTÉ", "E\u{301}te\u{301}", " été "] {
        assert_eq!(said(world.folder(name, None)), taken, "{name}");
    }
    let inner = world.folder("été", Some(summer)).unwrap();
    let winter = world.folder("Hiver", None).unwrap();
    assert_eq!(said(world.update_folder(winter, renamed("éTé"))), taken);
    assert_eq!(said(world.move_folder(inner, None, None)), taken);
    assert_eq!(
        world.update_folder(summer, renamed("été")).unwrap().name,
        "été"
    );
    assert_eq!(world.names_in(None), ["été", "Hiver"]);
    world.assert_sound();
}

#[test]
fn a_patch_changes_what_it_names_and_null_takes_away() {
    let world = World::new();
    let id = world.folder("Reisen", None).unwrap();
    world.clock.advance(5);
    let patch: FolderPatch =
        serde_json::from_str(r##"{"color": "#A0B1C2", "icon": "👩‍👩‍👧‍👦"}"##).unwrap();
    let folder = world.update_folder(id, patch).unwrap();
    assert_eq!(
        (
            folder.name.as_str(),
            folder.color.as_deref(),
            folder.icon.as_deref()
        ),
        ("Reisen", Some("#a0b1c2"), Some("👩‍👩‍👧‍👦"))
    );
    assert_eq!(folder.updated_at, world.now());
    let patch: FolderPatch = serde_json::from_str(r#"{"color": null}"#).unwrap();
    let folder = world.update_folder(id, patch).unwrap();
    assert_eq!((folder.color, folder.icon.is_some()), (None, true));

    let done = world.operations().len();
    world.update_folder(id, renamed("Reisen")).unwrap();
    assert_eq!(world.operations().len(), done, "nothing was done");
    for _ in 0..2 {
        world.undo_newest().unwrap();
    }
    let folder = &world.folders()[0];
    assert_eq!((&folder.color, &folder.icon), (&None, &None));
    world.assert_sound();
}

#[test]
fn a_folder_goes_before_another_one_or_to_the_end_and_back() {
    let world = World::new();
    let ids: Vec<FolderId> = ["a", "b", "c", "d"]
        .map(|name| world.folder(name, None).unwrap())
        .to_vec();
    world.move_folder(ids[3], None, Some(ids[0])).unwrap();
    assert_eq!(world.names_in(None), ["d", "a", "b", "c"]);
    world.move_folder(ids[0], None, None).unwrap();
    assert_eq!(world.names_in(None), ["d", "b", "c", "a"]);
    world.move_folder(ids[1], Some(ids[2]), None).unwrap();
    assert_eq!(world.names_in(None), ["d", "c", "a"]);
    assert_eq!(world.names_in(Some(ids[2])), ["b"]);
    let done = world.operations().len();
    world.move_folder(ids[0], None, None).unwrap();
    assert_eq!(world.operations().len(), done, "it stood there");

    world.undo_newest().unwrap();
    assert_eq!(world.names_in(None), ["d", "b", "c", "a"]);
    world.undo_newest().unwrap();
    assert_eq!(world.names_in(None), ["d", "a", "b", "c"]);
    world.undo_newest().unwrap();
    assert_eq!(world.names_in(None), ["a", "b", "c", "d"]);
    let places: Vec<u32> = world.folders().iter().map(|one| one.position).collect();
    assert_eq!(places, [0, 1, 2, 3]);
    world.assert_sound();
}

#[test]
fn a_folder_never_comes_to_lie_in_itself_nor_deeper_than_32() {
    let world = World::new();
    let line = nested(&world, 32);
    let itself = ("conflict", "A folder cannot be put into itself.".to_owned());
    assert_eq!(
        said(world.move_folder(line[0], Some(line[0]), None)),
        itself
    );
    assert_eq!(
        said(world.move_folder(line[0], Some(line[31]), None)),
        itself
    );
    let too_deep = (
        "conflict",
        "Folders can lie at most 32 deep in each other.".to_owned(),
    );
    assert_eq!(said(world.folder("deeper", Some(line[31]))), too_deep);
    let pair = world.folder("pair", None).unwrap();
    world.folder("inner", Some(pair)).unwrap();
    assert_eq!(
        said(world.move_folder(pair, Some(line[30]), None)),
        too_deep
    );
    world.move_folder(pair, Some(line[29]), None).unwrap();
    // The deletion of a line that no longer fits under its parent cannot be taken back.
    let deletion = world.delete_folder(pair).unwrap().id;
    let around = world.folder("around", None).unwrap();
    world.move_folder(line[0], Some(around), None).unwrap_err();
    world.delete_folder(line[31]).unwrap();
    world.move_folder(line[0], Some(around), None).unwrap();
    world.assert_refused(deletion, &too_deep.1);
    world.assert_sound();
}

#[test]
fn a_place_that_is_none_is_refused() {
    let world = World::new();
    let (a, b) = (
        world.folder("a", None).unwrap(),
        world.folder("b", None).unwrap(),
    );
    let inner = world.folder("inner", Some(a)).unwrap();
    assert_eq!(
        said(world.move_folder(b, None, Some(inner))),
        (
            "conflict",
            "The folder before which this was to go lies elsewhere.".to_owned()
        )
    );
    assert_eq!(said(world.move_folder(b, None, Some(b))).0, "invalid");
    let unknown = FolderId::new(world.now());
    for (id, parent, before) in [
        (unknown, None, None),
        (a, Some(unknown), None),
        (a, None, Some(unknown)),
    ] {
        assert_eq!(said(world.move_folder(id, parent, before)).0, "not_found");
    }
    assert_eq!(world.names_in(None), ["a", "b"]);
}

#[test]
fn another_profiles_folder_is_not_there() {
    let world = World::new();
    let (stranger, now) = (world.stranger(), world.now());
    let theirs = world
        .write(move |tx| folder::insert(tx, stranger, &named("Theirs", None), now))
        .unwrap()
        .id;
    let talk = world.conversation();
    assert_eq!(said(world.folder("Mine", Some(theirs))).0, "not_found");
    assert_eq!(
        said(world.update_folder(theirs, renamed("x"))).0,
        "not_found"
    );
    assert_eq!(said(world.delete_folder(theirs)).0, "not_found");
    assert_eq!(said(world.file(&[talk], Some(theirs))).0, "not_found");
    assert!(world.folders().is_empty());
    // Names are shared with nobody else's.
    world.folder("Theirs", None).unwrap();
    world.assert_sound();
}

#[test]
fn deleting_a_folder_leaves_its_conversations_in_the_one_around_it() {
    let world = World::new();
    let languages = world.folder("Languages", None).unwrap();
    let french = world.folder("French", Some(languages)).unwrap();
    let verbs = world.folder("Verbs", Some(french)).unwrap();
    let after = world.folder("Spanish", Some(languages)).unwrap();
    let talks: Vec<_> = (0..3).map(|_| world.conversation()).collect();
    world.file(&talks[..1], Some(french)).unwrap();
    world.file(&talks[1..], Some(verbs)).unwrap();
    world.delete(talks[2]).unwrap();
    let mut changes = world.db.changes();
    let done = world.delete_folder(french).unwrap();
    assert_eq!(
        (done.kind, done.subject.as_str()),
        (OperationKind::FolderDelete, "French")
    );
    let told = changes.try_recv().unwrap();
    let folders: Vec<_> = told
        .changes
        .iter()
        .filter(|change| change.entity == Entity::Folder)
        .map(|change| (change.kind, change.id.clone()))
        .collect();
    assert_eq!(
        folders,
        [french, verbs].map(|id| (ChangeKind::Deleted, id.to_string()))
    );
    assert_eq!(world.names_in(Some(languages)), ["Spanish"]);
    assert_eq!(world.folders()[1].position, 0);
    for talk in &talks[..2] {
        assert_eq!(world.get(*talk).folder_id, Some(languages));
    }
    world.restore(Trashed::Conversation(talks[2])).unwrap();
    assert_eq!(world.get(talks[2]).folder_id, Some(languages));

    // What was put elsewhere since stays there.
    world.file(&talks[1..2], Some(after)).unwrap();
    world.undo(done.id).unwrap();
    assert_eq!(world.names_in(Some(languages)), ["French", "Spanish"]);
    assert_eq!(world.names_in(Some(french)), ["Verbs"]);
    let lies_in: Vec<_> = talks.iter().map(|id| world.get(*id).folder_id).collect();
    assert_eq!(lies_in, [Some(french), Some(after), Some(verbs)]);

    let done = world.delete_folder(languages).unwrap();
    assert!(world.folders().is_empty());
    assert!(talks.iter().all(|id| world.get(*id).folder_id.is_none()));
    world.undo(done.id).unwrap();
    assert_eq!(world.folders().len(), 4);
    let lies_in: Vec<_> = talks.iter().map(|id| world.get(*id).folder_id).collect();
    assert_eq!(lies_in, [Some(french), Some(after), Some(verbs)]);
    world.assert_sound();
}

#[test]
fn what_would_undo_something_else_is_refused_in_words() {
    let world = World::new();
    let outer = world.folder("Outer", None).unwrap();
    let creation = world.operations()[0].id;
    let inner = world.folder("Inner", Some(outer)).unwrap();
    let inner_creation = world.operations()[0].id;
    world.assert_refused(creation, "This folder is not empty any more.");
    let talk = world.conversation();
    world.file(&[talk], Some(inner)).unwrap();
    world.assert_refused(inner_creation, "This folder is not empty any more.");
    let trashed = world.delete(talk).unwrap().id;
    world.assert_refused(
        inner_creation,
        "Something in the trash belongs into this folder.",
    );
    world.undo(trashed).unwrap();

    world.update_folder(inner, renamed("Second")).unwrap();
    let to_second = world.operations()[0].id;
    world.update_folder(inner, renamed("Third")).unwrap();
    world.assert_refused(to_second, "This folder was changed since.");
    world.undo_newest().unwrap();
    world.folder("Inner", Some(outer)).unwrap();
    world.assert_refused(to_second, "There is a folder of this name already.");

    world.move_folder(inner, None, None).unwrap();
    let to_top = world.operations()[0].id;
    let deletion = world.delete_folder(inner).unwrap().id;
    world.assert_refused(to_top, "This folder is not there any more.");
    world.assert_refused(to_second, "This folder is not there any more.");
    world.folder("second", None).unwrap();
    world.assert_refused(deletion, "There is a folder of this name already.");
    world.undo_newest().unwrap();
    world.undo(deletion).unwrap();
    world.delete_folder(outer).unwrap();
    world.assert_refused(
        to_top,
        "The folder in which this was is not there any more.",
    );
    assert_eq!(world.get(talk).folder_id, Some(inner));
    world.assert_sound();
}

#[test]
fn making_a_folder_can_be_undone_while_it_is_empty() {
    let world = World::new();
    world.folder("a", None).unwrap();
    let b = world.folder("b", None).unwrap();
    let creation = world.operations()[0].id;
    world.folder("c", None).unwrap();
    world.undo(creation).unwrap();
    assert_eq!(world.names_in(None), ["a", "c"]);
    assert_eq!(world.folders()[1].position, 1);
    assert_eq!(said(world.update_folder(b, renamed("x"))).0, "not_found");
    world.assert_sound();
}

#[test]
fn ten_thousand_folders_are_the_most() {
    let world = World::new();
    let first = world.folder("first", None).unwrap();
    let raw = world.raw();
    let insert =
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?2)
         INSERT INTO conversation_folders (id, user_id, name, position, created_at, updated_at)
         SELECT n, ?1, 'folder ' || n, n, 0, 0 FROM number";
    raw.execute(insert, rusqlite::params![world.user, 9_998])
        .unwrap();
    let last = world.folder("last", None).unwrap();
    assert_eq!(
        said(world.folder("too many", None)),
        ("conflict", "There can be at most 10000 folders.".to_owned())
    );
    assert_eq!(world.folders().len(), 10_000);
    world.move_folder(last, None, Some(first)).unwrap();
    assert_eq!(world.names_in(None)[0], "last");
    let deletion = world.delete_folder(first).unwrap().id;
    world.folder("another", None).unwrap();
    world.assert_refused(deletion, "There can be at most 10000 folders.");
    world.assert_sound();
}

#[test]
fn a_loop_that_damage_made_ends_in_words() {
    let world = World::new();
    let (a, b) = (
        world.folder("a", None).unwrap(),
        world.folder("b", None).unwrap(),
    );
    let raw = world.raw();
    raw.execute_batch("DROP TRIGGER conversation_folders_tree_after_update")
        .unwrap();
    for (id, parent) in [(a, b), (b, a)] {
        raw.execute(
            "UPDATE conversation_folders SET parent_folder_id = ?2 WHERE id = ?1",
            [id, parent],
        )
        .unwrap();
    }
    assert_eq!(said(world.folder("c", Some(a))).0, "conflict");
    assert_eq!(said(world.move_folder(a, Some(b), None)).0, "conflict");
    world.move_folder(a, None, None).unwrap();
    assert_eq!(world.names_in(Some(a)), ["b"]);
}
