//! Model servers, and the conversations in which their models answer, with a server that does what each test says.

use parlance_lib::error::ErrorCode;
use serde_json::{Value, json};
use tauri::async_runtime::block_on;

use crate::{
    model::{DONE, Fake, STOP, Step, answer, good, says, stream, then},
    support::{TestApp, assert_error, until},
};

const KEY: &str = "sk-zq7-secret-of-the-learner";

fn fake(scripts: Vec<Vec<Step>>) -> Fake {
    block_on(Fake::new(scripts))
}

fn request(address: &str, key: Option<&str>) -> Value {
    json!({ "name": "At home", "address": address, "allowsPlainHttp": false, "usesKey": key.is_some(), "key": key })
}

fn add(app: &TestApp, address: &str, key: Option<&str>) -> Value {
    let kept = app
        .call(
            "model_server_create",
            json!({ "server": request(address, key) }),
        )
        .unwrap();
    kept["server"].clone()
}

/// A conversation in which a model of this server answers.
fn talk_to(app: &TestApp, server: &Value) -> String {
    let conversation = app.conversation();
    let tutor = json!({ "kind": "model", "serverId": server["id"], "model": "small" });
    app.call(
        "conversation_set_tutor",
        json!({ "id": conversation, "tutor": tutor }),
    )
    .unwrap();
    conversation
}

fn say(app: &TestApp, conversation: &str, content: &str) {
    app.call(
        "message_send",
        json!({ "conversationId": conversation, "content": content }),
    )
    .unwrap();
}

/// The last message, once it is a reply that has come to this end.
fn reply(app: &TestApp, conversation: &str, status: &str) -> Value {
    until(&format!("a reply that is {status}"), || {
        let last = app.messages(conversation).pop()?;
        (last["role"] == "assistant" && last["status"] == status).then_some(last)
    })
}

