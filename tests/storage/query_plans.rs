//! What somebody waits for must neither scan a table nor sort, however large the database grows.

use parlance_storage::hot_queries;
use rusqlite::types::Null;
use rusqlite::{Connection, params_from_iter};

use crate::support::World;

/// The steps of a plan, as SQLite describes them.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    let parameters = vec![Null; statement.parameter_count()];
    let steps = statement
        .query_map(params_from_iter(parameters), |row| row.get("detail"))
        .unwrap();
    steps.collect::<Result<_, _>>().unwrap()
}

/// A full scan, or a sort. An index walked in its own order up to a LIMIT is what a queue is for.
fn is_slow(step: &str) -> bool {
    step.contains("TEMP B-TREE")
        || (step.starts_with("SCAN") && !step.contains("USING") && !is_of_no_table(step))
}

/// A list that was handed over as JSON, or the rows that a recursion has found so far.
fn is_of_no_table(step: &str) -> bool {
    step.starts_with("SCAN json_each ") || step == "SCAN every"
}

fn assert_fast(connection: &Connection) {
    for query in hot_queries() {
        let plan = plan(connection, &query.sql);
        assert!(
            !plan.iter().any(|step| is_slow(step)),
            "{}: {plan:#?}",
            query.purpose
        );
    }
}

#[test]
fn hot_queries_neither_scan_nor_sort() {
    let world = World::new();
    assert_fast(&world.raw());
}

#[test]
fn they_stay_fast_when_sqlite_has_statistics() {
    let world = World::new();
    for _ in 0..20 {
        let conversation = world.conversation();
        world.send(conversation, "Hello?").unwrap();
        world.reply(conversation, &["Hello! ", "How are you?"]);
    }
    let raw = world.raw();
    raw.execute_batch("ANALYZE").unwrap();
    assert_fast(&raw);
}

#[test]
fn each_hot_query_uses_the_index_made_for_it() {
    let world = World::new();
    let raw = world.raw();
    for (purpose, index) in [
        (
            "list page, pinned",
            "conversations_pinned (user_id=? AND pin_order>?)",
        ),
        (
            "list page, recent",
            "conversations_recent (user_id=? AND <expr><?)",
        ),
        (
            "open a conversation",
            "(conversation_id=? AND sequence_number<?)",
        ),
        ("chunks of a page", "(message_id=?)"),
        ("replies left by a dead process", "messages_streaming"),
        ("last settled message", "(conversation_id=?)"),
        ("claim a chunk", "message_chunks_pending"),
        (
            "release expired leases",
            "message_chunks_processing (lease_expires_at<?)",
        ),
        (
            "trash page, conversations",
            "conversations_user (user_id=? AND deleted_at>? AND deleted_at<?)",
        ),
        (
            "trash page, messages",
            "messages_trash (deleted_at>? AND deleted_at<?)",
        ),
        ("messages due to be erased", "messages_trash (deleted_at<?)"),
        (
            "conversation due to be erased",
            "conversations_trash (deleted_at<?)",
        ),
        ("what can be undone", "operations_user (user_id=?)"),
        (
            "sounds that chunks have",
            "message_chunks_audio (audio_key>?)",
        ),
        (
            "whether a chunk has a sound",
            "message_chunks_audio (audio_key=?)",
        ),
        (
            "folder's page, recent",
            "conversations_folder (folder_id=? AND <expr><?)",
        ),
        (
            "folder's page, pinned",
            "conversations_pinned (user_id=? AND pin_order>?)",
        ),
        (
            "page without folder, recent",
            "conversations_recent (user_id=? AND <expr><?)",
        ),
        (
            "tag's page, recent",
            "conversations_recent (user_id=? AND <expr><?)",
        ),
        (
            "tag's page, recent",
            "COVERING INDEX conversation_tags_tag (tag=?)",
        ),
        (
            "status's page, recent",
            "conversations_recent (user_id=? AND <expr><?)",
        ),
        (
            "unread page, recent",
            "conversations_recent (user_id=? AND <expr><?)",
        ),
        (
            "unread page, recent",
            "INDEX conversations_unread (user_id=?)",
        ),
        (
            "page of all filters, recent",
            "conversations_folder (folder_id=? AND <expr><?)",
        ),
        (
            "page of all filters, pinned",
            "conversations_pinned (user_id=? AND pin_order>?)",
        ),
        ("order of the pins", "conversations_pinned (user_id=?)"),
        ("number of unread ones", "conversations_unread (user_id=?)"),
        ("folders", "conversation_folders_user (user_id=?)"),
        ("folders", "conversations_folder (folder_id=?)"),
        ("tags", "conversation_tags_tag"),
        ("spellings of tags", "conversation_tags_tag (tag>?)"),
        (
            "read on in a conversation",
            "(conversation_id=? AND sequence_number>?)",
        ),
        (
            "whether there are earlier messages",
            "(conversation_id=? AND sequence_number<?)",
        ),
        (
            "whether there are later messages",
            "(conversation_id=? AND sequence_number>?)",
        ),
        (
            "edits of a message",
            "message_edit_history_message (message_id=? AND edited_at<?)",
        ),
        (
            "last deletion of a conversation's messages",
            "messages_trash (deleted_at>?)",
        ),
        (
            "bookmarks",
            "message_bookmarks_user (user_id=? AND created_at<?)",
        ),
        (
            "notes of a conversation",
            "conversation_notes_conversation (conversation_id=? AND created_at>?)",
        ),
        (
            "notes on a message",
            "conversation_notes_message (message_id=? AND rowid>?)",
        ),
        (
            "trash page, notes",
            "conversation_notes_trash (deleted_at>? AND deleted_at<?)",
        ),
        (
            "notes due to be erased",
            "conversation_notes_trash (deleted_at<?)",
        ),
        (
            "what a tutor is told in full",
            "(conversation_id=? AND sequence_number<?)",
        ),
        (
            "facts of a conversation",
            "conversation_key_facts_conversation (conversation_id=?)",
        ),
        (
            "summaries of a conversation",
            "conversation_summaries_conversation (conversation_id=? AND tier=? AND from_sequence>?)",
        ),
        (
            "stretches with a summary",
            "conversation_summaries_conversation (conversation_id=? AND tier=?)",
        ),
        (
            "summaries to choose from",
            "conversation_summaries_conversation (conversation_id=?)",
        ),
        (
            "messages alike in meaning",
            "message_embeddings USING INTEGER PRIMARY KEY",
        ),
        (
            "messages of unknown meaning",
            "message_embeddings USING INTEGER PRIMARY KEY",
        ),
    ] {
        let query = hot_queries()
            .into_iter()
            .find(|query| query.purpose == purpose)
            .unwrap();
        let plan = plan(&raw, &query.sql);
        assert!(
            plan.iter().any(|step| step.contains(index)),
            "{purpose}: {plan:#?}"
        );
    }
}

#[test]
fn the_check_itself_sees_a_scan_and_a_sort() {
    let world = World::new();
    let raw = world.raw();
    for sql in [
        "SELECT * FROM messages WHERE content = 'x'",
        "SELECT id FROM conversations ORDER BY title",
    ] {
        assert!(plan(&raw, sql).iter().any(|step| is_slow(step)), "{sql}");
    }
}
