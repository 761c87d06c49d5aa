//! What a watched directory's disk does with each call: it counts, it records, it fails.

use std::collections::HashMap;
use std::ffi::c_int;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use rusqlite::ffi;

/// What a call wants of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// A file is opened, perhaps made.
    Open,
    /// Bytes are read.
    Read,
    /// A file is asked for its size.
    Size,
    /// Bytes are written.
    Write,
    /// A file gets shorter.
    Truncate,
    /// What was written is to survive a power cut from here on.
    Sync,
    /// A file goes.
    Delete,
    /// The log's index grows.
    Grow,
}

impl Call {
    const fn is_reading(self) -> bool {
        matches!(self, Self::Read | Self::Size)
    }

    /// The code with which SQLite's own VFS reports that this call failed.
    const fn io_error(self) -> c_int {
        match self {
            Self::Open => ffi::SQLITE_CANTOPEN,
            Self::Read => ffi::SQLITE_IOERR_READ,
            Self::Size => ffi::SQLITE_IOERR_FSTAT,
            Self::Write => ffi::SQLITE_IOERR_WRITE,
            Self::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
            Self::Sync => ffi::SQLITE_IOERR_FSYNC,
            Self::Delete => ffi::SQLITE_IOERR_DELETE,
            Self::Grow => ffi::SQLITE_IOERR_SHMMAP,
        }
    }
}

/// Which of the files of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The database itself.
    Database,
    /// The write-ahead log.
    Log,
    /// The rollback journal, by which a new file becomes one with a write-ahead log.
    Journal,
}

impl Kind {
    fn of(name: &str) -> Self {
        if name.ends_with("-wal") {
            Self::Log
        } else if name.ends_with("-journal") {
            Self::Journal
        } else {
            Self::Database
        }
    }
}

/// Whether a sync reaches the real disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syncing {
    /// As it should.
    Real,
    /// Only said so: where durability is simulated, the real disk need not be waited for.
    Pretended,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Any call that changes something fails; half of a write has happened.
    Broken,
    /// Calls that need room fail; half of a write has happened.
    Full,
    /// Any call that only looks fails.
    Unreadable,
}

impl Trouble {
    const fn concerns(self, call: Call) -> bool {
        match self {
            Self::Broken => !call.is_reading(),
            Self::Full => matches!(call, Call::Write | Call::Grow),
            Self::Unreadable => call.is_reading(),
        }
    }

    const fn code(self, call: Call) -> c_int {
        match (self, call) {
            (Self::Full, Call::Write) => ffi::SQLITE_FULL,
            (Self::Full, Call::Grow) => ffi::SQLITE_IOERR_SHMSIZE,
            _ => call.io_error(),
        }
    }
}

/// For how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lasts {
    /// One call.
    Once,
    /// Every call from there on.
    ForEver,
}

/// When which trouble begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What goes wrong.
    pub trouble: Trouble,
    /// For how long.
    pub lasts: Lasts,
    /// With which of the calls that it concerns, from 1.
    pub at: u64,
    /// With calls of this file only.
    pub only: Option<Kind>,
}

/// Names a file of a recording, also after it was deleted and its name taken by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// Something that changed the disk.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file is there that was not.
    Created {
        /// The file.
        file: FileId,
        /// Its name.
        name: String,
        /// The system's VFS syncs the directory with the first sync of journals and logs.
        syncs_directory: bool,
    },
    /// A file is there that somebody else put in its place, whole and for good, as a rename does.
    Appeared {
        /// The file.
        file: FileId,
        /// Its name.
        name: String,
        /// What is in it.
        content: Vec<u8>,
    },
    /// Bytes were written.
    Written {
        /// To this file.
        file: FileId,
        /// From here on.
        offset: u64,
        /// The bytes.
        data: Vec<u8>,
    },
    /// The file was cut.
    Truncated {
        /// This file.
        file: FileId,
        /// To so many bytes.
        size: u64,
    },
    /// What was done to the file is on the disk for good.
    Synced {
        /// This file.
        file: FileId,
    },
    /// The name is gone.
    Deleted {
        /// This one.
        name: String,
        /// And the directory was synced.
        is_durable: bool,
    },
}

/// The answer to a write.
pub(super) enum Verdict {
    /// Do it.
    Pass,
    /// Do the first half and report this.
    Half(c_int),
}

/// What the files of one directory lie on.
#[derive(Debug)]
pub struct Disk {
    syncing: Syncing,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    plan: Option<Plan>,
    calls: u64,
    failed: u64,
    room: Option<Room>,
    /// With the system's own name of the file, which tells one from another that took its place.
    files: HashMap<String, (FileId, Option<u64>)>,
    next_file: u32,
    recording: Option<Vec<Event>>,
}

/// A disk of limited size.
#[derive(Debug)]
struct Room {
    bytes: u64,
    sizes: HashMap<String, u64>,
}

impl Disk {
    pub(super) fn new(syncing: Syncing) -> Self {
        Self {
            syncing,
            state: Mutex::default(),
        }
    }

    /// Begins trouble, and counts its calls anew.
    pub fn plan(&self, plan: Plan) {
        let mut state = self.state();
        state.plan = Some(plan);
        state.calls = 0;
        state.failed = 0;
    }

    /// Ends the trouble, and says how many calls it concerned and how many it failed.
    pub fn heal(&self) -> (u64, u64) {
        let mut state = self.state();
        state.plan = None;
        (state.calls, state.failed)
    }

    /// Ends the trouble; [`Disk::heal`] still gives its counts.
    pub fn pause(&self) {
        self.state().plan = None;
    }

