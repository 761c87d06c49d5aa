//! What messages mean, asked of a model: found again by it, and what happens when the model does not say.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tauri::async_runtime::block_on;

use crate::{
    model::{Fake, answer},
    remembering::{
        Asks, TEA, asks, body, call, say, serve, set_embedding_model, talk_of_books, talk_to,
        vectors, view,
    },
    support::{TestApp, assert_error, until},
};

#[test]
fn what_means_the_same_is_told_to_the_model_though_no_word_is_the_same() {
    let server = block_on(Fake::answering(serve));
    let app = TestApp::new();
    let (conversation, kept) = talk_to(&app, &server, "semantic");
    assert_eq!(view(&app, &conversation)["meaning"], Value::Null);
    let chosen = set_embedding_model(&app, &kept, Some("embed 嵌入")).unwrap();
    assert_eq!(chosen["embeddingModel"], "embed 嵌入");
    say(&app, &conversation, "My puppy is called Biscuit.");
    talk_of_books(&app, &conversation);
    say(&app, &conversation, "Con chó ấy tên là gì?");
    let requests = server.requests();
    let asked = requests
        .iter()
        .rfind(|request| asks(request) == Asks::Reply);
    let told = body(asked.unwrap())["messages"][0]["content"].clone();
    assert!(told.as_str().unwrap().contains("Biscuit"), "{told}");
    // What the window shows is found in the same way.
    let seen = view(&app, &conversation);
    assert_eq!(seen["seen"]["system"], told);
    assert_eq!(seen["meaning"]["model"], "embed 嵌入");
    until("all of it", || {
        (view(&app, &conversation)["meaning"]["missing"] == 0).then_some(())
    });
    // A vector that was damaged costs no answer.
    let raw = rusqlite::Connection::open(app.data_dir().join("parlance.db")).unwrap();
    raw.execute("UPDATE message_embeddings SET vector = x'0000c07f'", [])
        .unwrap();
    assert!(view(&app, &conversation)["seen"].is_object());
    let of_meaning = |request: &&String| asks(request) == Asks::Meaning;
    let first = requests.iter().filter(of_meaning).nth(1).unwrap();
    assert_eq!(body(first)["model"], "embed 嵌入");
    assert_eq!(body(first)["input"], json!(["My puppy is called Biscuit."]));
}

#[test]
fn without_meaning_older_messages_are_found_by_words_and_the_reply_comes() {
    let is_broken = Arc::new(AtomicBool::new(false));
    let broken = Arc::clone(&is_broken);
    let server = block_on(Fake::answering(move |request| match asks(request) {
        Asks::Meaning if broken.load(Ordering::Relaxed) => {
            answer("500 Oh", "", "input is too large")
        }
        _ => serve(request),
    }));
    let app = TestApp::new();
    let (conversation, kept) = talk_to(&app, &server, "semantic");
    set_embedding_model(&app, &kept, Some("embed")).unwrap();
    is_broken.store(true, Ordering::Relaxed);
    say(&app, &conversation, "My giraffe is called Biscuit.");
    talk_of_books(&app, &conversation);
    let reply = say(&app, &conversation, "What was the giraffe called?");
    assert_eq!(reply["status"], "complete");
    let told = view(&app, &conversation)["seen"]["system"].clone();
    assert!(told.as_str().unwrap().contains("Biscuit"), "{told}");
    let failed = call(&app, "memory_learn_meanings", &conversation).unwrap_err();
    assert_error(&failed, "tutor");
    assert_eq!(
        failed["details"]["failure"], "model_server_failed",
        "{failed}"
    );

    is_broken.store(false, Ordering::Relaxed);
    let learnt = call(&app, "memory_learn_meanings", &conversation).unwrap();
    assert_eq!(learnt["wasStopped"], false);
    assert_eq!(learnt["coverage"], json!({ "known": 20, "missing": 0 }));
}

#[test]
fn a_model_whose_vectors_have_another_size_now_is_asked_for_all_of_them_anew() {
    let size = Arc::new(AtomicUsize::new(3));
    let now = Arc::clone(&size);
    let server = block_on(Fake::answering(move |request| match asks(request) {
        Asks::Meaning => vectors(request, |_| vec![0.5; now.load(Ordering::Relaxed)]),
        _ => serve(request),
    }));
    let app = TestApp::new();
    let (conversation, kept) = talk_to(&app, &server, "semantic");
    set_embedding_model(&app, &kept, Some("embed")).unwrap();
    talk_of_books(&app, &conversation);
    until("what is known", || {
        (view(&app, &conversation)["meaning"]["missing"] == 0).then_some(())
    });
    size.store(5, Ordering::Relaxed);
    let reply = say(&app, &conversation, "And what of dogs?");
    assert_eq!(reply["status"], "complete");
    let coverage = |key: &str| view(&app, &conversation)["meaning"][key].clone();
    assert_eq!(
        (coverage("known"), coverage("missing")),
        (json!(16), json!(2))
    );
    let learnt = call(&app, "memory_learn_meanings", &conversation).unwrap();
    assert_eq!(learnt["coverage"], json!({ "known": 18, "missing": 0 }));
}

#[test]
fn a_text_that_means_nothing_to_a_model_costs_no_other_its_meaning() {
    let server = block_on(Fake::answering(|request| match asks(request) {
        Asks::Meaning => {
            let texts = body(request)["input"].to_string();
            // A server that chokes on one text refuses all that come with it.
            if texts.contains("number 3") {
                return answer("500 Oh", "", "input is too large");
            }
            vectors(request, |text| {
                let is_nothing = text.contains("number 5");
                if is_nothing {
                    vec![0.0; 3]
                } else {
                    TEA.to_vec()
                }
            })
        }
        _ => serve(request),
    }));
    let app = TestApp::new();
    let (conversation, kept) = talk_to(&app, &server, "semantic");
    talk_of_books(&app, &conversation);
    set_embedding_model(&app, &kept, Some("embed")).unwrap();
    let learnt = call(&app, "memory_learn_meanings", &conversation).unwrap();
    assert_eq!(learnt["coverage"], json!({ "known": 14, "missing": 2 }));
    let asked = server.requests().len();
    let again = call(&app, "memory_learn_meanings", &conversation).unwrap();
    assert_eq!(again["coverage"]["missing"], 2);
    assert_eq!(
        server.requests().len(),
        asked,
        "what is no use is not asked again"
    );
}

#[test]
fn a_model_for_meanings_is_tried_before_it_is_chosen() {
    let server = block_on(Fake::answering(|request| match asks(request) {
        Asks::Meaning => answer(
            "501 No",
            "",
            r#"{"error": {"message": "start me with --embeddings"}}"#,
        ),
        _ => serve(request),
    }));
    let app = TestApp::new();
    let (conversation, kept) = talk_to(&app, &server, "semantic");
    let refused = set_embedding_model(&app, &kept, Some("small")).unwrap_err();
    assert_error(&refused, "tutor");
    let list = app.call("model_server_list", json!({})).unwrap();
    assert_eq!(list[0]["embeddingModel"], Value::Null);
    let none = set_embedding_model(&app, &kept, None).unwrap();
    assert_eq!(none["embeddingModel"], Value::Null);
    assert_error(
        &call(&app, "memory_learn_meanings", &conversation).unwrap_err(),
        "conflict",
    );
}
