//! Where the learner's data lives, and who may look at it.
//!
//! The app and the tool ask here, so that they never look in two places. The directory is for its
//! owner alone (0700), and so is every file in it (0600).

use std::env;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::marker::MARKER_FILE;
use crate::time::Timestamp;

/// The environment variable that overrides the platform's data directory.
pub const DATA_DIR_VARIABLE: &str = "PARLANCE_DATA_DIR";
/// The database's name within the data directory.
pub const DATABASE_FILE: &str = "parlance.db";
/// The lock's name within the data directory.
pub const LOCK_FILE: &str = "parlance.lock";

/// Where the app writes what it rescues, below the data directory.
pub(crate) const RESCUED_DIRECTORY: &str = "rescued";

/// The data directory: `PARLANCE_DATA_DIR` if set and not empty, else the platform's own. Makes nothing.
///
/// # Errors
/// `DataDir` if the platform names no home for the user.
pub fn resolve() -> Result<PathBuf, Error> {
    if let Some(path) = env::var_os(DATA_DIR_VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(path));
    }
    directories::ProjectDirs::from("app", "Parlance", "parlance")
        .map(|directories| directories.data_dir().to_owned())
        .ok_or_else(|| Error::DataDir {
            path: PathBuf::from("?"),
            reason: format!("this user has no home directory; set {DATA_DIR_VARIABLE}"),
        })
}

/// Makes the directory if need be, and closes it to others.
///
/// # Errors
/// `DataDir` if it cannot be made or entered.
pub fn prepare(data_dir: &Path) -> Result<(), Error> {
    let unusable = |error: io::Error| Error::DataDir {
        path: data_dir.to_owned(),
        reason: error.to_string(),
    };
    create(data_dir).map_err(unusable)?;
    if is_ours(data_dir).map_err(unusable)? {
        permit_owner_only(data_dir, 0o700).map_err(unusable)?;
        for entry in fs::read_dir(data_dir).map_err(unusable)? {
            let path = entry.map_err(unusable)?.path();
            if is_our_file(&path) {
                permit_owner_only(&path, 0o600).map_err(unusable)?;
            }
        }
    }
    Ok(())
}

/// Refuses a database that is a link to elsewhere. SQLite follows it and keeps the log beside what it leads to, while
/// whatever is done to the files of a database (a restore, a repair, a copy of the last words) looks for it here.
///
/// # Errors
/// `DataDir` with the way out.
pub(crate) fn require_no_link(data_dir: &Path) -> Result<(), Error> {
    let path = data_dir.join(DATABASE_FILE);
    // Of anything but a link it cannot be read.
    let Ok(target) = fs::read_link(&path) else {
        return Ok(());
    };
    Err(Error::DataDir {
        path: data_dir.to_owned(),
        reason: format!(
            "{DATABASE_FILE} in it is a link to {}; move the database itself here with its log, or let {DATA_DIR_VARIABLE} name the folder in which it lies",
            target.display()
        ),
    })
}

/// A directory named by hand may be somebody's home or /tmp: only one that is empty or already holds a
/// database of ours is closed to others.
fn is_ours(data_dir: &Path) -> io::Result<bool> {
    Ok(data_dir.join(DATABASE_FILE).exists() || fs::read_dir(data_dir)?.next().is_none())
}

fn is_our_file(path: &Path) -> bool {
    path.is_file()
        && path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| {
                name == LOCK_FILE || name == MARKER_FILE || name.starts_with(DATABASE_FILE)
            })
}

/// Makes a directory and what leads to it, for the owner alone. One that is there stays as it is.
///
/// # Errors
/// The system's own.
#[cfg(unix)]
pub fn create(data_dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
}

/// Makes a directory and what leads to it. One that is there stays as it is.
///
/// # Errors
/// The system's own.
#[cfg(not(unix))]
pub fn create(data_dir: &Path) -> io::Result<()> {
    fs::create_dir_all(data_dir)
}

#[cfg(unix)]
fn permit_owner_only(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Elsewhere the user's profile directory is private by inheritance.
#[cfg(not(unix))]
fn permit_owner_only(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Opens a file for writing, made for the owner alone if absent. What is in it stays.
///
/// # Errors
/// The system's own.
pub fn open_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Whether files can be made in this directory, as far as permissions and the disk's own state go. A full disk
/// is another matter.
pub(crate) fn can_write_in(directory: &Path) -> bool {
    !tempfile::tempfile_in(directory).is_err_and(|error| is_protected(&error))
}

/// Whether this file can be written, likewise.
pub(crate) fn can_write(path: &Path) -> bool {
    !File::options()
        .write(true)
        .open(path)
        .is_err_and(|error| is_protected(&error))
}

fn is_protected(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

/// A time as a file name says it, in UTC and sortable: `20241231-235959-042`.
pub(crate) fn time_name(time: Timestamp) -> String {
    let time =
        jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y%m%d-%H%M%S-%3f").to_string()
}

/// The time that the beginning of a file name says, as [`time_name`] writes it, before a `.` or a `-`.
pub(crate) fn time_of_name(name: &str) -> Option<Timestamp> {
    const LENGTH: usize = "20241231-235959-042".len();
    let (time, rest) = name.split_at_checked(LENGTH)?;
    if !rest.starts_with(['.', '-']) || rest.contains(['/', '\\', ':']) {
        return None;
    }
    let time = jiff::civil::DateTime::strptime("%Y%m%d-%H%M%S-%3f", time).ok()?;
    let time = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_millis(time.timestamp().as_millisecond()))
}

/// The right to be the one process that has this data directory open, held until dropped.
///
/// The system gives it back when the process ends, however it ends; the file itself stays and says nothing.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock, or says at once that somebody else has it (`AlreadyOpen`), or that what it guards lies elsewhere
    /// (`DataDir`).
    pub(crate) fn take(data_dir: &Path) -> Result<Self, Error> {
        require_no_link(data_dir)?;
        let unusable = |error: io::Error| Error::DataDir {
            path: data_dir.to_owned(),
            reason: error.to_string(),
        };
        let file = open_private(&data_dir.join(LOCK_FILE)).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(Error::AlreadyOpen),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }
}

/// Closing the file alone would not do: a child that another thread is just starting holds it open too, for
/// the moment before it becomes a program of its own.
impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            log::error!("{LOCK_FILE} could not be given free: {error}");
        }
    }
}
