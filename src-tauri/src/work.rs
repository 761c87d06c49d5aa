//! Long work that somebody waits for: one piece at a time, seen by the window, and ended when not wanted.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
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
    /// What the search looks in is made anew.
    Reindex,
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
    at_work: Mutex<AtWork>,
    free: Condvar,
}

#[derive(Default)]
enum AtWork {
    #[default]
    Nobody,
    /// Work that ends as soon as it can be once this is true.
    Job(Arc<AtomicBool>),
    /// Something that nothing ends before its time.
    Held,
}

/// The place on the bench, held until its last copy is dropped, by a panic too.
#[derive(Clone)]
pub struct Held(Arc<Place>);

struct Place(Arc<Bench>);

/// Work that has its place on the bench until it is dropped.
pub struct Job {
    place: Held,
    work: Work,
    notify: Notify,
    cancelled: Arc<AtomicBool>,
}

impl Bench {
    /// Takes the place.
    ///
    /// # Errors
    /// `conflict` while other work is under way.
    pub fn begin(self: &Arc<Self>, work: Work, notify: &Notify) -> CommandResult<Job> {
        let cancelled = Arc::new(AtomicBool::new(false));
        Ok(Job {
            place: self.take(AtWork::Job(Arc::clone(&cancelled)))?,
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
        self.take(AtWork::Held)
    }

    fn take(self: &Arc<Self>, work: AtWork) -> CommandResult<Held> {
        let mut at_work = self.at_work();
        if !matches!(*at_work, AtWork::Nobody) {
            return Err(CommandError::new(
                ErrorCode::Conflict,
                "Parlance is busy with another backup, restore or repair.",
            ));
        }
        *at_work = work;
        Ok(Held(Arc::new(Place(Arc::clone(self)))))
    }

    /// Ends the work that is under way, as soon as it can be; false if there is none that can be ended.
    pub fn cancel(&self) -> bool {
        match &*self.at_work() {
            AtWork::Job(cancelled) => {
                cancelled.store(true, Ordering::Relaxed);
                true
            }
            AtWork::Nobody | AtWork::Held => false,
        }
    }

    /// Waits until nobody is at work, for `limit` at most; false if somebody still is. Blocks.
    pub(crate) fn wait_until_free(&self, limit: Duration) -> bool {
        let is_taken = |at_work: &mut AtWork| !matches!(at_work, AtWork::Nobody);
        let (at_work, _) = self
            .free
            .wait_timeout_while(self.at_work(), limit, is_taken)
            .unwrap_or_else(PoisonError::into_inner);
        matches!(*at_work, AtWork::Nobody)
    }

    fn at_work(&self) -> MutexGuard<'_, AtWork> {
        // It holds one value, which is never half-made.
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// The place that it has, for what comes after it and must not meet other work either.
    pub fn place(&self) -> Held {
        self.place.clone()
    }

    /// Does it on this thread, told to the window. Afterwards there is nothing to cancel any more.
    ///
    /// # Errors
    /// What `job` says.
    pub fn run<T, E: Into<CommandError>>(
        self,
        job: impl FnOnce(&Watch<'_>) -> Result<T, E>,
    ) -> CommandResult<T> {
        let told = Mutex::new(None);
        let report = |progress| tell(self.work, progress, &self.notify, &told);
        let done = job(&Watch::new(&report, &self.cancelled)).map_err(Into::into);
        self.place.0.cannot_be_cancelled();
        done
    }
}

impl Place {
    fn cannot_be_cancelled(&self) {
        *self.0.at_work() = AtWork::Held;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.at_work() = AtWork::Nobody;
        self.0.free.notify_all();
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
