//! Damage done by hand is found, and the row is named.

use std::fs;

use parlance_storage::verify::{self, Outcome, Problem, Report};
use parlance_storage::{ConversationId, message};
use rusqlite::Connection;

use crate::support::{REAL_TEXTS, World, chunk};

/// A closed database with some life in it.
pub struct Closed {
    pub world: World,
    conversation: ConversationId,
    /// The id of its first message.
    first: String,
    reply: message::Message,
}

impl Closed {
    pub fn new() -> Self {
        let world = World::new();
        let conversation = world.conversation();
        for text in REAL_TEXTS {
            world.send(conversation, text).unwrap();
        }
        let first = world.messages(conversation)[0].id.to_string();
        let reply = world.reply(conversation, &["One sentence. ", "第二句。 ", "Three."]);
        world.db.close().unwrap();
        Self {
            world,
            conversation,
            first,
            reply,
        }
    }

    /// A connection with every guard down, as a careless tool has it.
    pub fn raw(&self) -> Connection {
        let raw = self.world.raw();
        raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            .unwrap();
        raw
    }

    pub fn damage(&self, sql: &str) {
        self.raw().execute_batch(sql).unwrap();
    }

    pub fn verify(&self) -> Report {
        verify::run(self.world.path()).unwrap().unwrap()
    }

    /// Fails unless the report names this row of this table with words like these.
    pub fn assert_names(&self, check: &str, table: &str, row: &str, words: &str) {
        let report = self.verify();
        assert!(!report.ok);
        let is_named = |problem: &Problem| {
            problem.check == check
                && problem.table == table
                && problem.row.as_deref() == Some(row)
                && problem.problem.contains(words)
        };
        assert!(
            report.problems.iter().any(is_named),
            "{:#?}",
            report.problems
        );
    }
}

pub fn names_of(report: &Report, outcome: Outcome) -> Vec<&'static str> {
    report
        .checks
        .iter()
        .filter(|check| check.outcome == outcome)
        .map(|check| check.name)
        .collect()
}

#[test]
fn a_sound_database_passes_every_check_and_is_left_as_it_was() {
    let closed = Closed::new();
    let file = closed.world.path().join("parlance.db");
    let before = fs::read(&file).unwrap();
    let report = closed.verify();
    assert_eq!((report.ok, &report.problems), (true, &vec![]));
    assert_eq!(
        names_of(&report, Outcome::Passed),
        [
            "schema",
            "integrity",
            "foreign_keys",
            "text",
            "readable",
            "counters",
            "edit_counts",
            "chunks_match_content",
            "chunk_states",
            "search"
        ]
    );
    assert!(fs::read(&file).unwrap() == before);
}

#[test]
fn a_running_app_is_checked_too_but_for_the_index() {
    let world = World::new();
    let (conversation, now) = (world.conversation(), world.now());
    world.reply(conversation, &["Done. "]);
    world
        .write(move |tx| {
            let reply = message::begin_reply(tx, conversation, "m", now)?;
            message::append_to_reply(tx, reply.id, "Half a. sen", &[chunk("Half a. ")], now)
        })
        .unwrap();
    let report = verify::run(world.path()).unwrap().unwrap();
    assert!(report.ok, "{:#?}", report.problems);
    assert_eq!(names_of(&report, Outcome::Skipped), ["search"]);
    assert!(
        report
            .checks
            .last()
            .unwrap()
            .reason
            .as_ref()
            .unwrap()
            .contains("running")
    );
    world.send(conversation, "and it still writes").unwrap();
}

#[test]
fn a_wrong_count_is_named() {
    let closed = Closed::new();
    closed.damage("UPDATE conversations SET message_count = message_count + 1");
    let id = closed.conversation.to_string();
    closed.assert_names(
        "counters",
        "conversations",
        &id,
        "message_count is 16, but there are 15 messages",
    );
}

#[test]
fn a_wrong_preview_and_time_are_named() {
    let closed = Closed::new();
    closed.damage(
        "UPDATE conversations SET last_message_preview = 'something else', last_message_at = 5",
    );
    let id = closed.conversation.to_string();
    closed.assert_names("counters", "conversations", &id, "last_message_preview");
    closed.assert_names("counters", "conversations", &id, "last_message_at");
}

#[test]
fn a_wrong_edit_count_is_named() {
    let closed = Closed::new();
    closed.damage("UPDATE messages SET edit_count = 2, edited_at = 1 WHERE sequence_number = 1");
    assert!(
        closed
            .verify()
            .problems
            .iter()
            .any(|problem| problem.check == "edit_counts" && problem.row.is_some())
    );
}

