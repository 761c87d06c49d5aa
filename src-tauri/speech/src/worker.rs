//! Takes pending chunks from the database and sees each of them through to its sound.
//!
//! A chunk is claimed by a lease in one short write, spoken outside of any transaction, and completed
//! or failed in another short write. So no engine ever holds up the database, and a chunk whose
//! worker has died is free again: at the next start of the app, or when its lease runs out. Whoever
//! has lost the lease has lost the chunk, and drops what was made (the audio itself stays in the
//! store, where the chunk's new holder finds it).
//!
//! The worker sleeps until a commit tells of a chunk, or until it is time to look for leases that have
//! run out. Attempts are counted in the database, so that they survive a restart; the pauses between
//! them are the worker's own.

use std::io;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parlance_storage::chunk::{self, Chunk};
use parlance_storage::{ChangeSet, ChunkId, Database, Entity, Error, TtsStatus};
use tokio::runtime;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{Mutex, watch};
use tokio::task::{self, JoinSet};
use tokio::time::sleep;

use crate::engine::{Delivery, Speech, SpeechEngine, SpeechRequest, Stop, Voice};
use crate::store::AudioStore;
use crate::{SpeechError, Spoken, speak};

/// The pause after an error of the database; it may be a full disk, which lasts.
const AFTER_DATABASE_ERROR: Duration = Duration::from_secs(2);

/// The databases that the workers of this process are on, once for each worker.
///
/// A process holds its data directory alone, so a lease found by the first worker on a database is a
/// dead process's. One found by the second may be the first's, and must stay.
static ON_DUTY: Mutex<Vec<PathBuf>> = Mutex::const_new(Vec::new());

/// How the worker goes about its work.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// How many chunks may be spoken at the same time; at least one.
    pub speakers: usize,
    /// How long a claimed chunk is nobody else's. Must be longer than the engine may take.
    pub lease: Duration,
    /// How long to sleep without news before looking for leases that have run out.
    pub look_again: Duration,
    /// The pause after a chunk's first failure; it doubles with each further one.
    pub back_off: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            speakers: 1,
            lease: Duration::from_secs(120),
            look_again: Duration::from_secs(30),
            back_off: Duration::from_millis(250),
        }
    }
}

/// The running worker. Dropping it stops it, as [`stop`](Self::stop) does.
#[derive(Debug)]
pub struct SpeechWorker {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl SpeechWorker {
    /// Frees what dead processes have claimed, and starts to speak what waits.
    ///
    /// Without an engine it claims nothing, so that all chunks keep waiting for a day with an engine.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        database: Database,
        speech: Speech,
        store: AudioStore,
        options: WorkerOptions,
    ) -> io::Result<Self> {
        let (sender, stop) = Stop::channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let thread = thread::Builder::new()
            .name("parlance-speech".to_owned())
            .spawn(move || {
                runtime.block_on(work(&database, speech, &store, options, &stop));
            })?;
        Ok(Self {
            stop: sender,
            thread: Some(thread),
        })
    }

    /// Kills a running engine, gives its chunk back to the queue, and returns when all has ended.
    ///
    /// Blocks for a moment. Call it before closing the database, so that there still is a queue.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for SpeechWorker {
    fn drop(&mut self) {
        // Nobody listens if the thread has already ended, because the database was closed.
        self.stop.send_replace(true);
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            log::error!("the speech worker had broken down");
        }
    }
}

/// The life of a worker.
async fn work(
    database: &Database,
    speech: Speech,
    store: &AudioStore,
    options: WorkerOptions,
    stop: &Stop,
) {
    go_on_duty(database).await;
    if let Speech::Ready { engine, voice } = speech {
        let instance = format!("{}-{:016x}", process::id(), rand::random::<u64>());
        let mut speakers = JoinSet::new();
        for number in 0..options.speakers.max(1) {
            let speaker = Speaker {
                owner: format!("{instance}-{number}"),
                news: database.changes(),
                database: database.clone(),
                engine: Arc::clone(&engine),
                voice: voice.clone(),
                store: store.clone(),
                options,
                stop: stop.clone(),
            };
            speakers.spawn(speaker.run());
        }
        while let Some(ended) = speakers.join_next().await {
            if ended.is_err() {
                log::error!("a speaker has broken down");
            }
        }
    }
    go_off_duty(database).await;
}

async fn go_on_duty(database: &Database) {
    // Held across the write: a second worker must not claim anything before the leases are freed.
    let mut on_duty = ON_DUTY.lock().await;
    if !on_duty.iter().any(|path| path == database.path()) {
        match database.write(chunk::release_leases).await {
            Ok(0) => {}
            Ok(count) => log::info!("{count} chunks were left unfinished and are free again"),
            // They become free when their leases run out.
            Err(error) => log::warn!("old leases were not freed: {}", error.code()),
        }
    }
    on_duty.push(database.path().to_owned());
}

async fn go_off_duty(database: &Database) {
    let mut on_duty = ON_DUTY.lock().await;
    if let Some(place) = on_duty.iter().position(|path| path == database.path()) {
        on_duty.swap_remove(place);
    }
}

