//! Proves that a database is whole, or names each row that is not.
//!
//! SQLite's own checks see broken pages and indexes; they do not see a changed word, a wrong counter or
//! a reply whose chunks have gone. So everything that is stored twice is compared here, and every row is
//! read as the app reads it. Nothing is ever repaired, and nothing of the file is ever run as SQL: this
//! module only looks.
//!
//! What it cannot see is a change that keeps every rule. Whoever rewrites a learner's message with plain
//! SQL makes the triggers rewrite the index too, and then all copies agree; there is no seal over the texts.
//! The full-text check sees a letter that changed behind SQLite's back, as a failing disk changes it, and
//! only in texts that are indexed: finished messages and notes, outside of the trash.

mod file;
pub(crate) mod readable;
mod replies;
pub(crate) mod schema;
pub(crate) mod search;
mod tables;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::Serialize;

use crate::Error;
use crate::data_dir::{DATABASE_FILE, LOCK_FILE, Lock, can_write, can_write_in};
use crate::database::open_to_verify;
use crate::inspect::{find_database, look_at};
use crate::progress::{Stage, Watch, interruptible};

/// How many problems of one kind are named; a damaged table must not fill the disk with its report.
pub(crate) const MOST_PER_CHECK: usize = 100;

/// What a verification found. As JSON its names are in snake_case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The file; in JSON, what is not text in its path is replaced.
    #[serde(serialize_with = "crate::inspect::path_as_text")]
    pub database: PathBuf,
    /// Whether no check found a problem.
    pub ok: bool,
    /// Every check, in the order in which they ran.
    pub checks: Vec<Check>,
    /// What is wrong, in the same order.
    pub problems: Vec<Problem>,
}

/// One check and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its stable name.
    pub name: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// Why it was skipped, if it was.
    pub reason: Option<String>,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing is wrong.
    Passed,
    /// Problems were found.
    Failed,
    /// It could not be done; `reason` says why.
    Skipped,
}

/// Something that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The check that found it.
    pub check: &'static str,
    /// The table, or `(file)` if it is about no table.
    pub table: String,
    /// The row's id in its 13-character form, or its key; `None` if it is about no single row.
    pub row: Option<String>,
    /// What is wrong, in words, without repeating what is stored.
    pub problem: String,
}

/// Where a check puts what it finds.
pub(crate) struct Findings {
    check: &'static str,
    problems: Vec<Problem>,
    untold: usize,
}

impl Findings {
    const fn new(check: &'static str) -> Self {
        Self {
            check,
            problems: Vec::new(),
            untold: 0,
        }
    }

    /// Something wrong with one row.
    pub(crate) fn row(&mut self, table: &str, row: String, problem: impl Into<String>) {
        self.add(table, Some(row), problem.into());
    }

    /// Something wrong with a table as a whole.
    pub(crate) fn table(&mut self, table: &str, problem: impl Into<String>) {
        self.add(table, None, problem.into());
    }

