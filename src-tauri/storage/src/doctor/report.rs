//! What a database is and what is wrong with it, in words and counts, for somebody who asks for help.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::known::{Known, KnownTable};
use super::log::LogState;
use super::rebuild::LEDGER;
use super::record::Value;
use super::source::{Row, Sink, Source};
use super::state::{self, Look, State};
use crate::Error;
use crate::data_dir::{DATABASE_FILE, LOCK_FILE, Lock};
use crate::inspect::look_at;
use crate::migrations::EMBEDDED;
use crate::progress::Watch;
use crate::verify::{self, Check, Outcome, Problem, schema};

/// Problems that are told in the text; all of them are in the JSON.
const MOST_TOLD: usize = 20;

/// What a database is. Contains no word of a learner's. As JSON its names are in snake_case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The file; in JSON, what is not text in its path is replaced.
    #[serde(serialize_with = "crate::inspect::path_as_text")]
    pub database: PathBuf,
    /// What there is.
    pub state: State,
    /// Whether nothing is wrong.
    pub ok: bool,
    /// The size of the file in bytes, without its log.
    pub bytes: u64,
    /// The log beside it; `None` if there is none.
    pub log: Option<LogState>,
    /// `None` if it cannot be read.
    pub schema_version: Option<u32>,
    /// The newest version that this program knows.
    pub supported_version: u32,
    /// Rows that can be read, by table; `None` for a table that cannot be counted. Empty if the file is not ours.
    pub rows: BTreeMap<String, Option<u64>>,
    /// What `verify` checked; empty if it could not begin.
    pub checks: Vec<Check>,
    /// What `verify` found.
    pub problems: Vec<Problem>,
    /// Whether a repair makes sense.
    pub can_repair: bool,
    /// All of it in some lines of English.
    pub text: String,
    /// Whether the disk did not give all of it. That may pass, and is no damage as long as it may.
    #[serde(skip)]
    is_unread: bool,
}

/// Looks at the database in `data_dir`. Changes nothing in it, whatever it is, and works beside a running app.
///
/// # Errors
/// `DataDir` if the directory cannot be looked into; `Io` or `Busy` if the file cannot be opened. Damage of any
/// kind is told in the report.
pub fn report(data_dir: &Path) -> Result<Report, Error> {
    let path = data_dir.join(DATABASE_FILE);
    // Taking the lock would make its file, where there may be nothing of ours.
    let app_is_running = data_dir.join(LOCK_FILE).exists()
        && matches!(Lock::take(data_dir), Err(Error::AlreadyOpen));
    let look = if app_is_running {
        state::of_the_running_app(&path)?
    } else {
        state::of(&path)?
    };
    let mut report = Report::of(&path, &look);
    if matches!(look.state, State::Found | State::Damaged) {
        report.rows = count_rows(&path, app_is_running)?;
        report.take_in(verify::run(data_dir))?;
    }
    report.conclude();
    report.text = report.describe(look.written_by.as_deref());
    Ok(report)
}

/// Through SQLite as far as it goes; what it cannot count, along the pages, unless an app is running.
fn count_rows(path: &Path, app_is_running: bool) -> Result<BTreeMap<String, Option<u64>>, Error> {
    let tables = Known::newest()?.tables;
    let counted = look_at(path, |connection| {
        let mut rows = BTreeMap::new();
        for table in tables.iter().filter(|table| table.name != LEDGER) {
            let sql = format!("SELECT count(*) FROM main.\"{}\"", table.name);
            let count = connection.query_row(&sql, [], |row| row.get::<_, u32>(0));
            let count = match count.map_err(Error::from) {
                Ok(count) => Some(u64::from(count)),
                Err(error) if is_of_the_disk(&error) => return Err(error),
                Err(_) => None,
            };
            rows.insert(table.name.clone(), count);
        }
        Ok(rows)
    });
    let mut rows = match counted {
        Err(error) if is_of_the_disk(&error) => return Err(error),
        other => other.unwrap_or_default(),
    };
    if !app_is_running && (rows.is_empty() || rows.values().any(Option::is_none)) {
        let mut counting = Counting(BTreeMap::new());
        Source::open(path)?.read(&mut counting, &Watch::nobody())?;
        for (table, count) in counting.0 {
            let known = rows.entry(table).or_default();
            *known = known.or(count);
        }
    }
    Ok(rows)
}

/// Whether an error says nothing of what is in the file: it may be read another time.
const fn is_of_the_disk(error: &Error) -> bool {
    matches!(error, Error::Busy | Error::Io { .. })
}

/// Counts what is found.
struct Counting(BTreeMap<String, Option<u64>>);

