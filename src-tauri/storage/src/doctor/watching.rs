//! Work of SQLite's that takes its time, ended at once when it is no longer wanted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::Error;
use crate::progress::{Stage, Watch};

const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// A step of a stage that has several.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) stage: Stage,
    /// How many were done before it.
    pub(super) done: u64,
    pub(super) total: u64,
}

impl Step {
    /// The only one of its stage.
    pub(super) const fn only(stage: Stage) -> Self {
        Self {
            stage,
            done: 0,
            total: 1,
        }
    }

    fn begin(self, watch: &Watch<'_>) -> Result<(), Error> {
        watch.at(self.stage, self.done, self.total)
    }
}

/// Does `work` on `connection`, and interrupts it when the watch says that it is no longer wanted.
///
/// # Errors
/// `Cancelled`, and those of the work.
pub(super) fn interruptible<T>(
    connection: &Connection,
    watch: &Watch<'_>,
    step: Step,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    step.begin(watch)?;
    let (is_done, is_cancelled) = (AtomicBool::new(false), AtomicBool::new(false));
    let interrupt = connection.get_interrupt_handle();
    let result = thread::scope(|scope| {
        let looking = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                if step.begin(watch).is_err() {
                    is_cancelled.store(true, Ordering::Relaxed);
                    // Again and again: one that comes between two statements has no effect.
                    interrupt.interrupt();
                }
                thread::park_timeout(BETWEEN_LOOKS);
            }
        });
        let result = work();
        is_done.store(true, Ordering::Relaxed);
        looking.thread().unpark();
        result
    });
    if is_cancelled.load(Ordering::Relaxed) {
        return Err(Error::Cancelled);
    }
    watch.at(step.stage, step.done + 1, step.total)?;
    result
}
