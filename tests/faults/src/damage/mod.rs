//! Damage of every kind, done to a closed database: it is refused or noticed, and never made worse.
//!
//! Each [`Case`] says what is wished. What does not hold is collected, case by case, and compared with
//! [`GAPS`]: the wishes that are not met yet, each with its reason. A wish is never weakened; a gap that
//! closes must leave the list.

mod cases;
mod moved;
mod probe;
mod sample;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::report::Figures;
use crate::vfs::{Syncing, Watched};

pub use cases::CASES;
pub use moved::look;
use sample::Sample;

/// What is wished of a damaged database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It does not open, and nothing is written.
    Refused,
    /// `verify` says so. It may open; then everything is there, or an error says that it cannot be read.
    Noticed,
    /// The end of the log is gone, which nobody can know: it opens, whole, as it was some commits earlier.
    Earlier,
}

/// A kind of damage.
pub struct Case {
    /// A name, for [`GAPS`].
    pub name: &'static str,
    /// What is wished.
    pub wish: Wish,
    /// Does it to the files in a directory.
    damage: fn(&Sample, &std::path::Path) -> Result<()>,
}

/// Wishes that are not met yet: the case, the beginning of what is found, and why that is so.
pub const GAPS: &[(&str, &str, &str)] = &[
    ("missing", "migrate opens it", NO_MARKER),
    ("missing", "it opens", NO_MARKER),
    ("missing", "things are silently missing", NO_MARKER),
    ("empty", "migrate opens it", NO_MARKER),
    ("empty", "it opens", NO_MARKER),
    ("empty", "things are silently missing", NO_MARKER),
    (RENAMED, "a new database is put in its place", NO_MARKER),
    ("100 bytes short", "verify finds nothing wrong", SHORT),
    ("100 bytes short", "migrate opens it", SHORT),
    ("100 bytes short", "it opens", SHORT),
    ("no database: one byte", "migrate opens it", SHORT),
    ("no database: one byte", "it opens", SHORT),
    (
        "no database: one byte",
        "things are silently missing",
        SHORT,
    ),
    (
        "header: schema format",
        "the damage is called internal",
        "SQLite has no code of its own for it",
    ),
    (
        "log: of another database",
        "things are silently missing",
        LOG,
    ),
    (
        "log: of another database",
        "things are there that were never said",
        LOG,
    ),
    (
        "a journal of rubbish beside it",
        "verify changed the files",
        "SQLite takes a journal away in which it finds nothing; the database stays as it is",
    ),
    (
        READ_ONLY,
        "closed, look: a read-only disk is called data_dir",
        LOCK,
    ),
    (
        READ_ONLY,
        "with a log, look: a read-only disk is called data_dir",
        LOCK,
    ),
    (
        READ_ONLY,
        "with a log, status: parlance-db: The disk reported an error",
        NO_INDEX,
    ),
    (
        READ_ONLY,
        "with a log, verify: parlance-db: The disk reported an error",
        NO_INDEX,
    ),
];

const NO_MARKER: &str = "nothing says yet that a database must be there";
const SHORT: &str =
    "SQLite takes the part of a page that is not there for zeros, or for no page at all";
const LOG: &str = "nothing in a log says to which database it belongs, and SQLite replays it";
const LOCK: &str = "the lock file cannot be taken there, and there is no mode yet that only reads";

const NO_INDEX: &str =
    "SQLite reads a log only through its index, a file that cannot be made there";

const RENAMED: &str = "renamed while open";
const READ_ONLY: &str = "a disk that only reads";

/// The programs that are started.
#[derive(Clone, Debug)]
pub struct Programs {
    /// `parlance-faults-child`.
    pub child: PathBuf,
    /// `parlance-db`.
    pub tool: PathBuf,
}

/// Does every kind of damage, and looks.
///
/// # Errors
/// Everything that is not as wished and not among the gaps, and gaps that are closed; also a system that refuses
/// a read-only disk.
pub fn run(programs: &Programs) -> Result<Figures> {
    let start = Instant::now();
    let sample = Sample::new()?;
    let mut found = Vec::new();
    for case in CASES {
        let folder = tempfile::tempdir()?;
        let _disk = Watched::new(folder.path(), Syncing::Pretended)?;
        (case.damage)(&sample, folder.path()).with_context(|| case.name)?;
        let complaints = probe::probe(case, &sample, folder.path(), &programs.tool)
            .with_context(|| case.name)?;
        found.extend(complaints.into_iter().map(|words| (case.name, words)));
    }
    let renamed = moved::renamed_while_open().context(RENAMED)?;
    found.extend(renamed.into_iter().map(|words| (RENAMED, words)));
    if cfg!(target_os = "linux") {
        let read_only = moved::read_only(&sample, programs).context(READ_ONLY)?;
        found.extend(read_only.into_iter().map(|words| (READ_ONLY, words)));
    }
    compare_with_gaps(&found)?;
    Ok(Figures::new(
        start,
        sample::SEED,
        vec![
            ("kinds of damage", CASES.len() as u64 + 2),
            ("wishes not met yet, listed below", GAPS.len() as u64),
        ],
    ))
}

fn compare_with_gaps(found: &[(&str, String)]) -> Result<()> {
    let is_met_by = |(name, beginning, _): &(&str, &str, &str), case: &str, words: &str| {
        *name == case && words.starts_with(beginning)
    };
    let new = found
        .iter()
        .filter(|(case, words)| !GAPS.iter().any(|gap| is_met_by(gap, case, words)))
        .map(|(case, words)| format!("{case}: {words}"));
    let closed = GAPS
        .iter()
        .filter(|gap| {
            !found
                .iter()
                .any(|(case, words)| is_met_by(gap, case, words))
        })
        .map(|(case, gap, _)| {
            format!("{case}: the gap {gap:?} is closed: strike it from the list")
        });
    let wrong: Vec<String> = new.chain(closed).collect();
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
