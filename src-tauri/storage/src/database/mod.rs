//! The door to the database: one thread that writes, a few that read, and nothing else.
//!
//! One writer means that no write of ours ever waits for another's lock, and that waiting writes can
//! share a commit. Readers work beside it, each on its own unchanging state (write-ahead logging).
//! No network and no file work belongs into a job: a slow write job holds up every other.

mod connection;
mod opening;
mod queue;
mod reader;
mod writer;

use std::future::Future;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use crate::Error;
use crate::change::ChangeSet;
use crate::data_dir::Lock;
use crate::inspect::LogCopy;
use crate::migrations::{EMBEDDED, Migration};
use crate::progress::Progress;
use crate::time::{Clock, SystemClock, Timestamp};
use crate::tx::{ReadTx, WriteTx};
use queue::Queue;
use reader::ReadJob;
use writer::{Task, Write};

pub(crate) use connection::{keep_log_at_close, open_to_verify, set_up, undefended};
pub use opening::{CheckDue, Launch, LaunchNotice};

/// How many change sets a slow listener may fall behind before it is told that it missed some.
const CHANGES_KEPT: usize = 1024;

/// How a database is opened.
#[derive(Clone)]
pub struct OpenOptions {
    /// The app's version, written into the ledger beside each migration it applies.
    pub app_version: String,
    /// Where `Database::now` and the ledger get the time.
    pub clock: Arc<dyn Clock>,
    /// Threads that read; at least one is started.
    pub readers: usize,
    /// The schema's history; the embedded one, except in tests of upgrading.
    pub migrations: &'static [Migration],
    /// Hears how far the work before an upgrade has come.
    pub on_progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

impl OpenOptions {
    /// The app's own way: the computer's clock, two readers, the embedded migrations.
    #[must_use]
    pub fn new(app_version: impl Into<String>) -> Self {
        Self {
            app_version: app_version.into(),
            clock: Arc::new(SystemClock),
            readers: 2,
            migrations: EMBEDDED,
            on_progress: Arc::new(|_| {}),
        }
    }
}

/// An open database. Clones are the same database; the last one to be dropped closes it.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    launch: Launch,
    /// What had to be copied to be read; removed at the end.
    _copy: Option<LogCopy>,
    writes: Arc<Queue<Task>>,
    reads: Arc<Queue<ReadJob>>,
    changes: broadcast::Sender<Arc<ChangeSet>>,
    commits: Arc<AtomicU64>,
    running: Mutex<Option<Running>>,
}

/// What there is to end when the database is closed.
struct Running {
    /// Gives the lock back with its connection: while it runs, nobody else may have the directory. `None` where
    /// nothing can be written.
    writer: Option<JoinHandle<(Connection, Lock)>>,
    readers: Vec<JoinHandle<()>>,
}

impl Database {
    /// Opens the database in `data_dir`, made if there never was one, and brings its schema up to date after a
    /// backup. Where nothing can be written, it is opened for reading: see [`Launch::read_only`].
    ///
    /// # Errors
    /// `AlreadyOpen` if another process has it, `DataDir` if the directory cannot be used, `Missing` if a
    /// database must be there and is not, `SchemaTooNew`, `ForeignFile` or `Corrupt` if the file must not be
    /// written, `NotEnoughSpace` or `Backup` if it could not be protected before an upgrade, `ReadOnly` if it
    /// needs one and cannot be written. The file is then as it was.
    pub fn open(data_dir: &Path, options: OpenOptions) -> Result<Self, Error> {
        let opened = opening::open(data_dir, &options)?;
        let (changes, _) = broadcast::channel(CHANGES_KEPT);
        let writes = Arc::new(Queue::new());
        let reads = Arc::new(Queue::new());
        let commits = Arc::new(AtomicU64::new(0));
        let writer = opened
            .writer
            .map(|(connection, lock)| {
                let (writes, changes) = (Arc::clone(&writes), changes.clone());
                let (commits, path) = (Arc::clone(&commits), opened.path.clone());
                spawn("parlance-writer".into(), move || {
                    let reopen = || connection::reopen_writer(&path);
                    (
                        writer::run(connection, &writes, &changes, &commits, reopen),
                        lock,
                    )
                })
            })
            .transpose()?;
        let readers = opened
            .readers
            .into_iter()
            .enumerate()
            .map(|(number, connection)| {
                let reads = Arc::clone(&reads);
                spawn(format!("parlance-reader-{number}"), move || {
                    reader::run(&connection, &reads);
                })
            })
            .collect::<Result<_, _>>()?;
        let running = Mutex::new(Some(Running { writer, readers }));
        Ok(Self {
            inner: Arc::new(Inner {
                path: opened.path,
                clock: options.clock,
                launch: opened.launch,
                _copy: opened.copy,
                writes,
                reads,
                changes,
                commits,
                running,
            }),
        })
    }

