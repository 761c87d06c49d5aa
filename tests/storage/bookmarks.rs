//! Bookmarks: messages to be found again, newest first, with the learner's note of why.

use parlance_storage::bookmark::{self, BookmarkPage};
use parlance_storage::trash::Trashed;
use parlance_storage::{
    ChangeKind, ConversationId, Entity, Error, EventType, MessageId, OperationKind, Role, event,
};

use crate::erase::{all_bytes, delete_and_erase};
use crate::support::{NOON, REAL_TEXTS, World};

fn remove(world: &World, id: MessageId) -> Result<(), Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| bookmark::remove(tx, user, id, now).map(drop))
}

fn page(world: &World, cursor: Option<String>, limit: u32) -> Result<BookmarkPage, Error> {
    let user = world.user;
    world.read(move |tx| bookmark::list_page(tx, user, cursor.as_deref(), limit))
}

fn listed(world: &World) -> Vec<MessageId> {
    let items = page(world, None, 100).unwrap().items;
    items.into_iter().map(|item| item.message_id).collect()
}

fn notes(world: &World) -> Vec<Option<String>> {
    let items = page(world, None, 100).unwrap().items;
    items.into_iter().map(|item| item.note).collect()
}

fn talk_of(world: &World, texts: &[&str]) -> (ConversationId, Vec<MessageId>) {
    let talk = world.conversation();
    let ids = texts
        .iter()
        .map(|text| world.send(talk, text).unwrap().id)
        .collect();
    (talk, ids)
}

#[test]
fn a_bookmark_is_listed_with_what_it_leads_to() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Où est la gare ?").unwrap();
    let reply = world.reply(talk, &["Tout droit,\n", "puis à gauche."]);
    let set = world.bookmark(reply.id, Some("à revoir 🚉")).unwrap();
    assert_eq!(
        (set.message_id, set.note.as_deref(), set.created_at),
        (reply.id, Some("à revoir 🚉"), NOON)
    );
    let [item] = &page(&world, None, 100).unwrap().items[..] else {
        panic!("one bookmark");
    };
    assert_eq!(
        *item,
        bookmark::BookmarkItem {
            message_id: reply.id,
            conversation_id: talk,
            title: "Où est la gare ?".into(),
            preview: "Tout droit, puis à gauche.".into(),
            role: Role::Assistant,
            note: Some("à revoir 🚉".into()),
            created_at: NOON,
            sequence_number: 2,
        }
    );
    world.assert_sound();
}

#[test]
fn a_message_has_one_bookmark_whose_note_can_be_changed() {
    let world = World::new();
    let (_, ids) = talk_of(&world, &["One", "Two"]);
    world.bookmark(ids[0], None).unwrap();
    world.clock.advance(1_000);
    world.bookmark(ids[1], None).unwrap();
    world.clock.advance(1_000);
    let mut news = world.db.changes();
    let changed = world.bookmark(ids[0], Some("important")).unwrap();
    assert_eq!(
        (changed.created_at, changed.updated_at),
        (NOON, world.now())
    );
    let told = news.try_recv().unwrap();
    let told: Vec<_> = told
        .changes
        .iter()
        .map(|change| (change.entity, change.kind, change.message_id))
        .collect();
    assert_eq!(
        told,
        [
            (Entity::Bookmark, ChangeKind::Updated, Some(ids[0])),
            (Entity::Message, ChangeKind::Updated, Some(ids[0]))
        ]
    );
    assert_eq!(listed(&world), [ids[1], ids[0]], "it keeps its place");
    assert_eq!(world.bookmark(ids[0], Some("important")).unwrap(), changed);
    assert!(
        news.try_recv().is_err(),
        "the same again is no news: {news:?}"
    );
    world.bookmark(ids[0], Some(" \n\u{200b}")).unwrap();
    assert_eq!(notes(&world), [None, None]);
    for text in REAL_TEXTS {
        world.bookmark(ids[1], Some(text)).unwrap();
        assert_eq!(notes(&world)[0].as_deref(), Some(*text));
    }
    world.assert_sound();
}

