//! Notes on conversations and messages: written, found, deleted, brought back, and erased to the last byte.

use parlance_storage::note::{self, Note, NotePage};
use parlance_storage::trash::{self, Trashed};
use parlance_storage::{
    ChangeKind, ConversationId, Entity, Error, EventType, MessageId, NoteId, OperationKind,
    TrashKind, event,
};

use crate::erase::{all_bytes, delete_and_erase};
use crate::support::{NOON, REAL_TEXTS, World};
use crate::trash_contents::wait_until_all_is_due;

fn page(
    world: &World,
    talk: ConversationId,
    cursor: Option<String>,
    limit: u32,
) -> Result<NotePage, Error> {
    let user = world.user;
    world.read(move |tx| note::list_page(tx, user, talk, cursor.as_deref(), limit))
}

fn listed(world: &World, talk: ConversationId) -> Vec<String> {
    texts(page(world, talk, None, 100).unwrap())
}

fn on(world: &World, message: MessageId) -> Result<Vec<String>, Error> {
    let user = world.user;
    world
        .read(move |tx| note::list_of_message(tx, user, message, None, 100))
        .map(texts)
}

fn texts(page: NotePage) -> Vec<String> {
    page.items.into_iter().map(|note| note.content).collect()
}

fn update(world: &World, id: NoteId, content: &str) -> Result<Note, Error> {
    let (user, now, content) = (world.user, world.now(), content.to_owned());
    world.write(move |tx| note::update(tx, user, id, &content, now))
}

fn holds(world: &World, word: &str) -> bool {
    all_bytes(world.path())
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}

fn is_found(world: &World, word: &str) -> bool {
    world
        .raw()
        .prepare("SELECT 1 FROM note_search_words WHERE note_search_words MATCH ?1")
        .unwrap()
        .exists([word])
        .unwrap()
}

#[test]
fn what_is_noted_comes_back_to_the_letter_oldest_first_and_is_found() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    for (number, text) in REAL_TEXTS.iter().enumerate() {
        world.clock.advance([0, -60_000, 5_000][number % 3]);
        let message = (number % 2 == 0).then_some(said);
        let note = world.note(talk, message, text).unwrap();
        assert_eq!(
            (note.content.as_str(), note.message_id, note.conversation_id),
            (*text, message, talk)
        );
        assert_eq!(note.created_at, note.updated_at);
    }
    assert_eq!(listed(&world, talk), REAL_TEXTS);
    let on_message: Vec<&str> = REAL_TEXTS.iter().copied().step_by(2).collect();
    assert_eq!(on(&world, said).unwrap(), on_message);
    assert!(is_found(&world, "brulee"));
    for limit in [1, 3, 13, 14, 100] {
        let (mut cursor, mut seen) = (None, Vec::new());
        loop {
            let page = page(&world, talk, cursor, limit).unwrap();
            assert!(page.items.len() <= limit as usize);
            cursor = page.next.clone();
            seen.extend(texts(page));
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, REAL_TEXTS, "{limit}");
    }
    let user = world.user;
    let (mut cursor, mut seen): (Option<String>, _) = (None, Vec::new());
    loop {
        let from = cursor.take();
        let page = world
            .read(move |tx| note::list_of_message(tx, user, said, from.as_deref(), 3))
            .unwrap();
        cursor = page.next.clone();
        seen.extend(texts(page));
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, on_message);
    world.assert_sound();
}

