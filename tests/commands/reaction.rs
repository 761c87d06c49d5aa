use serde_json::{Value, json};

use crate::message_edit::{answered, send};
use crate::support::{TestApp, assert_error};

#[test]
fn a_reply_is_reacted_to_and_that_is_taken_back() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    send(&app, &conversation, "Hello");
    let reply = answered(&app, &conversation)["id"].clone();
    let shown = || app.call("message_get", json!({ "id": reply })).unwrap()["reaction"].clone();
    for (reaction, feedback) in [("too_hard", json!("quá khó")), ("perfect", Value::Null)] {
        let set = app
            .call(
                "reaction_set",
                json!({ "messageId": reply, "reaction": reaction, "feedback": feedback }),
            )
            .unwrap();
        assert_eq!(set["feedback"], feedback);
        assert_eq!(shown(), reaction);
        assert_eq!(said_of(&app, &reply), set);
    }
    for _ in 0..2 {
        app.call("reaction_clear", json!({ "messageId": reply }))
            .unwrap();
        assert_eq!(shown(), Value::Null);
        assert_eq!(said_of(&app, &reply), Value::Null);
    }
}

fn said_of(app: &TestApp, message: &Value) -> Value {
    app.call("reaction_get", json!({ "messageId": message }))
        .unwrap()
}

#[test]
fn a_reaction_that_cannot_be_is_a_typed_error() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let said = send(&app, &conversation, "Hello")["id"].clone();
    let reply = answered(&app, &conversation)["id"].clone();
    let reaction = |id: &Value, reaction: &str, feedback: Value| json!({ "messageId": id, "reaction": reaction, "feedback": feedback });
    for (arguments, code) in [
        (reaction(&said, "helpful", Value::Null), "conflict"),
        (reaction(&reply, "wonderful", Value::Null), "invalid"),
        (
            reaction(&reply, "helpful", json!("é".repeat(2_001))),
            "invalid",
        ),
        (
            reaction(&json!("0000000000001"), "helpful", Value::Null),
            "not_found",
        ),
        (reaction(&json!(5), "helpful", Value::Null), "invalid"),
    ] {
        assert_error(&app.call("reaction_set", arguments).unwrap_err(), code);
    }
    for (id, code) in [(&said, "conflict"), (&json!("0000000000001"), "not_found")] {
        let error = app
            .call("reaction_clear", json!({ "messageId": id }))
            .unwrap_err();
        assert_error(&error, code);
    }
    for (id, code) in [(json!(5), "invalid"), (json!("0000000000001"), "not_found")] {
        let error = app
            .call("reaction_get", json!({ "messageId": id }))
            .unwrap_err();
        assert_error(&error, code);
    }
    assert_eq!(said_of(&app, &said), Value::Null);
    let shown = app.call("message_get", json!({ "id": reply })).unwrap();
    assert_eq!(shown["reaction"], Value::Null);
}
