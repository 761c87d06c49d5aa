//! A conversation in a real database, with a worker to read it aloud, and engines made for one test.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parlance_speech::{
    AudioKey, AudioStore, Delivery, Speech, SpeechEngine, SpeechError, SpeechRequest, SpeechWorker,
    Stop, Voice, WorkerOptions,
};
use parlance_storage::chunk::{self, Chunk, NewChunk};
use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::{
    ChunkId, Clock, ConversationId, Database, Emotion, Emphasis, ManualClock, OpenOptions,
    Timestamp, TtsStatus, UserId, message, user,
};
use tempfile::TempDir;

use crate::support::{Recording, wait_until};

/// An hour passes in no test: what happens in time was woken by news, and not by a timer.
pub const NEVER: Duration = Duration::from_secs(3600);

/// No timers but the pauses between attempts, and those short.
pub const BY_NEWS_ONLY: WorkerOptions = WorkerOptions {
    speakers: 1,
    lease: Duration::from_secs(120),
    look_again: NEVER,
    back_off: Duration::from_millis(1),
};

pub struct Lesson {
    pub database: Database,
    pub store: AudioStore,
    pub clock: Arc<ManualClock>,
    pub user: UserId,
    conversation: ConversationId,
    // Last, so that the database is closed before its folder is removed.
    pub data_dir: TempDir,
}

impl Lesson {
    pub fn new() -> Self {
        Self::open(TempDir::new().unwrap())
    }

    /// Opens what an earlier process or lesson has left in this folder, or begins anew.
    pub fn open(data_dir: TempDir) -> Self {
        // Long before the computer's time: the leases of processes that were killed still run.
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_600_000_000_000)));
        let options = OpenOptions {
            clock: clock.clone(),
            ..OpenOptions::new("test")
        };
        let database = Database::open(data_dir.path(), options).unwrap();
        let store = AudioStore::open(data_dir.path()).unwrap();
        let now = clock.now();
        let (user, conversation) = database
            .write_blocking(move |tx| {
                let user_id = user::ensure_first(tx, now)?.id;
                let known = conversation::list_page(
                    tx,
                    user_id,
                    &conversation::ListFilter::default(),
                    None,
                    1,
                )?
                .items
                .pop();
                let conversation = match known {
                    Some(known) => known.id,
                    None => conversation::insert(tx, blank(user_id), now)?.id,
                };
                Ok((user_id, conversation))
            })
            .unwrap();
        Self {
            database,
            store,
            clock,
            user,
            conversation,
            data_dir,
        }
    }

    /// Ends the process's hold on the database and keeps the folder.
    pub fn leave(self) -> TempDir {
        self.database.close().unwrap();
        self.data_dir
    }

    pub fn worker(&self, engine: &Arc<impl SpeechEngine + 'static>) -> SpeechWorker {
        self.worker_with(engine, BY_NEWS_ONLY)
    }

    pub fn worker_with(
        &self,
        engine: &Arc<impl SpeechEngine + 'static>,
        options: WorkerOptions,
    ) -> SpeechWorker {
        let speech = Speech::Ready {
            voice: engine.voices()[0].clone(),
            engine: engine.clone(),
        };
        SpeechWorker::start(self.database.clone(), speech, self.store.clone(), options).unwrap()
    }

    /// The partner says something in one message, one chunk for each text.
    pub fn say(&self, texts: &[&str]) -> Vec<ChunkId> {
        let chunks: Vec<NewChunk> = texts.iter().map(|text| chunk_of(text)).collect();
        let (user, conversation, now) = (self.user, self.conversation, self.clock.now());
        self.database
            .write_blocking(move |tx| {
                let content: String = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
                let said = message::say(tx, conversation, &content, &chunks, "test", now)?;
                message::get(tx, user, said.id)
            })
            .unwrap()
            .chunks
            .iter()
            .map(|chunk| chunk.id)
            .collect()
    }

    /// Claims the next chunk for somebody who is not the worker.
    pub fn claim_as(&self, owner: &'static str, lease: Duration) -> Option<Chunk> {
        let now = self.clock.now();
        let lease_ms = lease.as_millis() as u32;
        self.database
            .write_blocking(move |tx| chunk::claim_next(tx, owner, now, lease_ms))
            .unwrap()
    }

    pub fn chunk(&self, id: ChunkId) -> Chunk {
        let user = self.user;
        self.database
            .read_blocking(move |tx| chunk::get(tx, user, id))
            .unwrap()
    }

    pub fn status(&self, id: ChunkId) -> TtsStatus {
        self.chunk(id).tts_status
    }

    pub fn wait_for(&self, id: ChunkId, status: TtsStatus) -> Chunk {
        wait_until(&format!("a chunk is {}", status.as_str()), || {
            self.status(id) == status
        });
        self.chunk(id)
    }

    pub fn listen(&self, chunk: &Chunk) -> Recording {
        let key = AudioKey::parse(chunk.audio_key.as_deref().unwrap()).unwrap();
        Recording::of(&self.store.read(&key).unwrap())
    }
}

