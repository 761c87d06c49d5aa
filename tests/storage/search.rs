//! The full-text index: always true, and complete from one Chinese character up.

use parlance_storage::{MessageStatus, message};
use rusqlite::Connection;

use crate::support::{REAL_TEXTS, World, chunk};

fn hits(raw: &Connection, table: &str, query: &str) -> Vec<i64> {
    raw.prepare(&format!(
        "SELECT rowid FROM {table} WHERE {table} MATCH ?1 ORDER BY rowid"
    ))
    .unwrap()
    .query_map([query], |row| row.get(0))
    .unwrap()
    .collect::<Result<_, _>>()
    .unwrap()
}

/// Fails if any index disagrees with the texts.
fn assert_true(raw: &Connection) {
    for table in [
        "message_search_words",
        "message_search_trigrams",
        "note_search_words",
        "note_search_trigrams",
    ] {
        raw.execute(
            &format!("INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)"),
            [],
        )
        .unwrap_or_else(|error| panic!("{table}: {error}"));
    }
}

#[test]
fn words_are_found_without_accents_and_in_other_forms() {
    let world = World::new();
    let conversation = world.conversation();
    world
        .send(conversation, "Ça va ? I was practising my crème brûlée.")
        .unwrap();
    let raw = world.raw();
    for query in ["creme", "CRÈME", "practise", "ca"] {
        assert_eq!(
            hits(&raw, "message_search_words", query).len(),
            1,
            "{query}"
        );
    }
}

#[test]
fn the_index_is_true_after_every_step_of_a_reply() {
    let world = World::new();
    let conversation = world.conversation();
    let now = world.now();
    let raw = world.raw();
    let reply = world
        .write(move |tx| message::begin_reply(tx, conversation, "m", now))
        .unwrap();
    assert_true(&raw);
    for part in ["今天", "天气 nice ", "weather"] {
        world
            .write(move |tx| message::append_to_reply(tx, reply.id, part, &[chunk(part)], now))
            .unwrap();
        assert_true(&raw);
        assert_eq!(
            hits(&raw, "message_search_words", "weather"),
            Vec::<i64>::new(),
            "not before it is finished"
        );
    }
    world
        .write(move |tx| message::finish_reply(tx, reply.id, MessageStatus::Complete, &[], now))
        .unwrap();
    assert_true(&raw);
    assert_eq!(hits(&raw, "message_search_words", "weather").len(), 1);
    assert_eq!(hits(&raw, "message_search_trigrams", "今天天").len(), 1);
}

#[test]
fn the_index_follows_edits_trash_restore_and_erasure() {
    let world = World::new();
    let conversation = world.conversation();
    for text in REAL_TEXTS {
        world.send(conversation, text).unwrap();
    }
    let raw = world.raw();
    raw.pragma_update(None, "foreign_keys", true).unwrap();
    for change in [
        "UPDATE messages SET content = content || ' 新しい言葉 addition'",
        "UPDATE messages SET content = 'plain now', edit_count = 1, edited_at = 1 WHERE sequence_number = 3",
        "UPDATE messages SET deleted_at = 1 WHERE sequence_number % 2 = 0",
        "UPDATE messages SET content = 'changed in the trash' WHERE sequence_number = 2",
        "UPDATE messages SET deleted_at = NULL WHERE sequence_number % 4 = 0",
        "DELETE FROM messages WHERE sequence_number IN (1, 2)",
        "DELETE FROM conversations",
    ] {
        raw.execute(change, []).unwrap();
        assert_true(&raw);
    }
    assert_eq!(
        hits(&raw, "message_search_words", "addition"),
        Vec::<i64>::new()
    );
}

