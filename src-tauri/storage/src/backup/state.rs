//! What is remembered outside of the database, since it is needed when that does not open: about backups, checks
//! and the clock.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::replace::{self, BEYOND_BELIEF, KEPT_FOR_MS};
use crate::time::Timestamp;
use crate::{Error, files, id, marker};

const STATE_FILE: &str = "parlance.state";
/// What made no sense any more, as it was.
const DAMAGED_FILE: &str = "parlance.state-damaged";
/// In milliseconds: 30 days between two trial restores.
const TRIAL_EVERY_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// In milliseconds: a day until a trial is tried again for which there was too little room.
const TRIAL_AGAIN_AFTER_MS: i64 = 24 * 60 * 60 * 1000;
/// In milliseconds: 3 days. Whoever does not start the app for longer keeps the trash a start longer.
const BELIEVABLE_JUMP_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// In milliseconds: a day by a clock that has jumped ahead, after which it is believed.
const PROOF_OF_A_JUMP_MS: i64 = 24 * 60 * 60 * 1000;
/// In milliseconds: 30 days. A second look later than that may be another jump.
const LONGEST_PROOF_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// In milliseconds: a year. Nobody who still uses the app stays away for longer; a clock that skips so much does.
const LONGEST_ABSENCE_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// In milliseconds: a week between two checks of a large database.
const CHECK_EVERY_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// By this time nothing is old enough to be removed.
const BEFORE_EVERYTHING: Timestamp = Timestamp::from_millis(0);

/// What is remembered about backups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The disk space that backups may take, if the learner has chosen one.
    pub budget_bytes: Option<u64>,
    /// Whether it is not known any more what the learner has chosen: until they choose again, no backup is removed
    /// for want of room.
    pub budget_is_lost: bool,
    /// When a backup was last restored for trial.
    pub last_trial_at: Option<Timestamp>,
    /// Whether that went well.
    pub last_trial_was_good: Option<bool>,
    /// When there was last too little room for a trial.
    pub trial_refused_at: Option<Timestamp>,
    /// When a large database was last checked as a whole.
    pub last_check_at: Option<Timestamp>,
    /// The time by the computer's clock when it was last looked at and believed: see [`trusted_time`].
    pub last_seen_at: Option<Timestamp>,
    /// The latest time at which the clock was ever believed.
    pub furthest_seen_at: Option<Timestamp>,
    /// The time by a clock that has jumped ahead and is not believed yet, when it was first seen there.
    pub jump_seen_at: Option<Timestamp>,
    /// When another database last took the place of the one before: see [`erase_until`].
    pub restored_at: Option<Timestamp>,
}

impl State {
    /// Where nothing is remembered. There is a marker since the first start, as there is a file: where that file has gone,
    /// what it said is lost, and not never said.
    fn nothing(data_dir: &Path) -> Result<Self, Error> {
        Ok(if marker::is_set(data_dir)? {
            Self::lost()
        } else {
            Self::default()
        })
    }

    /// Takes note of what the clock says, and gives the time that can be trusted. One that is behind where it once was is
    /// trusted to remove things by, since it removes fewer, but may be wrong for all that.
    fn look_at_clock(&mut self, now: Timestamp) -> Timestamp {
        let Some(last) = self.last_seen_at else {
            self.last_seen_at = Some(now);
            return now;
        };
        if now <= last.plus_millis(BELIEVABLE_JUMP_MS) {
            (self.last_seen_at, self.jump_seen_at) = (Some(now), None);
            return now;
        }
        let since_jump = self
            .jump_seen_at
            .map(|jump| (jump, now.as_millis().saturating_sub(jump.as_millis())));
        match since_jump {
            Some((_, 0..PROOF_OF_A_JUMP_MS)) => last,
            Some((_, PROOF_OF_A_JUMP_MS..LONGEST_PROOF_MS)) => {
                (self.last_seen_at, self.jump_seen_at) = (Some(now), None);
                now
            }
            // Who comes once in a while: the time of the last visit was none of the future, this one is not proven yet.
            Some((jump, LONGEST_PROOF_MS..=LONGEST_ABSENCE_MS)) => {
                (self.last_seen_at, self.jump_seen_at) = (Some(jump), Some(now));
                jump
            }
            _ => {
                self.jump_seen_at = Some(now);
                last
            }
        }
    }

