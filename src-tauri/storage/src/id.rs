//! Identifiers: made by the app, sortable by birth, and never a JSON number.
//!
//! An id has 63 bits: milliseconds since 2020-01-01 UTC in the upper 42, then 21 random bits. Within
//! a process ids only grow, also when the clock stands still or steps back. In the database an id is
//! the INTEGER PRIMARY KEY; on the wire, in logs and in links it is 13 characters of Crockford's
//! base32 (<https://www.crockford.com/base32.html>), since a number above 2^53 does not survive JSON.
//!
//! Clocks also step back between two runs of the app: the computer's was wrong for a day, and is put right.
//! Opening a database therefore begins above the largest id in it ([`begin_above`]), so that ids grow from
//! run to run as well; after a clock that was ahead, they say for that long a time that is too late.
//!
//! Ids say roughly when something was born, never in which order a conversation runs: that is
//! `sequence_number`, since imported messages are younger than those they come before.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::Error;
use crate::time::Timestamp;

/// 2020-01-01T00:00:00Z in Unix milliseconds.
const EPOCH_MILLIS: i64 = 1_577_836_800_000;
const RANDOM_BITS: u32 = 21;
/// A little below 2^42, so that a clock at the end of time leaves room to go on counting.
const LAST_MILLIS: i64 = (1 << 42) - 1_024;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of an id in its text form.
pub const ID_LENGTH: usize = 13;

/// The text is not 13 characters of Crockford base32 within 63 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError;

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 13 characters of Crockford base32")
    }
}

impl std::error::Error for IdError {}

/// The largest id that this process has made, or found when it opened a database.
static LAST: AtomicI64 = AtomicI64::new(0);

/// Makes every later id of this process larger than `stored`.
///
/// An id of the end of time, which only damage or a forger can have stored, leaves room to go on counting.
pub(crate) fn begin_above(stored: i64) {
    // Only the value itself is shared, so no ordering with other memory is needed.
    LAST.fetch_max(stored.min(LAST_MILLIS << RANDOM_BITS), Ordering::Relaxed);
}

/// `now`, or the birth of the newest id that is known if the clock stands before that: a clock that fell back
/// to 1970 must not make what happens now look long past.
pub(crate) fn never_before_the_newest(now: Timestamp) -> Timestamp {
    let newest = LAST.load(Ordering::Relaxed) >> RANDOM_BITS;
    now.max(Timestamp::from_millis(newest + EPOCH_MILLIS))
}

/// From when on the clock of this process is believed; the end of time if it is not.
static CLOCK_BELIEVED_FROM: AtomicI64 = AtomicI64::new(i64::MAX);

/// Says that the clock can be believed, unless it falls back behind `from`; or that it cannot.
pub(crate) fn believe_clock(from: Option<Timestamp>) {
    let millis = from.map_or(i64::MAX, Timestamp::as_millis);
    CLOCK_BELIEVED_FROM.store(millis, Ordering::Relaxed);
}

/// When something is deleted that is deleted `now`: by that its 30 days in the trash are counted.
///
/// A clock that fell back to 1970 must not make it look old, so this is [never before the newest
/// id](never_before_the_newest). But ids never forget a slip ahead by years; where the clock is believed, they count for a
/// day at most, or nothing deleted after a slip would ever leave the trash.
pub(crate) fn deletion_time(now: Timestamp) -> Timestamp {
    const MOST_AHEAD_MS: i64 = 24 * 60 * 60 * 1000;
    let newest = never_before_the_newest(now);
    if now.as_millis() < CLOCK_BELIEVED_FROM.load(Ordering::Relaxed) {
        return newest;
    }
    newest.min(now.plus_millis(MOST_AHEAD_MS))
}

/// Makes the next id of this process, born at `now`.
fn next(now: Timestamp) -> i64 {
    let millis = now
        .as_millis()
        .saturating_sub(EPOCH_MILLIS)
        .clamp(0, LAST_MILLIS);
    let random = i64::from(rand::random::<u32>() >> (u32::BITS - RANDOM_BITS));
    let candidate = (millis << RANDOM_BITS) | random;
    let grown = |last: i64| candidate.max(last.saturating_add(1));
    // Only the value itself is shared, so no ordering with other memory is needed.
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
        Some(grown(last))
    });
    grown(last.unwrap_or_else(|last| last))
}

