//! Applies migrations to a connection, and says beforehand where a database stands.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};
use rusqlite_migration::{HookError, HookResult, M, Migrations};

use super::{APPLICATION_ID, Migration};
use crate::Error;
use crate::time::Timestamp;

/// Where a database stands, as seen without writing to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is in it yet.
    Empty,
    /// Ours, at this version; its ledger agrees with the migrations known here.
    At(u32),
}

/// Looks at a database and refuses what must not be migrated. Writes nothing.
///
/// # Errors
/// `ForeignFile` for another program's database, `SchemaTooNew`, and `Corrupt` if the version, the
/// ledger and the migrations known here disagree.
pub(crate) fn standing(
    connection: &Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<Standing, Error> {
    let application_id: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let is_empty = connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })?;
    if is_empty && found == 0 && matches!(application_id, 0 | APPLICATION_ID) {
        return Ok(Standing::Empty);
    }
    if application_id != APPLICATION_ID {
        return Err(Error::ForeignFile {
            path: path.to_owned(),
        });
    }
    let supported = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    let version =
        u32::try_from(found).map_err(|_| Error::corrupt("the schema version makes no sense"))?;
    if version > supported {
        return Err(Error::SchemaTooNew {
            found: version,
            supported,
            written_by: newest_app_version(connection),
        });
    }
    check_ledger(connection, version, migrations)?;
    Ok(Standing::At(version))
}

/// The app that applied the newest migration. `None` if a ledger of the future does not say so in a way that
/// is understood here, or says something that is no version.
fn newest_app_version(connection: &Connection) -> Option<String> {
    connection
        .query_row(
            "SELECT app_version FROM schema_migrations ORDER BY version DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .ok()
        .filter(|version: &String| {
            (1..=40).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_graphic())
        })
}

fn check_ledger(
    connection: &Connection,
    version: u32,
    migrations: &[Migration],
) -> Result<(), Error> {
    if !connection.table_exists(None, "schema_migrations")? {
        return Err(Error::corrupt("its ledger of migrations is gone"));
    }
    let mut statement = connection
        .prepare("SELECT version, name, checksum FROM schema_migrations ORDER BY version")?;
    let ledger: Vec<(u32, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    if ledger.len() != version as usize {
        return Err(Error::corrupt(format!(
            "its version is {version}, but its ledger lists {} migrations",
            ledger.len()
        )));
    }
    for (migration, (version, name, checksum)) in migrations.iter().zip(&ledger) {
        if migration.version != *version || migration.name != name || migration.checksum != checksum
        {
            return Err(Error::corrupt(format!(
                "migration {version:03}_{name} is not the one that this version of the app knows"
            )));
        }
    }
    Ok(())
}

/// Brings a database to the newest of `migrations`, all in one transaction. Returns the versions applied.
///
/// Foreign keys are off on the way, since rebuilding a table under enforcement silently empties its
/// cascading children; they are checked at the end of each migration and on again afterwards.
pub(crate) fn migrate(
    connection: &mut Connection,
    migrations: &[Migration],
    app_version: &str,
    now: Timestamp,
) -> Result<Vec<u32>, Error> {
    let applied: Arc<Mutex<Vec<u32>>> = Arc::default();
    let stopwatch = Arc::new(Mutex::new(Instant::now()));
    let steps = migrations.iter().copied().map(|migration| {
        let (applied, stopwatch) = (Arc::clone(&applied), Arc::clone(&stopwatch));
        let app_version = app_version.to_owned();
        M::up_with_hook(migration.sql, move |tx: &Transaction<'_>| {
            if migration.version == 1 {
                tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            }
            let mut started = stopwatch.lock().unwrap_or_else(PoisonError::into_inner);
            let duration_ms = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
            record(tx, &migration, &app_version, now, duration_ms)?;
            check_foreign_keys(tx)?;
            *started = Instant::now();
            applied
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(migration.version);
            Ok(())
        })
    });
    let steps = Migrations::from_iter(steps);

    connection.pragma_update(None, "foreign_keys", false)?;
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    let result = to_latest(connection, &steps, &applied, migrations);
    connection.pragma_update(None, "foreign_keys", true)?;
    result?;
    Ok(std::mem::take(
        &mut *applied.lock().unwrap_or_else(PoisonError::into_inner),
    ))
}

/// The library reads the version before it opens its transaction. Taking the write lock first would be no
/// cure: it opens its own. Of two that race, the loser therefore runs what is applied already, and fails: on
/// its statements, or at the latest on the ledger's primary key. Seeing that the version has moved meanwhile,
/// it looks again, and finds nothing left to do.
fn to_latest(
    connection: &mut Connection,
    steps: &Migrations<'_>,
    applied: &Mutex<Vec<u32>>,
    migrations: &[Migration],
) -> Result<(), Error> {
    loop {
        let before = version(connection)?;
        let Err(error) = steps.to_latest(connection) else {
            return Ok(());
        };
        let done = std::mem::take(&mut *applied.lock().unwrap_or_else(PoisonError::into_inner));
        // Versions only grow, so this ends.
        if version(connection)? > before {
            continue;
        }
        let failing = usize::try_from(before)
            .ok()
            .and_then(|before| migrations.get(before + done.len()));
        return Err(match failing {
            Some(failing) => named(failing, error),
            None => error.into(),
        });
    }
}

