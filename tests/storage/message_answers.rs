//! An edit that is answered anew, taken back: the old words and all that followed them are there again, and the new
//! answer lies in the trash, where no word of it is lost.

use parlance_storage::message::{self, Later};
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, MessageId, MessageStatus, OperationId, operation};

use crate::message_edits::begin_reply;
use crate::moves::{merge, split};
use crate::support::{World, chunk};
use crate::trash::{is_found, words};

const SECOND: i64 = 1_000;

/// A conversation that was read, of two questions and their answers a second apart.
fn talk(world: &World) -> (ConversationId, Vec<MessageId>) {
    let talk = world.conversation();
    let mut ids = Vec::new();
    for (question, answer) in [("I goed home", "You went home."), ("Yes", "Old answer.")] {
        world.clock.advance(SECOND);
        ids.push(world.send(talk, question).unwrap().id);
        world.clock.advance(SECOND);
        ids.push(world.reply(talk, &[answer]).id);
    }
    let user = world.user;
    world
        .write(move |tx| parlance_storage::conversation::mark_read(tx, user, &[talk]))
        .unwrap();
    world.clock.advance(SECOND);
    (talk, ids)
}

fn answer_anew(world: &World, id: MessageId) -> OperationId {
    let edited = world.edit(id, "I went home", Later::Discard).unwrap();
    world.clock.advance(SECOND);
    edited.operation.unwrap().id
}

fn finish(world: &World, reply: MessageId, rest: &str) {
    let (now, rest) = (world.now(), rest.to_owned());
    world
        .write(move |tx| {
            message::append_to_reply(tx, reply, &rest, &[chunk(&rest)], now)?;
            message::finish_reply(tx, reply, MessageStatus::Interrupted, &[], now)
        })
        .unwrap();
}

fn unwanted(world: &World, id: OperationId) -> Option<ConversationId> {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| operation::undo(tx, user, id, now))
        .unwrap()
        .unwanted_reply
}

fn trashed(world: &World) -> Vec<String> {
    world.trash().into_iter().map(|item| item.id).collect()
}

const ALL: [&str; 4] = ["I goed home", "You went home.", "Yes", "Old answer."];

#[test]
fn an_edit_that_was_answered_anew_is_taken_back_whole() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let (before, summary) = (world.messages(talk), world.summary(talk));
    let edit = answer_anew(&world, ids[0]);
    let anew = world.reply(talk, &["Zqnew ", "answer."]).id;
    assert!(world.summary(talk).is_unread);
    world.clock.advance(SECOND);

    assert_eq!(unwanted(&world, edit), None);
    assert_eq!(world.messages(talk), before, "chunks and all");
    assert_eq!(
        world.summary(talk),
        summary,
        "counted, shown and read as before"
    );
    assert_eq!(trashed(&world), [anew.to_string()]);
    assert!(is_found(&world, "goed") && is_found(&world, "old"));
    assert!(!is_found(&world, "zqnew"));

    world.restore(Trashed::Message(anew)).unwrap();
    let mut expected = ALL.to_vec();
    expected.push("Zqnew answer.");
    assert_eq!(words(&world, talk), expected, "no word is lost");
    world.assert_sound();
}

#[test]
fn an_edit_is_taken_back_while_its_answer_is_being_written() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let summary = world.summary(talk);
    let edit = answer_anew(&world, ids[0]);
    let anew = begin_reply(&world, talk);
    world.clock.advance(SECOND);
    assert_eq!(unwanted(&world, edit), Some(talk));
    assert_eq!(words(&world, talk), ALL);
    assert_eq!(world.summary(talk), summary);
    // Its writer ends it where it is, with the words that had come.
    finish(&world, anew, "zqlate");
    assert_eq!(world.summary(talk), summary);
    assert!(!is_found(&world, "zqlate"));
    assert_eq!(trashed(&world), [anew.to_string()]);
    world.restore(Trashed::Message(anew)).unwrap();
    assert_eq!(words(&world, talk)[4], "So far zqlate");
    assert_eq!(world.get(talk).message_count, 5);
    world.assert_sound();
}

#[test]
fn an_answer_that_was_deleted_while_it_was_written_is_no_obstacle() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let edit = answer_anew(&world, ids[0]);
    let anew = begin_reply(&world, talk);
    world.delete_message(anew).unwrap();
    assert_eq!(
        unwanted(&world, edit),
        None,
        "it was stopped when it was deleted"
    );
    assert_eq!(words(&world, talk), ALL);
    finish(&world, anew, "on");
    assert_eq!(trashed(&world), [anew.to_string()]);
    assert_eq!(world.get(talk).message_count, 4);
    world.assert_sound();
}

#[test]
fn an_answer_goes_also_where_there_was_nothing_to_discard() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "I goed home").unwrap().id;
    let edit = answer_anew(&world, said);
    let anew = world.reply(talk, &["New answer."]).id;
    world.undo(edit).unwrap();
    assert_eq!(words(&world, talk), ["I goed home"]);
    assert_eq!(trashed(&world), [anew.to_string()]);
    world.assert_sound();
}

