//! What can go wrong on the way from a text to a sound.

use std::io;
use std::time::Duration;

use crate::store::AudioError;

/// Why a text could not be spoken.
///
/// The sentences are stored with the chunk and shown to the learner; none of them holds the text that
/// was to be spoken, except where an engine itself quotes it on its error output. That is why logs
/// carry [`SpeechError::code`] and not the sentence.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// The engine's program could not be started.
    #[error("The speech engine could not be started: {0}.")]
    Start(#[source] io::Error),
    /// Talking to the engine's process failed.
    #[error("The speech engine could not be watched: {0}.")]
    Process(#[source] io::Error),
    /// The program answered, but not as the engine that it was taken for.
    #[error("The program is not a known speech engine: {0}")]
    UnknownEngine(String),
    /// The engine ended with an error of its own.
    #[error("The speech engine failed ({status}): {said}")]
    Failed {
        /// How the process ended.
        status: String,
        /// The beginning of what it wrote to its error output, on one line.
        said: String,
    },
    /// The engine was killed because it took too long.
    #[error("The speech engine was stopped after {} s without a result.", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The engine was told to stop, because the app ends; nothing is wrong with the text.
    #[error("Speaking was stopped.")]
    Stopped,
    /// Nothing is left of the text once control characters and spaces are taken away.
    #[error("There is nothing to say.")]
    NothingToSay,
    /// The text is longer than one piece of audio may be.
    #[error("The text has {length} characters, and only {limit} can be spoken at once.")]
    TooLong {
        /// The text's length in characters.
        length: usize,
        /// The longest text accepted.
        limit: usize,
    },
    /// The engine said it had succeeded, but what it wrote is no playable audio.
    #[error("The speech engine wrote no usable audio: {0}.")]
    BadAudio(String),
    /// The audio is silence although the text has words in it.
    #[error("The speech engine wrote only silence.")]
    Silent,
    /// The engine's code panicked.
    #[error("The speech engine broke down.")]
    Panicked,
    /// The audio could not be kept.
    #[error(transparent)]
    Audio(#[from] AudioError),
}

impl SpeechError {
    /// A word for the log, which must not hold anything a learner or a model has written.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::Process(_) => "process",
            Self::UnknownEngine(_) => "unknown_engine",
            Self::Failed { .. } => "failed",
            Self::TimedOut(_) => "timed_out",
            Self::Stopped => "stopped",
            Self::NothingToSay => "nothing_to_say",
            Self::TooLong { .. } => "too_long",
            Self::BadAudio(_) => "bad_audio",
            Self::Silent => "silent",
            Self::Panicked => "panicked",
            Self::Audio(_) => "audio_store",
        }
    }
}
