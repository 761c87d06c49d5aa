//! What a disk may hold after the power failed.
//!
//! A [`Replay`] follows a recording. At each event it knows of every file what is on the disk for good and
//! what was done since; [`Replay::cut`] then makes the directory as it may be found afterwards, in one of
//! [`WAYS`] ways: a disk is free to have kept any of what was not synced, sector by sector.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{fs, io};

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use crate::vfs::{Event, FileId};

/// In how many ways a disk is found after each cut.
pub const WAYS: u32 = 16;

/// The files of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Image(BTreeMap<String, Vec<u8>>);

impl Image {
    /// Reads the database files of a directory: what belongs to running processes only is left out.
    ///
    /// # Errors
    /// The system's own.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_volatile = name.ends_with("-shm") || name.ends_with(".lock");
            if entry.file_type()?.is_file() && !is_volatile {
                files.insert(name, fs::read(entry.path())?);
            }
        }
        Ok(Self(files))
    }

    /// Makes a directory hold these files and no others.
    ///
    /// # Errors
    /// The system's own.
    pub fn write(&self, directory: &Path) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            // A directory is no part of an image, and stays.
            if entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        for (name, content) in &self.0 {
            fs::write(directory.join(name), content)?;
        }
        Ok(())
    }

    /// How long a file is; 0 if it is not there.
    #[must_use]
    pub fn length(&self, name: &str) -> u64 {
        self.0.get(name).map_or(0, |content| content.len() as u64)
    }

    /// Tells images apart.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// A disk on its way through a recording.
#[derive(Debug)]
pub struct Replay {
    files: BTreeMap<FileId, File>,
    /// Whose directory entry is on the disk for good.
    names: BTreeMap<String, FileId>,
    /// What was done to the directory since it was last synced.
    renames: Vec<Entry>,
}

#[derive(Debug, Default)]
struct File {
    kept: Vec<u8>,
    since: Vec<Change>,
    syncs_directory: bool,
}

#[derive(Debug)]
enum Change {
    Written { offset: u64, data: Vec<u8> },
    Truncated { size: u64 },
}

#[derive(Debug)]
enum Entry {
    Made(String, FileId),
    Gone(String),
}

impl Replay {
    /// Begins with the disk as it was when the recording began; `files` are its names' ids.
    #[must_use]
    pub fn new(start: &Image, files: impl Fn(&str) -> Option<FileId>) -> Self {
        let mut replay = Self {
            files: BTreeMap::new(),
            names: BTreeMap::new(),
            renames: Vec::new(),
        };
        for (name, content) in &start.0 {
            if let Some(file) = files(name) {
                replay.names.insert(name.clone(), file);
                let kept = content.clone();
                replay.files.insert(
                    file,
                    File {
                        kept,
                        ..File::default()
                    },
                );
            }
        }
        replay
    }

    /// Lets one more thing happen to the disk.
    pub fn follow(&mut self, event: &Event) {
        match event {
            Event::Created {
                file,
                name,
                syncs_directory,
            } => {
                let new = File {
                    syncs_directory: *syncs_directory,
                    ..File::default()
                };
                self.files.insert(*file, new);
                self.renames.push(Entry::Made(name.clone(), *file));
            }
            Event::Appeared {
                file,
                name,
                content,
            } => {
                let whole = File {
                    kept: content.clone(),
                    ..File::default()
                };
                self.files.insert(*file, whole);
                self.renames.push(Entry::Made(name.clone(), *file));
                self.sync_directory();
            }
            Event::Written { file, offset, data } => self.change(
                *file,
                Change::Written {
                    offset: *offset,
                    data: data.clone(),
                },
            ),
            Event::Truncated { file, size } => {
                self.change(*file, Change::Truncated { size: *size });
            }
            Event::Synced { file } => self.sync(*file),
            Event::Deleted { name, is_durable } => {
                self.renames.push(Entry::Gone(name.clone()));
                if *is_durable {
                    self.sync_directory();
                }
            }
        }
    }

    fn change(&mut self, file: FileId, change: Change) {
        self.files.entry(file).or_default().since.push(change);
    }

    fn sync(&mut self, file: FileId) {
        let file = self.files.entry(file).or_default();
        for change in std::mem::take(&mut file.since) {
            change.apply(&mut file.kept);
        }
        if std::mem::take(&mut file.syncs_directory) {
            self.sync_directory();
        }
    }

    fn sync_directory(&mut self) {
        for entry in std::mem::take(&mut self.renames) {
            entry.apply(&mut self.names);
        }
    }

