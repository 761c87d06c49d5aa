//! What the tutor remembers, through the commands: learnt, shown, told, changed and forgotten.

use serde_json::{Value, json};

use crate::{
    model::{Fake, good},
    support::{TestApp, assert_error, until},
};

fn say(app: &TestApp, conversation: &str, content: &str) {
    let before = app.messages(conversation).len();
    app.call(
        "message_send",
        json!({ "conversationId": conversation, "content": content }),
    )
    .unwrap();
    until("the reply", || {
        let messages = app.messages(conversation);
        let is_whole = messages.last()?["status"] == "complete";
        (messages.len() == before + 2 && is_whole).then_some(())
    });
}

fn view(app: &TestApp, conversation: &str) -> Value {
    app.call("memory_get", json!({ "conversationId": conversation }))
        .unwrap()
}

fn facts(app: &TestApp, conversation: &str) -> Vec<Value> {
    view(app, conversation)["facts"].as_array().unwrap().clone()
}

/// A conversation with the built-in partner in which the learner has said this, and the fact that was learnt from it.
fn learnt(app: &TestApp, words: &str) -> (String, Value) {
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    say(app, &conversation, words);
    let fact = until("a fact", || facts(app, &conversation).pop());
    (conversation, fact)
}

fn kinds(app: &TestApp, conversation: &str) -> Vec<String> {
    let log = app
        .call(
            "event_list",
            json!({ "conversationId": conversation, "filter": {}, "before": null, "limit": 200 }),
        )
        .unwrap();
    let items = log["items"].as_array().unwrap();
    items
        .iter()
        .map(|event| event["eventType"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_the_learner_says_of_themselves_is_learnt_with_its_source() {
    let app = TestApp::new();
    let (conversation, fact) = learnt(&app, "My name is Linh.");
    assert!(fact["text"].as_str().unwrap().contains("Linh"), "{fact}");
    assert_eq!(fact["isUserEdited"], false);
    assert!(fact["confidence"].as_f64().unwrap() < 1.0);
    assert_eq!(
        fact["sourceMessageId"],
        app.messages(&conversation)[0]["id"]
    );
    assert!(kinds(&app, &conversation).contains(&"memory_facts_extracted".to_owned()));
}

#[test]
fn a_fact_that_was_deleted_is_not_learnt_again() {
    let app = TestApp::new();
    let (conversation, fact) = learnt(&app, "My name is Linh.");
    let operation = app
        .call("key_fact_delete", json!({ "id": fact["id"] }))
        .unwrap();
    assert_eq!(operation["kind"], "fact_delete");
    say(&app, &conversation, "My name is Linh.");
    say(&app, &conversation, "I love swimming.");
    until("the other fact", || {
        let texts = facts(&app, &conversation);
        (!texts.is_empty()).then_some(())
    });
    let all = Value::from(facts(&app, &conversation)).to_string();
    assert!(!all.contains("Linh"), "{all}");
    app.call("operation_undo", json!({ "id": operation["id"] }))
        .unwrap();
    let all = Value::from(facts(&app, &conversation)).to_string();
    assert!(all.contains("Linh"), "{all}");
}

#[test]
fn a_fact_is_written_changed_and_pinned_by_the_learner() {
    let app = TestApp::new();
    let conversation = app.conversation();
    let create = |text: &str| {
        app.call(
            "key_fact_create",
            json!({ "conversationId": conversation, "factType": "learning_goal", "text": text }),
        )
    };
    let fact = create("Muốn nói chuyện với khách hàng 客户").unwrap();
    assert_eq!(fact["confidence"], 1.0);
    assert_error(
        &create("Muốn nói chuyện với khách hàng 客户").unwrap_err(),
        "conflict",
    );
    assert_error(&create(" ").unwrap_err(), "invalid");
    let changed = app
        .call(
            "key_fact_update",
            json!({ "id": fact["id"], "patch": { "factType": "interest" } }),
        )
        .unwrap();
    assert_eq!(changed["factType"], "interest");
    let pinned = app
        .call("key_fact_pin", json!({ "id": fact["id"], "pinned": true }))
        .unwrap();
    assert!(pinned["pinnedAt"].is_number());
    let cleared = app
        .call("key_fact_clear", json!({ "conversationId": conversation }))
        .unwrap();
    assert_eq!(cleared["kind"], "facts_clear");
    assert!(facts(&app, &conversation).is_empty());
}

#[test]
fn a_model_is_told_exactly_what_the_window_shows() {
    let server = tauri::async_runtime::block_on(Fake::new(vec![good("Hello Linh.")]));
    let app = TestApp::new();
    let (conversation, _) = learnt(&app, "My name is Linh. ");
    let kept = app
        .call(
            "model_server_create",
            json!({ "server": { "name": null, "address": server.address(), "allowsPlainHttp": false,
                "usesKey": false, "key": null } }),
        )
        .unwrap();
    let tutor = json!({ "kind": "model", "serverId": kept["server"]["id"], "model": "small" });
    app.call(
        "conversation_set_tutor",
        json!({ "id": conversation, "tutor": tutor }),
    )
    .unwrap();
    say(&app, &conversation, "Do you know my name?");
    let asked = server.requests().remove(0);
    let (_, body) = asked.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let told = body["messages"].as_array().unwrap();
    assert!(
        told[0]["content"].as_str().unwrap().contains("Linh"),
        "{body}"
    );

    // The last reply is not yet there when it is asked for; what the window shows now ends with it.
    let seen = view(&app, &conversation)["seen"].clone();
    assert_eq!(seen["system"], told[0]["content"]);
    let turns = seen["turns"].as_array().unwrap();
    assert_eq!(turns[..turns.len() - 1], told[1..]);
    assert!(seen["usedTokens"].as_u64().unwrap() <= seen["budget"].as_u64().unwrap());
    assert_eq!(seen["facts"], 1);
    assert!(kinds(&app, &conversation).contains(&"memory_context_built".to_owned()));
}

#[test]
fn a_long_conversation_is_summed_up_by_itself_and_on_wish() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let settings = app
        .call(
            "memory_update_settings",
            json!({ "conversationId": conversation,
                "patch": { "strategy": "summarization", "maxContextMessages": 4, "summarizeThreshold": 14 } }),
        )
        .unwrap();
    assert_eq!(settings["maxContextMessages"], 4);
    let wish = |app: &TestApp| {
        app.call(
            "memory_summarize",
            json!({ "conversationId": conversation }),
        )
        .unwrap()
    };
    assert_eq!(
        wish(&app),
        json!({ "made": 0, "byRules": 0, "failure": null, "wasStopped": false }),
        "there is nothing yet"
    );
    for number in 1..=8 {
        say(
            &app,
            &conversation,
            &format!("I read book number {number}."),
        );
    }
    let summary = until("a summary", || {
        view(&app, &conversation)["summaries"]
            .as_array()?
            .first()
            .cloned()
    });
    assert_eq!(summary["model"], Value::Null);
    assert_eq!(summary["fromSequence"], 1);
    let changed = app
        .call(
            "summary_update",
            json!({ "id": summary["id"], "text": "We spoke of books." }),
        )
        .unwrap();
    assert_eq!(changed["text"], "We spoke of books.");
    let seen = view(&app, &conversation)["seen"]["system"].to_string();
    assert!(seen.contains("We spoke of books."), "{seen}");
    app.call("summary_delete", json!({ "id": summary["id"] }))
        .unwrap();
    let made = wish(&app);
    assert!(made["made"].as_u64().unwrap() > 0);
    assert_eq!(made["byRules"], made["made"]);
    let cleared = app
        .call("summary_clear", json!({ "conversationId": conversation }))
        .unwrap();
    assert!(cleared.as_u64().unwrap() > 0);
}

#[test]
fn bounds_are_kept_and_said() {
    let app = TestApp::new();
    let conversation = app.conversation();
    for patch in [
        json!({ "maxContextMessages": 1 }),
        json!({ "maxContextTokens": 255 }),
        json!({ "summarizeThreshold": 501 }),
        json!({ "strategy": "telepathy" }),
    ] {
        let refused = app
            .call(
                "memory_update_settings",
                json!({ "conversationId": conversation, "patch": patch }),
            )
            .unwrap_err();
        assert_error(&refused, "invalid");
    }
    let view = view(&app, &conversation);
    assert_eq!(view["settings"]["strategy"], "sliding");
    assert_eq!(view["seen"]["turns"], json!([]));
}
