//! What was made of a message goes with it: rows around it, titles, the log's last bytes; and nothing else does.

use std::time::{Duration, Instant};

use parlance_storage::draft::DraftOf;
use parlance_storage::trash::{self, Trashed};
use parlance_storage::{ConversationId, MessageId, conversation, draft, message};
use rusqlite::{Connection, params};

use crate::erase::{all_bytes, delete_and_erase, hits, holds};
use crate::support::{REAL_TEXTS, World, block_on, chunk};

/// Rows about a message in every table that may hold its words, each with `word` in it.
fn surround(raw: &Connection, talk: ConversationId, message: MessageId, word: &str, first_id: i64) {
    let user: i64 = raw
        .query_row("SELECT min(id) FROM users", [], |row| row.get(0))
        .unwrap();
    let sequence: i64 = raw
        .query_row(
            "SELECT sequence_number FROM messages WHERE id = ?1",
            [message],
            |row| row.get(0),
        )
        .unwrap();
    let id = first_id;
    for (sql, values) in [
        (
            "INSERT INTO message_edit_history VALUES (?1, ?2, ?3, ?3, 0)",
            params![id, message, word].to_vec(),
        ),
        (
            "INSERT INTO message_bookmarks VALUES (?1, ?4, ?2, ?3, 0, 0)",
            params![id, message, word, user].to_vec(),
        ),
        (
            "INSERT INTO message_reactions VALUES (?1, ?2, ?4, 'helpful', ?3, 0, 0)",
            params![id, message, word, user].to_vec(),
        ),
        (
            "INSERT INTO grammar_corrections
                 VALUES (?1, ?2, ?3, ?3, 0, 1, 'x', NULL, ?3, 'test', 0, NULL)",
            params![id, message, word].to_vec(),
        ),
        (
            "INSERT INTO conversation_notes VALUES (?1, ?5, ?4, ?2, ?3, 0, 0, NULL)",
            params![id, message, word, user, talk].to_vec(),
        ),
        (
            "INSERT INTO conversation_key_facts
                 VALUES (?1, ?4, 'interest', ?3, 1.0, ?2, 0, 0, 0, NULL, 5)",
            params![id, message, word, talk].to_vec(),
        ),
        (
            "INSERT INTO conversation_summaries VALUES (?1, ?3, 2, ?2, ?4, ?4, 0, NULL, 0, 0)",
            params![id, word, talk, sequence].to_vec(),
        ),
        (
            "INSERT INTO vocabulary_words (id, user_id, language, word, example_sentence, source_message_id,
                 first_encountered_at, created_at, updated_at)
             VALUES (?1, ?4, 'en', 'word' || ?1, ?3, ?2, 0, 0, 0)",
            params![id, message, word, user].to_vec(),
        ),
        (
            "INSERT INTO vocabulary_words (id, user_id, language, word, kind, example_sentence,
                 source_correction_id, first_encountered_at, created_at, updated_at)
             VALUES (?1 + 1, ?3, 'en', 'word' || ?1, 'correction', ?2, ?1, 0, 0, 0)",
            params![id, word, user].to_vec(),
        ),
    ] {
        raw.execute(sql, &values[..]).unwrap();
    }
    raw.execute(
        "UPDATE messages SET edit_count = 1, edited_at = 0, stt_transcript = ?2,
             metadata = json_object('heard', ?2) WHERE id = ?1",
        params![message, word],
    )
    .unwrap();
}

