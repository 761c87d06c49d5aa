//! The thread that writes: one job or several in one transaction, acknowledged after its commit.
//!
//! When several jobs wait, they share one commit, and so one wait for the disk. Each has a savepoint,
//! so that a job that fails takes nothing of its neighbours with it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use super::queue::Queue;
use crate::Error;
use crate::change::ChangeSet;
use crate::tx::WriteTx;

/// Bounds how long the first job of a group waits for the last.
const LARGEST_GROUP: usize = 64;
/// How often a transaction is tried when another process holds the database, each time for the busy timeout.
const BEGIN_ATTEMPTS: u32 = 3;

/// A write that waits: the job, then its value until the commit, then the way back to the caller.
pub(super) trait WriteJob: Send {
    /// Runs the job and keeps its value.
    fn run(&mut self, tx: &WriteTx<'_>) -> Result<(), Error>;
    /// Hands the kept value, or the error, to the caller.
    fn acknowledge(self: Box<Self>, outcome: Result<(), Error>);
}

pub(super) struct Write<F, T> {
    job: Option<F>,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, Error>>,
    caller: &'static Location<'static>,
}

impl<F, T> Write<F, T> {
    pub(super) fn new(
        job: F,
        reply: oneshot::Sender<Result<T, Error>>,
        caller: &'static Location<'static>,
    ) -> Self {
        Self {
            job: Some(job),
            value: None,
            reply,
            caller,
        }
    }
}

impl<F, T> WriteJob for Write<F, T>
where
    F: FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send,
    T: Send,
{
    fn run(&mut self, tx: &WriteTx<'_>) -> Result<(), Error> {
        let job = self
            .job
            .take()
            .ok_or_else(|| Error::internal("a write ran twice"))?;
        self.value = Some(unpanicked(self.caller, || job(tx))?);
        Ok(())
    }

    fn acknowledge(self: Box<Self>, outcome: Result<(), Error>) {
        let Self { value, reply, .. } = *self;
        let outcome =
            outcome.and_then(|()| value.ok_or_else(|| Error::internal("a write left no value")));
        // A caller who stopped waiting has nothing to be told; the write stands all the same.
        drop(reply.send(outcome));
    }
}

/// Turns a panic into an error. Its message may quote a learner's words, so only the place is logged.
pub(super) fn unpanicked<T>(
    caller: &'static Location<'static>,
    job: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|payload| {
        // Dropping a payload can panic in turn; leaking it is the lesser evil.
        std::mem::forget(payload);
        log::error!("a storage job asked for at {caller} panicked and was rolled back");
        Err(Error::Panicked)
    })
}

/// Serves the queue until it is closed and empty, then gives the connection back.
pub(super) fn run(
    connection: Connection,
    queue: &Queue<Box<dyn WriteJob>>,
    changes: &broadcast::Sender<Arc<ChangeSet>>,
) -> Connection {
    while let Some(mut jobs) = queue.take(LARGEST_GROUP) {
        while !jobs.is_empty() {
            let group = Group::run(&connection, &mut jobs);
            group.finish(&connection, changes);
        }
    }
    connection
}

/// The jobs of one transaction that have run, in order, with what came of each.
struct Group {
    jobs: Vec<(Box<dyn WriteJob>, Result<ChangeSet, Error>)>,
}

impl Group {
    /// Opens a transaction and runs jobs in it: all of them, unless SQLite gives the transaction up.
    fn run(connection: &Connection, jobs: &mut VecDeque<Box<dyn WriteJob>>) -> Self {
        let mut group = Self {
            jobs: Vec::with_capacity(jobs.len()),
        };
        if let Err(error) = begin(connection) {
            group
                .jobs
                .extend(jobs.drain(..).map(|job| (job, Err(error.clone()))));
            return group;
        }
        let is_shared = jobs.len() > 1;
        while let Some(mut job) = jobs.pop_front() {
            let outcome = if is_shared {
                in_savepoint(connection, job.as_mut())
            } else {
                in_transaction(connection, job.as_mut())
            };
            let failure = outcome.as_ref().err().cloned();
            group.jobs.push((job, outcome));
            // On a full disk or a failing one SQLite rolls everything back by itself.
            if let Some(error) = failure.filter(|_| connection.is_autocommit()) {
                group.fail(&error);
                break;
            }
        }
        group
    }

    /// Commits what succeeded and tells everybody, in this order.
    fn finish(mut self, connection: &Connection, changes: &broadcast::Sender<Arc<ChangeSet>>) {
        let is_wanted = self.jobs.iter().any(|(_, outcome)| outcome.is_ok());
        if is_wanted && let Err(error) = execute(connection, "COMMIT") {
            self.fail(&error);
        }
        if !connection.is_autocommit()
            && let Err(error) = execute(connection, "ROLLBACK")
        {
            log::error!("a transaction could not be rolled back: {error}");
        }
        for (job, outcome) in self.jobs {
            let outcome = outcome.map(|changed| {
                if !changed.changes.is_empty() {
                    // Nobody listening is no error.
                    drop(changes.send(Arc::new(changed)));
                }
            });
            // Last, so that whoever has the answer also has heard of the change.
            job.acknowledge(outcome);
        }
    }

    /// Nothing of the transaction is kept: whoever had succeeded in it gets `error` as well.
    fn fail(&mut self, error: &Error) {
        for (_, outcome) in &mut self.jobs {
            if outcome.is_ok() {
                *outcome = Err(error.clone());
            }
        }
    }
}

/// `IMMEDIATE`, because a transaction that starts by reading cannot always become a writing one.
fn begin(connection: &Connection) -> Result<(), Error> {
    let mut result = execute(connection, "BEGIN IMMEDIATE");
    for attempt in 1..BEGIN_ATTEMPTS {
        if result != Err(Error::Busy) {
            break;
        }
        log::warn!(
            "another program holds the database; attempt {attempt} of {BEGIN_ATTEMPTS} to write"
        );
        result = execute(connection, "BEGIN IMMEDIATE");
    }
    result
}

fn in_transaction(connection: &Connection, job: &mut dyn WriteJob) -> Result<ChangeSet, Error> {
    let tx = WriteTx::new(connection);
    job.run(&tx)?;
    Ok(tx.into_changes())
}

fn in_savepoint(connection: &Connection, job: &mut dyn WriteJob) -> Result<ChangeSet, Error> {
    execute(connection, "SAVEPOINT job")?;
    let outcome = in_transaction(connection, job);
    if outcome.is_err() && !connection.is_autocommit() {
        execute(connection, "ROLLBACK TO job")?;
    }
    if !connection.is_autocommit() {
        execute(connection, "RELEASE job")?;
    }
    outcome
}

pub(super) fn execute(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}
