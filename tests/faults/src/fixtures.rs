//! Databases that released versions of the app wrote, kept as files: `tests/fixtures/schema_NNN/`.
//!
//! Beside each lies what was in it when it was written. A fixture, once released, is never written anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use parlance_storage::data_dir::DATABASE_FILE;

use crate::examine::open;
use crate::history::{self, Rows};
use crate::report::Figures;
use crate::work::Worker;

const ROWS: &str = "rows.json";
const SEED: u64 = 7;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// Whether a version with this schema was released.
#[must_use]
pub fn is_released(version: u32) -> bool {
    folder_of(version).is_dir()
}

fn folder_of(version: u32) -> PathBuf {
    folder().join(format!("schema_{version:03}"))
}

/// Writes the fixture of the newest schema and gives its folder.
///
/// # Errors
/// If there is one already, and what the storage and the system say.
pub fn write_newest() -> Result<PathBuf> {
    let target = folder_of(history::newest());
    if target.exists() {
        bail!(
            "{} is there, and stays as it was released",
            target.display()
        );
    }
    let scratch = tempfile::tempdir()?;
    history::build(scratch.path(), history::newest())?;
    let db = open(scratch.path())?;
    let mut worker = Worker::new(&db, "released", SEED, true, &|_| ())?;
    for _ in 0..60 {
        worker.step()?;
    }
    db.close()?;
    let rows = Rows::of(scratch.path())?;
    ensure!(
        rows.empty_tables().is_empty(),
        "no rows in {:?}",
        rows.empty_tables()
    );
    fs::create_dir_all(&target)?;
    fs::copy(
        scratch.path().join(DATABASE_FILE),
        target.join(DATABASE_FILE),
    )?;
    fs::write(target.join(ROWS), serde_json::to_string_pretty(&rows)?)?;
    Ok(target)
}

/// Brings each released fixture, and a database of each earlier schema with rows in it, to the newest schema.
///
/// # Errors
/// The first that does not come there whole.
pub fn run() -> Result<Figures> {
    let start = Instant::now();
    let (mut databases, mut promised) = (0, 0);
    for version in 1..=history::newest() {
        let scratch = tempfile::tempdir()?;
        let rows = history::build(scratch.path(), version)?;
        history::check_migrates(scratch.path(), &rows)
            .with_context(|| format!("from schema {version}"))?;
        databases += 1;
        promised += rows.count();
    }
    let mut fixtures = 0;
    for entry in fs::read_dir(folder())? {
        let fixture = entry?.path();
        promised += check(&fixture).with_context(|| fixture.display().to_string())?;
        fixtures += 1;
    }
    ensure!(fixtures > 0, "there are no fixtures");
    Ok(Figures::new(
        start,
        SEED,
        vec![
            ("schemas", databases),
            ("released fixtures", fixtures),
            ("rows, all kept", promised),
        ],
    ))
}

fn check(fixture: &Path) -> Result<u64> {
    let scratch = tempfile::tempdir()?;
    fs::copy(
        fixture.join(DATABASE_FILE),
        scratch.path().join(DATABASE_FILE),
    )?;
    let rows: Rows = serde_json::from_str(&fs::read_to_string(fixture.join(ROWS))?)?;
    history::check_migrates(scratch.path(), &rows)?;
    Ok(rows.count())
}
