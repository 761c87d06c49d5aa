//! What the tests share: the real engine and the bad ones, a store, an ear, and patience.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parlance_speech::{
    AudioStore, Delivery, EspeakEngine, Speech, SpeechEngine, SpeechError, SpeechRequest, Spoken,
    Stop, Voice, choose_voice, find_engine, speak,
};
use parlance_storage::{Emotion, Emphasis};
use tempfile::TempDir;

pub const NEUTRAL: Delivery = Delivery {
    emotion: Emotion::Neutral,
    emphasis: Emphasis::None,
};

/// The engine of this computer. A test without it proves nothing, so its absence is a failure.
pub fn real_engine() -> (Arc<dyn SpeechEngine>, Voice) {
    match find_engine("en") {
        Speech::Ready { engine, voice } => (engine, voice),
        Speech::Unavailable { reason } => {
            panic!("these tests need espeak-ng (Debian package espeak-ng): {reason}")
        }
    }
}

/// The real engine with time for the longest of texts on the busiest of machines.
pub fn patient_engine() -> EspeakEngine {
    EspeakEngine::open(Path::new("espeak-ng"))
        .expect("these tests need espeak-ng (Debian package espeak-ng)")
        .with_time_limit(Duration::from_secs(600))
}

/// One of the programs in `engines/`, which behave badly in the way that their name says.
pub fn fake_program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/speech/engines")
        .join(name)
}

pub fn fake_engine(name: &str) -> EspeakEngine {
    EspeakEngine::open(&fake_program(name)).unwrap()
}

pub fn request(text: &str, voice: &Voice) -> SpeechRequest {
    SpeechRequest::new(text, voice, NEUTRAL).unwrap()
}

/// An empty store in a folder of its own.
pub struct Studio {
    pub data_dir: TempDir,
    pub store: AudioStore,
}

impl Studio {
    pub fn new() -> Self {
        let data_dir = TempDir::new().unwrap();
        let store = AudioStore::open(data_dir.path()).unwrap();
        Self { data_dir, store }
    }

    pub fn speak(&self, engine: &dyn SpeechEngine, text: &str) -> Result<Spoken, SpeechError> {
        let voice = choose_voice(engine.voices(), "en").expect("an English voice");
        self.speak_as(engine, &request(text, voice))
    }

    pub fn speak_as(
        &self,
        engine: &dyn SpeechEngine,
        request: &SpeechRequest,
    ) -> Result<Spoken, SpeechError> {
        let (_owner, never) = Stop::channel();
        speak(engine, &self.store, request, &never)
    }

    pub fn listen(&self, spoken: &Spoken) -> Recording {
        Recording::of(&self.store.read(&spoken.key).unwrap())
    }

    /// Every file in the store, finished or not.
    pub fn files(&self) -> Vec<PathBuf> {
        files_below(&self.data_dir.path().join("audio"))
    }
}

pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// A WAV file as the ear takes it.
pub struct Recording {
    pub duration_ms: u32,
    /// Root mean square of each 50 ms, full scale being 1.
    pub loudness: Vec<f64>,
}

impl Recording {
    pub fn of(bytes: &[u8]) -> Self {
        let mut reader = hound::WavReader::new(bytes).unwrap();
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.bits_per_sample), (1, 16));
        let samples: Vec<f64> = reader
            .samples::<i16>()
            .map(|sample| f64::from(sample.unwrap()) / 32768.0)
            .collect();
        let duration_ms = (samples.len() as u64 * 1000 / u64::from(spec.sample_rate)) as u32;
        let loudness = samples
            .chunks(spec.sample_rate as usize / 20)
            .map(rms)
            .collect();
        Self {
            duration_ms,
            loudness,
        }
    }

    pub fn loudest(&self) -> f64 {
        self.loudness.iter().copied().fold(0.0, f64::max)
    }

    /// Speech is loud somewhere, and swells and falls; a hum is loud too, but even.
    pub fn assert_is_speech(&self) {
        let quietest = self.loudness.iter().copied().fold(1.0, f64::min);
        assert!(
            self.loudest() > 0.02,
            "nothing to hear: {:?}",
            self.loudness
        );
        assert!(
            quietest < self.loudest() / 2.0,
            "a hum, not speech: {:?}",
            self.loudness
        );
    }
}

/// Far above what a busy machine needs for anything here, far below the fake engines' minute.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Looks again and again until it is so; a test that waits in vain fails and says for what.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The processes whose numbers are in the file come to their end.
pub fn assert_all_end(numbers: &Path) {
    let numbers = fs::read_to_string(numbers).unwrap();
    assert_eq!(numbers.split_whitespace().count(), 2);
    for number in numbers.split_whitespace() {
        wait_until(&format!("process {number} has ended"), || {
            !is_running(number)
        });
    }
}

/// A process that has ended may stay as a zombie until somebody asks for its status.
fn is_running(number: &str) -> bool {
    fs::read_to_string(format!("/proc/{number}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap()
            .trim_start()
            .starts_with('Z')
    })
}

fn rms(samples: &[f64]) -> f64 {
    (samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64).sqrt()
}
