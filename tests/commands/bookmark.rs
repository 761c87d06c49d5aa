use serde_json::{Value, json};

use crate::message_edit::{answered, send};
use crate::support::{TestApp, assert_error};

fn listed(app: &TestApp) -> Vec<Value> {
    let page = app
        .call("bookmark_list", json!({ "cursor": null, "limit": 100 }))
        .unwrap();
    assert_eq!(page["next"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

#[test]
fn a_message_is_bookmarked_listed_and_let_go_again() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let said = send(&app, &conversation, "我想喝咖啡 ☕");
    let reply = answered(&app, &conversation);
    let set = |id: &Value, note: Value| {
        app.call("bookmark_set", json!({ "messageId": id, "note": note }))
    };
    assert_eq!(
        set(&said["id"], json!("để ôn lại")).unwrap()["note"],
        "để ôn lại"
    );
    set(&reply["id"], Value::Null).unwrap();
    let items = listed(&app);
    let kept = app
        .call("bookmark_get", json!({ "messageId": said["id"] }))
        .unwrap();
    assert_eq!(kept["note"], "để ôn lại");
    assert_eq!(items[0]["messageId"], reply["id"]);
    assert_eq!(items[0]["role"], "assistant");
    assert_eq!(items[1]["note"], "để ôn lại");
    assert_eq!(items[1]["preview"], "我想喝咖啡 ☕");
    assert_eq!(items[1]["title"], "我想喝咖啡 ☕");
    assert_eq!(items[1]["conversationId"], json!(conversation));
    assert_eq!(items[1]["sequenceNumber"], said["sequenceNumber"]);
    let shown = app
        .call("message_get", json!({ "id": said["id"] }))
        .unwrap();
    assert_eq!(shown["isBookmarked"], true);

    let page = app
        .call("bookmark_list", json!({ "cursor": null, "limit": 1 }))
        .unwrap();
    let rest = app
        .call(
            "bookmark_list",
            json!({ "cursor": page["next"], "limit": 1 }),
        )
        .unwrap();
    assert_eq!(rest["items"], json!([items[1]]));

    let done = app
        .call("bookmark_remove", json!({ "messageId": said["id"] }))
        .unwrap();
    assert_eq!(done["kind"], "bookmark_remove");
    assert_eq!(listed(&app).len(), 1);
    let none = app.call("bookmark_get", json!({ "messageId": said["id"] }));
    assert_eq!(none.unwrap(), Value::Null);
    app.call("operation_undo", json!({ "id": done["id"] }))
        .unwrap();
    assert_eq!(listed(&app), items);
}

#[test]
fn a_bookmark_that_cannot_be_is_a_typed_error() {
    let app = TestApp::new();
    let said = send(&app, &app.conversation(), "Hello");
    for (command, arguments, code) in [
        (
            "bookmark_set",
            json!({ "messageId": said["id"], "note": "👍".repeat(2_001) }),
            "invalid",
        ),
        (
            "bookmark_set",
            json!({ "messageId": said["id"], "note": 5 }),
            "invalid",
        ),
        (
            "bookmark_set",
            json!({ "messageId": said["id"], "notes": "x" }),
            "invalid",
        ),
        (
            "bookmark_set",
            json!({ "messageId": "0000000000001", "note": null }),
            "not_found",
        ),
        ("bookmark_get", json!({ "messageId": "x" }), "invalid"),
        (
            "bookmark_get",
            json!({ "messageId": "0000000000001" }),
            "not_found",
        ),
        ("bookmark_remove", json!({ "messageId": "x" }), "invalid"),
        (
            "bookmark_remove",
            json!({ "messageId": said["id"] }),
            "not_found",
        ),
        (
            "bookmark_list",
            json!({ "cursor": "first", "limit": 1 }),
            "invalid",
        ),
        (
            "bookmark_list",
            json!({ "cursor": null, "limit": -1 }),
            "invalid",
        ),
    ] {
        assert_error(&app.call(command, arguments).unwrap_err(), code);
    }
    assert!(listed(&app).is_empty());
}
