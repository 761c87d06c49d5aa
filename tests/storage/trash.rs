//! The trash: what was deleted is out of sight and comes back as it was.

use parlance_storage::draft::DraftOf;
use parlance_storage::trash::{self, Trashed};
use parlance_storage::{
    ChangeKind, ConversationId, Entity, Error, EventType, MessageId, MessageStatus, TrashKind,
    TtsStatus, chunk, conversation, draft, event, message,
};

use crate::support::{NOON, World, chunk};

const DAY: i64 = 24 * 60 * 60 * 1_000;

pub fn listed(world: &World) -> Vec<ConversationId> {
    let user = world.user;
    world
        .read(move |tx| {
            conversation::list_page(tx, user, &conversation::ListFilter::default(), None, 100)
        })
        .unwrap()
        .items
        .into_iter()
        .map(|item| item.id)
        .collect()
}

pub fn words(world: &World, conversation: ConversationId) -> Vec<String> {
    world
        .messages(conversation)
        .into_iter()
        .map(|message| message.content)
        .collect()
}

pub fn is_found(world: &World, word: &str) -> bool {
    world
        .raw()
        .prepare("SELECT 1 FROM message_search_words WHERE message_search_words MATCH ?1")
        .unwrap()
        .exists([word])
        .unwrap()
}

fn event_types(world: &World, conversation: ConversationId) -> Vec<EventType> {
    let user = world.user;
    world
        .read(move |tx| event::list(tx, user, conversation, None, 1_000))
        .unwrap()
        .into_iter()
        .map(|event| event.event_type)
        .collect()
}

pub fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn a_deleted_conversation_is_out_of_sight_and_comes_back_as_it_was() {
    let world = World::new();
    let (kept, gone) = (world.conversation(), world.conversation());
    let said = world.send(gone, "Where is the station?").unwrap();
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| {
            draft::save(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: gone,
                },
                "And the",
                now,
            )
        })
        .unwrap();
    let before = world.get(gone);

    world.clock.advance(1_000);
    let operation = world.delete(gone).unwrap();
    assert_eq!(operation.subject, "Where is the station?");
    assert_eq!(listed(&world), [kept]);
    assert_eq!(code(world.send(gone, "Hello?")), "not_found");
    assert_eq!(
        code(world.read(move |tx| message::get(tx, user, said.id))),
        "not_found"
    );
    assert_eq!(
        code(world.read(move |tx| draft::find(
            tx,
            user,
            DraftOf::Message {
                conversation_id: gone
            }
        ))),
        "not_found"
    );
    let [item] = &world.trash()[..] else {
        panic!("one thing is in the trash");
    };
    assert_eq!(
        (
            item.kind,
            item.id.as_str(),
            item.title.as_str(),
            item.preview.as_str()
        ),
        (
            TrashKind::Conversation,
            gone.to_string().as_str(),
            "Where is the station?",
            "Where is the station?"
        )
    );
    assert!(item.deleted_at >= world.now());
    assert_eq!(item.erased_after, item.deleted_at.plus_millis(30 * DAY));

    world.restore(Trashed::Conversation(gone)).unwrap();
    let after = world.get(gone);
    assert_eq!(
        after,
        conversation::Conversation {
            updated_at: after.updated_at,
            ..before
        }
    );
    assert_eq!(listed(&world), [gone, kept]);
    assert_eq!(words(&world, gone), ["Where is the station?"]);
    let draft = world
        .read(move |tx| {
            draft::find(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: gone,
                },
            )
        })
        .unwrap()
        .unwrap();
    assert_eq!(draft.content, "And the");
    assert!(world.trash().is_empty());
    world.assert_sound();
}

#[test]
fn a_deleted_message_is_neither_shown_nor_counted_nor_found_until_it_is_restored() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "First things").unwrap();
    world.clock.advance(1_000);
    let last = world.send(conversation, "A needle").unwrap();
    let before = world.get(conversation);

    let operation = world.delete_message(last.id).unwrap();
    assert_eq!(operation.subject, "A needle");
    assert_eq!(words(&world, conversation), ["First things"]);
    assert!(!is_found(&world, "needle"));
    let kept = world.get(conversation);
    assert_eq!(
        (
            kept.message_count,
            kept.last_message_at,
            kept.last_message_preview.as_deref()
        ),
        (1, Some(NOON), Some("First things"))
    );
    let [item] = &world.trash()[..] else {
        panic!("one thing is in the trash");
    };
    assert_eq!(
        (item.kind, item.title.as_str(), item.preview.as_str()),
        (TrashKind::Message, "First things", "A needle")
    );

    world.restore(Trashed::Message(last.id)).unwrap();
    assert_eq!(words(&world, conversation), ["First things", "A needle"]);
    assert!(is_found(&world, "needle"));
    let after = world.get(conversation);
    assert_eq!(
        (
            after.message_count,
            after.last_message_at,
            after.last_message_preview
        ),
        (
            before.message_count,
            before.last_message_at,
            before.last_message_preview
        )
    );
    world.assert_sound();
}

