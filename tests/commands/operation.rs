use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

fn operations(app: &TestApp) -> Vec<Value> {
    let operations = app.call("operation_list", json!({})).unwrap();
    operations.as_array().unwrap().clone()
}

fn undo(app: &TestApp, operation: &Value) -> Result<Value, Value> {
    app.call("operation_undo", json!({ "id": operation["id"] }))
}

#[test]
fn a_deletion_gives_what_can_be_undone_and_a_new_start_still_knows_it() {
    let app = TestApp::new();
    let conversation = app.conversation();
    let id = json!({ "id": conversation });
    app.call(
        "conversation_rename",
        json!({ "id": conversation, "title": "Le café" }),
    )
    .unwrap();
    let deleted = app.call("conversation_delete", id.clone()).unwrap();
    assert_eq!(deleted["kind"], "conversation_delete");
    assert_eq!(deleted["subject"], "Le café");
    assert_eq!(deleted["id"].as_str().unwrap().len(), 13);
    assert_error(
        &app.call("conversation_get", id.clone()).unwrap_err(),
        "not_found",
    );

    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    let known = operations(&app);
    assert_eq!(known[0], deleted);
    assert_eq!(known[1]["kind"], "conversation_rename");
    assert_eq!(undo(&app, &deleted).unwrap(), Value::Null);
    assert_eq!(
        app.call("conversation_get", id).unwrap()["title"],
        "Le café"
    );
    assert_error(&undo(&app, &deleted).unwrap_err(), "not_found");
    assert_eq!(operations(&app).len(), 1);
}

#[test]
fn what_has_changed_since_is_a_conflict_in_words() {
    let app = TestApp::new();
    let conversation = app.conversation();
    for title in ["One", "Two"] {
        app.call(
            "conversation_rename",
            json!({ "id": conversation, "title": title }),
        )
        .unwrap();
    }
    let first = &operations(&app)[1];
    let error = undo(&app, first).unwrap_err();
    assert_error(&error, "conflict");
    assert_eq!(
        error["message"],
        "This conversation was given another title since."
    );
}

#[test]
fn undoing_a_restore_stops_the_reply_that_is_being_written_and_keeps_its_words() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    let id = json!({ "id": conversation });
    let thing = json!({ "kind": "conversation", "id": conversation });
    app.call("conversation_delete", id).unwrap();
    app.call("trash_restore", thing.clone()).unwrap();
    let restore = operations(&app).remove(0);
    assert_eq!(restore["kind"], "conversation_restore");
    let said =
        json!({ "conversationId": conversation, "content": "Bạn thích gì về mùa hè? 夏天呢？" });
    app.call("message_send", said).unwrap();
    let words = until("some words", || {
        let words = app.messages(&conversation).pop()?["content"].clone();
        (!words.as_str()?.trim().is_empty()).then(|| words.as_str().map(str::to_owned))?
    });

    undo(&app, &restore).unwrap();
    app.call("trash_restore", thing).unwrap();
    let reply = until("the end of the reply", || {
        let reply = app.messages(&conversation).pop()?;
        (reply["status"] != "streaming").then_some(reply)
    });
    assert_eq!(reply["status"], "interrupted", "{reply}");
    assert!(reply["content"].as_str().unwrap().starts_with(&words));
}
