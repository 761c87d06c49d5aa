//! Speech as its users meet it: real audio from the real espeak-ng, engines that misbehave on purpose,
//! and the worker on a real database.
#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audio_store;
mod hostile_text;
mod lesson;
mod misbehaving_engines;
mod real_voice;
mod support;
mod sweep;
mod worker;
mod worker_faults;
mod worker_leases;
