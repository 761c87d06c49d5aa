//! Keeps audio by content, so that nothing is synthesized twice.
//!
//! A piece of audio lies in `<data_dir>/audio/ab/<64 hex>.wav`, where the name is a hash of all that
//! determines the sound and `ab` its first two digits. A file under such a name is always whole: it is
//! written under another name in the same folder, flushed to the disk, and renamed at the end.
//! What the files hold can be heard by whoever reads them, so they are for the owner only.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tempfile::TempPath;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::wav::{self, Sound};

/// Names the encoding of the key's fields; a change of it makes all older audio unknown.
const KEY_VERSION: &str = "parlance-audio-1";

/// The end of the name of a file that is still being written.
const DRAFT_SUFFIX: &str = ".draft";

/// Why audio could not be kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The text is not 64 lower-case hexadecimal digits.
    #[error("This is not the key of an audio file.")]
    InvalidKey,
    /// There is no audio of this key.
    #[error("There is no audio of this key.")]
    Absent,
    /// The disk refused.
    #[error("{action}: {source}.")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system answered.
        source: io::Error,
    },
}

/// Makes an [`AudioError::Io`] of an `io::Error`.
fn failed(action: &'static str) -> impl FnOnce(io::Error) -> AudioError {
    move |source| AudioError::Io { action, source }
}

/// The name of a piece of audio: a hash of everything that determines its sound.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AudioKey(String);

impl AudioKey {
    /// The key for this text, spoken in this way.
    ///
    /// Each field is hashed with its length before it, so that no two lists of fields look alike.
    #[must_use]
    pub fn of(text: &str, engine: &str, version: &str, voice: &str, settings: &str) -> Self {
        let mut hash = Sha256::new();
        for field in [KEY_VERSION, text, engine, version, voice, settings] {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field.as_bytes());
        }
        Self(
            hash.finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    /// Reads a key that was stored, refusing all that could lead out of the store's folder.
    ///
    /// # Errors
    /// [`AudioError::InvalidKey`] if it is not 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, AudioError> {
        let is_key =
            text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if is_key {
            Ok(Self(text.to_owned()))
        } else {
            Err(AudioError::InvalidKey)
        }
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AudioKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder of audio files.
#[derive(Clone, Debug)]
pub struct AudioStore {
    root: PathBuf,
    /// Shared by whoever has a file that no chunk names yet, alone for whoever removes such files.
    usage: Arc<RwLock<()>>,
}

impl AudioStore {
    /// Opens the store below a data directory, making its folder if it is missing.
    ///
    /// Sweeps away what a dead process was writing. So open it once, and only while holding the lock
    /// of the data directory (with the database open); clones share the folder without sweeping.
    ///
    /// # Errors
    /// [`AudioError::Io`] if the folder cannot be made or listed.
    pub fn open(data_dir: &Path) -> Result<Self, AudioError> {
        let store = Self {
            root: data_dir.join("audio"),
            usage: Arc::default(),
        };
        make_private_folder(&store.root)?;
        store.sweep()?;
        Ok(store)
    }

    /// The store of a data directory in which nothing can be written: what is there can be heard.
    #[must_use]
    pub fn open_to_read(data_dir: &Path) -> Self {
        Self {
            root: data_dir.join("audio"),
            usage: Arc::default(),
        }
    }

    /// The bytes of a WAV file.
    ///
    /// # Errors
    /// [`AudioError::Absent`] if there is none, to be met by making it again; [`AudioError::Io`].
    pub fn read(&self, key: &AudioKey) -> Result<Vec<u8>, AudioError> {
        fs::read(self.path(key)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => AudioError::Absent,
            _ => failed("The audio file could not be read")(error),
        })
    }

    /// What is known of a kept sound; `None` if there is none, or if the file has been damaged since.
    pub(crate) fn find(&self, key: &AudioKey) -> Option<Sound> {
        let path = self.path(key);
        if !path.exists() {
            return None;
        }
        wav::inspect(&path)
            .inspect_err(|error| log::warn!("audio {key} is damaged and is made again: {error}"))
            .ok()
    }

    /// An empty file beside the place of the audio to be made.
    pub(crate) fn draft(&self, key: &AudioKey) -> Result<Draft, AudioError> {
        let path = self.path(key);
        let folder = self.folder(key);
        make_private_folder(&folder)?;
        let draft = tempfile::Builder::new()
            .prefix("")
            .suffix(DRAFT_SUFFIX)
            .tempfile_in(&folder)
            .map_err(failed("The audio file could not be made"))?
            .into_temp_path();
        Ok(Draft {
            draft,
            path,
            folder,
        })
    }

    /// To be held from before a file is made or found until a chunk names it: none is removed meanwhile.
    pub(crate) async fn use_files(&self) -> RwLockReadGuard<'_, ()> {
        self.usage.read().await
    }

