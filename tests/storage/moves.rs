//! Conversations split and merged, and made again what they were.

use parlance_storage::conversation::{self, Rearranged};
use parlance_storage::draft::DraftOf;
use parlance_storage::trash::Trashed;
use parlance_storage::{
    ConversationId, Error, EventType, MessageId, MessageStatus, OperationKind, TitleSource, draft,
    event, message,
};
use rusqlite::params;

use crate::copies::{contents, one};
use crate::support::World;

pub fn split(world: &World, id: MessageId) -> Result<Rearranged, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| conversation::split(tx, user, id, now))
}

pub fn merge(
    world: &World,
    into: ConversationId,
    from: ConversationId,
) -> Result<Rearranged, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| conversation::merge(tx, user, into, from, now))
}

pub fn say_all(world: &World, id: ConversationId, texts: &[&str]) -> Vec<MessageId> {
    texts
        .iter()
        .map(|text| world.send(id, text).unwrap().id)
        .collect()
}

pub fn save_draft(world: &World, id: ConversationId, text: &str) {
    let (user, now, text) = (world.user, world.now(), text.to_owned());
    world
        .write(move |tx| {
            draft::save(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: id,
                },
                &text,
                now,
            )
        })
        .unwrap();
}

fn draft_of(world: &World, id: ConversationId) -> Option<String> {
    let user = world.user;
    world
        .read(move |tx| {
            draft::find(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: id,
                },
            )
        })
        .unwrap()
        .map(|draft| draft.content)
}

pub fn note(world: &World, id: i64, on: ConversationId, about: Option<MessageId>, text: &str) {
    world
        .raw()
        .execute(
            "INSERT INTO conversation_notes (id, conversation_id, user_id, message_id, content, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)",
            params![id, on, world.user, about, text],
        )
        .unwrap();
}

fn fact(world: &World, id: i64, on: ConversationId, about: Option<MessageId>) {
    world
        .raw()
        .execute(
            "INSERT INTO conversation_key_facts (id, conversation_id, fact_type, fact_text, source_message_id,
                 created_at, updated_at) VALUES (?1, ?2, 'interest', 'likes fish', ?3, 0, 0)",
            params![id, on, about],
        )
        .unwrap();
}

fn summarise(world: &World, on: ConversationId, from: u32, to: u32) {
    world
        .raw()
        .execute(
            "INSERT INTO conversation_summaries (conversation_id, summary_text, from_sequence, to_sequence, created_at,
                 updated_at) VALUES (?1, 'it was said', ?2, ?3, 0, 0)",
            params![on, from, to],
        )
        .unwrap();
}

fn tag(world: &World, on: ConversationId, tag: &str) {
    world
        .raw()
        .execute(
            "INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (?1, ?2, 0)",
            params![on, tag],
        )
        .unwrap();
}

/// All that is said of a conversation, also what lies in its trash, and what belongs to it.
pub fn everything(world: &World, id: ConversationId) -> [String; 5] {
    [
        "SELECT json_array(title, title_source, message_count, last_message_at, last_message_preview, deleted_at)
         FROM conversations WHERE id = ?1",
        "SELECT json_group_array(json_array(id, sequence_number, content, deleted_at) ORDER BY sequence_number)
         FROM messages WHERE conversation_id = ?1",
        "SELECT json_group_array(json_array(id, message_id, content) ORDER BY id) FROM conversation_notes
         WHERE conversation_id = ?1",
        "SELECT json_group_array(id ORDER BY id) FROM conversation_key_facts WHERE conversation_id = ?1",
        "SELECT json_group_array(tag ORDER BY tag) FROM conversation_tags WHERE conversation_id = ?1",
    ]
    .map(|sql| one(world, sql, id))
}

fn count(world: &World, table: &str, id: ConversationId) -> u32 {
    one(
        world,
        &format!("SELECT count(*) FROM {table} WHERE conversation_id = ?1"),
        id,
    )
}

