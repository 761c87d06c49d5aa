use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

fn list(app: &TestApp) -> Vec<Value> {
    let templates = app.call("template_list", json!({})).unwrap();
    templates.as_array().unwrap().clone()
}

fn own(app: &TestApp) -> Vec<Value> {
    let mut templates = list(app);
    templates.retain(|template| template["isBuiltIn"] == false);
    templates
}

fn create(app: &TestApp, template: &Value) -> Result<Value, Value> {
    app.call("template_create", json!({ "template": template }))
}

fn market() -> Value {
    json!({
        "name": "Ở chợ Bến Thành 🥭",
        "level": "B1",
        "openingMessage": "Xin chào! What can I get you?",
        "systemPrompt": "You sell mangoes.",
    })
}

fn begin(app: &TestApp, template: &Value) -> Value {
    app.call(
        "conversation_create",
        json!({ "request": { "templateId": template["id"] } }),
    )
    .unwrap()
}

/// What the tutor answers to `content`.
fn say(app: &TestApp, conversation: &Value, content: &str) -> String {
    app.set("partnerPace", "instant");
    let id = conversation["id"].as_str().unwrap();
    app.call(
        "message_send",
        json!({ "conversationId": id, "content": content }),
    )
    .unwrap();
    until("the reply", || {
        let reply = app.messages(id).pop()?;
        let is_done = reply["role"] == "assistant" && reply["status"] == "complete";
        is_done.then(|| reply["content"].as_str().unwrap().to_owned())
    })
}

#[test]
fn the_app_brings_every_level_of_at_least_ten_situations() {
    let app = TestApp::new();
    let templates = list(&app);
    let mut situations: Vec<&str> = templates
        .iter()
        .map(|template| template["situation"].as_str().unwrap())
        .collect();
    situations.sort_unstable();
    situations.dedup();
    assert!(situations.len() >= 10, "{situations:?}");
    for level in ["A1", "A2", "B1", "B2", "C1", "C2"] {
        let offered = templates.iter().filter(|row| row["level"] == level);
        assert!(offered.count() >= 6, "{level}");
    }
    for template in &templates {
        assert_ne!(template["systemPrompt"], "", "{}", template["slug"]);
        assert_ne!(template["openingMessage"], "", "{}", template["slug"]);
    }
}

#[test]
fn the_templates_of_an_older_app_keep_their_ids() {
    let app = TestApp::new();
    let before = list(&app);
    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    assert_eq!(list(&app), before);
    for slug in [
        "free-talk",
        "cafe-order",
        "asking-the-way",
        "weekend-talk",
        "job-interview",
        "debate-remote-work",
    ] {
        assert!(before.iter().any(|row| row["slug"] == slug), "{slug}");
    }
}

#[test]
fn a_template_of_ones_own_is_kept_changed_used_and_deleted() {
    let app = TestApp::new();
    let template = create(&app, &market()).unwrap();
    assert_eq!(template["name"], market()["name"]);
    assert_eq!(template["description"], "");
    assert_eq!(own(&app), std::slice::from_ref(&template));

    let conversation = begin(&app, &template);
    assert_eq!(conversation["level"], "B1");
    assert_eq!(
        conversation["lastMessagePreview"],
        market()["openingMessage"]
    );

    let id = &template["id"];
    let changed = app
        .call(
            "template_update",
            json!({ "id": id, "patch": { "name": "Market", "level": null } }),
        )
        .unwrap();
    assert_eq!(changed["name"], "Market");
    assert_eq!(changed["level"], Value::Null);
    assert_eq!(changed["systemPrompt"], market()["systemPrompt"]);
    let changed = app
        .call(
            "template_update",
            json!({ "id": id, "patch": { "description": "Bargain." } }),
        )
        .unwrap();
    assert_eq!(
        (&changed["name"], &changed["description"]),
        (&json!("Market"), &json!("Bargain."))
    );

    let operation = app.call("template_delete", json!({ "id": id })).unwrap();
    assert_eq!(operation["kind"], "template_delete");
    assert_eq!(operation["subject"], "Market");
    assert!(own(&app).is_empty());
    let now = app
        .call("conversation_get", json!({ "id": conversation["id"] }))
        .unwrap();
    assert_eq!(now["templateId"], Value::Null);
    assert_eq!(now["messageCount"], 1);

    app.call("operation_undo", json!({ "id": operation["id"] }))
        .unwrap();
    let back = own(&app);
    assert_eq!(
        (&back[0]["id"], &back[0]["openingMessage"]),
        (id, &changed["openingMessage"])
    );
}

