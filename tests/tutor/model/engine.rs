//! A model that answers a learner.

use futures::StreamExt;
use parlance_storage::{CefrLevel, Role};
use parlance_tutor::model::ModelEngine;
use parlance_tutor::{ReplyEngine, ReplyError, ReplyRequest, Turn};

use super::fake::{Fake, LENGTH, Step, answer, good, says, stream, then};
use super::server;

fn request() -> ReplyRequest {
    let turn = |role, content: &str| Turn {
        role,
        content: content.to_owned(),
    };
    ReplyRequest {
        scenario: Some("cafe-order".to_owned()),
        level: Some(CefrLevel::A1),
        history: vec![
            turn(Role::Assistant, "What would you like?"),
            turn(Role::User, "A tea, please."),
        ],
        ..ReplyRequest::default()
    }
}

async fn reply(fake: &Fake) -> Vec<Result<String, ReplyError>> {
    let engine = ModelEngine::new(server(fake), "small".to_owned());
    engine.reply(request()).collect().await
}

#[tokio::test]
async fn the_words_of_the_model_are_the_reply() {
    let fake = Fake::new(vec![good("With milk?")]).await;
    assert_eq!(reply(&fake).await, [Ok("With milk?".to_owned())]);
    let engine: Box<dyn ReplyEngine> =
        Box::new(ModelEngine::new(server(&fake), "small".to_owned()));
    assert_eq!(engine.name(), "small");
}

#[tokio::test]
async fn the_model_is_told_its_role_and_the_conversation_so_far() {
    let fake = Fake::new(vec![good("With milk?")]).await;
    reply(&fake).await;
    let request = fake.requests().remove(0);
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let messages = body["messages"].as_array().unwrap();
    let roles: Vec<_> = messages
        .iter()
        .map(|message| message["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert!(
        messages[0]["content"]
            .as_str()
            .unwrap()
            .contains("Green Cup")
    );
    assert_eq!(messages[3]["content"], "A tea, please.");
    assert_eq!(body["model"], "small");
}

#[tokio::test]
async fn each_trouble_is_of_the_kind_that_the_caller_knows() {
    let cases = [
        (
            answer("401 No", "", ""),
            "",
            "refused",
            "model_unauthorized",
        ),
        (answer("400 No", "", ""), "", "refused", "model_refused"),
        (
            answer("500 No", "", ""),
            "",
            "unavailable",
            "model_server_failed",
        ),
        (
            answer("503 No", "", "loading"),
            "",
            "unavailable",
            "model_loading",
        ),
        (
            answer("200 OK", "", "<html>"),
            "",
            "refused",
            "model_not_a_server",
        ),
        (stream(&says("Hm")), "Hm", "interrupted", "model_cut_off"),
        (
            stream(&format!("{}{LENGTH}", says("Hm"))),
            "Hm",
            "interrupted",
            "model_reached_limit",
        ),
        (
            stream(&format!("{}data: {{\"error\":\"x\"}}\n\n", says("Hm"))),
            "Hm",
            "interrupted",
            "model_server_failed",
        ),
    ];
    for (script, words, kind, code) in cases {
        let fake = Fake::new(vec![script]).await;
        let mut pieces = reply(&fake).await;
        let error = pieces.pop().unwrap().unwrap_err();
        let said: String = pieces.into_iter().map(Result::unwrap).collect();
        assert_eq!(said, words);
        let found = match error {
            ReplyError::Unavailable { code, .. } => ("unavailable", code),
            ReplyError::Refused { code, .. } => ("refused", code),
            ReplyError::Interrupted { code, .. } => ("interrupted", code),
        };
        assert_eq!(found, (kind, code));
    }
}

#[tokio::test]
async fn a_dropped_reply_stops_the_model() {
    let fake = Fake::new(vec![then(stream(&says("Hm")), Step::Hold)]).await;
    let engine = ModelEngine::new(server(&fake), "small".to_owned());
    let mut reply = engine.reply(request());
    assert_eq!(reply.next().await, Some(Ok("Hm".to_owned())));
    drop(reply);
    fake.was_left().await;
}
