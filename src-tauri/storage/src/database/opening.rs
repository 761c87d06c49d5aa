//! From a directory to open connections: whatever has to happen before anybody may read or write.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use super::OpenOptions;
use super::connection::{self, OLDEST_SQLITE};
use crate::backup::{self, BACKUPS_DIRECTORY, BackupReason, NewBackup};
use crate::data_dir::{self, DATABASE_FILE, Lock};
use crate::files::{self, WorkDirectory, database_bytes, require_space};
use crate::inspect::{LogCopy, copy_with_log, wal_path};
use crate::launch::{self, Plan};
use crate::progress::Watch;
use crate::text_enum::text_enum;
use crate::time::Timestamp;
use crate::{Error, doctor, id, integrity, marker, migrations, replace};

text_enum! {
    /// Something that happened at launch and that the learner is told.
    LaunchNotice {
        /// Version or ledger disagreed with the tables, and were put right; an undo copy is kept.
        LedgerRepaired = "ledger_repaired",
        /// A restore or a repair that a crash had interrupted was finished.
        RestoreFinished = "restore_finished",
        /// Some rows or entries of an index are damaged; everything else can be used.
        RowsDamaged = "rows_damaged",
    }
}

/// When the file should be checked once it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDue {
    /// At once, beside the learner: the last process did not end in order.
    Now,
    /// Whenever there is nothing else to do, if a week has passed since the last time.
    WhenIdle,
    /// It was checked just now, or there was nothing to check.
    No,
}

/// How the launch went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The migrations that were applied; empty if the schema was up to date.
    pub applied: Vec<u32>,
    /// What the learner is told.
    pub notices: Vec<LaunchNotice>,
    /// Why nothing can be written, as the rest of a sentence; `None` if everything can.
    pub read_only: Option<String>,
    /// Whether a check is due.
    pub check_due: CheckDue,
    /// By when things that are due may be removed for good: see [`crate::backup::trusted_time`]. What lies in the
    /// trash waits longer after a restore: see [`crate::backup::erase_until`].
    pub trusted_at: Timestamp,
}

/// Everything that is open.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) launch: Launch,
    /// `None` where nothing can be written.
    pub(super) writer: Option<(Connection, Lock)>,
    pub(super) readers: Vec<Connection>,
    /// Where the files had to be copied to be read at all.
    pub(super) copy: Option<LogCopy>,
}

pub(super) fn open(data_dir: &Path, options: &OpenOptions) -> Result<Opened, Error> {
    connection::require_sqlite(rusqlite::version_number(), OLDEST_SQLITE)?;
    // Also where nothing can be written, and no lock is taken: the last words would be looked for beside the link.
    data_dir::require_no_link(data_dir)?;
    match enter(data_dir)? {
        Entered::Alone(lock) => open_alone(data_dir, lock, options),
        Entered::Reading { reason } => open_to_read(data_dir, reason, options),
    }
}

/// How this process is in the data directory.
enum Entered {
    /// No other process may write.
    Alone(Lock),
    /// Nobody can write here, so nobody has to be kept out.
    Reading { reason: String },
}

fn enter(data_dir: &Path) -> Result<Entered, Error> {
    let taken = data_dir::prepare(data_dir).and_then(|()| Lock::take(data_dir));
    match taken {
        Ok(lock) => Ok(Entered::Alone(lock)),
        Err(Error::DataDir { reason, path }) => {
            // A directory that can be read is worth more than an error page.
            if data_dir.join(DATABASE_FILE).is_file() && !data_dir::can_write_in(data_dir) {
                Ok(Entered::Reading {
                    reason: "its folder is write-protected".into(),
                })
            } else {
                Err(Error::DataDir { reason, path })
            }
        }
        Err(error) => Err(error),
    }
}

