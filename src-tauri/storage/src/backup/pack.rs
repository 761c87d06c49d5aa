//! The zip file of a backup: packing, reading back, unpacking.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::manifest::{DatabaseFile, Manifest, Newer};
use crate::Error;
use crate::data_dir::{self, DATABASE_FILE};
use crate::files::{BLOCK, pour};
use crate::progress::{Stage, Watch};

const MANIFEST_FILE: &str = "manifest.json";
/// In bytes. A manifest has a few kilobytes; one that claims more is no manifest.
const LARGEST_MANIFEST: u64 = 1024 * 1024;
/// Texts shrink to a third even at the fastest level, and the learner's computer has better things to do.
const LEVEL: i64 = 1;

/// Packs the database at `database` into a new file at `path`, with a manifest made from its size and hash,
/// flushes it, reads it back and compares.
pub(super) fn pack(
    database: &Path,
    path: &Path,
    watch: &Watch<'_>,
    manifest: impl FnOnce(DatabaseFile) -> Manifest,
) -> Result<Manifest, Error> {
    let mut source = File::open(database)?;
    let total = source.metadata()?.len();
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .large_file(true);
    let mut zip = ZipWriter::new(BufWriter::with_capacity(
        BLOCK,
        data_dir::open_private(path)?,
    ));
    zip.start_file(DATABASE_FILE, options).map_err(broken)?;
    let (bytes, sha256) = pour(&mut source, &mut zip, |bytes| {
        watch.at(Stage::Packing, bytes, total * 2)
    })?;
    let manifest = manifest(DatabaseFile { bytes, sha256 });
    zip.start_file(MANIFEST_FILE, options.large_file(false))
        .map_err(broken)?;
    let json = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| Error::internal(format!("manifest: {error}")))?;
    zip.write_all(&json)?;
    let file = zip.finish().map_err(broken)?;
    file.into_inner()
        .map_err(|error| Error::from(error.into_error()))?
        .sync_all()?;

    let read_back = read_manifest(path)?;
    if read_back != manifest {
        return Err(damaged("its manifest"));
    }
    unpack(path, &manifest, &mut io::sink(), |bytes| {
        watch.at(Stage::Packing, total + bytes, total * 2)
    })?;
    Ok(manifest)
}

/// What a backup says of itself.
pub(super) enum Said {
    /// In the form that is known here.
    Known(Box<Manifest>),
    /// In a form that is not, by a newer version.
    Newer(Newer),
}

/// Reads what a backup says of itself.
///
/// # Errors
/// `Backup` if the file is no backup or is damaged.
pub(super) fn read(path: &Path) -> Result<Said, Error> {
    let mut zip = open(path)?;
    let entry = zip.by_name(MANIFEST_FILE).map_err(broken)?;
    let mut text = Vec::new();
    entry
        .take(LARGEST_MANIFEST)
        .read_to_end(&mut text)
        .map_err(|error| unread(error, "its manifest"))?;
    let json: Json = serde_json::from_slice(&text).map_err(|_| damaged("its manifest"))?;
    match Manifest::deserialize(&json) {
        Ok(manifest) => Ok(Said::Known(Box::new(manifest))),
        Err(_) => Newer::of(&json)
            .map(Said::Newer)
            .ok_or_else(|| damaged("its manifest")),
    }
}

/// What a backup says of itself, of one that this version can restore as far as its form goes.
///
/// # Errors
/// Like [`read`]; `Backup` also for a form that is not known here.
pub(super) fn read_manifest(path: &Path) -> Result<Manifest, Error> {
    match read(path)? {
        Said::Known(manifest) => Ok(*manifest),
        Said::Newer(newer) => Err(Error::Backup {
            reason: newer.problem(),
        }),
    }
}

/// Pours the database out of a backup, and compares it with what the manifest says.
///
/// # Errors
/// `Backup` if it is not what was packed; whatever has been poured by then is worth nothing.
pub(super) fn unpack(
    path: &Path,
    manifest: &Manifest,
    into: &mut impl Write,
    mut at: impl FnMut(u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let DatabaseFile { bytes, sha256 } = &manifest.database;
    let mut zip = open(path)?;
    let mut entry = zip.by_name(DATABASE_FILE).map_err(broken)?;
    let mut source = Source {
        inner: &mut entry,
        made_no_sense: false,
    };
    let poured = pour(&mut source, into, |so_far| {
        // One that swells beyond its own word must not fill the disk.
        if so_far > *bytes {
            return Err(damaged("its database"));
        }
        at(so_far)
    });
    if source.made_no_sense || poured? != (*bytes, sha256.clone()) {
        return Err(damaged("its database"));
    }
    Ok(())
}

fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>, Error> {
    ZipArchive::new(BufReader::new(File::open(path)?)).map_err(broken)
}

/// Tells what the disk did not give from what it gave and what makes no sense: the first may pass.
struct Source<R> {
    inner: R,
    made_no_sense: bool,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|error| {
            self.made_no_sense |= error.raw_os_error().is_none();
        })
    }
}

fn damaged(what: &str) -> Error {
    Error::Backup {
        reason: format!("{what} is damaged."),
    }
}

/// The disk's own errors have a number; the others are about what it gave.
fn unread(error: io::Error, what: &str) -> Error {
    match error.raw_os_error() {
        Some(_) => error.into(),
        None => damaged(what),
    }
}

fn broken(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => unread(error, "the file"),
        ZipError::FileNotFound => damaged("a part of it is missing, or it"),
        _ => damaged("the file"),
    }
}
