//! Copies of conversations: what comes along, what stays behind, and that the two live apart.

use parlance_storage::conversation::{self, NewConversation, Rearranged};
use parlance_storage::trash::Trashed;
use parlance_storage::{
    ConversationId, Error, EventType, MessageId, MessageStatus, OperationKind, TitleSource,
    TtsStatus, chunk, event, message,
};
use rusqlite::params;

use crate::support::{REAL_TEXTS, World, blank};

pub fn duplicate(
    world: &World,
    id: ConversationId,
    with_history: bool,
) -> Result<Rearranged, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| conversation::duplicate(tx, user, id, with_history, now))
}

pub fn branch(world: &World, id: MessageId) -> Result<Rearranged, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| conversation::branch(tx, user, id, now))
}

pub fn contents(world: &World, id: ConversationId) -> Vec<String> {
    let messages = world.messages(id);
    messages.into_iter().map(|one| one.content).collect()
}

/// Something of a database, looked at past the API.
pub fn one<T: rusqlite::types::FromSql>(world: &World, sql: &str, id: ConversationId) -> T {
    world.raw().query_row(sql, [id], |row| row.get(0)).unwrap()
}

fn titled(world: &World, title: &str) -> ConversationId {
    let (new, now) = (
        NewConversation {
            title: Some(title.into()),
            ..blank(world.user)
        },
        world.now(),
    );
    world
        .write(move |tx| conversation::insert(tx, new, now))
        .unwrap()
        .id
}

/// A conversation with settings of its own, two messages, one in the trash, and something of everything that
/// belongs to them.
fn furnished(world: &World) -> (ConversationId, MessageId, MessageId) {
    let talk = world.conversation();
    let said = world.send(talk, "J'ai mangé une crème brûlée").unwrap().id;
    let trashed = world.send(talk, "I take that back").unwrap().id;
    world.clock.advance(60_000);
    let reply = world.reply(talk, &["Délicieux ! ", "Encore ?"]).id;
    world.delete_message(trashed).unwrap();
    world.clock.advance(60_000);
    let raw = world.raw();
    raw.execute_batch(
        "INSERT INTO conversation_folders (id, user_id, name, created_at, updated_at)
             SELECT 5, id, 'Cuisine', 0, 0 FROM users LIMIT 1;
         UPDATE conversations SET level = 'B1', topic = 'food', folder_id = 5, ai_settings = '{\"warmth\":3}',
             memory_strategy = 'semantic', max_context_messages = 7, max_context_tokens = 900,
             auto_summarize = 0, summarize_threshold = 11, status = 'archived', pinned_at = 1, pin_order = 0;
         UPDATE message_chunks SET tts_status = 'completed', audio_key = 'sound-of-it', audio_duration_ms = 900,
             attempt_count = 1 WHERE chunk_index = 0;
         UPDATE message_chunks SET tts_status = 'failed', attempt_count = 3, last_error = 'no voice',
             emotion = 'curious', icon = '🍮', pause_after_ms = 700, emphasis = 'strong' WHERE chunk_index = 1;",
    )
    .unwrap();
    for tag in ["food", "français"] {
        raw.execute(
            "INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (?1, ?2, 0)",
            params![talk, tag],
        )
        .unwrap();
    }
    raw.execute(
        "INSERT INTO message_edit_history (id, message_id, previous_content, new_content, edited_at)
         VALUES (1, ?1, 'Je mange', 'J''ai mangé', 77)",
        [said],
    )
    .unwrap();
    raw.execute(
        "UPDATE messages SET edited_at = 77, edit_count = 1, stt_transcript = 'jay monjay' WHERE id = ?1",
        [said],
    )
    .unwrap();
    raw.execute(
        "INSERT INTO grammar_corrections (id, message_id, original_text, corrected_text, start_offset, end_offset,
             error_type, engine, created_at, dismissed_at)
         VALUES (1, ?1, 'mangé', 'mangée', 5, 10, 'agreement', 'e', 78, 79)",
        [said],
    )
    .unwrap();
    for (id, about, content, deleted_at) in [
        (1, None, "about it all", None),
        (2, Some(said), "about the cream", None),
        (3, None, "thrown away", Some(9)),
        (4, Some(said), "thrown away as well", Some(9)),
        (5, Some(trashed), "about what is in the trash", None),
    ] {
        raw.execute(
            "INSERT INTO conversation_notes (id, conversation_id, user_id, message_id, content, created_at,
                 updated_at, deleted_at) VALUES (?1, ?2, ?3, ?4, ?5, 80, 81, ?6)",
            params![id, talk, world.user, about, content, deleted_at],
        )
        .unwrap();
    }
    raw.execute(
        "INSERT INTO message_bookmarks (id, user_id, message_id, created_at, updated_at) VALUES (1, ?1, ?2, 0, 0)",
        params![world.user, said],
    )
    .unwrap();
    raw.execute(
        "INSERT INTO message_reactions (id, user_id, message_id, reaction, created_at, updated_at)
         VALUES (1, ?1, ?2, 'perfect', 0, 0)",
        params![world.user, reply],
    )
    .unwrap();
    (talk, said, reply)
}

