use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error};

fn tagged(app: &TestApp, tags: &[&str]) -> String {
    let conversation = app.conversation();
    let arguments = json!({ "ids": [conversation], "add": tags, "remove": [] });
    let done = app.call("conversation_change_tags", arguments).unwrap();
    assert_eq!(done["kind"], "conversation_tag");
    conversation
}

fn tags(app: &TestApp) -> Value {
    app.call("tag_list", json!({})).unwrap()
}

fn undo(app: &TestApp, operation: &Value) {
    app.call("operation_undo", json!({ "id": operation["id"] }))
        .unwrap();
}

#[test]
fn a_tag_is_coloured_renamed_merged_deleted_and_all_of_it_taken_back() {
    let app = TestApp::new();
    tagged(&app, &["Été", "旅行"]);
    tagged(&app, &["été"]);
    let before = json!([
        { "name": "Été", "color": null, "conversationCount": 2 },
        { "name": "旅行", "color": null, "conversationCount": 1 },
    ]);
    assert_eq!(tags(&app), before);
    let colored = app
        .call(
            "tag_set_color",
            json!({ "name": "été", "color": "#FF0000" }),
        )
        .unwrap();
    assert_eq!(tags(&app)[0]["color"], "#ff0000");
    let renamed = app
        .call("tag_rename", json!({ "name": "été", "newName": "Summer" }))
        .unwrap();
    assert_eq!(renamed["subject"], "Summer");
    let merged = app
        .call("tag_merge", json!({ "name": "旅行", "into": "summer" }))
        .unwrap();
    assert_eq!(
        tags(&app),
        json!([{ "name": "Summer", "color": "#ff0000", "conversationCount": 2 }])
    );
    let deleted = app.call("tag_delete", json!({ "name": "SUMMER" })).unwrap();
    assert_eq!(tags(&app), json!([]));
    for operation in [deleted, merged, renamed, colored] {
        undo(&app, &operation);
    }
    assert_eq!(tags(&app), before);
}

#[test]
fn what_is_so_already_gives_nothing_to_undo() {
    let app = TestApp::new();
    tagged(&app, &["food"]);
    for (command, arguments) in [
        ("tag_rename", json!({ "name": "food", "newName": "food" })),
        ("tag_set_color", json!({ "name": "food", "color": null })),
    ] {
        assert_eq!(app.call(command, arguments).unwrap(), Value::Null);
    }
}

#[rstest]
#[case("tag_rename", json!({ "name": "nothing", "newName": "x" }))]
#[case("tag_rename", json!({ "name": "food", "newName": "DRINK" }))]
#[case("tag_merge", json!({ "name": "food", "into": "nothing" }))]
#[case("tag_set_color", json!({ "name": "nothing", "color": "#000000" }))]
#[case("tag_delete", json!({ "name": "nothing" }))]
fn what_cannot_be_is_a_conflict_that_repeats_no_words(
    #[case] command: &str,
    #[case] arguments: Value,
) {
    let app = TestApp::new();
    tagged(&app, &["food", "drink"]);
    let before = tags(&app);
    let error = app.call(command, arguments).unwrap_err();
    assert_error(&error, "conflict");
    assert!(!error.to_string().contains("nothing"));
    assert_eq!(tags(&app), before);
}

#[rstest]
#[case("tag_rename", json!({ "name": "food", "newName": "  " }))]
#[case("tag_rename", json!({ "name": "food", "newName": "a\0" }))]
#[case("tag_rename", json!({ "name": "food" }))]
#[case("tag_merge", json!({ "name": "food", "into": "FOOD" }))]
#[case("tag_merge", json!({ "name": "food", "into": 7 }))]
#[case("tag_set_color", json!({ "name": "food", "color": "red" }))]
#[case("tag_delete", json!({ "name": null }))]
#[case("tag_list", json!({ "limit": 5 }))]
fn a_malformed_request_is_a_typed_error(#[case] command: &str, #[case] arguments: Value) {
    let app = TestApp::new();
    tagged(&app, &["food"]);
    assert_error(&app.call(command, arguments).unwrap_err(), "invalid");
}
