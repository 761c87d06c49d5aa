//! The open profile: its database, its tutor and its voice, and how they start and end together.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use parlance_speech::{AudioStore, Speech, SpeechWorker, WorkerOptions, find_engine};
use parlance_storage::{
    Database, OpenOptions, status,
    template::{self, BuiltInTemplate},
    user::{self, User},
};
use parlance_tutor::{PracticePartner, scenarios};
use serde::Serialize;
use tauri::async_runtime::{block_on, spawn, spawn_blocking};

use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    events::{Notify, forward_changes},
    housekeeping::tidy,
    replies::Replies,
};

/// The language of the built-in partner, and so of its voice.
const SPOKEN_LANGUAGE: &str = "en";

/// Everything a command needs while a profile is open.
pub struct Profile {
    /// The learner's data.
    pub database: Database,
    /// Whose data it is.
    pub user: User,
    /// The version of the database's schema.
    pub schema_version: u32,
    /// The files of spoken chunks.
    pub audio: AudioStore,
    /// The replies being written.
    pub replies: Arc<Replies>,
    /// Whether there is a voice.
    pub speech: SpeechStatus,
    worker: Mutex<Option<SpeechWorker>>,
}

/// Whether chunks can be turned into sound on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum SpeechStatus {
    /// An engine was found.
    Ready {
        /// The engine's name.
        engine: String,
        /// The voice it speaks with.
        voice: String,
    },
    /// No engine was found: chunks wait, everything else works.
    Unavailable {
        /// One sentence for the learner.
        reason: String,
    },
}

/// The profile behind the window: open, failed to open, or closed again.
pub struct ProfileSlot {
    data_dir: PathBuf,
    notify: Notify,
    slot: Mutex<Slot>,
    retrying: tokio::sync::Mutex<()>,
}

enum Slot {
    Open(Arc<Profile>),
    Failed(CommandError),
    Closed,
}

impl ProfileSlot {
    /// Opens the profile in `data_dir`. A failure is kept, for the window to show; see [`Self::retry`].
    ///
    /// Blocks while the database opens and migrates: never call it on an async worker.
    pub fn open(data_dir: PathBuf, notify: Notify) -> Self {
        let slot = Mutex::new(open_slot(&data_dir, &notify));
        Self {
            data_dir,
            notify,
            slot,
            retrying: tokio::sync::Mutex::default(),
        }
    }

    /// Tries again if the profile is not open; otherwise does nothing.
    ///
    /// # Errors
    /// Only if the attempt itself broke off; that it failed is kept like the first failure.
    pub async fn retry(&self) -> CommandResult<()> {
        // Two attempts at once would meet in the lock file, and one would find "already open".
        let _one_at_a_time = self.retrying.lock().await;
        if !matches!(*self.lock(), Slot::Failed(_)) {
            return Ok(());
        }
        let (data_dir, notify) = (self.data_dir.clone(), Arc::clone(&self.notify));
        let opened = spawn_blocking(move || open_slot(&data_dir, &notify))
            .await
            .map_err(|_| CommandError::internal("opening the profile was broken off"))?;
        let unwanted = {
            let mut slot = self.lock();
            match *slot {
                Slot::Failed(_) => std::mem::replace(&mut *slot, opened),
                // The app began to close meanwhile.
                _ => opened,
            }
        };
        if let Slot::Open(profile) = unwanted {
            spawn_blocking(move || profile.close())
                .await
                .map_err(|_| CommandError::internal("closing the profile was broken off"))?;
        }
        Ok(())
    }

    /// The open profile, or why there is none.
    pub fn get(&self) -> CommandResult<Arc<Profile>> {
        match &*self.lock() {
            Slot::Open(profile) => Ok(Arc::clone(profile)),
            Slot::Failed(error) => Err(error.clone()),
            Slot::Closed => Err(CommandError::new(ErrorCode::Closed, "Parlance is closing.")),
        }
    }

    /// The directory the profile is, or should be, in.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Ends replies and speech, writes everything down, and lets go of the files. Blocks.
    pub fn close(&self) {
        let slot = std::mem::replace(&mut *self.lock(), Slot::Closed);
        if let Slot::Open(profile) = slot {
            profile.close();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        // The slot is only ever replaced as a whole, so a panic elsewhere cannot leave it half-made.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_slot(data_dir: &Path, notify: &Notify) -> Slot {
    match Profile::open(data_dir, notify) {
        Ok(profile) => {
            log::info!("profile open");
            Slot::Open(Arc::new(profile))
        }
        Err(error) => {
            log::error!("profile not open: {:?}: {}", error.code, error.message);
            Slot::Failed(error)
        }
    }
}

impl Profile {
    fn open(data_dir: &Path, notify: &Notify) -> CommandResult<Self> {
        let database = Database::open(data_dir, OpenOptions::new(env!("CARGO_PKG_VERSION")))?;
        let changes = database.changes();
        let now = database.now();
        let user = database.write_blocking(move |tx| {
            template::sync_built_in(tx, &built_in_templates(), now)?;
            user::ensure_first(tx, now)
        })?;
        let schema_version = database.read_blocking(status::schema_version)?;
        let audio = AudioStore::open(data_dir)?;
        let replies = Arc::new(Replies::new(
            database.clone(),
            Arc::new(PracticePartner),
            Arc::clone(notify),
        ));
        replies.recover_blocking()?;
        spawn(forward_changes(changes, Arc::clone(notify)));
        let (speech, worker) = start_speech(&database, &audio)?;
        spawn(tidy(database.clone(), audio.clone()));
        Ok(Self {
            database,
            user,
            schema_version,
            audio,
            replies,
            speech,
            worker: Mutex::new(worker),
        })
    }

    fn close(&self) {
        block_on(self.replies.stop_all());
        let worker = self
            .worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(worker) = worker {
            worker.stop();
        }
        match self.database.close() {
            Ok(()) => log::info!("profile closed"),
            Err(error) => log::error!("profile closed with an error: {error}"),
        }
    }
}

/// The tutor's scenarios are the built-in templates: the same slug on both sides.
fn built_in_templates() -> Vec<BuiltInTemplate> {
    scenarios()
        .iter()
        .map(|scenario| BuiltInTemplate {
            slug: scenario.slug.clone(),
            name: scenario.name.clone(),
            description: scenario.description.clone(),
            level: Some(scenario.level),
            system_prompt: String::new(),
            opening_message: scenario.opening_message.clone(),
        })
        .collect()
}

/// Looks for a voice, and starts the worker if there is one. Without one, chunks stay pending.
fn start_speech(
    database: &Database,
    audio: &AudioStore,
) -> CommandResult<(SpeechStatus, Option<SpeechWorker>)> {
    match find_engine(SPOKEN_LANGUAGE) {
        Speech::Ready { engine, voice } => {
            let state = SpeechStatus::Ready {
                engine: engine.id().into(),
                voice: voice.name.clone(),
            };
            let worker = SpeechWorker::start(
                database.clone(),
                Speech::Ready { engine, voice },
                audio.clone(),
                WorkerOptions::default(),
            )
            .map_err(|error| CommandError::internal(&format!("no thread for speech: {error}")))?;
            Ok((state, Some(worker)))
        }
        Speech::Unavailable { reason } => {
            log::warn!("no voice: {reason}");
            Ok((SpeechStatus::Unavailable { reason }, None))
        }
    }
}
