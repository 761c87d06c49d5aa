//! What a model does for the memory of a conversation: summaries, facts, and what messages mean; and what happens when
//! it does not.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use parlance_lib::events::Notice;
use parlance_storage::{ConversationId, ModelServerId, model_server};
use serde_json::{Value, json};
use tauri::async_runtime::{block_on, spawn};

use crate::{
    model::{Fake, Step, answer, good},
    support::{TestApp, assert_error, until},
};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Reply,
    Summary,
    Facts,
    Meaning,
}

pub fn asks(request: &str) -> Asks {
    if request.starts_with("POST /v1/embeddings") {
        Asks::Meaning
    } else if request.contains("You sum up a conversation") {
        Asks::Summary
    } else if request.contains("worth remembering about a language learner") {
        Asks::Facts
    } else {
        Asks::Reply
    }
}

pub fn body(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

pub const TEA: [f32; 3] = [1.0, 0.0, 0.0];
const DOGS: [f32; 3] = [0.0, 1.0, 0.0];
const ELSE: [f32; 3] = [0.0, 0.0, 1.0];

/// What a text means to this server.
fn meaning(text: &str) -> [f32; 3] {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["dog", "puppy", "chó"]) {
        DOGS
    } else if has(&["tea", "trà"]) {
        TEA
    } else {
        ELSE
    }
}

pub fn vectors(request: &str, vector: impl Fn(&str) -> Vec<f32>) -> Vec<Step> {
    let texts = body(request)["input"].as_array().unwrap().clone();
    let data: Vec<Value> = texts
        .iter()
        .map(|text| json!({ "embedding": vector(text.as_str().unwrap()) }))
        .collect();
    answer("200 OK", "", &json!({ "data": data }).to_string())
}

pub fn serve(request: &str) -> Vec<Step> {
    match asks(request) {
        Asks::Reply => good("I see."),
        Asks::Summary => good("Here is the summary:\nThey spoke of books."),
        Asks::Facts => good(
            r#"[{"type": "interest", "fact": "Reads a book a day", "confidence": 0.8, "message": 1}]"#,
        ),
        Asks::Meaning => vectors(request, |text| meaning(text).to_vec()),
    }
}

/// An app with a conversation in which a model of this server answers, remembered in this way.
pub fn talk_to(app: &TestApp, server: &Fake, strategy: &str) -> (String, Value) {
    talk_at(app, &server.address(), "small", strategy)
}

fn talk_at(app: &TestApp, address: &str, model: &str, strategy: &str) -> (String, Value) {
    let kept = app
        .call(
            "model_server_create",
            json!({ "server": { "name": null, "address": address, "allowsPlainHttp": false,
                "usesKey": false, "key": null } }),
        )
        .unwrap()["server"]
        .clone();
    let conversation = app.conversation();
    let tutor = json!({ "kind": "model", "serverId": kept["id"], "model": model });
    app.call(
        "conversation_set_tutor",
        json!({ "id": conversation, "tutor": tutor }),
    )
    .unwrap();
    app.call(
        "memory_update_settings",
        json!({ "conversationId": conversation,
            "patch": { "strategy": strategy, "maxContextMessages": 4, "summarizeThreshold": 14 } }),
    )
    .unwrap();
    (conversation, kept)
}

pub fn say(app: &TestApp, conversation: &str, content: &str) -> Value {
    let before = app.messages(conversation).len();
    app.call(
        "message_send",
        json!({ "conversationId": conversation, "content": content }),
    )
    .unwrap();
    until("the reply", || {
        let last = app.messages(conversation).pop()?;
        let is_whole = last["role"] == "assistant" && last["status"] != "streaming";
        (is_whole && app.messages(conversation).len() > before).then_some(last)
    })
}

pub fn view(app: &TestApp, conversation: &str) -> Value {
    app.call("memory_get", json!({ "conversationId": conversation }))
        .unwrap()
}

pub fn call(app: &TestApp, command: &str, conversation: &str) -> Result<Value, Value> {
    app.call(command, json!({ "conversationId": conversation }))
}

pub fn set_embedding_model(
    app: &TestApp,
    server: &Value,
    model: Option<&str>,
) -> Result<Value, Value> {
    app.call(
        "model_server_set_embedding_model",
        json!({ "id": server["id"], "model": model }),
    )
}

pub fn talk_of_books(app: &TestApp, conversation: &str) {
    for number in 1..=8 {
        say(app, conversation, &format!("I read book number {number}."));
    }
}