/// Every table that has a text with `word` in it.
fn tables_with(raw: &Connection, word: &str) -> Vec<String> {
    let columns: Vec<(String, String)> = raw
        .prepare(
            "SELECT tables.name, columns.name
             FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND columns.type = 'TEXT'",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut tables: Vec<String> = columns
        .into_iter()
        .filter(|(table, column)| {
            raw.prepare(&format!(
                "SELECT 1 FROM {table} WHERE instr({column}, ?1) > 0"
            ))
            .unwrap()
            .exists([word])
            .unwrap()
        })
        .map(|(table, _)| table)
        .collect();
    tables.sort();
    tables.dedup();
    tables
}

#[test]
fn nothing_that_was_made_of_a_message_outlives_it_and_what_was_made_of_others_does() {
    let world = World::new();
    let talk = world.conversation();
    let victim = world.send(talk, "zqgone words").unwrap().id;
    let neighbour = world.send(talk, "zqkept words").unwrap().id;
    let raw = world.raw();
    surround(&raw, talk, victim, "zqgone", 1_000);
    surround(&raw, talk, neighbour, "zqkept", 2_000);
    raw.execute(
        "INSERT INTO conversation_shares (id, conversation_id, created_by, token_hash, snapshot, created_at)
         SELECT 1, ?1, min(id), printf('%064d', 1), '{\"words\": \"zqgone\"}', 0 FROM users",
        [talk],
    )
    .unwrap();
    let tables = tables_with(&raw, "zqkept");
    assert!(tables.len() >= 9, "{tables:?}");
    assert!(tables_with(&raw, "zqgone").len() > tables.len());

    delete_and_erase(&world, victim);
    assert_eq!(tables_with(&raw, "zqgone"), Vec::<String>::new());
    let bytes = all_bytes(world.path());
    assert!(!holds(&bytes, "zqgone"));
    // What the message had named is called after the next one.
    assert_eq!(world.get(talk).title, "zqkept words");
    let mut still: Vec<String> = tables_with(&raw, "zqkept");
    still.retain(|table| tables.contains(table));
    assert_eq!(still, tables);
    let words: u32 = raw
        .query_row("SELECT count(*) FROM vocabulary_words", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(words, 4, "words stay learnt");
    drop(raw);
    world.assert_sound();
}

#[test]
fn nothing_of_an_erased_conversation_is_left() {
    let world = World::new();
    let (gone, kept) = (world.conversation(), world.conversation());
    let victim = world.send(gone, "zqgone words").unwrap().id;
    let neighbour = world.send(kept, "zqkept words").unwrap().id;
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| {
            draft::save(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: gone,
                },
                "zqgone draft",
                now,
            )?;
            conversation::rename(tx, user, gone, "zqgone title", now)?;
            draft::save(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: kept,
                },
                "zqkept draft",
                now,
            )
        })
        .unwrap();
    let raw = world.raw();
    surround(&raw, gone, victim, "zqgone", 1_000);
    surround(&raw, kept, neighbour, "zqkept", 2_000);
    for (talk, word) in [(gone, "zqgone"), (kept, "zqkept")] {
        raw.execute(
            "INSERT INTO conversation_tags VALUES (?1, ?2, 0)",
            params![talk, word],
        )
        .unwrap();
    }
    // The planner's samples hold tags.
    raw.execute_batch("ANALYZE").unwrap();
    assert!(holds(&all_bytes(world.path()), "zqgone"));
    world.delete(gone).unwrap();
    world.erase(&[Trashed::Conversation(gone)]);
    assert_eq!(tables_with(&raw, "zqgone"), Vec::<String>::new());
    assert!(!holds(&all_bytes(world.path()), "zqgone"));
    assert_eq!(hits(&raw, "message_search_words", "zqkept"), 1);
    assert_eq!(hits(&raw, "note_search_words", "zqkept"), 1);
    assert!(tables_with(&raw, "zqkept").len() >= 10);
    drop(raw);
    world.assert_sound();
}

#[test]
fn a_title_of_the_learners_own_stays_and_one_that_can_be_taken_back_to_is_forgotten() {
    let world = World::new();
    let talk = world.conversation();
    let first = world.send(talk, "zqgone in the title").unwrap().id;
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| conversation::rename(tx, user, talk, "Of my own", now))
        .unwrap();
    delete_and_erase(&world, first);
    assert_eq!(world.get(talk).title, "Of my own");
    assert!(world.operations().is_empty());
    assert!(!holds(&all_bytes(world.path()), "zqgone"));
}

#[test]
fn a_title_made_of_an_erased_message_is_gone_also_if_the_message_was_edited_since() {
    let world = World::new();
    let talk = world.conversation();
    let first = world.send(talk, "zqbefore the edit").unwrap().id;
    let raw = world.raw();
    raw.execute(
        "INSERT INTO message_edit_history VALUES (1, ?1, 'zqbefore the edit', 'zqafter the edit', 0)",
        [first],
    )
    .unwrap();
    raw.execute(
        "UPDATE messages SET content = 'zqafter the edit', edit_count = 1, edited_at = 0 WHERE id = ?1",
        [first],
    )
    .unwrap();
    drop(raw);
    delete_and_erase(&world, first);
    assert_eq!(world.get(talk).title, "");
    let bytes = all_bytes(world.path());
    for text in ["zqbefore", "zqafter"] {
        assert!(!holds(&bytes, text), "{text}");
    }
    world.assert_sound();
}

