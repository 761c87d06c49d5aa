//! How model servers are talked to, against a server that misbehaves on purpose.

mod addresses;
mod discovery;
mod embeddings;
mod engine;
mod fake;
mod limits;
mod lists;
mod replies;
mod retries;
mod strangers;
mod waiting;

use std::time::Duration;

use futures::StreamExt;
use parlance_storage::Role;
use parlance_tutor::Turn;
use parlance_tutor::model::{
    Address, ApiKey, ChatRequest, Delta, Ending, ModelError, ModelServer, Patience, PlainHttp,
};

use fake::Fake;

/// A key that can be looked for in every error.
const KEY: &str = "sk-very-secret-0123456789";

/// Long enough for a busy machine, and with waits between tries that nobody notices.
fn patient() -> Patience {
    Patience {
        back_off: Duration::from_millis(1),
        ..Patience::default()
    }
}

fn server_with(fake: &Fake, patience: Patience) -> ModelServer {
    let address = Address::parse(&fake.address(), PlainHttp::PrivateOnly).unwrap();
    let key = Some(ApiKey::new(KEY).unwrap());
    ModelServer::with_patience(address, key, patience).unwrap()
}

fn server(fake: &Fake) -> ModelServer {
    server_with(fake, patient())
}

fn question() -> ChatRequest {
    ChatRequest {
        model: "small".to_owned(),
        messages: vec![Turn {
            role: Role::User,
            content: "How are you?".to_owned(),
        }],
        ..ChatRequest::default()
    }
}

/// The words of a reply, and how it ended.
async fn ask(server: &ModelServer) -> (String, Result<Ending, ModelError>) {
    let mut deltas = server.chat(question());
    let mut words = String::new();
    let mut ending = None;
    while let Some(delta) = deltas.next().await {
        assert!(ending.is_none(), "{delta:?} came after {ending:?}");
        match delta {
            Ok(Delta::Words(more)) => words.push_str(&more),
            Ok(Delta::End(end)) => ending = Some(Ok(end)),
            Err(error) => {
                assert!(!error.to_string().contains(KEY), "{error}");
                assert!(!format!("{error:?}").contains(KEY), "{error:?}");
                ending = Some(Err(error));
            }
        }
    }
    (words, ending.expect("a reply ends"))
}

/// The words and the error of a reply to a server that does this, each time it is asked.
async fn fails(script: Vec<fake::Step>) -> (String, ModelError) {
    let fake = Fake::new(vec![script]).await;
    let (words, ending) = ask(&server(&fake)).await;
    (words, ending.expect_err("this reply fails"))
}