    /// How many calls the trouble has failed so far.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.state().failed
    }

    /// Limits what all files together may take, from now on; `None` ends the limit.
    ///
    /// # Errors
    /// The system's own, for files that are there already.
    pub fn limit(&self, directory: &Path, bytes: Option<u64>) -> io::Result<()> {
        let Some(bytes) = bytes else {
            self.state().room = None;
            return Ok(());
        };
        let mut sizes = HashMap::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            sizes.insert(name, entry.metadata()?.len());
        }
        self.state().room = Some(Room { bytes, sizes });
        Ok(())
    }

    /// Begins to record what happens in `directory`; gives the names that are there in the recording.
    ///
    /// # Errors
    /// The system's own.
    pub fn record(&self, directory: &Path) -> io::Result<Vec<(String, FileId)>> {
        let mut state = self.state();
        state.recording = Some(Vec::new());
        state.files.clear();
        let mut names = Vec::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = name_of(&path);
            let file = state.new_file();
            state.files.insert(name.clone(), (file, inode(&path)));
            names.push((name, file));
        }
        Ok(names)
    }

    /// How many events are recorded so far.
    #[must_use]
    pub fn recorded(&self) -> usize {
        self.state().recording.as_ref().map_or(0, Vec::len)
    }

    /// Ends the recording.
    #[must_use]
    pub fn recording(&self) -> Vec<Event> {
        self.state().recording.take().unwrap_or_default()
    }

    pub(super) fn opening(&self, path: &Path) -> Result<(), c_int> {
        self.state().check(Call::Open, &name_of(path))
    }

    /// The file is open; one that the recording does not know was made just now.
    pub(super) fn opened(&self, path: &Path) -> (FileId, String) {
        let (name, inode) = (name_of(path), inode(path));
        let mut state = self.state();
        if let Some((file, known)) = state.files.get(&name)
            && *known == inode
        {
            return (*file, name);
        }
        let file = state.new_file();
        state.files.insert(name.clone(), (file, inode));
        // Only SQLite's own writes are seen here; what others write is whole when it is opened.
        let content = fs::read(path).unwrap_or_default();
        state.note(|| {
            let name = name.clone();
            if content.is_empty() {
                Event::Created {
                    file,
                    syncs_directory: Kind::of(&name) != Kind::Database,
                    name,
                }
            } else {
                Event::Appeared {
                    file,
                    name,
                    content,
                }
            }
        });
        (file, name)
    }

    pub(super) fn looking(&self, call: Call, name: &str) -> Result<(), c_int> {
        self.state().check(call, name)
    }

    pub(super) fn writing(&self, name: &str, file: FileId, offset: u64, data: &[u8]) -> Verdict {
        let mut state = self.state();
        let end = offset + data.len() as u64;
        let verdict = match state.check(Call::Write, name) {
            Ok(()) if state.has_room(name, end) => Verdict::Pass,
            Ok(()) => Verdict::Half(ffi::SQLITE_FULL),
            Err(code) => Verdict::Half(code),
        };
        if matches!(verdict, Verdict::Pass) {
            state.note(|| Event::Written {
                file,
                offset,
                data: data.to_vec(),
            });
        }
        verdict
    }

    pub(super) fn truncating(&self, name: &str, file: FileId, size: u64) -> Result<(), c_int> {
        let mut state = self.state();
        state.check(Call::Truncate, name)?;
        if let Some(room) = &mut state.room {
            room.sizes.insert(name.to_owned(), size);
        }
        state.note(|| Event::Truncated { file, size });
        Ok(())
    }

    /// Gives whether the real disk is to be waited for.
    pub(super) fn syncing(&self, name: &str, file: FileId) -> Result<bool, c_int> {
        let mut state = self.state();
        state.check(Call::Sync, name)?;
        state.note(|| Event::Synced { file });
        Ok(self.syncing == Syncing::Real)
    }

    pub(super) fn deleting(&self, path: &Path, is_durable: bool) -> Result<(), c_int> {
        let name = name_of(path);
        let mut state = self.state();
        state.check(Call::Delete, &name)?;
        if let Some(room) = &mut state.room {
            room.sizes.remove(&name);
        }
        // SQLite also deletes what is not there, to be sure.
        if state.files.remove(&name).is_some() {
            state.note(|| Event::Deleted { name, is_durable });
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(unix)]
fn inode(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    path.metadata().ok().map(|file| file.ino())
}

#[cfg(not(unix))]
fn inode(_path: &Path) -> Option<u64> {
    None
}

impl State {
    fn new_file(&mut self) -> FileId {
        self.next_file += 1;
        FileId(self.next_file - 1)
    }

    fn note(&mut self, event: impl FnOnce() -> Event) {
        if let Some(recording) = &mut self.recording {
            recording.push(event());
        }
    }

    /// Counts the call if the trouble concerns it, and fails it if its turn has come.
    fn check(&mut self, call: Call, name: &str) -> Result<(), c_int> {
        let Some(plan) = self.plan else {
            return Ok(());
        };
        let is_meant = plan.only.is_none_or(|kind| kind == Kind::of(name));
        if !is_meant || !plan.trouble.concerns(call) {
            return Ok(());
        }
        self.calls += 1;
        let fails = match plan.lasts {
            Lasts::Once => self.calls == plan.at,
            Lasts::ForEver => self.calls >= plan.at,
        };
        if !fails {
            return Ok(());
        }
        self.failed += 1;
        Err(plan.trouble.code(call))
    }

    /// Whether the file may reach to `end`; it then counts as if it did.
    fn has_room(&mut self, name: &str, end: u64) -> bool {
        let Some(room) = &mut self.room else {
            return true;
        };
        let taken: u64 = room.sizes.values().sum();
        let size = room.sizes.entry(name.to_owned()).or_default();
        if end <= *size {
            return true;
        }
        if taken + (end - *size) > room.bytes {
            return false;
        }
        *size = end;
        true
    }
}
