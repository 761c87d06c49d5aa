//! Undo: the last things done, each by its name, and only while taking it back undoes nothing else.

use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::trash::Trashed;
use parlance_storage::{
    ConversationId, Error, OperationId, OperationKind, TitleSource, message, operation,
};

use crate::support::{NOON, World, blank, json, parlance_db};

fn rename(world: &World, id: ConversationId, title: &str) {
    let (user, now, title) = (world.user, world.now(), title.to_owned());
    world
        .write(move |tx| conversation::rename(tx, user, id, &title, now))
        .unwrap();
}

fn titled(world: &World, title: &str) -> ConversationId {
    let (now, new) = (
        world.now(),
        NewConversation {
            title: Some(title.into()),
            ..blank(world.user)
        },
    );
    world
        .write(move |tx| conversation::insert(tx, new, now))
        .unwrap()
        .id
}

/// What can be undone, newest first.
fn names(world: &World) -> Vec<(OperationKind, String)> {
    world
        .operations()
        .into_iter()
        .map(|done| (done.kind, done.subject))
        .collect()
}

fn newest(world: &World) -> OperationId {
    world.operations()[0].id
}

fn refused(world: &World, id: OperationId) -> String {
    let before = world.operations();
    let error = world.undo(id).unwrap_err();
    assert_eq!(error.code(), "conflict");
    assert_eq!(world.operations(), before, "it stays in the list");
    error.to_string()
}

#[test]
fn what_was_done_is_listed_by_name_newest_first_also_after_a_new_start() {
    let world = World::new();
    let (café, talk) = (titled(&world, "At the café"), world.conversation());
    let said = world
        .send(
            talk,
            "I went to the\nmarket, and bought a very long sentence about very many fish.",
        )
        .unwrap()
        .id;
    rename(&world, café, "Au café");
    world.delete_message(said).unwrap();
    world.delete(café).unwrap();
    let expected = [
        (OperationKind::ConversationDelete, "Au café".to_owned()),
        (
            OperationKind::MessageDelete,
            "I went to the market, and bought a very long sentence about…".into(),
        ),
        (OperationKind::ConversationRename, "Au café".into()),
    ];
    assert_eq!(names(&world), expected);
    world.db.close().unwrap();
    let world = world.reopened();
    assert_eq!(names(&world), expected);
    assert_eq!(world.undo(newest(&world)).unwrap().subject, "Au café");
    assert_eq!(world.get(café).title, "Au café");
    world.assert_sound();
}

#[test]
fn each_kind_of_operation_is_taken_back_and_then_gone_from_the_list() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;

    rename(&world, talk, "Greetings");
    world.undo(newest(&world)).unwrap();
    let title = world.get(talk);
    assert_eq!(
        (title.title.as_str(), title.title_source),
        ("Hello", TitleSource::Auto)
    );

    world.delete_message(said).unwrap();
    world.undo(newest(&world)).unwrap();
    assert_eq!(world.messages(talk).len(), 1);

    world.delete_message(said).unwrap();
    world.restore(Trashed::Message(said)).unwrap();
    assert_eq!(
        names(&world),
        [(OperationKind::MessageRestore, "Hello".to_owned())],
        "a deletion that was taken back otherwise cannot be undone any more"
    );
    world.undo(newest(&world)).unwrap();
    assert!(world.messages(talk).is_empty());
    world.restore(Trashed::Message(said)).unwrap();

    world.delete(talk).unwrap();
    world.undo(newest(&world)).unwrap();
    assert_eq!(world.messages(talk).len(), 1);

    world.delete(talk).unwrap();
    world.restore(Trashed::Conversation(talk)).unwrap();
    assert_eq!(names(&world)[0].0, OperationKind::ConversationRestore);
    world.undo(newest(&world)).unwrap();
    assert_eq!(world.trash().len(), 1);
    world.assert_sound();
}

#[test]
fn an_operation_is_taken_back_only_once() {
    let world = World::new();
    let talk = world.conversation();
    let done = world.delete(talk).unwrap().id;
    world.undo(done).unwrap();
    assert_eq!(world.undo(done).unwrap_err().code(), "not_found");
}

#[test]
fn an_older_operation_can_be_taken_back_before_a_newer_one() {
    let world = World::new();
    let (first, second) = (titled(&world, "First"), titled(&world, "Second"));
    let deletion = world.delete(first).unwrap().id;
    world.delete(second).unwrap();
    assert_eq!(world.undo(deletion).unwrap().subject, "First");
    assert_eq!(
        names(&world),
        [(OperationKind::ConversationDelete, "Second".to_owned())]
    );
    assert_eq!(world.get(first).title, "First");
}

#[test]
fn what_would_undo_something_else_is_refused_in_words() {
    let world = World::new();
    let talk = titled(&world, "One");
    let said = world.send(talk, "Hello").unwrap().id;
    rename(&world, talk, "Two");
    let to_two = newest(&world);
    rename(&world, talk, "Three");
    assert_eq!(
        refused(&world, to_two),
        "This conversation was given another title since."
    );
    let deletion = world.delete_message(said).unwrap().id;
    world.delete(talk).unwrap();
    assert_eq!(
        refused(&world, deletion),
        "The conversation of this message is in the trash; take that out first."
    );
    assert_eq!(
        refused(&world, to_two),
        "This conversation is in the trash; take it out first."
    );
    // In their order they can all be taken back.
    for _ in 0..4 {
        world.undo(newest(&world)).unwrap();
    }
    assert_eq!(world.get(talk).title, "One");
    assert_eq!(world.messages(talk).len(), 1);
    world.assert_sound();
}