#[test]
fn a_model_sums_up_what_is_due_and_notes_what_it_finds() {
    let server = block_on(Fake::answering(serve));
    let app = TestApp::new();
    let (conversation, kept) = talk_to(&app, &server, "summarization");
    set_embedding_model(&app, &kept, Some("embed")).unwrap();
    assert_eq!(view(&app, &conversation)["model"], "small");
    talk_of_books(&app, &conversation);
    let summary = until("a summary", || {
        view(&app, &conversation)["summaries"].get(0).cloned()
    });
    assert_eq!(summary["text"], "They spoke of books.");
    assert_eq!(summary["model"], "small");
    let facts = view(&app, &conversation)["facts"].clone();
    let fact = &facts[0];
    assert_eq!(fact["text"], "Reads a book a day", "{facts}");
    assert_eq!(
        fact["sourceMessageId"],
        app.messages(&conversation)[0]["id"]
    );
    // A deleted fact does not come back in other words: what it was read from is known.
    app.call("key_fact_delete", json!({ "id": fact["id"] }))
        .unwrap();
    app.call("summary_clear", json!({ "conversationId": conversation }))
        .unwrap();
    let made = call(&app, "memory_summarize", &conversation).unwrap();
    assert_eq!(
        made,
        json!({ "made": 1, "byRules": 0, "failure": null, "wasStopped": false })
    );
    assert_eq!(view(&app, &conversation)["facts"], json!([]));
    let requests = server.requests();
    let of_meaning = requests
        .iter()
        .filter(|request| asks(request) == Asks::Meaning);
    assert_eq!(
        of_meaning.count(),
        1,
        "the trial: nobody looks for meaning here"
    );
}

#[test]
fn where_a_model_fails_rules_sum_up_and_the_reason_is_told() {
    for (script, code) in [
        (answer("401 No", "", ""), "model_unauthorized"),
        (answer("404 No", "", ""), "model_service_not_found"),
        (good("```\n```"), "model_garbage"),
        (vec![Step::Reset], "model_not_reachable"),
    ] {
        let server = block_on(Fake::answering(move |request| match asks(request) {
            Asks::Reply => good("I see."),
            _ => script.clone(),
        }));
        let app = TestApp::new();
        let (conversation, _) = talk_to(&app, &server, "sliding");
        talk_of_books(&app, &conversation);
        let made = call(&app, "memory_summarize", &conversation).unwrap();
        assert_eq!(
            made,
            json!({ "made": 1, "byRules": 1, "failure": code, "wasStopped": false })
        );
        let summary = view(&app, &conversation)["summaries"][0].clone();
        assert_eq!(summary["model"], Value::Null, "{code}");
        assert!(
            summary["text"].as_str().unwrap().contains("book"),
            "{summary}"
        );
    }
}

#[test]
fn what_the_learner_waits_for_is_stopped_on_wish_and_seen_meanwhile() {
    let server = block_on(Fake::answering(|request| match asks(request) {
        Asks::Reply => good("I see."),
        _ => vec![Step::Hold],
    }));
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("profile");
    let over = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&over);
    let app = TestApp::open_with(directory, data_dir, move |notice| {
        if let Notice::Remembering(progress) = notice
            && progress.is_over
        {
            told.fetch_add(1, Ordering::Relaxed);
        }
    });
    let (conversation, _) = talk_to(&app, &server, "sliding");
    talk_of_books(&app, &conversation);
    let profile = app.slot().get().unwrap();
    let id: ConversationId = conversation.parse().unwrap();
    let waiting = spawn(async move { profile.remembering.summarize(profile.user.id, id).await });
    let seen = until("the work", || {
        let at_work = view(&app, &conversation)["atWork"].clone();
        at_work.is_object().then_some(at_work)
    });
    assert_eq!(seen["work"], "summaries");
    assert_eq!(seen["isOver"], false);
    assert_error(
        &call(&app, "memory_summarize", &conversation).unwrap_err(),
        "conflict",
    );
    assert_eq!(call(&app, "memory_stop", &conversation).unwrap(), true);
    let stopped = block_on(waiting).unwrap().unwrap();
    assert_eq!((stopped.was_stopped, stopped.made), (true, 0));
    assert_eq!(call(&app, "memory_stop", &conversation).unwrap(), false);
    assert_eq!(view(&app, &conversation)["atWork"], Value::Null);
    assert_eq!(over.load(Ordering::Relaxed), 1);
}

