//! The n-th I/O call fails, for every n: once, until the disk is well again, or for ever.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use parlance_storage::{Database, Error, OpenOptions};

use crate::examine::{APP_VERSION, examine};
use crate::history::{self, Rows};
use crate::image::Image;
use crate::ledger::{Ledger, Note};
use crate::report::Figures;
use crate::vfs::{Lasts, Plan, Syncing, Trouble, Watched};
use crate::work::Worker;

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Steps of work while the disk may fail; as many follow once it is well again.
    pub steps: u32,
    /// Every how many calls one fails; 1 in the full figures.
    pub stride: u64,
    /// What goes wrong.
    pub troubles: &'static [Trouble],
}

/// For how long a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Once,
    /// The process lives to see the disk well again.
    UntilHealed,
    /// The process ends before.
    ForEver,
}

const SPANS: &[Span] = &[Span::Once, Span::UntilHealed, Span::ForEver];
/// Everything that can go wrong.
pub const TROUBLES: &[Trouble] = &[Trouble::Broken, Trouble::Full, Trouble::Unreadable];

impl Span {
    const fn lasts(self) -> Lasts {
        match self {
            Self::Once => Lasts::Once,
            Self::UntilHealed | Self::ForEver => Lasts::ForEver,
        }
    }
}

/// What a failing disk may be called: nothing that blames the data, the program or the learner.
fn check_words(error: &Error, trouble: Trouble) -> Result<()> {
    let code = error.code();
    let right = match trouble {
        Trouble::Full => "disk_full",
        Trouble::Broken | Trouble::Unreadable => "io",
    };
    ensure!(
        code == right,
        "a {trouble:?} disk is called {code}: {error}"
    );
    Ok(())
}

/// Counts what was tried.
#[derive(Default)]
struct Tally {
    calls: u64,
    runs: u64,
    acknowledged: u64,
}

impl Tally {
    fn figures(self, start: Instant, seed: u64) -> Figures {
        Figures::new(
            start,
            seed,
            vec![
                ("I/O calls that can fail", self.calls),
                ("runs with one of them failing", self.runs),
                ("things promised and all found", self.acknowledged),
            ],
        )
    }
}

/// Runs `once` with every n until no call is left to fail; it gives how many calls there were, and
/// how many failed.
fn for_every_call(
    scale: Scale,
    tally: &mut Tally,
    mut once: impl FnMut(Trouble, Span, u64, &mut Tally) -> Result<(u64, u64)>,
) -> Result<()> {
    for &trouble in scale.troubles {
        for &span in SPANS {
            let mut at = 1;
            loop {
                let (calls, failed) = once(trouble, span, at, tally)
                    .with_context(|| format!("{trouble:?} from call {at} on, {span:?}"))?;
                if failed == 0 {
                    // None was left, so this was a run without trouble.
                    if span == Span::Once {
                        tally.calls += calls;
                    }
                    break;
                }
                tally.runs += 1;
                at += scale.stride;
            }
        }
    }
    Ok(())
}

fn options() -> OpenOptions {
    OpenOptions {
        readers: 1,
        ..OpenOptions::new(APP_VERSION)
    }
}

/// Lets calls fail from the start of the app to its end, with mixed work in between.
///
/// # Errors
/// The first call after whose failure something is not as it must be.
pub fn mixed_work(scale: Scale, seed: u64) -> Result<Figures> {
    let start = Instant::now();
    let scratch = tempfile::tempdir()?;
    let disk = Watched::new(scratch.path(), Syncing::Pretended)?;
    let mut before = Ledger::default();
    let notes = Mutex::new(Vec::new());
    let db = Database::open(scratch.path(), options())?;
    work(&db, "before", seed, 20, &notes, |_| Ok(()))?;
    db.close()?;
    take(&notes, &mut before);
    let image = Image::read(scratch.path())?;
    let mut tally = Tally::default();
    for_every_call(scale, &mut tally, |trouble, span, at, tally| {
        image.write(scratch.path())?;
        disk.plan(plan(trouble, span, at));
        let mut ledger = before.clone();
        work_on_a_failing_disk(scratch.path(), &disk, (trouble, span), scale, seed, &notes)?;
        let counts = disk.heal();
        take(&notes, &mut ledger);
        examine(scratch.path(), &ledger)?;
        tally.acknowledged += ledger.acknowledged() as u64;
        Ok(counts)
    })
    .with_context(|| format!("seed {seed}"))?;
    Ok(tally.figures(start, seed))
}