#[test]
fn what_was_said_since_keeps_an_edit_from_being_taken_back_until_it_is_deleted() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let edit = answer_anew(&world, ids[0]);
    let anew = world.reply(talk, &["New answer."]).id;
    let sentence = "Something else was said after this message since; delete that first.";
    let more = world.send(talk, "And then?").unwrap().id;
    world.assert_refused(edit, sentence);
    let to_that = begin_reply(&world, talk);
    world.assert_refused(edit, sentence);
    finish(&world, to_that, "then");
    world.assert_refused(edit, sentence);
    world.delete_message(more).unwrap();
    world.assert_refused(edit, sentence);
    assert_eq!(
        words(&world, talk),
        ["I went home", "New answer.", "So far then"]
    );
    world.delete_message(to_that).unwrap();
    world.undo(edit).unwrap();
    assert_eq!(words(&world, talk), ALL);
    assert_eq!(
        trashed(&world),
        [anew, to_that, more].map(|id| id.to_string())
    );
    world.assert_sound();
}

#[test]
fn a_reply_to_something_else_that_is_being_written_in_the_trash_is_waited_for() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let edit = answer_anew(&world, ids[0]);
    let more = world.send(talk, "And then?").unwrap().id;
    let to_that = begin_reply(&world, talk);
    world.delete_message(more).unwrap();
    world.delete_message(to_that).unwrap();
    world.assert_refused(
        edit,
        "A reply is being written in this conversation already.",
    );
    finish(&world, to_that, "then");
    world.undo(edit).unwrap();
    assert_eq!(words(&world, talk), ALL);
    world.assert_sound();
}

#[test]
fn edits_that_were_answered_anew_one_after_the_other_are_taken_back_one_by_one() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let first = answer_anew(&world, ids[0]);
    world.reply(talk, &["First answer."]);
    let second = world.edit(ids[0], "I have gone", Later::Discard).unwrap();
    let second = second.operation.unwrap().id;
    world.reply(talk, &["Second answer."]);
    world.undo(second).unwrap();
    assert_eq!(words(&world, talk), ["I went home", "First answer."]);
    let again = world.edit(ids[0], "I have gone", Later::Discard).unwrap();
    world.reply(talk, &["Third answer."]);
    world.assert_refused(first, "This message was edited again since.");
    world.undo(again.operation.unwrap().id).unwrap();
    // Corrected without another answer in between.
    let corrected = world.edit(ids[0], "I went home.", Later::Keep).unwrap();
    world.undo(corrected.operation.unwrap().id).unwrap();
    assert_eq!(words(&world, talk), ["I went home", "First answer."]);
    world.undo(first).unwrap();
    assert_eq!(words(&world, talk), ALL);
    assert_eq!(world.trash().len(), 3);
    world.assert_sound();
}

#[test]
fn an_edit_that_keeps_what_follows_is_taken_back_under_it() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let edited = world.edit(ids[2], "Yes!", Later::Keep).unwrap();
    world.send(talk, "More").unwrap();
    world.reply(talk, &["More."]);
    world.undo(edited.operation.unwrap().id).unwrap();
    assert_eq!(
        words(&world, talk)[2..],
        ["Yes", "Old answer.", "More", "More."]
    );
    assert!(world.trash().is_empty());
    world.assert_sound();
}

#[test]
fn an_answer_is_known_wherever_its_message_goes_and_stays_where_it_went_without_it() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let edit = answer_anew(&world, ids[2]);
    let anew = world.reply(talk, &["New answer."]).id;
    let part = split(&world, ids[2]).unwrap().conversation.id;
    world.undo(edit).unwrap();
    assert_eq!(words(&world, part), ["Yes", "Old answer."]);
    assert_eq!(trashed(&world), [anew.to_string()]);

    let edit = world.edit(ids[2], "Yes, I did", Later::Discard).unwrap();
    let edit = edit.operation.unwrap().id;
    world.reply(part, &["Another answer."]);
    let answer = world.messages(part)[1].id;
    let alone = split(&world, answer).unwrap().conversation.id;
    world.undo(edit).unwrap();
    assert_eq!(words(&world, part), ["Yes", "Old answer."]);
    assert_eq!(words(&world, alone), ["Another answer."]);
    world.assert_sound();
}

#[test]
fn what_came_from_another_conversation_since_is_not_taken_for_the_answer() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let other = world.conversation();
    let edit = answer_anew(&world, ids[0]);
    world.reply(talk, &["New answer."]);
    world.clock.advance(SECOND);
    world.reply(other, &["An opening."]);
    let merged = merge(&world, talk, other).unwrap().operation.id;
    world.assert_refused(
        edit,
        "Something else was said after this message since; delete that first.",
    );
    world.undo(merged).unwrap();
    world.undo(edit).unwrap();
    assert_eq!(words(&world, talk), ALL);
    assert_eq!(words(&world, other), ["An opening."]);
    world.assert_sound();
}

#[test]
fn an_edit_that_an_older_version_recorded_is_taken_back_as_well() {
    let world = World::new();
    let (talk, ids) = talk(&world);
    let edit = answer_anew(&world, ids[0]);
    let anew = world.reply(talk, &["New answer."]).id;
    let older = || {
        world
            .raw()
            .execute(
                "UPDATE operations SET inverse = json_remove(inverse, '$.answers')",
                [],
            )
            .unwrap();
    };
    older();
    let more = world.send(talk, "And then?").unwrap().id;
    assert_eq!(world.undo(edit).unwrap_err().code(), "conflict");
    world.delete_message(more).unwrap();
    world.undo(edit).unwrap();
    assert_eq!(words(&world, talk), ALL);
    assert!(trashed(&world).contains(&anew.to_string()));

    let kept = world.edit(ids[0], "I walked home", Later::Keep).unwrap();
    older();
    world.reply(talk, &["Fine."]);
    world.undo(kept.operation.unwrap().id).unwrap();
    assert_eq!(words(&world, talk)[0], "I goed home");
    assert_eq!(words(&world, talk)[4], "Fine.");
    world.assert_sound();
}
