//! Backups: made beside the running app, proven before they count, thinned like generations.
//!
//! A backup is one zip file that any program can open: `parlance.db`, an ordinary SQLite database with every
//! table and without the full-text tables (they are made again from the texts), and `manifest.json`, which
//! says what is in it. It is made from one unchanging state of the database, while others write.
//!
//! A backup has its name only after it was read back from the disk and compared; before that it lies in a
//! directory that the next start sweeps. So what is listed is whole, as far as it has not been damaged since,
//! and that is looked for whenever one is used.

mod create;
mod manifest;
mod pack;
mod rank;
mod restore;
mod state;
mod thin;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub(crate) use create::create_of;
pub use create::{NewBackup, create};
pub use manifest::{BackupCounts, BackupReason};
use pack::Said;
pub use restore::{Trial, restore, trial};
pub use state::{
    State, erase_until, is_check_due, is_trial_due, remember_check, set_budget, state, trusted_time,
};
pub(crate) use state::{has_state, remember_replacement};
pub use thin::{Overview, overview, thin};

use crate::Error;
use crate::migrations::EMBEDDED;
use crate::replace::{self, REPLACED_DIRECTORY};
use crate::time::Timestamp;

/// Where backups lie, below the data directory.
pub const BACKUPS_DIRECTORY: &str = "backups";
/// The ending of a backup's name.
pub const BACKUP_ENDING: &str = ".plbackup";

/// A backup, or the undo copy of a database that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Backup {
    /// By which it is asked for. Never a path.
    pub name: String,
    /// When it was made; of an undo copy, when it was replaced.
    pub created_at: Timestamp,
    /// Why it was made.
    pub reason: BackupReason,
    /// Its size on the disk.
    #[cfg_attr(feature = "specta", specta(type = i32))]
    pub bytes: u64,
    /// The version of its schema; 0 if that cannot be told.
    pub schema_version: u32,
    /// The version of the app that made it; empty if that cannot be told.
    pub app_version: String,
    /// What is in it; `None` if that cannot be told, as of an undo copy, which may be damaged.
    pub counts: Option<BackupCounts>,
    /// Why it cannot be restored, as one sentence.
    pub problem: Option<String>,
    /// What reading its manifest has shown.
    #[serde(skip)]
    #[cfg_attr(feature = "specta", specta(skip))]
    pub(crate) condition: Condition,
    /// The size of the database in it, without its full-text tables; of an undo copy, its own; 0 if that cannot be told.
    #[serde(skip)]
    #[cfg_attr(feature = "specta", specta(skip))]
    pub(crate) database_bytes: u64,
    /// Whether something was wrong with its rows when they were copied.
    #[serde(skip)]
    #[cfg_attr(feature = "specta", specta(skip))]
    pub(crate) has_findings: bool,
}

/// What reading a backup's manifest has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It makes sense, even if only a newer version can restore the backup.
    Whole,
    /// It makes none.
    Damaged,
    /// The disk did not give it, which may pass.
    Unread,
}

impl Backup {
    /// Whether it can be restored as it is, as far as its manifest tells.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.problem.is_none()
    }
}

/// The backups and undo copies of this data directory, newest first. Works beside the app and without a
/// database.
///
/// # Errors
/// `Io` if a directory cannot be listed. A backup that cannot be read is in the list, with its problem.
pub fn list(data_dir: &Path) -> Result<Vec<Backup>, Error> {
    let mut backups = Vec::new();
    for path in files(data_dir)? {
        backups.extend(describe(&path)?);
    }
    for replaced in replace::list(data_dir)? {
        let name = replaced.path.file_name().unwrap_or_default();
        backups.push(Backup {
            name: name.to_string_lossy().into_owned(),
            created_at: replaced.replaced_at,
            reason: BackupReason::Replaced,
            bytes: replaced.bytes,
            database_bytes: replaced.bytes,
            schema_version: 0,
            app_version: String::new(),
            counts: None,
            problem: None,
            condition: Condition::Whole,
            has_findings: false,
        });
    }
    backups.sort_by(|a, b| (b.created_at, &b.name).cmp(&(a.created_at, &a.name)));
    Ok(backups)
}

/// When the newest backup was made, by its name alone: quick, also where there are hundreds. `None` without any.
///
/// # Errors
/// `Io` like [`list`].
pub fn newest_at(data_dir: &Path) -> Result<Option<Timestamp>, Error> {
    let files = files(data_dir)?;
    Ok(files.iter().filter_map(|path| made_at(path)).max())
}

