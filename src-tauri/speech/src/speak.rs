//! From a request to kept audio: reuse it, or make it, check it and keep it.

use crate::engine::{SpeechEngine, SpeechRequest, Stop};
use crate::store::{AudioKey, AudioStore};
use crate::{SpeechError, text, wav};

/// A text that has become sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The name of the audio in the store.
    pub key: AudioKey,
    /// How long it lasts, measured on the samples.
    pub duration_ms: u32,
}

/// Speaks a request into the store; equal requests share one file, and the engine runs only once.
///
/// # Errors
/// [`SpeechError`]; in that case the store is as it was before.
pub fn speak(
    engine: &dyn SpeechEngine,
    store: &AudioStore,
    request: &SpeechRequest,
    stop: &Stop,
) -> Result<Spoken, SpeechError> {
    let settings = engine.settings(request.delivery());
    let key = AudioKey::of(
        request.text(),
        engine.id(),
        engine.version(),
        &request.voice().id,
        &settings,
    );
    if let Some(sound) = store.find(&key) {
        return Ok(Spoken {
            key,
            duration_ms: sound.duration_ms,
        });
    }
    let draft = store.draft(&key)?;
    engine.synthesize(request, draft.path(), stop)?;
    let sound = wav::inspect(draft.path()).map_err(SpeechError::BadAudio)?;
    if !sound.audible && text::has_words(request.text()) {
        return Err(SpeechError::Silent);
    }
    draft.keep()?;
    Ok(Spoken {
        key,
        duration_ms: sound.duration_ms,
    })
}
