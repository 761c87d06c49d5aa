//! What the window is told when something goes wrong: a code to act on, a sentence to read.

use std::{collections::BTreeMap, fmt::Display};

use parlance_speech::{AudioError, SweepError};
use parlance_storage::Error;
use parlance_tutor::ReplyError;
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
    /// A newer version of Parlance wrote this profile. Details: `found`, `supported`, and
    /// `writtenBy` if it is known.
    SchemaTooNew,
    /// The database is damaged.
    Corrupt,
    /// The app is closing.
    Closed,
    /// The data directory cannot be used.
    DataDir,
    /// A file could not be read or written.
    Io,
    /// A database must be in the data directory, and is not.
    Missing,
    /// A backup could not be made or used.
    Backup,
    /// Work was ended on the learner's wish; nothing was changed.
    Cancelled,
    /// A model server cannot be asked. Details: `failure`, the kind of trouble by name.
    Tutor,
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

    /// A fault of Parlance itself; `detail` is for the developer and must not quote the learner.
    pub fn internal(detail: &str) -> Self {
        Self::new(
            ErrorCode::Internal,
            format!("Something went wrong inside Parlance ({detail})."),
        )
    }

    pub(crate) fn with(mut self, key: &str, value: &dyn Display) -> Self {
        self.details.insert(key.into(), value.to_string());
        self
    }
}

/// The one place where the storage layer's errors become the window's.
impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::NotFound { what, id } => Self::new(ErrorCode::NotFound, message)
                .with("what", &what)
                .with("id", &id),
            Error::Conflict { .. } => Self::new(ErrorCode::Conflict, message),
            Error::Invalid { field, reason } => Self::new(ErrorCode::Invalid, message)
                .with("field", &field)
                .with("reason", &reason),
            Error::Busy => Self::new(ErrorCode::Busy, message),
            Error::DiskFull | Error::NotEnoughSpace { .. } => {
                Self::new(ErrorCode::DiskFull, message)
            }
            Error::ReadOnly => Self::new(ErrorCode::ReadOnly, message),
            Error::SchemaTooNew {
                found,
                supported,
                written_by,
            } => {
                let error = Self::new(ErrorCode::SchemaTooNew, message)
                    .with("found", &found)
                    .with("supported", &supported);
                match written_by {
                    Some(version) => error.with("writtenBy", &version),
                    None => error,
                }
            }
            Error::Corrupt { .. } | Error::ForeignFile { .. } => {
                Self::new(ErrorCode::Corrupt, message)
            }
            Error::AlreadyOpen => Self::new(ErrorCode::AlreadyOpen, message),
            Error::Closed => Self::new(ErrorCode::Closed, message),
            Error::DataDir { .. } => Self::new(ErrorCode::DataDir, message),
            Error::Io { .. } => Self::new(ErrorCode::Io, message),
            Error::Missing { .. } => Self::new(ErrorCode::Missing, message),
            Error::Backup { .. } => Self::new(ErrorCode::Backup, message),
            Error::Cancelled => Self::new(ErrorCode::Cancelled, message),
            Error::Panicked | Error::Internal { .. } => Self::new(ErrorCode::Internal, message),
        }
    }
}

impl From<AudioError> for CommandError {
    fn from(error: AudioError) -> Self {
        match error {
            AudioError::Absent => Self::new(
                ErrorCode::NotFound,
                "The sound of this sentence is gone; it can be made again.",
            ),
            AudioError::InvalidKey => Self::new(
                ErrorCode::Corrupt,
                "The sound of this sentence has a damaged name.",
            ),
            AudioError::Io { action, source } => Self::new(
                ErrorCode::Io,
                format!("The disk failed: {action} ({source})."),
            ),
        }
    }
}

impl From<SweepError> for CommandError {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::Storage(error) => error.into(),
            SweepError::Audio(error) => error.into(),
        }
    }
}

impl From<ReplyError> for CommandError {
    fn from(error: ReplyError) -> Self {
        Self::new(
            ErrorCode::Tutor,
            format!("The tutor cannot be asked: {error}."),
        )
        .with("failure", &error.code())
    }
}