const SETTINGS: &str = "SELECT json_array(level, topic, folder_id, ai_settings, memory_strategy, max_context_messages,
        max_context_tokens, auto_summarize, summarize_threshold, template_id,
        (SELECT json_group_array(tag) FROM conversation_tags WHERE conversation_id = conversations.id))
    FROM conversations WHERE id = ?1";

#[test]
fn a_copy_without_history_has_the_settings_and_nothing_that_was_said() {
    let world = World::new();
    let (talk, ..) = furnished(&world);
    let copy = duplicate(&world, talk, false).unwrap();
    let id = copy.conversation.id;
    assert_eq!(
        one::<String>(&world, SETTINGS, id),
        one::<String>(&world, SETTINGS, talk)
    );
    assert_eq!(copy.conversation.tags, ["food", "français"]);
    assert_eq!(copy.conversation.title, "J'ai mangé une crème brûlée (2)");
    assert_eq!(copy.conversation.title_source, TitleSource::Auto);
    assert_eq!(copy.conversation.status.as_str(), "active");
    assert_eq!(copy.conversation.pinned_at, None);
    assert_eq!(copy.conversation.message_count, 0);
    assert_eq!(world.messages(id), []);
    let notes = "SELECT count(*) FROM conversation_notes WHERE conversation_id = ?1";
    assert_eq!(one::<u32>(&world, notes, id), 0);
    assert_eq!(
        (
            world.get(id).origin_conversation_id,
            world.get(id).origin_message_id
        ),
        (None, None)
    );
    world.assert_sound();
}

#[test]
fn a_copy_with_history_has_all_that_belongs_to_what_was_said_but_bookmarks_and_reactions() {
    let world = World::new();
    let (talk, said, reply) = furnished(&world);
    let before = world.messages(talk);
    let copy = duplicate(&world, talk, true).unwrap().conversation;
    assert_eq!(world.messages(talk), before, "the original is as it was");
    assert_eq!(copy.message_count, 2);
    assert_eq!(copy.last_message_at, world.get(talk).last_message_at);
    assert_eq!(
        copy.last_message_preview,
        world.get(talk).last_message_preview
    );

    let copies = world.messages(copy.id);
    for (number, (copied, original)) in copies.iter().zip(&before).enumerate() {
        assert_ne!(copied.id, original.id);
        assert_eq!(
            copied.sequence_number as usize,
            number + 1,
            "no gap is copied"
        );
        assert_eq!(
            (
                &copied.content,
                copied.role,
                copied.status,
                copied.created_at,
                &copied.model,
                copied.edited_at
            ),
            (
                &original.content,
                original.role,
                original.status,
                original.created_at,
                &original.model,
                original.edited_at
            )
        );
    }
    let [spoken, failed] = &copies[1].chunks[..] else {
        panic!("{copies:?}")
    };
    assert_eq!(spoken.tts_status, TtsStatus::Completed);
    assert_eq!(
        spoken.audio_key.as_deref(),
        Some("sound-of-it"),
        "a sound is shared"
    );
    assert_eq!(failed.tts_status, TtsStatus::Pending, "it is tried anew");
    assert_eq!((failed.attempt_count, &failed.last_error), (0, &None));
    let original = &before[1].chunks[1];
    assert_eq!(
        (
            &failed.text,
            &failed.spoken_text,
            failed.emotion,
            &failed.icon,
            failed.pause_after_ms,
            failed.emphasis
        ),
        (
            &original.text,
            &original.spoken_text,
            original.emotion,
            &original.icon,
            original.pause_after_ms,
            original.emphasis
        )
    );
    let history = "SELECT json_group_array(json_array(previous_content, new_content, message_edit_history.edited_at))
        FROM message_edit_history JOIN messages ON messages.id = message_id WHERE conversation_id = ?1";
    assert_eq!(
        one::<String>(&world, history, copy.id),
        r#"[["Je mange","J'ai mangé",77]]"#
    );
    let corrections = "SELECT json_group_array(json_array(original_text, corrected_text, start_offset, dismissed_at))
        FROM grammar_corrections JOIN messages ON messages.id = message_id WHERE conversation_id = ?1";
    assert_eq!(
        one::<String>(&world, corrections, copy.id),
        r#"[["mangé","mangée",5,79]]"#
    );
    let notes = "SELECT json_group_array(json_array(note.content, messages.conversation_id = ?1, note.created_at))
        FROM conversation_notes AS note LEFT JOIN messages ON messages.id = message_id
        WHERE note.conversation_id = ?1 ORDER BY note.id";
    assert_eq!(
        one::<String>(&world, notes, copy.id),
        r#"[["about the cream",1,80],["about it all",null,80]]"#
    );
    for table in ["message_bookmarks", "message_reactions"] {
        let sql = format!(
            "SELECT count(*) FROM {table} JOIN messages ON messages.id = message_id WHERE conversation_id = ?1"
        );
        assert_eq!(one::<u32>(&world, &sql, copy.id), 0, "{table}");
        assert_eq!(one::<u32>(&world, &sql, talk), 1, "{table}");
    }
    assert!(before.iter().any(|one| one.id == said) && before.iter().any(|one| one.id == reply));
    world.assert_sound();
}

