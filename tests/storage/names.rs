//! Names: of folders, tags, conversations and templates. What nobody can see is none, and what looks alike is one.

use parlance_storage::folder::FolderPatch;
use parlance_storage::{ConversationId, conversation, template};
use rusqlite::params;

use crate::organising::said;
use crate::own_templates::market;
use crate::support::World;

const INVISIBLE: &[&str] = &[
    "\u{200b}",
    "\u{202e}",
    "\u{2066}\u{2069}",
    "\u{61c}",
    "\u{180e}",
    "\u{2800}",
    "\u{115f}",
    "\u{3164}",
    "\u{ffa0}",
    "\u{fe0f}",
    "\u{e0020}",
    "\u{301}",
    " \u{301} ",
    "\u{1b}\u{7}",
    "\u{34f}\u{2800}\u{ad}",
];

fn rename(
    world: &World,
    id: ConversationId,
    title: &str,
) -> Result<String, parlance_storage::Error> {
    let title = title.to_owned();
    world
        .act(move |tx, user, now| conversation::rename(tx, user, id, &title, now))
        .map(|conversation| conversation.title)
}

#[test]
fn a_name_that_nobody_can_see_is_none() {
    let world = World::new();
    let id = world.conversation();
    let empty = |what: &str| ("invalid", format!("The {what} must not be empty."));
    for name in INVISIBLE {
        assert_eq!(said(world.folder(name, None)), empty("name"), "{name:?}");
        let tagged = world.change_tags(&[id], &[name], &[]);
        assert_eq!(said(tagged), empty("tag"), "{name:?}");
        assert_eq!(said(rename(&world, id, name)), empty("title"), "{name:?}");
        let mut new = market();
        new.name = (*name).to_owned();
        let made = world.act(move |tx, user, now| template::insert(tx, user, &new, now));
        assert_eq!(said(made), empty("name"), "{name:?}");
    }
    assert!(world.folders().is_empty() && world.tags().is_empty());
    world.assert_sound();
}

#[test]
fn what_shapes_a_name_stays_in_it() {
    let world = World::new();
    let id = world.conversation();
    for name in [
        "👩\u{200d}👩\u{200d}👧",
        "می\u{200c}خواهم",
        "क्\u{200d}ष",
        "\u{200f}שלום (1)\u{200e}",
        "❤\u{fe0f}",
        "e\u{301}te\u{301}",
        "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        "อ่าน",
    ] {
        world.folder(name, None).unwrap();
        assert_eq!(rename(&world, id, name).unwrap(), name);
        world.change_tags(&[id], &[name], &[]).unwrap();
        assert!(world.tags_of(id).contains(&name.to_owned()), "{name:?}");
    }
    assert_eq!(world.folders().len(), 8);
    world.assert_sound();
}

#[test]
fn what_a_terminal_would_obey_becomes_a_blank_as_a_new_line_does() {
    let world = World::new();
    let id = world.conversation();
    for (given, stored) in [
        ("a\u{1b}[31m", "a [31m"),
        ("\u{7}ring\u{7}\u{7} \nring", "ring ring"),
        ("Ngữ\u{85}pháp\u{7f}", "Ngữ pháp"),
    ] {
        assert_eq!(rename(&world, id, given).unwrap(), stored);
        let folder = world.folder(given, None).unwrap();
        let folders = world.folders().into_iter();
        let name = folders.filter(|one| one.id == folder).map(|one| one.name);
        assert_eq!(name.collect::<Vec<_>>(), [stored]);
        world.change_tags(&[id], &[given], &[]).unwrap();
        assert!(world.tags_of(id).contains(&stored.to_owned()));
    }
    world.assert_sound();
}

/// Each line is one name.
const ALIKE: &[&[&str]] = &[
    &["Straße", "STRASSE", "strasse", "STRAẞE"],
    &["ΟΔΟΣ", "οδοσ", "οδος"],
    &["ＡＢＣ", "abc", "Abc"],
    &["ｶﾞ", "ガ", "カ\u{3099}"],
    &["work", "work\u{200b}", "\u{ad}Work\u{200e}", "wo\u{2060}rk"],
    &["a b", "a\u{2800}B", "A\u{3000}b", "a\u{a0}b"],
    &["می\u{200c}خواهم", "میخواهم"],
    &["❤", "❤\u{fe0f}"],
    &["ﬁn", "FIN", "fin"],
    &["İzmir", "i\u{307}zmir"],
];

/// Not one name, however alike.
const APART: &[(&str, &str)] = &[
    ("cafe", "café"),
    ("kız", "kiz"),
    ("o", "ø"),
    ("か", "が"),
    ("οδος", "οδός"),
];

