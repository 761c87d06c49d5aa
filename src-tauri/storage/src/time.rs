//! Points in time as they are stored, and the clock from which they come.
//!
//! Queries never read a clock: whoever starts a piece of work reads it once and passes the time on,
//! so that one piece of work has one time and a test can choose it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

/// A point in time: Unix milliseconds, UTC.
///
/// On the wire it is a plain number; it stays exact in JSON for the next 285,000 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(transparent))]
// For TypeScript an i32 and this are the same `number`; an f64 would become `number | null` because of NaN.
pub struct Timestamp(#[cfg_attr(feature = "specta", specta(type = i32))] i64);

impl Timestamp {
    /// Makes a timestamp from Unix milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Unix milliseconds, UTC.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// As people read it, to the second: `2024-12-31 23:59:59 UTC`; a question mark for a time beyond the calendar.
    #[must_use]
    pub fn to_utc_text(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map_or_else(
            |_| "?".to_owned(),
            |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        )
    }

    /// When a day, written as `2024-12-31`, begins in the time zone of this computer; `None` if it is no day.
    #[must_use]
    pub fn of_local_day(day: &str) -> Option<Self> {
        let day: jiff::civil::Date = day.parse().ok()?;
        let begins = day.to_zoned(jiff::tz::TimeZone::system()).ok()?;
        Some(Self(begins.timestamp().as_millisecond()))
    }

    /// Whether no calendar has a name for this moment, which then can be no time that somebody meant.
    pub(crate) fn is_beyond_the_calendar(self) -> bool {
        jiff::Timestamp::from_millisecond(self.0).is_err()
    }

    /// This moment plus `millis` (which may be negative), saturating at the ends of time.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0))
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

/// Where the time comes from: the computer's clock in the app, a hand-set one in tests.
pub trait Clock: Send + Sync {
    /// The present moment. May step back, as real clocks do.
    fn now(&self) -> Timestamp;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Timestamp::from_millis(millis)
    }
}

/// A clock that stands still until it is moved; for tests of everything that depends on time.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub const fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_millis()))
    }

    /// Moves the clock by `millis`, back if negative.
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}
