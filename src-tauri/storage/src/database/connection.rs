//! Opens connections and sets them up. No other module decides about a pragma.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, ffi};

use crate::Error;
use crate::data_dir::{self, DATABASE_FILE};
use crate::files::{put_in_place, remove_if_there, size_if_there};
use crate::inspect::{beside, uri, wal_path};

/// Older versions have a bug in write-ahead logging that can damage a database.
pub(super) const OLDEST_SQLITE: i32 = 3_051_003;
const _: () = assert!(
    ffi::SQLITE_VERSION_NUMBER >= OLDEST_SQLITE,
    "the bundled SQLite is too old"
);

/// In KiB. With SQLite's default of 2 MB, several connections in one process searched three times slower.
const CACHE_KIB: i64 = 16 * 1024;
/// More than there are statements, so that none is ever planned twice on one connection.
const STATEMENT_CACHE: usize = 256;
/// Only another process can hold the database, and only for a moment (a checkpoint, a backup).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// For a reader of ours that is at its end. Whoever reads for longer, such as a backup, is not waited for: every draft
/// and every message would wait behind that.
const SHORT_WAIT: Duration = Duration::from_millis(50);
/// In bytes; a log that grew in one large write gives its space back.
const WAL_SIZE_LIMIT: i64 = 64 * 1024 * 1024;
/// In bytes; far above the longest message, far below what would exhaust memory.
const LONGEST_VALUE: i32 = 64 * 1024 * 1024;

/// The one connection that writes, to a database that is made if there is none. For whoever was told that there
/// may be none, and for nobody else.
///
/// # Errors
/// Also whatever keeps it from telling whether there is one: that is not the same as absence.
pub(super) fn open_or_make(path: &Path) -> Result<Connection, Error> {
    if matches!(size_if_there(path)?, None | Some(0)) {
        make(path)?;
    }
    open_existing(path)
}

/// The connection that takes the place of a writer's that cannot be trusted any more. Makes nothing.
pub(super) fn reopen_writer(path: &Path) -> Result<Connection, Error> {
    let connection = open_existing(path)?;
    defend(&connection)?;
    Ok(connection)
}

/// The one connection that writes. Makes nothing, and nothing of an empty file either: what has gone since it was
/// looked at is missed, not replaced.
///
/// # Errors
/// `Missing`.
pub(super) fn open_existing(path: &Path) -> Result<Connection, Error> {
    require_content(path)?;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&connection)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Io {
            detail: "the disk does not support write-ahead logging".into(),
        });
    }
    // FULL: a commit is on the disk before it is acknowledged. NORMAL lost acknowledged writes in power cuts.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS an ordinary flush leaves the data in the disk's own cache; elsewhere these two change nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "journal_size_limit", WAL_SIZE_LIMIT)?;
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
}

/// SQLite would take an empty file for a new database.
fn require_content(path: &Path) -> Result<(), Error> {
    let detail = match size_if_there(path)? {
        Some(0) => format!("{DATABASE_FILE} is empty"),
        Some(_) => return Ok(()),
        None => format!("there is no {DATABASE_FILE} any more"),
    };
    Err(Error::Missing { detail })
}

/// Makes an empty database that has a write-ahead log from its first byte on.
///
/// SQLite writes the first page in place, under a rollback journal. A power cut in the middle can leave a page
/// of zeros with that journal beside it, which every later look at the file takes for damage. So the page is
/// written under another name, and the file is there whole or not at all.
fn make(path: &Path) -> Result<(), Error> {
    let draft = beside(path, ".new");
    for suffix in ["", "-journal", "-wal", "-shm"] {
        remove_if_there(&beside(&draft, suffix))?;
    }
    // SQLite gives the log and its index the permissions of the database, so only this file needs care.
    let file = data_dir::open_private(&draft)?;
    let connection = Connection::open_with_flags(
        &draft,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)?;
    file.sync_all()?;
    put_in_place(&draft, path)
}

/// A connection that can only read.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&connection)?;
    defend(&connection)?;
    Ok(connection)
}

/// A connection to a file that cannot change: SQLite then needs no log and no lock beside it.
pub(super) fn open_unchanging_reader(path: &Path) -> Result<Connection, Error> {
    let uri = uri(path, "immutable=1").ok_or_else(|| Error::DataDir {
        path: path.to_owned(),
        reason: "its path has no form that SQLite understands".into(),
    })?;
    let connection = Connection::open_with_flags(
        uri,
        OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI,
    )?;
    set_up(&connection)?;
    defend(&connection)?;
    Ok(connection)
}

/// Refuses a library other than the one this program was built with: a loader may have put it there.
pub(super) fn require_sqlite(found: i32, oldest: i32) -> Result<(), Error> {
    if found < oldest {
        return Err(Error::internal(format!(
            "SQLite {found} is too old; {oldest} is needed"
        )));
    }
    Ok(())
}