    /// Waits until nobody uses a file that has no name yet, and lets nobody begin to. Blocks.
    pub(crate) fn nobody_uses_files(&self) -> RwLockWriteGuard<'_, ()> {
        self.usage.blocking_write()
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    fn folder(&self, key: &AudioKey) -> PathBuf {
        self.root.join(&key.0[..2])
    }

    pub(crate) fn path(&self, key: &AudioKey) -> PathBuf {
        self.folder(key).join(format!("{key}.wav"))
    }

    fn sweep(&self) -> Result<(), AudioError> {
        for folder in list(&self.root)?.into_iter().filter(|path| path.is_dir()) {
            for path in list(&folder)? {
                if path.as_os_str().to_string_lossy().ends_with(DRAFT_SUFFIX) {
                    fs::remove_file(&path).map_err(failed("An old draft could not be removed"))?;
                }
            }
        }
        Ok(())
    }
}

/// Audio on its way into the store; unless it is kept, nothing remains of it.
#[derive(Debug)]
pub(crate) struct Draft {
    draft: TempPath,
    path: PathBuf,
    folder: PathBuf,
}

impl Draft {
    /// Where to write.
    pub(crate) fn path(&self) -> &Path {
        &self.draft
    }

    /// Puts the finished audio in its place.
    pub(crate) fn keep(self) -> Result<(), AudioError> {
        // Open for writing, since only so may it be flushed on every system.
        let file = OpenOptions::new()
            .write(true)
            .open(&self.draft)
            .map_err(failed("The audio file is gone"))?;
        // The engine may have replaced the file instead of writing into it.
        make_private(&self.draft, 0o600)?;
        // Before the rename: else a power cut could leave the final name with nothing behind it.
        file.sync_all()
            .map_err(failed("The audio file could not be written to the disk"))?;
        self.draft
            .persist(&self.path)
            .map_err(|error| failed("The audio file could not be put in its place")(error.error))?;
        sync_folder(&self.folder)
    }
}

pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>, AudioError> {
    fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect()
        })
        .map_err(failed("The audio folder could not be listed"))
}

/// Makes a folder for the owner only, and makes it last; an existing one is mended if it is open to
/// others.
fn make_private_folder(folder: &Path) -> Result<(), AudioError> {
    if !folder.is_dir() {
        fs::create_dir_all(folder).map_err(failed("The audio folder could not be made"))?;
        if let Some(parent) = folder.parent() {
            sync_folder(parent)?;
        }
    }
    make_private(folder, 0o700)
}

#[cfg(unix)]
fn make_private(path: &Path, mode: u32) -> Result<(), AudioError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(failed("The audio could not be closed to others"))
}

/// Elsewhere the profile's folder is the owner's by inheritance.
#[cfg(not(unix))]
fn make_private(_path: &Path, _mode: u32) -> Result<(), AudioError> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), AudioError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("The audio folder could not be written to the disk"))
}

/// Only Unix lets a folder be opened and flushed.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<(), AudioError> {
    Ok(())
}