#[test]
fn a_note_that_cannot_be_is_refused_in_words_and_changes_nothing() {
    let world = World::new();
    let (talk, other) = (world.conversation(), world.conversation());
    let elsewhere = world.send(other, "Hello").unwrap().id;
    let kept = world.note(talk, None, "kept").unwrap();
    let megabyte = "# a\n".repeat(250_000);
    for (content, sentence) in [
        ("", "The note must not be empty."),
        ("\u{3164}\r\n", "The note must not be empty."),
        ("a\0b", "The note must not contain a NUL character."),
        (
            megabyte.as_str(),
            "The note is too long: 1000000 characters, where 100000 are the most.",
        ),
    ] {
        for error in [
            world.note(talk, None, content).unwrap_err(),
            update(&world, kept.id, content).unwrap_err(),
        ] {
            assert_eq!(
                (error.code(), error.to_string().as_str()),
                ("invalid", sentence)
            );
        }
    }
    let crossed = world.note(talk, Some(elsewhere), "x").unwrap_err();
    assert_eq!(
        (crossed.code(), crossed.to_string().as_str()),
        (
            "invalid",
            "The message must be one of the note's conversation."
        )
    );
    let (stranger, now, id) = (world.stranger(), world.now(), kept.id);
    let new = note::NewNote {
        conversation_id: talk,
        message_id: None,
        content: "x".into(),
    };
    let not_found = [
        world.note(ConversationId::new(NOON), None, "x").map(drop),
        world.note(talk, Some(MessageId::new(NOON)), "x").map(drop),
        update(&world, NoteId::new(NOON), "x").map(drop),
        world.delete_note(NoteId::new(NOON)).map(drop),
        world.write(move |tx| note::insert(tx, stranger, new, now).map(drop)),
        world.write(move |tx| note::update(tx, stranger, id, "x", now).map(drop)),
        world.write(move |tx| note::delete(tx, stranger, id, now).map(drop)),
        world.read(move |tx| note::list_page(tx, stranger, talk, None, 1).map(drop)),
        world.read(move |tx| note::list_of_message(tx, stranger, elsewhere, None, 1).map(drop)),
    ];
    for (number, refused) in not_found.into_iter().enumerate() {
        assert_eq!(refused.unwrap_err().code(), "not_found", "{number}");
    }
    for cursor in ["", "1", "1.x", "..", "1.0000000000001."] {
        let error = page(&world, talk, Some(cursor.into()), 1).unwrap_err();
        assert_eq!(error.code(), "invalid", "{cursor}");
    }
    assert_eq!(listed(&world, talk), ["kept"]);
    let longest = "语".repeat(100_000);
    assert_eq!(update(&world, kept.id, &longest).unwrap().content, longest);
}

#[test]
fn a_note_is_changed_and_the_same_words_again_are_no_news() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let note = world.note(talk, Some(said), "zqold").unwrap();
    world.clock.advance(1_000);
    let mut news = world.db.changes();
    let changed = update(&world, note.id, "zqnew").unwrap();
    assert_eq!(
        (
            changed.content.as_str(),
            changed.created_at,
            changed.updated_at
        ),
        ("zqnew", note.created_at, world.now())
    );
    let told = news.try_recv().unwrap();
    let of_note = &told.changes[0];
    assert_eq!(
        (
            of_note.entity,
            of_note.kind,
            of_note.conversation_id,
            of_note.message_id
        ),
        (Entity::Note, ChangeKind::Updated, Some(talk), Some(said))
    );
    assert!(is_found(&world, "zqnew") && !is_found(&world, "zqold"));
    assert_eq!(update(&world, note.id, "zqnew").unwrap(), changed);
    assert!(news.try_recv().is_err());
    world.delete_note(note.id).unwrap();
    assert_eq!(
        update(&world, note.id, "x").unwrap_err().code(),
        "not_found"
    );
    world.restore(Trashed::Note(note.id)).unwrap();
    let user = world.user;
    let events = world
        .read(move |tx| event::list(tx, user, talk, None, 100))
        .unwrap();
    let told: Vec<EventType> = events[2..].iter().map(|event| event.event_type).collect();
    assert_eq!(
        told,
        [
            EventType::NoteCreated,
            EventType::NoteUpdated,
            EventType::NoteDeleted,
            EventType::NoteRestored
        ]
    );
    assert!(events.iter().all(|event| !event.event_data.contains("zq")));
    world.assert_sound();
}

