//! Long work that somebody waits for: one piece at a time, seen by the window, and ended when not wanted.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parlance_storage::{Progress, Stage, Watch};
use serde::Serialize;
use tauri_specta::Event;

use crate::{
    error::{CommandError, CommandResult, ErrorCode},
    events::{Notice, Notify},
};

/// The window is told this often at most; a bar that moves more often only costs.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The data is brought up to this version of the app, after a backup.
    Upgrade,
    /// A backup is made.
    Backup,
    /// A backup takes the place of the database.
    Restore,
    /// A repaired copy takes the place of the database.
    Repair,
    /// What is readable is written into a folder.
    Rescue,
}

/// How far long work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, specta::Type, Event)]
pub struct WorkProgress {
    /// What is being done.
    pub work: Work,
    /// Which part of it.
    pub stage: Stage,
    /// How much of that part, in thousandths.
    pub permille: u16,
}

/// The place where long work is done: there is one of it, so that two never meet in the same files.
#[derive(Default)]
pub struct Bench {
    at_work: Mutex<Option<Arc<AtomicBool>>>,
}

/// Work that has its place on the bench until it is dropped, by a panic too.
pub struct Job {
    bench: Arc<Bench>,
    work: Work,
    notify: Notify,
    cancelled: Arc<AtomicBool>,
}

/// The place on the bench, held until it is dropped.
pub struct Held(#[allow(dead_code, reason = "it is there to be dropped")] Job);

impl Bench {
    /// Takes the place.
    ///
    /// # Errors
    /// `conflict` while other work is under way.
    pub fn begin(self: &Arc<Self>, work: Work, notify: &Notify) -> CommandResult<Job> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let mut at_work = self.at_work();
        if at_work.is_some() {
            return Err(CommandError::new(
                ErrorCode::Conflict,
                "Parlance is busy with another backup, restore or repair.",
            ));
        }
        *at_work = Some(Arc::clone(&cancelled));
        Ok(Job {
            bench: Arc::clone(self),
            work,
            notify: Arc::clone(notify),
            cancelled,
        })
    }

    /// Takes the place for something that is told to nobody, but must not meet other work.
    ///
    /// # Errors
    /// `conflict` while other work is under way.
    pub fn hold(self: &Arc<Self>) -> CommandResult<Held> {
        let notify: Notify = Arc::new(|_| {});
        self.begin(Work::Backup, &notify).map(Held)
    }

    /// Ends the work that is under way, as soon as it can be; false if there is none.
    pub fn cancel(&self) -> bool {
        match &*self.at_work() {
            Some(cancelled) => {
                cancelled.store(true, Ordering::Relaxed);
                true
            }
            None => false,
        }
    }

    fn at_work(&self) -> MutexGuard<'_, Option<Arc<AtomicBool>>> {
        // It holds one value, which is never half-made.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// Does it on this thread, told to the window.
    ///
    /// # Errors
    /// What `job` says.
    pub fn run<T, E: Into<CommandError>>(
        &self,
        job: impl FnOnce(&Watch<'_>) -> Result<T, E>,
    ) -> CommandResult<T> {
        let told = Mutex::new(None);
        let report = |progress| tell(self.work, progress, &self.notify, &told);
        job(&Watch::new(&report, &self.cancelled)).map_err(Into::into)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        *self.bench.at_work() = None;
    }
}

/// Tells the window: the first step of each stage, and then not too often.
pub(crate) fn tell(
    work: Work,
    Progress { stage, permille }: Progress,
    notify: &Notify,
    told: &Mutex<Option<(Stage, Instant)>>,
) {
    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
    let is_news = told.is_none_or(|(last, at)| last != stage || at.elapsed() >= TELL_EVERY);
    if is_news || permille == 1000 {
        *told = Some((stage, Instant::now()));
        drop(told);
        notify(Notice::Progress(WorkProgress {
            work,
            stage,
            permille,
        }));
    }
}
