//! One server and what it can be asked.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use serde_json::Value;
use tokio::time::Instant;

use super::address::Address;
use super::answer::is_invisible;
use super::chat::{self, ChatRequest, Delta, Dislikes, Ending, Finish};
use super::embed;
use super::error::ModelError;
use super::http::Http;
use super::key::ApiKey;
use super::patience::Patience;
use super::reading::MAX_ANSWER_BYTES;

/// A longer id is left out: cut, it would name nothing.
const MAX_ID_CHARACTERS: usize = 256;

/// A server of one address and one key. Cheap to clone; clones share what was learnt about the server.
#[derive(Clone)]
pub struct ModelServer {
    http: Arc<Http>,
    dislikes: Arc<Mutex<Dislikes>>,
}

/// A server that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// How many models it has; may be 0.
    pub models: usize,
    /// From the question to the end of the answer.
    pub latency: Duration,
}

impl ModelServer {
    /// A server at an address, with the usual [`Patience`]. Touches no network.
    ///
    /// # Errors
    /// `NotReachable` if the address needs TLS and this computer trusts no certificate at all.
    pub fn new(address: Address, key: Option<ApiKey>) -> Result<Self, ModelError> {
        Self::with_patience(address, key, Patience::default())
    }

    /// A server that is waited for in another way.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_patience(
        address: Address,
        key: Option<ApiKey>,
        patience: Patience,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            http: Arc::new(Http::new(address, key, patience)?),
            dislikes: Arc::default(),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.http.address
    }

    /// The ids of its models, sorted, each once, without invisible characters; empty if it has none. Asks once.
    ///
    /// # Errors
    /// [`ModelError`].
    pub async fn list_models(&self) -> Result<Vec<String>, ModelError> {
        let request = self.http.get(self.http.address.endpoint("models"));
        let asked = self.http.ask(request, MAX_ANSWER_BYTES).await;
        let (_, answer) = asked.map_err(|failure| failure.error)?;
        model_ids(&answer)
    }

    /// Whether the server can be reached with this address and key: what a button "test the connection" shows.
    /// Asks once, for the list of models.
    ///
    /// # Errors
    /// [`ModelError`]: why not.
    pub async fn test(&self) -> Result<Reachable, ModelError> {
        let begun = Instant::now();
        let models = self.list_models().await?.len();
        Ok(Reachable {
            models,
            latency: begun.elapsed(),
        })
    }

    /// Asks a model, and gives its words as they come, then one [`Delta::End`].
    ///
    /// Nothing happens before the stream is read. After an error nothing more comes; the words before it stand.
    /// Dropping the stream closes the connection, which stops the model. The question is asked again only
    /// before the first word or thought, and only if the connection failed or the server is busy.
    ///
    /// Read it within a Tokio runtime.
    pub fn chat(&self, request: ChatRequest) -> BoxStream<'static, Result<Delta, ModelError>> {
        chat::chat(Arc::clone(&self.http), Arc::clone(&self.dislikes), request)
    }

    /// The whole answer to a question that is not part of a conversation, such as for a summary.
    ///
    /// # Errors
    /// [`ModelError`]; `ReachedLimit` if the answer was cut at `max_tokens`, `NoWords` if there is none.
    pub async fn ask(&self, request: ChatRequest) -> Result<String, ModelError> {
        let mut answer = String::new();
        let mut deltas = self.chat(request);
        while let Some(delta) = deltas.next().await {
            match delta? {
                Delta::Words(words) => answer.push_str(&words),
                Delta::End(Ending {
                    finish: Finish::Length,
                    ..
                }) => return Err(ModelError::ReachedLimit),
                Delta::End(_) => {}
            }
        }
        Ok(answer)
    }

    /// The meanings of texts as vectors, in the order of the texts: all of one size, at least 1, and finite.
    ///
    /// # Errors
    /// [`ModelError`]; `Garbage` if the vectors are not like that.
    pub async fn embed(&self, model: &str, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        embed::embed(&self.http, model, texts).await
    }
}

impl fmt::Debug for ModelServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModelServer({})", self.http.address)
    }
}

/// The ids in a list of models.
pub(super) fn model_ids(answer: &Value) -> Result<Vec<String>, ModelError> {
    let Some(models) = answer.get("data").unwrap_or(answer).as_array() else {
        return Err(ModelError::NotAModelServer {
            what: "something that has no list of models",
        });
    };
    let ids: BTreeSet<String> = models.iter().filter_map(model_id).collect();
    Ok(ids.into_iter().collect())
}

fn model_id(model: &Value) -> Option<String> {
    let id = model.get("id").unwrap_or(model).as_str()?;
    let id: String = id.chars().filter(|c| !is_invisible(*c)).collect();
    let id = id.trim();
    (!id.is_empty() && id.chars().count() <= MAX_ID_CHARACTERS).then(|| id.to_owned())
}
