//! Puts a finished database in the place of the old one, so that no crash leaves neither or half of one.
//!
//! Three files cannot be renamed at once: the database, its log, and the new database. So the intent is
//! written down first, and the next start carries out what a crash has left of it. Until the intent is
//! there, nothing has changed; once it is there, the new database is in place, now or at the next start.
//!
//! ```text
//! parlance.db-new        the new database, flushed by the caller; with a log only if it is an undo copy
//! replaced/<time>.db-rejects.jsonl   what a repair could not keep as it was
//! parlance.intent        written and flushed: from here on there is no way back
//! replaced/<time>.db     the old database and its log, kept as they were
//! parlance.db            the new one takes its place
//! ```
//!
//! What was replaced is kept for 30 days, whatever state it is in: it may hold words that the new one does not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data_dir::{self, DATABASE_FILE, Lock};
use crate::files::{self, remove_if_there, sync_directory, sync_parent, write_whole};
use crate::inspect::{beside, journal_path, shm_path, wal_path};
use crate::time::Timestamp;
use crate::{Error, backup, marker};

/// Where replaced databases are kept, below the data directory.
pub(crate) const REPLACED_DIRECTORY: &str = "replaced";
/// How long a replaced database is kept, in milliseconds: 30 days.
pub(crate) const KEPT_FOR_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// 2100-01-01: what is stamped later says that a clock was wrong, and would be kept for good.
pub(crate) const BEYOND_BELIEF: Timestamp = Timestamp::from_millis(4_102_444_800_000);

const NEW_FILE: &str = "parlance.db-new";
const INTENT_FILE: &str = "parlance.intent";
/// Moved there and back before the database is.
const PROBE: &str = "parlance.probe";

/// What has been decided and must be carried out.
#[derive(Debug, Serialize, Deserialize)]
struct Intent {
    /// The name of the undo copy below [`REPLACED_DIRECTORY`].
    keep_as: String,
}

/// Where the caller builds the new database: on the same disk, and under a name that no start takes for a
/// database. What a dead process left there is removed.
pub(crate) fn place_for_new(data_dir: &Path) -> Result<PathBuf, Error> {
    let new = data_dir.join(NEW_FILE);
    // A journal among them: SQLite would play it back into the next file of that name.
    for left in [
        wal_path(&new),
        shm_path(&new),
        journal_path(&new),
        new.clone(),
    ] {
        remove_if_there(&left)?;
    }
    Ok(new)
}

/// What a replacement left below [`REPLACED_DIRECTORY`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The database as it was; `None` if there was none.
    pub(crate) undo_copy: Option<PathBuf>,
    /// What could not go into the new database as it was.
    pub(crate) rejects: Option<PathBuf>,
}

/// Puts `new` in the place of the database. `new` is a whole and closed database; it is moved, not copied. At
/// [`place_for_new`] it may have a log. `rejects`, the flushed file of what a repair could not keep as it was, is moved
/// beside the undo copy, and goes when that goes.
///
/// # Errors
/// `DataDir` if nothing can be moved to where undo copies are kept; `Io`, `DiskFull`. Before the intent is on the disk
/// everything is as it was; after it the next start goes on.
pub(crate) fn replace(
    data_dir: &Path,
    _lock: &Lock,
    new: &Path,
    rejects: Option<&Path>,
    now: Timestamp,
) -> Result<Kept, Error> {
    let place = data_dir.join(NEW_FILE);
    if new != place {
        // What a killed restore left there may have a log, which would be replayed into this one.
        place_for_new(data_dir)?;
        fs::rename(new, &place)?;
    }
    files::sync_file(&place)?;
    sync_directory(data_dir)?;

    let kept = data_dir.join(REPLACED_DIRECTORY);
    try_the_way(data_dir, &kept)?;
    sync_parent(&kept)?;
    let at = age_from(data_dir, now);
    if let Err(error) = backup::remember_replacement(data_dir, at) {
        // The undo copy says it too, and what keeps a learner from their words must be worse than this.
        log::warn!("that the database was replaced is not remembered: {error}");
    }
    let intent = Intent {
        keep_as: free_name(&kept, at),
    };
    let text = serde_json::to_vec(&intent).map_err(|error| Error::internal(error.to_string()))?;
    let rejects = match rejects {
        // Before the intent, since whoever goes on after a crash knows nothing of them.
        Some(rejects) => {
            let place = rejects_path(&kept.join(&intent.keep_as));
            files::put_in_place(rejects, &place)?;
            Some(place)
        }
        None => None,
    };
    write_whole(&data_dir.join(INTENT_FILE), &text)?;
    match carry_out(data_dir, &intent, now) {
        Ok(undo_copy) => Ok(Kept { undo_copy, rejects }),
        Err(error) => {
            give_up_if_untouched(data_dir, error.clone())?;
            Err(error)
        }
    }
}

