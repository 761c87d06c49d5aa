//! Tags: words of the learner's own, one tag however they are written.

use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, Entity, Error, OperationKind, conversation, tag};

use crate::organising::said;
use crate::support::{World, blank};

fn names(world: &World) -> Vec<(String, u32)> {
    let tags = world.tags().into_iter();
    tags.map(|tag| (tag.name, tag.conversation_count)).collect()
}

fn rename(world: &World, tag: &'static str, name: &'static str) -> Result<(), Error> {
    world
        .act(move |tx, user, now| tag::rename(tx, user, tag, name, now))
        .map(drop)
}

fn merge(world: &World, tag: &'static str, into: &'static str) -> Result<(), Error> {
    world
        .act(move |tx, user, now| tag::merge(tx, user, tag, into, now))
        .map(drop)
}

fn color(world: &World, tag: &'static str, color: Option<&'static str>) -> Result<(), Error> {
    world
        .act(move |tx, user, now| tag::set_color(tx, user, tag, color, now))
        .map(drop)
}

fn delete(world: &World, tag: &'static str) -> Result<(), Error> {
    world
        .act(move |tx, user, now| tag::delete(tx, user, tag, now))
        .map(drop)
}

fn talks(world: &World, number: usize) -> Vec<ConversationId> {
    (0..number).map(|_| world.conversation()).collect()
}

#[test]
fn tags_are_put_on_and_taken_off_many_conversations_and_that_is_undone_together() {
    let world = World::new();
    let ids = talks(&world, 3);
    world
        .change_tags(&ids[..1], &["travel", "旅行"], &[])
        .unwrap();
    let done = world
        .change_tags(&ids, &[" travel ", "Ngữ  pháp"], &["旅行"])
        .unwrap()
        .unwrap();
    assert_eq!(
        (done.kind, done.subject.as_str(), done.count),
        (OperationKind::ConversationTag, "", 3)
    );
    for id in &ids {
        assert_eq!(world.tags_of(*id), ["Ngữ pháp", "travel"]);
    }
    assert_eq!(
        names(&world),
        [("Ngữ pháp".to_owned(), 3), ("travel".to_owned(), 3)]
    );
    assert_eq!(world.change_tags(&ids, &["TRAVEL"], &["x"]).unwrap(), None);
    world.undo(done.id).unwrap();
    assert_eq!(world.tags_of(ids[0]), ["travel", "旅行"]);
    assert!(world.tags_of(ids[1]).is_empty());
    assert_eq!(world.operations()[0].count, 1);
    world.assert_sound();
}

#[test]
fn names_that_differ_by_case_or_by_how_accents_are_made_are_one_tag() {
    let world = World::new();
    let ids = talks(&world, 3);
    world.change_tags(&ids[..1], &["Été"], &[]).unwrap();
    world.change_tags(&ids[1..2], &["ÉTÉ", "été"], &[]).unwrap();
    world
        .change_tags(&ids[2..], &["e\u{301}te\u{301}"], &[])
        .unwrap();
    assert_eq!(names(&world), [("Été".to_owned(), 3)]);
    color(&world, "été", Some("#00FF7f")).unwrap();
    assert_eq!(world.tags()[0].color.as_deref(), Some("#00ff7f"));
    world.change_tags(&ids[..1], &[], &["éTÉ"]).unwrap();
    assert_eq!(names(&world), [("Été".to_owned(), 2)]);
    // Another spelling of the same tag is a name like any other.
    rename(&world, "ÉTÉ", "été").unwrap();
    assert_eq!(names(&world), [("été".to_owned(), 2)]);
    assert_eq!(world.tags()[0].color.as_deref(), Some("#00ff7f"));
    world.undo_newest().unwrap();
    assert_eq!(names(&world), [("Été".to_owned(), 2)]);
    world.assert_sound();
}

#[test]
fn tags_that_cannot_be_ones_are_refused_in_words() {
    let world = World::new();
    let id = world.conversation();
    for (tag, sentence) in [
        ("   ", "The tag must not be empty."),
        ("a\0b", "The tag must not contain a NUL character."),
        (
            &"字".repeat(101),
            "The tag is too long: 101 characters, where 100 are the most.",
        ),
    ] {
        assert_eq!(
            said(world.change_tags(&[id], &["good", tag], &[])),
            ("invalid", sentence.to_owned())
        );
    }
    assert_eq!(
        said(world.change_tags(&[id], &["a"], &["A"])),
        (
            "invalid",
            "The tag must not be added and removed at once.".to_owned()
        )
    );
    assert!(world.tags().is_empty());
    world
        .change_tags(&[id], &["\u{202e}مرحبا", "'); DROP TABLE", "a\nb"], &[])
        .unwrap();
    assert!(world.tags_of(id).contains(&"a b".to_owned()));
    world.assert_sound();
}

