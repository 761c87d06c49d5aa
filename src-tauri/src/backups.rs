//! Backups by themselves: every quarter of an hour while something changes, at the end, and once a month one
//! is restored for trial. Here too: the checks of a large database, which would keep the learner waiting.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use parlance_storage::{
    CheckDue, Clock, Database, Error, Stage, SystemClock, Timestamp, Watch,
    backup::{self, BackupReason, NewBackup},
    integrity,
};
use tauri::async_runtime::{JoinHandle, spawn, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval_at, sleep};

use crate::{
    error::{CommandError, ErrorCode},
    events::{AppProblem, Notice, Notify},
};

/// How often it is looked whether something has changed.
pub const EVERY: Duration = Duration::from_secs(15 * 60);
/// A start has better things to do than what can wait.
const AFTER_START: Duration = Duration::from_secs(60);
/// Whether a week has passed is looked at so often.
const CHECK_AGAIN_AFTER: Duration = Duration::from_secs(6 * 60 * 60);
/// Between two looks whether somebody else is done.
const WAIT_FOR_TURN: Duration = Duration::from_millis(50);

/// Watches over one open database.
pub struct Backups {
    database: Database,
    data_dir: PathBuf,
    notify: Notify,
    /// The commit count that the newest backup holds; `None` if it does not hold everything.
    backed_up: Mutex<Option<u64>>,
    last_failure: Mutex<Option<CommandError>>,
    stop: AtomicBool,
    /// Held by whoever has a connection of its own to the database.
    at_work: Mutex<()>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Backups {
    /// For a database that was just opened; `was_backed_up` tells of the moment before that. Nothing happens
    /// before [`Self::start`].
    pub fn new(
        database: Database,
        data_dir: &Path,
        was_backed_up: bool,
        notify: Notify,
    ) -> Arc<Self> {
        let is_as_before = was_backed_up && database.launch().applied.is_empty();
        let backed_up = is_as_before.then_some(0);
        Arc::new(Self {
            database,
            data_dir: data_dir.to_owned(),
            notify,
            backed_up: Mutex::new(backed_up),
            last_failure: Mutex::default(),
            stop: AtomicBool::new(false),
            at_work: Mutex::default(),
            tasks: Mutex::default(),
        })
    }

    /// Looks every `every` from now on whether something has changed, and checks a database that needs it.
    pub fn start(self: &Arc<Self>, every: Duration) {
        let check_due = self.database.launch().check_due;
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.push(spawn(Arc::clone(self).look_every(every)));
        tasks.push(spawn(Arc::clone(self).check(check_due)));
    }

    /// Why the last backup failed; `None` if it did not.
    pub fn last_failure(&self) -> Option<CommandError> {
        self.last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Makes a backup now.
    ///
    /// # Errors
    /// What making it says; it is remembered, unless somebody did not want it any more.
    pub fn create(&self, reason: BackupReason, watch: &Watch<'_>) -> Result<backup::Backup, Error> {
        let _alone = self.turn(watch)?;
        let commits = self.database.commit_count();
        let made = create(&self.data_dir, reason, self.database.now(), watch);
        let failure = match &made {
            Ok(_) => {
                *self
                    .backed_up
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(commits);
                None
            }
            Err(Error::Cancelled) => return made,
            Err(error) => Some(CommandError::from(error.clone())),
        };
        *self
            .last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = failure;
        made
    }

    /// Ends what runs in the background, and returns when it has ended; a backup that is being made is given up.
    ///
    /// Whoever closes the database may replace its file next: nobody may have it open then.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.at_work());
        for task in self
            .tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            task.abort();
        }
    }

    /// The backup at the end of the app, if something has changed. Called when the database is closed.
    pub fn at_quit(&self) {
        if self.is_unchanged() {
            return;
        }
        match create(
            &self.data_dir,
            BackupReason::Quit,
            self.database.now(),
            &Watch::nobody(),
        ) {
            Ok(made) => log::info!("a backup of {} bytes is made at the end", made.bytes),
            // The window is gone; the next start makes the backup, or says why it cannot.
            Err(error) => log::error!("no backup could be made at the end: {error}"),
        }
    }

    fn is_unchanged(&self) -> bool {
        let backed_up = *self
            .backed_up
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        backed_up == Some(self.database.commit_count())
    }

