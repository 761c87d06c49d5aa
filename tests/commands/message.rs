use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

fn send(app: &TestApp, conversation: &str, content: &str) -> Result<Value, Value> {
    app.call(
        "message_send",
        json!({ "conversationId": conversation, "content": content }),
    )
}

fn reply(app: &TestApp, conversation: &str, status: &str) -> Value {
    until(&format!("a reply that is {status}"), || {
        let messages = app.messages(conversation);
        messages
            .into_iter()
            .next_back()
            .filter(|message| message["role"] == "assistant" && message["status"] == status)
    })
}

#[test]
fn a_message_is_stored_and_answered_in_speakable_chunks() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let said = "Chào bạn! 我想喝咖啡 ☕ — أهلاً";
    let sent = send(&app, &conversation, said).unwrap();
    assert_eq!(sent["content"], said);
    assert_eq!(sent["role"], "user");

    let reply = reply(&app, &conversation, "complete");
    let chunks = reply["chunks"].as_array().unwrap();
    assert!(!chunks.is_empty());
    let text: String = chunks
        .iter()
        .map(|chunk| chunk["text"].as_str().unwrap())
        .collect();
    assert_eq!(text, reply["content"].as_str().unwrap());
    for (index, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk["chunkIndex"], index);
        assert!(
            chunk["emotion"].is_string() && chunk["pauseAfterMs"].is_number(),
            "{chunk}"
        );
    }
    let stored = app.messages(&conversation);
    let sequence: Vec<u64> = stored
        .iter()
        .map(|message| message["sequenceNumber"].as_u64().unwrap())
        .collect();
    assert_eq!(sequence, (1..=stored.len() as u64).collect::<Vec<_>>());
    assert_eq!(stored[stored.len() - 2]["content"], said);
    assert_eq!(
        app.call("message_get", json!({ "id": reply["id"] }))
            .unwrap()["id"],
        reply["id"]
    );
}

#[test]
fn the_window_is_told_of_every_change() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    let before = app.changes_told();
    send(&app, &conversation, "Hello there, how are you today?").unwrap();
    reply(&app, &conversation, "complete");
    // The message, some words, the end: at least.
    until("the news of it", || {
        (app.changes_told() >= before + 3).then_some(())
    });
}

#[rstest]
#[case::empty(String::new())]
#[case::blank("  \n\t \u{200b}\u{3000}".to_owned())]
#[case::nul("before\0after".to_owned())]
#[case::a_megabyte("words ".repeat(180_000))]
fn a_message_that_cannot_be_is_refused_and_nothing_is_stored(#[case] content: String) {
    let app = TestApp::new();
    let conversation = app.conversation();
    let before = app.messages(&conversation);
    let error = send(&app, &conversation, &content).unwrap_err();
    assert_error(&error, "invalid");
    assert_eq!(error["details"]["field"], "message");
    assert!(
        error.to_string().len() < 1000,
        "the error repeats the message"
    );
    assert_eq!(app.messages(&conversation), before);
}

#[rstest]
#[case::no_content(json!({ "conversationId": "0000000000001" }))]
#[case::number(json!({ "conversationId": "0000000000001", "content": 5 }))]
#[case::list(json!({ "conversationId": "0000000000001", "content": ["a"] }))]
#[case::unknown_argument(json!({ "conversationId": "0000000000001", "content": "a", "contents": "b" }))]
#[case::id_too_long(json!({ "conversationId": "0".repeat(14), "content": "a" }))]
#[case::id_with_bad_letters(json!({ "conversationId": "ĐĐĐĐĐĐĐĐĐĐĐĐĐ", "content": "a" }))]
fn a_malformed_message_is_a_typed_error(#[case] arguments: Value) {
    let app = TestApp::new();
    let error = app.call("message_send", arguments).unwrap_err();
    assert_error(&error, "invalid");
}

#[test]
fn what_was_typed_is_not_in_the_error() {
    let app = TestApp::new();
    let arguments = json!({ "conversationId": "my secret words", "content": "x" });
    let error = app.call("message_send", arguments).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    let arguments = json!({ "patch": { "theme": "my secret words" } });
    let error = app.call("settings_update", arguments).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_message_to_an_unknown_conversation_is_not_found() {
    let app = TestApp::new();
    let error = send(&app, "0000000000001", "hello").unwrap_err();
    assert_error(&error, "not_found");
    let error = app
        .call("message_stop", json!({ "conversationId": "0000000000001" }))
        .unwrap_err();
    assert_error(&error, "not_found");
    let error = app
        .call("message_get", json!({ "id": "0000000000001" }))
        .unwrap_err();
    assert_error(&error, "not_found");
    let arguments =
        json!({ "conversationId": "0000000000001", "beforeSequence": null, "limit": 10 });
    assert_error(
        &app.call("message_list", arguments).unwrap_err(),
        "not_found",
    );
}

#[test]
fn a_second_message_while_the_tutor_answers_is_a_conflict_and_not_stored() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    send(&app, &conversation, "What do you like about summer?").unwrap();
    let during = app.messages(&conversation).len();
    let error = send(&app, &conversation, "And about winter?").unwrap_err();
    assert_error(&error, "conflict");
    assert_eq!(app.messages(&conversation).len(), during);
}

