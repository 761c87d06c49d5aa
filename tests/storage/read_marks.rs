//! What is unread: what has come and was not seen, whatever the clock says.

use parlance_storage::conversation::{self, MOST_UNREAD};
use parlance_storage::trash::Trashed;
use parlance_storage::{
    ChangeKind, ConversationId, ConversationStatus, Entity, Error, MessageStatus, message,
};

use crate::moves::merge;
use crate::organising::said;
use crate::support::{World, blank, chunk};

fn mark_read(world: &World, id: ConversationId) {
    world
        .act(move |tx, user, _| conversation::mark_read(tx, user, &[id]))
        .unwrap();
}

fn mark_unread(world: &World, ids: &[ConversationId]) -> Result<(), Error> {
    let ids = ids.to_vec();
    world.act(move |tx, user, _| conversation::mark_unread(tx, user, &ids))
}

fn is_unread(world: &World, id: ConversationId) -> bool {
    world.summary(id).is_unread
}

fn count(world: &World) -> u32 {
    let user = world.user;
    world
        .read(move |tx| conversation::unread_count(tx, user))
        .unwrap()
}

#[test]
fn a_reply_is_unread_until_it_is_read_though_the_clock_stands_still() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "Hello?").unwrap();
    assert!(!is_unread(&world, id), "one's own words are read");
    world.reply(id, &["Hello! ", "How are you?"]);
    assert!(is_unread(&world, id));
    assert_eq!(count(&world), 1);
    mark_read(&world, id);
    assert!(!is_unread(&world, id));
    world.reply(id, &["Are you there?"]);
    assert!(is_unread(&world, id), "another one of the same moment");
    world.send(id, "Yes.").unwrap();
    assert!(!is_unread(&world, id), "who answers has read");
    assert_eq!(count(&world), 0);
    world.assert_sound();
}

#[test]
fn a_reply_is_unread_though_the_clock_fell_back() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "¿Qué tal?").unwrap();
    world.reply(id, &["Bien."]);
    mark_read(&world, id);
    world.clock.advance(-3_600_000);
    world.reply(id, &["¿Y tú?"]);
    assert!(is_unread(&world, id));
    mark_read(&world, id);
    assert!(!is_unread(&world, id));
    world.assert_sound();
}

#[test]
fn a_reply_that_is_still_being_written_is_not_unread_yet() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "Hello?").unwrap();
    let reply = world
        .act(move |tx, _, now| {
            let reply = message::begin_reply(tx, id, "practice-partner", now)?;
            message::append_to_reply(tx, reply.id, "Hi.", &[chunk("Hi.")], now)?;
            Ok(reply.id)
        })
        .unwrap();
    assert!(!is_unread(&world, id));
    world
        .act(move |tx, _, now| {
            message::finish_reply(tx, reply, MessageStatus::Interrupted, &[], now)
        })
        .unwrap();
    assert!(is_unread(&world, id));
}

#[test]
fn what_was_never_marked_counts_as_read() {
    let world = World::new();
    let id = world.conversation();
    world
        .act(move |tx, _, now| {
            message::say(tx, id, "Welcome!", &[chunk("Welcome!")], "template", now)
        })
        .unwrap();
    assert!(!is_unread(&world, id), "opening words were not waited for");
    let mut changes = world.db.changes();
    mark_read(&world, id);
    assert!(changes.try_recv().is_err(), "nothing that anybody sees");
    world.reply(id, &["Anybody here?"]);
    assert!(is_unread(&world, id));
}

#[test]
fn a_mark_is_told_once_and_changes_nothing_else() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "Hello?").unwrap();
    world.reply(id, &["Hello!"]);
    let before = world.get(id);
    world.clock.advance(1_000);
    let mut changes = world.db.changes();
    for _ in 0..3 {
        mark_read(&world, id);
    }
    let told = changes.try_recv().unwrap();
    assert_eq!(told.changes.len(), 1);
    assert_eq!(
        (told.changes[0].entity, told.changes[0].kind),
        (Entity::Conversation, ChangeKind::Updated)
    );
    assert!(changes.try_recv().is_err());
    assert_eq!(world.get(id), before);
    assert!(world.operations().is_empty());
    mark_unread(&world, &[id]).unwrap();
    mark_unread(&world, &[id]).unwrap();
    assert!(changes.try_recv().is_ok());
    assert!(changes.try_recv().is_err());
    assert!(is_unread(&world, id));
    assert_eq!(world.get(id), before);
    let user = world.user;
    let events = world
        .read(move |tx| parlance_storage::event::list(tx, user, id, None, 100))
        .unwrap();
    assert_eq!(events.len(), 4, "created, sent, started, finished");
    world.assert_sound();
}

#[test]
fn only_what_has_a_message_can_be_unread() {
    let world = World::new();
    let (empty, old) = (world.conversation(), world.conversation());
    world.send(old, "From long ago").unwrap();
    world
        .raw()
        .execute(
            "UPDATE conversations SET last_message_at = -5, last_read_at = NULL WHERE id = ?1",
            [old],
        )
        .unwrap();
    mark_unread(&world, &[empty, old]).unwrap();
    assert!(!is_unread(&world, empty));
    assert!(is_unread(&world, old));
    let unknown = ConversationId::new(world.now());
    assert_eq!(said(mark_unread(&world, &[old, unknown])).0, "not_found");
    assert_eq!(said(mark_unread(&world, &[])).0, "invalid");
}