    /// Runs `job` on a reading thread and gives its answer. The job sees one unchanging state.
    ///
    /// The job is queued by this call; the future only waits for it.
    ///
    /// # Errors
    /// What the job returns, `Closed`, or `Panicked`.
    #[track_caller]
    pub fn read<T, F>(&self, job: F) -> impl Future<Output = Result<T, Error>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        answer(self.queue_read(job, Location::caller()))
    }

    /// Runs `job` on the writing thread, in a transaction, and gives its answer once that is on the disk.
    ///
    /// The job is queued by this call, so it will run even if the future is dropped. If it returns an
    /// error or panics, nothing of it is kept.
    ///
    /// # Errors
    /// What the job returns, what the commit returns, `Closed`, `Busy` or `Panicked`.
    #[track_caller]
    pub fn write<T, F>(&self, job: F) -> impl Future<Output = Result<T, Error>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        answer(self.queue_write(job, Location::caller()))
    }

    /// [`Database::read`] for threads and tools: blocks until the answer is there.
    ///
    /// # Panics
    /// On a thread that drives an async runtime; the job is queued by then and will run. Inside a job it may
    /// wait for ever: for the very thread that runs the job.
    ///
    /// # Errors
    /// Like [`Database::read`].
    #[track_caller]
    pub fn read_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.queue_read(job, Location::caller())
            .blocking_recv()
            .unwrap_or(Err(Error::Closed))
    }

    /// [`Database::write`] for threads and tools: blocks until the answer is there.
    ///
    /// # Panics
    /// On a thread that drives an async runtime; the job is queued by then and will run. Inside a job of the
    /// writer it waits for ever: for the very thread that runs the job.
    ///
    /// # Errors
    /// Like [`Database::write`].
    #[track_caller]
    pub fn write_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.queue_write(job, Location::caller())
            .blocking_recv()
            .unwrap_or(Err(Error::Closed))
    }

    /// Folds the log into the database file now and leaves it empty, after every write that was asked for before.
    ///
    /// After this, what was erased is in neither of the two: the log holds pages as they were, and the file may
    /// hold some that only the log had replaced.
    ///
    /// # Errors
    /// `Busy` if somebody reads from the log for more than a moment, since no write is to wait for that: it is folded
    /// in as far as that allows, and closing the database folds the rest. `ReadOnly`, `Closed`, or what SQLite says.
    pub fn checkpoint(&self) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let (reply, answer) = oneshot::channel();
        if self.inner.launch.read_only.is_some() {
            drop(reply.send(Err(Error::ReadOnly)));
        } else {
            self.inner
                .writes
                .push(Task::Alone(Box::new(move |connection| {
                    // Whoever stopped waiting has nothing to be told.
                    drop(reply.send(connection::fold_log_in_soon(connection)));
                })));
        }
        self::answer(answer)
    }

    /// Every change set from now on, in the order of the commits; a listener that falls 1,024 behind is told so.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Arc<ChangeSet>> {
        self.inner.changes.subscribe()
    }

    /// The present moment by the clock that the database was opened with.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// How opening it went.
    #[must_use]
    pub fn launch(&self) -> &Launch {
        &self.inner.launch
    }

    /// How many transactions have changed something since it was opened: when two answers are the same, nothing
    /// has changed in between.
    #[must_use]
    pub fn commit_count(&self) -> u64 {
        self.inner.commits.load(Ordering::Relaxed)
    }

    /// Waits for queued work, folds the log into the database, and gives the data directory free.
    ///
    /// Later jobs get `Closed`; closing again does nothing. Called from inside a job, it cannot wait: it
    /// returns at once, and the directory is free some time after the job has ended.
    ///
    /// # Errors
    /// What SQLite says when it closes. Everything acknowledged is kept all the same.
    pub fn close(&self) -> Result<(), Error> {
        self.inner.close()
    }

    fn queue_read<T, F>(
        &self,
        job: F,
        caller: &'static Location<'static>,
    ) -> oneshot::Receiver<Result<T, Error>>
    where
        T: Send + 'static,
        F: FnOnce(&ReadTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.inner.reads.push(Box::new(move |tx| {
            writer::hand_over(caller, || {
                drop(reply.send(tx.and_then(|tx| writer::unpanicked(caller, || job(tx)))));
            });
        }));
        answer
    }

    fn queue_write<T, F>(
        &self,
        job: F,
        caller: &'static Location<'static>,
    ) -> oneshot::Receiver<Result<T, Error>>
    where
        T: Send + 'static,
        F: FnOnce(&WriteTx<'_>) -> Result<T, Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        if self.inner.launch.read_only.is_some() {
            drop(reply.send(Err(Error::ReadOnly)));
            return answer;
        }
        self.inner
            .writes
            .push(Task::Write(Box::new(Write::new(job, reply, caller))));
        answer
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

