//! The thread that writes: one job or several in one transaction, acknowledged after its commit.
//!
//! When several jobs wait, they share one commit, and so one wait for the disk. Each has a savepoint,
//! so that a job that fails takes nothing of its neighbours with it. Only when SQLite itself gives the
//! transaction up, as on a full disk, does everybody in it get that error: nothing was acknowledged yet.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use super::queue::{Queue, Serving};
use crate::Error;
use crate::change::ChangeSet;
use crate::tx::WriteTx;

/// Bounds how long the first job of a group waits for the last.
const LARGEST_GROUP: usize = 64;
/// How often a transaction is tried when another process holds the database, each time for the busy timeout.
const BEGIN_ATTEMPTS: u32 = 3;

/// What the writing thread is asked for.
pub(super) enum Task {
    /// A write, in a transaction that it may share with others.
    Write(Box<dyn WriteJob>),
    /// Work that cannot be done inside of a transaction. Writes that were queued before it are committed.
    Alone(Box<dyn FnOnce(&Connection) + Send>),
}

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
        let Self {
            value,
            reply,
            caller,
            job,
        } = *self;
        hand_over(caller, move || {
            // Of a write that never ran, what it would have worked with.
            drop(job);
            let outcome = outcome
                .and_then(|()| value.ok_or_else(|| Error::internal("a write left no value")));
            drop(reply.send(outcome));
        });
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

/// Gives an answer away, and with it everything of a job that is left. A caller who stopped waiting has
/// nothing to be told, and the work stands all the same; but then the answer ends here, and its `Drop` is
/// anybody's code, which must not end the thread.
pub(super) fn hand_over(caller: &'static Location<'static>, give: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(give)) {
        std::mem::forget(payload);
        log::error!(
            "the answer of a storage job asked for at {caller} panicked when it was dropped"
        );
    }
}

/// Serves the queue until it is closed and empty, then gives the connection back.
///
/// A connection on which SQLite itself gave a transaction up is replaced by what `reopen` gives, before anything
/// else is written: the full-text tables count their texts in memory, and after a failed read they take zero for
/// the count, also once the transaction is rolled back. The next write would store that.
pub(super) fn run(
    connection: Connection,
    queue: &Queue<Task>,
    changes: &broadcast::Sender<Arc<ChangeSet>>,
    commits: &AtomicU64,
    reopen: impl Fn() -> Result<Connection, Error>,
) -> Connection {
    let _serving = Serving(queue);
    let mut at_work = AtWork {
        connection,
        is_sound: true,
        changes,
        commits,
        reopen,
    };
    while let Some(tasks) = queue.take(LARGEST_GROUP) {
        let mut writes = VecDeque::with_capacity(tasks.len());
        for task in tasks {
            match task {
                Task::Write(job) => writes.push_back(job),
                Task::Alone(work) => {
                    at_work.write_all(&mut writes);
                    work(&at_work.connection);
                }
            }
        }
        at_work.write_all(&mut writes);
    }
    at_work.connection
}

/// The writing thread between two looks into its queue.
struct AtWork<'a, R> {
    connection: Connection,
    /// Whether SQLite has not given a transaction up on this connection.
    is_sound: bool,
    changes: &'a broadcast::Sender<Arc<ChangeSet>>,
    commits: &'a AtomicU64,
    reopen: R,
}

impl<R: Fn() -> Result<Connection, Error>> AtWork<'_, R> {
    fn write_all(&mut self, jobs: &mut VecDeque<Box<dyn WriteJob>>) {
        while !jobs.is_empty() {
            if !self.is_sound {
                match (self.reopen)() {
                    Ok(sound) => self.connection = sound,
                    Err(error) => {
                        Group::refused(jobs, &error).tell(self.changes);
                        continue;
                    }
                }
            }
            let before = self.connection.total_changes();
            let mut group = Group::run(&self.connection, jobs);
            group.end(&self.connection);
            if self.connection.total_changes() != before {
                // After the commit and before anybody hears of it: a backup that begins in between must not be taken
                // for one that holds it. Also what is rolled back counts: one too many is better than one too few.
                self.commits.fetch_add(1, Ordering::Relaxed);
            }
            self.is_sound = group.is_sound;
            group.tell(self.changes);
        }
    }
}

/// The jobs of one transaction that have run, in order, with what came of each.
struct Group {
    jobs: Vec<(Box<dyn WriteJob>, Result<ChangeSet, Error>)>,
    /// Whether SQLite did with the transaction what it was told and nothing else.
    is_sound: bool,
}