#[test]
fn what_is_in_the_trash_is_not_found_until_it_is_restored() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "A needle, 干草堆").unwrap();
    let raw = world.raw();
    let found = || {
        (
            hits(&raw, "message_search_words", "needle").len(),
            hits(&raw, "message_search_trigrams", "干草堆").len(),
        )
    };
    assert_eq!(found(), (1, 1));
    raw.execute("UPDATE messages SET deleted_at = 1", [])
        .unwrap();
    assert_eq!(found(), (0, 0));
    raw.execute("UPDATE messages SET deleted_at = NULL", [])
        .unwrap();
    assert_eq!(found(), (1, 1));
}

#[test]
fn only_texts_of_unspaced_scripts_have_trigrams() {
    let world = World::new();
    let conversation = world.conversation();
    for text in [
        "plain English",
        "Tiếng Việt có dấu",
        "Русский",
        "العربية",
        "👩‍👩‍👧‍👦 emoji ✓ “quotes” — dash",
        "ﬁ ligature",
    ] {
        world.send(conversation, text).unwrap();
    }
    let raw = world.raw();
    let indexed = || -> u32 {
        raw.query_row(
            "SELECT count(*) FROM searchable_messages_unspaced",
            [],
            |row| row.get(0),
        )
        .unwrap()
    };
    assert_eq!(indexed(), 0);
    let unspaced = [
        "汉字",
        "漢字かな",
        "カナ",
        "ｶﾅ",
        "한국어",
        "ภาษาไทย",
        "ພາສາລາວ",
        "ភាសាខ្មែរ",
        "မြန်မာ",
        "𠮷野家",
        "mixed 字 text",
        "ㄅㄆㄇ",
        "々",
    ];
    for (count, text) in (1..).zip(unspaced) {
        world.send(conversation, text).unwrap();
        assert_eq!(indexed(), count, "{text}");
    }
    assert_true(&raw);
}

#[test]
fn one_or_two_characters_are_found_also_at_the_very_end() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "我想练习口语").unwrap();
    let raw = world.raw();
    raw.execute_batch("CREATE VIRTUAL TABLE temp.trigrams USING fts5vocab (main, message_search_trigrams, instance)")
        .unwrap();
    for pair in ["我想", "口语", "语", "我"] {
        let end = format!("{pair}\u{10ffff}");
        let found: u32 = raw
            .query_row(
                "SELECT count(*) FROM trigrams WHERE term >= ?1 AND term < ?2",
                [pair, &end],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(found, 1, "{pair}");
    }
}

#[test]
fn notes_are_searchable_too() {
    let world = World::new();
    let conversation = world.conversation();
    let raw = world.raw();
    raw.execute(
        "INSERT INTO conversation_notes (id, conversation_id, user_id, content, created_at, updated_at)
         VALUES (1, ?1, ?2, 'Remember the café 漢字の勉強', 0, 0)",
        rusqlite::params![conversation, world.user],
    )
    .unwrap();
    assert_eq!(hits(&raw, "note_search_words", "cafe"), [1]);
    assert_eq!(hits(&raw, "note_search_trigrams", "の勉強"), [1]);
    raw.execute("UPDATE conversation_notes SET content = 'Forget it'", [])
        .unwrap();
    assert_true(&raw);
    assert_eq!(hits(&raw, "note_search_words", "cafe"), Vec::<i64>::new());
    raw.execute("DELETE FROM conversation_notes", []).unwrap();
    assert_true(&raw);
}

#[test]
fn erased_words_are_gone_from_the_file() {
    let world = World::new();
    let conversation = world.conversation();
    world
        .send(
            conversation,
            "My secret is xylophonequartz and nothing else",
        )
        .unwrap();
    let raw = world.raw();
    raw.pragma_update(None, "foreign_keys", true).unwrap();
    raw.pragma_update(None, "secure_delete", true).unwrap();
    raw.execute("DELETE FROM conversations", []).unwrap();
    drop(raw);
    let file = world.db.path().to_owned();
    world.db.close().unwrap();
    let bytes = std::fs::read(file).unwrap();
    let needle = b"xylophonequartz";
    assert!(!bytes.windows(needle.len()).any(|window| window == needle));
}
