//! Repairs a database: on a copy, proved whole, and only then put in the place of the damaged one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::Serialize;

use super::account::{Account, TableCounts};
use super::known::Known;
use super::source::Source;
use super::state;
use super::watching::{Step, interruptible};
use super::workshop::{self, Workshop};
use super::{orphans, rebuild, recompute};
use crate::data_dir::{DATABASE_FILE, Lock};
use crate::database::open_to_verify;
use crate::progress::{Stage, Watch};
use crate::time::Timestamp;
use crate::verify::{self, Report, schema};
use crate::{Error, files, replace};

/// How a database was repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The database is whole, so nothing was done to it. If its log is not, a copy of both is kept.
    Nothing,
    /// Indexes, full text and everything that can be worked out were made anew; all else stayed as it was.
    Mended,
    /// Every row that could be read was put into a new database.
    Salvaged,
}

/// What a repair did. As JSON its names are in snake_case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepairOutcome {
    /// How it was done.
    pub method: Method,
    /// What became of the rows, by table; empty if nothing was done.
    pub tables: BTreeMap<String, TableCounts>,
    /// How many tables no version of Parlance made; they are in the undo copy only.
    pub strange_tables: u64,
    /// The database as it was before, kept for 30 days.
    #[serde(serialize_with = "super::optional_path")]
    pub undo_copy: Option<PathBuf>,
    /// One JSON object a line: `{"table", "fate": "mended" | "rejected", "reason", "row"}`, every row that is not
    /// in the database as it was. `None` if there is none.
    #[serde(serialize_with = "super::optional_path")]
    pub rejects: Option<PathBuf>,
    /// All of it in some lines of English, without a word of the learner's.
    pub text: String,
}

/// Repairs the database in `data_dir`.
///
/// The database itself is only read, until a copy without fault can take its place. What was there before is
/// kept. A sound database is left alone; one whose log is damaged is kept as a copy with it.
///
/// # Errors
/// `AlreadyOpen` if the app is running; `Missing` if there is no database; `SchemaTooNew`, `ForeignFile`, and
/// `Corrupt` if nothing can be saved, so that a backup is the way; `DataDir` if the present one cannot be kept;
/// `NotEnoughSpace`, `DiskFull`, `Io`; `Cancelled`, never in the stage `Replacing`. In every case everything is as it was.
pub fn repair(data_dir: &Path, watch: &Watch<'_>, now: Timestamp) -> Result<RepairOutcome, Error> {
    let path = data_dir.join(DATABASE_FILE);
    let (mut look, lock) = state::of_locked(data_dir, Lock::take)?;
    if replace::roll_forward(data_dir, &lock, now)? {
        // Another file is in place now.
        look = state::of(&path)?;
        look.refuse_what_cannot_be_repaired(&path)?;
    }
    workshop::remove_left_overs(data_dir)?;
    workshop::check_space(data_dir, data_dir, 2)?;
    let workshop = Workshop::open(data_dir, now)?;

    let mut unread = Unread {
        bytes: 0,
        log: look.log.and_then(|log| log.problem),
    };
    let copy_folder = workshop.folder("copy")?;
    if path.try_exists()? {
        let copied = workshop::copy_database(&path, &copy_folder, watch)?;
        unread.bytes = copied.unreadable;
        let copy = copied.file;
        let found = check(&copy, watch)?;
        // A copy that looks whole is better than a file that the disk does not give.
        if found.as_ref().is_some_and(is_sound) && unread.bytes == 0 {
            return if unread.log.is_some() {
                keep_with_its_log(data_dir, &unread, now)
            } else {
                Ok(nothing_to_do())
            };
        }
        let mut account = Account::new(workshop.file("mending.jsonl"));
        let is_worth_mending = found.as_ref().is_some_and(has_sound_texts);
        if is_worth_mending && mend(&copy, &unread, &mut account, watch, now)? {
            let finished = Finished {
                file: &copy,
                account,
                unread,
                method: Method::Mended,
                strange_tables: 0,
            };
            return finished.replace(data_dir, &lock, watch, now);
        }
        fs::remove_dir_all(&copy_folder)?;
    }

    let new = workshop.folder("new")?.join(DATABASE_FILE);
    let mut account = Account::new(workshop.file("salvaging.jsonl"));
    let source = Source::open(&path)?;
    salvage(&source, &new, &mut account, watch, now)?;
    if unread.log.is_some() {
        // The indexes in what is left of the log know nothing of what came after.
        for counts in account.tables.values_mut() {
            counts.lost = None;
        }
    }
    let strange_tables = source.strange_tables;
    // Windows renames no file that is open.
    drop(source);
    let finished = Finished {
        file: &new,
        account,
        unread,
        method: Method::Salvaged,
        strange_tables,
    };
    finished.replace(data_dir, &lock, watch, now)
}

