//! Keeps the audio files and the chunks that name them in step: no file that nobody needs, and no chunk that
//! says it has a sound when the file is gone.
//!
//! Both directions run in batches, along the folders and along the keys, so that neither a million files nor a
//! million keys are ever in memory; and beside everything else, since each batch asks and writes only briefly.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use parlance_storage::{Database, Error, audio};

use crate::store::{AudioError, AudioKey, AudioStore, list};

/// A file is left alone for this long by a sweep that nobody waits for. What is in use is safe anyway; this is
/// for what could not be foreseen, such as a copy that somebody is putting back from a backup.
pub const SETTLED_AFTER: Duration = Duration::from_secs(60 * 60);

/// Keys that are asked about, and files that are removed, at a time.
const BATCH: usize = 500;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudioSweep {
    /// Files that no chunk named, and are gone.
    pub removed_files: u32,
    /// In bytes.
    pub removed_bytes: u64,
    /// Chunks whose file was gone, and wait for their sound again.
    pub put_back: u32,
}

/// Why a sweep ended early. What it had done by then stands.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The database said no.
    #[error(transparent)]
    Storage(#[from] Error),
    /// The disk said no.
    #[error(transparent)]
    Audio(#[from] AudioError),
}

/// Removes the files that no chunk names, if they are older than `settled_after`, and puts the chunks whose
/// file is gone back into the queue. Blocks; never call it on an async worker.
///
/// A file that a worker has just made, or found and is about to name, is not removed, whatever its age.
///
/// # Errors
/// [`SweepError`], at the first failure. A single file that cannot be removed is logged and left.
pub fn sweep(
    database: &Database,
    store: &AudioStore,
    settled_after: Duration,
) -> Result<AudioSweep, SweepError> {
    let mut swept = AudioSweep::default();
    for folder in list(store.root())?.into_iter().filter(|path| path.is_dir()) {
        for files in list(&folder)?.chunks(BATCH) {
            remove_unnamed(database, store, files, settled_after, &mut swept)?;
        }
    }
    put_back_what_lost_its_file(database, store, &mut swept)?;
    Ok(swept)
}

fn remove_unnamed(
    database: &Database,
    store: &AudioStore,
    files: &[PathBuf],
    settled_after: Duration,
    swept: &mut AudioSweep,
) -> Result<(), SweepError> {
    // From the question to the removal no worker may take a file up that nobody names yet.
    let _alone = store.nobody_uses_files();
    let keys: Vec<String> = files
        .iter()
        .filter(|file| is_older_than(file, settled_after))
        .filter_map(|file| key_of(file))
        .map(|key| key.as_str().to_owned())
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    let unnamed = database.read_blocking(move |tx| audio::not_named(tx, &keys))?;
    for key in unnamed {
        let path = store.path(&AudioKey::parse(&key)?);
        let bytes = path.metadata().map_or(0, |file| file.len());
        match fs::remove_file(&path) {
            Ok(()) => {
                swept.removed_files += 1;
                swept.removed_bytes += bytes;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => log::warn!("audio {key} is not needed and cannot be removed: {error}"),
        }
    }
    Ok(())
}

fn put_back_what_lost_its_file(
    database: &Database,
    store: &AudioStore,
    swept: &mut AudioSweep,
) -> Result<(), SweepError> {
    let mut after: Option<String> = None;
    loop {
        let from = after.clone();
        let keys = database
            .read_blocking(move |tx| audio::list_keys(tx, from.as_deref(), BATCH as u32))?;
        let Some(last) = keys.last() else {
            return Ok(());
        };
        after = Some(last.clone());
        let lost: Vec<String> = keys.into_iter().filter(|key| is_lost(store, key)).collect();
        if !lost.is_empty() {
            swept.put_back += database.write_blocking(move |tx| audio::make_again(tx, &lost))?;
        }
    }
}

/// The key that a file's name is; `None` for a draft, and for what is not of this store at all.
fn key_of(file: &Path) -> Option<AudioKey> {
    let name = file.file_name()?.to_str()?;
    AudioKey::parse(name.strip_suffix(".wav")?).ok()
}

/// A file from the future, which only a clock can have made, is new.
fn is_older_than(file: &Path, age: Duration) -> bool {
    file.metadata()
        .and_then(|file| file.modified())
        .is_ok_and(|modified| {
            SystemTime::now()
                .duration_since(modified)
                .is_ok_and(|since| since >= age)
        })
}

/// Only a file that is surely not there is lost: a disk that does not answer has lost nothing yet. A name that
/// is no key cannot have a file.
fn is_lost(store: &AudioStore, key: &str) -> bool {
    match AudioKey::parse(key) {
        Ok(key) => matches!(store.path(&key).try_exists(), Ok(false)),
        Err(_) => true,
    }
}
