//! Servers on this computer.

use std::time::Duration;

use futures::future::join_all;
use reqwest::header::{HeaderMap, SERVER};
use serde_json::Value;
use tokio::time::timeout;

use super::address::Address;
use super::http::Http;
use super::patience::Patience;
use super::reading::MAX_ANSWER_BYTES;
use super::server::model_ids;

/// How long to look at each port: a program on this computer answers in a few milliseconds, or is not there.
pub const LOOK_FOR: Duration = Duration::from_millis(300);

/// A port of this computer at which a server may be listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// At 127.0.0.1. There is no way to name another computer.
    pub port: u16,
    /// Which program usually listens there: the name of a server that does not tell its own.
    pub usually: &'static str,
}

/// Where the programs that people run listen if nobody tells them otherwise.
pub const USUAL_CANDIDATES: &[Candidate] = &[
    Candidate {
        port: 11434,
        usually: "Ollama",
    },
    Candidate {
        port: 8080,
        usually: "llama.cpp",
    },
    Candidate {
        port: 1234,
        usually: "LM Studio",
    },
    Candidate {
        port: 8000,
        usually: "vLLM",
    },
    Candidate {
        port: 5000,
        usually: "text-generation-webui",
    },
];

/// A server that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundServer {
    /// The program, as far as its answers tell.
    pub name: &'static str,
    /// Where it is.
    pub address: Address,
    /// Its models' ids, sorted; may be empty.
    pub models: Vec<String>,
}

/// Looks for model servers at ports of this computer, all at once, and for so long at most: [`LOOK_FOR`], unless
/// the computer is very busy.
///
/// Gives those that answer with a list of models, in the order of the candidates. It is a network access: call it
/// when the learner wishes it.
pub async fn discover(candidates: &[Candidate], look_for: Duration) -> Vec<FoundServer> {
    let looks = candidates
        .iter()
        .map(|candidate| async { timeout(look_for, look(*candidate)).await.ok().flatten() });
    join_all(looks).await.into_iter().flatten().collect()
}

async fn look(candidate: Candidate) -> Option<FoundServer> {
    let address = Address::loopback(candidate.port);
    let http = Http::new(address.clone(), None, Patience::default()).ok()?;
    let list = http.ask(http.get(address.endpoint("models")), MAX_ANSWER_BYTES);
    let (headers, answer) = list.await.ok()?;
    let models = model_ids(&answer).ok()?;
    let name = match name_by_list(&headers, &answer) {
        Some(name) => name,
        None if is_ollama(&http).await => "Ollama",
        None => candidate.usually,
    };
    Some(FoundServer {
        name,
        address,
        models,
    })
}

/// By the header `Server`, or by whom the models are said to belong to.
fn name_by_list(headers: &HeaderMap, answer: &Value) -> Option<&'static str> {
    if headers.get(SERVER).is_some_and(|name| name == "llama.cpp") {
        return Some("llama.cpp");
    }
    let first = answer.get("data")?.as_array()?.first()?;
    match first.get("owned_by")?.as_str()? {
        "llamacpp" => Some("llama.cpp"),
        "vllm" => Some("vLLM"),
        "organization_owner" => Some("LM Studio"),
        _ => None,
    }
}

async fn is_ollama(http: &Http) -> bool {
    let version = http.get(http.address.with_path("/api/version"));
    let answer = http.ask(version, MAX_ANSWER_BYTES).await;
    answer.is_ok_and(|(_, answer)| answer.get("version").is_some_and(Value::is_string))
}
