//! One reply of a model: asked for, asked for again while that is of use, and read to its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt as _};
use parlance_storage::Role;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::answer::{Again, Failure};
use super::error::{ModelError, Waiting};
use super::http::Http;
use super::reading::Reading;
use crate::Turn;

/// What a model is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatRequest {
    /// The model's id, as the server lists it.
    pub model: String,
    /// Instructions, questions and answers, oldest first.
    pub messages: Vec<Turn>,
    /// How much chance plays a part, 0 to 2; the server's own choice where it is absent.
    pub temperature: Option<f32>,
    /// The longest reply in tokens; the server's own choice where it is absent.
    pub max_tokens: Option<u32>,
}

/// A piece of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delta {
    /// Words to be heard. Where one piece ends has no meaning.
    Words(String),
    /// The reply is whole, or as whole as its limit lets it be. Nothing comes after it.
    End(Ending),
}

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Why.
    pub finish: Finish,
    /// What it cost, if the server says so.
    pub usage: Option<Usage>,
}

/// Why a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model had said all it wanted to say.
    Stop,
    /// The limit of tokens was reached, mostly in the middle of a sentence.
    Length,
    /// The server said that the reply is done, and not why.
    Unsaid,
}

/// What a reply cost, in tokens as the server counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Of the question with all that came before it.
    pub prompt_tokens: u64,
    /// Of the reply.
    pub completion_tokens: u64,
}

/// What this server has been found not to take. Learnt from its refusals, so that each is met only once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dislikes {
    usage: bool,
    temperature: bool,
    max_tokens: bool,
}

impl Dislikes {
    /// Learns from a refusal; `None` if it was about something else.
    fn learn(mut self, failure: &Failure, request: &ChatRequest) -> Option<Self> {
        if !matches!(failure.error, ModelError::Refused { .. }) {
            return None;
        }
        let before = self;
        let is_named = |name: &str| failure.said.contains(name);
        self.usage |= is_named("stream_options") || is_named("include_usage");
        self.temperature |= request.temperature.is_some() && is_named("temperature");
        self.max_tokens |= request.max_tokens.is_some() && is_named("max_completion_tokens");
        (self != before).then_some(self)
    }
}

/// Starts a reply. Nothing happens before the stream is read, or after it was dropped.
pub(super) fn chat(
    http: Arc<Http>,
    dislikes: Arc<Mutex<Dislikes>>,
    request: ChatRequest,
) -> BoxStream<'static, Result<Delta, ModelError>> {
    let reply = Reply {
        wait: Wait::new(&http),
        http,
        dislikes,
        request,
        stage: Stage::Asking,
        failed: 0,
    };
    stream::unfold(reply, |mut reply| async move {
        let delta = reply.next().await?;
        Some((delta, reply))
    })
    .boxed()
}

struct Reply {
    http: Arc<Http>,
    dislikes: Arc<Mutex<Dislikes>>,
    request: ChatRequest,
    wait: Wait,
    stage: Stage,
    /// How many tries have failed.
    failed: u32,
}

enum Stage {
    Asking,
    Reading(Response, Box<Reading>),
    /// Words that came before the end, or before what went wrong. The connection is closed.
    Emptying(Box<Reading>, Option<ModelError>),
    Over,
}

impl Reply {
    async fn next(&mut self) -> Option<Result<Delta, ModelError>> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Over => return None,
                Stage::Asking => match self.ask().await {
                    Ok(response) => {
                        let reading = Reading::new(self.http.key.clone());
                        self.stage = Stage::Reading(response, Box::new(reading));
                    }
                    Err(error) => return Some(Err(error)),
                },
                Stage::Reading(response, mut reading) => {
                    if let Some(words) = reading.take_words() {
                        self.stage = Stage::Reading(response, reading);
                        return Some(Ok(Delta::Words(words)));
                    }
                    self.stage = self.read(response, reading).await;
                }
                Stage::Emptying(mut reading, error) => {
                    if let Some(words) = reading.take_words() {
                        self.stage = Stage::Emptying(reading, error);
                        return Some(Ok(Delta::Words(words)));
                    }
                    return Some(match error {
                        Some(error) => Err(error),
                        None => reading.ending().map(Delta::End),
                    });
                }
            }
        }
    }

    /// Asks until there is an answer, or asking again is of no use.
    async fn ask(&mut self) -> Result<Response, ModelError> {
        loop {
            let dislikes = *lock(&self.dislikes);
            let request = self
                .http
                .post("chat/completions", &body(&self.request, dislikes));
            let failure = match self.wait.on(self.http.send(request)).await? {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            if let Some(learnt) = dislikes.learn(&failure, &self.request) {
                *lock(&self.dislikes) = learnt;
                continue;
            }
            self.wait_for_next_try(failure.error, failure.again).await?;
        }
    }

    /// Waits until the question may be asked again, or gives the error back if it may not.
    async fn wait_for_next_try(
        &mut self,
        error: ModelError,
        again: Again,
    ) -> Result<(), ModelError> {
        self.failed += 1;
        match retry_wait(&self.http, self.failed, again) {
            // What was wrong says more than that the time is over.
            Some(wait) => self.wait.on(sleep(wait)).await.map_err(|_| error),
            None => Err(error),
        }
    }

    /// Reads on, and decides how to go on from there.
    async fn read(&mut self, mut response: Response, mut reading: Box<Reading>) -> Stage {
        let read = match self.wait.on(response.chunk()).await {
            Ok(Ok(Some(bytes))) => reading.push(&bytes),
            Ok(Ok(None)) => match reading.end() {
                Ok(()) => return Stage::Emptying(reading, None),
                Err(error) => Err(error),
            },
            Ok(Err(_)) => Err(ModelError::CutOff),
            Err(error) => Err(error),
        };
        if reading.take_progress() {
            self.wait.has_heard_a_word();
        }
        match read {
            Ok(()) if reading.is_done() => Stage::Emptying(reading, None),
            Ok(()) => {
                if reading.has_ended() {
                    self.wait.only_for_the_epilogue();
                }
                Stage::Reading(response, reading)
            }
            Err(error) => self.after_failure(error, reading).await,
        }
    }

    async fn after_failure(&mut self, error: ModelError, mut reading: Box<Reading>) -> Stage {
        // All words had come: what went wrong after them takes nothing away.
        if reading.has_ended() && !matches!(error, ModelError::TooLong { .. }) {
            // It can only fail by being too long, and then `TooLong` has been the error.
            let _flushed = reading.end();
            return Stage::Emptying(reading, None);
        }
        if error == ModelError::CutOff && !reading.has_spoken() && !self.wait.has_begun() {
            return match self.wait_for_next_try(error, Again::Reconnect).await {
                Ok(()) => Stage::Asking,
                Err(error) => Stage::Emptying(reading, Some(error)),
            };
        }
        Stage::Emptying(reading, Some(error))
    }
}

