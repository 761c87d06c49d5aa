//! Editing what was said: the words change, what they were is kept, and all of it can be taken back.

use parlance_storage::message::{self, Later, MessageEdit};
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, Error, EventType, MessageId, OperationKind, event};

use crate::erase::{all_bytes, delete_and_erase};
use crate::support::{REAL_TEXTS, World, chunk};
use crate::trash::words;

fn history(world: &World, id: MessageId) -> Vec<MessageEdit> {
    let user = world.user;
    world
        .read(move |tx| message::history(tx, user, id, None))
        .unwrap()
        .edits
}

fn is_found(world: &World, word: &str) -> bool {
    world
        .raw()
        .prepare("SELECT 1 FROM message_search_words WHERE message_search_words MATCH ?1")
        .unwrap()
        .exists([word])
        .unwrap()
}

pub fn undo_newest(world: &World) -> Result<(), Error> {
    world.undo(world.operations()[0].id).map(drop)
}

pub fn delete_many(world: &World, ids: &[MessageId]) -> Result<(), Error> {
    let (user, now, ids) = (world.user, world.now(), ids.to_vec());
    world.write(move |tx| message::delete_many(tx, user, &ids, now).map(drop))
}

pub fn begin_reply(world: &World, talk: ConversationId) -> MessageId {
    let now = world.now();
    world
        .write(move |tx| {
            let reply = message::begin_reply(tx, talk, "m", now)?;
            message::append_to_reply(tx, reply.id, "So far ", &[chunk("So far ")], now)?;
            Ok(reply.id)
        })
        .unwrap()
}

#[test]
fn an_edit_changes_the_words_keeps_the_old_ones_and_moves_what_is_shown_of_them() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "I goed to the markt").unwrap();
    assert_eq!(world.get(talk).title, "I goed to the markt");
    world.clock.advance(1_000);
    let edited = world
        .edit(said.id, "I went to the market", Later::Keep)
        .unwrap();
    assert_eq!(
        (
            edited.message.content.as_str(),
            edited.message.edit_count,
            edited.message.edited_at,
            edited.message.created_at,
            edited.message.sequence_number
        ),
        (
            "I went to the market",
            1,
            Some(world.now()),
            said.created_at,
            1
        )
    );
    let talk_now = world.get(talk);
    assert_eq!(
        (
            talk_now.title.as_str(),
            talk_now.last_message_preview.as_deref(),
            talk_now.message_count
        ),
        ("I went to the market", Some("I went to the market"), 1)
    );
    assert!(is_found(&world, "market") && !is_found(&world, "markt"));
    let kept = history(&world, said.id);
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (
            kept[0].previous_content.as_str(),
            kept[0].new_content.as_str()
        ),
        ("I goed to the markt", "I went to the market")
    );
    let operation = edited.operation.unwrap();
    assert_eq!(
        (operation.kind, operation.subject.as_str()),
        (OperationKind::MessageEdit, "I went to the market")
    );

    world.undo(operation.id).unwrap();
    let after = &world.messages(talk)[0];
    assert_eq!(
        (after.content.as_str(), after.edit_count, after.edited_at),
        ("I goed to the markt", 0, None)
    );
    assert!(history(&world, said.id).is_empty());
    let talk_now = world.get(talk);
    assert_eq!(
        (
            talk_now.title.as_str(),
            talk_now.last_message_preview.as_deref()
        ),
        ("I goed to the markt", Some("I goed to the markt"))
    );
    assert!(is_found(&world, "markt") && !is_found(&world, "market"));
    assert!(world.operations().is_empty());
    world.assert_sound();
}

#[test]
fn what_people_write_is_kept_to_the_letter_in_the_history_newest_first_whatever_the_clock_does() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "first").unwrap().id;
    for (number, text) in REAL_TEXTS.iter().enumerate() {
        world.clock.advance(if number % 2 == 0 {
            -86_400_000
        } else {
            3_600_000
        });
        world.edit(said, text, Later::Keep).unwrap();
    }
    let kept = history(&world, said);
    let mut expected: Vec<&str> = REAL_TEXTS.to_vec();
    expected.reverse();
    let new: Vec<&str> = kept.iter().map(|edit| edit.new_content.as_str()).collect();
    assert_eq!(new, expected);
    expected.push("first");
    let previous: Vec<&str> = kept
        .iter()
        .map(|edit| edit.previous_content.as_str())
        .collect();
    assert_eq!(previous, expected[1..]);
    // Newest first they can all be taken back.
    for _ in REAL_TEXTS {
        undo_newest(&world).unwrap();
    }
    assert_eq!(words(&world, talk), ["first"]);
    world.assert_sound();
}