    /// Something wrong with the file.
    pub(crate) fn file(&mut self, problem: impl Into<String>) {
        self.add("(file)", None, problem.into());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    fn add(&mut self, table: &str, row: Option<String>, problem: String) {
        let is_known = self
            .problems
            .iter()
            .any(|known| known.row == row && known.table == table && known.problem == problem);
        if is_known {
            return;
        }
        if self.problems.len() >= MOST_PER_CHECK {
            self.untold += 1;
            return;
        }
        self.problems.push(Problem {
            check: self.check,
            table: table.to_owned(),
            row,
            problem,
        });
    }

    fn into_problems(mut self) -> Vec<Problem> {
        if self.untold > 0 {
            let problem = format!("{} more problems of this kind", self.untold);
            self.problems.push(Problem {
                check: self.check,
                table: "(file)".into(),
                row: None,
                problem,
            });
        }
        self.problems
    }
}

const SCHEMA: &str = "schema";
const UNKNOWN_SCHEMA: &str = "the schema is not the one that this program knows";

type CheckFn = fn(&Connection, &mut Findings) -> Result<(), Error>;

/// What needs nothing but an SQLite file.
const OF_ANY_FILE: &[(&str, CheckFn)] = &[
    (SCHEMA, schema::check),
    ("integrity", file::check_integrity),
    ("foreign_keys", file::check_foreign_keys),
    ("text", tables::check_text),
];

/// What needs the tables of the newest schema.
const OF_THE_SCHEMA: &[(&str, CheckFn)] = &[
    ("readable", readable::check),
    ("counters", replies::check_counters),
    ("edit_counts", replies::check_edit_counts),
    ("chunks_match_content", replies::check_chunks_match_content),
    ("chunk_states", replies::check_chunk_states),
];

/// Checks the database in `data_dir`; `None` if there is no database.
///
/// The full-text index can only check itself on a connection that could write, so that check is skipped,
/// and says so, while the app is running or the disk is read-only.
///
/// # Errors
/// `DataDir` if the directory cannot be looked into, `Io` or `Busy` if the file cannot be opened or read; damage of
/// any kind is a problem in the report.
pub fn run(data_dir: &Path) -> Result<Option<Report>, Error> {
    let path = data_dir.join(DATABASE_FILE);
    match find_database(&path) {
        Ok(Some(_)) => {}
        Ok(None) => return Ok(None),
        Err(Error::Corrupt { detail }) => return Ok(Some(Report::unreadable(&path, &detail))),
        Err(error) => return Err(error),
    }
    let report = match Lock::take(data_dir) {
        // Asked before the file is open: closing a handle of an open file takes its locks away (POSIX).
        Ok(_lock) if can_write(&path) && can_write_in(data_dir) => run_alone(&path),
        Ok(_lock) => run_write_protected(&path, "the file or its folder is write-protected"),
        Err(Error::AlreadyOpen) => run_beside_the_app(&path),
        Err(error) => run_write_protected(&path, &format!("{LOCK_FILE} cannot be taken: {error}")),
    };
    told(&path, report).map(Some)
}

/// Damage that keeps every check from beginning is an answer too.
fn told(path: &Path, report: Result<Report, Error>) -> Result<Report, Error> {
    match report {
        Err(Error::Corrupt { detail }) => Ok(Report::unreadable(path, &detail)),
        other => other,
    }
}

/// Checks a database that nobody else can have open.
fn run_alone(path: &Path) -> Result<Report, Error> {
    let connection = open_to_verify(path)?;
    check_alone(&connection, path, search::check)
}

fn run_write_protected(path: &Path, reason: &str) -> Result<Report, Error> {
    look_at(path, |connection| {
        check_without_search(connection, path, reason)
    })
}

/// Checks a database that was just made out of a backup, and ends in the middle once `watch` no longer wants it.
pub(crate) fn run_watched(path: &Path, watch: &Watch<'_>) -> Result<Report, Error> {
    let report = open_to_verify(path).and_then(|connection| {
        let at = || watch.at(Stage::Checking, 0, 1);
        interruptible(&connection, at, || {
            check_alone(&connection, path, search::check)
        })
    });
    told(path, report)
}

/// Whoever has the database open goes on writing; nothing is written here. The connection could write all the
/// same, since on any other SQLite leaves the CHECK constraints out without a word.
fn run_beside_the_app(path: &Path) -> Result<Report, Error> {
    let connection = open_to_verify(path)?;
    connection.pragma_update(None, "query_only", true)?;
    let reason = "the app is running; quit it to have this checked too";
    check_without_search(&connection, path, reason)
}

/// Checks the database at `path` on a connection of [`open_to_verify`]; nobody else may have it open. Does not name
/// the rows that the full text disagrees with.
pub(crate) fn check_copy(connection: &Connection, path: &Path) -> Result<Report, Error> {
    check_alone(connection, path, search::check_without_rows)
}

/// Everything reads on a connection that refuses to write, except for the full-text check, whose only form
/// is a statement that looks like a write.
fn check_alone(
    connection: &Connection,
    path: &Path,
    check_search: CheckFn,
) -> Result<Report, Error> {
    let mut report = Report::new(path);
    connection.pragma_update(None, "query_only", true)?;
    if report.check_what_can_be_read(connection)? {
        connection.pragma_update(None, "query_only", false)?;
        report.check("search", check_search, connection)?;
    }
    Ok(report.finished())
}

fn check_without_search(
    connection: &Connection,
    path: &Path,
    reason: &str,
) -> Result<Report, Error> {
    let mut report = Report::new(path);
    if report.check_what_can_be_read(connection)? {
        report.skip("search", reason);
    }
    Ok(report.finished())
}

impl Report {
    fn new(path: &Path) -> Self {
        Self {
            database: path.to_owned(),
            ok: true,
            checks: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Of a file so damaged that no check can begin.
    fn unreadable(path: &Path, detail: &str) -> Self {
        let mut findings = Findings::new("integrity");
        findings.file(detail);
        let check = Check {
            name: "integrity",
            outcome: Outcome::Failed,
            reason: None,
        };
        Self {
            ok: false,
            checks: vec![check],
            problems: findings.into_problems(),
            ..Self::new(path)
        }
    }

    /// Gives whether the schema is the one of this program to the letter, so that its code may run.
    fn check_what_can_be_read(&mut self, connection: &Connection) -> Result<bool, Error> {
        for (name, check) in OF_ANY_FILE {
            self.check(name, *check, connection)?;
        }
        let is_newest = schema::is_newest(connection);
        for (name, check) in OF_THE_SCHEMA {
            if is_newest {
                self.check(name, *check, connection)?;
            } else {
                self.skip(name, UNKNOWN_SCHEMA);
            }
        }
        let is_as_known = is_newest && !self.problems.iter().any(|problem| problem.check == SCHEMA);
        if !is_as_known {
            self.skip("search", UNKNOWN_SCHEMA);
        }
        Ok(is_as_known)
    }

    /// What the disk does not give for now is no damage: a report that said so would have a whole database repaired.
    fn check(
        &mut self,
        name: &'static str,
        check: CheckFn,
        connection: &Connection,
    ) -> Result<(), Error> {
        let mut findings = Findings::new(name);
        match check(connection, &mut findings) {
            Ok(()) => {}
            Err(error) if error.is_of_the_disk() => return Err(error),
            Err(error) => findings.file(format!("the check could not be done: {error}")),
        }
        let outcome = if findings.is_empty() {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        self.checks.push(Check {
            name,
            outcome,
            reason: None,
        });
        self.problems.append(&mut findings.into_problems());
        Ok(())
    }

    fn skip(&mut self, name: &'static str, reason: &str) {
        self.checks.push(Check {
            name,
            outcome: Outcome::Skipped,
            reason: Some(reason.to_owned()),
        });
    }

    fn finished(mut self) -> Self {
        self.ok = self.problems.is_empty();
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn failing(_: &Connection, _: &mut Findings) -> Result<(), Error> {
        Err(Error::Io {
            detail: "disk I/O error".into(),
        })
    }

    fn damaged(_: &Connection, _: &mut Findings) -> Result<(), Error> {
        Err(Error::corrupt("database disk image is malformed"))
    }

    #[test]
    fn a_check_that_the_disk_breaks_off_finds_nothing_and_one_that_damage_breaks_off_does() {
        let connection = Connection::open_in_memory().unwrap();
        let mut report = Report::new(Path::new("parlance.db"));
        let outcome = report.check("readable", failing, &connection);
        assert_eq!(outcome.unwrap_err().code(), "io");
        assert_eq!(report.checks, []);
        report.check("readable", damaged, &connection).unwrap();
        assert!(!report.finished().ok);
    }

    #[test]
    fn what_is_no_database_is_an_answer_to_whoever_watches_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        std::fs::write(&path, "Không phải cơ sở dữ liệu. ".repeat(400)).unwrap();
        let report = run_watched(&path, &Watch::nobody()).unwrap();
        assert!(!report.ok);
        assert_eq!(report.problems.len(), 1, "{report:?}");
    }
}