#[test]
fn a_conversation_becomes_a_template_that_the_tutor_plays_in_the_same_situation() {
    let app = TestApp::new();
    let templates = list(&app);
    let cafe = templates
        .iter()
        .find(|template| template["slug"] == "cafe-a2")
        .unwrap();
    let conversation = begin(&app, cafe);
    let save = |name: Value| {
        app.call(
            "template_from_conversation",
            json!({ "conversation": conversation["id"], "name": name }),
        )
    };
    let template = save(json!("Mein Café ☕")).unwrap();
    assert_eq!(template["name"], "Mein Café ☕");
    assert_eq!(save(json!(null)).unwrap()["name"], cafe["name"]);
    for same in ["level", "situation", "systemPrompt", "openingMessage"] {
        assert_eq!(template[same], cafe[same], "{same}");
    }
    assert_ne!(template["slug"], cafe["slug"]);

    // Only the script of the café knows the word.
    let reply = say(&app, &begin(&app, &template), "What does latte mean?");
    assert!(reply.contains("coffee with a lot of hot milk"), "{reply}");
    let blank = create(&app, &json!({ "name": "Cafe order" })).unwrap();
    let reply = say(&app, &begin(&app, &blank), "What does latte mean?");
    assert!(!reply.contains("hot milk"), "{reply}");
}

#[rstest]
#[case::no_name(json!({ "level": "B1" }))]
#[case::blank_name(json!({ "name": " \u{200b} " }))]
#[case::endless_name(json!({ "name": "🥭".repeat(201) }))]
#[case::nul(json!({ "name": "Market", "openingMessage": "a\0b" }))]
#[case::no_level(json!({ "name": "Market", "level": "D1" }))]
#[case::no_text(json!({ "name": ["Market"] }))]
#[case::no_id(json!({ "name": "Market", "from": "'; DROP TABLE users; --" }))]
#[case::unknown_field(json!({ "name": "Market", "isBuiltIn": true }))]
fn a_template_that_makes_no_sense_is_refused(#[case] template: Value) {
    let app = TestApp::new();
    assert_error(&create(&app, &template).unwrap_err(), "invalid");
    let kept = create(&app, &market()).unwrap();
    if template.get("name").is_some() {
        let patch = json!({ "id": kept["id"], "patch": template });
        assert_error(&app.call("template_update", patch).unwrap_err(), "invalid");
    }
    assert_eq!(own(&app), [kept]);
}

#[test]
fn what_came_with_the_app_and_what_is_not_there_cannot_be_changed() {
    let app = TestApp::new();
    let before = list(&app);
    let nowhere = app.conversation();
    for (id, code) in [
        (before[0]["id"].clone(), "conflict"),
        (json!(nowhere), "not_found"),
        (json!("not an id"), "invalid"),
    ] {
        let patch = json!({ "id": id, "patch": { "name": "Mine" } });
        assert_error(&app.call("template_update", patch).unwrap_err(), code);
        let deletion = app.call("template_delete", json!({ "id": id }));
        assert_error(&deletion.unwrap_err(), code);
    }
    let saving = app.call(
        "template_from_conversation",
        json!({ "conversation": before[0]["id"], "name": null }),
    );
    assert_error(&saving.unwrap_err(), "not_found");
    let silent = app.call(
        "template_from_conversation",
        json!({ "conversation": nowhere, "name": null }),
    );
    assert_error(&silent.unwrap_err(), "invalid");
    let after = create(&app, &json!({ "name": "Mine", "from": nowhere }));
    assert_error(&after.unwrap_err(), "not_found");
    assert_eq!(list(&app), before);
}