/// When the row with this id was born, in Unix milliseconds; of an id that is damaged, some time or other.
pub(crate) const fn birth_millis(id: i64) -> i64 {
    (id >> RANDOM_BITS).saturating_add(EPOCH_MILLIS)
}

/// Makes the id of a row whose kind has no name here, such as a copy of a row of any table.
pub(crate) fn of_row(now: Timestamp) -> i64 {
    next(now)
}

/// The 13 characters of an id of 63 bits.
pub(crate) fn encode(id: i64) -> String {
    (0..ID_LENGTH)
        .rev()
        .map(|place| {
            let digit = (id >> (place * 5)) & 31;
            char::from(ALPHABET[usize::try_from(digit).unwrap_or_default()])
        })
        .collect()
}

/// Reads the text form; small letters and Crockford's look-alikes (I, L, O) are understood.
pub(crate) fn decode(text: &str) -> Result<i64, IdError> {
    if text.len() != ID_LENGTH {
        return Err(IdError);
    }
    let value = text.bytes().try_fold(0_u128, |value, byte| {
        let canonical = match byte.to_ascii_uppercase() {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
        let digit = ALPHABET
            .iter()
            .position(|letter| *letter == canonical)
            .ok_or(IdError)?;
        Ok(value << 5 | digit as u128)
    })?;
    i64::try_from(value).map_err(|_| IdError)
}

/// Where a page of a list by time and id goes on.
pub(crate) fn to_time_cursor(at: i64, id: i64) -> String {
    format!("{at}.{}", encode(id))
}

/// Reads what [`to_time_cursor`] wrote.
pub(crate) fn from_time_cursor(cursor: &str) -> Result<(i64, i64), Error> {
    cursor
        .split_once('.')
        .and_then(|(at, id)| Some((at.parse().ok()?, decode(id).ok()?)))
        .ok_or_else(|| Error::invalid("cursor", "is not one that a page gave"))
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        #[cfg_attr(feature = "specta", specta(transparent))]
        pub struct $name(#[cfg_attr(feature = "specta", specta(type = String))] i64);

        impl $name {
            /// Makes a new id, born at `now` and larger than every id this process made before.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(next(now))
            }

            /// The number in the database; it leaves this crate only as text.
            #[allow(dead_code, reason = "the same for every kind of id, whether it is needed or not")]
            pub(crate) const fn as_i64(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), encode(self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                decode(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl rusqlite::types::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(rusqlite::types::ToSqlOutput::from(self.0))
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(
                value: rusqlite::types::ValueRef<'_>,
            ) -> rusqlite::types::FromSqlResult<Self> {
                match value.as_i64()? {
                    id if id >= 0 => Ok(Self(id)),
                    id => Err(rusqlite::types::FromSqlError::OutOfRange(id)),
                }
            }
        }
    )+};
}

ids! {
    /// Names a learner's profile.
    UserId,
    /// Names a conversation.
    ConversationId,
    /// Names a conversation template.
    TemplateId,
    /// Names a message.
    MessageId,
    /// Names a speakable chunk.
    ChunkId,
    /// Names an entry of a conversation's event log.
    EventId,
    /// Names something that the learner did and may take back.
    OperationId,
    /// Names a folder of conversations.
    FolderId,
    /// Names something that the learner looked for.
    RecentSearchId,
    /// Names a note on a conversation or a message.
    NoteId,
    /// Names something that the tutor remembers of the learner.
    KeyFactId,
    /// Names a summary of a stretch of a conversation.
    SummaryId,
    /// Names a change of a message's words.
    MessageEditId,
    /// Names the bookmark of a message.
    BookmarkId,
    /// Names what the learner thinks of a reply.
    ReactionId,
    /// Names a server on which models answer.
    ModelServerId,
}
