use serde_json::{Value, json};

use crate::message_edit::send;
use crate::support::{TestApp, assert_error};

fn create(app: &TestApp, conversation: &str, message: &Value, content: &str) -> Value {
    let arguments =
        json!({ "conversationId": conversation, "messageId": message, "content": content });
    app.call("note_create", arguments).unwrap()
}

fn listed(app: &TestApp, conversation: &str, message: &Value) -> Vec<Value> {
    let arguments = json!({
        "conversationId": conversation, "messageId": message, "cursor": null, "limit": 100
    });
    let page = app.call("note_list", arguments).unwrap();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|note| note["content"].clone()).collect()
}

#[test]
fn notes_are_written_changed_thrown_away_and_brought_back() {
    let app = TestApp::new();
    let conversation = app.conversation();
    let said = send(&app, &conversation, "Hello")["id"].clone();
    let on_all = create(&app, &conversation, &Value::Null, "# Ghi chú\n- 复习");
    let on_one = create(&app, &conversation, &said, "ملاحظة");
    assert_eq!(
        listed(&app, &conversation, &Value::Null),
        ["# Ghi chú\n- 复习", "ملاحظة"]
    );
    assert_eq!(listed(&app, &conversation, &said), ["ملاحظة"]);
    let shown = app.call("message_get", json!({ "id": said })).unwrap();
    assert_eq!(shown["noteCount"], 1);
    let changed = app
        .call(
            "note_update",
            json!({ "id": on_one["id"], "content": "zqsecret note" }),
        )
        .unwrap();
    assert_eq!(changed["content"], "zqsecret note");
    let done = app
        .call("note_delete", json!({ "id": on_one["id"] }))
        .unwrap();
    assert_eq!(
        (&done["kind"], &done["subject"]),
        (&json!("note_delete"), &json!("zqsecret note"))
    );
    let trash = app
        .call("trash_list", json!({ "cursor": null, "limit": 10 }))
        .unwrap();
    assert_eq!(trash["items"][0]["kind"], "note");
    assert_eq!(trash["items"][0]["preview"], "zqsecret note");
    app.call("operation_undo", json!({ "id": done["id"] }))
        .unwrap();
    assert_eq!(listed(&app, &conversation, &said), ["zqsecret note"]);
    for note in [&on_all, &on_one] {
        app.call("note_delete", json!({ "id": note["id"] }))
            .unwrap();
    }
    app.call(
        "trash_restore",
        json!({ "kind": "note", "id": on_all["id"] }),
    )
    .unwrap();
    app.call("trash_erase", json!({ "kind": "note", "id": on_one["id"] }))
        .unwrap();
    assert_eq!(
        listed(&app, &conversation, &Value::Null),
        ["# Ghi chú\n- 复习"]
    );
    let error = app
        .call(
            "trash_restore",
            json!({ "kind": "note", "id": on_one["id"] }),
        )
        .unwrap_err();
    assert_error(&error, "not_found");
}

#[test]
fn a_note_that_cannot_be_is_a_typed_error() {
    let app = TestApp::new();
    let (conversation, other) = (app.conversation(), app.conversation());
    let elsewhere = send(&app, &other, "Hello")["id"].clone();
    let kept = create(&app, &conversation, &Value::Null, "kept")["id"].clone();
    let unknown = "0000000000001";
    let new = |conversation: &str, message: &Value, content: &str| json!({ "conversationId": conversation, "messageId": message, "content": content });
    let list = |conversation: &str, message: &Value, cursor: Value| json!({ "conversationId": conversation, "messageId": message, "cursor": cursor, "limit": 5 });
    let (none, megabyte) = (Value::Null, "words ".repeat(180_000));
    for (command, arguments, code) in [
        ("note_create", new(&conversation, &none, " \n"), "invalid"),
        (
            "note_create",
            new(&conversation, &none, &megabyte),
            "invalid",
        ),
        (
            "note_create",
            new(&conversation, &elsewhere, "x"),
            "invalid",
        ),
        ("note_create", new(unknown, &none, "x"), "not_found"),
        ("note_create", new("x", &none, "x"), "invalid"),
        (
            "note_update",
            json!({ "id": kept, "content": "" }),
            "invalid",
        ),
        (
            "note_update",
            json!({ "id": unknown, "content": "x" }),
            "not_found",
        ),
        ("note_delete", json!({ "id": unknown }), "not_found"),
        ("note_delete", json!({ "id": 5 }), "invalid"),
        ("note_list", list(unknown, &none, Value::Null), "not_found"),
        (
            "note_list",
            list(&conversation, &elsewhere, Value::Null),
            "not_found",
        ),
        (
            "note_list",
            list(&conversation, &none, json!("x")),
            "invalid",
        ),
    ] {
        assert_error(&app.call(command, arguments).unwrap_err(), code);
    }
    assert_eq!(listed(&app, &conversation, &none), ["kept"]);
}
