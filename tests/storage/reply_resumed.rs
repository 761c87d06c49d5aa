//! A reply that broke off, gone on with in its place: no word of it is lost, and its last half sentence is cut up anew.

use parlance_storage::message::{self, Later, Resumed};
use parlance_storage::{ConversationId, Error, EventType, MessageId, MessageStatus, event};

use crate::message_edits::begin_reply;
use crate::support::{World, chunk};

fn resume(world: &World, id: MessageId) -> Result<Resumed, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| message::resume_reply(tx, user, id, "other-model", now))
}

/// A question, and a reply that failed in the middle of its second sentence.
fn broken_off(world: &World) -> (ConversationId, MessageId) {
    let talk = world.conversation();
    world.send(talk, "J'ai mangé.").unwrap();
    let now = world.now();
    let reply = world
        .write(move |tx| {
            let reply = message::begin_reply(tx, talk, "small", now)?;
            message::append_to_reply(
                tx,
                reply.id,
                "Très bien ! Et qu'as-tu",
                &[chunk("Très bien ! "), chunk("Et qu'as-tu")],
                now,
            )?;
            message::fail_reply(tx, reply.id, "model_cut_off", &[], now)
        })
        .unwrap();
    (talk, reply.id)
}

#[test]
fn a_reply_that_failed_says_why_by_name() {
    let world = World::new();
    let (talk, id) = broken_off(&world);
    let reply = &world.messages(talk)[1];
    assert_eq!((reply.id, reply.status), (id, MessageStatus::Failed));
    assert_eq!(reply.failure_code.as_deref(), Some("model_cut_off"));
    assert_eq!(world.messages(talk)[0].failure_code, None);
    world.assert_sound();
}

#[test]
fn it_streams_again_behind_its_words_and_its_half_sentence_is_to_be_cut_anew() {
    let world = World::new();
    let (talk, id) = broken_off(&world);
    let counted = world.get(talk).message_count;
    let resumed = resume(&world, id).unwrap();
    assert_eq!(resumed.unfinished, "Et qu'as-tu");
    let reply = resumed.message;
    assert_eq!(reply.content, "Très bien ! Et qu'as-tu");
    assert_eq!(reply.status, MessageStatus::Streaming);
    assert_eq!(reply.failure_code, None);
    assert_eq!(reply.model.as_deref(), Some("other-model"));
    assert_eq!(reply.chunks.len(), 1);
    assert_eq!(world.get(talk).message_count, counted - 1);

    let now = world.now();
    let whole = world
        .write(move |tx| {
            message::append_to_reply(tx, id, " fait ?", &[chunk("Et qu'as-tu fait ?")], now)?;
            message::finish_reply(tx, id, MessageStatus::Complete, &[], now)
        })
        .unwrap();
    assert_eq!(whole.content, "Très bien ! Et qu'as-tu fait ?");
    assert_eq!(world.get(talk).message_count, counted);
    let user = world.user;
    let events = world
        .read(move |tx| event::list(tx, user, talk, None, 20))
        .unwrap();
    assert!(
        events
            .iter()
            .any(|event| event.event_type == EventType::ReplyResumed)
    );
    world.assert_sound();
}

#[test]
fn one_without_words_begins_in_its_place() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Xin chào").unwrap();
    let now = world.now();
    let id = world
        .write(move |tx| {
            let reply = message::begin_reply(tx, talk, "small", now)?;
            message::fail_reply(tx, reply.id, "model_not_reachable", &[], now)
        })
        .unwrap()
        .id;
    let resumed = resume(&world, id).unwrap();
    assert_eq!(resumed.unfinished, "");
    assert_eq!(resumed.message.sequence_number, 2);
    world.assert_sound();
}

#[test]
fn a_process_that_dies_while_it_is_gone_on_with_leaves_all_its_words() {
    let world = World::new();
    let (talk, id) = broken_off(&world);
    resume(&world, id).unwrap();
    let now = world.now();
    world
        .write(move |tx| {
            let left = message::list_streaming(tx)?.remove(0);
            assert_eq!(left.chunks.len(), 1);
            message::finish_reply(
                tx,
                id,
                MessageStatus::Interrupted,
                &[chunk("Et qu'as-tu")],
                now,
            )
        })
        .unwrap();
    assert_eq!(world.messages(talk)[1].content, "Très bien ! Et qu'as-tu");
    world.assert_sound();
}

#[test]
fn only_the_last_reply_that_broke_off_is_gone_on_with() {
    let world = World::new();
    let (talk, id) = broken_off(&world);
    let refused = |id| matches!(resume(&world, id), Err(Error::Conflict { .. }));
    let asked = world.messages(talk)[0].id;
    assert!(refused(asked), "the learner's own words");
    world.send(talk, "And then?").unwrap();
    assert!(refused(id), "something was said since");
    let whole = world.reply(talk, &["Well."]).id;
    assert!(refused(whole), "it is complete");
    let other = world.messages(talk)[2].id;
    world.edit(other, "And now?", Later::Discard).unwrap();
    begin_reply(&world, talk);
    assert!(refused(id), "another is being written");
}

#[test]
fn the_name_of_a_failure_is_one() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Hi").unwrap();
    let now = world.now();
    let failed = world.write(move |tx| {
        let reply = message::begin_reply(tx, talk, "small", now)?;
        message::fail_reply(tx, reply.id, "The learner said: hi", &[], now)
    });
    assert!(failed.is_err());
}
