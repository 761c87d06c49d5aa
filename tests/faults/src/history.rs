//! Databases as earlier versions of the app left them, and whether their rows outlive what comes after.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use parlance_storage::data_dir::DATABASE_FILE;
use parlance_storage::migrations::{APPLICATION_ID, EMBEDDED, Migration};
use parlance_storage::status;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, params};
use serde::{Deserialize, Serialize};

use crate::examine::{APP_VERSION, open, verify_whole};

/// The newest schema.
#[must_use]
pub fn newest() -> u32 {
    u32::try_from(EMBEDDED.len()).unwrap_or(u32::MAX)
}

/// Makes the database of schema `version`, with rows put into it after each of its migrations, so that each
/// later one met rows as a learner's does. Gives the rows.
///
/// # Errors
/// What SQLite says, and the system.
pub fn build(data_dir: &Path, version: u32) -> Result<Rows> {
    let mut connection = Connection::open(data_dir.join(DATABASE_FILE))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    for migration in EMBEDDED
        .iter()
        .filter(|migration| migration.version <= version)
    {
        connection.pragma_update(None, "foreign_keys", false)?;
        apply(&mut connection, migration)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        put_rows(&connection, migration.version)?;
    }
    let rows = Rows::read(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(rows)
}

/// As the app's runner does it, but for what it takes care of when something goes wrong.
fn apply(connection: &mut Connection, migration: &Migration) -> Result<()> {
    let tx = connection.transaction()?;
    tx.execute_batch(migration.sql)?;
    tx.execute(
        "INSERT INTO schema_migrations (version, name, checksum, applied_at, duration_ms, app_version)
         VALUES (?1, ?2, ?3, 1700000000000, 0, ?4)",
        params![migration.version, migration.name, migration.checksum, APP_VERSION],
    )?;
    tx.pragma_update(None, "user_version", migration.version)?;
    Ok(tx.commit()?)
}

/// Puts in the rows that belong to one version. One that adds no table may have none.
///
/// # Errors
/// What SQLite says of them.
pub fn put_rows(connection: &Connection, version: u32) -> Result<()> {
    let file = rows_folder().join(format!("{version:03}.sql"));
    if !file.exists() {
        return Ok(());
    }
    let sql = std::fs::read_to_string(&file)?;
    connection
        .execute_batch(&format!("BEGIN; {sql} COMMIT;"))
        .with_context(|| file.display().to_string())
}

fn rows_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rows")
}

/// The rows of every table: by table, each as its columns' names and values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows(BTreeMap<String, Vec<BTreeMap<String, String>>>);

impl Rows {
    /// Reads them out of a database that may be in use.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn of(data_dir: &Path) -> Result<Self> {
        let connection = Connection::open_with_flags(
            data_dir.join(DATABASE_FILE),
            OpenFlags::SQLITE_OPEN_READ_ONLY,
        )?;
        Self::read(&connection)
    }

    /// Reads them through a connection.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn read(connection: &Connection) -> Result<Self> {
        let tables: Vec<String> = connection
            .prepare(
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
            )?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut all = BTreeMap::new();
        for table in tables {
            let rows = read_table(connection, &table)?;
            all.insert(table, rows);
        }
        Ok(Self(all))
    }

    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().map(|rows| rows.len() as u64).sum()
    }

    /// The tables without any row.
    #[must_use]
    pub fn empty_tables(&self) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(_, rows)| rows.is_empty())
            .map(|(table, _)| table.as_str())
            .collect()
    }

    /// Whether each of these rows is in `later`, with the values that it had; there may be more of both.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check_kept_in(&self, later: &Self) -> Result<()> {
        for (table, rows) in &self.0 {
            let now = later.0.get(table).map_or(&[] as &[_], Vec::as_slice);
            // Where it was, as nearly all are; else anywhere.
            let lost = rows.iter().enumerate().find(|(place, row)| {
                !now.get(*place).is_some_and(|now| is_kept_in(row, now))
                    && !now.iter().any(|now| is_kept_in(row, now))
            });
            if let Some((_, lost)) = lost {
                bail!("a row of {table} is lost or changed: {lost:?}");
            }
        }
        Ok(())
    }
}

fn is_kept_in(row: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> bool {
    row.iter()
        .all(|(column, value)| now.get(column) == Some(value))
}

fn read_table(connection: &Connection, table: &str) -> Result<Vec<BTreeMap<String, String>>> {
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns: Vec<String> = statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let rows = statement.query_map([], |row| {
        columns
            .iter()
            .enumerate()
            .map(|(place, column)| Ok((column.clone(), value(row.get_ref(place)?))))
            .collect()
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn value(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number:?}"),
        ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("{bytes:x?}"),
    }
}

/// A database that was at `version` is there still, or at the newest schema; entirely, with all its rows.
///
/// # Errors
/// What is not so.
pub fn check_old_or_new(data_dir: &Path, version: u32, rows: &Rows) -> Result<()> {
    let status = status::read(data_dir)?.context("there is no database")?;
    let found = status.user_version;
    ensure!(
        found == version || found == newest(),
        "the schema version is {found}, neither {version} nor {}",
        newest()
    );
    ensure!(
        status.migrations.len() == found as usize,
        "the version is {found}, and the ledger has {} rows",
        status.migrations.len()
    );
    rows.check_kept_in(&Rows::of(data_dir)?)
}

/// The database opens, which brings it to the newest schema; all rows are there, and it is whole.
///
/// # Errors
/// What is not so.
pub fn check_migrates(data_dir: &Path, rows: &Rows) -> Result<()> {
    open(data_dir)?.close()?;
    let status = status::read(data_dir)?.context("there is no database")?;
    ensure!(
        status.user_version == newest(),
        "it is still at schema version {}",
        status.user_version
    );
    rows.check_kept_in(&Rows::of(data_dir)?)?;
    verify_whole(data_dir)
}