    /// What is found if the power fails now.
    #[must_use]
    pub fn cut(&self, way: u32, seed: u64) -> Image {
        let mut survival = Survival::new(way, seed);
        let mut names = self.names.clone();
        for (place, entry) in self.renames.iter().enumerate() {
            if survival.keeps(place, self.renames.len(), None) {
                entry.apply(&mut names);
            }
        }
        let mut files: BTreeMap<String, Vec<u8>> = names
            .into_iter()
            .filter_map(|(name, file)| Some((name, self.files.get(&file)?.cut(&mut survival))))
            .collect();
        // The log's index is no part of what was written, but may be there, with anything in it.
        if survival.leaves_an_index {
            let mut rubbish = vec![0; 32 * 1024];
            survival.random.fill_bytes(&mut rubbish);
            files.insert("parlance.db-shm".into(), rubbish);
        }
        Image(files)
    }
}

impl File {
    fn cut(&self, survival: &mut Survival) -> Vec<u8> {
        let mut content = self.kept.clone();
        for (place, change) in self.since.iter().enumerate() {
            match change {
                Change::Written { offset, data } => {
                    for (start, sector) in sectors(*offset, data, survival.sector) {
                        let number = start / survival.sector;
                        if survival.keeps(place, self.since.len(), Some(number)) {
                            write_at(&mut content, start, sector);
                        } else if survival.grows {
                            grow(&mut content, start, sector.len(), survival);
                        }
                    }
                }
                Change::Truncated { .. } => {
                    if survival.keeps(place, self.since.len(), None) {
                        change.apply(&mut content);
                    }
                }
            }
        }
        content
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Written { offset, data } => write_at(content, *offset, data),
            Self::Truncated { size } => content.resize(index(*size), 0),
        }
    }
}

impl Entry {
    fn apply(&self, names: &mut BTreeMap<String, FileId>) {
        match self {
            Self::Made(name, file) => names.insert(name.clone(), *file),
            Self::Gone(name) => names.remove(name),
        };
    }
}

/// What a disk keeps of what was not synced.
struct Survival {
    way: u32,
    sector: u64,
    /// Of a hundred sectors, in the ways that are left to chance.
    of_hundred: u32,
    /// The new size is kept even where the bytes are not.
    grows: bool,
    leaves_an_index: bool,
    random: StdRng,
}

impl Survival {
    fn new(way: u32, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed ^ (u64::from(way) << 56));
        Self {
            way,
            sector: if way.is_multiple_of(2) { 512 } else { 4096 },
            of_hundred: [50, 50, 12, 88, 50, 97][(way as usize) % 6],
            grows: way == 7 || way >= 12,
            leaves_an_index: way % 3 == 2,
            random: {
                random.next_u64();
                random
            },
        }
    }

    /// Whether the change at this place of so many survives; in part, if it is made of sectors.
    fn keeps(&mut self, place: usize, of: usize, sector: Option<u64>) -> bool {
        match self.way {
            0 => true,
            1 | 7 => false,
            2 => place < of.div_ceil(2),
            3 => place >= of / 2,
            4 => sector.is_none_or(|sector| sector % 2 == 0),
            5 => sector.is_some_and(|sector| sector % 2 == 1),
            // All but the second half of the last write: a torn one.
            6 => place + 1 < of || sector.is_some_and(|sector| sector % 8 < 4),
            _ => self.random.random_range(0..100) < self.of_hundred,
        }
    }
}

/// Cuts a write at the borders of sectors.
fn sectors(offset: u64, data: &[u8], sector: u64) -> impl Iterator<Item = (u64, &[u8])> {
    let mut start = offset;
    let mut rest = data;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = index(sector - start % sector).min(rest.len());
        let (piece, after) = rest.split_at(length);
        let found = (start, piece);
        start += length as u64;
        rest = after;
        Some(found)
    })
}

fn write_at(content: &mut Vec<u8>, offset: u64, data: &[u8]) {
    let (start, end) = (index(offset), index(offset) + data.len());
    if content.len() < end {
        content.resize(end, 0);
    }
    content[start..end].copy_from_slice(data);
}

/// The file system knew the new size, but the bytes never came: zeros, or what lay there before.
fn grow(content: &mut Vec<u8>, offset: u64, length: usize, survival: &mut Survival) {
    let end = index(offset) + length;
    if content.len() < end {
        let old = content.len();
        content.resize(end, 0);
        if survival.way >= 14 {
            survival.random.fill_bytes(&mut content[old..]);
        }
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
