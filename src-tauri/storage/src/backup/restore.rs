//! Restoring: unpack, prove, make the full-text tables anew, and only then take the old one's place.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::create::count_rows;
use super::manifest::{BackupReason, Manifest};
use super::{find, pack, state};
use crate::data_dir::{self, DATABASE_FILE, Lock};
use crate::database::set_up;
use crate::files::{self, WorkDirectory, require_space};
use crate::inspect::{journal_path, wal_path};
use crate::launch::{Standing, standing};
use crate::migrations::{EMBEDDED, SchemaObject, fingerprint, fresh, objects};
use crate::progress::{Stage, Watch, interruptible};
use crate::time::Timestamp;
use crate::{Error, integrity, replace, status, verify};

/// Puts the state of a backup, or an undo copy, in the place of the database. The profile must be closed; what
/// was there is kept as an undo copy for 30 days.
///
/// # Errors
/// `AlreadyOpen` while the app has the profile open, `NotFound`, `Backup` if it is damaged or from a newer
/// version, `DataDir` if the present one cannot be kept, `NotEnoughSpace`, `DiskFull`, `Cancelled`. Until the very last step everything stays as it was.
pub fn restore(
    data_dir: &Path,
    name: &str,
    now: Timestamp,
    watch: &Watch<'_>,
) -> Result<(), Error> {
    let lock = Lock::take(data_dir)?;
    // One that was interrupted comes first: it was wanted, and its undo copy may be the one asked for.
    replace::roll_forward(data_dir, &lock, now)?;
    let (backup, path) = find(data_dir, name)?;
    let new = replace::place_for_new(data_dir)?;
    let made = match backup.reason {
        BackupReason::Replaced => copy_replaced(&path, &new, watch),
        _ => unpack_and_complete(&path, &new, watch),
    };
    if let Err(error) = made {
        // What is half made must not stay; whether that can be removed does not change what is told.
        if let Err(left) = replace::place_for_new(data_dir) {
            log::warn!("a half restored database stays for the next restore to remove: {left}");
        }
        return Err(error);
    }
    watch.at(Stage::Replacing, 0, 1)?;
    replace::replace(data_dir, &lock, &new, None, now)?;
    watch.at(Stage::Replacing, 1, 1)?;
    log::info!("a {} backup is restored", backup.reason.as_str());
    Ok(())
}

/// What a restore for trial has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Whether every check passed.
    pub ok: bool,
    /// What is wrong, in words.
    pub problems: Vec<String>,
}

/// Restores a backup into a directory of its own, runs every check on it, and throws it away.
///
/// # Errors
/// Like [`restore`]. A backup that is not whole is an answer, not an error. `NotEnoughSpace` is remembered, so that the
/// next trial is not due for a day.
pub fn trial(
    data_dir: &Path,
    name: &str,
    now: Timestamp,
    watch: &Watch<'_>,
) -> Result<Trial, Error> {
    let (_, path) = find(data_dir, name)?;
    let work = WorkDirectory::create(&data_dir.join(super::BACKUPS_DIRECTORY))?;
    let copy = work.path().join(DATABASE_FILE);
    let problems = match unpack_and_complete(&path, &copy, watch) {
        Ok(()) => verify::run_watched(&copy, watch)?
            .problems
            .into_iter()
            .map(|problem| format!("{}: {}", problem.table, problem.problem))
            .collect(),
        Err(error @ Error::Backup { .. }) => vec![error.to_string()],
        Err(error @ Error::NotEnoughSpace { .. }) => {
            state::remember_refused_trial(data_dir, now)?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    let ok = problems.is_empty();
    state::remember_trial(data_dir, ok, now)?;
    Ok(Trial { ok, problems })
}

/// Makes a whole database of a backup: verified, flushed, without a log.
fn unpack_and_complete(path: &Path, new: &Path, watch: &Watch<'_>) -> Result<(), Error> {
    let manifest = pack::read_manifest(path)?;
    if let Some(problem) = manifest.problem() {
        return Err(Error::Backup { reason: problem });
    }
    let bytes = manifest.database.bytes;
    // The full-text tables come on top of what is packed.
    require_space(new.parent().unwrap_or(new), bytes.saturating_mul(2))?;
    let mut file = data_dir::open_private(new)?;
    pack::unpack(path, &manifest, &mut file, |so_far| {
        watch.at(Stage::Unpacking, so_far, bytes)
    })?;
    drop::<File>(file);
    let connection = open_new(new)?;
    let at = || watch.at(Stage::Checking, 0, 1);
    interruptible(&connection, at, || check(&connection, &manifest, new))?;
    complete(&connection, &manifest, watch)?;
    close(connection, new)
}

/// An undo copy is the database as it was, with its log, in whatever state: it is put in place like that. If it is
/// damaged the next start says so, and can repair it there; refusing it would leave its words out of reach.
fn copy_replaced(path: &Path, new: &Path, watch: &Watch<'_>) -> Result<(), Error> {
    let parts: [fn(&Path) -> PathBuf; 3] = [Path::to_owned, wal_path, journal_path];
    let mut total = 0;
    for part in parts {
        total += files::size_if_there(&part(path))?.unwrap_or(0);
    }
    require_space(new.parent().unwrap_or(new), total)?;
    let mut done = 0;
    for part in parts {
        let (from, to) = (part(path), part(new));
        if files::size_if_there(&from)?.is_none() {
            continue;
        }
        let (mut from, mut to) = (File::open(from)?, data_dir::open_private(&to)?);
        let (bytes, _) = files::pour(&mut from, &mut to, |so_far| {
            watch.at(Stage::Unpacking, done + so_far, total)
        })?;
        to.sync_all()?;
        done += bytes;
    }
    Ok(())
}

fn open_new(new: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        new,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&connection)?;
    // Nothing here has to survive a crash: the file counts only once it is flushed as a whole.
    connection.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;
         PRAGMA locking_mode = EXCLUSIVE;",
    )?;
    Ok(connection)
}