    async fn look_every(self: Arc<Self>, every: Duration) {
        let first = tokio::time::Instant::now() + every.min(AFTER_START);
        let mut ticks = interval_at(first, every);
        // A computer that slept for a night makes one backup, not forty.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let this = Arc::clone(&self);
            if spawn_blocking(move || this.look()).await.is_err() {
                log::error!("a backup broke off");
            }
        }
    }

    fn look(&self) {
        if !self.is_unchanged() {
            self.scheduled();
        }
        if backup::is_trial_due(&backup::state(&self.data_dir), self.database.now())
            && let Err(error) = self.trial()
        {
            log::warn!("no backup could be restored for trial: {error}");
        }
    }

    fn scheduled(&self) {
        let never = |_| {};
        match self.create(BackupReason::Scheduled, &Watch::new(&never, &self.stop)) {
            Ok(made) => log::info!("a backup of {} bytes is made", made.bytes),
            Err(Error::Cancelled) => {}
            Err(error) => {
                log::error!("a backup failed: {error}");
                self.tell(&backup_failed(&error));
            }
        }
    }

    /// Proves the newest backup by restoring it aside.
    fn trial(&self) -> Result<(), Error> {
        let newest = backup::list(&self.data_dir)?
            .into_iter()
            .find(|one| one.is_usable() && one.reason != BackupReason::Replaced);
        let Some(newest) = newest else {
            return Ok(());
        };
        let never = |_| {};
        let watch = Watch::new(&never, &self.stop);
        let _alone = self.turn(&watch)?;
        let trial = backup::trial(&self.data_dir, &newest.name, self.database.now(), &watch)?;
        if trial.ok {
            log::info!("the newest backup was restored for trial, and is whole");
        } else {
            log::error!("the newest backup is not whole: {:?}", trial.problems);
            self.tell(&CommandError::new(
                ErrorCode::Backup,
                "The newest backup was restored for trial and is not whole. A new one will be made.",
            ));
            *self
                .backed_up
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(())
    }

    /// Checks a large database: at once if the last process died, and whenever a week has passed and nobody writes,
    /// also in an app that is never closed.
    async fn check(self: Arc<Self>, due: CheckDue) {
        if due == CheckDue::No {
            return;
        }
        let mut is_due_now = due == CheckDue::Now;
        loop {
            if !is_due_now {
                self.idle().await;
            }
            let is_due = backup::is_check_due(&backup::state(&self.data_dir), self.database.now());
            if is_due_now || is_due {
                let this = Arc::clone(&self);
                if spawn_blocking(move || this.check_now()).await.is_err() {
                    log::error!("the check of the database broke off");
                }
            }
            is_due_now = false;
            sleep(CHECK_AGAIN_AFTER).await;
        }
    }

    /// Returns after a minute in which nobody has written anything.
    async fn idle(&self) {
        loop {
            let before = self.database.commit_count();
            sleep(AFTER_START).await;
            if self.database.commit_count() == before {
                return;
            }
        }
    }

    fn check_now(&self) {
        let never = |_| {};
        let Ok(_alone) = self.turn(&Watch::new(&never, &self.stop)) else {
            return;
        };
        match integrity::check_beside(&self.data_dir, &Watch::new(&never, &self.stop)) {
            Ok(findings) => {
                if findings.is_empty() {
                    log::info!("the database was checked, and is whole");
                } else {
                    log::error!("the database is damaged: {findings:?}");
                    self.tell(&CommandError::new(
                        ErrorCode::Corrupt,
                        "A check has found damage in your data. Please let Parlance look at it in the settings.",
                    ));
                }
                // Damage is looked for again at the next chance, and told again.
                if findings.is_empty()
                    && let Err(error) = backup::remember_check(&self.data_dir, self.database.now())
                {
                    log::warn!("that the database was checked is not remembered: {error}");
                }
            }
            Err(Error::Cancelled) => {}
            Err(error) => log::warn!("the database could not be checked: {error}"),
        }
    }

    /// Waits until nobody else is at work, unless that is no longer wanted.
    fn turn(&self, watch: &Watch<'_>) -> Result<MutexGuard<'_, ()>, Error> {
        loop {
            watch.at(Stage::Copying, 0, 1)?;
            let turn = match self.at_work.try_lock() {
                Ok(turn) => turn,
                Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(WAIT_FOR_TURN);
                    continue;
                }
            };
            // Only now: `stop` may have come and gone before the turn came, and its caller counts on nobody having
            // the database open.
            return if self.stop.load(Ordering::Relaxed) {
                Err(Error::Cancelled)
            } else {
                Ok(turn)
            };
        }
    }

    fn at_work(&self) -> MutexGuard<'_, ()> {
        // It guards no value that a panic could leave half-made.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, problem: &CommandError) {
        (self.notify)(Notice::Problem(AppProblem(problem.clone())));
    }
}

/// An automatic backup that failed; whatever the reason, the window acts on this one code.
fn backup_failed(error: &Error) -> CommandError {
    let reason = CommandError::from(error.clone());
    let message = match error {
        Error::Backup { .. } => reason.message,
        _ => format!("The backup failed: {}", reason.message),
    };
    CommandError::new(ErrorCode::Backup, message).with("reason", &error.code())
}

fn create(
    data_dir: &Path,
    reason: BackupReason,
    now: Timestamp,
    watch: &Watch<'_>,
) -> Result<backup::Backup, Error> {
    let new = NewBackup {
        reason,
        app_version: env!("CARGO_PKG_VERSION").into(),
        now,
    };
    let made = backup::create(data_dir, &new, watch)?;
    // Only now: an old backup goes when a newer one is proven, never before.
    if let Err(error) = backup::thin(data_dir, now) {
        log::warn!("older backups were not thinned out: {error}");
    }
    Ok(made)
}

/// Whether the newest backup holds all that is in the database: nothing was written since. To be asked before
/// it is opened, which touches its files.
pub fn is_backed_up(data_dir: &Path) -> bool {
    let Ok(Some(newest)) = backup::newest_at(data_dir) else {
        return false;
    };
    // A stamp of the future says that a clock was wrong, and nothing about what was written when.
    if newest > SystemClock.now() {
        return false;
    }
    let modified = |name: &str| match fs::metadata(data_dir.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        file => Some(file.and_then(|file| file.modified())),
    };
    // What cannot be told may have been written since.
    let Ok(written) = ["parlance.db", "parlance.db-wal"]
        .into_iter()
        .filter_map(modified)
        .collect::<Result<Vec<_>, _>>()
    else {
        return false;
    };
    let written: Vec<u128> = written
        .into_iter()
        .filter_map(|time| Some(time.duration_since(UNIX_EPOCH).ok()?.as_millis()))
        .collect();
    let newest = u128::try_from(newest.as_millis()).unwrap_or(0);
    !written.is_empty() && written.iter().all(|at| *at <= newest)
}
