//! Parlance's voice: speech engines, the store of the audio they make, and the worker that speaks
//! every chunk of a reply.
//!
//! - [`SpeechEngine`] is what can turn text into a WAV file; [`find_engine`] looks for one. Engines
//!   are programs that may crash, hang or lie, and nothing here trusts them.
//! - [`AudioStore`] keeps audio by content and never shows a file that is not whole.
//! - [`sweep()`] keeps its files and the chunks in step.
//! - [`SpeechWorker`] takes pending chunks from the database by lease and sees each of them through.
//!
//! Never here: SQL, the window, and work on a file or a process inside a write transaction. Nothing
//! that a learner or a model has written goes into a log.

mod engine;
mod error;
mod espeak;
mod process;
mod speak;
mod store;
mod sweep;
mod text;
mod wav;
mod worker;

pub use engine::{
    Delivery, ENGINE_DIR_VARIABLE, Speech, SpeechEngine, SpeechRequest, Stop, Voice, choose_voice,
    find_engine, find_engine_in,
};
pub use error::SpeechError;
pub use espeak::EspeakEngine;
pub use speak::{Spoken, speak};
pub use store::{AudioError, AudioKey, AudioStore};
pub use sweep::{AudioSweep, SETTLED_AFTER, SweepError, sweep};
pub use worker::{SpeechWorker, WorkerOptions};
