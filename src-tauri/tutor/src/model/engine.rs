//! A model as a partner.

use futures::StreamExt as _;
use futures::stream::{self, BoxStream};

use super::chat::{ChatRequest, Delta, Finish};
use super::error::ModelError;
use super::prompt::{self, Setting};
use super::server::ModelServer;
use crate::seam::Seam;
use crate::{ReplyEngine, ReplyError, ReplyRequest};

/// For the thoughts of a model that thinks, and its words.
const MAX_TOKENS: u32 = 2_048;

/// A turn of a conversation is short: a model that goes on and on is stopped here, after some two minutes of speech.
const LONGEST_TURN_CHARACTERS: usize = 2_000;

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

    fn reads_context(&self) -> bool {
        true
    }

    /// The model speaks at its own pace; the request's is for engines that have their answer at once. A reply that
    /// the limit of tokens cuts ends as `Interrupted`, so that the learner can have it gone on with.
    fn reply(&self, request: ReplyRequest) -> BoxStream<'static, Result<String, ReplyError>> {
        let messages = match request.context {
            Some(context) => prompt::remembered(context),
            None => {
                let setting = Setting {
                    scenario: request.scenario.as_deref(),
                    level: request.level,
                    own_prompt: None,
                    title: None,
                };
                prompt::messages(&setting, &request.history, &request.begun)
            }
        };
        let deltas = self.server.chat(ChatRequest {
            model: self.model.clone(),
            messages,
            temperature: Some(TEMPERATURE),
            max_tokens: Some(MAX_TOKENS),
        });
        let mut spoken = Spoken {
            seam: Seam::after(request.begun),
            characters: 0,
        };
        deltas
            .flat_map(move |delta| stream::iter(spoken.next(delta)))
            .boxed()
    }
}

/// A reply on its way from the server to the learner.
struct Spoken {
    seam: Seam,
    /// How many have been let through.
    characters: usize,
}

impl Spoken {
    /// What a piece of the server's answer gives: words, an error, both or nothing.
    fn next(
        &mut self,
        delta: Result<Delta, ModelError>,
    ) -> impl Iterator<Item = Result<String, ReplyError>> + use<> {
        let (words, mut error) = match delta {
            Ok(Delta::Words(words)) => (self.seam.push(&words), None),
            Ok(Delta::End(ending)) => {
                let is_cut = ending.finish == Finish::Length;
                (
                    self.seam.finish(),
                    is_cut.then_some(ModelError::ReachedLimit),
                )
            }
            Err(error) => (self.seam.finish(), Some(error)),
        };
        self.characters += words.chars().count();
        if self.characters > LONGEST_TURN_CHARACTERS {
            // Whoever reads the stream drops it after an error, which stops the model.
            error = error.or(Some(ModelError::ReachedLimit));
        }
        let has_spoken = self.characters > 0;
        let error = error.map(|error| Err(error.into_reply_error(has_spoken)));
        let words = (!words.is_empty()).then_some(Ok(words));
        words.into_iter().chain(error)
    }
}