impl Group {
    /// Opens a transaction and runs jobs in it: all of them, unless SQLite gives the transaction up.
    fn run(connection: &Connection, jobs: &mut VecDeque<Box<dyn WriteJob>>) -> Self {
        if let Err(error) = begin(connection) {
            return Self::refused(jobs, &error);
        }
        let mut group = Self {
            jobs: Vec::with_capacity(jobs.len()),
            is_sound: true,
        };
        let is_shared = jobs.len() > 1;
        while let Some(mut job) = jobs.pop_front() {
            let outcome = if is_shared {
                in_savepoint(connection, job.as_mut())
            } else {
                in_transaction(connection, job.as_mut())
            };
            let failure = outcome.as_ref().err().cloned();
            group.jobs.push((job, outcome));
            // On a full disk or a failing one SQLite may roll everything back by itself, and a job may
            // even have swallowed the error: what counts is whether the transaction is still there.
            if connection.is_autocommit() {
                group.is_sound = false;
                group.fail(
                    &failure.unwrap_or_else(|| Error::internal("a transaction ended within a job")),
                );
                break;
            }
        }
        group
    }

    /// Jobs that could not even begin.
    fn refused(jobs: &mut VecDeque<Box<dyn WriteJob>>, error: &Error) -> Self {
        Self {
            jobs: jobs
                .drain(..)
                .map(|job| (job, Err(error.clone())))
                .collect(),
            is_sound: true,
        }
    }

    /// Commits what succeeded. From then on `is_sound` says whether the connection can be used on.
    fn end(&mut self, connection: &Connection) {
        let is_wanted = self.jobs.iter().any(|(_, outcome)| outcome.is_ok());
        if is_wanted && let Err(error) = execute(connection, "COMMIT") {
            self.is_sound = false;
            self.fail(&error);
        }
        if !connection.is_autocommit()
            && let Err(error) = execute(connection, "ROLLBACK")
        {
            log::error!("a transaction could not be rolled back: {error}");
            self.is_sound = false;
        }
    }

