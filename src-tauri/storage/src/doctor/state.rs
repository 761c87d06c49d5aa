//! What the file is, told without SQLite and without touching it.

use std::path::Path;

use serde::Serialize;

use super::known::Known;
use super::log::LogState;
use super::pages::Pages;
use super::source::FoundSchema;
use super::strays;
use crate::data_dir::{DATABASE_FILE, LOCK_FILE};
use crate::inspect::look_at;
use crate::migrations::{APPLICATION_ID, EMBEDDED};
use crate::{Error, files};

/// What there is in the database's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A database of Parlance without fault.
    Found,
    /// Nothing.
    Missing,
    /// A file of 0 bytes.
    Empty,
    /// A file in which neither SQLite nor Parlance can be recognised.
    NotSqlite,
    /// The database of another program.
    Foreign,
    /// A database of Parlance that a newer version wrote.
    Newer,
    /// A database of Parlance in which something is wrong.
    Damaged,
}

/// The state of a database as far as its pages tell: `Found` if nothing speaks against it.
pub(super) struct Look {
    pub(super) state: State,
    pub(super) bytes: u64,
    pub(super) log: Option<LogState>,
    /// `None` if neither the ledger nor the header can be read.
    pub(super) schema_version: Option<u32>,
    /// The app that brought it there.
    pub(super) written_by: Option<String>,
}

/// Looks at the database at `path`.
///
/// # Errors
/// `DataDir` if the directory cannot be looked into; `Io` if the file cannot be opened.
pub(super) fn of(path: &Path) -> Result<Look, Error> {
    let size = match crate::inspect::find_database(path) {
        Ok(size) => size,
        // Missing or empty but with a log beside it, or cut off: there is something to be looked at.
        Err(Error::Corrupt { .. }) => Some(files::size_if_there(path)?.unwrap_or(0)),
        Err(error) => return Err(error),
    };
    let Some(bytes) = size else {
        return Ok(Look::without_pages(State::Missing, 0));
    };
    let pages = Pages::open(path)?;
    let log = pages.log().map(|log| log.state.clone());
    if bytes == 0 && log.is_none() {
        return Ok(Look::without_pages(State::Empty, 0));
    }
    let header = pages.header();
    let found = FoundSchema::read(&pages)?;
    let newest = Known::newest()?;
    let is_ours = header.is_some_and(|header| header.application_id == APPLICATION_ID)
        || found.is_ours(&newest)?;
    let said = header.and_then(|header| u32::try_from(header.user_version).ok());
    let ledger = found.newest_in_ledger(&pages)?;
    // The ledger is harder to damage without a trace than the four bytes of the header.
    let version = ledger.as_ref().map(|(version, _)| *version).or(said);
    let is_newer = version.is_some_and(|version| version as usize > EMBEDDED.len());
    let state = if is_ours && is_newer {
        State::Newer
    } else if is_ours {
        header.map_or(State::Damaged, |_| State::Found)
    } else if !found.objects.is_empty() {
        State::Foreign
    } else if header.is_some() && found.is_whole {
        State::Empty
    } else if bytes == 0 || strays::has_rows_of_ours(&newest, &pages)? {
        State::Damaged
    } else {
        State::NotSqlite
    };
    Ok(Look {
        state,
        bytes,
        log,
        schema_version: version,
        written_by: ledger.and_then(|(_, app_version)| app_version),
    })
}

/// Looks at a database that can be repaired, and gives the lock that `take` takes.
///
/// The lock comes first: looking opens the file past SQLite, and where this very process has it open, its locks on it
/// would be gone with the handle for that (POSIX). But taking the lock makes its file; where there is none nobody has
/// anything open, and perhaps there is nothing of ours.
///
/// # Errors
/// Those of `take` and of [`of`]; one that says what the file is, if repairing it makes no sense.
pub(super) fn of_locked<L>(
    data_dir: &Path,
    take: impl Fn(&Path) -> Result<L, Error>,
) -> Result<(Look, L), Error> {
    let path = data_dir.join(DATABASE_FILE);
    let early = if data_dir.join(LOCK_FILE).exists() {
        Some(take(data_dir)?)
    } else {
        None
    };
    let look = of(&path)?;
    look.refuse_what_cannot_be_repaired(&path)?;
    let lock = match early {
        Some(lock) => lock,
        None => take(data_dir)?,
    };
    Ok((look, lock))
}

/// Looks at the database of a running app, which may be this process: through SQLite alone. When a process closes
/// any handle of a file, POSIX takes all of its locks on that file away, SQLite's too; another program that then
/// closes the database takes the log away from under the app.
///
/// # Errors
/// `Io` or `Busy` if the file cannot be opened.
pub(super) fn of_the_running_app(path: &Path) -> Result<Look, Error> {
    let bytes = files::size_if_there(path)?.unwrap_or(0);
    let version = look_at(path, |connection| {
        Ok(connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))?)
    });
    let (state, schema_version) = match version {
        Ok(version) => (State::Found, Some(version)),
        Err(Error::Corrupt { .. }) => (State::Damaged, None),
        Err(error) => return Err(error),
    };
    Ok(Look {
        schema_version,
        ..Look::without_pages(state, bytes)
    })
}

impl Look {
    const fn without_pages(state: State, bytes: u64) -> Self {
        Self {
            state,
            bytes,
            log: None,
            schema_version: None,
            written_by: None,
        }
    }

    /// # Errors
    /// One that says what the file is, if repairing it makes no sense.
    pub(super) fn refuse_what_cannot_be_repaired(&self, path: &Path) -> Result<(), Error> {
        match self.state {
            State::Found | State::Damaged => Ok(()),
            State::Missing => Err(Error::Missing {
                detail: "there is no database; restoring a backup is the way".into(),
            }),
            State::Empty => Err(Error::Missing {
                detail: "the database is empty; restoring a backup is the way".into(),
            }),
            State::Foreign => Err(Error::ForeignFile {
                path: path.to_owned(),
            }),
            State::Newer => Err(Error::SchemaTooNew {
                found: self.schema_version.unwrap_or_default(),
                supported: u32::try_from(EMBEDDED.len()).unwrap_or(u32::MAX),
                written_by: self.written_by.clone(),
            }),
            State::NotSqlite => Err(Error::corrupt(
                "nothing in the file can be recognised; restoring a backup is the way",
            )),
        }
    }
}
