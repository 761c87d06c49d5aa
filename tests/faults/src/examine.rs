//! What is asked of every database after a fault: it opens, what was promised is there, it is whole.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use parlance_storage::{Database, OpenOptions, verify};

use crate::facts;
use crate::ledger::Ledger;

/// The version that the suites give themselves in the ledger of migrations.
pub const APP_VERSION: &str = "0.0.0-faults";

/// Opens a database as the app does.
///
/// # Errors
/// What the storage says.
pub fn open(data_dir: &Path) -> Result<Database> {
    let options = OpenOptions {
        readers: 1,
        ..OpenOptions::new(APP_VERSION)
    };
    Database::open(data_dir, options).context("the database does not open")
}

/// Opens the database, compares it with the ledger, closes it and verifies it. Gives what was found.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn examine(data_dir: &Path, ledger: &Ledger) -> Result<BTreeMap<String, String>> {
    let db = open(data_dir)?;
    let found = facts::found(&db)?;
    ledger.check(&found, facts::TOLD)?;
    db.close().context("the database does not close")?;
    verify_whole(data_dir)?;
    Ok(found)
}

/// Every check of `verify` passes, and none is left out.
///
/// # Errors
/// What it finds.
pub fn verify_whole(data_dir: &Path) -> Result<()> {
    let report = verify::run(data_dir)?.context("there is no database")?;
    ensure!(report.ok, "verify finds {:#?}", report.problems);
    let skipped: Vec<_> = report
        .checks
        .iter()
        .filter(|check| check.reason.is_some())
        .collect();
    ensure!(skipped.is_empty(), "verify left out {skipped:#?}");
    Ok(())
}
