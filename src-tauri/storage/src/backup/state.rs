//! What is remembered about backups outside of the database, since it is needed when that does not open.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::BACKUPS_DIRECTORY;
use crate::time::Timestamp;
use crate::{Error, data_dir, files};

const STATE_FILE: &str = "state.json";
/// In milliseconds: 30 days between two trial restores.
const TRIAL_EVERY_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// In milliseconds: a week between two checks of a large database.
const CHECK_EVERY_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What is remembered about backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The disk space that backups may take, if the learner has chosen one.
    pub budget_bytes: Option<u64>,
    /// When a backup was last restored for trial.
    pub last_trial_at: Option<Timestamp>,
    /// Whether that went well.
    pub last_trial_was_good: Option<bool>,
    /// When a large database was last checked as a whole.
    pub last_check_at: Option<Timestamp>,
}

/// What is remembered; nothing, if that cannot be read: it holds no words, and is chosen again in a moment.
pub fn state(data_dir: &Path) -> State {
    let path = data_dir.join(BACKUPS_DIRECTORY).join(STATE_FILE);
    let read = fs::read(path).and_then(|json| Ok(serde_json::from_slice(&json)?));
    read.unwrap_or_else(|error: io::Error| {
        if error.kind() != io::ErrorKind::NotFound {
            log::warn!("the choices about backups cannot be read, so the usual ones hold: {error}");
        }
        State::default()
    })
}

/// Sets the disk space that backups may take; `None` for the usual.
///
/// # Errors
/// `Invalid` for less than 50 MB, which would keep hardly more than the three that are always kept.
pub fn set_budget(data_dir: &Path, bytes: Option<u64>) -> Result<(), Error> {
    if bytes.is_some_and(|bytes| bytes < 50_000_000) {
        return Err(Error::invalid(
            "space for backups",
            "must be at least 50 MB",
        ));
    }
    update(data_dir, |state| state.budget_bytes = bytes)
}

/// Whether it is time to prove a backup by restoring it for trial.
#[must_use]
pub fn is_trial_due(state: &State, now: Timestamp) -> bool {
    is_due(state.last_trial_at, TRIAL_EVERY_MS, now)
}

/// Whether it is time to check a large database as a whole.
#[must_use]
pub fn is_check_due(state: &State, now: Timestamp) -> bool {
    is_due(state.last_check_at, CHECK_EVERY_MS, now)
}

fn is_due(last: Option<Timestamp>, every_ms: i64, now: Timestamp) -> bool {
    // A clock that was ahead at the last time must not put the next one off for years.
    last.is_none_or(|last| last.plus_millis(every_ms) <= now || last > now)
}

/// Remembers that a large database was checked as a whole.
///
/// # Errors
/// `Io`, `DiskFull`: it is then checked again sooner.
pub fn remember_check(data_dir: &Path, now: Timestamp) -> Result<(), Error> {
    update(data_dir, |state| state.last_check_at = Some(now))
}

pub(super) fn remember_trial(data_dir: &Path, was_good: bool, now: Timestamp) -> Result<(), Error> {
    update(data_dir, |state| {
        state.last_trial_at = Some(now);
        state.last_trial_was_good = Some(was_good);
    })
}

fn update(data_dir: &Path, change: impl FnOnce(&mut State)) -> Result<(), Error> {
    let directory = data_dir.join(BACKUPS_DIRECTORY);
    data_dir::create(&directory)?;
    let mut state = state(data_dir);
    change(&mut state);
    let json = serde_json::to_vec_pretty(&state)
        .map_err(|error| Error::internal(format!("state of backups: {error}")))?;
    files::write_whole(&directory.join(STATE_FILE), &json)
}