/// How long to wait after a number of failed tries, if it is to be tried again at all.
pub(super) fn retry_wait(http: &Http, failed: u32, again: Again) -> Option<Duration> {
    let patience = &http.patience;
    let back_off = patience.back_off_after(failed, rand::random());
    let (tries, wait) = match again {
        Again::No => return None,
        Again::Reconnect => (patience.tries, back_off),
        Again::Later(wished) => (
            patience.tries_when_busy,
            wished.unwrap_or_default().max(back_off),
        ),
    };
    (failed < tries && wait <= patience.longest_wait).then_some(wait)
}

fn body(request: &ChatRequest, dislikes: Dislikes) -> Value {
    let messages: Vec<Value> = request.messages.iter().map(message).collect();
    let mut body = json!({"model": request.model, "messages": messages, "stream": true});
    if !dislikes.usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    if let Some(temperature) = request.temperature.filter(|_| !dislikes.temperature) {
        body["temperature"] = json!(temperature);
    }
    if let Some(max_tokens) = request.max_tokens {
        let name = if dislikes.max_tokens {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        body[name] = json!(max_tokens);
    }
    body
}

fn message(turn: &Turn) -> Value {
    let role = match turn.role {
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::System => "system",
    };
    json!({"role": role, "content": turn.content})
}

/// A panic elsewhere leaves what was learnt as it was.
fn lock(dislikes: &Mutex<Dislikes>) -> std::sync::MutexGuard<'_, Dislikes> {
    dislikes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts the time that is spent waiting for the server.
struct Wait {
    waiting: Waiting,
    /// How long this may last, and how long it has.
    limit: Duration,
    waited: Duration,
    next_word: Duration,
    epilogue: Duration,
    left: Duration,
}

impl Wait {
    fn new(http: &Http) -> Self {
        Self {
            waiting: Waiting::FirstWord,
            limit: http.patience.first_word,
            waited: Duration::ZERO,
            next_word: http.patience.next_word,
            epilogue: http.patience.epilogue,
            left: http.patience.whole,
        }
    }

    /// Waits for something, as long as there is patience for it.
    async fn on<T>(&mut self, future: impl Future<Output = T>) -> Result<T, ModelError> {
        let patience = self.limit.saturating_sub(self.waited);
        let begun = Instant::now();
        let done = timeout(patience.min(self.left), future).await;
        let waiting = if self.left < patience {
            Waiting::End
        } else {
            self.waiting
        };
        self.waited += begun.elapsed();
        self.left = self.left.saturating_sub(begun.elapsed());
        done.map_err(|_| ModelError::TimedOut { waiting })
    }

    fn has_heard_a_word(&mut self) {
        if self.waiting == Waiting::End {
            return;
        }
        self.waiting = Waiting::NextWord;
        self.limit = self.next_word;
        self.waited = Duration::ZERO;
    }

    /// Begins once: what comes after the last word does not make it longer.
    fn only_for_the_epilogue(&mut self) {
        if self.waiting != Waiting::End {
            self.waiting = Waiting::End;
            self.limit = self.epilogue;
            self.waited = Duration::ZERO;
        }
    }

    /// Whether the model has said or thought anything.
    fn has_begun(&self) -> bool {
        self.waiting != Waiting::FirstWord
    }
}