#[test]
fn a_conversation_whose_last_message_was_deleted_says_that_nothing_was_said() {
    let world = World::new();
    let conversation = world.conversation();
    let only = world.send(conversation, "Hello").unwrap();
    world.delete_message(only.id).unwrap();
    let empty = world.get(conversation);
    assert_eq!(
        (
            empty.message_count,
            empty.last_message_at,
            empty.last_message_preview
        ),
        (0, None, None)
    );
    assert_eq!(
        empty.title, "Hello",
        "it may come back, and with it what it named"
    );
    // Its place stays its own.
    assert_eq!(
        world.send(conversation, "Again").unwrap().sequence_number,
        2
    );
    world.assert_sound();
}

#[test]
fn what_cannot_be_deleted_or_restored_is_said_and_changes_nothing() {
    let world = World::new();
    let conversation = world.conversation();
    let said = world.send(conversation, "Hello").unwrap().id;
    let (stranger, now) = (world.stranger(), world.now());
    assert_eq!(
        code(world.write(move |tx| conversation::delete(tx, stranger, conversation, now))),
        "not_found"
    );
    assert_eq!(
        code(world.write(move |tx| message::delete(tx, stranger, said, now))),
        "not_found"
    );
    for thing in [Trashed::Conversation(conversation), Trashed::Message(said)] {
        assert_eq!(code(world.restore(thing)), "not_found");
        let user = world.user;
        assert_eq!(
            code(world.write(move |tx| trash::condemn(tx, user, thing))),
            "not_found"
        );
    }
    assert!(world.operations().is_empty() && world.trash().is_empty());

    world.delete_message(said).unwrap();
    assert_eq!(code(world.delete_message(said)), "not_found");
    world.delete(conversation).unwrap();
    assert_eq!(code(world.delete(conversation)), "not_found");
    for thing in [Trashed::Conversation(conversation), Trashed::Message(said)] {
        for act in [
            |tx: &parlance_storage::WriteTx<'_>, who, thing| trash::restore(tx, who, thing, NOON),
            |tx: &parlance_storage::WriteTx<'_>, who, thing| trash::condemn(tx, who, thing),
        ] {
            assert_eq!(
                code(world.write(move |tx| act(tx, stranger, thing))),
                "not_found"
            );
        }
    }
    let nowhere = Trashed::Message(MessageId::new(NOON));
    assert_eq!(code(world.restore(nowhere)), "not_found");
    assert_eq!(world.trash().len(), 1);
    assert_eq!(world.get_from_trash(conversation), 0);
    world.assert_sound();
}

impl World {
    /// The stored count of a conversation that may lie in the trash.
    pub fn get_from_trash(&self, id: ConversationId) -> u32 {
        self.raw()
            .query_row(
                "SELECT message_count FROM conversations WHERE id = ?1",
                [id],
                |row| row.get(0),
            )
            .unwrap()
    }
}

#[test]
fn a_message_comes_back_only_into_a_conversation_that_is_there() {
    let world = World::new();
    let conversation = world.conversation();
    let said = world.send(conversation, "Hello").unwrap().id;
    world.delete_message(said).unwrap();
    world.delete(conversation).unwrap();
    // The conversation alone is listed: the message goes where that goes.
    assert_eq!(world.trash().len(), 1);
    let refused = world.restore(Trashed::Message(said)).unwrap_err();
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        (
            "conflict",
            "The conversation of this message is in the trash; take that out first."
        )
    );
    world.restore(Trashed::Conversation(conversation)).unwrap();
    assert!(world.messages(conversation).is_empty());
    world.restore(Trashed::Message(said)).unwrap();
    assert_eq!(words(&world, conversation), ["Hello"]);
    world.assert_sound();
}

