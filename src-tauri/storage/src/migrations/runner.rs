//! Applies migrations to a connection, and proves that they have lost nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};
use rusqlite_migration::{HookError, HookResult, M, Migrations};

use super::{APPLICATION_ID, Migration, fingerprint, fresh};
use crate::time::Timestamp;
use crate::{Error, status};

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
    apply(connection, migrations, app_version, now, |_| Ok(()))
}

/// [`migrate`], for a database with words in it: in the same transaction it is made sure that the tables are
/// those that these migrations make in a new file, and that no table has lost a row.
pub(crate) fn upgrade(
    connection: &mut Connection,
    migrations: &[Migration],
    app_version: &str,
    now: Timestamp,
) -> Result<Vec<u32>, Error> {
    let expected = fingerprint(&fresh(migrations)?)?;
    let before = count_rows(connection)?;
    let unproven: Arc<Mutex<Option<Error>>> = Arc::default();
    let verdict = Arc::clone(&unproven);
    let applied = apply(connection, migrations, app_version, now, move |tx| {
        prove(tx, &expected, &before).map_err(|error| {
            let told = HookError::Hook(error.to_string());
            // The library carries words only; a disk that failed must not be told as damage.
            *verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            told
        })
    });
    let unproven = unproven
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match unproven {
        Some(error) => Err(error),
        None => applied,
    }
}

/// The last act of the last migration; what it finds undoes them all.
fn prove(
    connection: &Connection,
    expected: &str,
    before: &BTreeMap<String, i64>,
) -> Result<(), Error> {
    if fingerprint(connection)? != expected {
        return Err(Error::corrupt(
            "its tables are not those that every version before has made",
        ));
    }
    let after = count_rows(connection)?;
    for (table, rows) in before {
        // A migration may drop a table, knowing what it does, and may add rows. It may not lose any.
        if after.get(table).is_some_and(|left| left < rows) {
            return Err(Error::internal(format!("rows of {table} would be lost")));
        }
    }
    Ok(())
}

/// Rows of each table that holds data. The ledger grows by itself.
fn count_rows(connection: &Connection) -> Result<BTreeMap<String, i64>, Error> {
    status::names(connection, "table")?
        .into_iter()
        .map(|table| {
            let sql = format!("SELECT count(*) FROM main.\"{table}\"");
            let rows = connection.query_row(&sql, [], |row| row.get(0))?;
            Ok((table, rows))
        })
        .collect()
}

/// Puts version and ledger right where the tables are those of `version`, in one transaction.
pub(crate) fn mend_ledger(
    connection: &mut Connection,
    migrations: &[Migration],
    version: u32,
    app_version: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", version)?;
    let known = &migrations[..(version as usize).min(migrations.len())];
    tx.execute(
        "DELETE FROM schema_migrations WHERE version > ?1",
        [version],
    )?;
    for migration in known {
        // When it was applied stays known where it is.
        tx.execute(
            "INSERT INTO schema_migrations (version, name, checksum, applied_at, duration_ms, app_version)
             VALUES (?1, ?2, ?3, ?4, 0, ?5)
             ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum",
            rusqlite::params![
                migration.version,
                migration.name,
                migration.checksum,
                now,
                app_version
            ],
        )?;
    }
    Ok(tx.commit()?)
}

fn apply(
    connection: &mut Connection,
    migrations: &[Migration],
    app_version: &str,
    now: Timestamp,
    prove: impl Fn(&Connection) -> HookResult + Clone + Send + Sync + 'static,
) -> Result<Vec<u32>, Error> {
    let applied: Arc<Mutex<Vec<u32>>> = Arc::default();
    let stopwatch = Arc::new(Mutex::new(Instant::now()));
    let newest = migrations.last().map(|migration| migration.version);
    let steps = migrations.iter().copied().map(|migration| {
        let (applied, stopwatch) = (Arc::clone(&applied), Arc::clone(&stopwatch));
        let app_version = app_version.to_owned();
        let prove = prove.clone();
        M::up_with_hook(migration.sql, move |tx: &Transaction<'_>| {
            if migration.version == 1 {
                tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            }
            let mut started = stopwatch.lock().unwrap_or_else(PoisonError::into_inner);
            let duration_ms = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
            record(tx, &migration, &app_version, now, duration_ms)?;
            check_foreign_keys(tx)?;
            if Some(migration.version) == newest {
                prove(tx)?;
            }
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

    use std::path::Path;
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
