use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use parlance_storage::{Database, OpenOptions, user};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

fn trash(app: &TestApp) -> Vec<Value> {
    let page = app
        .call("trash_list", json!({ "cursor": null, "limit": 100 }))
        .unwrap();
    assert_eq!(page["next"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

fn send(app: &TestApp, conversation: &str, content: &str) -> Value {
    app.call(
        "message_send",
        json!({ "conversationId": conversation, "content": content }),
    )
    .unwrap()
}

fn last(app: &TestApp, conversation: &str) -> Value {
    app.messages(conversation).pop().unwrap()
}

/// A conversation with a message and its finished reply.
fn talk(app: &TestApp, content: &str) -> (String, Value) {
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let sent = send(app, &conversation, content);
    until("the reply", || {
        (last(app, &conversation)["status"] == "complete"
            && last(app, &conversation)["role"] == "assistant")
            .then_some(())
    });
    (conversation, sent)
}

fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = fs::read(path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

#[test]
fn a_message_goes_to_the_trash_and_comes_back() {
    let app = TestApp::new();
    let (conversation, sent) = talk(&app, "I want a zqsecret cake.");
    let before = app.messages(&conversation);
    let deleted = app
        .call("message_delete", json!({ "id": sent["id"] }))
        .unwrap();
    assert_eq!(deleted["subject"], "I want a zqsecret cake.");
    assert_eq!(app.messages(&conversation).len(), before.len() - 1);
    let item = &trash(&app)[0];
    assert_eq!(
        (&item["kind"], &item["id"], &item["preview"]),
        (
            &json!("message"),
            &sent["id"],
            &json!("I want a zqsecret cake.")
        )
    );
    let days = (item["erasedAfter"].as_i64().unwrap() - item["deletedAt"].as_i64().unwrap())
        / (24 * 60 * 60 * 1_000);
    assert_eq!(days, 30);
    assert_error(
        &app.call("message_delete", json!({ "id": sent["id"] }))
            .unwrap_err(),
        "not_found",
    );
    app.call(
        "trash_restore",
        json!({ "kind": "message", "id": sent["id"] }),
    )
    .unwrap();
    let ids = |messages: &[Value]| -> Vec<Value> {
        messages
            .iter()
            .map(|message| message["id"].clone())
            .collect()
    };
    assert_eq!(ids(&app.messages(&conversation)), ids(&before));
    assert!(trash(&app).is_empty());
}

#[test]
fn what_is_erased_leaves_no_byte_and_what_is_not_stays() {
    let app = TestApp::new();
    let (conversation, sent) = talk(&app, "I like zqsecret islands.");
    let (other, _) = talk(&app, "I like zqopen water.");
    app.call("message_delete", json!({ "id": sent["id"] }))
        .unwrap();
    app.call("conversation_delete", json!({ "id": conversation }))
        .unwrap();
    assert!(holds(app.data_dir(), "zqsecret"));
    let erased = app
        .call(
            "trash_erase",
            json!({ "kind": "conversation", "id": conversation }),
        )
        .unwrap();
    assert_eq!(erased, Value::Null);
    assert!(!holds(app.data_dir(), "zqsecret"));
    assert!(trash(&app).is_empty());
    for command in ["trash_erase", "trash_restore"] {
        let error = app
            .call(
                command,
                json!({ "kind": "conversation", "id": conversation }),
            )
            .unwrap_err();
        assert_error(&error, "not_found");
    }
    assert!(holds(app.data_dir(), "zqopen"));
    assert_eq!(app.messages(&other)[0]["content"], "I like zqopen water.");
}

#[test]
fn emptying_the_trash_erases_all_that_is_in_it() {
    let app = TestApp::new();
    let (conversation, _) = talk(&app, "I like zqsecret islands.");
    let (other, sent) = talk(&app, "I like zqsecret water.");
    assert_eq!(app.call("trash_empty", json!({})).unwrap(), 0);
    app.call("conversation_delete", json!({ "id": conversation }))
        .unwrap();
    app.call("message_delete", json!({ "id": sent["id"] }))
        .unwrap();
    // What the partner repeated of it is another message.
    for message in app.messages(&other) {
        app.call("message_delete", json!({ "id": message["id"] }))
            .unwrap();
    }
    assert_eq!(trash(&app).len(), 3);
    assert_eq!(app.call("trash_empty", json!({})).unwrap(), 3);
    assert!(trash(&app).is_empty());
    assert!(!holds(app.data_dir(), "zqsecret"));
    assert!(app.messages(&other).is_empty());
}

#[test]
fn deleting_a_reply_that_is_being_written_stops_it_and_keeps_its_words() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    send(&app, &conversation, "What do you like about summer?");
    let reply = until("some words", || {
        let reply = last(&app, &conversation);
        (reply["status"] == "streaming" && reply["content"] != "").then_some(reply)
    });
    app.call("message_delete", json!({ "id": reply["id"] }))
        .unwrap();
    assert_eq!(last(&app, &conversation)["role"], "user");
    // It ends, so that the conversation can go on.
    until("the next message is taken", || {
        app.call(
            "message_send",
            json!({ "conversationId": conversation, "content": "Never mind." }),
        )
        .ok()
    });
    app.call(
        "trash_restore",
        json!({ "kind": "message", "id": reply["id"] }),
    )
    .unwrap();
    let back = app
        .call("message_get", json!({ "id": reply["id"] }))
        .unwrap();
    assert_eq!(back["status"], "interrupted");
    assert!(
        back["content"]
            .as_str()
            .unwrap()
            .starts_with(reply["content"].as_str().unwrap())
    );
    assert!(app.problems_told().is_empty());
}

#[test]
fn erasing_a_conversation_in_which_a_reply_is_being_written_is_no_problem() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    send(&app, &conversation, "What do you like about summer?");
    app.call("conversation_delete", json!({ "id": conversation }))
        .unwrap();
    app.call(
        "trash_erase",
        json!({ "kind": "conversation", "id": conversation }),
    )
    .unwrap();
    let (next, _) = talk(&app, "And about winter?");
    assert!(app.messages(&next).len() >= 2);
    assert!(app.problems_told().is_empty(), "{:?}", app.problems_told());
}

#[test]
fn what_cannot_be_named_is_refused() {
    let app = TestApp::new();
    for (kind, id, code) in [
        ("message", "0000000000001", "not_found"),
        ("conversation", "0000000000001", "not_found"),
        ("message", "short", "invalid"),
        ("folder", "0000000000001", "invalid"),
    ] {
        for command in ["trash_restore", "trash_erase"] {
            let error = app
                .call(command, json!({ "kind": kind, "id": id }))
                .unwrap_err();
            assert_error(&error, code);
        }
    }
    let error = app
        .call("trash_list", json!({ "cursor": "nonsense", "limit": 10 }))
        .unwrap_err();
    assert_error(&error, "invalid");
}

/// A sound file that no chunk names.
fn orphan(data_dir: &Path, age: Duration) -> PathBuf {
    let folder = data_dir.join("audio").join("ab");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("ab{}.wav", "0".repeat(62)));
    fs::write(&path, b"RIFF").unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(SystemTime::now() - age)
        .unwrap();
    path
}

#[test]
fn a_start_erases_what_has_been_in_the_trash_for_thirty_days_and_sounds_that_nobody_needs() {
    let app = TestApp::new();
    let (conversation, _) = talk(&app, "I like zqsecret islands.");
    let (kept, _) = talk(&app, "I like zqopen water.");
    for id in [&conversation, &kept] {
        app.call("conversation_delete", json!({ "id": id }))
            .unwrap();
    }
    let (directory, data_dir) = app.quit();
    let month_and_a_day: i64 = 31 * 24 * 60 * 60 * 1_000;
    Connection::open(data_dir.join("parlance.db"))
        .unwrap()
        .execute(
            "UPDATE conversations SET deleted_at = deleted_at - ?1 WHERE title LIKE '%zqsecret%'",
            [month_and_a_day],
        )
        .unwrap();
    let old = orphan(&data_dir, Duration::from_secs(2 * 60 * 60));
    let app = TestApp::open(directory, data_dir);
    until("the trash is swept", || {
        (trash(&app).len() == 1 && !holds(app.data_dir(), "zqsecret")).then_some(())
    });
    until("the sound is gone", || (!old.exists()).then_some(()));
    assert_eq!(trash(&app)[0]["id"], *kept);
}

#[test]
fn one_learner_cannot_reach_into_the_trash_of_another() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("profile");
    let database = Database::open(&data_dir, OpenOptions::new("0.0.1")).unwrap();
    let now = database.now();
    database
        .write_blocking(move |tx| user::ensure_first(tx, now))
        .unwrap();
    database.close().unwrap();
    drop(database);
    // A second profile with a conversation in its trash. The app opens the one whose id is the smallest.
    Connection::open(data_dir.join("parlance.db"))
        .unwrap()
        .execute_batch(
            "INSERT INTO users (id, username, display_name, created_at, updated_at)
                 VALUES (9000000000000000000, 'other', 'Other', 1, 1);
             INSERT INTO conversations (id, user_id, title, title_source, created_at, updated_at, deleted_at)
                 SELECT 1, 9000000000000000000, 'Theirs', 'user', 1, 1, created_at FROM users ORDER BY id LIMIT 1;",
        )
        .unwrap();
    let app = TestApp::open(directory, data_dir);
    assert!(trash(&app).is_empty());
    let theirs = json!({ "kind": "conversation", "id": "0000000000001" });
    for command in ["trash_restore", "trash_erase"] {
        assert_error(&app.call(command, theirs.clone()).unwrap_err(), "not_found");
    }
    assert_eq!(app.call("trash_empty", json!({})).unwrap(), 0);
    let still: i64 = Connection::open(app.data_dir().join("parlance.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM conversations", [], |row| row.get(0))
        .unwrap();
    assert_eq!(still, 1);
}
