//! `backup`, `backups` and `restore`.

use std::path::Path;

use parlance_storage::backup::{self, Backup, BackupReason, NewBackup};
use parlance_storage::{Clock, Error, SystemClock};
use serde_json::json;

use crate::print::{Printer, with_progress};

pub(crate) fn create(data_dir: &Path, printer: &mut Printer) -> Result<bool, Error> {
    let now = SystemClock.now();
    let new = NewBackup {
        reason: BackupReason::Manual,
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        now,
    };
    let made = with_progress(|watch| backup::create(data_dir, &new, watch))?;
    backup::thin(data_dir, now)?;
    printer.value(&made, || format!("Made and proven: {}", line(&made)));
    Ok(true)
}

pub(crate) fn list(data_dir: &Path, printer: &mut Printer) -> Result<bool, Error> {
    let backups = backup::list(data_dir)?;
    printer.value(&backups, || {
        if backups.is_empty() {
            return format!("There are no backups in {}.", data_dir.display());
        }
        backups.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(true)
}

pub(crate) fn restore(
    data_dir: &Path,
    name: Option<&str>,
    printer: &mut Printer,
) -> Result<bool, Error> {
    let name = match name {
        Some(name) => name.to_owned(),
        None => newest(data_dir)?,
    };
    with_progress(|watch| backup::restore(data_dir, &name, SystemClock.now(), watch))?;
    printer.value(&json!({ "restored": name }), || {
        format!("Restored: {name}. What was there before is kept for 30 days; `parlance-db backups` lists it.")
    });
    Ok(true)
}

/// The newest that holds any message, as the window offers it first; else the newest.
fn newest(data_dir: &Path) -> Result<String, Error> {
    let mut usable: Vec<Backup> = backup::list(data_dir)?;
    usable.retain(|one| one.is_usable() && one.reason != BackupReason::Replaced);
    let is_empty = |one: &Backup| one.counts.is_none_or(|counts| counts.messages == 0);
    let place = usable.iter().position(|one| !is_empty(one)).unwrap_or(0);
    usable
        .get(place)
        .map(|one| one.name.clone())
        .ok_or_else(|| Error::Backup {
            reason: format!(
                "there is none in {} that can be restored.",
                data_dir.display()
            ),
        })
}

fn line(backup: &Backup) -> String {
    let content = match (&backup.problem, backup.counts) {
        (Some(problem), _) => problem.clone(),
        (None, Some(counts)) => format!(
            "{} conversations, {} messages, {} words",
            counts.conversations, counts.messages, counts.words
        ),
        (None, None) => "the database as it was when it was replaced".to_owned(),
    };
    format!(
        "{}  {}  {:<9}  {} bytes  {content}",
        backup.name,
        backup.created_at.to_utc_text(),
        backup.reason.as_str(),
        backup.bytes
    )
}