#[test]
fn the_log_says_that_a_message_was_erased_but_not_which() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let other = world.send(talk, "Hello again").unwrap().id;
    delete_and_erase(&world, said);
    let data: Vec<(String, String)> = world
        .raw()
        .prepare("SELECT event_type, event_data FROM conversation_events ORDER BY id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let types: Vec<&str> = data.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        types,
        [
            "conversation_created",
            "message_sent",
            "message_sent",
            "message_deleted",
            "message_erased"
        ]
    );
    assert!(
        data.iter()
            .all(|(_, data)| !data.contains(&said.to_string()))
    );
    assert!(data[2].1.contains(&other.to_string()));
}

#[test]
fn a_reply_that_is_still_written_can_be_erased_and_its_writer_is_told() {
    let world = World::new();
    let (talk, now) = (world.conversation(), world.now());
    let reply = world
        .write(move |tx| {
            let reply = message::begin_reply(tx, talk, "m", now)?;
            message::append_to_reply(tx, reply.id, "zqgone ", &[chunk("zqgone ")], now)?;
            Ok(reply.id)
        })
        .unwrap();
    delete_and_erase(&world, reply);
    let late = world.write(move |tx| message::append_to_reply(tx, reply, "more", &[], now));
    assert_eq!(late.unwrap_err().code(), "not_found");
    assert!(!holds(&all_bytes(world.path()), "zqgone"));
    // The next reply can begin.
    world.reply(talk, &["Hello."]);
    world.assert_sound();
}

#[test]
fn an_erasure_that_was_broken_off_before_its_last_bytes_is_finished_by_the_next_sweep() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "A beginning").unwrap();
    let said = world.send(talk, "zqgone words").unwrap().id;
    world.delete_message(said).unwrap();
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| {
            trash::condemn(tx, user, Trashed::Message(said))?;
            trash::sweep(tx, now, now)
        })
        .unwrap();
    assert!(
        holds(&all_bytes(world.path()), "zqgone"),
        "the log has it still"
    );
    assert_eq!(world.erase_due(), 0);
    assert!(!holds(&all_bytes(world.path()), "zqgone"));
}

#[test]
fn somebody_who_reads_for_long_holds_the_last_bytes_up_and_nothing_else() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "zqgone words").unwrap().id;
    world.delete_message(said).unwrap();
    let raw = world.raw();
    raw.execute_batch("BEGIN; SELECT count(*) FROM messages")
        .unwrap();
    let user = world.user;
    world
        .write(move |tx| trash::condemn(tx, user, Trashed::Message(said)))
        .unwrap();
    let begun = Instant::now();
    let held_up = block_on(trash::erase_due(&world.db, world.now())).unwrap_err();
    assert_eq!(held_up.code(), "busy");
    // A moment, not the busy timeout of five seconds: messages and drafts wait behind it.
    assert!(begun.elapsed() < Duration::from_millis(2500));
    assert!(world.messages(talk).is_empty());
    world.send(talk, "Life goes on").unwrap();
    raw.execute_batch("COMMIT").unwrap();
    assert_eq!(world.erase_due(), 0);
    assert!(!holds(&all_bytes(world.path()), "zqgone"));
}

#[test]
fn a_file_that_another_program_gave_a_pointer_map_is_not_scrubbed_and_stays_whole() {
    let world = World::new();
    let talk = world.conversation();
    let message = world.send(talk, "zqsecret").unwrap();
    for text in REAL_TEXTS {
        world.send(talk, text).unwrap();
    }
    world.db.close().unwrap();
    world
        .raw()
        .execute_batch("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = FULL; VACUUM")
        .unwrap();
    let world = world.reopened();
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| message::delete(tx, user, message.id, now).map(drop))
        .unwrap();
    world
        .write(move |tx| trash::condemn(tx, user, Trashed::Message(message.id)))
        .unwrap();
    let refused = block_on(trash::erase_due(&world.db, now)).unwrap_err();
    assert_eq!(refused.code(), "internal");
    world.assert_sound();
}