#[test]
fn a_deleted_note_lies_in_the_trash_and_comes_back_by_restore_or_undo() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Where is it?").unwrap().id;
    let (first, second) = (
        world.note(talk, Some(said), "first\nzqneedle").unwrap(),
        world.note(talk, Some(said), "second").unwrap(),
    );
    world.delete_note(first.id).unwrap();
    assert!(!is_found(&world, "zqneedle"));
    let [item] = &world.trash()[..] else {
        panic!("one thing is in the trash");
    };
    assert_eq!(
        (
            item.kind,
            item.id.as_str(),
            item.title.as_str(),
            item.preview.as_str()
        ),
        (
            TrashKind::Note,
            first.id.to_string().as_str(),
            "Where is it?",
            "first zqneedle"
        )
    );
    world.delete_note(second.id).unwrap();
    let done = world.operations();
    assert_eq!(
        (
            done[0].kind,
            done[0].subject.as_str(),
            done[1].subject.as_str()
        ),
        (OperationKind::NoteDelete, "second", "first zqneedle")
    );
    world.undo(done[1].id).unwrap();
    assert_eq!(listed(&world, talk), ["first\nzqneedle"]);
    assert!(is_found(&world, "zqneedle"));

    // Two notes on one message are two things.
    world.restore(Trashed::Note(second.id)).unwrap();
    world.delete_note(first.id).unwrap();
    let kinds: Vec<_> = world
        .operations()
        .into_iter()
        .map(|done| (done.kind, done.subject))
        .collect();
    assert_eq!(
        kinds,
        [
            (OperationKind::NoteDelete, "first zqneedle".to_owned()),
            (OperationKind::NoteRestore, "second".to_owned())
        ]
    );
    world.undo(world.operations()[1].id).unwrap();
    assert_eq!(world.trash().len(), 2);
    let user = world.user;
    let stranger = world.stranger();
    for (who, code) in [(stranger, "not_found"), (user, "")] {
        let restored =
            world.write(move |tx| trash::restore(tx, who, Trashed::Note(first.id), NOON));
        assert_eq!(restored.err().map_or("", |error| error.code()), code);
    }
    assert_eq!(
        world.restore(Trashed::Note(first.id)).unwrap_err().code(),
        "not_found"
    );
    world.assert_sound();
}

#[test]
fn an_undo_of_a_note_that_was_deleted_again_is_refused() {
    let world = World::new();
    let talk = world.conversation();
    let note = world.note(talk, None, "mine").unwrap().id;
    let first = world.delete_note(note).unwrap().id;
    world
        .raw()
        .execute(
            "UPDATE conversation_notes SET deleted_at = deleted_at + 1",
            [],
        )
        .unwrap();
    let error = world.undo(first).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("conflict", "This was deleted again since.")
    );
    world.erase(&[Trashed::Note(note)]);
    assert_eq!(world.undo(first).unwrap_err().code(), "not_found");
}

#[test]
fn a_note_goes_with_its_conversation_and_comes_back_with_it() {
    let world = World::new();
    let talk = world.conversation();
    let kept = world.note(talk, None, "kept").unwrap().id;
    let gone = world.note(talk, None, "gone").unwrap().id;
    let deletion = world.delete_note(gone).unwrap().id;
    world.delete(talk).unwrap();
    let kinds: Vec<TrashKind> = world.trash().into_iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [TrashKind::Conversation]);
    assert_eq!(page(&world, talk, None, 1).unwrap_err().code(), "not_found");
    for refused in [
        update(&world, kept, "x").map(drop),
        world.delete_note(kept).map(drop),
    ] {
        assert_eq!(refused.unwrap_err().code(), "not_found");
    }
    let sentence = "The conversation of this note is in the trash; take that out first.";
    for refused in [
        world.restore(Trashed::Note(gone)),
        world.undo(deletion).map(drop),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("conflict", sentence)
        );
    }
    world.restore(Trashed::Conversation(talk)).unwrap();
    assert_eq!(listed(&world, talk), ["kept"]);
    world.undo(deletion).unwrap();
    assert_eq!(listed(&world, talk), ["kept", "gone"]);
    world.assert_sound();
}

