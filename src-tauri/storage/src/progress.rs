//! How far long work has come, and whether it is still wanted.
//!
//! Whatever a person waits for (a backup, a restore, a repair) tells a [`Watch`] at every step where it
//! stands. The watch may answer that the work is no longer wanted; it then ends as if it had never begun.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use serde::Serialize;

use crate::Error;
use crate::text_enum::text_enum;

text_enum! {
    /// What long work is doing at the moment.
    Stage {
        /// Reading the database into a copy.
        Copying = "copying",
        /// Proving that a copy is whole.
        Checking = "checking",
        /// Compressing a copy into a backup, and reading it back.
        Packing = "packing",
        /// Taking a database out of a backup.
        Unpacking = "unpacking",
        /// Making the full-text tables anew.
        Indexing = "indexing",
        /// Taking out of a damaged file what can be read.
        Salvaging = "salvaging",
        /// Putting the new file in the place of the old one. From here on it cannot be cancelled.
        Replacing = "replacing",
    }
}

/// Where long work stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// How much of this stage is done, in thousandths.
    pub permille: u16,
}

/// Sees how long work goes on, and can end it.
pub struct Watch<'a> {
    report: &'a (dyn Fn(Progress) + Sync),
    cancelled: &'a AtomicBool,
}

static NEVER: AtomicBool = AtomicBool::new(false);

impl<'a> Watch<'a> {
    /// Tells `report` of every step, and ends the work with `Cancelled` once `cancelled` is true.
    pub const fn new(report: &'a (dyn Fn(Progress) + Sync), cancelled: &'a AtomicBool) -> Self {
        Self { report, cancelled }
    }

    /// Nobody looks and nobody cancels.
    #[must_use]
    pub fn nobody() -> Watch<'static> {
        Watch::new(&|_| {}, &NEVER)
    }

    /// Says where the work stands: `done` of `total` of whatever this stage counts.
    ///
    /// # Errors
    /// `Cancelled` if the work is no longer wanted; never in the stage `Replacing`.
    pub fn at(&self, stage: Stage, done: u64, total: u64) -> Result<(), Error> {
        if stage != Stage::Replacing && self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let permille = done.saturating_mul(1000) / total.max(1);
        (self.report)(Progress {
            stage,
            permille: u16::try_from(permille.min(1000)).unwrap_or(1000),
        });
        Ok(())
    }
}

/// How often a long statement is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Runs `job`, and ends a statement of it in the middle once `at` no longer wants it.
///
/// SQLite's own progress handler may not borrow what it looks at, so a thread does.
pub(crate) fn interruptible<T>(
    connection: &Connection,
    at: impl Fn() -> Result<(), Error> + Sync,
    job: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let interrupt = connection.get_interrupt_handle();
    let (ended, has_ended) = mpsc::channel::<()>();
    let outcome = thread::scope(|scope| {
        let at = &at;
        scope.spawn(move || {
            // Again and again: an interruption between two statements meets neither.
            while has_ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                if at().is_err() {
                    interrupt.interrupt();
                }
            }
        });
        let outcome = job();
        drop(ended);
        outcome
    });
    // What SQLite says of an interruption does not tell why; the watch knows.
    at()?;
    outcome
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}
