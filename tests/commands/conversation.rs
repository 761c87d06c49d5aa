use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error};

fn list(app: &TestApp) -> Vec<Value> {
    let page = app
        .call("conversation_list", json!({ "cursor": null, "limit": 50 }))
        .unwrap();
    page["items"].as_array().unwrap().clone()
}

#[test]
fn a_conversation_from_a_template_begins_with_the_tutors_words() {
    let app = TestApp::new();
    let templates = app.call("template_list", json!({})).unwrap();
    let template = templates
        .as_array()
        .unwrap()
        .iter()
        .find(|template| template["slug"] == "cafe-order")
        .unwrap();
    let conversation = app
        .call(
            "conversation_create",
            json!({ "request": { "templateId": template["id"] } }),
        )
        .unwrap();
    assert_eq!(conversation["level"], template["level"]);
    assert_eq!(conversation["messageCount"], 1);

    let messages = app.messages(conversation["id"].as_str().unwrap());
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["role"], "assistant");
    assert_eq!(messages[0]["status"], "complete");
    let chunks = messages[0]["chunks"].as_array().unwrap();
    let spoken: String = chunks
        .iter()
        .map(|chunk| chunk["text"].as_str().unwrap())
        .collect();
    assert_eq!(spoken, messages[0]["content"].as_str().unwrap());
}

#[test]
fn a_level_of_the_learners_choice_wins_over_the_templates() {
    let app = TestApp::new();
    let templates = app.call("template_list", json!({})).unwrap();
    let request =
        json!({ "templateId": templates[0]["id"], "level": "C2", "title": "Học tiếng Anh ☕" });
    let conversation = app
        .call("conversation_create", json!({ "request": request }))
        .unwrap();
    assert_eq!(conversation["level"], "C2");
    assert_eq!(conversation["title"], "Học tiếng Anh ☕");
    assert_eq!(conversation["titleSource"], "user");
}

#[test]
fn the_list_shows_the_latest_first_and_pages_by_cursor() {
    let app = TestApp::new();
    let mut made: Vec<String> = (0..5).map(|_| app.conversation()).collect();
    made.reverse();
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = app
            .call("conversation_list", json!({ "cursor": cursor, "limit": 2 }))
            .unwrap();
        for item in page["items"].as_array().unwrap() {
            seen.push(item["id"].as_str().unwrap().to_owned());
        }
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, made);
}

#[test]
fn a_new_title_is_kept_and_is_the_learners_own() {
    let app = TestApp::new();
    let id = app.conversation();
    let renamed = app
        .call(
            "conversation_rename",
            json!({ "id": id, "title": "  Ở quán cà phê  " }),
        )
        .unwrap();
    assert_eq!(renamed["title"], "Ở quán cà phê");
    let again = app.call("conversation_get", json!({ "id": id })).unwrap();
    assert_eq!(again["title"], "Ở quán cà phê");
    assert_eq!(again["titleSource"], "user");
}

#[rstest]
#[case::too_long("x".repeat(10_000))]
#[case::empty(String::new())]
#[case::blank(" \t\u{3000} ".to_owned())]
#[case::nul("a\0b".to_owned())]
fn a_bad_title_is_refused_and_the_old_one_stays(#[case] title: String) {
    let app = TestApp::new();
    let id = app.conversation();
    let before = app.call("conversation_get", json!({ "id": id })).unwrap();
    let error = app
        .call("conversation_rename", json!({ "id": id, "title": title }))
        .unwrap_err();
    assert_error(&error, "invalid");
    assert_eq!(error["details"]["field"], "title");
    assert_eq!(
        app.call("conversation_get", json!({ "id": id })).unwrap(),
        before
    );

    let count = list(&app).len();
    let error = app
        .call(
            "conversation_create",
            json!({ "request": { "title": title } }),
        )
        .unwrap_err();
    assert_error(&error, "invalid");
    assert_eq!(list(&app).len(), count, "nothing was stored");
}

#[rstest]
#[case::unknown_field(json!({ "request": { "titel": "typo" } }))]
#[case::no_level(json!({ "request": { "level": "D1" } }))]
#[case::number_for_text(json!({ "request": { "title": 7 } }))]
#[case::missing(json!({}))]
#[case::not_an_id(json!({ "request": { "templateId": "'; DROP TABLE users; --" } }))]
#[case::a_number_for_an_id(json!({ "request": { "templateId": 12 } }))]
fn a_malformed_request_is_a_typed_error_and_stores_nothing(#[case] arguments: Value) {
    let app = TestApp::new();
    let error = app.call("conversation_create", arguments).unwrap_err();
    assert_error(&error, "invalid");
    assert!(list(&app).is_empty());
}

#[test]
fn unknown_ids_are_not_found() {
    let app = TestApp::new();
    app.conversation();
    let id = "0000000000001";
    let error = app
        .call("conversation_get", json!({ "id": id }))
        .unwrap_err();
    assert_error(&error, "not_found");
    let error = app
        .call("conversation_rename", json!({ "id": id, "title": "x" }))
        .unwrap_err();
    assert_error(&error, "not_found");
    let error = app
        .call(
            "conversation_create",
            json!({ "request": { "templateId": id } }),
        )
        .unwrap_err();
    assert_error(&error, "not_found");
    assert_eq!(list(&app).len(), 1);
}

#[test]
fn a_page_is_never_empty_by_its_limit_nor_endless() {
    let app = TestApp::new();
    (0..3).for_each(|_| drop(app.conversation()));
    let page = app
        .call("conversation_list", json!({ "cursor": null, "limit": 0 }))
        .unwrap();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let page = app
        .call(
            "conversation_list",
            json!({ "cursor": null, "limit": 4_000_000_000_u32 }),
        )
        .unwrap();
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
}

#[rstest]
#[case(json!({ "cursor": "not a cursor", "limit": 10 }))]
#[case(json!({ "cursor": null, "limit": -1 }))]
fn a_bad_page_is_refused(#[case] arguments: Value) {
    let app = TestApp::new();
    let error = app.call("conversation_list", arguments).unwrap_err();
    assert_error(&error, "invalid");
}