fn close(connection: Connection, new: &Path) -> Result<(), Error> {
    connection.close().map_err(|(_, error)| error)?;
    files::sync_file(new)
}

/// Its hash says that it is what was packed; this says that what was packed is a database of ours.
fn check(connection: &Connection, manifest: &Manifest, new: &Path) -> Result<(), Error> {
    match standing(connection, new, EMBEDDED) {
        Ok(Standing::At(version)) if version == manifest.schema_version => {}
        Ok(_) => return Err(unlike(manifest)),
        Err(error) => return Err(refused(error)),
    }
    // Rows that broke a rule when they were copied still do; pages are new, and have to be whole.
    if !integrity::check(connection)?.pages.is_empty() {
        return Err(unlike(manifest));
    }
    let tables = status::names(connection, "table")?;
    if count_rows(connection, "main", &tables)? != manifest.tables {
        return Err(unlike(manifest));
    }
    Ok(())
}

/// What the disk does not give for now says nothing about the backup.
fn refused(error: Error) -> Error {
    if error.is_of_the_disk() {
        return error;
    }
    Error::Backup {
        reason: error.to_string(),
    }
}

fn unlike(manifest: &Manifest) -> Error {
    Error::Backup {
        reason: format!(
            "its database (schema {}) is not what its manifest says.",
            manifest.schema_version
        ),
    }
}

/// Adds what a backup leaves out: views, full-text tables, which are filled anew, and triggers.
fn complete(connection: &Connection, manifest: &Manifest, watch: &Watch<'_>) -> Result<(), Error> {
    let known = usize::try_from(manifest.schema_version)
        .ok()
        .and_then(|version| EMBEDDED.get(..version))
        .ok_or_else(|| unlike(manifest))?;
    let original = fresh(known)?;
    let wanted = objects(&original)?;
    let there = objects(connection)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut missing: Vec<_> = wanted
        .iter()
        .filter(|object| !there.contains(object))
        .collect();
    missing.sort_by_key(|object| turn(object));
    let indexes = missing
        .iter()
        .filter(|object| object.sql.starts_with("CREATE VIRTUAL TABLE"))
        .count() as u64;
    let mut done = 0;
    for object in missing {
        connection.execute_batch(&object.sql)?;
        if object.sql.starts_with("CREATE VIRTUAL TABLE") {
            configure_like(&original, connection, &object.name)?;
            let rebuild = format!(
                "INSERT INTO \"{0}\" (\"{0}\") VALUES ('rebuild')",
                object.name
            );
            interruptible(
                connection,
                || watch.at(Stage::Indexing, done, indexes),
                || Ok(connection.execute_batch(&rebuild)?),
            )?;
            done += 1;
        }
    }
    // What a file brings along beyond that, a trigger say, would live on.
    if fingerprint(connection)? != fingerprint(&original)? {
        return Err(unlike(manifest));
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// When a missing part of the schema is made: views first, which the full-text tables read as they are filled, and
/// triggers last, which would write into those.
fn turn(object: &SchemaObject) -> u8 {
    match object.kind.as_str() {
        "view" => 0,
        "trigger" => 2,
        _ => 1,
    }
}

/// A full-text table keeps its options, such as that deleted words leave nothing behind, in a table of its own.
fn configure_like(original: &Connection, connection: &Connection, name: &str) -> Result<(), Error> {
    let mut options = original.prepare(&format!(
        "SELECT k, v FROM \"{name}_config\" WHERE k <> 'version'"
    ))?;
    let mut rows = options.query([])?;
    while let Some(row) = rows.next()? {
        let (key, value): (String, rusqlite::types::Value) = (row.get(0)?, row.get(1)?);
        connection.execute(
            &format!("INSERT INTO \"{name}\" (\"{name}\", rank) VALUES (?1, ?2)"),
            rusqlite::params![key, value],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fails_is_not_told_as_a_damaged_backup() {
        let failing = Error::Io {
            detail: "disk I/O error".into(),
        };
        for error in [failing, Error::Busy, Error::DiskFull, Error::ReadOnly] {
            assert_eq!(refused(error.clone()), error);
        }
        let damaged = Error::corrupt("its schema is unreadable");
        assert_eq!(refused(damaged).code(), "backup");
    }
}
