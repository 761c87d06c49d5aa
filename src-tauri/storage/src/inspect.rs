//! Opens a database to look at it: nothing is written, nothing is made, the app may be running.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Serializer;
use tempfile::TempDir;

use crate::data_dir::{self, DATABASE_FILE, can_write_in};
use crate::database::set_up;
use crate::files::{self, WorkDirectory};
use crate::migrations::EMBEDDED;
use crate::tx::ReadTx;
use crate::{Error, status};

/// In bytes: one page of the smallest size.
const SMALLEST_DATABASE: u64 = 512;

/// Runs `look` on a read-only connection to the database at `path`.
///
/// A closed database has no log beside it; SQLite would make one even to read, unless it is told that
/// nobody writes. Should the app start in the middle, the look is taken again, through the log.
pub(crate) fn look_at<T>(
    path: &Path,
    mut look: impl FnMut(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    if wal_path(path).exists() {
        return match open(path, false) {
            Err(Error::Io { .. } | Error::ReadOnly) if !can_write_in(folder_of(path)) => {
                let copy = copy_with_log(path)?;
                look(&open(&copy.path().join(DATABASE_FILE), false)?)
            }
            opened => look(&opened?),
        };
    }
    let seen = open(path, true).and_then(|connection| look(&connection));
    if wal_path(path).exists() {
        look(&open(path, false)?)
    } else {
        seen
    }
}

/// Reads the database of a directory as the app would: all answers are of one state, also beside a writer. `None` if
/// there is no database. Writes nothing.
///
/// # Errors
/// `SchemaTooNew`, or `Conflict` if the database is of an older version; what the job says.
pub(crate) fn read_newest<T>(
    data_dir: &Path,
    mut job: impl FnMut(&ReadTx<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let path = data_dir.join(DATABASE_FILE);
    if find_database(&path)?.is_none() {
        return Ok(None);
    }
    look_at(&path, |connection| {
        let transaction = connection.unchecked_transaction()?;
        let tx = ReadTx::new(&transaction);
        require_newest(&tx)?;
        job(&tx)
    })
    .map(Some)
}

fn require_newest(tx: &ReadTx<'_>) -> Result<(), Error> {
    let found = status::schema_version(tx)?;
    let supported = EMBEDDED.last().map_or(0, |migration| migration.version);
    match found.cmp(&supported) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(Error::conflict(
            "The database is of an older version of Parlance; `parlance-db migrate` brings it up to date.",
        )),
        std::cmp::Ordering::Greater => Err(Error::SchemaTooNew {
            found,
            supported,
            written_by: None,
        }),
    }
}

/// A copy of a database and its log, gone when it is dropped.
#[derive(Debug)]
pub(crate) enum LogCopy {
    /// Beside the database, where the next start sweeps what a killed process leaves.
    Beside(WorkDirectory),
    /// Where nothing can be written beside it: among the system's temporary files, which the system sweeps.
    Elsewhere(TempDir),
}

impl LogCopy {
    /// The folder; the copy in it is called like the database.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Beside(work) => work.path(),
            Self::Elsewhere(folder) => folder.path(),
        }
    }
}

