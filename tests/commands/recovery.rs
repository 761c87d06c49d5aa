//! Replies that something cut off: a dead process, an update in between, a database that another program
//! holds.

use parlance_lib::error::ErrorCode;
use parlance_storage::{
    Database, Emotion, Emphasis, InputMethod, OpenOptions,
    chunk::NewChunk,
    conversation::{self, NewConversation},
    message::{self, NewMessage},
    user,
};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{TestApp, assert_error, until};

/// A profile in which a process died in the middle of a reply; gives the conversation's id.
fn cut_off(directory: &TempDir, words: &'static str, first_chunk: &'static str) -> String {
    let database =
        Database::open(&directory.path().join("profile"), OpenOptions::new("0.0.1")).unwrap();
    let now = database.now();
    let conversation = database
        .write_blocking(move |tx| {
            let user_id = user::ensure_first(tx, now)?.id;
            let new = NewConversation {
                user_id,
                template_id: None,
                title: None,
                level: None,
                topic: None,
            };
            let conversation = conversation::insert(tx, new, now)?.id;
            let said = NewMessage {
                content: "Hello!".into(),
                input_method: InputMethod::Text,
            };
            message::send(tx, user_id, conversation, said, now)?;
            let reply = message::begin_reply(tx, conversation, "older-version", now)?;
            let chunk = NewChunk {
                text: first_chunk.into(),
                spoken_text: first_chunk.trim().into(),
                emotion: Emotion::Neutral,
                icon: None,
                pause_after_ms: 0,
                emphasis: Emphasis::None,
            };
            message::append_to_reply(tx, reply.id, words, &[chunk], now)?;
            Ok(conversation)
        })
        .unwrap();
    database.close().unwrap();
    conversation.to_string()
}

#[test]
fn a_reply_cut_up_by_an_older_versions_rules_is_settled_too() {
    let directory = tempfile::tempdir().unwrap();
    // No chunker of today would end a chunk after "Hello ".
    let conversation = cut_off(&directory, "Hello there. How are you tod", "Hello ");
    let data_dir = directory.path().join("profile");
    let app = TestApp::open(directory, data_dir);
    let reply = app.messages(&conversation).pop().unwrap();
    assert_eq!(reply["status"], "interrupted");
    assert_eq!(reply["content"], "Hello there. How are you tod");
    let chunks: Vec<&str> = reply["chunks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chunk| chunk["text"].as_str().unwrap())
        .collect();
    assert_eq!(chunks, ["Hello ", "there. ", "How are you tod"]);
}

#[test]
fn a_damaged_reply_does_not_keep_the_app_from_opening() {
    let directory = tempfile::tempdir().unwrap();
    let conversation = cut_off(&directory, "Hello there.", "Hello ");
    let data_dir = directory.path().join("profile");
    let database = Connection::open(data_dir.join("parlance.db")).unwrap();
    let damaged = database
        .execute("UPDATE message_chunks SET text = 'something else'", [])
        .unwrap();
    assert_eq!(damaged, 1);
    drop(database);
    let app = TestApp::open(directory, data_dir);
    assert_eq!(app.call("app_status", json!({})).unwrap()["state"], "ready");
    let reply = app.messages(&conversation).pop().unwrap();
    assert_eq!(
        reply["content"], "Hello there.",
        "the words are there all the same"
    );
}

#[test]
fn a_damaged_setting_is_said_and_keeps_nobody_from_talking() {
    let app = TestApp::new();
    app.set("theme", "dark");
    let other = Connection::open(app.data_dir().join("parlance.db")).unwrap();
    let damaged = other
        .execute(
            "UPDATE user_settings SET value = '\"purple\"' WHERE key = 'theme'",
            [],
        )
        .unwrap();
    assert_eq!(damaged, 1);
    let error = app.call("settings_get", json!({})).unwrap_err();
    assert_error(&error, "corrupt");

    let conversation = app.conversation();
    let arguments = json!({ "conversationId": conversation, "content": "Hello there!" });
    app.call("message_send", arguments).unwrap();
    until("the reply", || {
        let reply = app.messages(&conversation).pop()?;
        (reply["status"] == "complete").then_some(())
    });

    app.set("theme", "light");
    assert_eq!(
        app.call("settings_get", json!({})).unwrap()["theme"],
        "light"
    );
}

#[test]
fn words_wait_while_another_program_holds_the_database_and_are_stored_afterwards() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    let arguments =
        json!({ "conversationId": conversation, "content": "What do you like about summer?" });
    app.call("message_send", arguments).unwrap();

    let other = Connection::open(app.data_dir().join("parlance.db")).unwrap();
    until("the other program's turn", || {
        other.execute_batch("BEGIN IMMEDIATE").ok()
    });
    until("the news that storing fails", || {
        app.problems_told().contains(&ErrorCode::Busy).then_some(())
    });
    other.execute_batch("ROLLBACK").unwrap();

    let reply = until("the whole reply", || {
        let reply = app.messages(&conversation).pop()?;
        (reply["status"] == "complete").then_some(reply)
    });
    let chunks: String = reply["chunks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chunk| chunk["text"].as_str().unwrap())
        .collect();
    assert_eq!(chunks, reply["content"].as_str().unwrap());
    assert!(chunks.ends_with('?'), "the end is missing: {chunks}");
    assert_eq!(
        app.problems_told(),
        [ErrorCode::Busy],
        "told once, not at every try"
    );
}
