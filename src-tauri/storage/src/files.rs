//! Files that must be whole or not there: written aside, flushed, and only then given their name.
//!
//! A rename is the one change of a directory that a power cut cannot halve, and it lasts only once the
//! directory itself is flushed. Everything here is readable by the owner alone.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Error;
use crate::data_dir::{self, DATABASE_FILE};
use crate::inspect::{beside, wal_path};

/// Bytes that are read or written at once where a whole file passes through.
pub(crate) const BLOCK: usize = 256 * 1024;

/// Writes a small file whole: after a crash it holds either what it held before or `content`.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<(), Error> {
    let draft = beside(path, ".draft");
    remove_if_there(&draft)?;
    let mut file = data_dir::open_private(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    put_in_place(&draft, path)
}

/// Gives a finished and flushed file its name, and makes that last.
pub(crate) fn put_in_place(draft: &Path, path: &Path) -> Result<(), Error> {
    fs::rename(draft, path)?;
    sync_parent(path)
}

/// Makes the renames in a file's directory last.
pub(crate) fn sync_parent(path: &Path) -> Result<(), Error> {
    sync_directory(path.parent().unwrap_or(path))
}

/// Makes the renames in a directory last.
#[cfg(unix)]
pub(crate) fn sync_directory(directory: &Path) -> Result<(), Error> {
    Ok(File::open(directory)?.sync_all()?)
}

/// Only Unix lets a directory be opened and flushed.
#[cfg(not(unix))]
pub(crate) fn sync_directory(_directory: &Path) -> Result<(), Error> {
    Ok(())
}

/// Flushes a file that somebody else (SQLite, without syncs of its own) has written.
pub(crate) fn sync_file(path: &Path) -> Result<(), Error> {
    Ok(File::options().write(true).open(path)?.sync_all()?)
}

/// Removes a file; one that is not there is as good as removed.
pub(crate) fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The size of a file; `None` if it is not there.
pub(crate) fn size_if_there(path: &Path) -> Result<Option<u64>, Error> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Bytes of the database and its log together; 0 where nothing is.
pub(crate) fn database_bytes(data_dir: &Path) -> Result<u64, Error> {
    let path = data_dir.join(DATABASE_FILE);
    let sizes = [size_if_there(&path)?, size_if_there(&wal_path(&path))?];
    Ok(sizes.into_iter().flatten().sum())
}

/// Refuses work for which the disk has too little room, before it begins.
///
/// # Errors
/// `NotEnoughSpace`; a system that cannot tell is taken at its best.
pub(crate) fn require_space(directory: &Path, needed: u64) -> Result<(), Error> {
    match fs4::available_space(directory) {
        Ok(free) if free < needed => Err(Error::NotEnoughSpace { needed, free }),
        Ok(_) => Ok(()),
        Err(error) => {
            log::warn!("the free space of the disk cannot be told: {error}");
            Ok(())
        }
    }
}

/// Passes everything from one to the other and gives the number of bytes and their SHA-256 in hex.
/// `at` hears the bytes so far, and may end it.
pub(crate) fn pour(
    from: &mut impl Read,
    to: &mut impl Write,
    mut at: impl FnMut(u64) -> Result<(), Error>,
) -> Result<(u64, String), Error> {
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    let mut bytes = 0;
    loop {
        let count = match from.read(&mut block) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        hash.update(&block[..count]);
        to.write_all(&block[..count])?;
        bytes += count as u64;
        at(bytes)?;
    }
    Ok((bytes, hex(&hash.finalize())))
}

/// Small letters, two digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A private directory for files on their way, removed with all that is in it when dropped.
///
/// Its maker holds a lock in it for as long as it lives: the last backup of one process may still be made when the
/// next one starts and sweeps.
#[derive(Debug)]
pub(crate) struct WorkDirectory {
    path: PathBuf,
    _lock: File,
}

/// The beginning of a work directory's name; what a killed process left of them is swept by that.
const WORK_PREFIX: &str = ".work-";
const WORK_LOCK: &str = "lock";

impl WorkDirectory {
    /// Makes one below `parent`, which is made if need be.
    pub(crate) fn create(parent: &Path) -> Result<Self, Error> {
        loop {
            if let Some(work) = Self::try_create(parent)? {
                return Ok(work);
            }
        }
    }

    /// `None` if a start that is sweeping took it for left before it was locked.
    fn try_create(parent: &Path) -> Result<Option<Self>, Error> {
        let path = parent.join(format!("{WORK_PREFIX}{:016x}", rand::random::<u64>()));
        data_dir::create(&path)?;
        let lock = match data_dir::open_private(&path.join(WORK_LOCK)) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Waits for a sweep that has it. Once it is held, whatever is still there stays.
        lock.lock()?;
        let is_there = path.join(WORK_LOCK).try_exists()?;
        Ok(is_there.then_some(Self { path, _lock: lock }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes what dead processes left below `parent`. One that cannot be removed keeps no other from it. The caller
    /// holds the lock of the data directory: two sweeps would take each other's locks for a maker's.
    ///
    /// # Errors
    /// The first; everything else is removed all the same.
    pub(crate) fn sweep(parent: &Path) -> Result<(), Error> {
        let entries = match fs::read_dir(parent) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let mut outcome = Ok(());
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(WORK_PREFIX) {
                outcome = outcome.and(remove_if_left(&entry.path()));
            }
        }
        outcome
    }
}

/// Removes a work directory whose maker is gone. The lock is held until then: who has just made it and waits for
/// the lock finds that it has gone.
fn remove_if_left(work: &Path) -> Result<(), Error> {
    let lock = data_dir::open_private(&work.join(WORK_LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(fs::remove_dir_all(work)?),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Drop for WorkDirectory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            log::warn!("a work directory stays for the next start to sweep: {error}");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_sweep_never_takes_a_work_directory_from_its_maker() {
        let folder = tempfile::tempdir().unwrap();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    // One that its maker removes at the same moment is an error, and no matter here.
                    drop(WorkDirectory::sweep(folder.path()));
                }
            });
            let making = (0..3000).try_for_each(|_| {
                let work = WorkDirectory::create(folder.path())?;
                Ok::<(), Error>(fs::write(work.path().join("draft"), "Chào")?)
            });
            is_over.store(true, Ordering::Relaxed);
            assert_eq!(making, Ok(()));
        });
    }

    #[test]
    fn what_cannot_be_removed_keeps_nothing_else_from_being_swept() {
        let folder = tempfile::tempdir().unwrap();
        // No directory, so that no lock can be in it.
        for name in [".work-0", ".work-5", ".work-9"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let left = ["1", "4", "6", "8"].map(|end| folder.path().join(format!(".work-{end}")));
        for directory in &left {
            fs::create_dir(directory).unwrap();
        }
        assert!(WorkDirectory::sweep(folder.path()).is_err());
        assert!(left.iter().all(|directory| !directory.exists()));
    }
}
