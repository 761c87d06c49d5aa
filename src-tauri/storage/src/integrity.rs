//! SQLite's quick check, and what its findings mean for whoever wants to go on working.

use std::path::Path;

use rusqlite::Connection;

use crate::Error;
use crate::data_dir::DATABASE_FILE;
use crate::database::open_to_verify;
use crate::files;
use crate::progress::{Stage, Watch, interruptible};

/// Findings that are told; a damaged table must not fill the disk with its report.
const MOST_FINDINGS: u32 = 20;
/// In bytes. Up to here a check takes less than a tenth of a second, and is made at every start.
const SMALL: u64 = 4 * 1024 * 1024;

/// What is wrong with a database. SQLite's words: they name tables, pages and rows, never what is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Pages are not what they should be: whatever is written may make it worse.
    pub pages: Vec<String>,
    /// Single rows or entries of an index are not: everything else can be used, and a repair mends them.
    pub rows: Vec<String>,
}

impl Findings {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.rows.is_empty()
    }
}

/// Checks a database beside this process's use of it, on a connection of its own that does not write. Takes
/// about half a minute for a million messages.
///
/// # Errors
/// `Missing`, `Cancelled`, or what the system says. Damage is an answer, not an error.
pub fn check_beside(data_dir: &Path, watch: &Watch<'_>) -> Result<Findings, Error> {
    let path = data_dir.join(DATABASE_FILE);
    if files::size_if_there(&path)?.is_none() {
        return Err(Error::Missing {
            detail: format!("there is no {DATABASE_FILE}"),
        });
    }
    let connection = open_to_verify(&path)?;
    let at = || watch.at(Stage::Checking, 0, 1);
    interruptible(&connection, at, || check(&connection))
}

/// Checks the database at `path`; the caller holds the lock of its directory. Nothing is written, but on a
/// connection that could: on any other, SQLite leaves the CHECK constraints out without a word.
pub(crate) fn check_file(path: &Path) -> Result<Findings, Error> {
    check(&open_to_verify(path)?)
}

/// Whether a database is so small that it is checked before it is opened.
pub(crate) const fn is_small(bytes: u64) -> bool {
    bytes <= SMALL
}

/// The check itself. Of a connection that is opened read-only it does not see broken CHECK constraints.
pub(crate) fn check(connection: &Connection) -> Result<Findings, Error> {
    let lines = match lines(connection) {
        Err(Error::Corrupt { detail }) => {
            return Ok(Findings {
                pages: vec![detail],
                rows: Vec::new(),
            });
        }
        other => other?,
    };
    if let Some(error) = lines.iter().find_map(|line| unread(line)) {
        return Err(error);
    }
    let (pages, rows) = lines.into_iter().partition(|line| is_about_pages(line));
    Ok(Findings { pages, rows })
}

/// The findings, line by line; none if all is well.
fn lines(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare(&format!("PRAGMA quick_check({MOST_FINDINGS})"))?;
    let rows = statement.query_map([], |row| row.get(0))?;
    let lines: Vec<String> = rows.collect::<Result<_, _>>()?;
    Ok(lines
        .iter()
        .flat_map(|line| line.lines())
        .filter(|line| *line != "ok" && !line.starts_with("*** in database"))
        .map(str::to_owned)
        .collect())
}

/// The check goes on past a page that the disk did not give, and tells of it in a line, sometimes with SQLite's
/// code. A disk that fails may give the page at the next try: that is no damage.
pub(crate) fn unread(line: &str) -> Option<Error> {
    if let Some((_, code)) = line.split_once("unable to get the page. error code=") {
        let error = Error::from(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(code.trim().parse().ok()?),
            None,
        ));
        return (!matches!(error, Error::Corrupt { .. })).then_some(error);
    }
    line.contains("failed to get page").then(|| Error::Io {
        detail: "a page of the database could not be read".into(),
    })
}

/// SQLite has no codes for what it finds. These are all beginnings that `btree.c` has for what is wrong with
/// pages; the others are of `pragma.c` and of full-text tables, and are about rows.
fn is_about_pages(line: &str) -> bool {
    [
        "Tree ",
        "Page ",
        "Freelist",
        "On tree ",
        "Failed to read ptrmap",
        "Bad ptr map",
    ]
    .iter()
    .any(|beginning| line.starts_with(beginning))
        || line.contains("disk image is malformed")
}