const fn plan(trouble: Trouble, span: Span, at: u64) -> Plan {
    Plan {
        trouble,
        lasts: span.lasts(),
        at,
        only: None,
    }
}

fn take(notes: &Mutex<Vec<Note>>, ledger: &mut Ledger) {
    if let Ok(mut notes) = notes.lock() {
        for note in notes.drain(..) {
            ledger.note(note);
        }
    }
}

fn work_on_a_failing_disk(
    data_dir: &Path,
    disk: &Watched,
    (trouble, span): (Trouble, Span),
    scale: Scale,
    seed: u64,
    notes: &Mutex<Vec<Note>>,
) -> Result<()> {
    let db = match Database::open(data_dir, options()) {
        Ok(db) => db,
        Err(error) => return check_words(&error, trouble),
    };
    work(&db, "during", seed + 1, scale.steps, notes, |error| {
        check_words(&error, trouble)
    })?;
    if span == Span::UntilHealed {
        // Its count goes on.
        disk.pause();
        work(&db, "after", seed + 2, scale.steps, notes, |error| {
            Err(error).context("on a disk that is well again")
        })?;
        return Ok(db.close()?);
    }
    match db.close() {
        Ok(()) => Ok(()),
        Err(error) => check_words(&error, trouble),
    }
}

fn work(
    db: &Database,
    name: &str,
    seed: u64,
    steps: u32,
    notes: &Mutex<Vec<Note>>,
    mut failed: impl FnMut(Error) -> Result<()>,
) -> Result<()> {
    let note = |note: &Note| {
        if let Ok(mut notes) = notes.lock() {
            notes.push(note.clone());
        }
    };
    let mut worker = match Worker::new(db, name, seed, true, &note) {
        Ok(worker) => worker,
        Err(error) => return failed(error),
    };
    for _ in 0..steps {
        if let Err(error) = worker.step() {
            failed(error)?;
        }
    }
    Ok(())
}

/// Lets calls fail while a database of this schema is brought to the newest one.
///
/// # Errors
/// The first call after whose failure something is not as it must be.
pub fn migration(version: u32, scale: Scale) -> Result<Figures> {
    let start = Instant::now();
    let scratch = tempfile::tempdir()?;
    let rows = history::build(scratch.path(), version)?;
    let image = Image::read(scratch.path())?;
    let disk = Watched::new(scratch.path(), Syncing::Pretended)?;
    let mut tally = Tally::default();
    for_every_call(scale, &mut tally, |trouble, span, at, tally| {
        image.write(scratch.path())?;
        disk.plan(plan(trouble, span, at));
        migrate_on_a_failing_disk(scratch.path(), trouble)?;
        let counts = disk.heal();
        tally.acknowledged += rows.count();
        check_after_migration(scratch.path(), version, &rows)?;
        Ok(counts)
    })
    .with_context(|| format!("migrating from version {version}"))?;
    Ok(tally.figures(start, 0))
}

fn migrate_on_a_failing_disk(data_dir: &Path, trouble: Trouble) -> Result<()> {
    match Database::open(data_dir, options()).and_then(|db| db.close()) {
        Ok(()) => Ok(()),
        Err(error) => check_words(&error, trouble),
    }
}

fn check_after_migration(data_dir: &Path, version: u32, rows: &Rows) -> Result<()> {
    history::check_old_or_new(data_dir, version, rows)?;
    history::check_migrates(data_dir, rows)
}
