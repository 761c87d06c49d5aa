//! What is done to conversations in the list, one or many.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

const UNKNOWN: &str = "0000000000001";

fn list(app: &TestApp, filter: &Value) -> Vec<Value> {
    let arguments = json!({ "cursor": null, "limit": 50, "filter": filter });
    let page = app.call("conversation_list", arguments).unwrap();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].clone()).collect()
}

fn get(app: &TestApp, id: &str) -> Value {
    app.call("conversation_get", json!({ "id": id })).unwrap()
}

fn undo(app: &TestApp, operation: &Value) {
    app.call("operation_undo", json!({ "id": operation["id"] }))
        .unwrap();
}

/// A conversation with a finished reply.
fn talk(app: &TestApp) -> String {
    app.set("partnerPace", "instant");
    let id = app.conversation();
    app.call(
        "message_send",
        json!({ "conversationId": id, "content": "Hello" }),
    )
    .unwrap();
    until("the reply", || {
        let last = app.messages(&id).pop()?;
        (last["role"] == "assistant" && last["status"] == "complete").then_some(())
    });
    id
}

#[test]
fn many_are_sorted_at_once_and_each_of_it_is_undone_by_itself() {
    let app = TestApp::new();
    let ids: Vec<String> = (0..3).map(|_| app.conversation()).collect();
    let folder = app
        .call("folder_create", json!({ "request": { "name": "A1" } }))
        .unwrap();
    let moved = app
        .call(
            "conversation_move",
            json!({ "ids": ids, "folderId": folder["id"] }),
        )
        .unwrap();
    let tagged = app
        .call(
            "conversation_change_tags",
            json!({ "ids": ids, "add": ["文法"], "remove": ["x"] }),
        )
        .unwrap();
    let status = app
        .call(
            "conversation_set_status",
            json!({ "ids": ids, "status": "paused" }),
        )
        .unwrap();
    let level = app
        .call(
            "conversation_set_level",
            json!({ "ids": ids, "level": "B2" }),
        )
        .unwrap();
    let pinned = app
        .call("conversation_pin", json!({ "ids": ids, "pinned": true }))
        .unwrap();
    let last_first = app
        .call(
            "conversation_move_pin",
            json!({ "id": ids[2], "beforeId": ids[0] }),
        )
        .unwrap();
    let first = get(&app, &ids[0]);
    assert_eq!(
        (
            &first["folderId"],
            &first["tags"],
            &first["status"],
            &first["level"]
        ),
        (
            &folder["id"],
            &json!(["文法"]),
            &json!("paused"),
            &json!("B2")
        )
    );
    assert_eq!(list(&app, &Value::Null), [&*ids[2], &*ids[0], &*ids[1]]);
    assert_eq!(
        (&pinned["count"], &pinned["subject"]),
        (&json!(3), &json!(""))
    );
    for done in [&last_first, &pinned, &level, &status, &tagged, &moved] {
        undo(&app, done);
    }
    let first = get(&app, &ids[0]);
    assert_eq!(
        (
            &first["folderId"],
            &first["tags"],
            &first["status"],
            &first["level"],
            &first["pinnedAt"]
        ),
        (
            &Value::Null,
            &json!([]),
            &json!("active"),
            &Value::Null,
            &Value::Null
        )
    );
    for (command, arguments) in [
        ("conversation_move", json!({ "ids": ids, "folderId": null })),
        ("conversation_pin", json!({ "ids": ids, "pinned": false })),
        (
            "conversation_set_level",
            json!({ "ids": ids, "level": null }),
        ),
    ] {
        assert_eq!(app.call(command, arguments).unwrap(), Value::Null);
    }
}

#[test]
fn the_list_shows_what_is_asked_for() {
    let app = TestApp::new();
    let ids: Vec<String> = (0..3).map(|_| app.conversation()).collect();
    let folder = app
        .call("folder_create", json!({ "request": { "name": "A1" } }))
        .unwrap();
    app.call(
        "conversation_move",
        json!({ "ids": [ids[0]], "folderId": folder["id"] }),
    )
    .unwrap();
    app.call(
        "conversation_change_tags",
        json!({ "ids": [ids[0], ids[1]], "add": ["Été"], "remove": [] }),
    )
    .unwrap();
    app.call(
        "conversation_set_status",
        json!({ "ids": [ids[2]], "status": "archived" }),
    )
    .unwrap();
    for (filter, expected) in [
        (Value::Null, vec![1, 0]),
        (json!({}), vec![1, 0]),
        (json!({ "status": "all" }), vec![2, 1, 0]),
        (json!({ "status": { "only": "archived" } }), vec![2]),
        (json!({ "folder": { "in": folder["id"] } }), vec![0]),
        (json!({ "folder": "none" }), vec![1]),
        (json!({ "tag": "été" }), vec![1, 0]),
        (
            json!({ "tag": "été", "folder": "none", "unread": false }),
            vec![1],
        ),
        (json!({ "unread": true }), vec![]),
    ] {
        let expected: Vec<&str> = expected.iter().map(|place: &usize| &*ids[*place]).collect();
        assert_eq!(list(&app, &filter), expected, "{filter}");
    }
    // Also left out it lists what is not archived.
    let page = app
        .call("conversation_list", json!({ "cursor": null, "limit": 50 }))
        .unwrap();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_reply_is_unread_until_it_is_read() {
    let app = TestApp::new();
    let id = talk(&app);
    let unread = || app.call("conversation_unread_count", json!({})).unwrap();
    assert_eq!(
        (get(&app, &id)["isUnread"].clone(), unread()),
        (json!(true), json!(1))
    );
    assert_eq!(list(&app, &json!({ "unread": true })), [&*id]);
    app.call("conversation_mark_read", json!({ "ids": [id] }))
        .unwrap();
    assert_eq!(
        (get(&app, &id)["isUnread"].clone(), unread()),
        (json!(false), json!(0))
    );
    app.call("conversation_mark_unread", json!({ "ids": [id] }))
        .unwrap();
    assert_eq!(get(&app, &id)["isUnread"], true);
    assert_eq!(app.call("operation_list", json!({})).unwrap(), json!([]));
}

#[test]
fn many_are_deleted_at_once_and_replies_in_them_stop() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let ids: Vec<String> = (0..3).map(|_| app.conversation()).collect();
    for id in &ids {
        app.call(
            "message_send",
            json!({ "conversationId": id, "content": "Tell me a story." }),
        )
        .unwrap();
    }
    let deleted = app
        .call("conversation_delete_many", json!({ "ids": ids }))
        .unwrap();
    assert_eq!(
        (&deleted["kind"], &deleted["count"]),
        (&json!("conversation_delete"), &json!(3))
    );
    assert!(list(&app, &Value::Null).is_empty());
    undo(&app, &deleted);
    for id in &ids {
        // To be stopped is asked for; its last words are a write away.
        until("the end of the reply", || {
            let reply = app.messages(id).pop()?;
            assert_eq!(reply["role"], "assistant");
            (reply["status"] == "interrupted").then_some(())
        });
    }
}