fn version(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Says which migration failed. What a disk or another program did keeps its kind; whatever else happens
/// there is a mistake of ours or damage, never something that the learner did wrong.
fn named(migration: &Migration, error: rusqlite_migration::Error) -> Error {
    let failed = |reason: &str| format!("Migration {} failed: {reason}", migration.file_stem());
    // What SQLite says of a statement or a constraint is about our SQL, not about data.
    let words = match &error {
        rusqlite_migration::Error::RusqliteError {
            err: rusqlite::Error::SqlInputError { msg, .. },
            ..
        } => Some(msg.clone()),
        rusqlite_migration::Error::RusqliteError {
            err: rusqlite::Error::SqliteFailure(failure, Some(message)),
            ..
        } if matches!(
            failure.code,
            ErrorCode::ConstraintViolation | ErrorCode::Unknown
        ) =>
        {
            Some(message.clone())
        }
        _ => None,
    };
    match Error::from(error) {
        kept @ (Error::Busy | Error::DiskFull | Error::ReadOnly | Error::Io { .. }) => kept,
        Error::Corrupt { detail } => Error::corrupt(failed(&detail)),
        Error::Internal { detail } => Error::internal(failed(&words.unwrap_or(detail))),
        other => {
            let sentence = other.to_string();
            Error::internal(failed(
                &words.unwrap_or_else(|| sentence.trim_end_matches('.').to_owned()),
            ))
        }
    }
}

fn record(
    tx: &Transaction<'_>,
    migration: &Migration,
    app_version: &str,
    now: Timestamp,
    duration_ms: u32,
) -> Result<(), HookError> {
    tx.execute(
        "INSERT INTO schema_migrations (version, name, checksum, applied_at, duration_ms, app_version)
         VALUES (:version, :name, :checksum, :applied_at, :duration_ms, :app_version)",
        rusqlite::named_params! {
            ":version": migration.version,
            ":name": migration.name,
            ":checksum": migration.checksum,
            ":applied_at": now,
            ":duration_ms": duration_ms,
            ":app_version": app_version,
        },
    )?;
    Ok(())
}

/// The last act of a migration, after everything that could break a reference.
fn check_foreign_keys(tx: &Transaction<'_>) -> HookResult {
    let orphan: Option<String> = tx
        .query_row(
            "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    match orphan {
        None => Ok(()),
        Some(table) => Err(HookError::Hook(format!(
            "it leaves rows of {table} that refer to nothing"
        ))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    //! Two at once without the lock of the data directory, which decides every race from outside.

    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::migrations::{EMBEDDED, MigrationFile};

    /// One that could be applied twice without an error of its own.
    fn with_one_more() -> Vec<Migration> {
        let version = u32::try_from(EMBEDDED.len()).unwrap() + 1;
        let sql = "INSERT INTO system_settings (key, value, created_at, updated_at)
                   VALUES ('times_applied', '1', 0, 0) ON CONFLICT DO UPDATE SET value = value + 1;";
        let more = Migration::from_file(MigrationFile {
            version,
            name: "count".into(),
            sql: sql.into(),
        });
        EMBEDDED.iter().copied().chain([more]).collect()
    }

    fn open(path: &Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        connection
    }

    static FIRST_WAITS: AtomicBool = AtomicBool::new(false);
    static SECOND_WAITS: AtomicBool = AtomicBool::new(false);

    fn wait(here: &AtomicBool) -> bool {
        here.store(true, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(1));
        true
    }

    /// Both have read the version and wait to write; then both may. Gives what each of them applied.
    fn race(path: &Path, migrations: &[Migration]) -> Vec<Result<Vec<u32>, Error>> {
        FIRST_WAITS.store(false, Ordering::SeqCst);
        SECOND_WAITS.store(false, Ordering::SeqCst);
        let holder = open(path);
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let handlers: [fn(i32) -> bool; 2] = [|_| wait(&FIRST_WAITS), |_| wait(&SECOND_WAITS)];
        thread::scope(|scope| {
            let racers = handlers.map(|handler| {
                scope.spawn(move || {
                    let mut connection = open(path);
                    connection.busy_handler(Some(handler)).unwrap();
                    migrate(
                        &mut connection,
                        migrations,
                        "test",
                        Timestamp::from_millis(0),
                    )
                })
            });
            while !(FIRST_WAITS.load(Ordering::SeqCst) && SECOND_WAITS.load(Ordering::SeqCst)) {
                thread::yield_now();
            }
            holder.execute_batch("ROLLBACK").unwrap();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        })
    }

    #[test]
    fn two_that_migrate_at_once_apply_each_migration_once_and_the_loser_finds_nothing_to_do() {
        let migrations = with_one_more();
        let newest = u32::try_from(migrations.len()).unwrap();
        for round in 0..30 {
            // A new file; and one that lacks the last, whose statements would not notice a second time.
            for start in [0, EMBEDDED.len()] {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("raced.db");
                let mut connection = open(&path);
                connection
                    .pragma_update(None, "journal_mode", "WAL")
                    .unwrap();
                let now = Timestamp::from_millis(0);
                if start > 0 {
                    migrate(&mut connection, &migrations[..start], "test", now).unwrap();
                }
                let mut outcomes = race(&path, &migrations);
                outcomes.sort_by_key(|outcome| outcome.as_ref().map_or(0, Vec::len));
                let all: Vec<u32> = (u32::try_from(start).unwrap() + 1..=newest).collect();
                assert_eq!(
                    outcomes,
                    [Ok(vec![]), Ok(all)],
                    "round {round} from {start}"
                );
                let seen: (u32, String) = connection
                    .query_row(
                        "SELECT (SELECT count(*) FROM schema_migrations), value FROM system_settings",
                        [],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .unwrap();
                assert_eq!(seen, (newest, "1".to_owned()), "round {round} from {start}");
            }
        }
    }
}
