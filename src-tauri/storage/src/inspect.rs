//! Opens a database to look at it: nothing is written, nothing is made, the app may be running.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::Error;
use crate::database::set_up;

/// Runs `look` on a read-only connection to the database at `path`.
///
/// A closed database has no log beside it; SQLite would make one even to read, unless it is told that
/// nobody writes. Should the app start in the middle, the look is taken again, through the log.
pub(crate) fn look_at<T>(
    path: &Path,
    mut look: impl FnMut(&Connection) -> Result<T, Error>,
) -> Result<T, Error> {
    if wal_path(path).exists() {
        return look(&open(path, false)?);
    }
    let seen = open(path, true).and_then(|connection| look(&connection));
    if wal_path(path).exists() {
        look(&open(path, false)?)
    } else {
        seen
    }
}

/// The log beside a database.
pub(crate) fn wal_path(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// The log's index beside a database.
pub(crate) fn shm_path(path: &Path) -> PathBuf {
    beside(path, "-shm")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn open(path: &Path, is_immutable: bool) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match uri(path).filter(|_| is_immutable) {
        Some(uri) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    set_up(&connection)?;
    Ok(connection)
}

/// The path as a URI that says nobody writes; `None` for a path that is not text.
fn uri(path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let mut uri = String::from("file:");
    if cfg!(windows) {
        uri.push('/');
    }
    for c in path.to_str()?.chars() {
        match c {
            '%' | '?' | '#' => uri.push_str(&format!("%{:02X}", u32::from(c))),
            '\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push(c),
        }
    }
    uri.push_str("?immutable=1");
    Some(uri)
}