#[test]
fn a_conversation_has_at_most_fifty_tags() {
    let world = World::new();
    let ids = talks(&world, 2);
    let tags: Vec<String> = (0..51).map(|number| format!("tag {number}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    assert_eq!(
        said(world.change_tags(&ids, &tags, &[])),
        (
            "invalid",
            "The tags are too many: 51, where 50 are the most.".to_owned()
        )
    );
    world.change_tags(&ids, &tags[..50], &[]).unwrap();
    world.change_tags(&ids[..1], &[], &tags[..1]).unwrap();
    assert_eq!(
        said(world.change_tags(&ids, &["one more"], &[])),
        ("conflict", "A conversation has at most 50 tags.".to_owned())
    );
    assert_eq!(world.tags_of(ids[0]).len(), 49, "neither was changed");
    world.change_tags(&ids[..1], &["one more"], &[]).unwrap();
    // What was there before comes back all the same, and what is too much can only become less.
    world.undo(world.operations()[1].id).unwrap();
    assert_eq!(world.tags_of(ids[0]).len(), 51);
    assert_eq!(
        said(world.change_tags(&ids[..1], &["and another"], &[])),
        ("conflict", "A conversation has at most 50 tags.".to_owned())
    );
    world
        .change_tags(&ids[..1], &["and another"], &["one more"])
        .unwrap();
    world.change_tags(&ids[..1], &[], &tags[..2]).unwrap();
    world.change_tags(&ids[..1], &["the last"], &[]).unwrap();
    assert_eq!(world.tags_of(ids[0]).len(), 50);
    world.assert_sound();
}

#[test]
fn a_conversation_that_has_too_many_tags_is_not_stuck_with_them() {
    let world = World::new();
    let id = world.conversation();
    // An older version could put so many on one by a merge.
    world
        .raw()
        .execute(
            "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 60)
             INSERT INTO conversation_tags (conversation_id, tag, created_at) SELECT ?1, 'từ ' || n, 0 FROM number",
            [id],
        )
        .unwrap();
    world.change_tags(&[id], &["văn phạm"], &["từ 1"]).unwrap();
    world.undo_newest().unwrap();
    world.change_tags(&[id], &[], &["từ 2"]).unwrap();
    world.undo_newest().unwrap();
    delete(&world, "từ 3").unwrap();
    world.undo_newest().unwrap();
    merge(&world, "từ 4", "từ 5").unwrap();
    world.undo_newest().unwrap();
    assert_eq!(world.tags_of(id).len(), 60);
    assert_eq!(said(world.change_tags(&[id], &["thêm"], &[])).0, "conflict");
    world.assert_sound();
}

#[test]
fn ten_thousand_tags_are_the_most() {
    let world = World::new();
    let ids = talks(&world, 2);
    world
        .raw()
        .execute(
            "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 9999)
             INSERT INTO conversation_tags (conversation_id, tag, created_at) SELECT ?1, 'tag ' || n, 0 FROM number",
            [ids[0]],
        )
        .unwrap();
    world
        .change_tags(&ids[1..], &["last", "TAG 7"], &[])
        .unwrap();
    let too_many = ("conflict", "There can be at most 10000 tags.".to_owned());
    assert_eq!(
        said(world.change_tags(&ids[1..], &["too many"], &[])),
        too_many
    );
    assert_eq!(world.tags().len(), 10_000);
    // One that is there already, and another name for one.
    world.change_tags(&ids[1..], &["Tag 8"], &[]).unwrap();
    rename(&world, "tag 9", "neun").unwrap();
    delete(&world, "tag 10").unwrap();
    world.change_tags(&ids[1..], &["one more"], &[]).unwrap();
    world.undo(world.operations()[1].id).unwrap();
    assert_eq!(world.tags().len(), 10_001, "what was there comes back");
    assert_eq!(
        said(world.change_tags(&ids[1..], &["too many"], &[])),
        too_many
    );
    // Somebody else has room.
    let (stranger, now) = (world.stranger(), world.now());
    world
        .write(move |tx| {
            let id = conversation::insert(tx, blank(stranger), now)?.id;
            conversation::change_tags(tx, stranger, &[id], &["mine".into()], &[], now)
        })
        .unwrap();
    world.assert_sound();
}

#[test]
fn tags_that_were_changed_since_are_not_undone() {
    let world = World::new();
    let ids = talks(&world, 2);
    let addition = world.change_tags(&ids, &["a"], &[]).unwrap().unwrap().id;
    let removal = world.change_tags(&ids, &[], &["a"]).unwrap().unwrap().id;
    world.assert_refused(addition, "The tags were changed since.");
    world.change_tags(&ids[..1], &["A"], &[]).unwrap();
    world.assert_refused(removal, "The tags were changed since.");
    world.undo_newest().unwrap();
    let deletion = world.delete(ids[1]).unwrap().id;
    world.assert_refused(
        removal,
        "A conversation that this was done to is in the trash; take it out first.",
    );
    world.undo(deletion).unwrap();
    world.undo(removal).unwrap();
    assert_eq!(names(&world), [("a".to_owned(), 2)]);
    world.undo(addition).unwrap();
    assert!(names(&world).is_empty());
    world.assert_sound();
}

#[test]
fn a_tag_is_renamed_everywhere_with_its_colour_and_back() {
    let world = World::new();
    let ids = talks(&world, 3);
    world.change_tags(&ids, &["food"], &[]).unwrap();
    world.change_tags(&ids[..1], &["drink"], &[]).unwrap();
    color(&world, "food", Some("#112233")).unwrap();
    world.delete(ids[2]).unwrap();
    let mut changes = world.db.changes();
    rename(&world, "FOOD", "Ẩm thực").unwrap();
    let told = changes.try_recv().unwrap();
    let of_tags: Vec<_> = told
        .changes
        .iter()
        .filter(|change| change.entity == Entity::Tag)
        .collect();
    assert_eq!(of_tags.len(), 1);
    assert_eq!(of_tags[0].id, world.user.to_string());
    world.restore(Trashed::Conversation(ids[2])).unwrap();
    assert_eq!(
        names(&world),
        [("drink".to_owned(), 1), ("Ẩm thực".to_owned(), 3)]
    );
    assert_eq!(world.tags()[1].color.as_deref(), Some("#112233"));
    assert_eq!(
        said(rename(&world, "drink", "ẩm thực")),
        (
            "conflict",
            "There is a tag of this name already.".to_owned()
        )
    );
    assert_eq!(
        said(rename(&world, "nothing", "x")),
        ("conflict", "No conversation has this tag.".to_owned())
    );
    assert_eq!(said(rename(&world, "drink", " ")).0, "invalid");
    let renaming = world.operations()[1].id;
    world.change_tags(&ids[..1], &["food"], &[]).unwrap();
    world.assert_refused(renaming, "There is another tag of this name by now.");
    world.undo_newest().unwrap();
    world.undo(renaming).unwrap();
    assert_eq!(
        names(&world),
        [("drink".to_owned(), 1), ("food".to_owned(), 3)]
    );
    assert_eq!(world.tags()[1].color.as_deref(), Some("#112233"));
    assert_eq!(said(world.undo(renaming)).0, "not_found");
    world.assert_sound();
}

#[test]
fn two_tags_become_one_and_are_two_again() {
    let world = World::new();
    let ids = talks(&world, 4);
    world.change_tags(&ids[..3], &["holiday"], &[]).unwrap();
    world.change_tags(&ids[2..], &["Urlaub"], &[]).unwrap();
    color(&world, "holiday", Some("#aa0000")).unwrap();
    color(&world, "Urlaub", Some("#00aa00")).unwrap();
    merge(&world, "HOLIDAY", "urlaub").unwrap();
    assert_eq!(names(&world), [("Urlaub".to_owned(), 4)]);
    assert_eq!(world.tags()[0].color.as_deref(), Some("#00aa00"));
    assert_eq!(said(merge(&world, "urlaub", "URLAUB")).0, "invalid");
    assert_eq!(said(merge(&world, "holiday", "Urlaub")).0, "conflict");
    let merging = world.operations()[0].id;
    // What lost the tag since stays without.
    world.change_tags(&ids[..1], &[], &["Urlaub"]).unwrap();
    world.undo(merging).unwrap();
    assert_eq!(
        names(&world),
        [("holiday".to_owned(), 2), ("Urlaub".to_owned(), 2)]
    );
    assert_eq!(world.tags_of(ids[1]), ["holiday"]);
    assert_eq!(world.tags_of(ids[2]), ["holiday", "Urlaub"]);
    assert_eq!(world.tags()[0].color.as_deref(), Some("#aa0000"));
    world.assert_sound();
}

#[test]
fn a_tag_is_taken_off_everything_and_comes_back() {
    let world = World::new();
    let ids = talks(&world, 3);
    world.change_tags(&ids, &["C1 🎓"], &[]).unwrap();
    color(&world, "c1 🎓", Some("#0000ff")).unwrap();
    world.delete(ids[2]).unwrap();
    delete(&world, "C1 🎓").unwrap();
    assert!(world.tags().is_empty());
    assert_eq!(said(delete(&world, "C1 🎓")).0, "conflict");
    let deletion = world.operations()[0].id;
    world.change_tags(&ids[..1], &["c1 🎓"], &[]).unwrap();
    world.assert_refused(deletion, "There is another tag of this name by now.");
    assert_eq!(world.tags()[0].color, None, "its colour went with it");
    world.undo_newest().unwrap();
    world.erase(&[Trashed::Conversation(ids[2])]);
    world.undo(deletion).unwrap();
    assert_eq!(names(&world), [("C1 🎓".to_owned(), 2)]);
    assert_eq!(world.tags()[0].color.as_deref(), Some("#0000ff"));
    world.assert_sound();
}

#[test]
fn a_colour_is_given_taken_and_given_back() {
    let world = World::new();
    let id = world.conversation();
    world.change_tags(&[id], &["grammar"], &[]).unwrap();
    for bad in ["", "red", "#12345", "#1234567", "#12345g", "＃112233"] {
        assert_eq!(
            said(color(&world, "grammar", Some(bad))).0,
            "invalid",
            "{bad}"
        );
    }
    assert_eq!(
        said(color(&world, "nothing", Some("#112233"))).0,
        "conflict"
    );
    color(&world, "grammar", Some("#112233")).unwrap();
    let first = world.operations()[0].id;
    color(&world, "Grammar", Some("#445566")).unwrap();
    world.assert_refused(first, "This tag was given another colour since.");
    color(&world, "grammar", None).unwrap();
    assert_eq!(world.tags()[0].color, None);
    let done = world.operations().len();
    color(&world, "grammar", None).unwrap();
    assert_eq!(world.operations().len(), done);
    for expected in [Some("#445566"), Some("#112233"), None] {
        world.undo_newest().unwrap();
        assert_eq!(world.tags()[0].color.as_deref(), expected);
    }
    world.assert_sound();
}

#[test]
fn a_tag_that_only_an_erased_conversation_had_leaves_no_trace() {
    let world = World::new();
    let ids = talks(&world, 2);
    world
        .change_tags(&ids[..1], &["Zwischenprüfung"], &[])
        .unwrap();
    world.change_tags(&ids, &["shared"], &[]).unwrap();
    color(&world, "zwischenprüfung", Some("#112233")).unwrap();
    color(&world, "shared", Some("#445566")).unwrap();
    rename(&world, "Zwischenprüfung", "Abschlußprüfung").unwrap();
    world.delete(ids[0]).unwrap();
    world.erase(&[Trashed::Conversation(ids[0])]);
    let kinds: Vec<_> = world.operations().iter().map(|done| done.kind).collect();
    assert_eq!(kinds, [OperationKind::TagSetColor]);
    assert_eq!(world.tags()[0].color.as_deref(), Some("#445566"));
    let folder = world.assert_sound();
    let bytes = std::fs::read(folder.path().join("parlance.db")).unwrap();
    for word in ["Zwischenprüfung", "Abschlußprüfung"] {
        let found = bytes
            .windows(word.len())
            .any(|bytes| bytes == word.as_bytes());
        assert!(!found, "{word}");
    }
}

#[test]
fn another_profiles_tags_are_its_own() {
    let world = World::new();
    let (stranger, now) = (world.stranger(), world.now());
    let theirs = world
        .write(move |tx| {
            let id = conversation::insert(tx, blank(stranger), now)?.id;
            conversation::change_tags(tx, stranger, &[id], &["FOOD".into()], &[], now)?;
            tag::set_color(tx, stranger, "FOOD", Some("#ffffff"), now)?;
            Ok(id)
        })
        .unwrap();
    assert!(world.tags().is_empty());
    assert_eq!(said(rename(&world, "food", "x")).0, "conflict");
    assert_eq!(
        said(world.change_tags(&[theirs], &["x"], &[])).0,
        "not_found"
    );
    let mine = world.conversation();
    world.change_tags(&[mine], &["food"], &[]).unwrap();
    assert_eq!(names(&world), [("food".to_owned(), 1)]);
    assert_eq!(world.tags()[0].color, None);
    delete(&world, "food").unwrap();
    let of_stranger = world.read(move |tx| tag::list(tx, stranger)).unwrap();
    assert_eq!(of_stranger[0].conversation_count, 1);
    assert_eq!(of_stranger[0].color.as_deref(), Some("#ffffff"));
    world.assert_sound();
}
