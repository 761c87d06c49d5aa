//! Editing, discarding and finding one's place, through the commands.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

pub fn send(app: &TestApp, conversation: &str, content: &str) -> Value {
    app.call(
        "message_send",
        json!({ "conversationId": conversation, "content": content }),
    )
    .unwrap()
}

/// What was said last, once it is a finished reply.
pub fn answered(app: &TestApp, conversation: &str) -> Value {
    until("a finished reply", || {
        let last = app.messages(conversation).pop().unwrap();
        (last["role"] == "assistant" && last["status"] == "complete").then_some(last)
    })
}

fn edit(app: &TestApp, id: &Value, content: &str, regenerate: bool) -> Result<Value, Value> {
    app.call(
        "message_edit",
        json!({ "id": id, "content": content, "regenerate": regenerate }),
    )
}

fn contents(app: &TestApp, conversation: &str) -> Vec<Value> {
    let messages = app.messages(conversation).into_iter();
    messages.map(|message| message["content"].clone()).collect()
}

/// The messages in the trash.
fn trashed_ids(app: &TestApp) -> Vec<Value> {
    let trash = app
        .call("trash_list", json!({ "cursor": null, "limit": 100 }))
        .unwrap();
    let items = trash["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].clone()).collect()
}

/// Two questions with their answers, and the ids of all four.
fn talk(app: &TestApp) -> (String, Vec<Value>) {
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    for question in ["I goed to the sea.", "Où est la gare ?"] {
        send(app, &conversation, question);
        answered(app, &conversation);
    }
    let ids = app.messages(&conversation).into_iter();
    let ids = ids.map(|message| message["id"].clone()).collect();
    (conversation, ids)
}

#[test]
fn an_edit_keeps_what_follows_and_is_taken_back() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let before = contents(&app, &conversation);
    let edited = edit(&app, &ids[0], "I went to the sea.", false).unwrap();
    assert_eq!(edited["message"]["content"], "I went to the sea.");
    assert_eq!(edited["message"]["editCount"], 1);
    assert_eq!(edited["operation"]["kind"], "message_edit");
    let history = app
        .call("message_history", json!({ "id": ids[0], "cursor": null }))
        .unwrap();
    assert_eq!(history["next"], Value::Null);
    let edits = history["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0]["previousContent"], "I goed to the sea.");
    assert_eq!(edits[0]["newContent"], "I went to the sea.");
    assert_eq!(contents(&app, &conversation)[1..], before[1..]);
    app.call("operation_undo", json!({ "id": edited["operation"]["id"] }))
        .unwrap();
    assert_eq!(contents(&app, &conversation), before);
    let same = edit(&app, &ids[0], "I goed to the sea.", false).unwrap();
    assert_eq!(same["operation"], Value::Null);
}

#[test]
fn an_edited_message_is_answered_anew_and_what_followed_lies_in_the_trash() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let before = contents(&app, &conversation);
    let edited = edit(&app, &ids[0], "I like the sea.", true).unwrap();
    let reply = answered(&app, &conversation);
    assert_eq!(reply["sequenceNumber"], 5);
    let messages = app.messages(&conversation);
    assert_eq!(
        [&messages[0]["id"], &messages[1]["id"]],
        [&ids[0], &reply["id"]]
    );
    assert_eq!(messages.len(), 2);
    assert_eq!(trashed_ids(&app).len(), 3);
    app.call("operation_undo", json!({ "id": edited["operation"]["id"] }))
        .unwrap();
    assert_eq!(contents(&app, &conversation), before);
    assert_eq!(trashed_ids(&app), vec![reply["id"].clone()]);
    // No word of it is lost.
    let thing = json!({ "kind": "message", "id": reply["id"] });
    app.call("trash_restore", thing).unwrap();
    let after = contents(&app, &conversation);
    assert_eq!(after[..4], before);
    assert_eq!(after[4], reply["content"]);
}

