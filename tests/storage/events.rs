//! The audit log: what happened, in order, without a word of what was said.

use parlance_storage::{
    ConversationId, EventId, EventType, MessageStatus, conversation, event, message,
};

use crate::support::{World, json, parlance_db};

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

fn page(
    world: &World,
    id: ConversationId,
    filter: event::EventFilter,
    before: Option<EventId>,
    limit: u32,
) -> event::EventPage {
    let user = world.user;
    world
        .read(move |tx| event::list_page(tx, user, id, &filter, before, limit))
        .unwrap()
}

#[test]
fn the_log_is_read_from_its_end_a_page_at_a_time() {
    let world = World::new();
    let id = world.conversation();
    for number in 0..7 {
        world.send(id, &format!("{number}")).unwrap();
    }
    let mut all = log(&world, id);
    all.reverse();
    let mut read = Vec::new();
    let mut before = None;
    loop {
        let page = page(&world, id, event::EventFilter::default(), before, 3);
        assert!(page.items.len() <= 3);
        read.extend(page.items);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(read, all);
}

#[test]
fn the_log_is_narrowed_by_kind_and_time() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "one").unwrap();
    world.reply(id, &["two"]);
    world.clock.advance(60_000);
    let later = world.now();
    world.send(id, "three").unwrap();
    let narrowed = |types: &[EventType], since, until| {
        let filter = event::EventFilter {
            types: types.to_vec(),
            since,
            until,
        };
        let kinds: Vec<_> = page(&world, id, filter, None, 10)
            .items
            .into_iter()
            .map(|event| event.event_type)
            .collect();
        kinds
    };
    let sent = EventType::MessageSent;
    assert_eq!(narrowed(&[sent], None, None), [sent, sent]);
    assert_eq!(narrowed(&[sent], Some(later), None), [sent]);
    assert_eq!(
        narrowed(&[sent, EventType::ReplyFinished], None, Some(later)),
        [EventType::ReplyFinished, sent]
    );
    assert_eq!(narrowed(&[EventType::NoteErased], None, None), []);
}

#[test]
fn the_tool_shows_the_log_by_conversation_kind_and_day() {
    let world = World::new();
    let (one, two) = (world.conversation(), world.conversation());
    world.send(one, "geheim").unwrap();
    world.send(two, "secret").unwrap();
    let folder = world.assert_sound();
    let events = |arguments: &[&str]| {
        let arguments = [&["events", "--json"], arguments].concat();
        let output = parlance_db(folder.path(), &arguments);
        assert!(output.status.success(), "{output:?}");
        json(&output)["events"].as_array().unwrap().clone()
    };
    assert_eq!(events(&[]).len(), 4);
    assert_eq!(events(&["--limit", "3"]).len(), 3);
    assert_eq!(events(&["--type", "message_sent"]).len(), 2);
    assert_eq!(events(&["--conversation", &one.to_string()]).len(), 2);
    assert_eq!(events(&["--since", "2024-03-05"]).len(), 0);
    assert_eq!(events(&["--until", "2024-03-05"]).len(), 4);
    let all = parlance_db(folder.path(), &["events"]);
    let text = String::from_utf8(all.stdout).unwrap();
    assert!(
        text.contains("message_sent") && text.contains("2024-02-29"),
        "{text}"
    );
    assert!(!text.contains("secret") && !text.contains("geheim"));
    for wrong in [
        ["--type", "nothing"],
        ["--since", "yesterday"],
        ["--conversation", "x"],
    ] {
        let output = parlance_db(folder.path(), &[&["events"], &wrong[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}
