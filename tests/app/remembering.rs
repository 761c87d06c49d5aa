//! What a model does for the memory of a conversation, seen in the window: earlier messages found by meaning, summing up
//! with a stop, and how hard a reply is.

use serde_json::{Value, json};
use window_driver::{Window, until};

use crate::{
    model::{Fake, Step, answer, good},
    models::{choose_model, say},
    pictures::Album,
    support::Computer,
};

/// Gives every text the same meaning, never ends a summary, and answers everything else.
fn serve(request: &str) -> Vec<Step> {
    if request.starts_with("GET ") {
        let models = json!({ "data": [{ "id": "small" }, { "id": "nomic-embed-text" }] });
        return answer("200 OK", "", &models.to_string());
    }
    if request.starts_with("POST /v1/embeddings") {
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let vectors: Vec<Value> = body["input"]
            .as_array()
            .unwrap()
            .iter()
            .map(|_| json!({ "embedding": [0.5, 0.25, 1.0] }))
            .collect();
        return answer("200 OK", "", &json!({ "data": vectors }).to_string());
    }
    let is_of_memory = ["You sum up a conversation", "worth remembering"]
        .iter()
        .any(|words| request.contains(words));
    if is_of_memory {
        vec![Step::Hold]
    } else {
        good("I see. The ubiquitous bureaucracy exacerbates everything!")
    }
}

async fn open_memory(window: &Window) {
    window.click("top-bar-menu").await.unwrap();
    window
        .click_css("[data-testid=\"top-bar-menu-item\"][data-action=\"memory\"]")
        .await
        .unwrap();
    window.find("memory-panel").await.unwrap();
}

/// Of the last message.
async fn open_details(window: &Window) {
    let last = window.messages().await.unwrap().pop().unwrap().id;
    window
        .click_css(&format!(
            "[data-testid=message][data-id='{last}'] [data-testid=message-more]"
        ))
        .await
        .unwrap();
    window
        .click_css("[data-testid=message-menu-item][data-action=details]")
        .await
        .unwrap();
    window.find("details-facts").await.unwrap();
}

async fn reads(window: &Window, test_id: &str, words: &str) {
    until(words, || async {
        let text = window.text(test_id).await?;
        Ok(text.filter(|text| text.contains(words)))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_model_reads_for_meaning_and_sums_up_while_the_learner_can_stop_it() {
    let server = Fake::answering(serve).await;
    let album = Album::new();
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1280, 820).await.unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    choose_model(&window, &server.address(), "small").await;
    for words in [
        "I like trà xanh.",
        "My dog is called Biscuit.",
        "我喜欢咖啡。",
    ] {
        say(&window, words, "complete").await;
    }

    window.click("settings-open").await.unwrap();
    window.click("server-meaning-change").await.unwrap();
    album.take(&window, "meaning-choice").await;
    window
        .click_css("[data-testid=\"meaning-dialog\"] [data-model=\"nomic-embed-text\"]")
        .await
        .unwrap();
    reads(&window, "server-meaning", "nomic-embed-text").await;
    album.take(&window, "servers-light").await;
    window.press("Escape").await.unwrap();

    open_memory(&window).await;
    window
        .click_css("[data-testid=\"memory-strategy\"][data-strategy=\"semantic\"]")
        .await
        .unwrap();
    window.click("meaning-learn").await.unwrap();
    reads(&window, "meaning", "knows what every message here means").await;
    album.take(&window, "memory-meaning-light").await;

    // All but the last two messages are old enough then.
    window
        .click_css("[data-testid=memory-advanced] summary")
        .await
        .unwrap();
    window.click("memory-max-messages").await.unwrap();
    window.press("Control+a").await.unwrap();
    window.type_into("memory-max-messages", "2").await.unwrap();
    window.press("Tab").await.unwrap();
    until("the setting", || async {
        let stored: u32 = computer.database().query_row(
            "SELECT max_context_messages FROM conversations",
            [],
            |row| row.get(0),
        )?;
        Ok((stored == 2).then_some(()))
    })
    .await
    .unwrap();
    window.click("sum-up").await.unwrap();
    window.find("sum-up-stop").await.unwrap();
    album.take(&window, "memory-at-work-light").await;
    // What runs is there after a reload, and is stopped then.
    window.reload().await.unwrap();
    open_memory(&window).await;
    window.click("sum-up-stop").await.unwrap();
    server.was_left().await;
    until("the end of it", || async {
        Ok((window.count("sum-up-stop").await? == 0).then_some(()))
    })
    .await
    .unwrap();
    window.quit().await.unwrap();
    let database = computer.database();
    let count = |table: &str| -> i64 {
        database
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap()
    };
    assert_eq!(count("message_embeddings"), 7);
    assert_eq!(count("conversation_summaries"), 0);
}

#[tokio::test]
async fn the_details_of_a_reply_tell_how_hard_it_is() {
    let server = Fake::answering(serve).await;
    let album = Album::new();
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    choose_model(&window, &server.address(), "small").await;
    say(&window, "Hello", "complete").await;
    for theme in ["light", "dark"] {
        window.click("settings-open").await.unwrap();
        window.choose("theme-select", theme).await.unwrap();
        window.press("Escape").await.unwrap();
        open_details(&window).await;
        reads(&window, "details-above", "ubiquitous").await;
        album.take(&window, &format!("details-{theme}")).await;
        window.click("details-close").await.unwrap();
    }
    window.quit().await.unwrap();
}
