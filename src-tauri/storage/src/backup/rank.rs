//! What each backup is worth, by its age, its condition and the days that have any.

use std::collections::BTreeSet;

use super::{Backup, BackupReason, Condition};
use crate::time::Timestamp;

const ALL_WITHIN_MS: i64 = 48 * 60 * 60 * 1000;
const QUARTER_MS: i64 = 6 * 60 * 60 * 1000;
const DAYS: usize = 14;
const WEEKS: usize = 8;
const MONTHS: usize = 12;
/// Days of the future from which on they are no slip of a clock: it is wrong for hours, before somebody sees it.
const DAYS_OF_A_SLIP: usize = 2;

/// What a backup is worth when there is too little room, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// No rule keeps it, however much room there is.
    Past,
    /// It is not whole. Some of its words may still be found in it.
    Damaged,
    /// It says to be of the future: a clock was wrong, and may have been for hours.
    Future,
    /// Of the last 48 hours, and not the last of its hour.
    Young,
    /// The last of its hour, and not of its quarter of a day.
    Hour,
    /// The last of its quarter of a day, and not of its day.
    Quarter,
    /// Kept for its month alone.
    Month,
    /// Kept for its week.
    Week,
    /// The last of one of the newest days.
    Day,
    /// Somebody asked for it.
    Manual,
}

impl Rank {
    pub(super) const ALL: &[Self] = &[
        Self::Past,
        Self::Damaged,
        Self::Future,
        Self::Young,
        Self::Hour,
        Self::Quarter,
        Self::Month,
        Self::Week,
        Self::Day,
        Self::Manual,
    ];
}

pub(super) fn is_whole(backup: &Backup) -> bool {
    backup.condition == Condition::Whole
}

/// In the order given, which is newest first.
pub(super) fn rank<'a>(backups: &[&'a Backup], now: Timestamp) -> Vec<(&'a Backup, Rank)> {
    let (future, honest): (Vec<&Backup>, Vec<&Backup>) =
        backups.iter().partition(|one| one.created_at > now);
    let newest = future.first().map_or(now, |one| one.created_at);
    let is_history = days_of(&future) > days_of(&honest).min(DAYS_OF_A_SLIP);
    let of_the_future = rank_whole_and_damaged(&future, newest)
        .into_iter()
        .map(|(one, rank)| {
            let is_slip = !is_history && is_whole(one);
            (one, if is_slip { Rank::Future } else { rank })
        });
    of_the_future
        .chain(rank_whole_and_damaged(&honest, now))
        .collect()
}

fn days_of(backups: &[&Backup]) -> usize {
    last_of_periods(backups, "%Y-%m-%d", usize::MAX).len()
}

/// Each kind by itself: what is damaged takes no place of what is whole.
fn rank_whole_and_damaged<'a>(backups: &[&'a Backup], now: Timestamp) -> Vec<(&'a Backup, Rank)> {
    let (whole, damaged): (Vec<&Backup>, Vec<&Backup>) =
        backups.iter().partition(|one| is_whole(one));
    let damaged = rank_generations(&damaged, now)
        .into_iter()
        .map(|(one, rank)| match rank {
            Rank::Past => (one, Rank::Past),
            _ => (one, Rank::Damaged),
        });
    let mut ranks: Vec<(&Backup, Rank)> = rank_generations(&whole, now)
        .into_iter()
        .chain(damaged)
        .collect();
    ranks.sort_by_key(|(one, _)| std::cmp::Reverse(one.created_at));
    ranks
}

fn rank_generations<'a>(backups: &[&'a Backup], now: Timestamp) -> Vec<(&'a Backup, Rank)> {
    let last_of = |format: &str, most: usize| last_of_periods(backups, format, most);
    let hours = last_of("%Y-%m-%d %H", usize::MAX);
    let quarters = last_of("quarter", usize::MAX);
    let every_day = last_of("%Y-%m-%d", usize::MAX);
    let (days, weeks, months) = (
        last_of("%Y-%m-%d", DAYS),
        last_of("%G-%V", WEEKS),
        last_of("%Y-%m", MONTHS),
    );
    let rank = |one: &Backup| {
        let name = one.name.as_str();
        let is_young = one.created_at.plus_millis(ALL_WITHIN_MS) >= now;
        if one.reason == BackupReason::Manual {
            Rank::Manual
        } else if days.contains(name) || (is_young && every_day.contains(name)) {
            Rank::Day
        } else if weeks.contains(name) {
            Rank::Week
        } else if months.contains(name) {
            Rank::Month
        } else if !is_young {
            Rank::Past
        } else if quarters.contains(name) {
            Rank::Quarter
        } else if hours.contains(name) {
            Rank::Hour
        } else {
            Rank::Young
        }
    };
    backups.iter().map(|one| (*one, rank(one))).collect()
}

/// The last backup of each of the newest periods that have any. `quarter` is a quarter of a day.
fn last_of_periods<'a>(backups: &[&'a Backup], format: &str, most: usize) -> BTreeSet<&'a str> {
    let mut periods: BTreeSet<String> = BTreeSet::new();
    let mut kept = BTreeSet::new();
    for one in backups {
        let millis = one.created_at.as_millis();
        let period = if format == "quarter" {
            millis.div_euclid(QUARTER_MS).to_string()
        } else {
            jiff::Timestamp::from_millisecond(millis)
                .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
                .strftime(format)
                .to_string()
        };
        // Newest first, so the first of a period is its last.
        if periods.len() < most && periods.insert(period) {
            kept.insert(one.name.as_str());
        }
    }
    kept
}
