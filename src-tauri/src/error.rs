//! What the window is told when something goes wrong: a code to act on, a sentence to read.

use std::collections::BTreeMap;

use parlance_storage::Error;
use serde::{Deserialize, Serialize};

/// Why a command was not carried out.
///
/// The window acts on `code`, people read `message`. Neither ever holds the text of a message, SQL or
/// a secret, since errors end up in logs and screenshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CommandError {
    /// What kind of failure it is.
    pub code: ErrorCode,
    /// One sentence for the learner.
    pub message: String,
    /// What belongs to the code, such as `field` and `reason` of `invalid`.
    pub details: BTreeMap<String, String>,
}

/// The kinds of failure the window distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The thing asked for does not exist (any more).
    NotFound,
    /// The input is refused; nothing was stored. Details: `field`, `reason`.
    Invalid,
    /// Something else happened first; nothing was stored.
    Conflict,
    /// The database was busy for too long; trying again may help.
    Busy,
    /// There is no room left on the disk.
    DiskFull,
    /// The database can be read but not written.
    ReadOnly,
    /// Another Parlance has this profile open.
    AlreadyOpen,
    /// A newer version of Parlance wrote this profile. Details: `found`, `supported`.
    SchemaTooNew,
    /// The database is damaged.
    Corrupt,
    /// The app is closing.
    Closed,
    /// The data directory cannot be used.
    DataDir,
    /// A file could not be read or written.
    Io,
    /// A fault in Parlance itself.
    Internal,
}

/// What a command returns.
pub type CommandResult<T> = Result<T, CommandError>;

impl CommandError {
    /// An error without details.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: BTreeMap::new(),
        }
    }

    /// Refused input: which field, and why.
    pub fn invalid(field: &str, reason: &str) -> Self {
        let mut error = Self::new(ErrorCode::Invalid, format!("The {field} was refused: {reason}."));
        error.details.insert("field".into(), field.into());
        error.details.insert("reason".into(), reason.into());
        error
    }

    fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.details.insert(key.into(), value.to_string());
        self
    }
}
