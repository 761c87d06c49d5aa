//! Profiles: the people who learn on this computer.
//!
//! Everything else belongs to one of them; reads elsewhere are scoped by [`UserId`].

use jiff::tz::TimeZone;
use rusqlite::{OptionalExtension, Row, named_params};
use serde::Serialize;

use crate::Error;
use crate::change::{ChangeKind, Entity};
use crate::columns::Columns;
use crate::id::UserId;
use crate::kinds::CefrLevel;
use crate::time::Timestamp;
use crate::tx::{ReadTx, WriteTx};

/// A learner's profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Unique without regard to case.
    pub username: String,
    /// What the app calls the learner.
    pub display_name: String,
    /// BCP 47, if the learner told us.
    pub native_language: Option<String>,
    /// BCP 47.
    pub target_language: String,
    /// If the learner or a test has set one.
    pub level: Option<CefrLevel>,
    /// IANA name; absent: the computer's.
    pub time_zone: Option<String>,
    /// Minutes after midnight at which the learner's day begins.
    pub day_starts_at_minute: u32,
    /// When the profile was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

pub(crate) const COLUMNS: &str =
    "id, username, display_name, native_language, target_language, level, time_zone,
    day_starts_at_minute, created_at, updated_at";

impl User {
    /// Where the learner's days begin: the zone that was chosen, else the computer's. A name that the computer does
    /// not know (a zone may be renamed) counts as none.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        self.time_zone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or_else(TimeZone::system)
    }

    pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.get("id")?,
            username: columns.get("username")?,
            display_name: columns.get("display_name")?,
            native_language: columns.get("native_language")?,
            target_language: columns.get("target_language")?,
            level: columns.get("level")?,
            time_zone: columns.get("time_zone")?,
            day_starts_at_minute: columns.get("day_starts_at_minute")?,
            created_at: columns.get("created_at")?,
            updated_at: columns.get("updated_at")?,
        })
    }
}

/// The oldest profile; made here, as "Learner", at the first launch.
pub fn ensure_first(tx: &WriteTx<'_>, now: Timestamp) -> Result<User, Error> {
    if let Some(user) = find_first(tx)? {
        return Ok(user);
    }
    let id = UserId::new(now);
    tx.prepare(
        "INSERT INTO users (id, username, display_name, created_at, updated_at)
         VALUES (:id, 'learner', 'Learner', :now, :now)",
    )?
    .execute(named_params! { ":id": id, ":now": now })?;
    tx.changed(Entity::User, ChangeKind::Inserted, id);
    get(tx, id)
}

/// The oldest profile, or `None` before the first launch.
pub fn find_first(tx: &ReadTx<'_>) -> Result<Option<User>, Error> {
    let mut statement = tx.prepare(&format!("SELECT {COLUMNS} FROM users ORDER BY id LIMIT 1"))?;
    Ok(statement.query_row([], User::from_row).optional()?)
}

/// The profile with this id.
///
/// # Errors
/// `NotFound` if there is none.
pub fn get(tx: &ReadTx<'_>, id: UserId) -> Result<User, Error> {
    let mut statement = tx.prepare(&format!("SELECT {COLUMNS} FROM users WHERE id = :id"))?;
    statement
        .query_row(named_params! { ":id": id }, User::from_row)
        .optional()?
        .ok_or_else(|| Error::not_found("profile", id))
}
