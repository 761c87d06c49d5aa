//! What can go wrong between a learner and a model.

use std::time::Duration;

use thiserror::Error;

use crate::ReplyError;

/// Why a server gave no answer, or not all of it.
///
/// Each is a sentence for people, without the full stop; whoever translates goes by [`Self::code`]. None holds the
/// key. A `reason` is the server's own words, cut to 200 characters and free of control characters; it may repeat
/// what the learner said, so it can be shown but must not be logged.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// Nobody answers at the address, or the connection broke before there was an answer.
    #[error("no model server can be reached at {host}: {reason}")]
    NotReachable {
        /// Host and port.
        host: String,
        /// What happened to the connection.
        reason: &'static str,
    },
    /// The server was too slow.
    #[error("the model server took too long {waiting}")]
    TimedOut {
        /// What was waited for.
        waiting: Waiting,
    },
    /// 401 or 403: the key is missing, wrong, or not good for this.
    #[error("the model server does not accept the key, or wants one")]
    Unauthorized,
    /// 404, or 501 of a server that was started without the service: there is no such thing there.
    #[error("the model server does not have {missing}")]
    NotFound {
        /// What is not there.
        missing: Missing,
    },
    /// 429: too many questions for this account or server.
    #[error("the model server wants fewer questions{}", after(retry_after))]
    RateLimited {
        /// How long the server wants to be left alone, if it says.
        retry_after: Option<Duration>,
    },
    /// 502, 503, 504 or 529: the server is there and cannot answer now.
    #[error("the model server has too much to do, or cannot reach its model")]
    Overloaded,
    /// 503 of a server that has just been started.
    #[error("the model server is still loading its model")]
    Loading,
    /// 500 and the like, or a failure told in the middle of a stream.
    #[error("the model server failed with status {status}{}", because(reason))]
    ServerFailed {
        /// The HTTP status; 200 if the failure came within a stream that had begun well.
        status: u16,
        /// The server's words; may be empty.
        reason: String,
    },
    /// Something answers, but not a model server: a web page, a redirect.
    #[error("what answers at this address is not a model server, but {what}")]
    NotAModelServer {
        /// What it seems to be.
        what: &'static str,
    },
    /// The answer makes no sense.
    #[error("the model server sent something that makes no sense: {what}")]
    Garbage {
        /// What was wrong with it.
        what: &'static str,
    },
    /// The connection ended in the middle of an answer.
    #[error("the connection to the model server ended in the middle of its answer")]
    CutOff,
    /// The answer is larger than any good one.
    #[error("the model server sent too much: more than {limit}")]
    TooLong {
        /// The limit that was reached.
        limit: Limit,
    },
    /// The server will not answer this: a content filter, or a request that it does not take.
    #[error("the model server refused the question{}", because(reason))]
    Refused {
        /// The server's words; may be empty.
        reason: String,
    },
    /// The reply reached the limit of tokens that was set for it, mostly in the middle of a sentence. Only an engine
    /// says so; for a chat it is an ending.
    #[error("the reply reached its limit and was cut there")]
    ReachedLimit,
    /// The model ended without a word for the learner.
    #[error("the model gave no words{}", if *.while_thinking { ": it reached its limit while thinking" } else { "" })]
    NoWords {
        /// Whether it was cut off by the limit of tokens while it was still thinking.
        while_thinking: bool,
    },
}

/// What a time-out was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For the connection.
    Connection,
    /// For a short answer: the list of models, embeddings.
    Answer,
    /// For the first word of a reply, with all retries.
    FirstWord,
    /// For the next word.
    NextWord,
    /// For the end of a reply.
    End,
}

/// What a server does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The model of this name.
    Model,
    /// The service: the address is of something else, or has another path.
    Service,
}

/// How much a server may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Characters of a reply.
    Characters,
    /// Bytes of one event of a stream.
    Event,
    /// Bytes of a whole stream.
    Stream,
    /// Bytes of an answer that is not streamed.
    Answer,
}

impl ModelError {
    /// Names the kind of trouble, for whoever translates it; never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotReachable { .. } => "model_not_reachable",
            Self::TimedOut { .. } => "model_timed_out",
            Self::Unauthorized => "model_unauthorized",
            Self::NotFound {
                missing: Missing::Model,
            } => "model_not_found",
            Self::NotFound {
                missing: Missing::Service,
            } => "model_service_not_found",
            Self::RateLimited { .. } => "model_rate_limited",
            Self::Overloaded => "model_overloaded",
            Self::Loading => "model_loading",
            Self::ServerFailed { .. } => "model_server_failed",
            Self::NotAModelServer { .. } => "model_not_a_server",
            Self::Garbage { .. } => "model_garbage",
            Self::CutOff => "model_cut_off",
            Self::TooLong { .. } => "model_too_long",
            Self::Refused { .. } => "model_refused",
            Self::ReachedLimit => "model_reached_limit",
            Self::NoWords { .. } => "model_no_words",
        }
    }

    /// As a reply's error; `has_spoken` tells whether words came before it.
    #[must_use]
    pub fn into_reply_error(self, has_spoken: bool) -> ReplyError {
        let code = self.code();
        let reason = self.to_string();
        match self {
            _ if has_spoken => ReplyError::Interrupted { reason, code },
            Self::CutOff | Self::TooLong { .. } | Self::ReachedLimit | Self::Garbage { .. } => {
                ReplyError::Interrupted { reason, code }
            }
            Self::Unauthorized
            | Self::NotFound { .. }
            | Self::NotAModelServer { .. }
            | Self::Refused { .. }
            | Self::NoWords { .. } => ReplyError::Refused { reason, code },
            Self::NotReachable { .. }
            | Self::TimedOut { .. }
            | Self::RateLimited { .. }
            | Self::Overloaded
            | Self::Loading
            | Self::ServerFailed { .. } => ReplyError::Unavailable { reason, code },
        }
    }
}

impl std::fmt::Display for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connection => "to be connected",
            Self::Answer => "to answer",
            Self::FirstWord => "to begin its reply",
            Self::NextWord => "to go on with its reply",
            Self::End => "to finish its reply",
        })
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Model => "this model",
            Self::Service => "this service at this address",
        })
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Characters => "32,000 characters",
            Self::Event => "256 kB in one piece",
            Self::Stream => "16 MB for one reply",
            Self::Answer => "an answer may have",
        })
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

fn after(wait: &Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| {
        format!("; it asks to wait {} seconds", wait.as_secs())
    })
}