#[test]
fn a_reply_whose_chunk_is_gone_or_changed_is_named() {
    let closed = Closed::new();
    closed.damage("UPDATE message_chunks SET text = 'One sentence.' WHERE chunk_index = 0");
    let id = closed.reply.id.to_string();
    closed.assert_names("chunks_match_content", "messages", &id, "not its content");
    closed.damage("DELETE FROM message_chunks WHERE chunk_index = 1");
    closed.assert_names(
        "chunk_states",
        "message_chunks",
        &closed.reply.chunks[2].id.to_string(),
        "missing",
    );
}

#[test]
fn a_streaming_reply_whose_chunks_are_not_its_beginning_is_named() {
    let closed = Closed::new();
    closed.damage("UPDATE messages SET status = 'streaming' WHERE role = 'assistant'; UPDATE message_chunks SET text = 'x'");
    let id = closed.reply.id.to_string();
    closed.assert_names("chunks_match_content", "messages", &id, "beginning");
}

#[test]
fn a_changed_text_is_seen_by_the_index_alone_and_named() {
    let closed = Closed::new();
    // As a flipped bit would: the text changes and no trigger runs.
    let raw = closed.raw();
    let trigger = |name: &str| -> String {
        raw.query_row(
            "SELECT sql FROM sqlite_schema WHERE name = ?1",
            [name],
            |row| row.get(0),
        )
        .unwrap()
    };
    let triggers = [
        "messages_search_before_update",
        "messages_search_after_update",
    ];
    let definitions = triggers.map(trigger);
    for name in triggers {
        raw.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    let id: i64 = raw
        .query_row(
            "SELECT id FROM messages WHERE sequence_number = 2",
            [],
            |row| row.get(0),
        )
        .unwrap();
    raw.execute(
        "UPDATE messages SET content = replace(content, 'tiếng', 'tieng') || ' x' WHERE id = ?1",
        [id],
    )
    .unwrap();
    for definition in definitions {
        raw.execute_batch(&definition).unwrap();
    }
    drop(raw);
    let report = closed.verify();
    assert_eq!(
        names_of(&report, Outcome::Failed),
        ["search"],
        "{:#?}",
        report.problems
    );
    assert_eq!(report.problems[0].table, "messages");
    let row = report.problems[0].row.as_deref().unwrap();
    let user = closed.world.user;
    let world = closed.world.reopened();
    let named = row.parse().unwrap();
    assert_eq!(
        world
            .read(move |tx| message::get(tx, user, named))
            .unwrap()
            .sequence_number,
        2
    );
}

#[test]
fn an_index_that_lost_its_words_is_named() {
    let closed = Closed::new();
    closed.damage("DELETE FROM message_search_words_data WHERE id > 10");
    let report = closed.verify();
    assert!(!report.ok);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.table.starts_with("message")),
        "{:#?}",
        report.problems
    );
}

#[test]
fn an_orphan_is_named_also_in_a_table_without_rowid() {
    let closed = Closed::new();
    closed.damage(
        "INSERT INTO conversation_events (id, conversation_id, event_type, created_at) VALUES (7, 4711, 'x', 0);
         INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (4711, 'lost', 0)",
    );
    closed.assert_names(
        "foreign_keys",
        "conversation_events",
        "0000000000007",
        "conversation_id refers to a row",
    );
    closed.assert_names(
        "foreign_keys",
        "conversation_tags",
        "00000000004K7",
        "conversations",
    );
}

#[test]
fn invalid_text_and_nul_are_named() {
    let closed = Closed::new();
    closed
        .damage("UPDATE messages SET content = CAST(X'48c328' AS TEXT) WHERE sequence_number = 1");
    closed.damage("UPDATE conversations SET topic = 'a' || char(0) || 'b'");
    let id = closed.conversation.to_string();
    closed.assert_names("text", "conversations", &id, "topic contains a NUL");
    let report = closed.verify();
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.table == "messages"
                && problem.problem == "content is not valid UTF-8"),
        "{:#?}",
        report.problems
    );
}

#[test]
fn a_row_that_breaks_a_rule_of_its_table_is_named() {
    let closed = Closed::new();
    closed.damage("UPDATE messages SET role = 'robot' WHERE role = 'assistant'");
    closed.assert_names(
        "integrity",
        "messages",
        &closed.reply.id.to_string(),
        "breaks a rule",
    );
}

