use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error};

fn save(app: &TestApp, conversation: &str, content: &str) -> Result<Value, Value> {
    app.call(
        "draft_save",
        json!({ "conversationId": conversation, "content": content }),
    )
}

fn get(app: &TestApp, conversation: &str) -> Value {
    app.call("draft_get", json!({ "conversationId": conversation }))
        .unwrap()
}

#[test]
fn what_was_typed_is_there_after_a_new_start() {
    let app = TestApp::new();
    let conversation = app.conversation();
    assert_eq!(get(&app, &conversation), "");
    let typed = "Hôm nay tôi  muốn\n我想";
    assert_eq!(save(&app, &conversation, typed).unwrap(), Value::Null);
    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    assert_eq!(get(&app, &conversation), typed);
    save(&app, &conversation, "").unwrap();
    assert_eq!(get(&app, &conversation), "");
}

#[test]
fn sending_takes_the_draft_and_a_refused_message_leaves_it() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    save(&app, &conversation, "What do you like?").unwrap();
    let send = |content: &str| {
        app.call(
            "message_send",
            json!({ "conversationId": conversation, "content": content }),
        )
    };
    send("What do you like?").unwrap();
    assert_eq!(get(&app, &conversation), "");
    save(&app, &conversation, "And why?").unwrap();
    // The partner is still answering.
    assert_error(&send("And why?").unwrap_err(), "conflict");
    assert_eq!(get(&app, &conversation), "And why?");
}

#[rstest]
#[case::too_long("x".repeat(100_001))]
#[case::nul("a\0b".to_owned())]
fn a_draft_that_cannot_be_kept_is_refused_without_its_words(#[case] content: String) {
    let app = TestApp::new();
    let conversation = app.conversation();
    save(&app, &conversation, "before").unwrap();
    let error = save(&app, &conversation, &content).unwrap_err();
    assert_error(&error, "invalid");
    assert!(error.to_string().len() < 1_000);
    assert_eq!(get(&app, &conversation), "before");
}

#[test]
fn a_draft_for_no_conversation_is_not_found() {
    let app = TestApp::new();
    let nowhere = "0000000000001";
    assert_error(&save(&app, nowhere, "x").unwrap_err(), "not_found");
    let error = app
        .call("draft_get", json!({ "conversationId": nowhere }))
        .unwrap_err();
    assert_error(&error, "not_found");
}