fn event_types(world: &World, id: ConversationId) -> Vec<EventType> {
    let user = world.user;
    world
        .read(move |tx| event::list(tx, user, id, None, 100))
        .unwrap()
        .iter()
        .map(|event| event.event_type)
        .collect()
}

#[test]
fn a_split_moves_a_message_and_all_after_it_with_what_belongs_to_them() {
    let world = World::new();
    let talk = world.conversation();
    let said = say_all(&world, talk, &["One", "Two", "Three", "Four", "Five"]);
    let reply = world.reply(talk, &["Six ", "it is."]).id;
    world.delete_message(said[1]).unwrap();
    world.delete_message(said[3]).unwrap();
    tag(&world, talk, "numbers");
    note(&world, 1, talk, None, "on the whole");
    note(&world, 2, talk, Some(said[0]), "on one");
    note(&world, 3, talk, Some(said[4]), "on five");
    fact(&world, 1, talk, Some(said[2]));
    fact(&world, 2, talk, None);
    summarise(&world, talk, 1, 2);
    summarise(&world, talk, 1, 3);
    summarise(&world, talk, 4, 6);
    save_draft(&world, talk, "unsent");
    let index =
        "SELECT count(*) FROM message_search_words WHERE message_search_words MATCH 'three'";
    let before = everything(&world, talk);

    let made = split(&world, said[2]).unwrap();
    let part = made.conversation.id;
    assert_eq!(contents(&world, talk), ["One"]);
    assert_eq!(contents(&world, part), ["Three", "Five", "Six it is."]);
    let places: Vec<u32> = world
        .messages(part)
        .iter()
        .map(|message| message.sequence_number)
        .collect();
    assert_eq!(places, [1, 3, 4], "the one in the trash has kept its place");
    assert_eq!(world.messages(part)[2].chunks.len(), 2);
    assert_eq!(made.conversation.title, "Three");
    assert_eq!(made.conversation.title_source, TitleSource::Auto);
    assert_eq!(made.conversation.message_count, 3);
    assert_eq!(made.conversation.tags, ["numbers"]);
    assert_eq!(world.get(talk).last_message_preview.as_deref(), Some("One"));
    assert_eq!(world.get(part).origin_conversation_id, Some(talk));
    assert_eq!(
        world.get(part).origin_message_id,
        Some(said[0]),
        "the last that can be seen"
    );
    assert_eq!(
        (
            count(&world, "conversation_notes", talk),
            count(&world, "conversation_notes", part)
        ),
        (2, 1)
    );
    assert_eq!(
        (
            count(&world, "conversation_key_facts", talk),
            count(&world, "conversation_key_facts", part)
        ),
        (1, 1)
    );
    assert_eq!(count(&world, "conversation_summaries", talk), 1);
    assert_eq!(draft_of(&world, talk).as_deref(), Some("unsent"));
    assert_eq!(
        event_types(&world, talk).pop(),
        Some(EventType::ConversationSplit)
    );
    assert_eq!(event_types(&world, part), [EventType::ConversationSplit]);
    assert_eq!(
        (made.operation.kind, made.operation.subject.as_str()),
        (OperationKind::ConversationSplit, "One")
    );
    let found: u32 = world.raw().query_row(index, [], |row| row.get(0)).unwrap();
    assert_eq!(found, 1);
    // What lies in the trash comes back to where its neighbours are.
    world.restore(Trashed::Message(said[3])).unwrap();
    assert_eq!(
        contents(&world, part),
        ["Three", "Four", "Five", "Six it is."]
    );
    // Back into the trash, at the time at which it lay there before.
    world.clock.advance(1);
    world.delete_message(said[3]).unwrap();

    world.undo(made.operation.id).unwrap();
    assert_eq!(everything(&world, talk), before);
    assert_eq!(world.messages(talk).last().unwrap().id, reply);
    let is_there = world.read({
        let user = world.user;
        move |tx| conversation::find(tx, user, part)
    });
    assert_eq!(is_there.unwrap(), None);
    assert!(world.trash().iter().all(|item| item.id != part.to_string()));
    assert_eq!(
        event_types(&world, talk).pop(),
        Some(EventType::ConversationSplitUndone)
    );
    world.assert_sound();
}