impl Sink for Counting {
    fn row(&mut self, table: &KnownTable, _row: Row) -> Result<(), Error> {
        if table.name == LEDGER {
            return Ok(());
        }
        let count = self.0.entry(table.name.clone()).or_default();
        *count = Some(count.unwrap_or_default() + 1);
        Ok(())
    }

    fn index_entry(
        &mut self,
        _table: &KnownTable,
        _rowid: i64,
        _values: Vec<(usize, Value)>,
    ) -> Result<bool, Error> {
        Ok(false)
    }

    fn unknown(&mut self, _values: Vec<Value>) -> Result<(), Error> {
        Ok(())
    }
}

/// Whether all that `verify` finds is a schema that the next start brings up to date.
pub(super) fn is_only_older(report: &verify::Report) -> bool {
    matches!(report.problems.as_slice(), [only] if only.problem.ends_with(schema::DUE))
}

/// The names of the checks that found something.
pub(super) fn failed_checks(report: &verify::Report) -> Vec<&'static str> {
    named(&report.checks, Outcome::Failed)
}

fn not_checked(error: &Error) -> Problem {
    Problem {
        check: "integrity",
        table: "(file)".into(),
        row: None,
        problem: format!("nothing could be checked: {error}"),
    }
}

fn named(checks: &[Check], outcome: Outcome) -> Vec<&'static str> {
    checks
        .iter()
        .filter(|check| check.outcome == outcome)
        .map(|check| check.name)
        .collect()
}

impl Report {
    fn of(path: &Path, look: &Look) -> Self {
        Self {
            database: path.to_owned(),
            state: look.state,
            ok: false,
            bytes: look.bytes,
            log: look.log.clone(),
            schema_version: look.schema_version,
            supported_version: u32::try_from(EMBEDDED.len()).unwrap_or(u32::MAX),
            rows: BTreeMap::new(),
            checks: Vec::new(),
            problems: Vec::new(),
            can_repair: false,
            text: String::new(),
            is_unread: false,
        }
    }

    fn conclude(&mut self) {
        let is_wrong = self.state == State::Damaged || self.is_unread;
        self.ok = self.state == State::Found && !self.is_unread;
        self.can_repair = is_wrong && self.rows.values().flatten().any(|rows| *rows > 0);
    }

