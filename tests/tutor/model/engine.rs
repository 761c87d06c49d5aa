//! A model that answers a learner.

use futures::StreamExt;
use parlance_storage::memory::{MemorySettings, Said, Sources};
use parlance_storage::{CefrLevel, Role};
use parlance_tutor::memory::build;
use parlance_tutor::model::{ModelEngine, Setting};
use parlance_tutor::{Pace, PracticePartner, ReplyEngine, ReplyError, ReplyRequest, Turn};

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

#[tokio::test]
async fn a_reply_that_broke_off_is_gone_on_with_and_nothing_of_it_comes_twice() {
    let fake = Fake::new(vec![good("With milk or with lemon?")]).await;
    let engine = ModelEngine::new(server(&fake), "small".to_owned());
    let request = ReplyRequest {
        begun: "One tea. With milk".to_owned(),
        ..request()
    };
    let said: Vec<_> = engine.reply(request).collect().await;
    let said: String = said.into_iter().map(Result::unwrap).collect();
    assert_eq!(said, " or with lemon?");
    let asked = fake.requests().remove(0);
    let (_, body) = asked.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let messages = body["messages"].as_array().unwrap();
    assert_eq!(messages[4]["role"], "assistant");
    assert_eq!(messages[4]["content"], "One tea. With milk");
    assert_eq!(messages[5]["role"], "user");
}

#[tokio::test]
async fn what_was_held_back_to_compare_comes_before_the_trouble() {
    let fake = Fake::new(vec![stream(&says("or lemon"))]).await;
    let engine = ModelEngine::new(server(&fake), "small".to_owned());
    let request = ReplyRequest {
        begun: "With milk".to_owned(),
        ..request()
    };
    let pieces: Vec<_> = engine.reply(request).collect().await;
    assert_eq!(pieces[0], Ok(" or lemon".to_owned()));
    assert!(
        matches!(
            &pieces[1],
            Err(ReplyError::Interrupted {
                code: "model_cut_off",
                ..
            })
        ),
        "{pieces:?}"
    );
}

#[tokio::test]
async fn a_model_is_told_what_its_memory_chose_and_the_built_in_partner_reads_the_history() {
    let fake = Fake::new(vec![good("With lemon?")]).await;
    let now = parlance_storage::Timestamp::from_millis(0);
    let sources = Sources {
        settings: MemorySettings::default(),
        recent: vec![Said {
            id: parlance_storage::MessageId::new(now),
            sequence_number: 7,
            role: Role::User,
            content: "A tea, please.".to_owned(),
            token_count: 5,
            created_at: now,
        }],
        has_earlier: true,
        summaries: Vec::new(),
        facts: Vec::new(),
        recalled: Vec::new(),
    };
    let request = ReplyRequest {
        begun: "One tea. With milk".to_owned(),
        ..request()
    };
    let setting = Setting {
        scenario: request.scenario.as_deref(),
        level: request.level,
        own_prompt: None,
        title: Some("Trà chiều"),
    };
    let context = build(&sources, &setting, &request.begun);
    let remembering = ReplyRequest {
        context: Some(context.clone()),
        ..request.clone()
    };
    let engine = ModelEngine::new(server(&fake), "small".to_owned());
    let said: Vec<_> = engine.reply(remembering.clone()).collect().await;
    let said: String = said.into_iter().map(Result::unwrap).collect();
    assert_eq!(said.trim(), "With lemon?");
    let asked = fake.requests().remove(0);
    let (_, body) = asked.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let told: Vec<(&str, &str)> = body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| {
            let text = |field: &str| message[field].as_str().unwrap();
            (text("role"), text("content"))
        })
        .collect();
    assert_eq!(told[0], ("system", context.system.as_str()));
    let turns: Vec<(&str, &str)> = context
        .turns
        .iter()
        .map(|turn| (turn.role.as_str(), turn.content.as_str()))
        .collect();
    assert_eq!(told[1..], turns, "exactly what the context says");
    assert_eq!(turns[1], ("assistant", "One tea. With milk"));

    let partner = |request: ReplyRequest| async {
        let pieces: Vec<_> = PracticePartner.reply(request).collect().await;
        pieces.into_iter().map(Result::unwrap).collect::<String>()
    };
    let quick = |request: ReplyRequest| ReplyRequest {
        pace: Pace::Instant,
        ..request
    };
    assert_eq!(
        partner(quick(remembering)).await,
        partner(quick(request)).await
    );
}

#[tokio::test]
async fn a_model_that_goes_on_and_on_is_stopped_with_all_that_it_said_so_far() {
    let sentence = "你好 and so on, and on, and on. ";
    let endless = then(
        stream(&says(sentence)),
        Step::Forever(says(sentence).into_bytes()),
    );
    let fake = Fake::new(vec![endless]).await;
    let engine = ModelEngine::new(server(&fake), "small".to_owned());
    let mut said = String::new();
    let mut reply = engine.reply(request());
    let error = loop {
        match reply.next().await.unwrap() {
            Ok(words) => said.push_str(&words),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), "model_reached_limit");
    assert!((2_000..2_100).contains(&said.chars().count()), "{said}");
    drop(reply);
    fake.was_left().await;
}
