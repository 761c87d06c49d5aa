//! Names: of folders, tags, conversations and templates. What nobody can see is none, and what looks alike is one.

use parlance_storage::folder::FolderPatch;
use parlance_storage::{ConversationId, conversation, template};

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