    fn take_in(&mut self, found: Result<Option<verify::Report>, Error>) -> Result<(), Error> {
        let found = match found {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(()),
            // A disk that fails for good keeps nobody from a repair, which copes with it.
            Err(error @ Error::Io { .. }) => {
                self.is_unread = true;
                self.problems.push(not_checked(&error));
                return Ok(());
            }
            // A header that makes no sense is an error of many kinds.
            Err(error @ (Error::Corrupt { .. } | Error::Internal { .. })) => {
                self.state = State::Damaged;
                self.problems.push(not_checked(&error));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if !found.ok && !is_only_older(&found) {
            self.state = State::Damaged;
        }
        self.checks = found.checks;
        self.problems = found.problems;
        Ok(())
    }

    fn describe(&self, written_by: Option<&str>) -> String {
        let mut lines = vec![self.first_line(written_by)];
        if self.bytes > 0 {
            let version = match self.schema_version {
                Some(version) => format!("schema version {version}"),
                None => "schema version unknown".to_owned(),
            };
            lines.push(format!(
                "Size: {} bytes; {version} (this program knows up to {}).",
                self.bytes, self.supported_version
            ));
        }
        lines.extend(self.log.as_ref().map(describe_log));
        lines.extend(self.describe_rows());
        lines.extend(self.describe_checks());
        lines.push(self.what_can_be_done().to_owned());
        lines.join("\n")
    }

    fn first_line(&self, written_by: Option<&str>) -> String {
        let path = self.database.display();
        match self.state {
            State::Found if self.is_unread => {
                format!("{path} is a database of Parlance, and the disk did not give all of it.")
            }
            State::Found if self.problems.is_empty() => {
                format!("{path} is a sound database of Parlance.")
            }
            State::Found => format!("{path} is a sound database of an older version of Parlance."),
            State::Missing => format!("There is no database at {path}."),
            State::Empty => format!("{path} is empty."),
            State::NotSqlite => {
                format!("{path} is no database, and nothing of Parlance can be recognised in it.")
            }
            State::Foreign => format!("{path} is the database of another program."),
            State::Newer => {
                let by = written_by
                    .map(|version| format!(", {version}"))
                    .unwrap_or_default();
                format!("{path} was written by a newer version of Parlance{by}.")
            }
            State::Damaged => {
                format!("{path} is a database of Parlance, and something is wrong with it.")
            }
        }
    }

    fn describe_rows(&self) -> Option<String> {
        let told: Vec<String> = self
            .rows
            .iter()
            .filter_map(|(table, rows)| match rows {
                Some(0) => None,
                Some(rows) => Some(format!("{table} {rows}")),
                None => Some(format!("{table} cannot be counted")),
            })
            .collect();
        (!told.is_empty()).then(|| format!("Rows that can be read: {}.", told.join(", ")))
    }

    fn describe_checks(&self) -> Vec<String> {
        let failed = named(&self.checks, Outcome::Failed);
        let skipped = named(&self.checks, Outcome::Skipped);
        let mut lines = Vec::new();
        if failed.is_empty() {
            if !self.checks.is_empty() {
                let passed = self.checks.len() - skipped.len();
                lines.push(format!("All {passed} checks passed."));
            }
        } else {
            lines.push(format!(
                "{} of {} checks failed: {}.",
                failed.len(),
                self.checks.len(),
                failed.join(", ")
            ));
        }
        if !skipped.is_empty() {
            lines.push(format!("Not checked: {}.", skipped.join(", ")));
        }
        for problem in self.problems.iter().take(MOST_TOLD) {
            let row = problem.row.as_ref().map(|row| format!(" {row}"));
            let row = row.unwrap_or_default();
            lines.push(format!("  {}{row}: {}", problem.table, problem.problem));
        }
        if self.problems.len() > MOST_TOLD {
            let more = self.problems.len() - MOST_TOLD;
            lines.push(format!("  and {more} more"));
        }
        lines
    }

    fn what_can_be_done(&self) -> &'static str {
        match self.state {
            State::Found if self.is_unread => {
                "That may pass: look again. If it does not, it can be repaired: that works on a copy, keeps every \
                 row that can be read, and keeps the database as it is now. A backup can be restored, too. Nothing \
                 was changed."
            }
            State::Found if self.problems.is_empty() => "Nothing has to be done.",
            State::Found => "Parlance brings it up to date at its next start.",
            State::Missing | State::Empty | State::NotSqlite => {
                "A backup can be restored. Nothing was changed."
            }
            State::Foreign => "Parlance leaves it alone. Nothing was changed.",
            State::Newer => {
                "Use the newer version of Parlance, or restore a backup from before the upgrade. Nothing was changed."
            }
            State::Damaged if !self.can_repair => {
                "Nothing of it can be saved. A backup can be restored. Nothing was changed."
            }
            State::Damaged => {
                "It can be repaired: that works on a copy, keeps every row that can be read, and keeps the \
                 database as it is now. A backup can be restored, too. Nothing was changed."
            }
        }
    }
}

fn describe_log(log: &LogState) -> String {
    let state = match &log.problem {
        None => "it is sound".to_owned(),
        Some(problem) => format!("it {problem}"),
    };
    format!(
        "Its log: {} bytes, {} changes that are not in the database itself yet; {state}.",
        log.bytes, log.commits
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::inspect::wal_path;
    use crate::migrations::migrate;
    use crate::time::Timestamp;

    #[test]
    fn what_the_disk_does_not_give_is_told_as_that_and_can_be_repaired() {
        let look = Look {
            state: State::Found,
            bytes: 4096,
            log: None,
            schema_version: Some(1),
            written_by: None,
        };
        let mut report = Report::of(Path::new("parlance.db"), &look);
        report.rows.insert("messages".into(), Some(12));
        report
            .take_in(Err(Error::Io {
                detail: "disk I/O error".into(),
            }))
            .unwrap();
        report.conclude();
        assert_eq!(report.state, State::Found);
        assert!(!report.ok);
        assert!(report.can_repair);
        let text = report.describe(None);
        assert!(text.contains("the disk did not give all of it"), "{text}");
        assert!(text.contains("The disk reported an error"), "{text}");
        assert_eq!(report.take_in(Err(Error::Busy)), Err(Error::Busy));
    }

    #[test]
    fn a_file_that_the_disk_does_not_give_is_not_told_as_one_that_cannot_be_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(DATABASE_FILE);
        let mut connection = Connection::open(&path).unwrap();
        connection
            .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
            .unwrap();
        migrate(
            &mut connection,
            EMBEDDED,
            "0.0.0-test",
            Timestamp::from_millis(0),
        )
        .unwrap();
        drop(connection);
        let count = |path: &Path| count_rows(path, false).map(|rows| rows["messages"]);
        assert_eq!(count(&path), Ok(Some(0)));
        // A log is there, and cannot be read.
        std::fs::create_dir(wal_path(&path)).unwrap();
        let error = count(&path).unwrap_err();
        assert!(matches!(error, Error::Io { .. }), "{error:?}");
    }
}
