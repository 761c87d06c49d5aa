use std::fs;

use serde_json::json;

use crate::support::{TestApp, assert_error};

#[test]
fn a_fresh_start_is_ready_and_tells_its_versions() {
    let app = TestApp::new();
    let status = app.call("app_status", json!({})).unwrap();
    assert_eq!(status["state"], "ready", "{status}");
    let newest = parlance_storage::migrations::EMBEDDED.len();
    assert_eq!(status["schemaVersion"], newest);
    assert!(status["sqliteVersion"].as_str().unwrap().starts_with("3."));
    assert_eq!(status["dataDir"], app.data_dir().to_str().unwrap());
    assert_eq!(status["profile"]["id"].as_str().unwrap().len(), 13);
    assert!(["ready", "unavailable"].contains(&status["speech"]["state"].as_str().unwrap()));
}

#[test]
fn a_place_that_cannot_be_written_is_a_failed_start_and_not_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("profile");
    fs::write(&data_dir, "a file in the way").unwrap();
    let app = TestApp::open(directory, data_dir.clone());

    let status = app.call("app_status", json!({})).unwrap();
    assert_eq!(status["state"], "failed");
    assert_error(&status["error"], "data_dir");
    let error = app
        .call("conversation_create", json!({ "request": {} }))
        .unwrap_err();
    assert_error(&error, "data_dir");
    assert_eq!(fs::read_to_string(&data_dir).unwrap(), "a file in the way");

    fs::remove_file(&data_dir).unwrap();
    let status = app.call("app_retry", json!({})).unwrap();
    assert_eq!(status["state"], "ready", "{status}");
    app.conversation();
}

#[test]
fn a_second_app_on_the_same_profile_is_told_that_it_is_open() {
    let first = TestApp::new();
    let second = TestApp::open(tempfile::tempdir().unwrap(), first.data_dir().to_owned());
    let status = second.call("app_status", json!({})).unwrap();
    assert_eq!(status["state"], "failed");
    assert_error(&status["error"], "already_open");
    first.conversation();
}

#[test]
fn after_the_end_commands_say_that_the_app_is_closing() {
    let app = TestApp::new();
    app.close();
    let status = app.call("app_status", json!({})).unwrap();
    assert_error(&status["error"], "closed");
    let error = app
        .call("conversation_create", json!({ "request": {} }))
        .unwrap_err();
    assert_error(&error, "closed");
    let status = app.call("app_retry", json!({})).unwrap();
    assert_error(&status["error"], "closed");
}
