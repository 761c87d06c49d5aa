//! Opens connections and sets them up. No other module decides about a pragma.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, ffi};

use crate::inspect::wal_path;
use crate::{Error, data_dir};

/// Older versions have a bug in write-ahead logging that can damage a database.
const OLDEST_SQLITE: i32 = 3_051_003;
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
/// In bytes; a log that grew in one large write gives its space back.
const WAL_SIZE_LIMIT: i64 = 64 * 1024 * 1024;
/// In bytes; far above the longest message, far below what would exhaust memory.
const LONGEST_VALUE: i32 = 64 * 1024 * 1024;

/// The one connection that writes, made with the file if that is absent.
pub(super) fn open_writer(path: &Path) -> Result<Connection, Error> {
    // SQLite gives the log and its index the permissions of the database, so only this file needs care.
    drop(data_dir::open_private(path)?);
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
    connection.pragma_update(None, "journal_size_limit", WAL_SIZE_LIMIT)?;
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
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

/// A connection that could write but does not: the full-text tables check themselves only on such a one.
/// A log left by a crash stays as it is. The caller holds the lock of the data directory.
pub(crate) fn open_to_verify(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&connection)?;
    let has_log = wal_path(path).metadata().is_ok_and(|log| log.len() > 0);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log)?;
    Ok(connection)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

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
