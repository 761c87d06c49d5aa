//! Work of SQLite's that takes its time, ended at once when it is no longer wanted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::Error;
use crate::progress::{Stage, Watch};

const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Does `work` on `connection`, and interrupts it when the watch says that it is no longer wanted.
///
/// # Errors
/// `Cancelled`, and those of the work.
pub(super) fn interruptible<T>(
    connection: &Connection,
    watch: &Watch<'_>,
    stage: Stage,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    watch.at(stage, 0, 1)?;
    let (is_done, is_cancelled) = (AtomicBool::new(false), AtomicBool::new(false));
    let interrupt = connection.get_interrupt_handle();
    let result = thread::scope(|scope| {
        let looking = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                if watch.at(stage, 0, 1).is_err() {
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
    watch.at(stage, 1, 1)?;
    result
}
