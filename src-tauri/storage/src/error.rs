//! What can go wrong in the storage layer, told apart by what somebody can do about it.
//!
//! SQLite's errors are classified by their extended code, never by their words. No error repeats
//! message text, search text or SQL parameters: errors end up in logs and reports.

use std::io;
use std::path::PathBuf;

use rusqlite::ffi;

/// Why a storage operation did not happen. Unless a variant says otherwise, nothing was changed.
///
/// The enum is exhaustive on purpose: who acts on errors is told by the compiler of a new one.
/// `Display` is one sentence for a person; [`Error::code`] is for programs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it belongs to another profile.
    #[error("There is no {what} with the id {id}.")]
    NotFound {
        /// The kind of thing, in the singular.
        what: &'static str,
        /// Its id (13 characters) or name.
        id: String,
    },
    /// The present state does not allow it; reading again and deciding anew may help.
    #[error("{reason}")]
    Conflict {
        /// A sentence that says what stands in the way.
        reason: String,
    },
    /// The input breaks a rule.
    #[error("The {field} {reason}.")]
    Invalid {
        /// The input's name, in words.
        field: &'static str,
        /// The rule, as the rest of a sentence that starts with the field.
        reason: String,
    },
    /// Another program held the database for too long. Trying again later may help.
    #[error("The database is in use by another program. Please try again.")]
    Busy,
    /// The disk is full. Reading still works, and so will writing once there is room.
    #[error("The disk is full, so this was not saved. Free some space and try again.")]
    DiskFull,
    /// The database or its disk cannot be written.
    #[error("The database cannot be written: it is read-only.")]
    ReadOnly,
    /// A newer version of the app wrote the database. It was not touched.
    #[error(
        "The database was written by a newer version of Parlance{} \
         (schema {found}; this version knows up to {supported}).",
        written_by.as_ref().map(|version| format!(", {version}")).unwrap_or_default()
    )]
    SchemaTooNew {
        /// The version of the schema in the file.
        found: u32,
        /// The newest version that this app knows.
        supported: u32,
        /// The version of the app that brought the file there, if the file says so.
        written_by: Option<String>,
    },
    /// The file is not what it should be.
    #[error("The database is damaged: {detail}.")]
    Corrupt {
        /// What is wrong and where, without repeating what is stored there.
        detail: String,
    },
    /// The file is sound, but not a database of this app. It was not touched.
    #[error("{} is not a database of Parlance.", path.display())]
    ForeignFile {
        /// The file.
        path: PathBuf,
    },
    /// Another process has this data directory open.
    #[error("Parlance is already open with this data directory.")]
    AlreadyOpen,
    /// The database was closed before the job could be taken on.
    #[error("The database is closed.")]
    Closed,
    /// The data directory cannot be made, entered or written.
    #[error("The data directory {} cannot be used: {reason}.", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// The system's own words.
        reason: String,
    },
    /// The disk or the system failed. After a failed commit the change may or may not have been
    /// kept: open the database again and look.
    #[error("The disk reported an error: {detail}.")]
    Io {
        /// The system's or SQLite's name of the error.
        detail: String,
    },
    /// A database must be here, and is not. Nothing was put in its place.
    #[error("Your conversations should be here, but {detail}.")]
    Missing {
        /// What is there instead, as the rest of a sentence.
        detail: String,
    },
    /// There is too little room for what was about to be done, so it was not begun.
    #[error("This needs {} MB of free disk space, and {} MB are free. Nothing was changed.", megabytes(*needed), megabytes(*free))]
    NotEnoughSpace {
        /// In bytes.
        needed: u64,
        /// In bytes.
        free: u64,
    },
    /// A backup could not be made or used. What it was to protect was not touched.
    #[error("The backup failed: {reason}")]
    Backup {
        /// One sentence.
        reason: String,
    },
    /// Somebody who watched the work did not want it any more. Nothing was changed.
    #[error("This was cancelled. Nothing was changed.")]
    Cancelled,
    /// A job panicked; its changes were rolled back.
    #[error("Something went wrong inside Parlance. Nothing was changed.")]
    Panicked,
    /// A mistake in the program, for which no better kind exists.
    #[error("Something went wrong inside Parlance ({detail}).")]
    Internal {
        /// For the developer.
        detail: String,
    },
}

