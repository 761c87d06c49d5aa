use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error};

const UNKNOWN: &str = "0000000000001";

fn create(app: &TestApp, request: &Value) -> Result<Value, Value> {
    app.call("folder_create", json!({ "request": request }))
}

fn folder(app: &TestApp, name: &str) -> Value {
    create(app, &json!({ "name": name })).unwrap()["id"].clone()
}

fn names(app: &TestApp) -> Vec<Value> {
    let folders = app.call("folder_list", json!({})).unwrap();
    let folders = folders.as_array().unwrap();
    folders.iter().map(|one| one["name"].clone()).collect()
}

#[test]
fn a_folder_is_made_changed_moved_deleted_and_brought_back() {
    let app = TestApp::new();
    let outer = create(
        &app,
        &json!({ "name": " Ngữ  pháp ", "color": "#AABBCC", "icon": "📚", "parentFolderId": null }),
    )
    .unwrap();
    assert_eq!(
        (&outer["name"], &outer["color"], &outer["position"]),
        (&json!("Ngữ pháp"), &json!("#aabbcc"), &json!(0))
    );
    let inner = create(
        &app,
        &json!({ "name": "动词", "parentFolderId": outer["id"] }),
    )
    .unwrap();
    let conversation = app.conversation();
    let filed = app
        .call(
            "conversation_move",
            json!({ "ids": [conversation], "folderId": inner["id"] }),
        )
        .unwrap();
    assert_eq!(filed["kind"], "conversation_move");

    let patch = json!({ "id": outer["id"], "patch": { "color": null } });
    let changed = app.call("folder_update", patch).unwrap();
    assert_eq!(
        (&changed["color"], &changed["icon"]),
        (&Value::Null, &json!("📚"))
    );
    let moved = app
        .call(
            "folder_move",
            json!({ "id": inner["id"], "parentFolderId": null, "beforeId": outer["id"] }),
        )
        .unwrap();
    assert_eq!(moved["parentFolderId"], Value::Null);
    assert_eq!(moved["conversationCount"], 1);
    assert_eq!(names(&app), ["动词", "Ngữ pháp"]);

    let deleted = app
        .call("folder_delete", json!({ "id": inner["id"] }))
        .unwrap();
    assert_eq!(deleted["subject"], "动词");
    let get = |id: &str| app.call("conversation_get", json!({ "id": id })).unwrap();
    assert_eq!(get(&conversation)["folderId"], Value::Null);
    app.call("operation_undo", json!({ "id": deleted["id"] }))
        .unwrap();
    assert_eq!(names(&app), ["动词", "Ngữ pháp"]);
    assert_eq!(get(&conversation)["folderId"], inner["id"]);
}

#[test]
fn what_cannot_be_is_a_conflict_in_words() {
    let app = TestApp::new();
    let outer = folder(&app, "Été");
    let error = create(&app, &json!({ "name": "été" })).unwrap_err();
    assert_error(&error, "conflict");
    let error = app
        .call(
            "folder_move",
            json!({ "id": outer, "parentFolderId": outer, "beforeId": null }),
        )
        .unwrap_err();
    assert_error(&error, "conflict");
    assert_eq!(error["message"], "A folder cannot be put into itself.");
    assert_eq!(names(&app), ["Été"]);
}

#[rstest]
#[case(json!({ "name": "" }), "name")]
#[case(json!({ "name": "a\0" }), "name")]
#[case(json!({ "name": "😀".repeat(300) }), "name")]
#[case(json!({ "name": "x", "color": "blue" }), "color")]
#[case(json!({ "name": "x", "icon": " " }), "icon")]
#[case(json!({ "name": 7 }), "request")]
#[case(json!({ "title": "x" }), "request")]
#[case(json!({ "name": "x", "parentFolderId": "nowhere" }), "request")]
fn a_folder_that_cannot_be_stored_is_refused(#[case] request: Value, #[case] field: &str) {
    let app = TestApp::new();
    let error = create(&app, &request).unwrap_err();
    assert_error(&error, "invalid");
    assert_eq!(error["details"]["field"], field);
    assert!(names(&app).is_empty());
}

#[rstest]
#[case("folder_create", json!({ "request": { "name": "x", "parentFolderId": UNKNOWN } }))]
#[case("folder_update", json!({ "id": UNKNOWN, "patch": { "name": "x" } }))]
#[case("folder_move", json!({ "id": UNKNOWN, "parentFolderId": null, "beforeId": null }))]
#[case("folder_delete", json!({ "id": UNKNOWN }))]
fn unknown_folders_are_not_found(#[case] command: &str, #[case] arguments: Value) {
    let app = TestApp::new();
    assert_error(&app.call(command, arguments).unwrap_err(), "not_found");
}

#[rstest]
#[case("folder_list", json!({ "parent": null }))]
#[case("folder_update", json!({ "id": UNKNOWN, "patch": { "colour": null } }))]
#[case("folder_update", json!({ "id": 7, "patch": {} }))]
#[case("folder_move", json!({ "id": UNKNOWN, "parentFolderId": 5, "beforeId": null }))]
#[case("folder_delete", json!({}))]
fn a_malformed_request_is_a_typed_error(#[case] command: &str, #[case] arguments: Value) {
    let app = TestApp::new();
    assert_error(&app.call(command, arguments).unwrap_err(), "invalid");
}
