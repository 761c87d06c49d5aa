use std::sync::Arc;

use parlance_lib::{events::Notify, work::Work};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

fn search(app: &TestApp, text: &str) -> Value {
    app.call(
        "search_run",
        json!({ "text": text, "kind": null, "cursor": null, "limit": 20 }),
    )
    .unwrap()
}

fn send(app: &TestApp, conversation: &str, content: &str) -> String {
    let sent = app
        .call(
            "message_send",
            json!({ "conversationId": conversation, "content": content }),
        )
        .unwrap();
    until("the answer", || {
        let messages = app.messages(conversation);
        messages
            .iter()
            .all(|message| message["status"] != "streaming")
            .then_some(())
    });
    sent["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_hit_names_its_message_its_place_and_the_words_that_were_found() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let message = send(&app, &conversation, "昨天我吃了 crème brûlée。");
    let page = search(&app, "in:messages 吃了 creme");
    assert_eq!(page["next"], Value::Null);
    assert_eq!(page["hits"].as_array().unwrap().len(), 1);
    let hit = &page["hits"][0];
    assert_eq!(hit["kind"], "message");
    assert_eq!(hit["id"], json!(message));
    assert_eq!(hit["messageId"], json!(message));
    assert_eq!(hit["conversationId"], json!(conversation));
    assert_eq!(hit["sequenceNumber"], 1);
    assert_eq!(hit["role"], "user");
    assert_eq!(
        hit["snippet"],
        json!([
            { "text": "昨天我", "isMatch": false },
            { "text": "吃了", "isMatch": true },
            { "text": " ", "isMatch": false },
            { "text": "crème", "isMatch": true },
            { "text": " brûlée。", "isMatch": false },
        ])
    );
}

#[test]
fn nothing_typed_is_an_error_but_a_request_that_no_window_makes_is() {
    let app = TestApp::new();
    for text in [
        "",
        " ",
        "\"",
        "NEAR(",
        "a\u{0}b",
        "tag:",
        "-",
        "'; DROP TABLE messages; --",
        "* OR *",
    ] {
        assert_eq!(search(&app, text)["hits"], json!([]), "{text:?}");
    }
    for arguments in [
        json!({ "text": "x", "kind": "everything", "cursor": null, "limit": 20 }),
        json!({ "text": "x", "kind": null, "cursor": "nonsense", "limit": 20 }),
        json!({ "text": "x", "kind": null, "cursor": null, "limit": -1 }),
        json!({ "text": 7, "kind": null, "cursor": null, "limit": 20 }),
        json!({ "text": "x", "kind": null, "cursor": null, "limit": 20, "folder": "/etc" }),
    ] {
        assert_error(&app.call("search_run", arguments).unwrap_err(), "invalid");
    }
}

#[test]
fn the_last_searches_are_remembered_over_a_new_start_and_forgotten_on_wish() {
    let app = TestApp::new();
    for text in ["天气", "tag:\"à table\" crème", "weather"] {
        app.call("search_remember", json!({ "text": text }))
            .unwrap();
    }
    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    let recent = || app.call("search_recent", json!({})).unwrap();
    assert_eq!(
        recent(),
        json!(["weather", "tag:\"à table\" crème", "天气"])
    );
    app.call("search_forget", json!({ "text": "weather" }))
        .unwrap();
    assert_eq!(recent(), json!(["tag:\"à table\" crème", "天气"]));
    app.call("search_forget", json!({ "text": null })).unwrap();
    assert_eq!(recent(), json!([]));
    assert_error(
        &app.call("search_remember", json!({})).unwrap_err(),
        "invalid",
    );
    assert_error(
        &app.call("search_forget", json!({ "text": 1 })).unwrap_err(),
        "invalid",
    );
}

/// Closes the app, makes the search forget every message as only a failing disk can, and opens the app again.
fn forgotten(app: TestApp, and: &str) -> TestApp {
    let (directory, data_dir) = app.quit();
    Connection::open(data_dir.join("parlance.db"))
        .unwrap()
        .execute_batch(&format!(
            "INSERT INTO message_search_words (message_search_words) VALUES ('delete-all');
             INSERT INTO message_search_trigrams (message_search_trigrams) VALUES ('delete-all');
             {and}"
        ))
        .unwrap();
    TestApp::open(directory, data_dir)
}

fn found(app: &TestApp) -> usize {
    let page = search(app, "in:messages 吃了");
    page["hits"].as_array().unwrap().len()
}

#[test]
fn a_search_that_has_forgotten_everything_is_made_anew_while_the_app_is_used() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    send(&app, &conversation, "昨天我吃了 crème brûlée。");
    let app = forgotten(app, "");
    assert_eq!(found(&app), 0);
    app.call("search_rebuild", json!({})).unwrap();
    assert_eq!(found(&app), 1);
    assert_eq!(search(&app, "crème")["isIncomplete"], false);
}

#[test]
fn what_was_left_of_making_the_search_anew_is_done_after_the_next_start() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    send(&app, &conversation, "昨天我吃了 crème brûlée。");
    let app = forgotten(
        app,
        "INSERT INTO search_rebuilds (source, pending_below)
         SELECT 'messages', max(id) + 1 FROM messages",
    );
    until("everything found again", || {
        let is_whole = search(&app, "crème")["isIncomplete"] == false;
        (is_whole && found(&app) == 1).then_some(())
    });
}

#[test]
fn two_long_works_do_not_meet_in_the_search() {
    let app = TestApp::new();
    let notify: Notify = Arc::new(|_| {});
    let _job = app.slot().bench.begin(Work::Backup, &notify).unwrap();
    assert_error(
        &app.call("search_rebuild", json!({})).unwrap_err(),
        "conflict",
    );
}