fn open_alone(data_dir: &Path, lock: Lock, options: &OpenOptions) -> Result<Opened, Error> {
    let path = data_dir.join(DATABASE_FILE);
    let now = options.clock.now();
    let mut notices = Vec::new();
    if replace::roll_forward(data_dir, &lock, now)? {
        notices.push(LaunchNotice::RestoreFinished);
    }
    let plan = launch::plan(data_dir, options.migrations)?;
    if plan != Plan::Create && !data_dir::can_write(&path) {
        return open_to_read(data_dir, "its file is write-protected".into(), options);
    }
    let was_closed_in_order = files::size_if_there(&wal_path(&path))?.is_none();
    let check_due = check_small(data_dir, &plan, was_closed_in_order, &mut notices)?;
    // Only now: where the file is refused, nothing changes beside it either.
    let trust = || backup::trusted_time(data_dir, now);
    let seen_before = (plan != Plan::Create).then(trust);
    // Where nothing tells how late it is, nothing is old enough to go.
    sweep(data_dir, seen_before.unwrap_or(Timestamp::from_millis(0)));

    let (connection, applied) = match &plan {
        Plan::Create => create(&path, options)?,
        Plan::Open => (connection::open_existing(&path)?, Vec::new()),
        Plan::Migrate { from } => migrate(data_dir, *from, options)?,
        Plan::Mend { version, because } => {
            log::warn!("the tables are those of version {version}, but {because}");
            notices.push(LaunchNotice::LedgerRepaired);
            mend(data_dir, *version, options)?
        }
    };
    // Of a new database only now: what is remembered beside it says that one must be there. And before the marker,
    // which says that something must be remembered.
    let trusted_at = seen_before.unwrap_or_else(trust);
    marker::set(data_dir, now)?;
    connection::defend(&connection)?;
    id::begin_above(super::largest_id(&connection)?);
    let readers = (0..options.readers.max(1))
        .map(|_| connection::open_reader(&path))
        .collect::<Result<_, _>>()?;
    Ok(Opened {
        path,
        launch: Launch {
            applied,
            notices,
            read_only: None,
            check_due,
            trusted_at,
        },
        writer: Some((connection, lock)),
        readers,
        copy: None,
    })
}

/// What dead processes have left, and what was kept long enough. Nobody's words depend on it, so that it does
/// not work is no reason to keep the learner out, nor one to leave the others.
fn sweep(data_dir: &Path, as_of: Timestamp) {
    let swept = [
        WorkDirectory::sweep(data_dir),
        WorkDirectory::sweep(&data_dir.join(BACKUPS_DIRECTORY)),
        doctor::sweep(data_dir),
        replace::sweep(data_dir, as_of),
    ];
    for error in swept.into_iter().filter_map(Result::err) {
        log::warn!("old files were not swept: {error}");
    }
}

/// A small file is checked before anything is done with it; a large one once it is open.
fn check_small(
    data_dir: &Path,
    plan: &Plan,
    was_closed_in_order: bool,
    notices: &mut Vec<LaunchNotice>,
) -> Result<CheckDue, Error> {
    if *plan == Plan::Create {
        return Ok(CheckDue::No);
    }
    if !integrity::is_small(database_bytes(data_dir)?) {
        return Ok(if was_closed_in_order {
            CheckDue::WhenIdle
        } else {
            CheckDue::Now
        });
    }
    let findings = integrity::check_file(&data_dir.join(DATABASE_FILE))?;
    if let Some(first) = findings.pages.first() {
        return Err(Error::corrupt(first.trim_end_matches('.')));
    }
    if !findings.rows.is_empty() {
        log::error!("the database has damaged rows: {:?}", findings.rows);
        notices.push(LaunchNotice::RowsDamaged);
    }
    Ok(CheckDue::No)
}

fn create(path: &Path, options: &OpenOptions) -> Result<(Connection, Vec<u32>), Error> {
    let mut connection = connection::open_or_make(path)?;
    let applied = migrations::migrate(
        &mut connection,
        options.migrations,
        &options.app_version,
        options.clock.now(),
    )?;
    log::info!("a new database is made");
    Ok((connection, applied))
}

