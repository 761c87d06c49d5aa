//! Which backups are kept: many of today, few of last year.
//!
//! Kept are all of the last 48 hours, then the last one of each of the newest 14 days, 8 weeks and 12 months
//! that have any. Counting days that have backups, not days on the calendar, is what a wrong clock cannot
//! harm: a computer that believes for an hour to be in 2099 does not lose the backups of 2026 by it.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::{BACKUPS_DIRECTORY, Backup, BackupReason, list, newest_version, state};
use crate::Error;
use crate::files::{database_bytes, remove_if_there};
use crate::time::Timestamp;

const ALL_WITHIN_MS: i64 = 48 * 60 * 60 * 1000;
const DAYS: usize = 14;
const WEEKS: usize = 8;
const MONTHS: usize = 12;
/// The newest usable ones are kept whatever else holds.
const ALWAYS: usize = 3;
/// The usual budget: four times the database, at least this.
const SMALLEST_BUDGET: u64 = 500_000_000;

/// What there is of backups, and how much room they may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Overview {
    /// Newest first.
    pub backups: Vec<Backup>,
    /// What the backups take on the disk, without the undo copies.
    #[cfg_attr(feature = "specta", specta(type = i32))]
    pub used_bytes: u64,
    /// What they may take.
    #[cfg_attr(feature = "specta", specta(type = i32))]
    pub budget_bytes: u64,
    /// Whether the learner has chosen that.
    pub budget_is_chosen: bool,
}

/// The backups with the room they take.
///
/// # Errors
/// `Io` like [`list`].
pub fn overview(data_dir: &Path) -> Result<Overview, Error> {
    let backups = list(data_dir)?;
    let chosen = state(data_dir).budget_bytes;
    Ok(Overview {
        used_bytes: backups
            .iter()
            .filter(|one| is_thinned(one))
            .map(|one| one.bytes)
            .sum(),
        budget_bytes: match chosen {
            Some(bytes) => bytes,
            None => (database_bytes(data_dir)? * 4).max(SMALLEST_BUDGET),
        },
        budget_is_chosen: chosen.is_some(),
        backups,
    })
}

/// Removes the backups that are no longer kept, and says how many. Called after a new one was proven, never
/// before: an old backup goes only when there is a newer one.
///
/// # Errors
/// `Io` if one cannot be removed.
pub fn thin(data_dir: &Path, now: Timestamp) -> Result<usize, Error> {
    let overview = overview(data_dir)?;
    let unwanted = unwanted(&overview.backups, overview.budget_bytes, now);
    for name in &unwanted {
        remove_if_there(&data_dir.join(BACKUPS_DIRECTORY).join(name))?;
    }
    if !unwanted.is_empty() {
        log::info!("{} older backups are thinned out", unwanted.len());
    }
    Ok(unwanted.len())
}

/// Undo copies have their own rule.
fn is_thinned(backup: &Backup) -> bool {
    backup.reason != BackupReason::Replaced
}

/// The names of those that are no longer kept. `backups` are newest first.
fn unwanted(backups: &[Backup], budget: u64, now: Timestamp) -> Vec<&str> {
    let backups: Vec<&Backup> = backups.iter().filter(|one| is_thinned(one)).collect();
    let always = always_kept(&backups);
    let by_age = kept_by_age(&backups, now);
    let is_kept = |one: &Backup| {
        always.contains(one.name.as_str())
            || by_age.contains(one.name.as_str())
            // Somebody asked for it, so it goes only for want of room.
            || one.reason == BackupReason::Manual
    };
    let (kept, mut unwanted): (Vec<&Backup>, Vec<&Backup>) =
        backups.iter().partition(|one| is_kept(one));
    let mut used: u64 = kept.iter().map(|one| one.bytes).sum();
    // The oldest first; among them those that nobody asked for.
    let (asked_for, automatic): (Vec<&Backup>, Vec<&Backup>) = kept
        .iter()
        .rev()
        .partition(|one| one.reason == BackupReason::Manual);
    for one in automatic.into_iter().chain(asked_for) {
        if used <= budget {
            break;
        }
        if !always.contains(one.name.as_str()) {
            used -= one.bytes;
            unwanted.push(one);
        }
    }
    unwanted.into_iter().map(|one| one.name.as_str()).collect()
}

/// The newest three that can be used, and the newest from before the last upgrade: a downgrade needs it.
fn always_kept<'a>(backups: &[&'a Backup]) -> BTreeSet<&'a str> {
    let usable = || backups.iter().filter(|one| one.is_usable());
    let before_the_upgrade = usable()
        .find(|one| one.reason == BackupReason::Migration && one.schema_version < newest_version());
    usable()
        .take(ALWAYS)
        .chain(before_the_upgrade)
        .map(|one| one.name.as_str())
        .collect()
}

