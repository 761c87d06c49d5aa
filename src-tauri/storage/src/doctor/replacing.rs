//! The one step of a repair that changes what is the learner's.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::data_dir::{self, DATABASE_FILE, Lock};
use crate::inspect::{journal_path, shm_path, wal_path};
use crate::time::Timestamp;

const REPLACED: &str = "replaced";

/// Puts the finished file `new` in the place of the database, and keeps what was there. Gives where.
pub(super) fn replace(
    data_dir: &Path,
    _lock: &Lock,
    new: &Path,
    now: Timestamp,
) -> Result<Option<PathBuf>, Error> {
    let database = data_dir.join(DATABASE_FILE);
    let undo_folder = data_dir.join(REPLACED).join(now.as_millis().to_string());
    data_dir::create(&undo_folder)?;
    let undo_copy = undo_folder.join(DATABASE_FILE);
    let move_if_there = |from: &Path, to: &Path| match fs::rename(from, to) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    // Logs first: beside a new database they would be taken for its own. Parlance leaves no rollback journal,
    // but another program that had the file open may have.
    for beside in [wal_path, shm_path, journal_path] {
        move_if_there(&beside(&database), &beside(&undo_copy))?;
    }
    move_if_there(&database, &undo_copy)?;
    fs::rename(new, &database)?;
    sync_folder(&undo_folder)?;
    sync_folder(data_dir)?;
    Ok(Some(undo_copy))
}

/// Puts the rows that could not be kept beside the undo copy, and gives where.
pub(super) fn keep_rejects(
    data_dir: &Path,
    aside: &Path,
    undo_copy: Option<&Path>,
    now: Timestamp,
) -> Result<PathBuf, Error> {
    let folder = undo_copy
        .and_then(Path::parent)
        .map_or_else(|| data_dir.join(REPLACED), Path::to_owned);
    data_dir::create(&folder)?;
    let rejects = folder.join(format!("rejects-{}.jsonl", now.as_millis()));
    fs::rename(aside, &rejects)?;
    sync_folder(&folder)?;
    Ok(rejects)
}

/// A rename is on the disk once its folder is.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> Result<(), Error> {
    Ok(File::open(folder)?.sync_all()?)
}

/// Elsewhere a folder cannot be opened as a file, and renames are journalled.
#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> Result<(), Error> {
    Ok(())
}
