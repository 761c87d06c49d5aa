//! Power cuts: work is recorded once, and then cut at every I/O operation, in sixteen ways each.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use parlance_storage::Database;

use crate::examine::{examine, open};
use crate::history::{self, Rows};
use crate::image::{Image, Replay, WAYS};
use crate::ledger::{Ledger, Note};
use crate::report::Figures;
use crate::vfs::{Event, FileId, Syncing, Watched};
use crate::work::Worker;

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Steps of mixed work.
    pub steps: u32,
    /// Every how many I/O operations the power is cut; 1 in the full figures.
    pub stride: usize,
    /// How many cuts are examined at the same time.
    pub threads: usize,
}

/// What happened to a disk, and what was promised meanwhile.
struct Recording {
    start: Image,
    names: Vec<(String, FileId)>,
    events: Vec<Event>,
    /// With the number of events before each.
    notes: Vec<(usize, Note)>,
}

/// Something that is found when the power is back.
pub(crate) trait Promise: Sync {
    /// Fails if the directory is not as it was promised. `notes` were made before the cut.
    fn check(&self, data_dir: &Path, ledger: &Ledger) -> Result<()>;
}

/// What the ledger says.
struct AsNoted;

impl Promise for AsNoted {
    fn check(&self, data_dir: &Path, ledger: &Ledger) -> Result<()> {
        examine(data_dir, ledger).map(drop)
    }
}

/// Cuts the power during the first start and mixed work after it, with a close and a second start within.
///
/// # Errors
/// The first cut after which something is not as it must be.
pub fn mixed_work(scale: Scale, seed: u64) -> Result<Figures> {
    let start = Instant::now();
    let recording = record(|data_dir, note| {
        for (part, name) in (0..).zip(["a", "b"]) {
            let db = open(data_dir)?;
            work(&db, name, seed + part, scale.steps / 2, note)?;
            db.close()?;
        }
        Ok(())
    })?;
    let counts = cut_everywhere(&recording, scale, seed, &AsNoted)?;
    Ok(Figures::new(start, seed, counts))
}

/// Every row is there, at the old schema or the new, and the next start brings it to the new one.
struct Migrated {
    version: u32,
    rows: Rows,
}

impl Promise for Migrated {
    fn check(&self, data_dir: &Path, _: &Ledger) -> Result<()> {
        history::check_old_or_new(data_dir, self.version, &self.rows)?;
        history::check_migrates(data_dir, &self.rows)
    }
}

/// Cuts the power while a database of this schema is brought to the newest one.
///
/// # Errors
/// The first cut after which something is not as it must be.
pub fn migration(version: u32, scale: Scale, seed: u64) -> Result<Figures> {
    let start = Instant::now();
    let folder = tempfile::tempdir()?;
    let rows = history::build(folder.path(), version)?;
    let recording = record_from(&Image::read(folder.path())?, |data_dir, _| {
        Ok(open(data_dir)?.close()?)
    })?;
    let promise = Migrated { version, rows };
    let counts = cut_everywhere(&recording, scale, seed, &promise)
        .with_context(|| format!("migrating from version {version}"))?;
    Ok(Figures::new(start, seed, counts))
}

fn work(
    db: &Database,
    name: &str,
    seed: u64,
    steps: u32,
    note: &(dyn Fn(&Note) + Sync),
) -> Result<()> {
    let mut worker = Worker::new(db, name, seed, true, note)?;
    for step in 0..steps {
        worker.step().with_context(|| format!("step {step}"))?;
    }
    Ok(())
}

/// Records what `work` does in a new directory.
fn record(work: impl FnOnce(&Path, &(dyn Fn(&Note) + Sync)) -> Result<()>) -> Result<Recording> {
    record_from(&Image::default(), work)
}

/// Records what `work` does in a directory that begins like this.
fn record_from(
    start: &Image,
    work: impl FnOnce(&Path, &(dyn Fn(&Note) + Sync)) -> Result<()>,
) -> Result<Recording> {
    let folder = tempfile::tempdir()?;
    start.write(folder.path())?;
    let disk = Watched::new(folder.path(), Syncing::Pretended)?;
    let names = disk.record(folder.path())?;
    let notes = Mutex::new(Vec::new());
    let note = |note: &Note| {
        if let Ok(mut notes) = notes.lock() {
            notes.push((disk.recorded(), note.clone()));
        }
    };
    work(folder.path(), &note)?;
    Ok(Recording {
        start: start.clone(),
        names,
        events: disk.recording(),
        notes: notes.into_inner().map_err(|_| anyhow!("a note panicked"))?,
    })
}

fn cut_everywhere(
    recording: &Recording,
    scale: Scale,
    seed: u64,
    promise: &impl Promise,
) -> Result<Vec<(&'static str, u64)>> {
    let (cuts, states) = (AtomicU64::new(0), AtomicU64::new(0));
    let results: Vec<Result<()>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..scale.threads)
            .map(|part| {
                let (cuts, states) = (&cuts, &states);
                scope.spawn(move || cut_part(recording, scale, part, seed, promise, (cuts, states)))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow!("a panic"))))
            .collect()
    });
    results.into_iter().collect::<Result<()>>()?;
    let cuts = cuts.into_inner();
    Ok(vec![
        ("I/O operations", recording.events.len() as u64),
        ("cuts", cuts),
        ("disks found", cuts * u64::from(WAYS)),
        ("different ones", states.into_inner()),
    ])
}

/// One thread's share of the cuts.
fn cut_part(
    recording: &Recording,
    scale: Scale,
    part: usize,
    seed: u64,
    promise: &impl Promise,
    (cuts, states): (&AtomicU64, &AtomicU64),
) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let _disk = Watched::new(scratch.path(), Syncing::Pretended)?;
    let mut replay = Replay::new(&recording.start, |name| {
        let found = recording.names.iter().find(|(known, _)| known == name)?;
        Some(found.1)
    });
    let mut ledger = Ledger::default();
    let mut notes = recording.notes.iter().peekable();
    let mut seen = HashSet::new();
    for cut in 0..=recording.events.len() {
        let mut noted = false;
        while let Some((_, note)) = notes.next_if(|(before, _)| *before <= cut) {
            ledger.note(note.clone());
            noted = true;
        }
        if noted {
            // The same disk is asked for more than before.
            seen.clear();
        }
        if cut % scale.stride == 0 && cut / scale.stride % scale.threads == part {
            cuts.fetch_add(1, Ordering::Relaxed);
            for way in 0..WAYS {
                let image = replay.cut(way, seed.wrapping_add(cut as u64));
                if seen.insert(image.fingerprint()) {
                    states.fetch_add(1, Ordering::Relaxed);
                    image.write(scratch.path())?;
                    promise.check(scratch.path(), &ledger).with_context(|| {
                        format!("seed {seed}, power cut after {cut} operations, way {way}")
                    })?;
                }
            }
        }
        if let Some(event) = recording.events.get(cut) {
            replay.follow(event);
        }
    }
    Ok(())
}