fn blank(user_id: UserId) -> NewConversation {
    NewConversation {
        user_id,
        template_id: None,
        title: None,
        level: None,
        topic: None,
    }
}

fn chunk_of(text: &str) -> NewChunk {
    NewChunk {
        text: text.to_owned(),
        spoken_text: text.to_owned(),
        emotion: Emotion::Neutral,
        icon: None,
        pause_after_ms: 0,
        emphasis: Emphasis::None,
    }
}

type Act = dyn Fn(&SpeechRequest, &Path, &Stop) -> Result<(), SpeechError> + Send + Sync;

/// An engine that does what a test says, and remembers what it was asked to say.
pub struct ActingEngine {
    act: Box<Act>,
    asked: Mutex<Vec<String>>,
    voice: Voice,
}

impl ActingEngine {
    pub fn new(
        act: impl Fn(&SpeechRequest, &Path, &Stop) -> Result<(), SpeechError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let voice = Voice {
            id: "actor".to_owned(),
            name: "An actor".to_owned(),
            language: "en".to_owned(),
            also: Vec::new(),
            rank: 1,
        };
        Arc::new(Self {
            act: Box::new(act),
            asked: Mutex::default(),
            voice,
        })
    }

    /// One that always beeps at once.
    pub fn beeping() -> Arc<Self> {
        Self::new(|_, out, _| beep(out))
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl SpeechEngine for ActingEngine {
    fn id(&self) -> &str {
        "actor"
    }
    fn version(&self) -> &str {
        "1"
    }
    fn voices(&self) -> &[Voice] {
        std::slice::from_ref(&self.voice)
    }
    fn settings(&self, delivery: Delivery) -> String {
        format!("{delivery:?}")
    }
    fn synthesize(
        &self,
        request: &SpeechRequest,
        out: &Path,
        stop: &Stop,
    ) -> Result<(), SpeechError> {
        self.asked.lock().unwrap().push(request.text().to_owned());
        (self.act)(request, out, stop)
    }
}

/// A tenth of a second of a tone.
pub fn beep(out: &Path) -> Result<(), SpeechError> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(out, spec).unwrap();
    for time in 0..800_i32 {
        writer
            .write_sample(((time % 20 - 10) * 1000) as i16)
            .unwrap();
    }
    writer.finalize().unwrap();
    Ok(())
}

/// What an engine says when something went wrong.
pub fn failure(said: &str) -> SpeechError {
    SpeechError::Failed {
        status: "exit status: 1".to_owned(),
        said: said.to_owned(),
    }
}

/// A door at which engines wait until the test opens it, or they are told to stop.
#[derive(Clone, Default)]
pub struct Door(Arc<Mutex<bool>>);

impl Door {
    pub fn open(&self) {
        *self.0.lock().unwrap() = true;
    }

    pub fn pass(&self, stop: &Stop) -> Result<(), SpeechError> {
        wait_until("the door opens", || {
            *self.0.lock().unwrap() || stop.is_requested()
        });
        if stop.is_requested() {
            Err(SpeechError::Stopped)
        } else {
            Ok(())
        }
    }
}
