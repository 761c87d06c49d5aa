use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error};

fn save(app: &TestApp, conversation: &str, content: &str) -> Result<Value, Value> {
    app.call(
        "draft_save",
        json!({ "of": { "kind": "message", "conversationId": conversation }, "content": content }),
    )
}

fn get(app: &TestApp, conversation: &str) -> Value {
    app.call(
        "draft_get",
        json!({ "of": { "kind": "message", "conversationId": conversation } }),
    )
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
    for (of, code) in [
        (
            json!({ "kind": "message", "conversationId": nowhere }),
            "not_found",
        ),
        (json!({ "kind": "edit", "messageId": nowhere }), "not_found"),
        (
            json!({ "kind": "note", "conversationId": nowhere }),
            "not_found",
        ),
        (
            json!({ "kind": "note_edit", "noteId": nowhere }),
            "not_found",
        ),
        (json!({ "kind": "poem", "noteId": nowhere }), "invalid"),
        (
            json!({ "kind": "edit", "conversationId": nowhere }),
            "invalid",
        ),
        (json!({ "kind": "edit", "messageId": 5 }), "invalid"),
        (json!("edit"), "invalid"),
    ] {
        let error = app.call("draft_get", json!({ "of": of })).unwrap_err();
        assert_error(&error, code);
        let error = app
            .call("draft_save", json!({ "of": of, "content": "x" }))
            .unwrap_err();
        assert_error(&error, code);
    }
    for (id, code) in [(json!(nowhere), "not_found"), (json!(7), "invalid")] {
        let error = app
            .call("draft_list_edits", json!({ "conversationId": id }))
            .unwrap_err();
        assert_error(&error, code);
    }
}

#[test]
fn a_message_that_is_being_changed_is_so_after_a_new_start() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let sent = crate::message_edit::send(&app, &conversation, "I goed home");
    crate::message_edit::answered(&app, &conversation);
    let of = json!({ "kind": "edit", "messageId": sent["id"] });
    app.call("draft_save", json!({ "of": of, "content": "I went 回家" }))
        .unwrap();
    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    let edits = || {
        app.call(
            "draft_list_edits",
            json!({ "conversationId": conversation }),
        )
        .unwrap()
    };
    assert_eq!(
        edits(),
        json!([{ "messageId": sent["id"], "content": "I went 回家" }])
    );
    app.call(
        "message_edit",
        json!({ "id": sent["id"], "content": "I went home", "regenerate": false }),
    )
    .unwrap();
    assert_eq!(edits(), json!([]));
}