fn migrate(
    data_dir: &Path,
    from: u32,
    options: &OpenOptions,
) -> Result<(Connection, Vec<u32>), Error> {
    back_up(data_dir, options)?;
    let mut connection = connection::open_existing(&data_dir.join(DATABASE_FILE))?;
    let applied = migrations::upgrade(
        &mut connection,
        options.migrations,
        &options.app_version,
        options.clock.now(),
    )?;
    log::info!("the database is brought up from version {from}");
    Ok((connection, applied))
}

fn mend(
    data_dir: &Path,
    version: u32,
    options: &OpenOptions,
) -> Result<(Connection, Vec<u32>), Error> {
    let path = data_dir.join(DATABASE_FILE);
    // What is backed up says the wrong version of itself, so it is kept as it is, like what a restore replaces.
    require_space(data_dir, database_bytes(data_dir)? * 5 / 2)?;
    replace::keep_copy(data_dir, options.clock.now())?;
    let mut connection = connection::open_existing(&path)?;
    migrations::mend_ledger(
        &mut connection,
        options.migrations,
        version,
        &options.app_version,
        options.clock.now(),
    )?;
    if version as usize == options.migrations.len() {
        return Ok((connection, Vec::new()));
    }
    connection.close().map_err(|(_, error)| error)?;
    migrate(data_dir, version, options)
}

/// Without a backup nothing is migrated.
fn back_up(data_dir: &Path, options: &OpenOptions) -> Result<(), Error> {
    // The backup, the log that the migration writes, and what it adds.
    require_space(data_dir, database_bytes(data_dir)? * 5 / 2)?;
    let new = NewBackup {
        reason: BackupReason::Migration,
        app_version: options.app_version.clone(),
        now: options.clock.now(),
    };
    let never = AtomicBool::new(false);
    let report = |progress| (options.on_progress)(progress);
    let watch = Watch::new(&report, &never);
    match backup::create_of(data_dir, options.migrations, &new, &watch) {
        Ok(made) => {
            log::info!(
                "a backup of version {} is made before it is upgraded",
                made.schema_version
            );
            Ok(())
        }
        Err(kept @ (Error::Corrupt { .. } | Error::NotEnoughSpace { .. } | Error::DiskFull)) => {
            Err(kept)
        }
        Err(error) => Err(Error::Backup {
            reason: format!("{error} So the data was not upgraded, and nothing was changed."),
        }),
    }
}

/// Opens what can be read where nothing can be written.
fn open_to_read(data_dir: &Path, reason: String, options: &OpenOptions) -> Result<Opened, Error> {
    let path = data_dir.join(DATABASE_FILE);
    let has_log = files::size_if_there(&wal_path(&path))?.is_some_and(|log| log > 0);
    let copy = has_log.then(|| copy_with_log(&path)).transpose()?;
    let place = copy.as_ref().map_or(data_dir, LogCopy::path);
    match launch::plan(place, options.migrations)? {
        Plan::Open => {}
        Plan::Create | Plan::Migrate { .. } | Plan::Mend { .. } => return Err(Error::ReadOnly),
    }
    log::warn!("nothing can be written: {reason}");
    let path = place.join(DATABASE_FILE);
    let readers = (0..options.readers.max(1))
        .map(|_| match copy {
            Some(_) => connection::open_reader(&path),
            None => connection::open_unchanging_reader(&path),
        })
        .collect::<Result<_, _>>()?;
    Ok(Opened {
        path: data_dir.join(DATABASE_FILE),
        launch: Launch {
            applied: Vec::new(),
            notices: Vec::new(),
            read_only: Some(reason),
            check_due: CheckDue::No,
            trusted_at: options.clock.now(),
        },
        writer: None,
        readers,
        copy,
    })
}