#[test]
fn a_stopped_reply_keeps_its_words_and_talking_goes_on() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    send(&app, &conversation, "What do you like about summer?").unwrap();
    let words = until("some words", || {
        let last = app.messages(&conversation).pop().unwrap();
        let content = last["content"].as_str().unwrap().to_owned();
        (content.split_whitespace().count() >= 2).then_some(content)
    });
    let stopped = app
        .call("message_stop", json!({ "conversationId": conversation }))
        .unwrap();
    assert_eq!(stopped, true);
    let reply_message = reply(&app, &conversation, "interrupted");
    assert!(
        reply_message["content"]
            .as_str()
            .unwrap()
            .starts_with(&words)
    );
    let chunks: String = reply_message["chunks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chunk| chunk["text"].as_str().unwrap())
        .collect();
    assert_eq!(chunks, reply_message["content"].as_str().unwrap());
    assert_eq!(
        app.call("message_stop", json!({ "conversationId": conversation }))
            .unwrap(),
        false
    );

    app.set("partnerPace", "instant");
    send(&app, &conversation, "And about winter?").unwrap();
    reply(&app, &conversation, "complete");
}

#[test]
fn quitting_in_mid_reply_keeps_the_words_and_the_next_start_shows_them() {
    let app = TestApp::new();
    app.set("partnerPace", "slow");
    let conversation = app.conversation();
    send(&app, &conversation, "What do you like about summer?").unwrap();
    let words = until("some words", || {
        let last = app.messages(&conversation).pop().unwrap();
        let content = last["content"].as_str().unwrap().to_owned();
        (!content.trim().is_empty()).then_some(content)
    });
    let (directory, data_dir) = app.quit();
    let app = TestApp::open(directory, data_dir);
    let last = app.messages(&conversation).pop().unwrap();
    assert_eq!(last["status"], "interrupted");
    assert!(last["content"].as_str().unwrap().starts_with(&words));
}

#[test]
fn older_messages_come_page_by_page() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    for turn in 0..6 {
        send(
            &app,
            &conversation,
            &format!("This is what I say in turn {turn}."),
        )
        .unwrap();
        reply(&app, &conversation, "complete");
    }
    let all = app.messages(&conversation);
    let mut seen: Vec<Value> = Vec::new();
    let mut before = Value::Null;
    loop {
        let arguments =
            json!({ "conversationId": conversation, "beforeSequence": before, "limit": 5 });
        let page = app.call("message_list", arguments).unwrap();
        let messages = page["messages"].as_array().unwrap();
        seen.splice(0..0, messages.clone());
        if page["hasMore"] == false {
            break;
        }
        before = messages[0]["sequenceNumber"].clone();
    }
    // Their sounds are being made meanwhile, so what is said of those may differ.
    let words = |messages: &[Value]| -> Vec<Value> {
        let fields = messages.iter();
        fields
            .map(|message| json!([message["id"], message["content"]]))
            .collect()
    };
    assert_eq!(words(&seen), words(&all));
}

#[test]
fn the_details_of_a_message_tell_how_hard_it_is_for_the_level_of_its_conversation() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app
        .call(
            "conversation_create",
            json!({ "request": { "level": "A1" } }),
        )
        .unwrap()["id"]
        .clone();
    let say = |content: &str| {
        until("the end of the reply before", || {
            app.call(
                "message_send",
                json!({ "conversationId": conversation, "content": content }),
            )
            .ok()
        })
    };
    let details = |message: &Value| {
        app.call("message_details", json!({ "id": message["id"] }))
            .unwrap()
    };
    let easy = details(&say("I have a dog. It is big."));
    assert_eq!(easy["level"], "A1");
    assert_eq!(easy["sentenceCount"], 2);
    assert_eq!(easy["isSentenceLengthKept"], true);
    assert_eq!(easy["isVocabularyKept"], true);
    assert!(easy["tokenCount"].as_u64().unwrap() > 0);
    let hard = details(&say("The ubiquitous bureaucracy exacerbates my dog."));
    assert_eq!(hard["isVocabularyKept"], false);
    let words = hard["wordsAbove"].as_array().unwrap();
    assert!(
        words.iter().any(|above| above["word"] == "ubiquitous"),
        "{hard}"
    );
    let other = details(&say("我有一只狗。它很大。"));
    assert_eq!(other["isVocabularyKept"], Value::Null);
    assert_eq!(other["sentenceCount"], 2);
}

#[test]
fn the_built_in_partner_brings_in_words_that_are_due_and_what_it_remembers() {
    let app = TestApp::new();
    app.set("partnerPace", "instant");
    let conversation = app.conversation();
    app.call(
        "key_fact_create",
        json!({ "conversationId": conversation, "factType": "interest", "text": "Likes old maps" }),
    )
    .unwrap();
    rusqlite::Connection::open(app.data_dir().join("parlance.db"))
        .unwrap()
        .execute_batch(
            "INSERT INTO vocabulary_words
                 (id, user_id, language, word, status, due_at, first_encountered_at, created_at, updated_at)
             SELECT 1, id, 'en', 'umbrella', 'review', 1, 0, 0, 0 FROM users",
        )
        .unwrap();
    let mut said = String::new();
    for number in 1..=25 {
        send(&app, &conversation, &format!("I saw film number {number}.")).unwrap();
        said += reply(&app, &conversation, "complete")["content"]
            .as_str()
            .unwrap();
        said += "\n";
    }
    assert!(said.contains("umbrella"), "{said}");
    assert!(said.contains("old maps"), "{said}");
}
