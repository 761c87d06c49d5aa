//! The doctor by command: with the profile open, and when it does not open.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use crate::support::{TestApp, assert_error};

/// A profile with one conversation, in which this was said.
fn said(words: &str) -> TestApp {
    let app = TestApp::new();
    let conversation = app.conversation();
    let arguments = json!({ "conversationId": conversation, "content": words });
    app.call("message_send", arguments).unwrap();
    crate::support::until("the whole reply", || {
        let reply = app.messages(&conversation).pop()?;
        (reply["status"] == "complete").then_some(())
    });
    app
}

fn first_words(app: &TestApp) -> String {
    let page = app
        .call("conversation_list", json!({ "cursor": null, "limit": 1 }))
        .unwrap();
    let id = page["items"][0]["id"].as_str().unwrap();
    app.messages(id)[0]["content"].as_str().unwrap().to_owned()
}

/// Closes the app, changes the database, and opens the app again.
fn damaged(app: TestApp, damage: impl FnOnce(&std::path::Path)) -> TestApp {
    let (directory, data_dir) = app.quit();
    damage(&data_dir.join("parlance.db"));
    TestApp::open(directory, data_dir)
}

#[test]
fn a_sound_profile_is_found_sound_beside_the_open_app() {
    let app = said("Hello there!");
    let report = app.call("doctor_report", json!({})).unwrap();
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(report["canRepair"], false);
    assert!(
        report["text"].as_str().unwrap().contains("messages"),
        "{report}"
    );
}

#[test]
fn nothing_is_rescued_from_a_profile_that_is_open() {
    let app = said("Hello there!");
    assert_error(
        &app.call("doctor_rescue", json!({})).unwrap_err(),
        "conflict",
    );
}

#[test]
fn nothing_is_rescued_at_the_end_of_the_app() {
    let app = said("Hello there!");
    app.close();
    assert_error(&app.call("doctor_rescue", json!({})).unwrap_err(), "closed");
    assert!(!app.data_dir().join("rescued").exists());
}

#[test]
fn a_profile_with_wrong_counters_is_repaired_and_open_again() {
    let app = damaged(said("Xin chào, bạn khỏe không?"), |database| {
        let other = Connection::open(database).unwrap();
        other
            .execute("UPDATE conversations SET message_count = 99", [])
            .unwrap();
    });
    let report = app.call("doctor_report", json!({})).unwrap();
    assert_eq!(
        (&report["ok"], &report["canRepair"]),
        (&json!(false), &json!(true)),
        "{report}"
    );
    let outcome = app.call("doctor_repair", json!({})).unwrap();
    assert_eq!(outcome["status"]["state"], "ready");
    assert_eq!(app.call("doctor_report", json!({})).unwrap()["ok"], true);
    assert_eq!(first_words(&app), "Xin chào, bạn khỏe không?");
}

#[test]
fn a_profile_that_does_not_open_is_repaired_from_the_pages_that_are_left() {
    let app = damaged(said("Ça va? 我很好。"), |database| {
        let mut bytes = fs::read(database).unwrap();
        bytes[..100].fill(0);
        fs::write(database, bytes).unwrap();
    });
    assert_eq!(
        app.call("app_status", json!({})).unwrap()["state"],
        "failed"
    );
    let outcome = app.call("doctor_repair", json!({})).unwrap();
    assert_eq!(outcome["status"]["state"], "ready", "{outcome}");
    assert_eq!(first_words(&app), "Ça va? 我很好。");
}

#[test]
fn whatever_can_be_read_is_written_into_a_folder_and_the_profile_is_as_it_was() {
    let app = damaged(said("Keep these words, please."), |database| {
        let mut bytes = fs::read(database).unwrap();
        bytes[..100].fill(0);
        fs::write(database, bytes).unwrap();
    });
    let before = fs::read(app.data_dir().join("parlance.db")).unwrap();
    let rescue = app.call("doctor_rescue", json!({})).unwrap();
    let folder = std::path::Path::new(rescue["folder"].as_str().unwrap());
    assert!(folder.starts_with(app.data_dir()));
    let everything = fs::read_to_string(folder.join("everything.jsonl")).unwrap();
    assert!(everything.contains("Keep these words, please."));
    assert!(fs::read(app.data_dir().join("parlance.db")).unwrap() == before);
}

#[test]
fn what_nothing_can_be_made_of_is_told_and_left_as_it_is() {
    let app = damaged(said("Hello there!"), |database| {
        fs::write(database, "Dear diary, this is not SQLite. ".repeat(1000)).unwrap();
    });
    let report = app.call("doctor_report", json!({})).unwrap();
    assert_eq!(report["canRepair"], false, "{report}");
    let error = app.call("doctor_repair", json!({})).unwrap_err();
    assert_error(&error, "corrupt");
    assert_eq!(
        app.call("app_status", json!({})).unwrap()["state"],
        "failed"
    );
    assert!(
        fs::read_to_string(app.data_dir().join("parlance.db"))
            .unwrap()
            .starts_with("Dear diary")
    );
}

#[test]
fn a_report_says_what_is_wrong_but_not_what_was_said_nor_where() {
    let app = damaged(said("My secret word is Xylophonist."), |database| {
        let other = Connection::open(database).unwrap();
        other
            .execute("UPDATE messages SET edit_count = 3, edited_at = 1", [])
            .unwrap();
    });
    let report = app.call("app_report", json!({})).unwrap();
    let report = report.as_str().unwrap();
    assert!(report.starts_with("Parlance "), "{report}");
    assert!(report.contains("edit_count"), "{report}");
    assert!(!report.contains("Xylophonist"), "{report}");
    assert!(
        !report.contains(app.data_dir().to_str().unwrap()),
        "{report}"
    );
}