/// Copies a database and its log to where SQLite can make an index of the log, which it needs to read one. For
/// places where nothing can be written and the last words are still in the log: after a crash, or on a failing
/// disk that the system has made read-only.
pub(crate) fn copy_with_log(path: &Path) -> Result<LogCopy, Error> {
    let folder = folder_of(path);
    let place = if can_write_in(folder) {
        LogCopy::Beside(WorkDirectory::create(folder)?)
    } else {
        LogCopy::Elsewhere(tempfile::Builder::new().prefix("parlance-").tempdir()?)
    };
    let copy = place.path().join(DATABASE_FILE);
    for (from, to) in [
        (path.to_owned(), copy.clone()),
        (wal_path(path), wal_path(&copy)),
    ] {
        let (mut from, mut to) = (File::open(from)?, data_dir::open_private(&to)?);
        files::pour(&mut from, &mut to, |_| Ok(()))?;
    }
    Ok(place)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Whether there is a database at `path`: `None` if there is no such file, else its size.
///
/// # Errors
/// `DataDir` if that cannot be told, which is not the same as absence; `Corrupt` if a log lies beside a
/// database that is missing or empty. SQLite would take the log for refuse and throw it away, with
/// everything that was said since it was last folded in. Also `Corrupt` if the file ends in the middle of a page:
/// SQLite would take the rest for zeros.
pub(crate) fn find_database(path: &Path) -> Result<Option<u64>, Error> {
    let size = size_of(path)?;
    let log = size_of(&wal_path(path))?.filter(|log| *log > 0);
    // With a log a cut-off end is nothing to worry about: the pages that were being written are in it. Where the
    // log's index lies, somebody has the file open, perhaps this very process, whose locks on it would be gone
    // with any handle that is closed here (POSIX).
    if log.is_none()
        && size_of(&shm_path(path))?.is_none()
        && let Some(size) = size.filter(|size| *size > 0)
    {
        check_whole_pages(path, size)?;
    }
    if size.is_none_or(|size| size == 0)
        && let Some(log) = log
    {
        let state = if size.is_none() { "missing" } else { "empty" };
        return Err(Error::corrupt(format!(
            "{DATABASE_FILE} is {state}, but its log {DATABASE_FILE}-wal holds {log} bytes of changes; \
             nothing was touched"
        )));
    }
    Ok(size)
}

/// What is no database at all is told by whoever opens it, unless it is so short that SQLite takes it for none.
fn check_whole_pages(path: &Path, size: u64) -> Result<(), Error> {
    let mut header = [0; 18];
    let mut file = match File::open(path) {
        Ok(file) if path.is_file() => file,
        _ => return Ok(()),
    };
    if size < SMALLEST_DATABASE {
        return Err(Error::corrupt("the file is not an SQLite database"));
    }
    file.read_exact(&mut header)?;
    // <https://www.sqlite.org/fileformat2.html#the_database_header>: 1 stands for 65,536.
    let page_size = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        size => size,
    };
    let is_sqlite = header.starts_with(b"SQLite format 3\0");
    if is_sqlite && page_size >= SMALLEST_DATABASE && !size.is_multiple_of(page_size) {
        return Err(Error::corrupt("the end of the file is missing"));
    }
    Ok(())
}

fn size_of(path: &Path) -> Result<Option<u64>, Error> {
    match path.metadata() {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::DataDir {
            path: path.parent().unwrap_or(path).to_owned(),
            reason: error.to_string(),
        }),
    }
}

/// A path in JSON. Serde's own way refuses one that is not text.
pub(crate) fn path_as_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.to_string_lossy())
}

/// The log beside a database.
pub(crate) fn wal_path(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// The log's index beside a database.
pub(crate) fn shm_path(path: &Path) -> PathBuf {
    beside(path, "-shm")
}

/// The rollback journal that another way of writing leaves beside a database.
pub(crate) fn journal_path(path: &Path) -> PathBuf {
    beside(path, "-journal")
}

/// The file whose name is that of `path` and then `suffix`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn open(path: &Path, is_immutable: bool) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match uri(path, "immutable=1").filter(|_| is_immutable) {
        Some(uri) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    set_up(&connection)?;
    Ok(connection)
}

/// The path as a URI with this query, such as `immutable=1`, which says that nobody writes; `None` for a path
/// that has no such form.
pub(crate) fn uri(path: &Path, query: &str) -> Option<String> {
    // Not the canonical one: on Windows that has a prefix which no URI can hold.
    let path = std::path::absolute(path).ok()?;
    let mut uri = String::from(if cfg!(windows) { "file:/" } else { "file:" });
    for byte in path_bytes(&path)? {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b':' | b'.' | b'_' | b'-' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push('?');
    uri.push_str(query);
    Some(uri)
}

/// A path need not be text here, and SQLite takes it as it is.
#[cfg(unix)]
fn path_bytes(path: &Path) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    Some(path.as_os_str().as_bytes().to_vec())
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Option<Vec<u8>> {
    Some(path.to_str()?.as_bytes().to_vec())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_copy_lies_where_the_next_start_sweeps_if_that_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        std::fs::write(&path, "words").unwrap();
        std::fs::write(wal_path(&path), "more words").unwrap();
        let copy = copy_with_log(&path).unwrap();
        assert!(copy.path().starts_with(folder.path()));
        // As a killed process leaves it.
        let left = folder.path().join(".work-0123456789abcdef");
        std::fs::create_dir(&left).unwrap();
        WorkDirectory::sweep(folder.path()).unwrap();
        assert!(!left.exists());
        assert!(copy.path().exists(), "it is still in use");
        drop(copy);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