#[test]
fn an_edit_is_taken_back_while_its_answer_is_being_written() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let before = contents(&app, &conversation);
    app.set("partnerPace", "slow");
    let edited = edit(&app, &ids[0], "I like the sea.", true).unwrap();
    let answer = until("some words of the answer", || {
        let last = app.messages(&conversation).pop()?;
        let words = last["content"].as_str()?.trim().to_owned();
        (last["role"] == "assistant" && !words.is_empty()).then_some(last)
    });
    app.call("operation_undo", json!({ "id": edited["operation"]["id"] }))
        .unwrap();
    assert_eq!(contents(&app, &conversation), before);
    assert_eq!(trashed_ids(&app), vec![answer["id"].clone()]);
    // It is stopped: while it was written, nothing could be sent.
    app.set("partnerPace", "instant");
    until("the end of the answer", || {
        app.call(
            "message_send",
            json!({ "conversationId": conversation, "content": "Again" }),
        )
        .ok()
    });
    answered(&app, &conversation);
}

#[test]
fn an_edit_is_not_taken_back_under_what_was_said_since() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let edited = edit(&app, &ids[0], "I like the sea.", true).unwrap();
    answered(&app, &conversation);
    send(&app, &conversation, "And the harbour?");
    answered(&app, &conversation);
    let during = contents(&app, &conversation);
    let error = app
        .call("operation_undo", json!({ "id": edited["operation"]["id"] }))
        .unwrap_err();
    assert_error(&error, "conflict");
    assert_eq!(contents(&app, &conversation), during);
}

#[test]
fn the_same_words_are_answered_anew_only_where_nothing_follows() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let before = contents(&app, &conversation);
    edit(&app, &ids[2], "Où est la gare ?", true).unwrap();
    assert_eq!(contents(&app, &conversation), before);
    app.call("message_delete", json!({ "id": ids[3] })).unwrap();
    let again = edit(&app, &ids[2], "Où est la gare ?", true).unwrap();
    assert_eq!(again["operation"], Value::Null);
    assert_eq!(answered(&app, &conversation)["sequenceNumber"], 5);
}

#[test]
fn nothing_is_edited_while_the_tutor_answers() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    app.set("partnerPace", "slow");
    send(&app, &conversation, "What do you like about summer?");
    let during = app.messages(&conversation).len();
    for regenerate in [false, true] {
        let error = edit(&app, &ids[0], "I went to the sea.", regenerate).unwrap_err();
        assert_error(&error, "conflict");
    }
    assert_eq!(app.messages(&conversation).len(), during);
    // Refusing an edit has not let go of the reply: it can still be stopped.
    let stopped = app
        .call("message_stop", json!({ "conversationId": conversation }))
        .unwrap();
    assert_eq!(stopped, true);
    until("its end", || {
        (app.messages(&conversation).pop().unwrap()["status"] == "interrupted").then_some(())
    });
    edit(&app, &ids[0], "I went to the sea.", false).unwrap();
}

#[test]
fn a_reply_that_answers_anew_can_be_stopped() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    app.set("partnerPace", "slow");
    edit(&app, &ids[2], "And the harbour?", true).unwrap();
    let stopped = app
        .call("message_stop", json!({ "conversationId": conversation }))
        .unwrap();
    assert_eq!(stopped, true);
    until("its end", || {
        let last = app.messages(&conversation).pop().unwrap();
        (last["status"] == "interrupted").then_some(())
    });
}

#[rstest]
#[case::blank(json!({ "content": " \n" }), "invalid")]
#[case::nul(json!({ "content": "a\u{0}b" }), "invalid")]
#[case::a_megabyte(json!({ "content": "words ".repeat(180_000) }), "invalid")]
#[case::no_text(json!({ "content": 5 }), "invalid")]
#[case::regenerate_what(json!({ "regenerate": "yes" }), "invalid")]
#[case::unknown_argument(json!({ "again": true }), "invalid")]
#[case::no_id(json!({ "id": "x" }), "invalid")]
#[case::unknown(json!({ "id": "0000000000001" }), "not_found")]
fn an_edit_that_cannot_be_is_a_typed_error(#[case] wrong: Value, #[case] code: &str) {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let before = contents(&app, &conversation);
    let mut arguments = json!({ "id": ids[0], "content": "x", "regenerate": true });
    for (name, value) in wrong.as_object().unwrap() {
        arguments[name] = value.clone();
    }
    assert_error(&app.call("message_edit", arguments).unwrap_err(), code);
    assert_error(
        &edit(&app, &ids[1], "I never said that", true).unwrap_err(),
        "conflict",
    );
    assert_eq!(contents(&app, &conversation), before);
}