#[test]
fn a_part_without_words_of_the_learner_is_called_after_the_original() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Hello").unwrap();
    let reply = world.reply(talk, &["Hi."]).id;
    assert_eq!(
        split(&world, reply).unwrap().conversation.title,
        "Hello (2)"
    );
    world.assert_sound();
}

#[test]
fn an_automatic_title_goes_with_the_message_that_it_was_made_of_and_comes_back() {
    let world = World::new();
    let talk = world.conversation();
    world.reply(talk, &["Welcome!"]);
    let said = world.send(talk, "Thank you").unwrap().id;
    let made = split(&world, said).unwrap();
    assert_eq!(made.conversation.title, "Thank you");
    assert_eq!(world.get(talk).title, "");
    world.undo(made.operation.id).unwrap();
    assert_eq!(world.get(talk).title, "Thank you");
    world.assert_sound();
}

#[test]
fn nothing_is_split_at_the_first_message_or_beside_a_reply_that_is_being_written() {
    let world = World::new();
    let talk = world.conversation();
    let said = say_all(&world, talk, &["One", "Two", "Three"]);
    assert_eq!(split(&world, said[0]).unwrap_err().code(), "conflict");
    world.delete_message(said[0]).unwrap();
    assert_eq!(split(&world, said[1]).unwrap_err().code(), "conflict");
    assert_eq!(split(&world, said[0]).unwrap_err().code(), "not_found");
    let now = world.now();
    let reply = world
        .write(move |tx| message::begin_reply(tx, talk, "m", now))
        .unwrap()
        .id;
    let other = world.conversation();
    for refused in [
        split(&world, said[2]),
        merge(&world, talk, other),
        merge(&world, other, talk),
    ] {
        assert_eq!(refused.unwrap_err().code(), "conflict");
    }
    // Nor when it was put into the trash meanwhile: its writer still writes.
    world.delete_message(reply).unwrap();
    assert_eq!(split(&world, said[2]).unwrap_err().code(), "conflict");
    world
        .write(move |tx| message::finish_reply(tx, reply, MessageStatus::Interrupted, &[], now))
        .unwrap();
    split(&world, said[2]).unwrap();
    world.assert_sound();
}

#[test]
fn a_merge_puts_messages_in_the_order_of_their_times_without_breaking_either() {
    let world = World::new();
    let (ours, theirs) = (world.conversation(), world.conversation());
    for (talk, text, passed) in [
        (ours, "a1", 0),
        (theirs, "b1", 0),
        (ours, "a2", 10),
        (theirs, "b2", 10),
        // The clock falls back: what comes now looks older than all before it.
        (theirs, "b3", -1_000),
        (ours, "a3", 2_000),
    ] {
        world.clock.advance(passed);
        world.send(talk, text).unwrap();
    }
    let made = merge(&world, ours, theirs).unwrap();
    assert_eq!(contents(&world, ours), ["a1", "b1", "a2", "b2", "b3", "a3"]);
    let places: Vec<u32> = world
        .messages(ours)
        .iter()
        .map(|message| message.sequence_number)
        .collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 6]);
    assert_eq!(made.conversation.id, ours);
    assert_eq!(made.conversation.message_count, 6);
    assert_eq!(
        made.conversation.last_message_preview.as_deref(),
        Some("a3")
    );
    world.assert_sound();
}