    /// After a file that made no sense: whatever would remove something waits.
    fn lost() -> Self {
        Self {
            budget_is_lost: true,
            last_seen_at: Some(BEFORE_EVERYTHING),
            ..Self::default()
        }
    }
}

/// Whether anything was ever remembered here, whatever it says.
///
/// # Errors
/// `Io` if that cannot be told.
pub(crate) fn has_state(data_dir: &Path) -> Result<bool, Error> {
    Ok(files::size_if_there(&data_dir.join(STATE_FILE))?.is_some())
}

/// What is remembered, for whoever asks what is due; nothing, if the disk does not give it.
pub fn state(data_dir: &Path) -> State {
    read(data_dir).unwrap_or_else(|error| {
        log::warn!("what is remembered about backups cannot be read: {error}");
        State::default()
    })
}

/// What is remembered, for whoever removes or writes something by it.
///
/// # Errors
/// `Io` if the disk does not give it. It may at the next try, so nothing is to be written over it.
pub(super) fn read(data_dir: &Path) -> Result<State, Error> {
    Ok(match stored(data_dir)? {
        Stored::Nothing => State::nothing(data_dir)?,
        Stored::State(state) => state,
        Stored::Damaged(_) => State::lost(),
    })
}

enum Stored {
    Nothing,
    State(State),
    /// The bytes that make no sense.
    Damaged(Vec<u8>),
}