#[test]
fn a_reply_deleted_while_it_is_written_ends_in_the_trash_and_comes_back_whole() {
    let world = World::new();
    let (conversation, now) = (world.conversation(), world.now());
    world.send(conversation, "Hello").unwrap();
    let reply = world
        .write(move |tx| {
            let reply = message::begin_reply(tx, conversation, "m", now)?;
            message::append_to_reply(tx, reply.id, "Hi! ", &[chunk("Hi! ")], now)?;
            Ok(reply.id)
        })
        .unwrap();
    world.delete_message(reply).unwrap();
    world
        .write(move |tx| {
            message::append_to_reply(tx, reply, "How are you?", &[], now)?;
            let rest = [chunk("How are you?")];
            message::finish_reply(tx, reply, MessageStatus::Interrupted, &rest, now)
        })
        .unwrap();
    assert_eq!(world.get(conversation).message_count, 1);
    assert!(!is_found(&world, "how"));
    world.restore(Trashed::Message(reply)).unwrap();
    assert_eq!(words(&world, conversation), ["Hello", "Hi! How are you?"]);
    assert_eq!(world.get(conversation).message_count, 2);
    world.assert_sound();
}

#[test]
fn a_reply_restored_while_it_is_written_counts_once_and_only_at_its_end() {
    let world = World::new();
    let (conversation, now) = (world.conversation(), world.now());
    world.send(conversation, "Hello").unwrap();
    let reply = world
        .write(move |tx| message::begin_reply(tx, conversation, "m", now))
        .unwrap()
        .id;
    world.delete_message(reply).unwrap();
    world.restore(Trashed::Message(reply)).unwrap();
    assert_eq!(world.get(conversation).message_count, 1);
    world
        .write(move |tx| {
            message::append_to_reply(tx, reply, "Hi!", &[chunk("Hi!")], now)?;
            message::finish_reply(tx, reply, MessageStatus::Complete, &[], now)
        })
        .unwrap();
    assert_eq!(world.get(conversation).message_count, 2);
    world.assert_sound();
}

#[test]
fn what_lies_in_the_trash_is_not_spoken_and_wakes_the_voice_when_it_comes_back() {
    let world = World::new();
    let conversation = world.conversation();
    let reply = world.reply(conversation, &["Hello there."]);
    let claim = || {
        world
            .write(move |tx| chunk::claim_next(tx, "voice", NOON, 1_000))
            .unwrap()
    };
    for thing in [
        Trashed::Message(reply.id),
        Trashed::Conversation(conversation),
    ] {
        match thing {
            Trashed::Message(id) => world.delete_message(id),
            Trashed::Conversation(id) => world.delete(id),
            Trashed::Note(id) => world.delete_note(id),
        }
        .unwrap();
        assert_eq!(claim(), None);
        let mut news = world.db.changes();
        world.restore(thing).unwrap();
        let told = news.try_recv().unwrap();
        assert!(
            told.changes
                .iter()
                .any(|change| change.entity == Entity::Chunk),
            "{told:?}"
        );
    }
    assert_eq!(
        claim().map(|chunk| chunk.tts_status),
        Some(TtsStatus::Processing)
    );
}

#[test]
fn every_way_into_the_trash_and_out_of_it_is_in_the_log_and_told_to_the_window() {
    let world = World::new();
    let conversation = world.conversation();
    let said = world.send(conversation, "Hello").unwrap().id;
    let mut news = world.db.changes();
    world.delete_message(said).unwrap();
    world.restore(Trashed::Message(said)).unwrap();
    world.delete(conversation).unwrap();
    world.restore(Trashed::Conversation(conversation)).unwrap();
    assert_eq!(
        event_types(&world, conversation)[2..],
        [
            EventType::MessageDeleted,
            EventType::MessageRestored,
            EventType::ConversationDeleted,
            EventType::ConversationRestored
        ]
    );
    let told: Vec<_> = std::iter::from_fn(|| news.try_recv().ok())
        .map(|set| (set.changes[0].entity, set.changes[0].kind))
        .collect();
    assert_eq!(
        told,
        [
            (Entity::Message, ChangeKind::Deleted),
            (Entity::Message, ChangeKind::Inserted),
            (Entity::Conversation, ChangeKind::Deleted),
            (Entity::Conversation, ChangeKind::Inserted)
        ]
    );
}