/// None of these breaks a rule of its table.
#[test]
fn a_value_that_the_app_cannot_read_is_named_with_its_column() {
    let by_key = |closed: &Closed, key: &str| format!("{}/{key}", closed.world.user);
    type Name = fn(&Closed) -> String;
    let first: Name = |closed| closed.first.clone();
    let conversation: Name = |closed| closed.conversation.to_string();
    let chunk: Name = |closed| closed.reply.chunks[0].id.to_string();
    let cases: &[(&str, &str, Name, &str)] = &[
        (
            "UPDATE messages SET sequence_number = 5000000000 WHERE sequence_number = 1",
            "messages",
            first,
            "sequence_number",
        ),
        (
            "UPDATE messages SET id = -5 WHERE sequence_number = 1",
            "messages",
            |_| "-5".into(),
            "id",
        ),
        (
            "UPDATE message_chunks SET attempt_count = 5000000000 WHERE chunk_index = 0",
            "message_chunks",
            chunk,
            "attempt_count",
        ),
        (
            "UPDATE conversations SET pinned_at = 1, pin_order = 5000000000",
            "conversations",
            conversation,
            "pin_order",
        ),
        (
            "UPDATE conversation_events SET id = 7, event_type = 'bogus' WHERE id = (SELECT max(id) FROM conversation_events)",
            "conversation_events",
            |_| "0000000000007".into(),
            "event_type",
        ),
        ("UPDATE users SET id = -1", "users", |_| "-1".into(), "id"),
    ];
    for (damage, table, row, column) in cases {
        let closed = Closed::new();
        closed.damage(damage);
        closed.assert_names(
            "readable",
            table,
            &row(&closed),
            &format!("{column} holds no value"),
        );
    }
    for (key, value) in [
        ("theme", "\"purple\""),
        ("speech_rate", "9.5"),
        ("auto_play", "1"),
    ] {
        let closed = Closed::new();
        closed.damage(&format!(
            "INSERT INTO user_settings SELECT id, '{key}', '{value}', 0, 0 FROM users"
        ));
        closed.assert_names(
            "readable",
            "user_settings",
            &by_key(&closed, key),
            "value holds no value",
        );
        assert_eq!(names_of(&closed.verify(), Outcome::Failed), ["readable"]);
    }
    let closed = Closed::new();
    closed.damage("INSERT INTO user_settings SELECT id, 'of_another_part', '[1]', 0, 0 FROM users");
    assert!(closed.verify().ok);
}

#[test]
fn the_same_problem_of_a_table_is_told_once() {
    let closed = Closed::new();
    closed.damage("UPDATE messages SET role = 'robot'");
    let report = closed.verify();
    let of_the_table: Vec<&str> = report
        .problems
        .iter()
        .filter(|problem| problem.check == "integrity" && problem.row.is_none())
        .map(|problem| problem.problem.as_str())
        .collect();
    assert_eq!(of_the_table, ["CHECK constraint failed in messages"]);
}

#[test]
fn a_report_repeats_no_word_of_the_learner() {
    let closed = Closed::new();
    closed.damage(
        "INSERT INTO conversation_tags SELECT id, 'my' || char(0) || 'secret', 0 FROM conversations;
         UPDATE messages SET content = content || char(0) || 'secret', role = 'secret';
         UPDATE message_chunks SET text = 'secret', spoken_text = 'secret';
         UPDATE conversations SET title = 'secret' || char(0), last_message_preview = 'secret'",
    );
    let report = closed.verify();
    assert!(report.problems.len() > 10);
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains("secret"), "{json}");
}

#[test]
fn chunk_states_that_contradict_themselves_are_named() {
    let cases = [
        ("tts_status = 'processing'", "without a lease"),
        ("lease_owner = 'ghost'", "has a lease"),
        (
            "tts_status = 'completed', audio_duration_ms = 5",
            "without a sound",
        ),
        ("tts_status = 'completed'", "without a duration"),
        ("audio_key = 'k'", "has a sound"),
        ("tts_status = 'failed'", "without a reason"),
        ("tts_status = 'lost'", "none of the four"),
    ];
    for (damage, words) in cases {
        let closed = Closed::new();
        closed.damage(&format!(
            "UPDATE message_chunks SET {damage} WHERE chunk_index = 1"
        ));
        closed.assert_names(
            "chunk_states",
            "message_chunks",
            &closed.reply.chunks[1].id.to_string(),
            words,
        );
    }
}
