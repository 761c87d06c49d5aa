//! The folder of audio files.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use parlance_speech::{
    AudioError, AudioKey, AudioStore, Delivery, SpeechEngine, SpeechError, SpeechRequest, Stop,
    Voice,
};

use crate::support::{Studio, files_below, real_engine, request};

/// Speaks with the real voice and counts how often it is asked to.
struct Counting {
    inner: std::sync::Arc<dyn SpeechEngine>,
    asked: AtomicU32,
}

impl Counting {
    fn new() -> (Self, Voice) {
        let (inner, voice) = real_engine();
        (
            Self {
                inner,
                asked: AtomicU32::new(0),
            },
            voice,
        )
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

impl SpeechEngine for Counting {
    fn id(&self) -> &str {
        self.inner.id()
    }
    fn version(&self) -> &str {
        self.inner.version()
    }
    fn voices(&self) -> &[Voice] {
        self.inner.voices()
    }
    fn settings(&self, delivery: Delivery) -> String {
        self.inner.settings(delivery)
    }
    fn synthesize(
        &self,
        request: &SpeechRequest,
        out: &Path,
        stop: &Stop,
    ) -> Result<(), SpeechError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.synthesize(request, out, stop)
    }
}

#[test]
fn what_was_spoken_once_is_not_synthesized_again_even_after_a_new_start() {
    let studio = Studio::new();
    let (engine, voice) = Counting::new();
    let request = request("How was your day?", &voice);
    let first = studio.speak_as(&engine, &request).unwrap();
    let reopened = Studio {
        store: AudioStore::open(studio.data_dir.path()).unwrap(),
        ..studio
    };
    let second = reopened.speak_as(&engine, &request).unwrap();
    assert_eq!(first, second);
    assert_eq!(engine.asked(), 1);
}

#[test]
fn damaged_audio_is_made_again() {
    let studio = Studio::new();
    let (engine, voice) = Counting::new();
    let request = request("How was your day?", &voice);
    let spoken = studio.speak_as(&engine, &request).unwrap();
    let whole = studio.store.read(&spoken.key).unwrap();
    let file = studio.files().remove(0);
    for damaged in [&whole[..whole.len() / 2], b""] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(studio.speak_as(&engine, &request).unwrap(), spoken);
        assert_eq!(studio.store.read(&spoken.key).unwrap(), whole);
    }
    assert_eq!(engine.asked(), 3);
}

#[test]
fn audio_lies_under_its_key_in_a_folder_named_by_its_first_two_digits() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let spoken = studio.speak(&*engine, "Where is it?").unwrap();
    let key = spoken.key.as_str();
    let place = studio
        .data_dir
        .path()
        .join("audio")
        .join(&key[..2])
        .join(format!("{key}.wav"));
    assert_eq!(studio.files(), [place]);
}

#[cfg(unix)]
#[test]
fn audio_is_for_its_owner_only_and_a_folder_open_to_others_is_mended() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let studio = Studio::new();
    let root = studio.data_dir.path().join("audio");
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
    AudioStore::open(studio.data_dir.path()).unwrap();
    let (engine, _) = real_engine();
    studio.speak(&*engine, "This is private.").unwrap();
    let file = studio.files().remove(0);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(&root), 0o700);
}

#[test]
fn a_new_start_sweeps_away_what_a_dead_process_was_writing_and_nothing_else() {
    let studio = Studio::new();
    let (engine, _) = real_engine();
    let spoken = studio.speak(&*engine, "Keep me.").unwrap();
    let kept = studio.files();
    let folder = kept[0].parent().unwrap();
    fs::write(folder.join("Xy12Ab.draft"), b"RIFF half a header").unwrap();
    let store = AudioStore::open(studio.data_dir.path()).unwrap();
    assert_eq!(files_below(&studio.data_dir.path().join("audio")), kept);
    assert!(store.read(&spoken.key).is_ok());
}

#[test]
fn audio_that_is_not_there_is_absent_and_not_an_error_of_the_disk() {
    let studio = Studio::new();
    let key = AudioKey::of("never spoken", "engine", "1", "voice", "");
    assert!(matches!(studio.store.read(&key), Err(AudioError::Absent)));
}

#[test]
fn a_key_that_could_lead_elsewhere_is_refused() {
    let good = "0123456789abcdef".repeat(4);
    assert_eq!(AudioKey::parse(&good).unwrap().as_str(), good);
    let traversal = format!("../../{}", &good[..58]);
    let null = format!("{}\0", &good[..63]);
    let wide = "é".repeat(32);
    for bad in [
        "",
        "../parlance.db",
        &good[1..],
        &good.to_uppercase(),
        &traversal,
        &null,
        &wide,
    ] {
        assert!(
            matches!(AudioKey::parse(bad), Err(AudioError::InvalidKey)),
            "{bad:?}"
        );
    }
}

#[test]
fn every_field_and_every_border_between_fields_counts_in_the_key() {
    let fields = [
        ["text", "engine", "1", "voice", "rate=1"],
        ["Text", "engine", "1", "voice", "rate=1"],
        ["text", "engin", "e1", "voice", "rate=1"],
        ["text", "engine", "2", "voice", "rate=1"],
        ["text", "engine", "1", "voicerate=1", ""],
        ["text", "engine", "1", "", "voicerate=1"],
        ["text\0engine", "", "1", "voice", "rate=1"],
        ["café", "engine", "1", "voice", "rate=1"],
        ["cafe\u{301}", "engine", "1", "voice", "rate=1"],
    ];
    let keys: HashSet<_> = fields
        .iter()
        .map(|[t, e, v, o, s]| AudioKey::of(t, e, v, o, s))
        .collect();
    assert_eq!(keys.len(), fields.len());
}

#[test]
fn keys_stay_the_same_from_version_to_version_of_the_app() {
    // Were this to change by accident, all audio of all learners would be made again.
    assert_eq!(
        AudioKey::of(
            "Hello.",
            "espeak-ng",
            "1.51",
            "gmw/en",
            "rate=175 pitch=50 volume=100"
        )
        .as_str(),
        "1b0e558010011f12c47fee6272b96718aa75df5f3d5b0f6f07736a7cf72926d1"
    );
}