#[test]
fn a_long_history_comes_a_page_at_a_time() {
    let world = World::new();
    let (talk, user) = (world.conversation(), world.user);
    let said = world.send(talk, "version 0").unwrap().id;
    for number in 1..=230 {
        world
            .edit(said, &format!("version {number}"), Later::Keep)
            .unwrap();
    }
    let (mut seen, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let from: Option<String> = cursor.take();
        let page = world
            .read(move |tx| message::history(tx, user, said, from.as_deref()))
            .unwrap();
        pages += 1;
        seen.extend(page.edits.into_iter().map(|edit| edit.new_content));
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    let expected: Vec<String> = (1..=230)
        .rev()
        .map(|number| format!("version {number}"))
        .collect();
    assert_eq!((pages, seen), (3, expected));
    for cursor in ["", "x", "1", "1.", ".0000000000001", "1.0000000000001.2"] {
        let wrong = world.read(move |tx| message::history(tx, user, said, Some(cursor)));
        assert_eq!(wrong.unwrap_err().code(), "invalid", "{cursor}");
    }
}

#[test]
fn the_same_words_again_change_nothing() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap();
    world.reply(talk, &["Hi."]);
    let before = world.get(talk);
    world.clock.advance(1_000);
    for later in [Later::Keep, Later::Discard] {
        let edited = world.edit(said.id, "Hello", later).unwrap();
        assert_eq!((edited.message, edited.operation), (said.clone(), None));
    }
    assert_eq!(world.get(talk), before);
    assert!(history(&world, said.id).is_empty() && world.operations().is_empty());
    assert_eq!(words(&world, talk), ["Hello", "Hi."]);
}

#[test]
fn what_cannot_be_edited_is_refused_in_words_and_changes_nothing() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let reply = world.reply(talk, &["Hi."]).id;
    let megabyte = "a".repeat(1_000_000);
    for (content, sentence) in [
        ("", "The message must not be empty."),
        ("\u{200b}\n ", "The message must not be empty."),
        ("cut\0here", "The message must not contain a NUL character."),
        (
            megabyte.as_str(),
            "The message is too long: 1000000 characters, where 100000 are the most.",
        ),
    ] {
        let error = world.edit(said, content, Later::Discard).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("invalid", sentence)
        );
    }
    let of_partner = world.edit(reply, "I never said that", Later::Keep);
    assert_eq!(
        of_partner.unwrap_err(),
        Error::Conflict {
            reason: "Only your own messages can be edited.".into()
        }
    );
    let (stranger, now) = (world.stranger(), world.now());
    let theirs = world.write(move |tx| message::edit(tx, stranger, said, "x", Later::Keep, now));
    assert_eq!(theirs.unwrap_err().code(), "not_found");
    let read = world.read(move |tx| message::history(tx, stranger, said, None));
    assert_eq!(read.unwrap_err().code(), "not_found");

    let streaming = begin_reply(&world, talk);
    let during = world.edit(said, "Wait", Later::Keep).unwrap_err();
    assert_eq!(
        (during.code(), during.to_string().as_str()),
        (
            "conflict",
            "A reply is being written in this conversation already."
        )
    );
    world.delete_message(streaming).unwrap();
    assert_eq!(
        world.edit(said, "Wait", Later::Discard).unwrap_err().code(),
        "conflict",
        "it goes on being written in the trash"
    );
    world.delete_message(said).unwrap();
    assert_eq!(
        world.edit(said, "x", Later::Keep).unwrap_err().code(),
        "not_found"
    );
    assert_eq!(words(&world, talk), ["Hi."]);
    world.assert_sound();
}

#[test]
fn what_comes_after_an_edited_message_is_discarded_with_it_and_comes_back_with_it() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "One").unwrap();
    world.reply(talk, &["Two."]);
    let three = world.send(talk, "Three").unwrap().id;
    let four = world.reply(talk, &["Four. ", "And a half."]);
    let five = world.send(talk, "Five").unwrap().id;
    let six = world.reply(talk, &["Six."]);
    // What lies in the trash already is another deletion.
    world.delete_message(five).unwrap();
    let before = world.messages(talk);

    let edited = world.edit(three, "Drei", Later::Discard).unwrap();
    assert_eq!(words(&world, talk), ["One", "Two.", "Drei"]);
    let kept = world.get(talk);
    assert_eq!(
        (kept.message_count, kept.last_message_preview.as_deref()),
        (3, Some("Drei"))
    );
    let mut trashed: Vec<String> = world.trash().into_iter().map(|item| item.id).collect();
    trashed.sort();
    let mut expected = [five, four.id, six.id].map(|id| id.to_string());
    expected.sort();
    assert_eq!(trashed, expected);
    // The partner answers anew, that answer is deleted too, at the same moment, and another one asked for.
    let anew = world.reply(talk, &["Vier."]).id;
    world.delete_message(anew).unwrap();
    let other = world.reply(talk, &["Noch eine."]).id;
    assert_eq!(
        world.messages(talk).last().unwrap().sequence_number,
        8,
        "no place is taken twice"
    );

    world.undo(edited.operation.unwrap().id).unwrap();
    assert_eq!(world.messages(talk), before, "chunks and all");
    let trashed: Vec<String> = world.trash().into_iter().map(|item| item.id).collect();
    assert_eq!(
        trashed,
        [other, anew, five].map(|id| id.to_string()),
        "the new answer goes, and what was deleted by itself stays deleted"
    );
    assert_eq!(world.get(talk).message_count, 5);
    world.assert_sound();
}

