//! Which backups are kept: many of today, few of last year.
//!
//! Kept are all of the last 48 hours, then the last one of each of the newest 14 days, 8 weeks and 12 months
//! that have any. Counting days that have backups, not days on the calendar, is what a wrong clock cannot
//! harm: a computer that believes for an hour to be in 2099 does not lose the backups of 2026 by it. What it made
//! in that hour is known by its stamp once the clock is right again, and goes first. What has many days and a stamp
//! of the future is a history, and it is the present clock that is wrong: it is kept by the same rules, counted from
//! its own newest.
//!
//! What is not whole goes before anything that is, by the same rules. What the disk does not give is not touched.
//!
//! Where the budget is too small for all that, the many of today go before the few of last year.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::rank::{Rank, is_whole, rank};
use super::state::{self, State};
use super::{BACKUPS_DIRECTORY, Backup, BackupReason, Condition, list, newest_version};
use crate::Error;
use crate::files::{database_bytes, remove_if_there};
use crate::time::Timestamp;

/// The newest usable ones are kept whatever else holds.
const ALWAYS: usize = 3;
/// The usual budget: four times the largest database, at least this.
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
    /// What they may take. Nothing is removed for want of room while `budget_is_lost`.
    #[cfg_attr(feature = "specta", specta(type = i32))]
    pub budget_bytes: u64,
    /// Whether the learner has chosen that.
    pub budget_is_chosen: bool,
    /// Whether it is not known any more what the learner has chosen: until they choose again, backups may take any
    /// room, so that whatever they choose may be less.
    pub budget_is_lost: bool,
}

/// The backups with the room they take.
///
/// # Errors
/// `Io` like [`list`].
pub fn overview(data_dir: &Path) -> Result<Overview, Error> {
    overview_by(data_dir, &state::state(data_dir))
}

fn overview_by(data_dir: &Path, state: &State) -> Result<Overview, Error> {
    let backups = list(data_dir)?;
    let chosen = state.budget_bytes;
    Ok(Overview {
        used_bytes: backups
            .iter()
            .filter(|one| is_thinned(one))
            .map(|one| one.bytes)
            .sum(),
        budget_bytes: match chosen {
            Some(bytes) => bytes,
            None => usual_budget(data_dir, &backups)?,
        },
        budget_is_chosen: chosen.is_some(),
        budget_is_lost: state.budget_is_lost,
        backups,
    })
}

/// Four times the largest database that there is or was, as far as the backups and undo copies tell. A smaller one in
/// its place (of an old backup, to look something up; a new one; none at all) must not cost the history of the large one.
fn usual_budget(data_dir: &Path, backups: &[Backup]) -> Result<u64, Error> {
    let present = database_bytes(data_dir)?;
    let largest = backups
        .iter()
        .filter(|one| one.is_usable())
        .map(|one| one.database_bytes)
        .fold(present, u64::max);
    Ok(largest.saturating_mul(4).max(SMALLEST_BUDGET))
}

/// Removes the backups that are no longer kept, and says how many. Called after a new one was proven, so that an old
/// one goes only when there is a newer one, and when the learner has chosen how much room they may take.
///
/// # Errors
/// `Io` if one cannot be removed, or if it cannot be read how much room they may take.
pub fn thin(data_dir: &Path, now: Timestamp) -> Result<usize, Error> {
    let state = state::read(data_dir)?;
    let overview = overview_by(data_dir, &state)?;
    let budget = if state.budget_is_lost {
        u64::MAX
    } else {
        overview.budget_bytes
    };
    let unwanted = unwanted(&overview.backups, budget, now);
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
    let backups: Vec<&Backup> = backups
        .iter()
        .filter(|one| is_thinned(one) && one.condition != Condition::Unread)
        .collect();
    let always = always_kept(&backups, now);
    let ranks: Vec<(&Backup, Rank)> = rank(&backups, now);
    let mut used: u64 = backups.iter().map(|one| one.bytes).sum();
    let mut unwanted = Vec::new();
    // What is worth least first; of equal worth the oldest.
    for worth in Rank::ALL {
        for (one, _) in ranks.iter().rev().filter(|(_, rank)| rank == worth) {
            let is_needed = *worth != Rank::Past && used <= budget;
            if !is_needed && !always.contains(one.name.as_str()) {
                used -= one.bytes;
                unwanted.push(one.name.as_str());
            }
        }
    }
    unwanted
}