    /// Tells everybody what came of their jobs; never before [`Group::end`].
    fn tell(self, changes: &broadcast::Sender<Arc<ChangeSet>>) {
        for (job, outcome) in self.jobs {
            let outcome = outcome.map(|changed| {
                if !changed.is_empty() {
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

/// Like [`in_transaction`], but a failure undoes this job alone.
fn in_savepoint(connection: &Connection, job: &mut dyn WriteJob) -> Result<ChangeSet, Error> {
    execute(connection, "SAVEPOINT job")?;
    let outcome = in_transaction(connection, job);
    if connection.is_autocommit() {
        return outcome;
    }
    let undone = if outcome.is_err() {
        execute(connection, "ROLLBACK TO job")
    } else {
        Ok(())
    };
    match undone.and_then(|()| execute(connection, "RELEASE job")) {
        Ok(()) => outcome,
        Err(error) => {
            // Half of this job may still be in the transaction, so nothing of that may be kept.
            execute(connection, "ROLLBACK")?;
            Err(error)
        }
    }
}

pub(super) fn execute(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    //! What only happens on a connection in trouble, which no caller can bring about from outside.

    use super::*;

    type Answer = oneshot::Receiver<Result<(), Error>>;

    /// A table and room for a few pages only.
    fn small_disk() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (x TEXT); PRAGMA max_page_count = 10")
            .unwrap();
        connection
    }

    fn insert(sql: &'static str) -> (Box<dyn WriteJob>, Answer) {
        let (reply, answer) = oneshot::channel();
        let job = move |tx: &WriteTx<'_>| Ok(tx.connection().execute_batch(sql)?);
        (Box::new(Write::new(job, reply, Location::caller())), answer)
    }

    /// Runs the jobs as one group and gives the answers and the number of rows afterwards.
    fn run_group(connection: Connection, jobs: &[&'static str]) -> (Vec<Result<(), Error>>, u32) {
        let queue = Queue::new();
        let mut answers = Vec::new();
        for sql in jobs {
            let (job, answer) = insert(sql);
            queue.push(Task::Write(job));
            answers.push(answer);
        }
        queue.close();
        let (changes, commits) = (broadcast::channel(1).0, AtomicU64::new(0));
        let connection = run(connection, &queue, &changes, &commits, || Ok(small_disk()));
        assert!(connection.is_autocommit());
        let rows = connection
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap();
        (
            answers
                .into_iter()
                .map(|answer| answer.blocking_recv().unwrap())
                .collect(),
            rows,
        )
    }

    const SMALL: &str = "INSERT INTO t VALUES ('small')";
    const HUGE: &str = "INSERT INTO t VALUES (zeroblob(1000000))";

    #[test]
    fn on_a_full_disk_everybody_who_lost_something_is_told_and_the_next_write_works() {
        // SQLite rolls the whole transaction back, so the first write is undone with the second.
        let (answers, rows) = run_group(small_disk(), &[SMALL, HUGE, SMALL]);
        assert_eq!(
            answers,
            [Err(Error::DiskFull), Err(Error::DiskFull), Ok(())]
        );
        assert_eq!(rows, 1);
    }

    #[test]
    fn while_the_connection_cannot_be_opened_anew_nobody_writes_on_the_old_one() {
        let queue = Queue::new();
        let (full, first) = insert(HUGE);
        let (small, second) = insert(SMALL);
        queue.push(Task::Write(full));
        queue.push(Task::Write(small));
        queue.close();
        let broken = Error::Io {
            detail: "still broken".into(),
        };
        let (changes, commits) = (broadcast::channel(1).0, AtomicU64::new(0));
        let connection = run(small_disk(), &queue, &changes, &commits, || {
            Err(broken.clone())
        });
        // One transaction for both, and so the second may only try after it.
        assert_eq!(first.blocking_recv().unwrap(), Err(Error::DiskFull));
        assert_eq!(second.blocking_recv().unwrap(), Err(broken));
        let rows: u32 = connection
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 0);
    }

    #[test]
    fn a_lone_write_that_does_not_fit_leaves_nothing_and_the_next_one_works() {
        let (answers, rows) = run_group(small_disk(), &[HUGE]);
        assert_eq!((answers, rows), (vec![Err(Error::DiskFull)], 0));
    }

    #[test]
    fn when_sqlite_gives_the_transaction_up_nobody_in_it_is_told_of_success() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (x TEXT UNIQUE)")
            .unwrap();
        // What a failing disk does to a transaction, a conflict can be told to do.
        let giving_up = "INSERT OR ROLLBACK INTO t VALUES ('small')";
        let (answers, rows) = run_group(
            connection,
            &[SMALL, giving_up, "INSERT INTO t VALUES ('after')"],
        );
        let conflict = Err(Error::conflict("This is there already."));
        assert_eq!(answers, [conflict.clone(), conflict, Ok(())]);
        assert_eq!(rows, 1);
    }

    #[test]
    fn work_that_wants_no_transaction_has_none_and_comes_after_the_writes_before_it() {
        let queue = Queue::new();
        let (before, _) = insert(SMALL);
        let (after, _) = insert(SMALL);
        let (say, said) = std::sync::mpsc::channel();
        queue.push(Task::Write(before));
        queue.push(Task::Alone(Box::new(move |connection| {
            let rows: u32 = connection
                .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
                .unwrap();
            say.send((connection.is_autocommit(), rows)).unwrap();
        })));
        queue.push(Task::Write(after));
        queue.close();
        let (changes, commits) = (broadcast::channel(1).0, AtomicU64::new(0));
        run(
            small_disk(),
            &queue,
            &changes,
            &commits,
            || Ok(small_disk()),
        );
        assert_eq!(said.recv(), Ok((true, 1)));
    }

    /// A mistake of this crate: the panic of a job of a caller is caught long before.
    struct Deadly;

    impl WriteJob for Deadly {
        fn run(&mut self, _: &WriteTx<'_>) -> Result<(), Error> {
            std::panic::resume_unwind(Box::new("deadly"))
        }

        fn acknowledge(self: Box<Self>, _: Result<(), Error>) {}
    }

    #[test]
    fn when_the_thread_dies_whoever_waits_is_told_and_nobody_waits_for_it_again() {
        let queue = Arc::new(Queue::new());
        let (before, waits) = insert(SMALL);
        queue.push(Task::Write(Box::new(Deadly)));
        queue.push(Task::Write(before));
        let thread = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || {
                let (changes, commits) = (broadcast::channel(1).0, AtomicU64::new(0));
                run(
                    small_disk(),
                    &queue,
                    &changes,
                    &commits,
                    || Ok(small_disk()),
                )
            }
        });
        assert!(thread.join().is_err());
        assert!(waits.blocking_recv().is_err());
        let (after, answer) = insert(SMALL);
        queue.push(Task::Write(after));
        assert!(answer.blocking_recv().is_err());
    }

    #[test]
    fn when_the_commit_fails_everybody_gets_its_error() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON; CREATE TABLE parent (id INTEGER PRIMARY KEY);
                 CREATE TABLE t (x INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
            )
            .unwrap();
        let orphan = "INSERT INTO t VALUES (4711)";
        let (answers, rows) = run_group(connection, &["INSERT INTO t VALUES (NULL)", orphan]);
        assert!(
            answers
                .iter()
                .all(|answer| answer.as_ref().unwrap_err().code() == "conflict"),
            "{answers:?}"
        );
        assert_eq!(rows, 0);
    }
}
