//! Reactions: what a reply was like to the learner, one each, and only on replies.

use parlance_storage::reaction::{self, MessageReaction};
use parlance_storage::{Entity, Error, EventType, MessageId, Reaction, event};

use crate::support::{NOON, REAL_TEXTS, World};

fn set(
    world: &World,
    id: MessageId,
    reaction: Reaction,
    feedback: Option<&str>,
) -> Result<MessageReaction, Error> {
    let (user, now, feedback) = (world.user, world.now(), feedback.map(str::to_owned));
    world.write(move |tx| reaction::set(tx, user, id, reaction, feedback.as_deref(), now))
}

fn clear(world: &World, id: MessageId) -> Result<(), Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| reaction::clear(tx, user, id, now))
}

#[test]
fn a_reply_has_one_reaction_which_can_be_changed_and_cleared() {
    let world = World::new();
    let talk = world.conversation();
    let reply = world.reply(talk, &["Hello."]).id;
    let shown = || world.messages(talk)[0].reaction;
    for reaction in Reaction::ALL {
        set(&world, reply, *reaction, None).unwrap();
        assert_eq!(shown(), Some(*reaction));
    }
    world.clock.advance(1_000);
    for text in REAL_TEXTS {
        let said = set(&world, reply, Reaction::Incorrect, Some(text)).unwrap();
        assert_eq!(
            (said.feedback.as_deref(), said.created_at, said.updated_at),
            (Some(*text), NOON, world.now())
        );
    }
    let mut news = world.db.changes();
    set(&world, reply, Reaction::Helpful, Some(" \n")).unwrap();
    let told = news.try_recv().unwrap();
    assert_eq!(told.changes[0].entity, Entity::Message);
    assert_eq!(told.changes[0].message_id, Some(reply));
    let again = set(&world, reply, Reaction::Helpful, None).unwrap();
    assert_eq!(again.feedback, None);
    assert!(news.try_recv().is_err(), "the same again is no news");
    clear(&world, reply).unwrap();
    assert_eq!(shown(), None);
    clear(&world, reply).unwrap();
    let user = world.user;
    let events = world
        .read(move |tx| event::list(tx, user, talk, None, 100))
        .unwrap();
    let told: Vec<EventType> = events[3..].iter().map(|event| event.event_type).collect();
    let mut expected = vec![EventType::ReactionSet; Reaction::ALL.len() + REAL_TEXTS.len() + 1];
    expected.push(EventType::ReactionCleared);
    assert_eq!(told, expected);
    assert!(
        events[3..]
            .iter()
            .all(|event| event.event_data == format!(r#"{{"messageId":"{reply}"}}"#))
    );
    world.assert_sound();
}

#[test]
fn what_cannot_be_reacted_to_is_refused_in_words_and_changes_nothing() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let reply = world.reply(talk, &["Hello."]).id;
    for refused in [
        set(&world, said, Reaction::Perfect, None).map(drop),
        clear(&world, said),
    ] {
        assert_eq!(
            refused.unwrap_err(),
            Error::Conflict {
                reason: "Only replies can be reacted to.".into()
            }
        );
    }
    let too_long = "é".repeat(2_001);
    for feedback in ["a\0b", &too_long] {
        let error = set(&world, reply, Reaction::Perfect, Some(feedback)).unwrap_err();
        assert_eq!(error.code(), "invalid");
    }
    let (stranger, now) = (world.stranger(), world.now());
    let theirs =
        world.write(move |tx| reaction::set(tx, stranger, reply, Reaction::Perfect, None, now));
    assert_eq!(theirs.unwrap_err().code(), "not_found");
    world.delete_message(reply).unwrap();
    for refused in [
        set(&world, reply, Reaction::Perfect, None).map(drop),
        clear(&world, reply),
    ] {
        assert_eq!(refused.unwrap_err().code(), "not_found");
    }
    let rows: u32 = world
        .raw()
        .query_row("SELECT count(*) FROM message_reactions", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(rows, 0);
}