/// Moves a small file there and back, as the old database will be moved: the directory may be a link to another disk, or
/// belong to somebody else, and once there is an intent it would be too late to find that out.
fn try_the_way(data_dir: &Path, kept: &Path) -> Result<(), Error> {
    data_dir::create(kept).map_err(|error| no_way_into(kept, error))?;
    let (here, there) = (data_dir.join(PROBE), kept.join(PROBE));
    drop(data_dir::open_private(&here)?);
    let tried = fs::rename(&here, &there).and_then(|()| fs::rename(&there, &here));
    for left in [here, there] {
        remove_if_there(&left)?;
    }
    tried.map_err(|error| no_way_into(kept, error))
}

/// What the system says of a move that it will never do. Anything else may pass.
fn no_way_into(kept: &Path, error: io::Error) -> Error {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::CrossesDevices
        | Kind::PermissionDenied
        | Kind::IsADirectory
        | Kind::NotADirectory
        | Kind::AlreadyExists => Error::DataDir {
            path: kept.to_owned(),
            reason: format!(
                "the database as it is has to be kept there, but cannot be moved there ({error}); nothing was changed"
            ),
        },
        _ => error.into(),
    }
}

/// Keeps a copy of the database and its log as they are, like what is replaced: before a change in place whose
/// backup could not be told from the changed one. The caller holds the lock.
pub(crate) fn keep_copy(data_dir: &Path, now: Timestamp) -> Result<PathBuf, Error> {
    let database = data_dir.join(DATABASE_FILE);
    let kept = data_dir.join(REPLACED_DIRECTORY);
    data_dir::create(&kept)?;
    sync_directory(data_dir)?;
    let kept = kept.join(free_name(&kept, age_from(data_dir, now)));
    let draft = beside(&kept, ".draft");
    // The log first, and the database under its name at the very end: what is listed is whole.
    for (from, to) in [
        (wal_path(&database), wal_path(&kept)),
        (database, draft.clone()),
    ] {
        remove_if_there(&to)?;
        if files::size_if_there(&from)?.is_none() {
            continue;
        }
        let mut copy = data_dir::open_private(&to)?;
        files::pour(&mut fs::File::open(from)?, &mut copy, |_| Ok(()))?;
        copy.sync_all()?;
    }
    files::put_in_place(&draft, &kept)?;
    Ok(kept)
}

