//! Messages that go to the trash together, and come back together.

use parlance_storage::message::{self, Later};
use parlance_storage::trash::Trashed;
use parlance_storage::{MessageId, OperationKind};

use crate::message_edits::{begin_reply, delete_many, undo_newest};
use crate::support::{NOON, REAL_TEXTS, World};
use crate::trash::words;

#[test]
fn messages_are_deleted_together_and_come_back_together() {
    let world = World::new();
    let talk = world.conversation();
    let ids: Vec<MessageId> = REAL_TEXTS
        .iter()
        .map(|text| world.send(talk, text).unwrap().id)
        .collect();
    let before = world.messages(talk);
    world.delete_message(ids[0]).unwrap();
    let mut gone = ids[2..7].to_vec();
    gone.push(ids[3]);
    delete_many(&world, &gone).unwrap();
    assert_eq!(world.get(talk).message_count as usize, REAL_TEXTS.len() - 6);
    let done = &world.operations()[0];
    assert_eq!(
        (done.kind, done.subject.as_str()),
        (OperationKind::MessagesDelete, REAL_TEXTS[0])
    );
    world.restore(Trashed::Message(ids[4])).unwrap();
    world.undo(done.id).unwrap();
    assert_eq!(world.messages(talk), before[1..]);
    assert_eq!(world.trash().len(), 1, "the other deletion stays");

    delete_many(&world, &ids[1..3]).unwrap();
    let id = world.operations()[0].id;
    world.restore(Trashed::Message(ids[1])).unwrap();
    world.restore(Trashed::Message(ids[2])).unwrap();
    let error = world.undo(id).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("conflict", "These messages are no longer in the trash.")
    );
    delete_many(&world, &ids[1..3]).unwrap();
    world.delete(talk).unwrap();
    let id = world.operations()[1].id;
    assert_eq!(
        world.undo(id).unwrap_err().to_string(),
        "The conversation of these messages is in the trash; take that out first."
    );
    world.assert_sound();
}

#[test]
fn messages_that_cannot_be_deleted_together_all_stay() {
    let world = World::new();
    let (talk, other) = (world.conversation(), world.conversation());
    let here = world.send(talk, "here").unwrap().id;
    let there = world.send(other, "there").unwrap().id;
    let trashed = world.send(talk, "gone").unwrap().id;
    world.delete_message(trashed).unwrap();
    let nowhere = MessageId::new(NOON);
    let (operations, many) = (world.operations(), vec![here; 1_001]);
    for (ids, code) in [
        (&[][..], "invalid"),
        (&many, "invalid"),
        (&[here, there], "invalid"),
        (&[here, trashed], "not_found"),
        (&[here, nowhere], "not_found"),
    ] {
        assert_eq!(delete_many(&world, ids).unwrap_err().code(), code);
    }
    let (stranger, now) = (world.stranger(), world.now());
    let theirs = world.write(move |tx| message::delete_many(tx, stranger, &[here], now));
    assert_eq!(theirs.unwrap_err().code(), "not_found");
    assert_eq!(words(&world, talk), ["here"]);
    assert_eq!(world.operations(), operations);
    assert_eq!(world.get(talk).message_count, 1);
}

#[test]
fn a_reply_that_is_still_written_is_deleted_with_others_and_counts_when_it_ends() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let reply = begin_reply(&world, talk);
    delete_many(&world, &[said, reply]).unwrap();
    assert_eq!(world.get(talk).message_count, 0);
    undo_newest(&world).unwrap();
    assert_eq!(world.get(talk).message_count, 1);
    let now = world.now();
    world
        .write(move |tx| {
            message::finish_reply(
                tx,
                reply,
                parlance_storage::MessageStatus::Complete,
                &[],
                now,
            )
        })
        .unwrap();
    assert_eq!(world.get(talk).message_count, 2);
    world.assert_sound();
}

#[test]
fn tens_of_thousands_of_discarded_messages_come_back_whole() {
    let world = World::new();
    let talk = world.conversation();
    let first = world.send(talk, "The first").unwrap().id;
    crate::message_reading::fill(&world, talk, 20_000);
    let mut news = world.db.changes();
    let edited = world.edit(first, "The very first", Later::Discard).unwrap();
    assert!(news.try_recv().unwrap().is_too_many);
    assert_eq!(world.get(talk).message_count, 1);
    assert_eq!(words(&world, talk), ["The very first"]);
    let operation: String = world
        .raw()
        .query_row("SELECT inverse FROM operations", [], |row| row.get(0))
        .unwrap();
    assert!(operation.len() < 200, "{operation}");
    world.undo(edited.operation.unwrap().id).unwrap();
    assert_eq!(world.get(talk).message_count, 20_001);
    assert!(world.trash().is_empty());
    world.assert_sound();
}