#[test]
fn the_voice_is_woken_for_what_waits_in_a_copy() {
    let world = World::new();
    let (talk, ..) = furnished(&world);
    let mut changes = world.db.changes();
    let copy = duplicate(&world, talk, true).unwrap().conversation.id;
    let told = changes.try_recv().unwrap();
    assert!(
        told.changes
            .iter()
            .any(|change| change.entity == parlance_storage::Entity::Chunk
                && change.conversation_id == Some(copy)),
        "{told:?}"
    );
    let now = world.now();
    let claimed = world
        .write(move |tx| chunk::claim_next(tx, "worker", now, 1_000))
        .unwrap()
        .unwrap();
    assert_eq!(claimed.text, "Encore ?");
}

#[test]
fn copies_are_found_and_live_apart() {
    let world = World::new();
    let talk = world.conversation();
    for text in REAL_TEXTS {
        world.send(talk, text).unwrap();
    }
    let copy = duplicate(&world, talk, true).unwrap().conversation.id;
    assert_eq!(contents(&world, copy), contents(&world, talk));
    let in_copy = world.messages(copy)[0].id;
    world.delete_message(in_copy).unwrap();
    world.erase(&[Trashed::Message(in_copy)]);
    world.send(copy, "only here").unwrap();
    assert_eq!(contents(&world, talk), REAL_TEXTS);
    world.delete(talk).unwrap();
    world.erase(&[Trashed::Conversation(talk)]);
    assert_eq!(contents(&world, copy).len(), REAL_TEXTS.len());
    let hits: u32 = world
        .raw()
        .query_row(
            "SELECT count(*) FROM message_search_words WHERE message_search_words MATCH 'family'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(hits, 1);
    world.assert_sound();
}

#[test]
fn titles_are_numbered_on_and_cut_between_characters() {
    let world = World::new();
    let family = "👨‍👩‍👧‍👦".repeat(28);
    for (title, expected) in [
        ("Au café", vec!["Au café (2)", "Au café (3)"]),
        ("Lesson (7)", vec!["Lesson (2)", "Lesson (3)"]),
        ("أريد أن أتحدث", vec!["أريد أن أتحدث (2)"]),
        ("f(x)", vec!["f(x) (2)"]),
        ("(2)", vec!["(2) (2)"]),
    ] {
        let id = titled(&world, title);
        for expected in expected {
            let copy = duplicate(&world, id, true).unwrap().conversation;
            assert_eq!(
                (copy.title.as_str(), copy.title_source),
                (expected, TitleSource::User)
            );
        }
    }
    let copy_of_copy = {
        let first = titled(&world, "Again");
        let second = duplicate(&world, first, false).unwrap().conversation.id;
        duplicate(&world, second, false).unwrap().conversation.title
    };
    assert_eq!(copy_of_copy, "Again (3)");
    for (title, expected) in [
        (family.clone(), format!("{} (2)", "👨‍👩‍👧‍👦".repeat(28))),
        (
            format!("{family}abcd"),
            // The same after the cut, so the next number.
            format!("{} (3)", "👨‍👩‍👧‍👦".repeat(28)),
        ),
        ("字".repeat(200), format!("{} (2)", "字".repeat(196))),
        (
            format!("e{}", "\u{301}".repeat(199)),
            format!("e{} (2)", "\u{301}".repeat(195)),
        ),
    ] {
        let copy = duplicate(&world, titled(&world, &title), false).unwrap();
        assert_eq!(copy.conversation.title, expected);
        assert!(copy.conversation.title.chars().count() <= 200);
    }
    let nameless = duplicate(&world, world.conversation(), true).unwrap();
    assert_eq!(nameless.conversation.title, "");
    world.assert_sound();
}

#[test]
fn a_branch_ends_with_its_message_and_knows_where_it_came_from() {
    let world = World::new();
    let talk = world.conversation();
    let said: Vec<MessageId> = ["One", "Two", "Three", "Four"]
        .iter()
        .map(|text| world.send(talk, text).unwrap().id)
        .collect();
    world.delete_message(said[1]).unwrap();
    let made = branch(&world, said[2]).unwrap();
    let id = made.conversation.id;
    assert_eq!(contents(&world, id), ["One", "Three"]);
    assert_eq!(made.conversation.title, "One (2)");
    assert_eq!(made.operation.kind, OperationKind::ConversationBranch);
    assert_eq!(made.operation.subject, "One (2)");
    let branch = world.get(id);
    assert_eq!(branch.origin_conversation_id, Some(talk));
    assert_eq!(branch.origin_message_id, Some(said[2]));
    // The branch outlives what it came from.
    world.delete_message(said[2]).unwrap();
    world.erase(&[Trashed::Message(said[2])]);
    assert_eq!(world.get(id).origin_message_id, None);
    world.delete(talk).unwrap();
    world.erase(&[Trashed::Conversation(talk)]);
    assert_eq!(world.get(id).origin_conversation_id, None);
    assert_eq!(contents(&world, id), ["One", "Three"]);
    world.assert_sound();
}

#[test]
fn a_copy_is_undone_into_the_trash() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    for made in [
        duplicate(&world, talk, true).unwrap(),
        branch(&world, said).unwrap(),
    ] {
        let id = made.conversation.id;
        assert!(world.operations().contains(&made.operation));
        world.undo(made.operation.id).unwrap();
        assert!(world.trash().iter().any(|item| item.id == id.to_string()));
        assert_eq!(
            world.undo(made.operation.id).unwrap_err().code(),
            "not_found"
        );
        world.restore(Trashed::Conversation(id)).unwrap();
        assert_eq!(contents(&world, id), ["Hello"]);
    }
    world.assert_sound();
}

