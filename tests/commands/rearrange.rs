//! Conversations copied, split and merged by the window.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

/// A conversation in which the learner said these things and the tutor has answered each.
fn talk(app: &TestApp, words: &[&str]) -> String {
    app.set("partnerPace", "instant");
    let id = app.conversation();
    for said in words {
        app.call(
            "message_send",
            json!({ "conversationId": id, "content": said }),
        )
        .unwrap();
        until("the answer", || {
            let messages = app.messages(&id);
            let last = messages.last()?;
            (last["role"] == "assistant" && last["status"] == "complete").then_some(())
        });
    }
    id
}

fn contents(app: &TestApp, id: &str) -> Vec<Value> {
    app.messages(id)
        .iter()
        .map(|message| message["content"].clone())
        .collect()
}

fn id_of(made: &Value) -> &str {
    made["conversation"]["id"].as_str().unwrap()
}

fn undo(app: &TestApp, made: &Value) {
    app.call("operation_undo", json!({ "id": made["operation"]["id"] }))
        .unwrap();
}

#[test]
fn a_copy_has_the_history_or_not_as_was_asked_for() {
    let app = TestApp::new();
    let id = talk(&app, &["Xin chào"]);
    let copy = app
        .call(
            "conversation_duplicate",
            json!({ "id": id, "withHistory": true }),
        )
        .unwrap();
    assert_eq!(contents(&app, id_of(&copy)), contents(&app, &id));
    assert_eq!(copy["conversation"]["title"], "Xin chào (2)");
    assert_eq!(copy["conversation"]["messageCount"], 2);
    assert_eq!(copy["operation"]["kind"], "conversation_duplicate");
    let blank = app
        .call(
            "conversation_duplicate",
            json!({ "id": id, "withHistory": false }),
        )
        .unwrap();
    assert_eq!(blank["conversation"]["title"], "Xin chào (3)");
    assert!(contents(&app, id_of(&blank)).is_empty());
    undo(&app, &blank);
    let gone = app
        .call("conversation_get", json!({ "id": id_of(&blank) }))
        .unwrap_err();
    assert_error(&gone, "not_found");
}

#[test]
fn a_branch_ends_with_its_message() {
    let app = TestApp::new();
    let id = talk(&app, &["One", "Two"]);
    let second = app.messages(&id)[1]["id"].clone();
    let made = app
        .call("conversation_branch", json!({ "messageId": second }))
        .unwrap();
    assert_eq!(contents(&app, id_of(&made)), contents(&app, &id)[..2]);
    let branch = app
        .call("conversation_get", json!({ "id": id_of(&made) }))
        .unwrap();
    assert_eq!(branch["originConversationId"], json!(id));
    assert_eq!(branch["originMessageId"], second);
    let original = app.call("conversation_get", json!({ "id": id })).unwrap();
    assert_eq!(original["originConversationId"], Value::Null);
    assert_eq!(made["operation"]["kind"], "conversation_branch");
}

#[test]
fn what_was_split_is_merged_and_both_are_taken_back() {
    let app = TestApp::new();
    let id = talk(&app, &["One", "Two"]);
    let before = app.messages(&id);
    let split = app
        .call(
            "conversation_split",
            json!({ "messageId": before[2]["id"] }),
        )
        .unwrap();
    assert_eq!(split["operation"]["kind"], "conversation_split");
    assert_eq!(split["conversation"]["title"], "Two");
    let part = id_of(&split);
    assert_eq!(
        without_sound(app.messages(&id)),
        without_sound(before[..2].to_vec())
    );
    assert_eq!(app.messages(part).len(), 2);

    let merged = app
        .call(
            "conversation_merge",
            json!({ "intoId": part, "fromId": id }),
        )
        .unwrap();
    assert_eq!(merged["operation"]["kind"], "conversation_merge");
    assert_eq!(id_of(&merged), part);
    assert_eq!(
        contents(&app, part),
        before
            .iter()
            .map(|message| message["content"].clone())
            .collect::<Vec<_>>()
    );
    let gone = app
        .call("conversation_get", json!({ "id": id }))
        .unwrap_err();
    assert_error(&gone, "not_found");

    undo(&app, &merged);
    undo(&app, &split);
    assert_eq!(
        without_sound(app.messages(&id)),
        without_sound(before),
        "but for sounds, which are made meanwhile"
    );
    let gone = app
        .call("conversation_get", json!({ "id": part }))
        .unwrap_err();
    assert_error(&gone, "not_found");
}

#[test]
fn what_is_not_possible_is_said_in_words_and_changes_nothing() {
    let app = TestApp::new();
    let id = talk(&app, &["One"]);
    let before = app.messages(&id);
    let refused = app
        .call(
            "conversation_split",
            json!({ "messageId": before[0]["id"] }),
        )
        .unwrap_err();
    assert_error(&refused, "conflict");
    let refused = app
        .call("conversation_merge", json!({ "intoId": id, "fromId": id }))
        .unwrap_err();
    assert_error(&refused, "invalid");

    app.set("partnerPace", "slow");
    app.call(
        "message_send",
        json!({ "conversationId": id, "content": "Tell me a long story" }),
    )
    .unwrap();
    let messages = app.messages(&id);
    let (said, reply) = (&messages[2]["id"], &messages[3]["id"]);
    for refused in [
        app.call("conversation_split", json!({ "messageId": said })),
        app.call("conversation_branch", json!({ "messageId": reply })),
        app.call(
            "conversation_merge",
            json!({ "intoId": app.conversation(), "fromId": id }),
        ),
    ] {
        assert_error(&refused.unwrap_err(), "conflict");
    }
    assert_eq!(app.messages(&id).len(), 4);
    assert_eq!(app.call("operation_list", json!({})).unwrap(), json!([]));
}

#[rstest]
#[case::no_id("conversation_duplicate", json!({ "id": "'; --", "withHistory": true }), "invalid")]
#[case::no_choice("conversation_duplicate", json!({ "id": "0000000000001" }), "invalid")]
#[case::a_word("conversation_duplicate", json!({ "id": "0000000000001", "withHistory": "yes" }), "invalid")]
#[case::unknown("conversation_duplicate", json!({ "id": "0000000000001", "withHistory": true }), "not_found")]
#[case::a_number("conversation_branch", json!({ "messageId": 7 }), "invalid")]
#[case::unknown_message("conversation_branch", json!({ "messageId": "0000000000001" }), "not_found")]
#[case::nothing("conversation_split", json!({}), "invalid")]
#[case::unknown_place("conversation_split", json!({ "messageId": "0000000000001" }), "not_found")]
#[case::misspelt("conversation_merge", json!({ "into": "0000000000001", "from": "0000000000002" }), "invalid")]
#[case::unknown_both("conversation_merge", json!({ "intoId": "0000000000001", "fromId": "0000000000002" }), "not_found")]
fn a_bad_request_is_refused(#[case] command: &str, #[case] arguments: Value, #[case] code: &str) {
    let app = TestApp::new();
    assert_error(&app.call(command, arguments).unwrap_err(), code);
}

/// The messages but for their chunks, whose sounds are made while a test looks.
fn without_sound(mut messages: Vec<Value>) -> Vec<Value> {
    for message in &mut messages {
        message["chunks"] = Value::Null;
    }
    messages
}
