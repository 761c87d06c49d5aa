//! The learner's words answered anew: one reply in the place of another, and back.

use parlance_storage::message::{self, Later};
use parlance_storage::trash::Trashed;
use parlance_storage::{
    ConversationId, Error, MessageId, MessageStatus, OperationId, OperationKind, operation,
};

use crate::message_edits::begin_reply;
use crate::support::World;
use crate::trash::words;

const SECOND: i64 = 1_000;

fn replace(world: &World, id: MessageId) -> Result<OperationId, Error> {
    let (user, now) = (world.user, world.now());
    let replaced = world.write(move |tx| message::replace_reply(tx, user, id, now));
    world.clock.advance(SECOND);
    Ok(replaced?.id)
}

fn unwanted(world: &World, id: OperationId) -> Option<ConversationId> {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| operation::undo(tx, user, id, now))
        .unwrap()
        .unwanted_reply
}

fn talk(world: &World) -> (ConversationId, MessageId) {
    let talk = world.conversation();
    world.send(talk, "我昨天去了公园。").unwrap();
    world.clock.advance(SECOND);
    let reply = world.reply(talk, &["How nice! ", "With whom?"]).id;
    world.clock.advance(SECOND);
    (talk, reply)
}

#[test]
fn another_reply_comes_in_its_place_and_goes_when_that_is_taken_back() {
    let world = World::new();
    let (talk, first) = talk(&world);
    let (before, summary) = (world.messages(talk), world.summary(talk));
    let operation = replace(&world, first).unwrap();
    assert_eq!(words(&world, talk), ["我昨天去了公园。"]);
    let kept = &world.operations()[0];
    assert_eq!(kept.kind, OperationKind::ReplyReplace);
    assert_eq!(kept.subject, "我昨天去了公园。");
    let second = world.reply(talk, &["And the weather?"]).id;
    world.clock.advance(SECOND);

    assert_eq!(unwanted(&world, operation), None);
    assert_eq!(world.messages(talk), before);
    assert_eq!(world.summary(talk), summary);
    let trashed: Vec<String> = world.trash().into_iter().map(|item| item.id).collect();
    assert_eq!(trashed, [second.to_string()]);
    world.assert_sound();
}

#[test]
fn replaced_again_and_again_each_is_taken_back_in_turn() {
    let world = World::new();
    let (talk, first) = talk(&world);
    let one = replace(&world, first).unwrap();
    let second = world.reply(talk, &["Two."]).id;
    let two = replace(&world, second).unwrap();
    world.reply(talk, &["Three."]);
    let early = world.undo(one);
    assert!(matches!(early, Err(Error::Conflict { .. })), "{early:?}");
    world.undo(two).unwrap();
    assert_eq!(words(&world, talk).last().unwrap(), "Two.");
    world.undo(one).unwrap();
    assert_eq!(words(&world, talk).last().unwrap(), "How nice! With whom?");
    world.assert_sound();
}

#[test]
fn one_that_is_still_being_written_is_told_to_stop() {
    let world = World::new();
    let (talk, first) = talk(&world);
    let operation = replace(&world, first).unwrap();
    begin_reply(&world, talk);
    assert_eq!(unwanted(&world, operation), Some(talk));
    assert_eq!(words(&world, talk).last().unwrap(), "How nice! With whom?");
}

#[test]
fn once_something_else_was_said_it_is_not_taken_back() {
    let world = World::new();
    let (talk, first) = talk(&world);
    let operation = replace(&world, first).unwrap();
    world.reply(talk, &["Two."]);
    world.send(talk, "Alone.").unwrap();
    let undone = world.undo(operation);
    assert!(matches!(undone, Err(Error::Conflict { .. })), "{undone:?}");
    assert_eq!(words(&world, talk).len(), 3);
}

#[test]
fn a_reply_that_was_taken_out_by_hand_is_not_put_back_twice() {
    let world = World::new();
    let (talk, first) = talk(&world);
    let operation = replace(&world, first).unwrap();
    world.restore(Trashed::Message(first)).unwrap();
    let undone = world.undo(operation);
    assert!(matches!(undone, Err(Error::Conflict { .. })), "{undone:?}");
    assert_eq!(words(&world, talk).len(), 2);
    world.assert_sound();
}

#[test]
fn after_an_edit_that_was_answered_anew_both_are_taken_back_in_turn() {
    let world = World::new();
    let (talk, _) = talk(&world);
    let asked = world.messages(talk)[0].id;
    let edit = world
        .edit(asked, "I went to the park.", Later::Discard)
        .unwrap()
        .operation
        .unwrap()
        .id;
    let answer = world.reply(talk, &["Which one?"]).id;
    world.clock.advance(SECOND);
    let replaced = replace(&world, answer).unwrap();
    world.reply(talk, &["When?"]);
    assert!(matches!(world.undo(edit), Err(Error::Conflict { .. })));
    world.undo(replaced).unwrap();
    world.undo(edit).unwrap();
    assert_eq!(
        words(&world, talk),
        ["我昨天去了公园。", "How nice! With whom?"]
    );
    world.assert_sound();
}

#[test]
fn only_the_last_reply_to_the_learners_words_is_replaced() {
    let world = World::new();
    let (talk, first) = talk(&world);
    let refused = |id| matches!(replace(&world, id), Err(Error::Conflict { .. }));
    let asked = world.messages(talk)[0].id;
    assert!(refused(asked), "not the last one");
    let more = world.send(talk, "More.").unwrap().id;
    assert!(refused(first), "something was said since");
    assert!(refused(more), "the learner's own words");
    begin_reply(&world, talk);
    assert!(refused(first), "another is being written");
    let opened = world.conversation();
    let opening = world.reply(opened, &["Welcome!"]).id;
    assert!(refused(opening), "it answers nothing");
    assert_eq!(world.messages(opened)[0].status, MessageStatus::Complete);
}