#[test]
fn a_title_taken_back_to_none_is_made_of_what_was_said_meanwhile() {
    let world = World::new();
    let talk = world.conversation();
    rename(&world, talk, "Mine");
    world.send(talk, "Hello there").unwrap();
    world.undo(newest(&world)).unwrap();
    assert_eq!(world.get(talk).title, "Hello there");

    let silent = world.conversation();
    rename(&world, silent, "Mine");
    world.undo(newest(&world)).unwrap();
    assert_eq!(world.get(silent).title, "");
    world.send(silent, "Now I speak").unwrap();
    assert_eq!(world.get(silent).title, "Now I speak");
}

#[test]
fn what_changes_nothing_cannot_be_undone() {
    let world = World::new();
    let talk = titled(&world, "Same");
    rename(&world, talk, "  Same ");
    assert!(world.operations().is_empty());
    let failed: Result<(), Error> = {
        let (user, now) = (world.user, world.now());
        world.write(move |tx| {
            conversation::delete(tx, user, talk, now)?;
            Err(Error::DiskFull)
        })
    };
    assert!(failed.is_err());
    assert!(world.operations().is_empty());
}

#[test]
fn the_newest_thirty_of_each_learner_are_kept() {
    let world = World::new();
    let talk = world.conversation();
    let (stranger, now) = (world.stranger(), world.now());
    let theirs = world
        .write(move |tx| conversation::insert(tx, blank(stranger), now))
        .unwrap()
        .id;
    world
        .write(move |tx| conversation::delete(tx, stranger, theirs, now))
        .unwrap();
    for number in 1..=35 {
        rename(&world, talk, &format!("Title {number}"));
    }
    let kept = world.operations();
    assert_eq!(kept.len(), 30);
    assert_eq!(
        (kept[0].subject.as_str(), kept[29].subject.as_str()),
        ("Title 35", "Title 6")
    );
    let of_stranger = world.read(move |tx| operation::list(tx, stranger)).unwrap();
    assert_eq!(of_stranger.len(), 1);
    let rows: u32 = world
        .raw()
        .query_row("SELECT count(*) FROM operations", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 31, "thirty of one learner, one of the other");
    for _ in 0..30 {
        world.undo(newest(&world)).unwrap();
    }
    assert_eq!(world.get(talk).title, "Title 5");
    // Nobody takes back what another has done.
    let undone = world.undo(of_stranger[0].id).unwrap_err();
    assert_eq!(undone.code(), "not_found");
    world.assert_sound();
}

#[test]
fn what_was_erased_cannot_be_undone_any_more() {
    let world = World::new();
    let talk = titled(&world, "Gone");
    let kept = titled(&world, "Kept");
    rename(&world, talk, "Gone for ever");
    rename(&world, kept, "Still here");
    let deletion = world.delete(talk).unwrap().id;
    world.erase(&[Trashed::Conversation(talk)]);
    assert_eq!(
        names(&world),
        [(OperationKind::ConversationRename, "Still here".to_owned())]
    );
    assert_eq!(world.undo(deletion).unwrap_err().code(), "not_found");
}

#[test]
fn an_undo_tells_where_it_puts_a_reply_into_the_trash_that_is_still_being_written() {
    let world = World::new();
    let (talk, now) = (world.conversation(), world.now());
    let said = world.send(talk, "Quelle heure est-il ?").unwrap().id;
    let reply = world
        .write(move |tx| message::begin_reply(tx, talk, "m", now))
        .unwrap()
        .id;
    let user = world.user;
    let unwanted = |thing| {
        let deleted = match thing {
            Trashed::Conversation(id) => world.delete(id),
            Trashed::Message(id) => world.delete_message(id),
            Trashed::Note(id) => panic!("nobody has made the note {id}"),
        };
        deleted.unwrap();
        world.restore(thing).unwrap();
        let restore = newest(&world);
        world
            .write(move |tx| operation::undo(tx, user, restore, now))
            .unwrap()
            .unwanted_reply
    };
    assert_eq!(unwanted(Trashed::Message(said)), None);
    assert_eq!(unwanted(Trashed::Message(reply)), Some(talk));
    assert_eq!(unwanted(Trashed::Conversation(talk)), Some(talk));
}

#[test]
fn verify_names_an_operation_that_the_app_cannot_take_back() {
    let world = World::new();
    let talk = world.conversation();
    let id = world.delete(talk).unwrap().id;
    world.db.close().unwrap();
    world
        .raw()
        .execute(
            r#"UPDATE operations SET inverse = '{"inverse": "paint", "colour": "secret"}'"#,
            [],
        )
        .unwrap();
    let output = parlance_db(world.path(), &["--json", "verify"]);
    let problems = json(&output)["problems"].to_string();
    assert!(
        problems.contains("operations") && problems.contains(&id.to_string()),
        "{problems}"
    );
    assert!(!problems.contains("secret"), "{problems}");
    let world = world.reopened();
    let error = world.undo(id).unwrap_err();
    assert_eq!(error.code(), "corrupt");
    assert!(!error.to_string().contains("secret"));
    assert_eq!(world.now(), NOON);
}