#[test]
fn a_reply_that_is_being_written_is_not_copied() {
    let world = World::new();
    let (talk, user) = (world.conversation(), world.user);
    world.send(talk, "Hello").unwrap();
    let now = world.now();
    let reply = world
        .write(move |tx| message::begin_reply(tx, talk, "m", now))
        .unwrap()
        .id;
    let copy = duplicate(&world, talk, true).unwrap().conversation.id;
    assert_eq!(contents(&world, copy), ["Hello"]);
    assert_eq!(branch(&world, reply).unwrap_err().code(), "conflict");
    world
        .write(move |tx| message::finish_reply(tx, reply, MessageStatus::Interrupted, &[], now))
        .unwrap();
    assert_eq!(branch(&world, reply).unwrap().conversation.message_count, 2);
    let log = world
        .read(move |tx| event::list(tx, user, copy, None, 10))
        .unwrap();
    let types: Vec<EventType> = log.iter().map(|event| event.event_type).collect();
    assert_eq!(types, [EventType::ConversationDuplicated]);
    world.assert_sound();
}

#[test]
fn what_is_not_there_cannot_be_copied() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let (stranger, now) = (world.stranger(), world.now());
    let theirs = world
        .write(move |tx| conversation::insert(tx, blank(stranger), now))
        .unwrap()
        .id;
    assert_eq!(
        duplicate(&world, theirs, true).unwrap_err().code(),
        "not_found"
    );
    let refused = world.write(move |tx| conversation::branch(tx, stranger, said, now));
    assert_eq!(refused.unwrap_err().code(), "not_found");
    world.delete_message(said).unwrap();
    assert_eq!(branch(&world, said).unwrap_err().code(), "not_found");
    world.delete(talk).unwrap();
    assert_eq!(
        duplicate(&world, talk, true).unwrap_err().code(),
        "not_found"
    );
    assert_eq!(world.operations().len(), 2, "the two deletions");
    world.assert_sound();
}

#[test]
fn an_erased_message_leaves_no_word_in_the_numbered_title_that_was_made_of_it() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "zqsecret things").unwrap();
    let copy = duplicate(&world, talk, true).unwrap().conversation.id;
    assert_eq!(world.get(copy).title, "zqsecret things (2)");
    for id in [talk, copy] {
        let said = world.messages(id)[0].id;
        world.delete_message(said).unwrap();
        world.erase(&[Trashed::Message(said)]);
        assert_eq!(world.get(id).title, "");
    }
    assert_eq!(world.operations(), []);
    let bytes = crate::erase::all_bytes(world.path());
    assert!(!bytes.windows(8).any(|window| window == b"zqsecret"));
    world.assert_sound();
}