#[test]
fn an_unread_reply_that_is_deleted_is_read_and_comes_back_unread() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "Hello?").unwrap();
    world.clock.advance(1_000);
    let reply = world.reply(id, &["Hello!"]).id;
    world.clock.advance(1_000);
    assert!(is_unread(&world, id));
    world.delete_message(reply).unwrap();
    assert!(!is_unread(&world, id));
    world.restore(Trashed::Message(reply)).unwrap();
    assert!(is_unread(&world, id));
}

#[test]
fn unread_ones_are_counted_up_to_a_thousand_and_archived_ones_are_not() {
    let world = World::new();
    let ids: Vec<ConversationId> = world
        .act(|tx, user, now| {
            (0..1_003)
                .map(|_| {
                    let id = conversation::insert(tx, blank(user), now)?.id;
                    message::send(tx, user, id, crate::support::typed("Hi"), now)?;
                    Ok(id)
                })
                .collect()
        })
        .unwrap();
    mark_unread(&world, &ids[..3]).unwrap();
    world
        .set_status(&ids[..1], ConversationStatus::Archived)
        .unwrap();
    world.delete(ids[1]).unwrap();
    assert_eq!(count(&world), 1);
    mark_unread(&world, &ids[2..1_002]).unwrap();
    mark_unread(&world, &ids[1_002..]).unwrap();
    assert_eq!(count(&world), MOST_UNREAD);
    let stranger = world.stranger();
    let theirs = world
        .read(move |tx| conversation::unread_count(tx, stranger))
        .unwrap();
    assert_eq!(theirs, 0);
    world.assert_sound();
}

fn marks(world: &World, ids: [ConversationId; 2]) -> [Option<i64>; 2] {
    ids.map(|id| {
        world
            .raw()
            .query_row(
                "SELECT last_read_at FROM conversations WHERE id = ?1",
                [id],
                |row| row.get(0),
            )
            .unwrap()
    })
}

#[test]
fn a_merge_is_unread_if_either_was_and_both_marks_come_back() {
    let world = World::new();
    let (older, newer) = (world.conversation(), world.conversation());
    world.send(older, "Bạn khỏe không?").unwrap();
    world.clock.advance(1_000);
    world.reply(older, &["Mình khỏe."]);
    world.clock.advance(1_000);
    world.send(newer, "Hẹn gặp lại").unwrap();
    let pair = [older, newer];
    assert_eq!(pair.map(|id| is_unread(&world, id)), [true, false]);
    let before = marks(&world, pair);
    for (into, from) in [(newer, older), (older, newer)] {
        let merged = merge(&world, into, from).unwrap();
        assert!(merged.conversation.is_unread);
        assert_eq!(count(&world), 1);
        mark_read(&world, into);
        assert!(!is_unread(&world, into));
        world.undo(merged.operation.id).unwrap();
        assert_eq!(marks(&world, pair), before);
        assert_eq!(pair.map(|id| is_unread(&world, id)), [true, false]);
    }
    world.assert_sound();
}

#[test]
fn a_merge_of_two_that_were_read_is_read() {
    let world = World::new();
    let (older, newer) = (world.conversation(), world.conversation());
    world.send(older, "¿Vienes?").unwrap();
    world.clock.advance(1_000);
    world.send(newer, "Sí, ya voy.").unwrap();
    world.reply(newer, &["Vale."]);
    mark_read(&world, newer);
    let merged = merge(&world, older, newer).unwrap();
    assert!(!merged.conversation.is_unread);
    world.reply(older, &["¿Dónde estás?"]);
    assert!(is_unread(&world, older));
    world.assert_sound();
}

#[test]
fn a_merge_is_unread_though_the_clock_fell_back() {
    let world = World::new();
    let (ahead, behind) = (world.conversation(), world.conversation());
    world.send(ahead, "Hello?").unwrap();
    world.clock.advance(60_000);
    world.reply(ahead, &["From tomorrow."]);
    world.clock.advance(-3_600_000);
    world.send(ahead, "That was odd.").unwrap();
    world.send(behind, "From before.").unwrap();
    world.reply(behind, &["Unread."]);
    let merged = merge(&world, ahead, behind).unwrap();
    assert!(merged.conversation.is_unread);
    world.undo(merged.operation.id).unwrap();
    assert_eq!(
        [ahead, behind].map(|id| is_unread(&world, id)),
        [false, true]
    );
    world.assert_sound();
}

#[test]
fn a_merge_of_what_was_never_marked_counts_as_read() {
    let world = World::new();
    let ids = [world.conversation(), world.conversation()];
    for id in ids {
        world
            .act(move |tx, _, now| {
                message::say(tx, id, "Welcome!", &[chunk("Welcome!")], "template", now)
            })
            .unwrap();
    }
    assert!(
        !merge(&world, ids[0], ids[1])
            .unwrap()
            .conversation
            .is_unread
    );
    assert_eq!(marks(&world, ids), [None, None]);
    world.assert_sound();
}