fn nothing_to_do() -> RepairOutcome {
    RepairOutcome {
        method: Method::Nothing,
        tables: BTreeMap::new(),
        strange_tables: 0,
        undo_copy: None,
        rejects: None,
        text: "The database is whole. Nothing had to be repaired, and nothing was changed.".into(),
    }
}

/// The database is whole without what its log has lost. The next start takes of the log what is sound and throws the rest
/// away, in which somebody may still find words.
fn keep_with_its_log(
    data_dir: &Path,
    unread: &Unread,
    now: Timestamp,
) -> Result<RepairOutcome, Error> {
    let kept = replace::keep_copy(data_dir, now)?;
    let mut lines = vec!["The database is whole. Nothing in it was changed.".to_owned()];
    lines.extend(unread.describe());
    lines.push(kept_as_it_was(&kept));
    Ok(RepairOutcome {
        undo_copy: Some(kept),
        text: lines.join("\n"),
        ..nothing_to_do()
    })
}

fn kept_as_it_was(undo_copy: &Path) -> String {
    format!(
        "The database as it was is kept for 30 days in {}.",
        undo_copy.display()
    )
}

/// What of the old database could not even be looked at, so that nothing tells which rows were there.
struct Unread {
    /// Bytes that the disk did not give.
    bytes: u64,
    /// What is wrong with the log, as the rest of a sentence.
    log: Option<String>,
}

impl Unread {
    /// How many rows are lost where every row that was seen is kept.
    fn lost(&self) -> Option<u64> {
        (self.bytes == 0 && self.log.is_none()).then_some(0)
    }

    fn describe(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.bytes > 0 {
            lines.push(format!(
                "{} bytes of it could not be read, and what stood in them is lost.",
                self.bytes
            ));
        }
        if let Some(problem) = &self.log {
            lines.push(format!(
                "Its log {problem}; changes after that may be lost, which cannot be counted."
            ));
        }
        lines
    }
}