fn stored(data_dir: &Path) -> Result<Stored, Error> {
    let json = match fs::read(data_dir.join(STATE_FILE)) {
        Ok(json) => json,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Stored::Nothing),
        Err(error) => return Err(error.into()),
    };
    Ok(match serde_json::from_slice(&json) {
        Ok(state) => Stored::State(state),
        Err(_) => Stored::Damaged(json),
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
    update(data_dir, |state| {
        state.budget_bytes = bytes;
        state.budget_is_lost = false;
    })
}

/// Whether it is time to prove a backup by restoring it for trial.
///
/// False also for a day after there was too little room for it.
#[must_use]
pub fn is_trial_due(state: &State, now: Timestamp) -> bool {
    is_due(state.last_trial_at, TRIAL_EVERY_MS, now)
        && is_due(state.trial_refused_at, TRIAL_AGAIN_AFTER_MS, now)
}

/// Whether it is time to check a large database as a whole.
#[must_use]
pub fn is_check_due(state: &State, now: Timestamp) -> bool {
    is_due(state.last_check_at, CHECK_EVERY_MS, now)
}

/// The time by which things may be removed for good, such as what has lain in the trash for 30 days.
///
/// A clock that has jumped ahead by more than some days since it was last believed may be wrong. It is believed when it
/// is looked at again after a day by itself, and has gone on from there; until then the time is that of the last look
/// that was. So a start with a wrong clock removes nothing, however often it is repeated that day. Nor is a clock believed
/// at once whose last look is lost.
pub fn trusted_time(data_dir: &Path, now: Timestamp) -> Timestamp {
    let mut state = match read(data_dir) {
        Ok(state) => state,
        Err(error) => {
            log::warn!("the clock is not believed, since its last look cannot be read: {error}");
            return BEFORE_EVERYTHING;
        }
    };
    let furthest = state.furthest_seen_at.max(state.last_seen_at);
    let trusted = state.look_at_clock(now);
    let is_believed = trusted == now && furthest.is_some_and(|furthest| furthest <= now);
    id::believe_clock(is_believed.then_some(now));
    if let Err(error) = update(data_dir, |state| {
        state.furthest_seen_at = furthest.max(Some(state.look_at_clock(now)));
    }) {
        log::warn!("the time is not remembered: {error}");
    }
    trusted
}

/// The time by which what lies in the trash may be erased, given one that can be [trusted](trusted_time).
///
/// For 30 days after a restore or a repair that is none at all: whoever restores an old backup to fetch what was deleted
/// long ago must find it, and it has lain in the trash of that backup for all that time. What the learner wants erased
/// is erased at any time.
pub fn erase_until(data_dir: &Path, trusted: Timestamp) -> Timestamp {
    match last_replaced(data_dir) {
        Ok(Some(at)) if trusted < at.plus_millis(KEPT_FOR_MS) => BEFORE_EVERYTHING,
        Ok(_) => trusted,
        Err(error) => {
            log::warn!(
                "the trash is left alone, since it cannot be told what was restored: {error}"
            );
            BEFORE_EVERYTHING
        }
    }
}

/// When another database last took this one's place. The undo copies tell it too, where what is remembered was lost.
fn last_replaced(data_dir: &Path) -> Result<Option<Timestamp>, Error> {
    let copies = replace::list(data_dir)?;
    let newest_copy = copies.first().map(|copy| copy.replaced_at);
    Ok(read(data_dir)?
        .restored_at
        .max(newest_copy)
        .filter(|at| *at < BEYOND_BELIEF))
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

/// Remembers that another database takes the place of the one before.
///
/// # Errors
/// `Io`, `DiskFull`.
pub(crate) fn remember_replacement(data_dir: &Path, at: Timestamp) -> Result<(), Error> {
    update(data_dir, |state| state.restored_at = Some(at))
}

pub(super) fn remember_trial(data_dir: &Path, was_good: bool, now: Timestamp) -> Result<(), Error> {
    update(data_dir, |state| {
        state.last_trial_at = Some(now);
        state.last_trial_was_good = Some(was_good);
        state.trial_refused_at = None;
    })
}

/// Remembers that there was too little room for a trial: it is not tried again every quarter of an hour.
pub(super) fn remember_refused_trial(data_dir: &Path, now: Timestamp) -> Result<(), Error> {
    update(data_dir, |state| state.trial_refused_at = Some(now))
}

/// One at a time in this process: what is read, changed and written must not take back what another has written.
fn update(data_dir: &Path, change: impl FnOnce(&mut State)) -> Result<(), Error> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut state = match stored(data_dir)? {
        Stored::Nothing => State::nothing(data_dir)?,
        Stored::State(state) => state,
        Stored::Damaged(bytes) => {
            log::error!("{STATE_FILE} makes no sense; it is kept as {DAMAGED_FILE}");
            files::write_whole(&data_dir.join(DAMAGED_FILE), &bytes)?;
            State::lost()
        }
    };
    change(&mut state);
    let json = serde_json::to_vec_pretty(&state)
        .map_err(|error| Error::internal(format!("state of backups: {error}")))?;
    files::write_whole(&data_dir.join(STATE_FILE), &json)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_trial_for_which_there_is_no_room_is_tried_again_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_millis(1_709_208_000_000);
        let is_due = |hours: i64| {
            let state = read(folder.path()).unwrap();
            is_trial_due(&state, now.plus_millis(hours * 60 * 60 * 1000))
        };
        assert!(is_due(0));
        remember_refused_trial(folder.path(), now).unwrap();
        assert_eq!([0, 23, 24].map(is_due), [false, false, true]);
        remember_trial(folder.path(), true, now.plus_millis(TRIAL_AGAIN_AFTER_MS)).unwrap();
        assert!(!is_due(48));
        assert_eq!(read(folder.path()).unwrap().trial_refused_at, None);
    }

    #[test]
    fn a_state_of_another_version_is_read_as_far_as_it_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(STATE_FILE);
        fs::write(
            &file,
            r#"{"budget_bytes": 60000000, "of_tomorrow": {"x": 1}}"#,
        )
        .unwrap();
        let state = read(folder.path()).unwrap();
        assert_eq!(state.budget_bytes, Some(60_000_000));
        assert_eq!((state.restored_at, state.jump_seen_at), (None, None));
    }
}