#[test]
fn a_merge_takes_everything_along_and_is_taken_back_exactly() {
    let world = World::new();
    let (ours, theirs) = (world.conversation(), world.conversation());
    let a = say_all(&world, ours, &["a1", "a2", "a3"]);
    world.clock.advance(10);
    let b = say_all(&world, theirs, &["b1", "b2", "b3"]);
    world.clock.advance(10);
    world.reply(ours, &["a4"]);
    world.delete_message(a[1]).unwrap();
    world.erase(&[Trashed::Message(a[1])]);
    let deletion = world.delete_message(b[1]).unwrap();
    tag(&world, ours, "Food");
    tag(&world, theirs, "food");
    tag(&world, theirs, "旅行");
    note(&world, 1, ours, None, "on ours");
    note(&world, 2, theirs, None, "on theirs");
    note(&world, 3, theirs, Some(b[2]), "on b3");
    fact(&world, 1, theirs, None);
    fact(&world, 2, theirs, Some(b[0]));
    summarise(&world, ours, 1, 2);
    summarise(&world, theirs, 1, 2);
    save_draft(&world, theirs, "theirs, unsent");
    save_draft(&world, ours, "ours, unsent");
    let before = [everything(&world, ours), everything(&world, theirs)];

    let made = merge(&world, ours, theirs).unwrap();
    assert_eq!(contents(&world, ours), ["a1", "a3", "b1", "b3", "a4"]);
    assert_eq!(made.conversation.tags, ["Food", "旅行"]);
    assert_eq!(count(&world, "conversation_notes", ours), 3);
    assert_eq!(count(&world, "conversation_key_facts", ours), 2);
    assert_eq!(count(&world, "conversation_summaries", ours), 0);
    assert_eq!(
        draft_of(&world, ours).as_deref(),
        Some("ours, unsent\n\ntheirs, unsent")
    );
    let numbers: String = one(
        &world,
        "SELECT json_group_array(sequence_number ORDER BY sequence_number) FROM messages WHERE conversation_id = ?1",
        ours,
    );
    assert_eq!(
        numbers, "[1,2,3,4,5,6]",
        "also what lies in the trash, and no gap"
    );
    assert!(
        world
            .trash()
            .iter()
            .any(|item| item.id == theirs.to_string())
    );
    assert_eq!(
        (made.operation.kind, made.operation.subject.as_str()),
        (OperationKind::ConversationMerge, "a1")
    );
    assert_eq!(
        event_types(&world, ours).pop(),
        Some(EventType::ConversationMerged)
    );

    world.undo(made.operation.id).unwrap();
    assert_eq!(
        [everything(&world, ours), everything(&world, theirs)],
        before
    );
    assert_eq!(draft_of(&world, ours).as_deref(), Some("ours, unsent"));
    assert_eq!(draft_of(&world, theirs).as_deref(), Some("theirs, unsent"));
    // What was done before can still be taken back.
    world.undo(deletion.id).unwrap();
    assert_eq!(contents(&world, theirs), ["b1", "b2", "b3"]);
    world.assert_sound();
}

#[test]
fn a_draft_goes_to_a_conversation_without_one_and_two_too_long_ones_stop_the_merge() {
    let world = World::new();
    let (ours, theirs) = (world.conversation(), world.conversation());
    save_draft(&world, theirs, "unsent");
    let made = merge(&world, ours, theirs).unwrap();
    assert_eq!(draft_of(&world, ours).as_deref(), Some("unsent"));
    world.undo(made.operation.id).unwrap();
    assert_eq!(draft_of(&world, ours), None);
    assert_eq!(draft_of(&world, theirs).as_deref(), Some("unsent"));

    let made = merge(&world, ours, theirs).unwrap();
    save_draft(&world, ours, "unsent, and more");
    world.undo(made.operation.id).unwrap();
    assert_eq!(draft_of(&world, ours).as_deref(), Some("unsent, and more"));

    save_draft(&world, ours, &"長".repeat(99_990));
    save_draft(&world, theirs, &"い".repeat(9));
    let error = merge(&world, ours, theirs).unwrap_err();
    assert_eq!(error.code(), "invalid");
    assert_eq!(draft_of(&world, theirs).unwrap().chars().count(), 9);
    world.assert_sound();
}

