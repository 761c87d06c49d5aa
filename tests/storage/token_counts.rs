//! What a message costs a model is stored with its words, and follows them.

use parlance_storage::message::{self, Later};
use parlance_storage::{MessageId, MessageStatus, tokens};

use crate::support::{REAL_TEXTS, World, chunk};

fn stored(world: &World, id: MessageId) -> Option<u32> {
    world
        .raw()
        .query_row(
            "SELECT token_count FROM messages WHERE id = ?1",
            [id],
            |row| row.get(0),
        )
        .unwrap()
}

#[test]
fn every_way_to_say_something_counts_it() {
    let world = World::new();
    let talk = world.conversation();
    for text in REAL_TEXTS {
        let sent = world.send(talk, text).unwrap();
        assert_eq!(stored(&world, sent.id), Some(tokens::count(text)), "{text}");
    }
    let now = world.now();
    let said = world
        .write(move |tx| message::say(tx, talk, "Hello there!", &[chunk("Hello there!")], "m", now))
        .unwrap();
    assert_eq!(stored(&world, said.id), Some(tokens::count("Hello there!")));
    let reply = world.reply(talk, &["Très bien ! ", "很好。"]);
    assert_eq!(
        stored(&world, reply.id),
        Some(tokens::count("Très bien ! 很好。"))
    );
    let user = world.user;
    let line =
        r#"{"conversation": "Café", "role": "user", "content": "أريد قهوة", "created_at": 1}"#;
    world
        .write(move |tx| parlance_storage::import::jsonl(tx, user, line.as_bytes(), now))
        .unwrap();
    let imported: u32 = world
        .raw()
        .query_row(
            "SELECT token_count FROM messages WHERE content = 'أريد قهوة'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(imported, tokens::count("أريد قهوة"));
    world.assert_sound();
}

#[test]
fn a_reply_has_a_count_when_it_ends_however_it_ends_and_none_while_it_is_written() {
    let world = World::new();
    let (talk, now, user) = (world.conversation(), world.now(), world.user);
    for status in [
        MessageStatus::Complete,
        MessageStatus::Interrupted,
        MessageStatus::Failed,
    ] {
        let reply = world
            .write(move |tx| message::begin_reply(tx, talk, "m", now))
            .unwrap()
            .id;
        world
            .write(move |tx| message::append_to_reply(tx, reply, "Và rồi… 👍", &[], now))
            .unwrap();
        assert_eq!(stored(&world, reply), None);
        world
            .write(move |tx| message::finish_reply(tx, reply, status, &[chunk("Và rồi… 👍")], now))
            .unwrap();
        assert_eq!(stored(&world, reply), Some(tokens::count("Và rồi… 👍")));
        if status == MessageStatus::Complete {
            continue;
        }
        world
            .write(move |tx| message::resume_reply(tx, user, reply, "m", now))
            .unwrap();
        assert_eq!(stored(&world, reply), None, "it is being written again");
        world
            .write(move |tx| {
                message::fail_reply(tx, reply, "model_cut_off", &[chunk("Và rồi… 👍")], now)
            })
            .unwrap();
        assert_eq!(stored(&world, reply), Some(tokens::count("Và rồi… 👍")));
    }
    world.assert_sound();
}

#[test]
fn an_edit_is_counted_and_so_are_the_old_words_when_it_is_taken_back() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "I goed").unwrap().id;
    let long = "I went to the market. ".repeat(50);
    let edit = world.edit(said, &long, Later::Keep).unwrap();
    assert_eq!(stored(&world, said), Some(tokens::count(&long)));
    world.undo(edit.operation.unwrap().id).unwrap();
    assert_eq!(stored(&world, said), Some(tokens::count("I goed")));
    world.assert_sound();
}
