//! Messages: what was said comes back to the letter, also when the reply was cut off.

use parlance_storage::{ConversationId, MessageStatus, Role, message};
use proptest::prelude::*;

use crate::support::{NOON, REAL_TEXTS, World, chunk};

#[test]
fn what_people_write_comes_back_to_the_letter() {
    let world = World::new();
    let conversation = world.conversation();
    for text in REAL_TEXTS {
        let sent = world.send(conversation, text).unwrap();
        assert_eq!(
            (sent.role, sent.status, sent.created_at),
            (Role::User, MessageStatus::Complete, NOON)
        );
    }
    let contents: Vec<String> = world
        .messages(conversation)
        .into_iter()
        .map(|message| message.content)
        .collect();
    assert_eq!(contents, REAL_TEXTS);
}

#[test]
fn any_text_that_is_not_blank_comes_back_to_the_letter() {
    let world = World::new();
    let conversation = world.conversation();
    proptest!(ProptestConfig::with_cases(64), |(text in "\\PC{0,60}[a-zà-ỹ一-龥][^\0]{0,60}")| {
        let sent = world.send(conversation, &text).unwrap();
        prop_assert_eq!(&sent.content, &text);
        let (user, id) = (world.user, sent.id);
        prop_assert_eq!(world.read(move |tx| message::get(tx, user, id)).unwrap().content, text);
    });
}

#[test]
fn messages_that_cannot_be_stored_are_refused_in_words_and_leave_nothing() {
    let world = World::new();
    let conversation = world.conversation();
    let megabyte = "a".repeat(1_000_000);
    let cases = [
        ("", "The message must not be empty."),
        (
            " \r\n\t\u{3000}\u{feff}\u{200b}",
            "The message must not be empty.",
        ),
        ("cut\0here", "The message must not contain a NUL character."),
        (
            &megabyte,
            "The message is too long: 1000000 characters, where 100000 are the most.",
        ),
    ];
    for (content, sentence) in cases {
        let error = world.send(conversation, content).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("invalid", sentence)
        );
    }
    assert!(world.messages(conversation).is_empty());
    assert_eq!(
        (
            world.get(conversation).message_count,
            world.get(conversation).title.as_str()
        ),
        (0, "")
    );
    let longest = "语".repeat(100_000);
    assert_eq!(world.send(conversation, &longest).unwrap().content, longest);
}

#[test]
fn an_opening_message_is_said_at_once() {
    let world = World::new();
    let (conversation, now) = (world.conversation(), world.now());
    let said = world
        .write(move |tx| {
            message::say(
                tx,
                conversation,
                "Welcome!",
                &[chunk("Welcome!")],
                "practice-partner",
                now,
            )
        })
        .unwrap();
    assert_eq!(
        (said.role, said.status, said.chunks.len()),
        (Role::Assistant, MessageStatus::Complete, 1)
    );
    assert_eq!(
        world.get(conversation).title,
        "",
        "what the partner says is no title"
    );
    let wrong = world.write(move |tx| message::say(tx, conversation, "Welcome!", &[], "m", now));
    assert_eq!(wrong.unwrap_err().code(), "invalid");
    let nowhere = ConversationId::new(NOON);
    let lost = world.write(move |tx| message::say(tx, nowhere, "Hi", &[chunk("Hi")], "m", now));
    assert_eq!(lost.unwrap_err().code(), "not_found");
    assert_eq!(world.get(conversation).message_count, 1);
}

#[test]
fn a_conversation_is_read_backwards_by_place() {
    let world = World::new();
    let (conversation, user) = (world.conversation(), world.user);
    for turn in 0..5 {
        world
            .send(conversation, &format!("question {turn}"))
            .unwrap();
        world.reply(conversation, &["An answer. ", "And more."]);
    }
    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = world
            .read(move |tx| message::list_before(tx, user, conversation, before, 3))
            .unwrap();
        for message in &page.messages {
            let expected = if message.role == Role::Assistant {
                2
            } else {
                0
            };
            assert_eq!(message.chunks.len(), expected);
            assert!(
                message
                    .chunks
                    .iter()
                    .all(|chunk| chunk.message_id == message.id)
            );
        }
        before = page.messages.first().map(|message| message.sequence_number);
        seen.splice(
            0..0,
            page.messages
                .into_iter()
                .map(|message| message.sequence_number),
        );
        if !page.has_more {
            break;
        }
    }
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    let empty = world
        .read(move |tx| message::list_before(tx, user, conversation, Some(1), 3))
        .unwrap();
    assert_eq!(
        empty,
        message::MessagePage {
            messages: vec![],
            has_more: false,
            has_newer: true
        }
    );
}

#[test]
fn nothing_of_a_stranger_or_of_the_trash_can_be_read_or_written() {
    let world = World::new();
    let (conversation, stranger, user) = (world.conversation(), world.stranger(), world.user);
    let id = world.send(conversation, "private").unwrap().id;
    let codes = [
        world.read(move |tx| message::get(tx, stranger, id).map(drop)),
        world.read(move |tx| message::list_before(tx, stranger, conversation, None, 1).map(drop)),
        world.write(move |tx| {
            message::send(tx, stranger, conversation, crate::support::typed("x"), NOON).map(drop)
        }),
    ];
    assert!(
        codes
            .iter()
            .all(|result| result.as_ref().unwrap_err().code() == "not_found"),
        "{codes:?}"
    );
    world
        .raw()
        .execute("UPDATE messages SET deleted_at = 1 WHERE id = ?1", [id])
        .unwrap();
    assert_eq!(
        world
            .read(move |tx| message::get(tx, user, id))
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert!(world.messages(conversation).is_empty());
    world
        .raw()
        .execute("UPDATE conversations SET deleted_at = 1", [])
        .unwrap();
    assert_eq!(
        world.send(conversation, "x").unwrap_err().code(),
        "not_found"
    );
    let reply = world.write(move |tx| message::begin_reply(tx, conversation, "m", NOON).map(drop));
    assert_eq!(reply.unwrap_err().code(), "not_found");
}

#[test]
fn the_order_is_the_order_of_saying_whatever_the_clock_does() {
    let world = World::new();
    let conversation = world.conversation();
    for step in [0, -86_400_000, 3_600_000, -7_200_000] {
        world.clock.advance(step);
        world.send(conversation, &format!("{step}")).unwrap();
    }
    let contents: Vec<String> = world
        .messages(conversation)
        .into_iter()
        .map(|message| message.content)
        .collect();
    assert_eq!(contents, ["0", "-86400000", "3600000", "-7200000"]);
    assert_eq!(
        world.get(conversation).last_message_preview.as_deref(),
        Some("-7200000")
    );
}

#[test]
fn a_message_is_camel_case_on_the_wire_and_keeps_the_audio_key_to_itself() {
    let world = World::new();
    let reply = world.reply(world.conversation(), &["Hello."]);
    let wire = serde_json::to_value(&reply).unwrap();
    assert_eq!(wire["sequenceNumber"], 1);
    assert_eq!(wire["chunks"][0]["spokenText"], "Hello.");
    assert_eq!(wire["chunks"][0]["ttsStatus"], "pending");
    assert_eq!(wire["chunks"][0]["hasAudio"], false);
    assert_eq!(wire["chunks"][0].get("audioKey"), None);
}
