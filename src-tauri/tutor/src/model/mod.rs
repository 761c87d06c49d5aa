//! Models behind a server: any program or service that speaks the OpenAI-compatible protocol.
//!
//! [`ModelServer`] is one such server, by its [`Address`] and perhaps an [`ApiKey`]: its models, a test of the
//! connection, words in a stream, embeddings. [`ModelEngine`] lets one of its models answer a learner. [`discover`]
//! looks for servers on this computer.
//!
//! What a server sends is judged, never trusted. Every answer is bounded in bytes, characters and time, whatever
//! is in it; every failure is a [`ModelError`] with a code; no failure names the key. Nothing here touches the
//! network before it is asked to, follows a redirect, or goes on after its stream was dropped.

mod address;
mod answer;
mod chat;
mod discover;
mod embed;
mod engine;
mod error;
mod http;
mod key;
mod patience;
pub(crate) mod prompt;
mod reading;
mod server;
mod sse;
mod thought;
mod wire;

pub use address::{Address, AddressError, PlainHttp};
pub use chat::{ChatRequest, Delta, Ending, Finish, Usage};
pub use discover::{Candidate, FoundServer, LOOK_FOR, USUAL_CANDIDATES, discover};
pub use engine::ModelEngine;
pub use error::{Limit, Missing, ModelError, Waiting};
pub use key::{ApiKey, KeyError};
pub use patience::Patience;
pub use prompt::{Setting, system};
pub use reading::{MAX_EVENT_BYTES, MAX_REPLY_CHARACTERS, MAX_STREAM_BYTES};
pub use server::{ModelServer, Reachable};