/// Goes on with a replacement that a crash interrupted, and says whether there was one.
///
/// An intent that cannot be read was written all the same, and says the one thing that matters: that the new
/// database, if it is there, is to take the place of the old one.
///
/// One that can never be carried out, since the old database cannot be moved, is given up while nothing has been moved
/// yet: the restore has then not taken place, which is better than an app that never starts again.
///
/// # Errors
/// `Io`, `DiskFull`; it is then tried again at the next start.
pub(crate) fn roll_forward(data_dir: &Path, _lock: &Lock, now: Timestamp) -> Result<bool, Error> {
    let path = data_dir.join(INTENT_FILE);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let intent = serde_json::from_slice(&text)
        .ok()
        .filter(|intent: &Intent| is_plain_name(&intent.keep_as))
        .unwrap_or_else(|| Intent {
            keep_as: free_name(&data_dir.join(REPLACED_DIRECTORY), age_from(data_dir, now)),
        });
    let kept = data_dir.join(REPLACED_DIRECTORY);
    let finished = data_dir::create(&kept)
        .map_err(|error| no_way_into(&kept, error))
        .and_then(|()| carry_out(data_dir, &intent, now));
    match finished {
        Ok(_) => log::info!("a replacement of the database that was interrupted is finished"),
        Err(error) => {
            let reason = error.to_string();
            give_up_if_untouched(data_dir, error)?;
            log::error!("a replacement of the database is given up: {reason}");
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes an intent back that can never be carried out and of which nothing was. The new database is then swept.
///
/// # Errors
/// `error` itself if it may pass, or if something was carried out.
fn give_up_if_untouched(data_dir: &Path, error: Error) -> Result<(), Error> {
    if !matches!(error, Error::DataDir { .. }) || !is_untouched(data_dir)? {
        return Err(error);
    }
    remove_if_there(&data_dir.join(INTENT_FILE))?;
    sync_directory(data_dir)
}

/// Whether nothing of an intent has been carried out: the old database leaves its place first, and takes none back before
/// the new one has left its own.
fn is_untouched(data_dir: &Path) -> Result<bool, Error> {
    Ok(data_dir.join(DATABASE_FILE).try_exists()? && data_dir.join(NEW_FILE).try_exists()?)
}

/// Each step may have been done already by a process that died after it.
///
/// # Errors
/// `DataDir` if the old database can never be moved away; `Io`, `DiskFull`.
fn carry_out(data_dir: &Path, intent: &Intent, now: Timestamp) -> Result<Option<PathBuf>, Error> {
    let database = data_dir.join(DATABASE_FILE);
    let new = data_dir.join(NEW_FILE);
    let directory = data_dir.join(REPLACED_DIRECTORY);
    let kept = directory.join(&intent.keep_as);
    // While the new one waits, what stands in its place is still the old one.
    if new.try_exists()? {
        rename_if_there(&database, &kept).map_err(|error| no_way_into(&directory, error))?;
        // The old log belongs to the old database: beside the new one it would be replayed into it.
        move_if_there(&wal_path(&database), &wal_path(&kept))?;
        // Parlance leaves no rollback journal, but another program that had the file open may have.
        move_if_there(&journal_path(&database), &journal_path(&kept))?;
        remove_if_there(&shm_path(&database))?;
        sync_parent(&kept)?;
        sync_directory(data_dir)?;
        files::put_in_place(&new, &database)?;
    }
    // Of an undo copy that is put back as it was. After the block: a process may have died in between.
    move_if_there(&wal_path(&new), &wal_path(&database))?;
    move_if_there(&journal_path(&new), &journal_path(&database))?;
    // Only once the moves last: a log that is left behind without an intent is swept.
    sync_directory(data_dir)?;
    marker::set(data_dir, now)?;
    remove_if_there(&data_dir.join(INTENT_FILE))?;
    sync_directory(data_dir)?;
    Ok(kept.exists().then_some(kept))
}

fn move_if_there(from: &Path, to: &Path) -> Result<(), Error> {
    Ok(rename_if_there(from, to)?)
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// From when on the 30 days of what is replaced now count: no earlier than anything that was ever stamped here. A
/// clock that is years behind, and put right later, would else make it look years old.
fn age_from(data_dir: &Path, now: Timestamp) -> Timestamp {
    let newest_backup = backup::newest_at(data_dir).unwrap_or_else(|error| {
        log::warn!("the backups do not tell how late it is: {error}");
        None
    });
    let newest_copy = list(data_dir).unwrap_or_else(|error| {
        log::warn!("the undo copies do not tell how late it is: {error}");
        Vec::new()
    });
    let last_seen = backup::state(data_dir).last_seen_at;
    let stamps = newest_copy
        .first()
        .map(|copy| copy.replaced_at)
        .into_iter()
        .chain(newest_backup)
        .chain(last_seen)
        .filter(|stamp| *stamp < BEYOND_BELIEF);
    stamps.fold(now, Timestamp::max)
}

/// A name by the time, which is how people look for it, and how its age is told.
fn free_name(directory: &Path, time: Timestamp) -> String {
    // What no calendar has would be called 1970.
    let mut millis = time
        .as_millis()
        .clamp(0, jiff::Timestamp::MAX.as_millisecond());
    loop {
        let name = format!("{}.db", data_dir::time_name(Timestamp::from_millis(millis)));
        let path = directory.join(&name);
        // What lies there alone, such as the log of a copy that was not finished, must not become a part of this one.
        let parts = [
            wal_path(&path),
            journal_path(&path),
            rejects_path(&path),
            path,
        ];
        if parts.iter().all(|part| part.symlink_metadata().is_err()) {
            return name;
        }
        millis += 1;
    }
}

/// An intent names a file in one directory, whatever somebody wrote into it.
fn is_plain_name(name: &str) -> bool {
    replaced_at(name).is_some()
}

/// When the database that is kept under this name was replaced; `None` for any other file, such as its log.
fn replaced_at(name: &str) -> Option<Timestamp> {
    data_dir::time_of_name(name).filter(|time| name == format!("{}.db", data_dir::time_name(*time)))
}

fn rejects_path(kept: &Path) -> PathBuf {
    beside(kept, "-rejects.jsonl")
}

/// A database that was replaced, as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaced {
    /// Where it lies; its log, if it had one, beside it.
    pub(crate) path: PathBuf,
    /// When it was replaced.
    pub(crate) replaced_at: Timestamp,
    /// In bytes, with its log.
    pub(crate) bytes: u64,
}

/// What was replaced and is still kept, newest first.
pub(crate) fn list(data_dir: &Path) -> Result<Vec<Replaced>, Error> {
    let mut replaced = Vec::new();
    for (name, path) in entries(data_dir)? {
        let Some(time) = replaced_at(&name) else {
            continue;
        };
        // One that has gone since it was listed is no error.
        let Some(bytes) = files::size_if_there(&path)? else {
            continue;
        };
        let log = files::size_if_there(&wal_path(&path))?.unwrap_or(0);
        replaced.push(Replaced {
            replaced_at: time,
            bytes: bytes + log,
            path,
        });
    }
    replaced.sort_by_key(|one| std::cmp::Reverse(one.replaced_at));
    Ok(replaced)
}

/// Removes what was replaced more than 30 days before `now`, which is a time that can be trusted: all that has the name of
/// such a time, also what a killed process left of a copy. What somebody has named is theirs.
pub(crate) fn sweep(data_dir: &Path, now: Timestamp) -> Result<(), Error> {
    // What a killed restore or repair was making: once the intent is carried out, nothing waits there.
    place_for_new(data_dir)?;
    for left in [
        data_dir.join(PROBE),
        data_dir.join(REPLACED_DIRECTORY).join(PROBE),
    ] {
        remove_if_there(&left)?;
    }
    let mut old = Vec::new();
    for (name, path) in entries(data_dir)? {
        // The log goes before its database: alone it is nothing, and a database without it says less than it did.
        let is_database = replaced_at(&name).is_some();
        if part_replaced_at(&name).is_some_and(|at| at.plus_millis(KEPT_FOR_MS) < now) {
            old.push((is_database, path));
        }
    }
    old.sort();
    for (is_database, path) in old {
        remove_if_there(&path)?;
        if is_database {
            log::info!(
                "an undo copy of {} days ago is removed",
                KEPT_FOR_MS / 86_400_000
            );
        }
    }
    Ok(())
}

/// When the database was replaced of which a file of this name is a part.
fn part_replaced_at(name: &str) -> Option<Timestamp> {
    data_dir::time_of_name(name)
        .filter(|time| name.starts_with(&format!("{}.db", data_dir::time_name(*time))))
}

/// The files below [`REPLACED_DIRECTORY`] whose name is text, with their paths.
fn entries(data_dir: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let entries = match fs::read_dir(data_dir.join(REPLACED_DIRECTORY)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut named = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string() {
            named.push((name, entry.path()));
        }
    }
    Ok(named)
}