#[rstest]
#[case("conversation_move", json!({ "folderId": null }))]
#[case("conversation_change_tags", json!({ "add": ["x"], "remove": [] }))]
#[case("conversation_pin", json!({ "pinned": true }))]
#[case("conversation_set_status", json!({ "status": "paused" }))]
#[case("conversation_set_level", json!({ "level": "A1" }))]
#[case("conversation_mark_unread", json!({}))]
#[case("conversation_delete_many", json!({}))]
fn one_unknown_id_none_at_all_and_too_many_are_refused(
    #[case] command: &str,
    #[case] arguments: Value,
) {
    let app = TestApp::new();
    let id = app.conversation();
    let before = get(&app, &id);
    let call = |ids: Value| {
        let mut arguments = arguments.clone();
        arguments["ids"] = ids;
        app.call(command, arguments).unwrap_err()
    };
    assert_error(&call(json!([id, UNKNOWN])), "not_found");
    for ids in [
        json!([]),
        json!(vec![&id; 1_001]),
        json!(id),
        json!([7]),
        json!(["x"]),
    ] {
        assert_error(&call(ids), "invalid");
    }
    assert_eq!(get(&app, &id), before);
    assert_eq!(app.call("operation_list", json!({})).unwrap(), json!([]));
}

#[rstest]
#[case("conversation_move", json!({ "folderId": UNKNOWN }), "not_found")]
#[case("conversation_move", json!({ "folderId": 7 }), "invalid")]
#[case("conversation_change_tags", json!({ "add": [" "], "remove": [] }), "invalid")]
#[case("conversation_change_tags", json!({ "add": ["a"], "remove": ["A"] }), "invalid")]
#[case("conversation_change_tags", json!({ "add": "a", "remove": [] }), "invalid")]
#[case("conversation_pin", json!({ "pinned": "yes" }), "invalid")]
#[case("conversation_set_status", json!({ "status": "gone" }), "invalid")]
#[case("conversation_set_level", json!({ "level": "D1" }), "invalid")]
#[case("conversation_delete_many", json!({ "forever": true }), "invalid")]
fn what_does_not_fit_is_a_typed_error(
    #[case] command: &str,
    #[case] arguments: Value,
    #[case] code: &str,
) {
    let app = TestApp::new();
    let mut arguments = arguments;
    arguments["ids"] = json!([app.conversation()]);
    assert_error(&app.call(command, arguments).unwrap_err(), code);
}

#[test]
fn a_pin_moves_only_among_pins_and_only_what_is_there_is_read() {
    let app = TestApp::new();
    let id = app.conversation();
    let move_pin = |id: &str, before: Value| {
        let arguments = json!({ "id": id, "beforeId": before });
        app.call("conversation_move_pin", arguments).unwrap_err()
    };
    assert_error(&move_pin(&id, Value::Null), "conflict");
    assert_error(&move_pin(&id, json!(id)), "invalid");
    assert_error(&move_pin(&id, json!(7)), "invalid");
    assert_error(&move_pin(UNKNOWN, Value::Null), "not_found");
    let error = app.call("conversation_mark_read", json!({ "ids": [id, UNKNOWN] }));
    assert_error(&error.unwrap_err(), "not_found");
    let error = app.call("conversation_mark_read", json!({ "ids": [] }));
    assert_error(&error.unwrap_err(), "invalid");
}

#[rstest]
#[case(json!({ "folder": { "in": UNKNOWN } }), "not_found")]
#[case(json!({ "folder": "all" }), "invalid")]
#[case(json!({ "status": "archived" }), "invalid")]
#[case(json!({ "tags": ["x"] }), "invalid")]
#[case(json!({ "unread": 1 }), "invalid")]
#[case(json!("unread"), "invalid")]
fn a_filter_that_is_none_is_refused(#[case] filter: Value, #[case] code: &str) {
    let app = TestApp::new();
    let arguments = json!({ "cursor": null, "limit": 5, "filter": filter });
    assert_error(&app.call("conversation_list", arguments).unwrap_err(), code);
}