#[test]
fn a_history_that_cannot_be_read_is_a_typed_error() {
    let app = TestApp::new();
    let (_, ids) = talk(&app);
    for (arguments, code) in [
        (
            json!({ "id": "0000000000001", "cursor": null }),
            "not_found",
        ),
        (json!({ "id": ids[0], "cursor": "last" }), "invalid"),
        (json!({ "id": 5, "cursor": null }), "invalid"),
    ] {
        let error = app.call("message_history", arguments).unwrap_err();
        assert_error(&error, code);
    }
}

#[test]
fn messages_are_listed_from_any_place_in_both_directions() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let list = |place: Value| {
        let mut arguments =
            json!({ "conversationId": conversation, "beforeSequence": null, "limit": 2 });
        for (name, value) in place.as_object().unwrap() {
            arguments[name] = value.clone();
        }
        app.call("message_list", arguments)
    };
    for (place, expected, has_more, has_newer) in [
        (json!({}), &ids[2..], true, false),
        (json!({ "beforeSequence": 3 }), &ids[..2], false, true),
        (json!({ "afterSequence": 0 }), &ids[..2], false, true),
        (json!({ "afterSequence": 2 }), &ids[2..], true, false),
        (json!({ "around": ids[1] }), &ids[..2], false, true),
        (json!({ "around": ids[2] }), &ids[1..3], true, true),
    ] {
        let page = list(place).unwrap();
        let found: Vec<&Value> = page["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| &message["id"])
            .collect();
        assert_eq!(found, expected.iter().collect::<Vec<_>>());
        assert_eq!(
            (&page["hasMore"], &page["hasNewer"]),
            (&json!(has_more), &json!(has_newer))
        );
    }
    let elsewhere = send(&app, &app.conversation(), "Elsewhere");
    for (place, code) in [
        (
            json!({ "beforeSequence": 3, "afterSequence": 1 }),
            "invalid",
        ),
        (json!({ "afterSequence": 1, "around": ids[0] }), "invalid"),
        (json!({ "beforeSequence": 1, "around": ids[0] }), "invalid"),
        (json!({ "afterSequence": -1 }), "invalid"),
        (json!({ "around": "here" }), "invalid"),
        (json!({ "around": "0000000000001" }), "not_found"),
        (json!({ "around": elsewhere["id"] }), "not_found"),
        (
            json!({ "conversationId": "0000000000001", "around": ids[0] }),
            "not_found",
        ),
        (
            json!({ "conversationId": "0000000000001", "afterSequence": 0 }),
            "not_found",
        ),
    ] {
        assert_error(&list(place.clone()).unwrap_err(), code);
    }
}

#[test]
fn messages_are_deleted_together_and_come_back_together() {
    let app = TestApp::new();
    let (conversation, ids) = talk(&app);
    let before = contents(&app, &conversation);
    let done = app
        .call("message_delete_many", json!({ "ids": ids[1..3] }))
        .unwrap();
    assert_eq!(done["kind"], "messages_delete");
    assert_eq!(app.messages(&conversation).len(), 2);
    app.call("operation_undo", json!({ "id": done["id"] }))
        .unwrap();
    assert_eq!(contents(&app, &conversation), before);
    for (wrong, code) in [
        (json!([]), "invalid"),
        (json!([ids[0], 5]), "invalid"),
        (json!(vec![ids[0].clone(); 1_001]), "invalid"),
        (json!([ids[0], "0000000000001"]), "not_found"),
    ] {
        let error = app
            .call("message_delete_many", json!({ "ids": wrong }))
            .unwrap_err();
        assert_error(&error, code);
    }
    assert_eq!(contents(&app, &conversation), before);
}

#[test]
fn a_reply_deleted_among_others_is_stopped() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    send(&app, &conversation, "What do you like about summer?");
    let ids: Vec<Value> = app
        .messages(&conversation)
        .iter()
        .map(|message| message["id"].clone())
        .collect();
    app.call("message_delete_many", json!({ "ids": ids }))
        .unwrap();
    app.set("partnerPace", "instant");
    // While it was written, nothing could be sent.
    until("the end of the reply", || {
        app.call(
            "message_send",
            json!({ "conversationId": conversation, "content": "Again" }),
        )
        .ok()
    });
    answered(&app, &conversation);
}
