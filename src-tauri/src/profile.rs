//! The open profile: its database, its tutor and its voice, and how they start and end together.

use std::sync::{Arc, Mutex, PoisonError};

use parlance_speech::{AudioStore, Speech, SpeechWorker, WorkerOptions, find_engine};
use parlance_storage::{
    Database, Error, OpenOptions, ReadTx, Timestamp, UserId, WriteTx, status,
    template::{self, BuiltInTemplate},
    user::{self, User},
};
use parlance_tutor::situations;
use serde::Serialize;
use tauri::async_runtime::{JoinHandle, block_on, spawn};

use crate::{
    backups::{self, Backups},
    error::{CommandError, CommandResult},
    events::{Notify, forward_changes},
    housekeeping::keep_tidy,
    remembering::Remembering,
    replies::Replies,
    slot::Opening,
    tutors::{ChosenTutors, Servers, Tutors},
    work::{self, Work},
};

/// The language of the built-in partner, and so of its voice.
pub(crate) const SPOKEN_LANGUAGE: &str = "en";

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
    /// What the tutor keeps of conversations.
    pub remembering: Arc<Remembering>,
    /// The model servers.
    pub servers: Arc<Servers>,
    /// What keeps copies of it all.
    pub backups: Arc<Backups>,
    /// Whether there is a voice.
    pub speech: SpeechStatus,
    worker: Mutex<Option<SpeechWorker>>,
    /// `None` where nothing can be written.
    tidying: Option<JoinHandle<()>>,
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

/// What becomes of the changes since the last backup when a profile is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The app ends: they are backed up.
    ForGood,
    /// Another state takes the place of this one, which is kept as a whole.
    ToBeReplaced,
}

impl Profile {
    /// Reads what is this learner's.
    ///
    /// # Errors
    /// What `job` says.
    #[track_caller]
    pub fn read<T, F>(&self, job: F) -> impl Future<Output = CommandResult<T>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTx<'_>, UserId) -> Result<T, Error> + Send + 'static,
    {
        let user = self.user.id;
        let read = self.database.read(move |tx| job(tx, user));
        async { Ok(read.await?) }
    }

    /// Changes something of this learner's, at the time that it is now.
    ///
    /// # Errors
    /// What `job` says.
    #[track_caller]
    pub fn write<T, F>(&self, job: F) -> impl Future<Output = CommandResult<T>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTx<'_>, UserId, Timestamp) -> Result<T, Error> + Send + 'static,
    {
        let (user, now) = (self.user.id, self.database.now());
        let written = self.database.write(move |tx| job(tx, user, now));
        async { Ok(written.await?) }
    }

    pub(crate) fn open(opening: &Opening) -> CommandResult<Self> {
        let Opening {
            data_dir,
            notify,
            keys,
        } = opening;
        let was_backed_up = backups::is_backed_up(data_dir);
        let database = Database::open(data_dir, open_options(notify))?;
        let changes = database.changes();
        let can_write = database.launch().read_only.is_none();
        let user = if can_write {
            prepare(&database)?
        } else {
            database
                .read_blocking(user::find_first)?
                .ok_or(Error::ReadOnly)?
        };
        let schema_version = database.read_blocking(status::schema_version)?;
        let audio = if can_write {
            AudioStore::open(data_dir)?
        } else {
            AudioStore::open_to_read(data_dir)
        };
        let tutors = ChosenTutors::new(Arc::clone(keys));
        let servers = Arc::clone(tutors.servers());
        let tutors: Arc<dyn Tutors> = Arc::new(tutors);
        let remembering = Arc::new(Remembering::new(
            database.clone(),
            Arc::clone(&tutors),
            Arc::clone(notify),
        ));
        let replies = Arc::new(Replies::new(
            database.clone(),
            tutors,
            Arc::clone(&remembering),
            Arc::clone(notify),
        ));
        let backups = Backups::new(
            database.clone(),
            data_dir,
            was_backed_up,
            Arc::clone(notify),
        );
        spawn(forward_changes(changes, Arc::clone(notify)));
        let (speech, worker) = if can_write {
            replies.recover_blocking()?;
            start_speech(&database, &audio)?
        } else {
            let reason = "Nothing can be written, so no sound is made.".into();
            (SpeechStatus::Unavailable { reason }, None)
        };
        // Last, when nothing can fail any more: what runs in the background keeps the database open.
        let tidying = can_write.then(|| {
            backups.start(backups::EVERY);
            let data_dir = data_dir.clone();
            spawn(keep_tidy(database.clone(), audio.clone(), data_dir))
        });
        Ok(Self {
            database,
            user,
            schema_version,
            audio,
            replies,
            remembering,
            servers,
            backups,
            speech,
            worker: Mutex::new(worker),
            tidying,
        })
    }

    /// Ends replies and speech, writes everything down, and lets go of the files. Blocks.
    pub(crate) fn close(&self, closing: Closing) {
        self.backups.stop();
        if let Some(tidying) = &self.tidying {
            tidying.abort();
        }
        self.remembering.stop_all();
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
        if closing == Closing::ForGood && self.database.launch().read_only.is_none() {
            self.backups.at_quit();
        }
    }
}

fn open_options(notify: &Notify) -> OpenOptions {
    let (notify, told) = (Arc::clone(notify), Mutex::new(None));
    OpenOptions {
        on_progress: Arc::new(move |progress| {
            work::tell(Work::Upgrade, progress, &notify, &told);
        }),
        ..OpenOptions::new(env!("CARGO_PKG_VERSION"))
    }
}

/// What every profile has from its first launch on.
fn prepare(database: &Database) -> CommandResult<User> {
    let now = database.now();
    Ok(database.write_blocking(move |tx| {
        template::sync_built_in(tx, &built_in_templates(), now)?;
        user::ensure_first(tx, now)
    })?)
}

/// The tutor's situations at their levels are the built-in templates: the same slug on both sides.
fn built_in_templates() -> Vec<BuiltInTemplate> {
    situations()
        .iter()
        .flat_map(|situation| {
            situation.levels.iter().map(|row| BuiltInTemplate {
                slug: row.slug.clone(),
                name: situation.name.clone(),
                description: situation.description.clone(),
                level: Some(row.level),
                situation: Some(situation.situation.clone()),
                system_prompt: row.system_prompt.clone(),
                opening_message: row.opening_message.clone(),
            })
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