#[test]
fn what_is_left_of_the_discarded_comes_back_also_if_some_was_taken_out_or_erased_since() {
    let world = World::new();
    let talk = world.conversation();
    let first = world.send(talk, "One").unwrap().id;
    let [two, three, four] =
        ["Two", "Three", "Four"].map(|text| world.send(talk, text).unwrap().id);
    world.edit(first, "Uno", Later::Discard).unwrap();
    let edit = world.operations()[0].id;
    world.restore(Trashed::Message(two)).unwrap();
    world.erase(&[Trashed::Message(three)]);
    world.undo(edit).unwrap();
    assert_eq!(words(&world, talk), ["One", "Two", "Four"]);
    assert_eq!(world.messages(talk)[2].id, four);
    world.assert_sound();
}

#[test]
fn an_edit_is_taken_back_only_while_that_undoes_nothing_else() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "One").unwrap().id;
    let first = world.edit(said, "Two", Later::Keep).unwrap();
    let first = first.operation.unwrap().id;
    world.edit(said, "Three", Later::Keep).unwrap();
    let refused = |id, sentence: &str| {
        let error = world.undo(id).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("conflict", sentence)
        );
    };
    refused(first, "This message was edited again since.");
    undo_newest(&world).unwrap();
    world.delete_message(said).unwrap();
    refused(first, "This message is in the trash; take it out first.");
    undo_newest(&world).unwrap();
    let streaming = begin_reply(&world, talk);
    refused(
        first,
        "A reply is being written in this conversation already.",
    );
    let now = world.now();
    world
        .write(move |tx| {
            message::finish_reply(
                tx,
                streaming,
                parlance_storage::MessageStatus::Interrupted,
                &[],
                now,
            )
        })
        .unwrap();
    world.undo(first).unwrap();
    assert_eq!(words(&world, talk), ["One", "So far "]);
    world.assert_sound();
}

#[test]
fn only_the_title_that_was_made_of_the_message_follows_it() {
    let world = World::new();
    let talk = world.conversation();
    let first = world.send(talk, "Same words").unwrap().id;
    let second = world.send(talk, "Same words").unwrap().id;
    world.edit(second, "Other words", Later::Keep).unwrap();
    assert_eq!(world.get(talk).title, "Same words", "it is the first one's");
    world.edit(first, "New words", Later::Keep).unwrap();
    assert_eq!(world.get(talk).title, "New words");
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| parlance_storage::conversation::rename(tx, user, talk, "Mine", now))
        .unwrap();
    world.edit(first, "Newer words", Later::Keep).unwrap();
    assert_eq!(world.get(talk).title, "Mine");
    undo_newest(&world).unwrap();
    assert_eq!(world.get(talk).title, "Mine");
}

#[test]
fn no_word_of_any_version_of_an_erased_message_is_left() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "zqfirst version").unwrap().id;
    world.edit(said, "zqsecond version", Later::Keep).unwrap();
    // A renaming knows the title that the edit gave, and the edit is taken back.
    let (user, now) = (world.user, world.now());
    let edit = world.operations()[0].id;
    world
        .write(move |tx| parlance_storage::conversation::rename(tx, user, talk, "Mine", now))
        .unwrap();
    world.undo(edit).unwrap();
    world.edit(said, "zqthird version", Later::Keep).unwrap();
    delete_and_erase(&world, said);
    let bytes = all_bytes(world.path());
    for word in ["zqfirst", "zqsecond", "zqthird"] {
        let is_there = bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes());
        assert!(!is_there, "{word}");
    }
    world.assert_sound();
}

#[test]
fn the_log_says_what_was_done_and_none_of_the_words() {
    let world = World::new();
    let (talk, user) = (world.conversation(), world.user);
    let said = world.send(talk, "zqold").unwrap().id;
    world.send(talk, "later").unwrap();
    world.edit(said, "zqnew", Later::Discard).unwrap();
    undo_newest(&world).unwrap();
    let later = world.messages(talk)[1].id;
    delete_many(&world, &[said, later]).unwrap();
    undo_newest(&world).unwrap();
    let events = world
        .read(move |tx| event::list(tx, user, talk, None, 100))
        .unwrap();
    let told: Vec<(EventType, &str)> = events[3..]
        .iter()
        .map(|event| (event.event_type, event.event_data.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                EventType::MessageEdited,
                format!(r#"{{"discarded":1,"messageId":"{said}"}}"#).as_str()
            ),
            (
                EventType::MessageEditUndone,
                format!(r#"{{"messageId":"{said}"}}"#).as_str()
            ),
            (EventType::MessagesDeleted, r#"{"count":2}"#),
            (EventType::MessagesRestored, r#"{"count":2}"#),
        ]
    );
}
