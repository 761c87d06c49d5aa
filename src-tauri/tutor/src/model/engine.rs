//! A model as a partner.

use futures::StreamExt as _;
use futures::future::ready;
use futures::stream::BoxStream;

use super::chat::{ChatRequest, Delta, Finish};
use super::error::ModelError;
use super::prompt::{self, Setting};
use super::server::ModelServer;
use crate::{ReplyEngine, ReplyError, ReplyRequest};

/// A turn of a conversation is short; a model that does not stop is stopped here.
const MAX_TOKENS: u32 = 1_024;

const TEMPERATURE: f32 = 0.7;

/// Lets one model of a server answer a learner.
#[derive(Clone, Debug)]
pub struct ModelEngine {
    server: ModelServer,
    model: String,
}

impl ModelEngine {
    /// The model is named as the server lists it.
    #[must_use]
    pub fn new(server: ModelServer, model: String) -> Self {
        Self { server, model }
    }
}

impl ReplyEngine for ModelEngine {
    fn name(&self) -> &str {
        &self.model
    }

    /// The model speaks at its own pace; the request's is for engines that have their answer at once. A reply that
    /// the limit of tokens cuts ends as `Interrupted`, so that the learner can have it gone on with.
    fn reply(&self, request: ReplyRequest) -> BoxStream<'static, Result<String, ReplyError>> {
        let setting = Setting {
            scenario: request.scenario.as_deref(),
            level: request.level,
            title: None,
        };
        let deltas = self.server.chat(ChatRequest {
            model: self.model.clone(),
            messages: prompt::messages(&setting, &request.history),
            temperature: Some(TEMPERATURE),
            max_tokens: Some(MAX_TOKENS),
        });
        deltas
            .scan(false, |has_spoken, delta| {
                let had_spoken = *has_spoken;
                *has_spoken = true;
                ready(Some(match delta {
                    Ok(Delta::Words(words)) => Some(Ok(words)),
                    Ok(Delta::End(ending)) if ending.finish == Finish::Length => {
                        Some(Err(ModelError::ReachedLimit.into_reply_error(true)))
                    }
                    Ok(Delta::End(_)) => None,
                    Err(error) => Some(Err(error.into_reply_error(had_spoken))),
                }))
            })
            .filter_map(ready)
            .boxed()
    }
}
