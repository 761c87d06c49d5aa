//! A virtual file system for SQLite that misbehaves on demand.
//!
//! It wraps the system's own one and is the default of the process, so the storage runs on it unchanged.
//! Files in a directory that a [`Disk`] watches are counted, recorded or made to fail; all others pass
//! through. Shared memory passes through too: it belongs to running processes, no disk keeps it.

mod disk;
mod methods;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub use disk::{Call, Disk, Event, FileId, Kind, Lasts, Plan, Syncing, Trouble};

/// The directories that are watched.
static WATCHED: RwLock<Vec<(PathBuf, Arc<Disk>)>> = RwLock::new(Vec::new());

/// Makes the wrapper the default of this process. Must come before the first connection is opened.
pub fn install() {
    methods::install();
}

/// Watches a directory until it is dropped.
#[derive(Debug)]
pub struct Watched {
    disk: Arc<Disk>,
}

impl Watched {
    /// Begins to watch `directory`, which must exist.
    ///
    /// # Errors
    /// The system's own.
    pub fn new(directory: &Path, syncing: Syncing) -> std::io::Result<Self> {
        install();
        let directory = directory.canonicalize()?;
        let disk = Arc::new(Disk::new(syncing));
        WATCHED
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push((directory, Arc::clone(&disk)));
        Ok(Self { disk })
    }
}

impl std::ops::Deref for Watched {
    type Target = Disk;

    fn deref(&self) -> &Disk {
        &self.disk
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        WATCHED
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|(_, disk)| !Arc::ptr_eq(disk, &self.disk));
    }
}

/// The disk that watches the directory of this file.
fn disk_of(path: &Path) -> Option<Arc<Disk>> {
    let directory = path.parent()?;
    WATCHED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .find(|(watched, _)| watched == directory)
        .map(|(_, disk)| Arc::clone(disk))
}