#[test]
fn names_that_look_alike_are_one() {
    let world = World::new();
    for names in ALIKE {
        let id = world.conversation();
        let first = names[0];
        world.folder(first, None).unwrap();
        for name in &names[1..] {
            assert_eq!(
                said(world.folder(name, None)).1,
                "There is a folder of this name already.",
                "{name:?}"
            );
        }
        for name in *names {
            world.change_tags(&[id], &[name], &[]).unwrap();
        }
        assert_eq!(world.tags_of(id), [first]);
    }
    for (one, other) in APART {
        let within = world.folder(&format!("{one} | {other}"), None).unwrap();
        world.folder(one, Some(within)).unwrap();
        world.folder(other, Some(within)).unwrap();
    }
    world.assert_sound();
}

/// Two spellings on one conversation and the second alone on another, as an older version could leave them.
fn with_twins(world: &World) -> [ConversationId; 2] {
    let ids = [world.conversation(), world.conversation()];
    for (id, tag) in [(ids[0], "STRASSE"), (ids[0], "Straße"), (ids[1], "Straße")] {
        world
            .raw()
            .execute(
                "INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (?1, ?2, 0)",
                params![id, tag],
            )
            .unwrap();
    }
    for (tag, color) in [("STRASSE", "#ff0000"), ("Straße", "#0000ff")] {
        world
            .raw()
            .execute(
                "INSERT INTO tag_colors (user_id, tag, color, updated_at) VALUES (?1, ?2, ?3, 0)",
                params![world.user, tag, color],
            )
            .unwrap();
    }
    ids
}

fn keys_of(world: &World) -> Vec<(String, u32, Option<String>)> {
    let tags = world.tags().into_iter();
    tags.map(|tag| (tag.name, tag.conversation_count, tag.color))
        .collect()
}

#[test]
fn spellings_that_were_two_tags_are_one_that_is_counted_once() {
    let world = World::new();
    with_twins(&world);
    let red = Some("#ff0000".to_owned());
    assert_eq!(keys_of(&world), [("STRASSE".to_owned(), 2, red)]);
    world.assert_sound();
}

#[test]
fn what_is_done_to_a_tag_is_done_to_both_of_its_spellings_and_undone() {
    let world = World::new();
    let ids = with_twins(&world);
    let everywhere = |name: &str| ids.iter().all(|id| world.tags_of(*id) == [name]);
    world
        .act(|tx, user, now| parlance_storage::tag::rename(tx, user, "strasse", "Weg", now))
        .unwrap();
    assert!(everywhere("Weg"));
    world.undo_newest().unwrap();
    assert!(everywhere("STRASSE"));
    world.assert_sound();

    let world = World::new();
    let ids = with_twins(&world);
    let tagged = |world: &World| ids.map(|id| world.tags_of(id).len());
    world
        .act(|tx, user, now| parlance_storage::tag::delete(tx, user, "Strasse", now))
        .unwrap();
    assert_eq!(tagged(&world), [0, 0]);
    world.undo_newest().unwrap();
    assert_eq!(tagged(&world), [1, 1]);
    world.assert_sound();

    let world = World::new();
    let ids = with_twins(&world);
    let tagged = |world: &World| ids.map(|id| world.tags_of(id).len());
    world.change_tags(&ids, &[], &["Strasse"]).unwrap();
    assert_eq!(tagged(&world), [0, 0]);
    world.undo_newest().unwrap();
    assert_eq!(tagged(&world), [1, 1]);
    world.assert_sound();

    let world = World::new();
    let ids = with_twins(&world);
    world.change_tags(&ids, &["Deutsch"], &[]).unwrap();
    for (tag, into) in [("Deutsch", "strasse"), ("strasse", "Deutsch")] {
        world
            .act(move |tx, user, now| parlance_storage::tag::merge(tx, user, tag, into, now))
            .unwrap();
        assert_eq!(ids.map(|id| world.tags_of(id).len()), [1, 1]);
        world.undo_newest().unwrap();
        assert_eq!(ids.map(|id| world.tags_of(id).len()), [2, 2]);
    }
    world.assert_sound();
}

#[test]
fn folders_that_were_two_names_beside_each_other_can_still_be_changed() {
    let world = World::new();
    let (one, other) = (world.folder("Straße", None), world.folder("Weg", None));
    let (one, other) = (one.unwrap(), other.unwrap());
    world
        .raw()
        .execute(
            "UPDATE conversation_folders SET name = 'STRASSE' WHERE id = ?1",
            [other],
        )
        .unwrap();
    let patch = FolderPatch {
        color: Some(Some("#00ff7f".to_owned())),
        ..FolderPatch::default()
    };
    let color = world.update_folder(other, patch).unwrap().color;
    assert_eq!(color.as_deref(), Some("#00ff7f"));
    world.move_folder(other, None, Some(one)).unwrap();
    assert_eq!(world.names_in(None), ["STRASSE", "Straße"]);
    assert_eq!(said(world.folder("strasse", None)).0, "conflict");
    world.undo_newest().unwrap();
    world.undo_newest().unwrap();
    assert_eq!(world.names_in(None), ["Straße", "STRASSE"]);
    world.assert_sound();
}