#[test]
fn a_model_answers_in_the_conversation_for_which_it_was_chosen() {
    let server = fake(vec![good("[happy] Xin chào! [pause] How are you?")]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Hello 你好");
    let reply = reply(&app, &conversation, "complete");
    assert_eq!(reply["content"], "Xin chào! How are you?");
    assert_eq!(reply["model"], "small");
    assert_eq!(reply["failureCode"], Value::Null);
    assert_eq!(reply["chunks"][0]["emotion"], "happy");
    assert_eq!(reply["chunks"][0]["pauseAfterMs"], 900);
    let asked = server.requests().remove(0);
    assert!(asked.contains("Hello 你好"), "{asked}");

    let other = app.conversation();
    app.set("partnerPace", "instant");
    say(&app, &other, "Hello");
    let by = self::reply(&app, &other, "complete");
    assert_eq!(by["model"], "practice-partner");
    assert_eq!(server.requests().len(), 1, "nobody else asks the server");
}

#[test]
fn a_model_is_told_how_the_learner_wants_the_partner_of_their_own_template_to_be() {
    let server = fake(vec![good("Phở bò?")]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    let template = app
        .call(
            "template_create",
            json!({ "template": { "name": "Phở", "systemPrompt": "You sell phở in Hà Nội." } }),
        )
        .unwrap();
    let conversation = app
        .call(
            "conversation_create",
            json!({ "request": { "templateId": template["id"] } }),
        )
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let tutor = json!({ "kind": "model", "serverId": kept["id"], "model": "small" });
    app.call(
        "conversation_set_tutor",
        json!({ "id": conversation, "tutor": tutor }),
    )
    .unwrap();
    say(&app, &conversation, "Hello");
    reply(&app, &conversation, "complete");
    let asked = server.requests().remove(0);
    assert!(asked.contains("You sell phở in Hà Nội."), "{asked}");
}

#[test]
fn the_settings_say_who_answers_where_nobody_was_chosen() {
    let server = fake(vec![good("Good day.")]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    app.set(
        "tutor",
        json!({ "kind": "model", "serverId": kept["id"], "model": "small" }),
    );
    let conversation = app.conversation();
    say(&app, &conversation, "Hello");
    assert_eq!(
        reply(&app, &conversation, "complete")["content"],
        "Good day."
    );
    let chosen = app
        .call("conversation_tutor", json!({ "id": conversation }))
        .unwrap();
    assert_eq!(chosen, Value::Null);
}

#[test]
fn each_trouble_is_kept_with_the_reply_by_name_and_the_words_of_both_stay() {
    let cases = [
        (answer("401 No", "", ""), "", "model_unauthorized"),
        (answer("200 OK", "", "<html>"), "", "model_not_a_server"),
        (
            stream(&says("I think that")),
            "I think that",
            "model_cut_off",
        ),
        (
            stream(&format!(
                "{}data: {{\"error\":\"Hello\"}}\n\n",
                says("Well, ")
            )),
            "Well, ",
            "model_server_failed",
        ),
    ];
    for (script, words, code) in cases {
        let server = fake(vec![script]);
        let app = TestApp::new();
        let kept = add(&app, &server.address(), None);
        let conversation = talk_to(&app, &kept);
        say(&app, &conversation, "Hello");
        let reply = reply(&app, &conversation, "failed");
        assert_eq!(reply["content"], words);
        assert_eq!(reply["failureCode"], code);
        assert_eq!(app.messages(&conversation)[0]["content"], "Hello");
        assert_eq!(app.problems_told(), [], "the reply itself says it");
    }
}

#[test]
fn without_a_server_the_built_in_partner_answers_in_the_same_place() {
    let server = fake(vec![good("never read")]);
    let address = server.address();
    drop(server);
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let kept = add(&app, &address, None);
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "I like tea.");
    let failed = reply(&app, &conversation, "failed");
    assert_eq!(failed["failureCode"], "model_not_reachable");
    let operation = app
        .call(
            "message_regenerate",
            json!({ "id": failed["id"], "tutor": { "kind": "built_in" } }),
        )
        .unwrap();
    assert_eq!(operation, Value::Null, "nothing is lost by it");
    let answered = reply(&app, &conversation, "complete");
    assert_eq!(answered["id"], failed["id"]);
    assert_eq!(answered["model"], "practice-partner");
    assert_eq!(answered["failureCode"], Value::Null);
    assert_eq!(app.messages(&conversation).len(), 2);
}

#[test]
fn a_reply_that_broke_off_is_gone_on_with() {
    let server = fake(vec![
        stream(&says("I went to the park. It was ver")),
        good("It was very nice."),
    ]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Where were you?");
    let failed = reply(&app, &conversation, "failed");
    app.call("message_resume", json!({ "id": failed["id"] }))
        .unwrap();
    let whole = reply(&app, &conversation, "complete");
    assert_eq!(whole["content"], "I went to the park. It was very nice.");
    assert_eq!(whole["id"], failed["id"]);
    let chunks: Vec<&str> = whole["chunks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chunk| chunk["text"].as_str().unwrap())
        .collect();
    assert_eq!(chunks, ["I went to the park. ", "It was very nice."]);
}

#[test]
fn an_answer_anew_can_be_taken_back() {
    let server = fake(vec![good("One."), good("Two.")]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Count!");
    let first = reply(&app, &conversation, "complete");
    let operation = app
        .call(
            "message_regenerate",
            json!({ "id": first["id"], "tutor": null }),
        )
        .unwrap();
    assert_eq!(operation["kind"], "reply_replace");
    until("the second reply", || {
        let last = app.messages(&conversation).pop()?;
        (last["content"] == "Two." && last["status"] == "complete").then_some(())
    });
    app.call("operation_undo", json!({ "id": operation["id"] }))
        .unwrap();
    let contents: Vec<Value> = app
        .messages(&conversation)
        .into_iter()
        .map(|message| message["content"].clone())
        .collect();
    assert_eq!(contents, ["Count!", "One."]);
}

#[test]
fn stopping_a_reply_stops_the_server() {
    let server = fake(vec![then(stream(&says("So far ")), Step::Hold)]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Hello");
    until("the first words", || {
        let last = app.messages(&conversation).pop()?;
        (last["content"] == "So far ").then_some(())
    });
    app.call("message_stop", json!({ "conversationId": conversation }))
        .unwrap();
    block_on(server.was_left());
    let stopped = reply(&app, &conversation, "interrupted");
    assert_eq!(stopped["content"], "So far ");
    assert_eq!(stopped["failureCode"], Value::Null);
}

#[test]
fn a_key_that_is_not_known_is_asked_for_and_then_used() {
    let server = fake(vec![good("Hello.")]);
    let app = TestApp::new();
    let kept = app
        .call(
            "model_server_create",
            json!({ "server": { "name": null, "address": server.address(), "allowsPlainHttp": false,
                "usesKey": true, "key": null } }),
        )
        .unwrap();
    assert_eq!(kept["keyPlace"], Value::Null);
    assert_eq!(kept["server"]["name"], format!("127.0.0.1:{}", server.port));
    let conversation = talk_to(&app, &kept["server"]);
    say(&app, &conversation, "Hi");
    let failed = reply(&app, &conversation, "failed");
    assert_eq!(failed["failureCode"], "key_needed");
    assert!(server.requests().is_empty(), "nothing is sent without it");
    let place = app
        .call(
            "model_server_set_key",
            json!({ "id": kept["server"]["id"], "key": KEY }),
        )
        .unwrap();
    assert_eq!(place, "until_the_end", "here is no keychain");
    app.call(
        "message_regenerate",
        json!({ "id": failed["id"], "tutor": null }),
    )
    .unwrap();
    assert_eq!(reply(&app, &conversation, "complete")["content"], "Hello.");
    let asked = server.requests().remove(0).to_lowercase();
    assert!(asked.contains(&format!("authorization: bearer {KEY}")));
}

#[test]
fn a_key_goes_nowhere_else_than_where_it_was_given_for() {
    let (first, second) = (fake(vec![good("One.")]), fake(vec![good("Two.")]));
    let app = TestApp::new();
    let kept = add(&app, &first.address(), Some(KEY));
    let mut changed = request(&second.address(), None);
    changed["usesKey"] = json!(true);
    let tried = app.call(
        "model_server_test",
        json!({ "id": kept["id"], "server": changed }),
    );
    tried.unwrap_err();
    let asked = second.requests().remove(0);
    assert!(!asked.contains(KEY), "{asked}");
    app.call(
        "model_server_update",
        json!({ "id": kept["id"], "server": changed }),
    )
    .unwrap();
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Hi");
    assert_eq!(
        reply(&app, &conversation, "failed")["failureCode"],
        "key_needed"
    );
    assert_eq!(second.requests().len(), 1);
}

#[test]
fn a_key_is_in_no_file() {
    let server = fake(vec![good("Hello.")]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), Some(KEY));
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Hi");
    reply(&app, &conversation, "complete");
    app.call("backup_create", json!({})).unwrap();
    let (directory, _) = app.quit();
    let mut files = 0;
    let mut folders = vec![directory.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            let holds = bytes
                .windows(KEY.len())
                .any(|window| window == KEY.as_bytes());
            assert!(!holds, "{}", path.display());
        }
    }
    assert!(files > 2);
}

#[test]
fn the_models_of_a_server_are_listed_and_a_refusal_says_why() {
    let list = r#"{"data":[{"id":"b"},{"id":"a"}]}"#;
    let server = fake(vec![
        answer("200 OK", "content-type: application/json\r\n", list),
        answer("401 No", "", ""),
    ]);
    let app = TestApp::new();
    let reached = app
        .call(
            "model_server_test",
            json!({ "id": null, "server": request(&server.address(), None) }),
        )
        .unwrap();
    assert_eq!(reached["models"], json!(["a", "b"]));
    let kept = add(&app, &server.address(), None);
    let refused = app
        .call("model_server_models", json!({ "id": kept["id"] }))
        .unwrap_err();
    assert_error(&refused, "tutor");
    assert_eq!(refused["details"]["failure"], "model_unauthorized");
}

#[test]
fn an_address_that_is_none_is_refused_by_its_kind() {
    let app = TestApp::new();
    let cases = [
        ("", "malformed"),
        ("not an address", "malformed"),
        ("ftp://a.example", "scheme"),
        ("https://me:secret@a.example/v1", "credentials"),
        ("http://models.example.com/v1", "unencrypted"),
    ];
    for (address, kind) in cases {
        let refused = app
            .call(
                "model_server_create",
                json!({ "server": request(address, None) }),
            )
            .unwrap_err();
        assert_error(&refused, "invalid");
        assert_eq!(refused["details"]["field"], "address");
        assert_eq!(refused["details"]["kind"], kind, "{address}");
        assert!(!refused.to_string().contains("secret"));
    }
    let mut wanted = request("http://models.example.com/v1", None);
    wanted["allowsPlainHttp"] = json!(true);
    app.call("model_server_create", json!({ "server": wanted }))
        .unwrap();
    let bad_key = app
        .call(
            "model_server_create",
            json!({ "server": request("https://b.example/v1", Some("two words")) }),
        )
        .unwrap_err();
    assert_eq!(bad_key["details"]["field"], "key");
    assert!(!bad_key.to_string().contains("two words"));
}

#[test]
fn a_server_that_was_removed_says_so_where_it_was_chosen() {
    let server = fake(vec![good("Hello.")]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), Some(KEY));
    let conversation = talk_to(&app, &kept);
    app.call("model_server_delete", json!({ "id": kept["id"] }))
        .unwrap();
    assert_eq!(app.call("model_server_list", json!({})).unwrap(), json!([]));
    say(&app, &conversation, "Hi");
    assert_eq!(
        reply(&app, &conversation, "failed")["failureCode"],
        "server_removed"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn while_a_reply_is_being_written_none_is_answered_anew_or_gone_on_with() {
    let server = fake(vec![then(stream(&says("So far ")), Step::Hold)]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Hello");
    let id = until("the reply", || {
        let last = app.messages(&conversation).pop()?;
        (last["role"] == "assistant").then(|| last["id"].clone())
    });
    for (command, arguments) in [
        ("message_regenerate", json!({ "id": id, "tutor": null })),
        ("message_resume", json!({ "id": id })),
    ] {
        let refused = app.call(command, arguments).unwrap_err();
        assert_error(&refused, "conflict");
    }
    assert!(!app.problems_told().contains(&ErrorCode::Internal));
}

#[test]
fn what_came_before_the_end_of_the_app_is_there_after_the_next_start() {
    let server = fake(vec![
        then(stream(&says("I was about to ")), Step::Hold),
        stream(&format!("{}{STOP}{DONE}", says("say hello."))),
    ]);
    let app = TestApp::new();
    let kept = add(&app, &server.address(), None);
    let conversation = talk_to(&app, &kept);
    say(&app, &conversation, "Hi");
    until("the first words", || {
        let last = app.messages(&conversation).pop()?;
        (last["content"] != "").then_some(())
    });
    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    let left = reply(&app, &conversation, "interrupted");
    assert_eq!(left["content"], "I was about to ");
    app.call("message_resume", json!({ "id": left["id"] }))
        .unwrap();
    assert_eq!(
        reply(&app, &conversation, "complete")["content"],
        "I was about to say hello."
    );
}
