//! The folder in which a repair works, apart from everything that is the learner's.
//!
//! It is made beside the database, so that the finished file can take the database's place by a rename. It is
//! gone when the work ends in whatever way; a process that is killed leaves it to the next repair or start.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::data_dir::{self, DATABASE_FILE};
use crate::inspect::wal_path;
use crate::progress::{Stage, Watch};
use crate::time::Timestamp;
use crate::{Error, files};

const PREFIX: &str = ".repair-";
/// Read at once; an unreadable place in it is then looked at page by page.
const BLOCK: usize = 1 << 20;
const PAGE: usize = 4096;
/// For what is small and not counted: the schema, the lock, the rejects.
const SPARE_BYTES: u64 = 8 << 20;

/// A private folder that is gone when this is dropped.
pub(super) struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    /// Makes it in `parent`. The caller holds the lock of the data directory.
    pub(super) fn open(parent: &Path, now: Timestamp) -> Result<Self, Error> {
        let folder = parent.join(format!(
            "{PREFIX}{}-{}",
            now.as_millis(),
            std::process::id()
        ));
        data_dir::create(&folder)?;
        Ok(Self { folder })
    }

    /// A folder within it.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.folder.join(name);
        data_dir::create(&folder)?;
        Ok(folder)
    }

    /// A file within it; not made.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            log::warn!("the folder of a repair could not be removed: {error}");
        }
    }
}

/// Removes what killed repairs and rescues left, in the data directory and where the app has things rescued to. The caller
/// holds the lock, so none is at work. One that cannot be removed keeps no other from it.
///
/// # Errors
/// `Io`, the first; everything else is removed all the same.
pub(super) fn remove_left_overs(data_dir: &Path) -> Result<(), Error> {
    let here = remove_from(data_dir);
    let rescued = data_dir.join(data_dir::RESCUED_DIRECTORY);
    let there = if rescued.is_dir() {
        remove_from(&rescued)
    } else {
        Ok(())
    };
    here.and(there)
}

fn remove_from(folder: &Path) -> Result<(), Error> {
    let mut outcome = Ok(());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && entry.file_type()?.is_dir() {
            outcome = outcome.and(fs::remove_dir_all(entry.path()).map_err(Error::from));
        }
    }
    outcome
}

/// Refuses to begin what the disk of `folder` has no room for: `times` the database and its log.
pub(super) fn check_space(data_dir: &Path, folder: &Path, times: u64) -> Result<(), Error> {
    let bytes = files::database_bytes(data_dir)?;
    files::require_space(
        folder,
        bytes.saturating_mul(times).saturating_add(SPARE_BYTES),
    )
}

/// A copy of a database and its log.
pub(super) struct Copied {
    pub(super) file: PathBuf,
    /// Bytes that the disk did not give; they are zeros in the copy.
    pub(super) unreadable: u64,
}

/// Copies a database and its log into `folder`. What the disk does not give becomes zeros in the copy: the rest of
/// the file is worth no less for it.
pub(super) fn copy_database(
    database: &Path,
    folder: &Path,
    watch: &Watch<'_>,
) -> Result<Copied, Error> {
    let file = folder.join(DATABASE_FILE);
    let mut unreadable = copy_file(database, &file, watch)?;
    if wal_path(database).try_exists()? {
        unreadable += copy_file(&wal_path(database), &wal_path(&file), watch)?;
    }
    Ok(Copied { file, unreadable })
}

/// Gives how many bytes could not be read.
fn copy_file(from: &Path, to: &Path, watch: &Watch<'_>) -> Result<u64, Error> {
    let mut input = File::open(from)?;
    let mut output = data_dir::open_private(to)?;
    let length = input.metadata()?.len();
    let mut unreadable = 0;
    let mut done = 0;
    while done < length {
        watch.at(Stage::Copying, done, length)?;
        let size = usize::try_from(length - done).map_or(BLOCK, |left| left.min(BLOCK));
        let mut block = vec![0; size];
        unreadable += read_block(&mut input, done, &mut block);
        output.write_all(&block)?;
        done += size as u64;
    }
    watch.at(Stage::Copying, length, length)?;
    if unreadable > 0 {
        log::warn!("{unreadable} bytes of {length} could not be read");
    }
    Ok(unreadable)
}

/// Fills `block` with what can be read, and the rest of it with zeros. Gives how many bytes those are.
fn read_block(input: &mut (impl Read + Seek), offset: u64, block: &mut [u8]) -> u64 {
    if read_at(input, offset, block).is_ok() {
        return 0;
    }
    let mut unreadable = 0;
    for (number, page) in block.chunks_mut(PAGE).enumerate() {
        if read_at(input, offset + (number * PAGE) as u64, page).is_err() {
            page.fill(0);
            unreadable += page.len() as u64;
        }
    }
    unreadable
}

fn read_at(input: &mut (impl Read + Seek), offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    input.seek(SeekFrom::Start(offset))?;
    input.read_exact(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with one bad place.
    struct Bad {
        content: io::Cursor<Vec<u8>>,
        place: u64,
    }

    impl Read for Bad {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let begin = self.content.position();
            if (begin..begin + bytes.len() as u64).contains(&self.place) {
                return Err(io::Error::other("a bad place"));
            }
            self.content.read(bytes)
        }
    }

    impl Seek for Bad {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.content.seek(to)
        }
    }

    #[test]
    fn what_the_disk_does_not_give_is_zeros_and_is_counted() {
        let content: Vec<u8> = (1..=100).cycle().take(3 * PAGE + 7).collect();
        for (place, begin, end) in [
            (PAGE + 1, PAGE, 2 * PAGE),
            (3 * PAGE + 5, 3 * PAGE, 3 * PAGE + 7),
        ] {
            let mut disk = Bad {
                content: io::Cursor::new(content.clone()),
                place: place as u64,
            };
            let mut block = vec![9; content.len()];
            let unreadable = read_block(&mut disk, 0, &mut block);
            assert_eq!(unreadable, (end - begin) as u64);
            assert!(block[begin..end].iter().all(|byte| *byte == 0));
            assert_eq!(block[..begin], content[..begin]);
            assert_eq!(block[end..], content[end..]);
        }
    }
}
