//! Work of SQLite's that takes its time, as a step of a stage, ended at once when it is no longer wanted.

use rusqlite::Connection;

use crate::Error;
use crate::progress::{self, Stage, Watch};

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
    let begun = || watch.at(step.stage, step.done, step.total);
    begun()?;
    let outcome = progress::interruptible(connection, begun, work)?;
    watch.at(step.stage, step.done + 1, step.total)?;
    Ok(outcome)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_that_panics_does_not_hang() {
        let (ended, has_ended) = mpsc::channel::<()>();
        let working = thread::spawn(move || {
            let _ended = ended;
            let connection = Connection::open_in_memory().unwrap();
            let step = Step::only(Stage::Checking);
            interruptible::<()>(&connection, &Watch::nobody(), step, || panic!("a fault"))
        });
        let outcome = has_ended.recv_timeout(Duration::from_secs(20));
        assert_eq!(outcome, Err(mpsc::RecvTimeoutError::Disconnected));
        assert!(working.join().is_err(), "the panic goes on");
    }
}
