//! A thread that reads: each job sees one unchanging state of the database.

use rusqlite::Connection;

use super::queue::{Queue, Serving};
use super::writer::execute;
use crate::Error;
use crate::tx::ReadTx;

/// A read that waits. It answers its caller itself; nothing is left to do after it.
pub(super) type ReadJob = Box<dyn FnOnce(Result<&ReadTx<'_>, Error>) + Send>;

/// Serves the queue until it is closed and empty.
pub(super) fn run(connection: &Connection, queue: &Queue<ReadJob>) {
    let _serving = Serving(queue);
    while let Some(jobs) = queue.take(1) {
        for job in jobs {
            serve(connection, job);
        }
    }
}

fn serve(connection: &Connection, job: ReadJob) {
    match execute(connection, "BEGIN") {
        Ok(()) => job(Ok(&ReadTx::new(connection))),
        Err(error) => return job(Err(error)),
    }
    // Held open, the transaction would keep the log from ever being reset.
    if !connection.is_autocommit()
        && let Err(error) =
            execute(connection, "COMMIT").or_else(|_| execute(connection, "ROLLBACK"))
    {
        log::error!("a reading transaction did not end: {error}");
    }
}