fn made_at(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?;
    crate::data_dir::time_of_name(name.strip_prefix("parlance-")?)
}

/// Whether there is a file that is called like a backup, whatever is in it.
///
/// # Errors
/// `Io` like [`list`].
pub(crate) fn has_any(data_dir: &Path) -> Result<bool, Error> {
    Ok(!files(data_dir)?.is_empty())
}

/// The files that are called like backups, in no order.
fn files(data_dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(data_dir.join(BACKUPS_DIRECTORY)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(BACKUP_ENDING) && path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

/// Why it was made, by its name; `None` if somebody has given it another.
fn reason_of(path: &Path) -> Option<BackupReason> {
    made_at(path)?;
    let name = path.file_name()?.to_str()?.strip_suffix(BACKUP_ENDING)?;
    // parlance-<day>-<time>-<thousandths>-<reason>, and after that what makes it the only one.
    let reason = BackupReason::parse(name.split('-').nth(4)?)?;
    (reason != BackupReason::Replaced).then_some(reason)
}

/// `None` if it has gone since it was listed.
fn describe(path: &Path) -> Result<Option<Backup>, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let said = pack::read(path);
    // After it was read: what is still there now was there when it was not given.
    let Some(bytes) = crate::files::size_if_there(path)? else {
        return Ok(None);
    };
    // As far as its name and place tell. What somebody has named is theirs.
    let by_name = Backup {
        created_at: made_at(path).unwrap_or(Timestamp::from_millis(0)),
        name: name.into_owned(),
        reason: reason_of(path).unwrap_or(BackupReason::Manual),
        bytes,
        schema_version: 0,
        app_version: String::new(),
        counts: None,
        problem: None,
        condition: Condition::Whole,
        database_bytes: 0,
        has_findings: false,
    };
    Ok(Some(match said {
        Ok(Said::Known(manifest)) => Backup {
            created_at: manifest.created_at,
            reason: manifest.reason,
            schema_version: manifest.schema_version,
            counts: Some(manifest.counts()),
            database_bytes: manifest.database.bytes,
            has_findings: !manifest.findings.is_empty(),
            problem: manifest.problem(),
            app_version: manifest.app_version,
            ..by_name
        },
        Ok(Said::Newer(newer)) => Backup {
            created_at: newer.created_at.unwrap_or(by_name.created_at),
            reason: newer.reason.unwrap_or(by_name.reason),
            schema_version: newer.schema_version,
            counts: newer.counts,
            problem: Some(newer.problem()),
            app_version: newer.app_version,
            ..by_name
        },
        Err(error) => Backup {
            problem: Some(format!("It cannot be read: {error}")),
            condition: match error {
                Error::Backup { .. } => Condition::Damaged,
                _ => Condition::Unread,
            },
            ..by_name
        },
    }))
}

/// The file behind a name that somebody gave. Only what is listed can be asked for, so that no name leads out
/// of the two directories.
///
/// # Errors
/// `NotFound`.
fn find(data_dir: &Path, name: &str) -> Result<(Backup, PathBuf), Error> {
    let backup = list(data_dir)?
        .into_iter()
        .find(|backup| backup.name == name)
        .ok_or_else(|| Error::NotFound {
            what: "backup",
            id: name.chars().take(100).collect(),
        })?;
    let directory = match backup.reason {
        BackupReason::Replaced => REPLACED_DIRECTORY,
        _ => BACKUPS_DIRECTORY,
    };
    let path = data_dir.join(directory).join(&backup.name);
    Ok((backup, path))
}

/// The newest version whose backups this program can restore.
fn newest_version() -> u32 {
    EMBEDDED.last().map_or(0, |migration| migration.version)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_backup_that_went_while_the_others_were_listed_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder
            .path()
            .join("parlance-20240229-120000-000-quit.plbackup");
        assert_eq!(describe(&gone), Ok(None));
    }

    #[test]
    fn a_name_says_why_a_backup_was_made_but_never_that_it_is_none() {
        let reason = |name: &str| reason_of(Path::new(name));
        for reason_now in BackupReason::ALL {
            let wanted = Some(*reason_now).filter(|reason| *reason != BackupReason::Replaced);
            for tail in ["", "-0badcafe"] {
                let text = reason_now.as_str();
                let name = format!("parlance-20240229-120000-000-{text}{tail}.plbackup");
                assert_eq!(reason(&name), wanted, "{name}");
            }
        }
        for other in [
            "avant les vacances.plbackup",
            "parlance-20240229-120000-000-.plbackup",
        ] {
            assert_eq!(reason(other), None, "{other}");
        }
    }
}