#[test]
fn a_note_stays_when_its_message_goes_to_the_trash_and_ends_when_that_is_erased() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    world.note(talk, Some(said), "zqabout it").unwrap();
    let gone = world.note(talk, Some(said), "zqgone").unwrap().id;
    world.delete_note(gone).unwrap();
    world.delete_message(said).unwrap();
    assert_eq!(listed(&world, talk), ["zqabout it"]);
    assert_eq!(on(&world, said).unwrap_err().code(), "not_found");
    world.restore(Trashed::Message(said)).unwrap();
    delete_and_erase(&world, said);
    assert!(listed(&world, talk).is_empty() && world.trash().is_empty());
    assert!(!holds(&world, "zqabout") && !holds(&world, "zqgone"));
    world.assert_sound();
}

#[test]
fn no_byte_of_an_erased_note_is_left_and_its_neighbours_stay() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let long = format!(
        "{} zqwandering 龘靐齉 zqcrémeux",
        "zqfiller words ".repeat(5_000)
    );
    for (number, text) in [
        "zqwandering by the river",
        "Un zqcrémeux 龘靐齉的海边",
        long.as_str(),
    ]
    .into_iter()
    .enumerate()
    {
        world.note(talk, None, "by the river").unwrap();
        let message = (number == 1).then_some(said);
        let victim = world.note(talk, message, "zqearlier").unwrap().id;
        update(&world, victim, text).unwrap();
        world.delete_note(victim).unwrap();
        world.restore(Trashed::Note(victim)).unwrap();
        world.delete_note(victim).unwrap();
        world.erase(&[Trashed::Note(victim)]);
        for word in [
            "zqwander",
            "zqcrémeux",
            "zqcremeux",
            "龘靐",
            "zqfiller",
            "zqearlier",
        ] {
            assert!(!holds(&world, word), "{word} is still in a file");
        }
        let named: u32 = world
            .raw()
            .query_row(
                "SELECT count(*) FROM conversation_events WHERE instr(event_data, ?1) > 0",
                [victim.to_string()],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(named, 0, "the log does not say which note it was");
    }
    assert!(world.operations().is_empty() && world.trash().is_empty());
    assert_eq!(listed(&world, talk), vec!["by the river"; 3]);
    assert!(is_found(&world, "river"));
    world.assert_sound();
}

#[test]
fn notes_end_after_thirty_days_or_when_the_trash_is_emptied() {
    let world = World::new();
    let talk = world.conversation();
    for number in 0..250 {
        let note = world.note(talk, None, &format!("zqnote {number}")).unwrap();
        world.delete_note(note.id).unwrap();
    }
    let user = world.user;
    assert_eq!(
        world.write(move |tx| trash::condemn_all(tx, user)).unwrap(),
        250
    );
    assert!(world.trash().is_empty());
    assert_eq!(world.erase_due(), 250);
    let said = world.send(talk, "Hello").unwrap().id;
    let note = world.note(talk, Some(said), "zqlast").unwrap().id;
    world.delete_note(note).unwrap();
    assert_eq!(world.erase_due(), 0);
    wait_until_all_is_due(&world);
    assert_eq!(world.erase_due(), 1);
    assert!(!holds(&world, "zqnote") && !holds(&world, "zqlast"));
    world.assert_sound();
}

#[test]
fn the_trash_lists_notes_among_everything_else_a_page_at_a_time() {
    let world = World::new();
    let talk = world.conversation();
    let mut expected = 0;
    for number in 0..15 {
        world.clock.advance(number % 2);
        match number % 3 {
            0 => drop(world.delete(world.conversation()).unwrap()),
            1 => {
                let said = world.send(talk, "words").unwrap().id;
                world.delete_message(said).unwrap();
            }
            _ => {
                let note = world.note(talk, None, "a note").unwrap().id;
                world.delete_note(note).unwrap();
            }
        }
        expected += 1;
    }
    let all: Vec<String> = world.trash().into_iter().map(|item| item.id).collect();
    assert_eq!(all.len(), expected);
    let user = world.user;
    for limit in 1..=16 {
        let (mut cursor, mut seen): (Option<String>, _) = (None, Vec::new());
        loop {
            let from = cursor.take();
            let page = world
                .read(move |tx| trash::list_page(tx, user, from.as_deref(), limit))
                .unwrap();
            seen.extend(page.items.into_iter().map(|item| item.id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all, "{limit}");
    }
}
