//! Messages.

use parlance_storage::chunk::NewChunk;
use parlance_storage::{Emotion, Emphasis, MessageStatus, conversation, message};

use crate::support::{World, typed};

fn chunk(text: &str) -> NewChunk {
    NewChunk {
        text: text.to_owned(),
        spoken_text: text.trim().to_owned(),
        emotion: Emotion::Neutral,
        icon: None,
        pause_after_ms: 200,
        emphasis: Emphasis::None,
    }
}

#[test]
fn a_turn_is_stored_and_read_back() {
    let world = World::new();
    let (user, conversation, now) = (world.user, world.conversation(), world.now());
    let page = world
        .db
        .write_blocking(move |tx| {
            message::send(tx, user, conversation, typed("Xin chào, tôi là Hoa."), now)?;
            let reply = message::begin_reply(tx, conversation, "practice-partner", now)?;
            message::append_to_reply(tx, reply.id, "Hello! ", &[chunk("Hello! ")], now)?;
            message::append_to_reply(tx, reply.id, "How are you?", &[], now)?;
            message::finish_reply(
                tx,
                reply.id,
                MessageStatus::Complete,
                &[chunk("How are you?")],
                now,
            )?;
            message::list_before(tx, user, conversation, None, 50)
        })
        .unwrap();
    assert_eq!(page.messages.len(), 2);
    assert_eq!(page.messages[1].content, "Hello! How are you?");
    assert_eq!(page.messages[1].chunks.len(), 2);
    let list = world
        .db
        .read_blocking(move |tx| conversation::list_page(tx, user, None, 50))
        .unwrap();
    assert_eq!(list.items[0].message_count, 2);
    assert_eq!(list.items[0].title, "Xin chào, tôi là Hoa.");
    world.db.close().unwrap();
}
