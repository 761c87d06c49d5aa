//! Identifiers: made by the app, sortable by birth, and never a JSON number.
//!
//! An id has 63 bits: milliseconds since 2020-01-01 UTC in the upper 42, then 21 random bits. Within
//! a process ids only grow, also when the clock stands still or steps back. In the database an id is
//! the INTEGER PRIMARY KEY; on the wire, in logs and in links it is 13 characters of Crockford's
//! base32 (https://www.crockford.com/base32.html), since a number above 2^53 does not survive JSON.

use std::fmt;

/// The text is not 13 characters of Crockford base32 within 63 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdError;

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 13 characters of Crockford base32")
    }
}

impl std::error::Error for IdError {}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        #[cfg_attr(feature = "specta", specta(transparent))]
        pub struct $name(#[cfg_attr(feature = "specta", specta(type = String))] i64);
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
}