/// Speaks one chunk after the other.
struct Speaker {
    /// The name in the lease: of this speaker of this worker of this process, and of no other ever.
    owner: String,
    news: Receiver<Arc<ChangeSet>>,
    database: Database,
    engine: Arc<dyn SpeechEngine>,
    voice: Voice,
    store: AudioStore,
    options: WorkerOptions,
    stop: Stop,
}

impl Speaker {
    async fn run(mut self) {
        while !self.stop.is_requested() {
            // The claim sees all that was announced so far; news after this still wakes. After the
            // claim it would be too late: what came between the two would be slept through.
            self.news = self.news.resubscribe();
            match self.claim().await {
                Ok(Some(chunk)) => self.see_through(chunk).await,
                Ok(None) => self.sleep_until_news().await,
                Err(Error::Closed) => return,
                Err(error) => {
                    log::warn!("no chunk could be claimed: {}", error.code());
                    self.rest(AFTER_DATABASE_ERROR).await;
                }
            }
        }
    }

    async fn claim(&self) -> Result<Option<Chunk>, Error> {
        let owner = self.owner.clone();
        let now = self.database.now();
        let lease_ms = u32::try_from(self.options.lease.as_millis()).unwrap_or(u32::MAX);
        self.database
            .write(move |tx| chunk::claim_next(tx, &owner, now, lease_ms))
            .await
    }

    async fn see_through(&mut self, chunk: Chunk) {
        let id = chunk.id;
        match self.speak_and_write(chunk).await {
            Ok(chunk) if chunk.tts_status == TtsStatus::Pending => {
                self.rest(self.back_off(chunk.attempt_count)).await;
            }
            Ok(_) => {}
            Err(Error::Conflict { .. } | Error::NotFound { .. }) => {
                log::info!("chunk {id} was taken away meanwhile, and its sound is not used");
            }
            // The lease will run out, and then the chunk is spoken again; its audio may be there.
            Err(error) => log::warn!("the end of chunk {id} was not written: {}", error.code()),
        }
    }

    /// Speaks a chunk and writes down what came of it. No sweep takes its file away in between.
    async fn speak_and_write(&self, chunk: Chunk) -> Result<Chunk, Error> {
        let id = chunk.id;
        let _file_in_use = self.store.use_files().await;
        match self.speak(chunk).await {
            Ok(spoken) => self.complete(id, spoken).await,
            Err(SpeechError::Stopped) => self.release(id).await,
            Err(error) => {
                log::warn!("chunk {id} could not be spoken: {}", error.code());
                self.fail(id, &error).await
            }
        }
    }

    /// Speaks on a thread for blocking work, where a panic of an engine ends neither this speaker nor
    /// the others.
    async fn speak(&self, chunk: Chunk) -> Result<Spoken, SpeechError> {
        let engine = Arc::clone(&self.engine);
        let voice = self.voice.clone();
        let store = self.store.clone();
        let stop = self.stop.clone();
        task::spawn_blocking(move || {
            let delivery = Delivery {
                emotion: chunk.emotion,
                emphasis: chunk.emphasis,
            };
            let request = SpeechRequest::new(&chunk.spoken_text, &voice, delivery)?;
            speak(&*engine, &store, &request, &stop)
        })
        .await
        // What a panic said may quote the text, so it is neither logged nor stored.
        .unwrap_or(Err(SpeechError::Panicked))
    }

    async fn complete(&self, id: ChunkId, spoken: Spoken) -> Result<Chunk, Error> {
        let owner = self.owner.clone();
        self.database
            .write(move |tx| {
                chunk::complete(tx, id, &owner, spoken.key.as_str(), spoken.duration_ms)
            })
            .await
    }

    async fn fail(&self, id: ChunkId, error: &SpeechError) -> Result<Chunk, Error> {
        let owner = self.owner.clone();
        let reason = error.to_string();
        self.database
            .write(move |tx| chunk::fail(tx, id, &owner, &reason))
            .await
    }

    async fn release(&self, id: ChunkId) -> Result<Chunk, Error> {
        let owner = self.owner.clone();
        self.database
            .write(move |tx| chunk::release(tx, id, &owner))
            .await
    }

    fn back_off(&self, attempts: u32) -> Duration {
        self.options
            .back_off
            .saturating_mul(1 << attempts.saturating_sub(1).min(10))
    }

    async fn sleep_until_news(&mut self) {
        tokio::select! {
            () = self.stop.requested() => {}
            () = news_of_a_chunk(&mut self.news) => {}
            () = sleep(self.options.look_again) => {}
        }
    }

    /// Sleeps whatever the news.
    async fn rest(&mut self, duration: Duration) {
        tokio::select! {
            () = self.stop.requested() => {}
            () = sleep(duration) => {}
        }
    }
}

async fn news_of_a_chunk(news: &mut Receiver<Arc<ChangeSet>>) {
    loop {
        match news.recv().await {
            Ok(set)
                if set.is_too_many
                    || set
                        .changes
                        .iter()
                        .any(|change| change.entity == Entity::Chunk) =>
            {
                return;
            }
            Ok(_) => {}
            // What was missed may have been a chunk.
            Err(RecvError::Lagged(_)) => return,
            // Nobody is left who could change anything; the next claim says so.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
