use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, until};

#[test]
fn a_chunk_becomes_sound_that_the_window_gets_as_bytes() {
    let app = TestApp::new();
    let templates = app.call("template_list", json!({})).unwrap();
    let conversation = app
        .call(
            "conversation_create",
            json!({ "request": { "templateId": templates[0]["id"] } }),
        )
        .unwrap();
    let id = conversation["id"].as_str().unwrap();
    let chunk: Value = until("the sound of the opening words", || {
        let messages = app.messages(id);
        let chunk = messages[0]["chunks"][0].clone();
        (chunk["ttsStatus"] == "completed").then_some(chunk)
    });
    assert!(chunk["audioDurationMs"].as_u64().unwrap() > 100);
    assert_eq!(chunk["attemptCount"], 1);
    let bytes = app
        .bytes("chunk_audio", json!({ "id": chunk["id"] }))
        .unwrap();
    assert_eq!(&bytes[..4], b"RIFF");
    assert!(bytes.len() > 1000);
}

#[test]
fn an_unknown_chunk_has_no_sound_and_cannot_be_tried_again() {
    let app = TestApp::new();
    let error = app
        .bytes("chunk_audio", json!({ "id": "0000000000001" }))
        .unwrap_err();
    assert_error(&error, "not_found");
    let error = app
        .call("chunk_retry", json!({ "id": "0000000000001" }))
        .unwrap_err();
    assert_error(&error, "not_found");
}
