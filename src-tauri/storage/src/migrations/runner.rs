//! Applies migrations to a connection, and says beforehand where a database stands.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
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
        });
    }
    check_ledger(connection, version, migrations)?;
    Ok(Standing::At(version))
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
            applied
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(migration.version);
            *started = Instant::now();
            check_foreign_keys(tx, &migration)
        })
    });
    let steps = Migrations::from_iter(steps);

    connection.pragma_update(None, "foreign_keys", false)?;
    // The library reads the version before it opens its transaction. Taking the write lock first would be
    // no cure: it opens its own. The ledger's primary key is what refuses a second application.
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    let result = steps.to_latest(connection);
    connection.pragma_update(None, "foreign_keys", true)?;
    result?;
    Ok(std::mem::take(
        &mut *applied.lock().unwrap_or_else(PoisonError::into_inner),
    ))
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
fn check_foreign_keys(tx: &Transaction<'_>, migration: &Migration) -> HookResult {
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
            "migration {:03}_{} leaves rows of {table} that refer to nothing",
            migration.version, migration.name
        ))),
    }
}