/// A closed queue drops what is pushed, and with it the other end of `answer`.
async fn answer<T>(answer: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
    answer.await.unwrap_or(Err(Error::Closed))
}

impl Inner {
    fn close(&self) -> Result<(), Error> {
        self.writes.close();
        self.reads.close();
        // Held to the end, so that a second caller returns when the database is closed and not before.
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = running.take() else {
            return Ok(());
        };
        if !running.is_me() {
            return running.finish();
        }
        // A thread cannot wait for itself, so another one waits, and only then is the directory free.
        log::error!("the database was closed from inside one of its jobs");
        drop(spawn("parlance-closer".into(), || {
            if let Err(error) = running.finish() {
                log::error!("the database did not close cleanly: {error}");
            }
        })?);
        Ok(())
    }
}

impl Running {
    /// Whether the current thread is one of those to be ended.
    fn is_me(&self) -> bool {
        let me = thread::current().id();
        self.writer
            .iter()
            .map(JoinHandle::thread)
            .chain(self.readers.iter().map(JoinHandle::thread))
            .any(|thread| thread.id() == me)
    }

    /// Waits for every thread, whatever becomes of one, and gives the directory free at the very end.
    fn finish(self) -> Result<(), Error> {
        // Readers first: the log can be folded in completely only when nobody reads from it.
        let readers: Vec<_> = self.readers.into_iter().map(JoinHandle::join).collect();
        let closed = match self.writer.map(JoinHandle::join) {
            Some(Ok((connection, lock))) => {
                let closed = finish(connection);
                drop(lock);
                closed
            }
            Some(Err(_)) => Err(Error::Panicked),
            None => Ok(()),
        };
        if readers.iter().any(Result::is_err) {
            return Err(Error::Panicked);
        }
        closed
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            log::error!("the database did not close cleanly: {error}");
        }
    }
}

/// Leaves fresh statistics for the planner and an empty log.
fn finish(connection: Connection) -> Result<(), Error> {
    // Statistics are a convenience; that they cannot be had is no reason to leave the log.
    if let Err(error) = connection.execute_batch("PRAGMA analysis_limit = 400; PRAGMA optimize") {
        log::warn!("no statistics for the planner: {}", Error::from(error));
    }
    match connection::fold_log_in(&connection) {
        Err(Error::Busy) => {
            log::info!("another program reads the database; its log stays for the next start");
        }
        folded => folded?,
    }
    connection.close().map_err(|(_, error)| error.into())
}

/// Of the tables whose rows are listed or taken in the order of their ids. Each maximum is one look at the
/// end of a table.
fn largest_id(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_row(
        "SELECT max(
             coalesce((SELECT max(id) FROM users), 0),
             coalesce((SELECT max(id) FROM conversation_templates), 0),
             coalesce((SELECT max(id) FROM conversations), 0),
             coalesce((SELECT max(id) FROM messages), 0),
             coalesce((SELECT max(id) FROM message_chunks), 0),
             coalesce((SELECT max(id) FROM conversation_events), 0),
             coalesce((SELECT max(id) FROM operations), 0),
             coalesce((SELECT max(id) FROM message_edit_history), 0),
             coalesce((SELECT max(id) FROM message_bookmarks), 0),
             coalesce((SELECT max(id) FROM message_reactions), 0),
             coalesce((SELECT max(id) FROM conversation_notes), 0))",
        [],
        |row| row.get(0),
    )?)
}

fn spawn<T: Send + 'static>(
    name: String,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Error> {
    thread::Builder::new()
        .name(name)
        .spawn(work)
        .map_err(Error::from)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn without_statistics_the_log_is_folded_in_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parlance.db");
        let connection = connection::open_or_make(&path).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (x); CREATE INDEX t_x ON t (x);
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
                     INSERT INTO t SELECT i FROM n;
                 SELECT * FROM t WHERE x = 5;
                 PRAGMA query_only = ON",
            )
            .unwrap();
        assert!(connection.execute_batch("PRAGMA optimize").is_err());
        finish(connection).unwrap();
        assert!(!crate::inspect::wal_path(&path).exists());
    }
}