#[test]
fn a_bookmark_that_cannot_be_is_refused_in_words_and_changes_nothing() {
    let world = World::new();
    let (talk, ids) = talk_of(&world, &["One", "Two"]);
    let too_long = "👍".repeat(2_001);
    for (note, sentence) in [
        ("a\0b", "The note must not contain a NUL character."),
        (
            too_long.as_str(),
            "The note is too long: 2001 characters, where 2000 are the most.",
        ),
    ] {
        let error = world.bookmark(ids[0], Some(note)).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("invalid", sentence)
        );
    }
    assert_eq!(remove(&world, ids[0]).unwrap_err().code(), "not_found");
    let (stranger, now, id) = (world.stranger(), world.now(), ids[0]);
    let theirs = world.write(move |tx| bookmark::set(tx, stranger, id, None, now));
    assert_eq!(theirs.unwrap_err().code(), "not_found");
    let lost = world.bookmark(MessageId::new(NOON), None);
    assert_eq!(lost.unwrap_err().code(), "not_found");
    world.delete_message(ids[1]).unwrap();
    assert_eq!(
        world.bookmark(ids[1], None).unwrap_err().code(),
        "not_found"
    );
    assert!(listed(&world).is_empty());
    world.bookmark(ids[0], Some(&"👍".repeat(2_000))).unwrap();
    let of_stranger = world.read(move |tx| bookmark::list_page(tx, stranger, None, 10));
    assert!(of_stranger.unwrap().items.is_empty());
    for cursor in ["", "1", "x.0000000000001", "1.0000000000001.1"] {
        let error = page(&world, Some(cursor.into()), 10).unwrap_err();
        assert_eq!(error.code(), "invalid", "{cursor}");
    }
    assert_eq!(world.messages(talk).len(), 1);
}

#[test]
fn what_lies_in_the_trash_is_not_listed_until_it_is_back() {
    let world = World::new();
    let (talk, ids) = talk_of(&world, &["One", "Two"]);
    for id in &ids {
        world.bookmark(*id, None).unwrap();
    }
    world.delete_message(ids[0]).unwrap();
    assert_eq!(listed(&world), [ids[1]]);
    world.delete(talk).unwrap();
    assert!(listed(&world).is_empty());
    world.restore(Trashed::Conversation(talk)).unwrap();
    world.restore(Trashed::Message(ids[0])).unwrap();
    assert_eq!(listed(&world), [ids[1], ids[0]]);
}

#[test]
fn bookmarks_come_newest_first_a_page_at_a_time_whatever_the_clock_does() {
    let world = World::new();
    let texts: Vec<String> = (0..23).map(|number| format!("message {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (_, ids) = talk_of(&world, &texts);
    for (number, id) in ids.iter().enumerate() {
        world.clock.advance([0, 1, -60_000, 5_000][number % 4]);
        world.bookmark(*id, None).unwrap();
    }
    let expected: Vec<MessageId> = ids.into_iter().rev().collect();
    for limit in [1, 2, 5, 22, 23, 100] {
        let (mut cursor, mut seen) = (None, Vec::new());
        loop {
            let page = page(&world, cursor, limit).unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.into_iter().map(|item| item.message_id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, expected, "{limit}");
    }
}

#[test]
fn a_bookmark_that_was_removed_comes_back_with_its_note_and_in_its_place() {
    let world = World::new();
    let (talk, ids) = talk_of(&world, &["One", "Two", "Three"]);
    for id in &ids {
        world.bookmark(*id, Some("why")).unwrap();
    }
    remove(&world, ids[1]).unwrap();
    assert_eq!(listed(&world), [ids[2], ids[0]]);
    let done = &world.operations()[0];
    assert_eq!(
        (done.kind, done.subject.as_str()),
        (OperationKind::BookmarkRemove, "Two")
    );
    world.undo(done.id).unwrap();
    assert_eq!(listed(&world), [ids[2], ids[1], ids[0]]);
    assert_eq!(notes(&world), vec![Some("why".to_owned()); 3]);

    remove(&world, ids[1]).unwrap();
    let id = world.operations()[0].id;
    world.bookmark(ids[1], None).unwrap();
    let error = world.undo(id).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("conflict", "This message was bookmarked again since.")
    );
    remove(&world, ids[1]).unwrap();
    world.delete_message(ids[1]).unwrap();
    let error = world.undo(id).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (
            "conflict",
            "This message is in the trash; take it out first."
        )
    );
    let user = world.user;
    let events = world
        .read(move |tx| event::list(tx, user, talk, None, 100))
        .unwrap();
    let of_bookmarks = |kind| {
        events
            .iter()
            .filter(|event| event.event_type == kind)
            .count()
    };
    assert_eq!(
        (
            of_bookmarks(EventType::MessageBookmarked),
            of_bookmarks(EventType::BookmarkRemoved)
        ),
        (5, 3)
    );
    assert!(events.iter().all(|event| !event.event_data.contains("why")));
    world.assert_sound();
}

#[test]
fn no_byte_of_a_removed_note_is_left_once_its_message_is_erased() {
    let world = World::new();
    let (_, ids) = talk_of(&world, &["One", "Two"]);
    world.bookmark(ids[0], Some("zqnote of mine")).unwrap();
    remove(&world, ids[0]).unwrap();
    delete_and_erase(&world, ids[0]);
    let bytes = all_bytes(world.path());
    assert!(!bytes.windows(6).any(|window| window == b"zqnote"));
    assert!(world.operations().is_empty());
    world.assert_sound();
}
