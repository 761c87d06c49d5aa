//! A model as the tutor: chosen, talked to, and what can be done when it fails.

use window_driver::{MessageOnScreen, Window, until};

use crate::{
    model::{Fake, Step, answer, good, says, stream, then},
    pictures::Album,
    support::Computer,
};

/// Adds the server by its address, as one would by hand, and chooses a model of it for the open conversation.
pub async fn choose_model(window: &Window, address: &str, model: &str) {
    window.click("tutor-open").await.unwrap();
    window.click("server-add").await.unwrap();
    window.type_into("server-address", address).await.unwrap();
    window.click("server-save").await.unwrap();
    window.find("server-added").await.unwrap();
    window
        .click_css(&format!(
            "[data-testid=\"tutor-choice\"][data-model=\"{model}\"]"
        ))
        .await
        .unwrap();
    let chosen = "return document.querySelector('[data-testid=tutor-choice]:checked')?.dataset.model ?? null";
    until("the choice", || async {
        let chosen: Option<String> = window.ask(chosen, Vec::new()).await?;
        Ok((chosen.as_deref() == Some(model)).then_some(()))
    })
    .await
    .unwrap();
    window.click("tutor-close").await.unwrap();
}

/// The reply to these words, once it has come to this end.
pub async fn reply_to(window: &Window, said: &str, status: &str) -> MessageOnScreen {
    let reply = until(&format!("a reply that is {status}"), || async {
        let mut messages = window.messages().await?;
        let last = messages.pop();
        let is_said = messages.pop().is_some_and(|before| before.words == said);
        Ok(last.filter(|last| is_said && last.role == "assistant" && last.status == status))
    })
    .await;
    match reply {
        Ok(reply) => reply,
        Err(error) => panic!("{error}: {:#?}", window.messages().await.unwrap().pop()),
    }
}

/// Says something and waits for the end of the reply.
pub async fn say(window: &Window, words: &str, status: &str) -> MessageOnScreen {
    window.say(words).await.unwrap();
    reply_to(window, words, status).await
}

/// One of the ways on from a reply that failed.
pub async fn go_on_by(window: &Window, action: &str) {
    window
        .click_css(&format!(
            "[data-testid=\"reply-way\"][data-action=\"{action}\"]"
        ))
        .await
        .unwrap();
}

fn stored(computer: &Computer) -> Vec<(String, String, Option<String>)> {
    let database = computer.database();
    let mut statement = database
        .prepare(
            "SELECT content, status, failure_code FROM messages
             WHERE role = 'assistant' AND model <> 'template' AND deleted_at IS NULL ORDER BY sequence_number",
        )
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_model_answers_and_when_it_fails_there_is_a_way_on() {
    let server = Fake::with_models(
        &["small", "qwen3-4b"],
        vec![
            good("[happy] Nice to meet you! [pause] And where do you live?"),
            stream(&says("Hà Nội is very old. Do you")),
            good("Do you live near the lake?"),
            answer("401 No", "", ""),
            then(stream(&says("Well, ")), Step::Hold),
        ],
    )
    .await;
    let album = Album::new();
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1120, 760).await.unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    choose_model(&window, &server.address(), "qwen3-4b").await;

    let reply = say(&window, "Hello, my name is Linh.", "complete").await;
    assert_eq!(
        reply.all_words().join(" "),
        "Nice to meet you! And where do you live?"
    );

    let home = "I live in Hà Nội ☕ 谢谢";
    say(&window, home, "failed").await;
    let trouble = window.text("reply-trouble").await.unwrap().unwrap();
    assert!(trouble.contains("in the middle of the answer"), "{trouble}");
    album.take(&window, "model-broke-off").await;
    go_on_by(&window, "resume").await;
    let reply = reply_to(&window, home, "complete").await;
    assert_eq!(
        reply.all_words().join(" "),
        "Hà Nội is very old. Do you live near the lake?"
    );

    say(&window, "Yes, I do.", "failed").await;
    go_on_by(&window, "builtIn").await;
    reply_to(&window, "Yes, I do.", "complete").await;

    window.say("And you?").await.unwrap();
    until("the first words", || async {
        let last = window.messages().await?.pop();
        Ok(last.filter(|last| last.all_words() == ["Well,"]))
    })
    .await
    .unwrap();
    window.reload().await.unwrap();
    window.click("stop").await.unwrap();
    server.was_left().await;
    reply_to(&window, "And you?", "interrupted").await;
    window.quit().await.unwrap();

    let stored = stored(&computer);
    let ends: Vec<&str> = stored
        .iter()
        .map(|(_, status, _)| status.as_str())
        .collect();
    assert_eq!(ends, ["complete", "complete", "complete", "interrupted"]);
    assert!(stored.iter().all(|(_, _, failure)| failure.is_none()));
    assert_eq!(
        stored[1].0,
        "Hà Nội is very old. Do you live near the lake?"
    );
    let models: String = computer
        .database()
        .query_row(
            "SELECT group_concat(model, ' ') FROM (SELECT model FROM messages
             WHERE role = 'assistant' AND model <> 'template' ORDER BY sequence_number)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(models, "qwen3-4b qwen3-4b practice-partner qwen3-4b");
}

#[tokio::test]
async fn a_kill_in_mid_reply_costs_no_word_that_was_on_the_screen() {
    let server = Fake::with_models(
        &["small"],
        vec![
            then(
                stream(&says("It was raining. We sat in the old")),
                Step::Hold,
            ),
            good("We sat in the old café and talked."),
        ],
    )
    .await;
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    choose_model(&window, &server.address(), "small").await;
    window.say("What did you do?").await.unwrap();
    until("the words", || async {
        let last = window.messages().await?.pop();
        Ok(last.filter(|last| last.all_words().ends_with(&["old"])))
    })
    .await
    .unwrap();
    window.kill().await.unwrap();

    let window = computer.open().await;
    window.click("conversation-item").await.unwrap();
    let left = reply_to(&window, "What did you do?", "interrupted").await;
    assert_eq!(
        left.all_words().join(" "),
        "It was raining. We sat in the old"
    );
    go_on_by(&window, "resume").await;
    let whole = reply_to(&window, "What did you do?", "complete").await;
    assert_eq!(
        whole.all_words().join(" "),
        "It was raining. We sat in the old café and talked."
    );
    window.quit().await.unwrap();
}

#[tokio::test]
async fn what_is_remembered_stands_beside_the_chat_and_moves_nothing() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.resize(1280, 820).await.unwrap();
    window.start_conversation("cafe-order").await.unwrap();
    window.say("My name is Linh.").await.unwrap();
    window.click("top-bar-menu").await.unwrap();
    window
        .click_css("[data-testid=\"top-bar-menu-item\"][data-action=\"memory\"]")
        .await
        .unwrap();
    until("the fact", || async {
        let panel = window.text("memory-panel").await?;
        Ok(panel.filter(|panel| panel.contains("Linh")))
    })
    .await
    .unwrap();
    let page =
        "const page = document.scrollingElement; return page.scrollHeight - page.clientHeight";
    let beyond: i64 = window.ask(page, Vec::new()).await.unwrap();
    assert_eq!(beyond, 0, "the page has grown and could be scrolled away");
    window.quit().await.unwrap();
}