impl Error {
    /// The stable name by which programs tell errors apart.
    ///
    /// A panic is `internal` like other mistakes of the program, and a foreign file is `corrupt`:
    /// nobody acts differently on them.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::Invalid { .. } => "invalid",
            Self::Busy => "busy",
            Self::DiskFull | Self::NotEnoughSpace { .. } => "disk_full",
            Self::ReadOnly => "read_only",
            Self::SchemaTooNew { .. } => "schema_too_new",
            Self::Corrupt { .. } | Self::ForeignFile { .. } => "corrupt",
            Self::AlreadyOpen => "already_open",
            Self::Closed => "closed",
            Self::DataDir { .. } => "data_dir",
            Self::Io { .. } => "io",
            Self::Missing { .. } => "missing",
            Self::Backup { .. } => "backup",
            Self::Cancelled => "cancelled",
            Self::Panicked | Self::Internal { .. } => "internal",
        }
    }

    /// Whether the disk or the system did not do what it was asked. That may pass, and tells nothing of what is stored.
    pub(crate) const fn is_of_the_disk(&self) -> bool {
        matches!(
            self,
            Self::Io { .. } | Self::Busy | Self::DiskFull | Self::ReadOnly | Self::DataDir { .. }
        )
    }

    pub(crate) fn not_found(what: &'static str, id: impl ToString + Copy) -> Self {
        Self::NotFound {
            what,
            id: id.to_string(),
        }
    }

    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            reason: reason.into(),
        }
    }

    pub(crate) fn conflict(reason: impl Into<String>) -> Self {
        Self::Conflict {
            reason: reason.into(),
        }
    }

    pub(crate) fn corrupt(detail: impl Into<String>) -> Self {
        Self::Corrupt {
            detail: detail.into(),
        }
    }

    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::Internal {
            detail: detail.into(),
        }
    }
}

/// Rounded up: one that is needed is never told as none.
const fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                from_code(failure.extended_code, message.as_deref())
            }
            // Arises while a statement is prepared, so its message is about our SQL, not about data.
            rusqlite::Error::SqlInputError { error, msg, .. } => {
                match from_code(error.extended_code, None) {
                    Self::Internal { .. } => Self::internal(msg),
                    known => known,
                }
            }
            rusqlite::Error::FromSqlConversionFailure(column, _, _)
            | rusqlite::Error::IntegralValueOutOfRange(column, _) => {
                Self::corrupt(format!("column {column} of a row holds no valid value"))
            }
            rusqlite::Error::InvalidColumnType(_, column, _) => {
                Self::corrupt(format!("a row's {column} has the wrong type"))
            }
            rusqlite::Error::Utf8Error(column, _) => {
                Self::corrupt(format!("column {column} of a row is not valid text"))
            }
            other => Self::internal(describe(&other)),
        }
    }
}

/// The kind of a rusqlite error that comes from misuse, without the values it may carry.
fn describe(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::QueryReturnedNoRows => "a row was expected and absent".into(),
        rusqlite::Error::InvalidColumnName(name) => format!("no column {name}"),
        rusqlite::Error::InvalidColumnIndex(index) => format!("no column {index}"),
        rusqlite::Error::InvalidParameterName(name) => format!("no parameter {name}"),
        rusqlite::Error::InvalidParameterCount(given, wanted) => {
            format!("{given} parameters given, {wanted} wanted")
        }
        rusqlite::Error::NulError(_) => "a NUL inside a string for SQLite".into(),
        _ => "unexpected answer of the database driver".into(),
    }
}

/// Classifies by SQLite's extended result code. `message` is used only where it is our own text.
fn from_code(extended: i32, message: Option<&str>) -> Error {
    match extended {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => Error::conflict("This is there already."),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
            Error::conflict("This refers to something that is not there any more.")
        }
        // The text of RAISE(ABORT, '…') in a migration: a constant of ours.
        ffi::SQLITE_CONSTRAINT_TRIGGER => Error::conflict(format!(
            "This is not possible: {}.",
            message.unwrap_or("a rule forbids it")
        )),
        ffi::SQLITE_READONLY_DBMOVED => Error::Io {
            detail: "the database file was moved or deleted".into(),
        },
        // The log's index could not grow, as when the app starts on a full disk.
        ffi::SQLITE_IOERR_SHMSIZE => Error::DiskFull,
        _ => match extended & 0xff {
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Error::Busy,
            ffi::SQLITE_FULL => Error::DiskFull,
            ffi::SQLITE_READONLY | ffi::SQLITE_PERM => Error::ReadOnly,
            ffi::SQLITE_CORRUPT => Error::corrupt(ffi::code_to_str(extended).to_lowercase()),
            ffi::SQLITE_NOTADB => Error::corrupt("the file is not an SQLite database"),
            ffi::SQLITE_IOERR | ffi::SQLITE_CANTOPEN | ffi::SQLITE_PROTOCOL => Error::Io {
                detail: format!("{} (SQLite code {extended})", ffi::code_to_str(extended)),
            },
            ffi::SQLITE_TOOBIG => Error::invalid("text", "is too long"),
            _ => Error::internal(format!(
                "SQLite code {extended}, {}",
                ffi::code_to_str(extended)
            )),
        },
    }
}

impl From<rusqlite_migration::Error> for Error {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            rusqlite_migration::Error::Hook(detail) => Self::Corrupt { detail },
            other => Self::internal(format!("migration: {other}")),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io {
                detail: error.to_string(),
            },
        }
    }
}