/// What every connection has in common, whatever it may do.
pub(crate) fn set_up(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // What is sorted on the way is learners' text too: it does not go into temporary files.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

/// Keeps SQL from damaging the file: no writing of shadow tables or of the schema's own table.
/// Not before the migrations have run.
pub(super) fn defend(connection: &Connection) -> Result<(), Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(())
}

/// Runs work of this crate's own that has to write pages as they are, which nobody else may.
pub(crate) fn undefended<T>(
    connection: &Connection,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    // Also if the work panics: the connection lives on.
    let _defended_again = DefendedAgain(connection);
    work()
}

struct DefendedAgain<'c>(&'c Connection);

impl Drop for DefendedAgain<'_> {
    fn drop(&mut self) {
        if let Err(error) = defend(self.0) {
            log::error!("the database is open without its defences: {error}");
        }
    }
}

/// Moves all of the log into the database file, and leaves the log empty.
///
/// # Errors
/// `Busy` if somebody else holds the log; as much as possible has been moved then.
pub(super) fn fold_log_in(connection: &Connection) -> Result<(), Error> {
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy { Err(Error::Busy) } else { Ok(()) }
}

/// [`fold_log_in`] on a connection that others wait for.
///
/// # Errors
/// `Busy` as soon as it is clear that somebody holds the log for more than a moment.
pub(super) fn fold_log_in_soon(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(SHORT_WAIT)?;
    let _patient_again = PatientAgain(connection);
    fold_log_in(connection)
}

struct PatientAgain<'c>(&'c Connection);

impl Drop for PatientAgain<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.busy_timeout(BUSY_TIMEOUT) {
            log::error!("the database waits for nobody any more: {error}");
        }
    }
}

/// A connection that could write but does not: the full-text tables check themselves only on such a one.
/// A log left by a crash stays as it is. The caller holds the lock of the data directory.
pub(crate) fn open_to_verify(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&connection)?;
    keep_log_at_close(&connection, path)?;
    Ok(connection)
}

/// Leaves a log that the database at `path` has as it is, also if this connection is the last one to be closed: whoever
/// only looks changes nothing. Without one, what SQLite makes to look goes again.
pub(crate) fn keep_log_at_close(connection: &Connection, path: &Path) -> Result<(), Error> {
    let has_log = size_if_there(&wal_path(path))?.is_some_and(|log| log > 0);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_has_gone_since_it_was_looked_at_is_missed_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        for open in [open_existing, reopen_writer] {
            assert_eq!(open(&path).unwrap_err().code(), "missing");
            assert!(!path.exists());
            fs::write(&path, "").unwrap();
            assert_eq!(open(&path).unwrap_err().code(), "missing");
            assert_eq!(fs::read(&path).unwrap(), b"");
            fs::remove_file(&path).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_looked_at_is_not_taken_for_an_absent_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        // Whoever follows it is told of an error.
        std::os::unix::fs::symlink(&path, &path).unwrap();
        assert_eq!(open_or_make(&path).unwrap_err().code(), "io");
        assert!(path.is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_log_that_somebody_reads_is_given_up_soon_and_everything_else_waits_as_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.db");
        let writer = open_or_make(&path).unwrap();
        writer
            .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES ('mưa')")
            .unwrap();
        let waits = || -> u64 {
            writer
                .query_row("PRAGMA busy_timeout", [], |row| row.get::<_, u32>(0))
                .unwrap()
                .into()
        };
        let patient = u64::try_from(BUSY_TIMEOUT.as_millis()).unwrap();
        let reader = open_reader(&path).unwrap();
        reader
            .execute_batch("BEGIN; SELECT count(*) FROM t")
            .unwrap();
        writer.execute_batch("INSERT INTO t VALUES ('雨')").unwrap();
        let begun = std::time::Instant::now();
        assert_eq!(fold_log_in_soon(&writer), Err(Error::Busy));
        assert!(begun.elapsed() < BUSY_TIMEOUT / 2);
        assert_eq!(waits(), patient);
        reader.execute_batch("COMMIT").unwrap();
        fold_log_in_soon(&writer).unwrap();
        assert_eq!(wal_path(&path).metadata().unwrap().len(), 0);
        assert_eq!(waits(), patient);
    }

    #[test]
    fn a_connection_is_defended_again_however_the_work_without_defences_ends() {
        let connection = Connection::open_in_memory().unwrap();
        let is_defended = || {
            connection
                .db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE)
                .unwrap()
        };
        defend(&connection).unwrap();
        undefended(&connection, || {
            assert!(!is_defended());
            Ok(())
        })
        .unwrap();
        assert!(is_defended());
        assert!(undefended(&connection, || Err::<(), _>(Error::DiskFull)).is_err());
        assert!(is_defended());
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            undefended(&connection, || -> Result<(), Error> {
                std::panic::resume_unwind(Box::new("in the middle"))
            })
        }));
        assert!(panicked.is_err());
        assert!(is_defended());
    }
}