/// Checks a copy that nobody else has open. `None` if SQLite cannot open it at all.
fn check(copy: &Path, watch: &Watch<'_>) -> Result<Option<Report>, Error> {
    let report = open_to_verify(copy).and_then(|connection| {
        interruptible(&connection, watch, Step::only(Stage::Checking), || {
            verify::check_copy(&connection, copy)
        })
    });
    match report {
        Ok(report) => Ok(Some(report)),
        // A header that makes no sense is an error of many kinds.
        Err(Error::Corrupt { .. } | Error::Internal { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether nothing is wrong; that an older schema is due to be brought up to date is not.
fn is_sound(report: &Report) -> bool {
    report.ok || super::report::is_only_older(report)
}

/// Where texts are damaged, rows have to be put together one by one.
fn has_sound_texts(report: &Report) -> bool {
    !super::report::failed_checks(report).contains(&"text")
}

/// Tries to put a copy right where it stands. Gives whether that made it whole; if not, it is spoilt.
fn mend(
    copy: &Path,
    unread: &Unread,
    account: &mut Account,
    watch: &Watch<'_>,
    now: Timestamp,
) -> Result<bool, Error> {
    let mended = rebuild::open(copy).and_then(|connection| {
        mend_on(&connection, unread, account, watch, now)?;
        Ok(connection)
    });
    let is_mended = match mended {
        Ok(connection) => close(connection)
            .and_then(|()| check(copy, watch))?
            .is_some_and(|report| report.ok),
        Err(error @ (Error::Cancelled | Error::DiskFull | Error::Io { .. } | Error::ReadOnly)) => {
            return Err(error);
        }
        // Damage of a kind that cannot be put right in place, such as a broken page, shows itself here.
        Err(error) => {
            log::info!("the copy cannot be mended in place: {error}");
            false
        }
    };
    Ok(is_mended)
}

fn mend_on(
    connection: &Connection,
    unread: &Unread,
    account: &mut Account,
    watch: &Watch<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    // What is in the log belongs to the database; the app's own way of closing folds it in too.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    // Writing runs what the schema says; only one that is ours to the letter may.
    if !schema::is_as_known(connection)? {
        return Err(Error::corrupt(
            "the schema is not the one that this program knows",
        ));
    }
    let known = Known::newest()?;
    for table in &known.tables {
        // No row of the copy is left behind on this way.
        account.table(&table.name).lost = unread.lost();
    }
    interruptible(connection, watch, Step::only(Stage::Indexing), || {
        Ok(connection.execute_batch("REINDEX")?)
    })?;
    orphans::adopt(connection, &known, account, now)?;
    recompute::all(connection, &known, account, watch, now)?;
    connection.execute_batch(rebuild::CLEAR_LEFT_OVERS)?;
    recompute::full_text(connection, watch)?;
    finish_counts(connection, &known, account)
}

fn salvage(
    source: &Source,
    new: &Path,
    account: &mut Account,
    watch: &Watch<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let connection = rebuild::rebuild(source, new, account, watch, now)?;
    recompute::full_text(&connection, watch)?;
    finish_counts(&connection, &Known::newest()?, account)?;
    close(connection)?;
    match check(new, watch)? {
        Some(report) if report.ok => Ok(()),
        Some(report) => Err(Error::corrupt(format!(
            "what could be salvaged is not whole ({}); restoring a backup is the way",
            super::report::failed_checks(&report).join(", ")
        ))),
        None => Err(Error::internal("the new database cannot be opened")),
    }
}

fn finish_counts(
    connection: &Connection,
    known: &Known,
    account: &mut Account,
) -> Result<(), Error> {
    for table in known
        .tables
        .iter()
        .filter(|table| table.name != rebuild::LEDGER)
    {
        let sql = format!("SELECT count(*) FROM main.\"{}\"", table.name);
        let kept: u32 = connection.query_row(&sql, [], |row| row.get(0))?;
        account.table(&table.name).kept = u64::from(kept);
    }
    account.tables.remove(rebuild::LEDGER);
    Ok(())
}

fn close(connection: Connection) -> Result<(), Error> {
    connection.close().map_err(|(_, error)| error.into())
}

/// A whole database, ready to take the place of the damaged one.
struct Finished<'a> {
    file: &'a Path,
    account: Account,
    unread: Unread,
    method: Method,
    strange_tables: u64,
}

impl Finished<'_> {
    fn replace(
        mut self,
        data_dir: &Path,
        lock: &Lock,
        watch: &Watch<'_>,
        now: Timestamp,
    ) -> Result<RepairOutcome, Error> {
        files::sync_file(self.file)?;
        let aside = self.account.finish()?.map(Path::to_owned);
        // The last moment at which it can be cancelled.
        watch.at(Stage::Checking, 1, 1)?;
        watch.at(Stage::Replacing, 0, 1)?;
        let kept = replace::replace(data_dir, lock, self.file, aside.as_deref(), now)?;
        watch.at(Stage::Replacing, 1, 1)?;
        let mut outcome = RepairOutcome {
            method: self.method,
            tables: self.account.tables,
            strange_tables: self.strange_tables,
            undo_copy: kept.undo_copy,
            rejects: kept.rejects,
            text: String::new(),
        };
        outcome.text = outcome.describe(&self.unread, self.account.rejects_count);
        Ok(outcome)
    }
}

impl RepairOutcome {
    fn describe(&self, unread: &Unread, kept_aside: u64) -> String {
        let mut lines = vec![match self.method {
            Method::Mended => {
                "The database is repaired: indexes, full text and counts were made anew.".to_owned()
            }
            _ => "The database is repaired: what could be read was put into a new one.".to_owned(),
        }];
        lines.extend(unread.describe());
        for (table, counts) in &self.tables {
            let mut parts = vec![format!("{} rows", counts.kept)];
            let told = [
                (counts.mended, "mended"),
                (counts.recreated, "made anew from what was left"),
                (counts.rejected, "kept aside"),
                (counts.lost.unwrap_or_default(), "lost"),
            ];
            parts.extend(
                told.iter()
                    .filter(|(count, _)| *count > 0)
                    .map(|(count, words)| format!("{count} {words}")),
            );
            if counts.lost.is_none() && self.method == Method::Salvaged {
                parts.push("some may be lost, which cannot be counted".into());
            }
            if counts.kept > 0 || parts.len() > 1 {
                lines.push(format!("  {table}: {}", parts.join(", ")));
            }
        }
        if self.strange_tables > 0 {
            lines.push(format!(
                "{} tables are not Parlance's; they are in the copy of the old database only.",
                self.strange_tables
            ));
        }
        if let Some(rejects) = &self.rejects {
            lines.push(format!(
                "{kept_aside} rows are, as they were, in {}.",
                rejects.display()
            ));
        }
        if let Some(undo_copy) = &self.undo_copy {
            lines.push(kept_as_it_was(undo_copy));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(unread: &Unread) -> (Option<u64>, String) {
        let counts = TableCounts {
            kept: 650,
            lost: unread.lost(),
            ..TableCounts::default()
        };
        let outcome = RepairOutcome {
            method: Method::Mended,
            tables: BTreeMap::from([("messages".to_owned(), counts)]),
            ..nothing_to_do()
        };
        (unread.lost(), outcome.describe(unread, 0))
    }

    #[test]
    fn nobody_is_told_that_nothing_is_lost_where_something_could_not_be_read() {
        let (lost, text) = told(&Unread {
            bytes: 4096,
            log: None,
        });
        assert_eq!(lost, None);
        assert!(
            text.contains("4096 bytes of it could not be read"),
            "{text}"
        );
        let (lost, text) = told(&Unread {
            bytes: 0,
            log: Some("is damaged after 7 of its pages".into()),
        });
        assert_eq!(lost, None);
        assert!(text.contains("Its log is damaged after 7"), "{text}");
        let (lost, text) = told(&Unread {
            bytes: 0,
            log: None,
        });
        assert_eq!(lost, Some(0));
        assert!(!text.contains("is lost"), "{text}");
    }
}
