//! What every speech engine has in common, and how one is found.

use std::path::Path;
use std::sync::Arc;

use parlance_storage::{Emotion, Emphasis};
use tokio::sync::watch;

use crate::espeak;
use crate::{EspeakEngine, SpeechError, text};

/// Turns text into a WAV file.
///
/// An engine must come back: within a time of its own from any text, and soon after `stop` is
/// requested. It writes only to the path that it is given; whether the result is audio at all is
/// checked by the caller, so an engine need not (and is not trusted to) check its own work.
pub trait SpeechEngine: Send + Sync {
    /// A short fixed name, such as `espeak-ng`. Part of the key of all audio it makes.
    fn id(&self) -> &str;

    /// The version of the engine. Part of the key too: a new version sounds different.
    fn version(&self) -> &str;

    /// The voices it can speak with now.
    fn voices(&self) -> &[Voice];

    /// Everything besides text and voice that changes the sound, in one fixed spelling.
    fn settings(&self, delivery: Delivery) -> String;

    /// Speaks the request into the file `out`, which exists and is empty.
    ///
    /// # Errors
    /// Any [`SpeechError`]; [`SpeechError::Stopped`] only if `stop` was requested.
    fn synthesize(
        &self,
        request: &SpeechRequest,
        out: &Path,
        stop: &Stop,
    ) -> Result<(), SpeechError>;
}

/// One voice of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The engine's own name for it, unique within the engine.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// The language it was made for, as a lower-case tag such as `en-gb`.
    pub language: String,
    /// Other tags it serves, each with its rank (lower is better).
    pub also: Vec<(String, u32)>,
    /// Its rank among the voices of its language (lower is better).
    pub rank: u32,
}

/// The best voice for a language tag such as `en`, `en-US` or `vi`; `None` if no voice speaks it.
///
/// A voice made for exactly this tag comes first, then one that claims to serve it, then one of the
/// same language in another region: an accent is better than silence.
#[must_use]
pub fn choose_voice<'a>(voices: &'a [Voice], language: &str) -> Option<&'a Voice> {
    let wanted = language.to_ascii_lowercase().replace('_', "-");
    let primary = primary_subtag(&wanted);
    voices
        .iter()
        .filter_map(|voice| {
            let claim = voice
                .also
                .iter()
                .filter(|(tag, _)| *tag == wanted)
                .map(|(_, rank)| *rank);
            let order = if voice.language == wanted {
                (0, voice.rank)
            } else if let Some(rank) = claim.min() {
                (1, rank)
            } else if primary_subtag(&voice.language) == primary {
                (2, voice.rank)
            } else {
                return None;
            };
            Some((order, voice))
        })
        .min_by_key(|(order, _)| *order)
        .map(|(_, voice)| voice)
}

fn primary_subtag(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// How a chunk is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The feeling in the voice.
    pub emotion: Emotion,
    /// The stress on the whole chunk.
    pub emphasis: Emphasis,
}

/// A text that can be spoken: not blank, not too long, free of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechRequest {
    text: String,
    voice: Voice,
    delivery: Delivery,
}

impl SpeechRequest {
    /// Prepares a text for an engine.
    ///
    /// # Errors
    /// [`SpeechError::NothingToSay`] if the text is blank or consists of control characters;
    /// [`SpeechError::TooLong`] above 20,000 characters.
    pub fn new(text: &str, voice: &Voice, delivery: Delivery) -> Result<Self, SpeechError> {
        let text = text::clean(text);
        let length = text.chars().count();
        if length == 0 {
            return Err(SpeechError::NothingToSay);
        }
        if length > text::MAX_CHARACTERS {
            return Err(SpeechError::TooLong {
                length,
                limit: text::MAX_CHARACTERS,
            });
        }
        Ok(Self {
            text,
            voice: voice.clone(),
            delivery,
        })
    }

    /// The text to speak.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The voice to speak it with.
    #[must_use]
    pub fn voice(&self) -> &Voice {
        &self.voice
    }

    /// How to say it.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.delivery
    }
}

/// Tells an engine that its work is no longer wanted.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A signal and the end that gives it, by sending `true`.
    #[must_use]
    pub fn channel() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether to stop; an engine that works for longer than a moment asks again and again.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until stopping is requested, or nobody is left who could request it.
    pub(crate) async fn requested(&mut self) {
        // An error means that the sender is gone, and that is a reason to stop as well.
        if self.0.wait_for(|stop| *stop).await.is_err() {
            log::debug!("the worker's owner is gone");
        }
    }
}

/// Whether replies can be spoken on this computer.
///
/// Having no engine is a state that the app shows and lives with, not an error.
#[derive(Clone)]
pub enum Speech {
    /// An engine was found, and it has a voice for the language.
    Ready {
        /// The engine.
        engine: Arc<dyn SpeechEngine>,
        /// The voice to speak with.
        voice: Voice,
    },
    /// Nothing here can speak the language.
    Unavailable {
        /// One sentence for the learner.
        reason: String,
    },
}

/// Names a folder in which engines are looked for instead of in the usual places.
pub const ENGINE_DIR_VARIABLE: &str = "PARLANCE_ENGINE_DIR";

/// Looks for an engine with a voice for `language`: in the folder that `PARLANCE_ENGINE_DIR` names, or on
/// the PATH and in the usual places.
#[must_use]
pub fn find_engine(language: &str) -> Speech {
    match std::env::var_os(ENGINE_DIR_VARIABLE).filter(|folder| !folder.is_empty()) {
        Some(folder) => find_engine_in(&[Path::new(&folder)], language),
        None => find_engine_in(&espeak::search_path(), language),
    }
}

/// Like [`find_engine`], looking for programs in these folders only.
#[must_use]
pub fn find_engine_in<P: AsRef<Path>>(folders: &[P], language: &str) -> Speech {
    let Some(program) = espeak::find_program(folders) else {
        return unavailable("espeak-ng is not installed, so replies cannot be read aloud.");
    };
    match EspeakEngine::open(&program) {
        Ok(engine) => match choose_voice(engine.voices(), language).cloned() {
            Some(voice) => Speech::Ready {
                engine: Arc::new(engine),
                voice,
            },
            None => unavailable(&format!(
                "espeak-ng has no voice for the language “{language}”."
            )),
        },
        Err(error) => unavailable(&format!(
            "espeak-ng is installed but does not work. {error}"
        )),
    }
}

fn unavailable(reason: &str) -> Speech {
    Speech::Unavailable {
        reason: reason.to_owned(),
    }
}