#[test]
fn a_model_that_sums_up_gives_way_to_a_reply_and_rules_sum_up_in_the_end() {
    let server = block_on(Fake::answering(|request| match asks(request) {
        Asks::Reply => good("I see."),
        _ => vec![Step::Hold],
    }));
    let app = TestApp::new();
    let (conversation, _) = talk_to(&app, &server, "summarization");
    // From the seventh on something is due, and each further message stops the model, which would never be ready.
    for number in 1..=9 {
        say(
            &app,
            &conversation,
            &format!("I read book number {number}."),
        );
        if number > 6 {
            until("the question", || {
                let asked = server.requests();
                let of_memory = asked.iter().filter(|request| asks(request) != Asks::Reply);
                (of_memory.count() == number - 6).then_some(())
            });
        }
    }
    assert_eq!(view(&app, &conversation)["summaries"], json!([]));
    say(&app, &conversation, "I read no more.");
    let summary = until("a summary", || {
        view(&app, &conversation)["summaries"].get(0).cloned()
    });
    assert_eq!(summary["model"], Value::Null);
}

#[test]
fn what_is_done_in_one_conversation_gives_way_to_a_reply_in_another() {
    let server = block_on(Fake::answering(|request| match asks(request) {
        Asks::Reply => good("I see."),
        _ => vec![Step::Hold],
    }));
    let app = TestApp::new();
    let (conversation, _) = talk_to(&app, &server, "summarization");
    talk_of_books(&app, &conversation);
    until("the question", || {
        let asked = server.requests();
        let is_asked = asked.iter().any(|request| asks(request) != Asks::Reply);
        is_asked.then_some(())
    });
    let other = app.conversation();
    app.set("partnerPace", "instant");
    say(&app, &other, "Hello");
    block_on(server.was_left());
}

#[test]
fn a_server_that_was_changed_since_it_was_read_is_not_asked() {
    let server = block_on(Fake::answering(serve));
    let app = TestApp::new();
    let (_, kept) = talk_to(&app, &server, "sliding");
    let profile = app.slot().get().unwrap();
    let id: ModelServerId = kept["id"].as_str().unwrap().parse().unwrap();
    let read = block_on(profile.read(move |tx, user| model_server::get(tx, user, id))).unwrap();
    assert!(block_on(profile.servers.connect(&read)).is_ok());
    let elsewhere = json!({ "name": null, "address": "http://127.0.0.1:9/v1", "allowsPlainHttp": false,
        "usesKey": true, "key": "sk-new" });
    app.call(
        "model_server_update",
        json!({ "id": kept["id"], "server": elsewhere }),
    )
    .unwrap();
    let refused = block_on(profile.servers.connect(&read)).unwrap_err();
    assert_eq!(refused.code(), "server_changed");
    app.call("model_server_delete", json!({ "id": kept["id"] }))
        .unwrap();
    assert!(block_on(profile.servers.connect(&read)).is_err());
}

#[test]
#[ignore = "by hand: needs a real model server with embeddings at PARLANCE_MODEL_ADDRESS"]
#[allow(clippy::print_stdout, reason = "for whoever runs it by hand")]
fn a_real_model_remembers() {
    let address = std::env::var("PARLANCE_MODEL_ADDRESS").unwrap();
    let app = TestApp::new();
    let (conversation, kept) = talk_at(&app, &address, "any", "semantic");
    let models = app
        .call("model_server_models", json!({ "id": kept["id"] }))
        .unwrap();
    let model = models[0].as_str().unwrap();
    let tutor = json!({ "kind": "model", "serverId": kept["id"], "model": model });
    app.call(
        "conversation_set_tutor",
        json!({ "id": conversation, "tutor": tutor }),
    )
    .unwrap();
    set_embedding_model(&app, &kept, Some(model)).unwrap();
    for words in [
        "My dog is called Biscuit.",
        "I work in a bank.",
        "I like green tea.",
        "What is my dog called?",
    ] {
        say_slowly(&app, &conversation, words);
    }
    let learnt = call(&app, "memory_learn_meanings", &conversation).unwrap();
    assert_eq!(learnt["coverage"], json!({ "known": 8, "missing": 0 }));
    let made = call(&app, "memory_summarize", &conversation).unwrap();
    assert_eq!(made["made"], 1, "{made}");
    let view = view(&app, &conversation);
    println!("{made:#}\n{:#}\n{:#}", view["summaries"], view["facts"]);
}

/// A real model takes its time.
fn say_slowly(app: &TestApp, conversation: &str, content: &str) {
    let sent = json!({ "conversationId": conversation, "content": content });
    app.call("message_send", sent).unwrap();
    let is_over = || {
        let last = app.messages(conversation).pop().unwrap();
        last["role"] == "assistant" && last["status"] != "streaming"
    };
    let begun = std::time::Instant::now();
    while !is_over() && begun.elapsed().as_secs() < 120 {
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}
