//! The folder in which a repair works, apart from everything that is the learner's.
//!
//! It is made beside the database, so that the finished file can take the database's place by a rename. It is
//! gone when the work ends in whatever way; a process that is killed leaves it to the next repair.

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

/// Removes what a killed repair left. The caller holds the lock, so none is at work.
pub(super) fn remove_left_overs(data_dir: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(data_dir)? {
        let entry = entry?;
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Refuses to begin what the disk of `folder` has no room for: `times` the database and its log.
pub(super) fn check_space(data_dir: &Path, folder: &Path, times: u64) -> Result<(), Error> {
    let bytes = files::database_bytes(data_dir)?;
    files::require_space(
        folder,
        bytes.saturating_mul(times).saturating_add(SPARE_BYTES),
    )
}

/// Copies a database and its log into `folder`, and gives the copy's path. What the disk does not give becomes
/// zeros in the copy: the rest of the file is worth no less for it.
pub(super) fn copy_database(
    database: &Path,
    folder: &Path,
    watch: &Watch<'_>,
) -> Result<PathBuf, Error> {
    let copy = folder.join(DATABASE_FILE);
    copy_file(database, &copy, watch)?;
    if wal_path(database).try_exists()? {
        copy_file(&wal_path(database), &wal_path(&copy), watch)?;
    }
    Ok(copy)
}

fn copy_file(from: &Path, to: &Path, watch: &Watch<'_>) -> Result<(), Error> {
    let mut input = File::open(from)?;
    let mut output = data_dir::open_private(to)?;
    let length = input.metadata()?.len();
    let mut done = 0;
    while done < length {
        watch.at(Stage::Copying, done, length)?;
        let size = usize::try_from(length - done).map_or(BLOCK, |left| left.min(BLOCK));
        let block = read_block(&mut input, done, size);
        output.write_all(&block)?;
        done += size as u64;
    }
    watch.at(Stage::Copying, length, length)?;
    Ok(())
}

fn read_block(input: &mut File, offset: u64, size: usize) -> Vec<u8> {
    let mut block = vec![0; size];
    if read_at(input, offset, &mut block).is_ok() {
        return block;
    }
    block.fill(0);
    for (number, page) in block.chunks_mut(PAGE).enumerate() {
        if read_at(input, offset + (number * PAGE) as u64, page).is_err() {
            page.fill(0);
        }
    }
    block
}

fn read_at(input: &mut File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    input.seek(SeekFrom::Start(offset))?;
    input.read_exact(bytes)
}