fn kept_by_age<'a>(backups: &[&'a Backup], now: Timestamp) -> BTreeSet<&'a str> {
    let mut kept: BTreeSet<&str> = backups
        .iter()
        .filter(|one| one.created_at.plus_millis(ALL_WITHIN_MS) >= now)
        .map(|one| one.name.as_str())
        .collect();
    for (format, most) in [("%Y-%m-%d", DAYS), ("%G-%V", WEEKS), ("%Y-%m", MONTHS)] {
        let mut periods: BTreeSet<String> = BTreeSet::new();
        for one in backups.iter().filter(|one| one.is_usable()) {
            let time = jiff::Timestamp::from_millisecond(one.created_at.as_millis())
                .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
            // Newest first, so the first of a period is its last.
            if periods.len() < most && periods.insert(time.strftime(format).to_string()) {
                kept.insert(&one.name);
            }
        }
    }
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    /// 2026-11-24T06:00:00Z
    const NOW: Timestamp = Timestamp::from_millis(1_795_500_000_000);

    fn backup(age_ms: i64, reason: BackupReason, bytes: u64) -> Backup {
        Backup {
            name: format!("{age_ms}-{}", reason.as_str()),
            created_at: NOW.plus_millis(-age_ms),
            reason,
            bytes,
            schema_version: newest_version(),
            app_version: "1.0.0".into(),
            counts: None,
            problem: None,
        }
    }

    fn kept(backups: &[Backup], budget: u64, now: Timestamp) -> Vec<&str> {
        let unwanted = unwanted(backups, budget, now);
        backups
            .iter()
            .map(|one| one.name.as_str())
            .filter(|name| !unwanted.contains(name))
            .collect()
    }

    /// A year and a half of a backup every six hours, newest first.
    fn long_history() -> Vec<Backup> {
        (0..540 * 4)
            .map(|place| backup(place * 6 * HOUR, BackupReason::Scheduled, 1))
            .collect()
    }

    #[test]
    fn two_days_are_kept_whole_then_days_weeks_and_months() {
        let history = long_history();
        let kept = kept(&history, u64::MAX, NOW);
        let young = history
            .iter()
            .take_while(|one| one.created_at.plus_millis(48 * HOUR) >= NOW);
        assert!(young.clone().count() >= 8);
        assert!(young.clone().all(|one| kept.contains(&one.name.as_str())));
        // 9 young ones, 12 more days, about 6 more weeks, 10 or 11 more months.
        assert!((34..=40).contains(&kept.len()), "{} are kept", kept.len());
        let oldest = history
            .iter()
            .rfind(|one| kept.contains(&one.name.as_str()))
            .unwrap();
        let age = NOW.as_millis() - oldest.created_at.as_millis();
        assert!(
            (320 * DAY..=366 * DAY).contains(&age),
            "the oldest is {} days old",
            age / DAY
        );
    }

    #[test]
    fn thinning_again_removes_nothing_more() {
        let history = long_history();
        let once: Vec<Backup> = {
            let kept = kept(&history, u64::MAX, NOW);
            history
                .iter()
                .filter(|one| kept.contains(&one.name.as_str()))
                .cloned()
                .collect()
        };
        assert!(unwanted(&once, u64::MAX, NOW).is_empty());
    }

    #[test]
    fn a_clock_years_ahead_costs_no_day_week_or_month() {
        let history = long_history();
        let ahead = NOW.plus_millis(70 * 365 * DAY);
        let kept = kept(&history, u64::MAX, ahead);
        let days: BTreeSet<i64> = history
            .iter()
            .filter(|one| kept.contains(&one.name.as_str()))
            .map(|one| one.created_at.as_millis().div_euclid(DAY))
            .collect();
        assert!(days.len() > 28, "{} days are left", days.len());
    }

    #[test]
    fn the_newest_three_that_can_be_used_stay_whatever_the_budget() {
        let mut history = long_history();
        history[0].problem = Some("It is damaged.".into());
        assert_eq!(
            kept(&history, 0, NOW),
            history[1..4]
                .iter()
                .map(|one| one.name.as_str())
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn for_want_of_room_the_oldest_go_first_and_those_asked_for_last() {
        let history = [
            backup(HOUR, BackupReason::Scheduled, 10),
            backup(2 * HOUR, BackupReason::Scheduled, 10),
            backup(3 * HOUR, BackupReason::Scheduled, 10),
            backup(4 * HOUR, BackupReason::Scheduled, 10),
            backup(400 * DAY, BackupReason::Manual, 10),
            backup(500 * DAY, BackupReason::Manual, 10),
        ];
        let names = |places: &[usize]| {
            places
                .iter()
                .map(|place| history[*place].name.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(kept(&history, 60, NOW), names(&[0, 1, 2, 3, 4, 5]));
        assert_eq!(kept(&history, 50, NOW), names(&[0, 1, 2, 4, 5]));
        assert_eq!(kept(&history, 40, NOW), names(&[0, 1, 2, 4]));
    }

    #[test]
    fn the_backup_from_before_the_upgrade_stays_for_a_downgrade() {
        let mut history = long_history();
        let place = history.len() - 1;
        history[place].reason = BackupReason::Migration;
        history[place].schema_version = newest_version() - 1;
        assert!(kept(&history, 0, NOW).contains(&history[place].name.as_str()));
    }

    #[test]
    fn undo_copies_are_not_thinned_with_the_backups() {
        let history = [backup(20 * DAY, BackupReason::Replaced, 1000)];
        assert!(unwanted(&history, 0, NOW).is_empty());
    }
}
