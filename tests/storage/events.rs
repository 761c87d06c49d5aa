//! The audit log: what happened, in order, without a word of what was said.

use parlance_storage::{ConversationId, EventType, MessageStatus, conversation, event, message};

use crate::support::World;

fn log(world: &World, id: ConversationId) -> Vec<event::ConversationEvent> {
    let user = world.user;
    world
        .read(move |tx| event::list(tx, user, id, None, 100))
        .unwrap()
}

#[test]
fn every_verb_writes_its_event_in_order() {
    let world = World::new();
    let id = world.conversation();
    let (user, now) = (world.user, world.now());
    world.send(id, "A secret of mine").unwrap();
    world.reply(id, &["I will keep it."]);
    world
        .write(move |tx| conversation::rename(tx, user, id, "Secrets", now))
        .unwrap();
    let types: Vec<EventType> = log(&world, id)
        .iter()
        .map(|event| event.event_type)
        .collect();
    assert_eq!(
        types,
        [
            EventType::ConversationCreated,
            EventType::MessageSent,
            EventType::ReplyStarted,
            EventType::ReplyFinished,
            EventType::ConversationRenamed
        ]
    );
    let data: Vec<String> = log(&world, id)
        .into_iter()
        .map(|event| event.event_data)
        .collect();
    assert!(!data.concat().to_lowercase().contains("secret"), "{data:?}");
}

#[test]
fn the_end_of_a_reply_says_how_it_ended() {
    let world = World::new();
    let (id, now) = (world.conversation(), world.now());
    let reply = world
        .write(move |tx| message::begin_reply(tx, id, "m", now))
        .unwrap()
        .id;
    world
        .write(move |tx| message::finish_reply(tx, reply, MessageStatus::Failed, &[], now))
        .unwrap();
    let last = log(&world, id).pop().unwrap();
    let data: serde_json::Value = serde_json::from_str(&last.event_data).unwrap();
    assert_eq!(
        data,
        serde_json::json!({ "messageId": reply, "status": "failed" })
    );
}

#[test]
fn a_verb_that_fails_leaves_no_event() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "  ").unwrap_err();
    assert_eq!(log(&world, id).len(), 1);
}

#[test]
fn a_long_log_is_read_by_key() {
    let world = World::new();
    let (id, user) = (world.conversation(), world.user);
    for number in 0..5 {
        world.send(id, &format!("{number}")).unwrap();
    }
    let whole = log(&world, id);
    let after = whole[2].id;
    let rest = world
        .read(move |tx| event::list(tx, user, id, Some(after), 2))
        .unwrap();
    assert_eq!(rest, whole[3..5]);
}

#[test]
fn a_strangers_log_is_not_found() {
    let world = World::new();
    let (id, stranger) = (world.conversation(), world.stranger());
    assert_eq!(
        world
            .read(move |tx| event::list(tx, stranger, id, None, 1))
            .unwrap_err()
            .code(),
        "not_found"
    );
}