#[test]
fn a_conversation_is_not_merged_with_itself_nor_with_what_is_not_there() {
    let world = World::new();
    let (ours, theirs) = (world.conversation(), world.conversation());
    let stranger = world.stranger();
    assert_eq!(merge(&world, ours, ours).unwrap_err().code(), "invalid");
    let now = world.now();
    let refused = world.write(move |tx| conversation::merge(tx, stranger, ours, theirs, now));
    assert_eq!(refused.unwrap_err().code(), "not_found");
    world.delete(theirs).unwrap();
    assert_eq!(merge(&world, ours, theirs).unwrap_err().code(), "not_found");
    assert_eq!(merge(&world, theirs, ours).unwrap_err().code(), "not_found");
    world.assert_sound();
}

#[test]
fn a_branch_follows_the_message_that_it_came_from() {
    let world = World::new();
    let (talk, other) = (world.conversation(), world.conversation());
    let said = say_all(&world, talk, &["One", "Two", "Three"]);
    let branch = crate::copies::branch(&world, said[2])
        .unwrap()
        .conversation
        .id;
    let origin = || world.get(branch).origin_conversation_id;
    let made = split(&world, said[1]).unwrap();
    assert_eq!(origin(), Some(made.conversation.id));
    merge(&world, other, made.conversation.id).unwrap();
    assert_eq!(origin(), Some(other));
    // Its own messages are not where it came from.
    merge(&world, branch, other).unwrap();
    assert_eq!(origin(), Some(other));
    for _ in 0..3 {
        let newest = world.operations()[0].id;
        world.undo(newest).unwrap();
    }
    assert_eq!(origin(), Some(talk));
    world.assert_sound();
}

#[test]
fn what_was_made_of_a_message_where_it_was_before_goes_when_it_is_erased() {
    let world = World::new();
    let share = |on: ConversationId, token: char| {
        world
            .raw()
            .execute(
                "INSERT INTO conversation_shares (conversation_id, created_by, token_hash, snapshot, created_at)
                 VALUES (?1, ?2, ?3, '[\"zqsecret\"]', 0)",
                params![on, world.user, token.to_string().repeat(64)],
            )
            .unwrap();
    };
    let (first, second, third) = (
        world.conversation(),
        world.conversation(),
        world.conversation(),
    );
    world.send(first, "Hello").unwrap();
    world.send(second, "zqsecret too").unwrap();
    let secret = world.send(first, "zqsecret").unwrap().id;
    share(first, 'a');
    let part = split(&world, secret).unwrap().conversation.id;
    share(part, 'b');
    share(third, 'c');
    merge(&world, second, part).unwrap();
    // The one in between is gone for good.
    world.erase(&[Trashed::Conversation(part)]);
    assert_eq!(count(&world, "conversation_shares", first), 1);
    for message in world.messages(second) {
        world.delete_message(message.id).unwrap();
        world.erase(&[Trashed::Message(message.id)]);
    }
    assert_eq!(count(&world, "conversation_shares", first), 0);
    assert_eq!(count(&world, "conversation_shares", third), 1);
    let titles: Vec<String> = world
        .operations()
        .into_iter()
        .map(|done| done.subject)
        .collect();
    assert!(!titles.concat().contains("zqsecret"), "{titles:?}");

    // Also when the conversation goes in which it is by then.
    let said = world.send(first, "zqsecret once more").unwrap().id;
    share(first, 'd');
    let part = split(&world, said).unwrap().conversation.id;
    world.delete(part).unwrap();
    world.erase(&[Trashed::Conversation(part)]);
    assert_eq!(count(&world, "conversation_shares", first), 0);
    world.assert_sound();
}