/// The newest three that can be used, of this version and of a newer one; the newest of a database in which nothing was
/// wrong, since those that follow a damage have it too; and the newest from before the last upgrade: a downgrade needs
/// it, and whoever goes up again needs the others.
fn always_kept<'a>(backups: &[&'a Backup], now: Timestamp) -> BTreeSet<&'a str> {
    // A stamp of the future proves nothing about what is newest; but it is better than none.
    let (honest, future): (Vec<&&Backup>, Vec<&&Backup>) =
        backups.iter().partition(|one| one.created_at <= now);
    let in_order = || honest.iter().chain(&future).map(|one| **one);
    let before_the_upgrade = in_order().find(|one| {
        one.is_usable()
            && one.reason == BackupReason::Migration
            && one.schema_version < newest_version()
    });
    let newer = |one: &&Backup| is_whole(one) && one.schema_version > newest_version();
    in_order()
        .filter(|one| one.is_usable())
        .take(ALWAYS)
        .chain(in_order().find(|one| one.is_usable() && !one.has_findings))
        .chain(in_order().filter(newer).take(ALWAYS))
        .chain(before_the_upgrade)
        .map(|one| one.name.as_str())
        .collect()
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
            condition: Condition::Whole,
            database_bytes: 0,
            has_findings: false,
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
    fn for_want_of_room_the_many_of_today_go_before_the_few_of_last_year() {
        // A quarter of an hour apart for two days, and before that a day apart for a year.
        let mut history: Vec<Backup> = (0..192)
            .map(|place| backup(place * 15 * MINUTE, BackupReason::Scheduled, 1))
            .collect();
        history.extend((3..360).map(|day| backup(day * DAY, BackupReason::Scheduled, 1)));
        history.push(backup(500 * DAY, BackupReason::Manual, 1));
        for budget in [40, 30, 25] {
            let kept = kept(&history, budget, NOW);
            assert!(kept.len() as u64 <= budget, "{} of {budget}", kept.len());
            let ages: Vec<i64> = history
                .iter()
                .filter(|one| kept.contains(&one.name.as_str()))
                .map(|one| (NOW.as_millis() - one.created_at.as_millis()) / DAY)
                .collect();
            let days: BTreeSet<&i64> = ages.iter().filter(|age| **age < 14).collect();
            assert!(
                days.len() >= 12,
                "{budget}: every recent day has one: {ages:?}"
            );
            assert!(ages.contains(&500), "somebody asked for that one");
        }
    }

    #[test]
    fn a_clock_that_was_ahead_for_hours_costs_no_honest_backup() {
        let mut history: Vec<Backup> = (0..20)
            .map(|place| {
                backup(
                    -70 * 365 * DAY + place * 15 * MINUTE,
                    BackupReason::Scheduled,
                    30,
                )
            })
            .collect();
        history
            .extend((0..16).map(|place| backup(place * 15 * MINUTE, BackupReason::Scheduled, 30)));
        let kept = kept(&history, 500, NOW);
        for honest in &history[20..] {
            assert!(kept.contains(&honest.name.as_str()), "{}", honest.name);
        }
    }

    #[test]
    fn a_clock_years_behind_thins_the_history_by_its_own_days_and_costs_none() {
        let behind = NOW.plus_millis(-56 * 365 * DAY);
        let mut history = long_history();
        history.extend((0..8).map(|place| {
            let mut one = backup(place * 15 * MINUTE, BackupReason::Scheduled, 1);
            one.name = format!("behind-{place}");
            one.created_at = behind.plus_millis(-place * 15 * MINUTE);
            one
        }));
        let days_kept = |budget: u64, least: usize, most: usize| {
            let kept = kept(&history, budget, behind);
            assert!(kept.len() <= most, "{} of {budget}", kept.len());
            let days: BTreeSet<i64> = history
                .iter()
                .filter(|one| one.created_at > behind && kept.contains(&one.name.as_str()))
                .map(|one| one.created_at.as_millis().div_euclid(DAY))
                .collect();
            assert!(
                days.len() >= least,
                "{budget}: {} days are left",
                days.len()
            );
            days
        };
        let days = days_kept(u64::MAX, 29, 50);
        assert!(days.len() < 40);
        // Of the wrong clock's, three stay that are newest, and its day.
        days_kept(34, 29, 34);
        assert_eq!(days_kept(20, 14, 20).last(), days.last());
    }

    #[test]
    fn what_is_not_whole_goes_first_and_takes_no_place_of_what_is() {
        let mut history: Vec<Backup> = (0..60)
            .flat_map(|day| {
                [0, 1].map(|hour| backup(day * DAY + hour * HOUR, BackupReason::Scheduled, 1))
            })
            .collect();
        // The last one of every day is damaged, and one that somebody asked for.
        for one in history.iter_mut().step_by(2) {
            one.condition = Condition::Damaged;
            one.problem = Some("It cannot be read.".into());
        }
        history[80].reason = BackupReason::Manual;
        let is_whole_of = |name: &str| history.iter().any(|one| one.name == name && is_whole(one));
        let roomy = kept(&history, u64::MAX, NOW);
        let whole = roomy.iter().filter(|name| is_whole_of(name)).count();
        assert!((20..30).contains(&whole), "{whole} whole ones");
        assert!(
            (20..30).contains(&(roomy.len() - whole)),
            "as many damaged ones"
        );
        assert!(
            roomy.contains(&history[80].name.as_str()),
            "somebody asked for it"
        );
        let narrow = kept(&history, whole as u64, NOW);
        assert!(narrow.iter().all(|name| is_whole_of(name)));
        assert_eq!(narrow.len(), whole);
    }

    #[test]
    fn what_the_disk_does_not_give_is_not_touched() {
        let mut history: Vec<Backup> = (0..60)
            .map(|day| backup(day * DAY, BackupReason::Scheduled, 1))
            .collect();
        for one in &mut history {
            one.condition = Condition::Unread;
            one.problem = Some("It cannot be read.".into());
        }
        assert!(unwanted(&history, 0, NOW).is_empty());
    }

    #[test]
    fn backups_of_a_newer_version_outlive_a_downgrade() {
        let mut history: Vec<Backup> = (0..10)
            .map(|place| backup(place * HOUR, BackupReason::Scheduled, 1))
            .collect();
        for day in 3..30 {
            let mut newer = backup(day * DAY, BackupReason::Scheduled, 1);
            newer.schema_version = newest_version() + 1;
            newer.problem = Some("It was made by a newer version.".into());
            history.push(newer);
        }
        let kept = kept(&history, u64::MAX, NOW);
        let newer = |one: &&Backup| one.schema_version > newest_version();
        let left = history
            .iter()
            .filter(newer)
            .filter(|one| kept.contains(&one.name.as_str()));
        assert!(left.count() >= 14);
        assert!(kept_of_newer_with_no_room(&history) >= 3);
    }

    fn kept_of_newer_with_no_room(history: &[Backup]) -> usize {
        let kept = kept(history, 0, NOW);
        let newer = history
            .iter()
            .filter(|one| one.schema_version > newest_version());
        newer
            .filter(|one| kept.contains(&one.name.as_str()))
            .count()
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
    fn the_newest_backup_of_a_database_without_fault_stays_whatever_the_budget() {
        let mut history = long_history();
        for one in &mut history[..900] {
            one.has_findings = true;
        }
        assert_eq!(
            kept(&history, 0, NOW),
            [0, 1, 2, 900].map(|place: usize| history[place].name.as_str())
        );
    }

    #[test]
    fn undo_copies_are_not_thinned_with_the_backups() {
        let history = [backup(20 * DAY, BackupReason::Replaced, 1000)];
        assert!(unwanted(&history, 0, NOW).is_empty());
    }
}
