//! What a database is: version, history, tables, settings and sizes. For the tool and for reports.
//!
//! Looking never writes the database; it works beside a running app. Where a log lies beside the database,
//! left by a crash or in use, SQLite may make or renew the log's index (`parlance.db-shm`) to read it; where
//! none does, no file is made.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::Value;
use serde::Serialize;

use crate::data_dir::DATABASE_FILE;
use crate::inspect::{find_database, look_at, shm_path, wal_path};
use crate::migrations::EMBEDDED;
use crate::time::Timestamp;
use crate::tx::ReadTx;
use crate::{Error, migrations};

/// What a database is. As JSON its names are in snake_case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// The file; in JSON, what is not text in its path is replaced.
    #[serde(serialize_with = "crate::inspect::path_as_text")]
    pub database: PathBuf,
    /// Of the library in this program.
    pub sqlite_version: &'static str,
    /// Whether the file says that it is a database of Parlance.
    pub is_parlance: bool,
    /// The schema's version; 0 before the first migration.
    pub user_version: u32,
    /// The newest version that this program knows.
    pub supported_version: u32,
    /// The ledger, in order.
    pub migrations: Vec<LedgerRow>,
    /// The tables that hold data, by name.
    pub tables: Vec<String>,
    /// The full-text tables, by name; what they index is in `tables`.
    pub search_tables: Vec<String>,
    /// By name, without those that SQLite makes by itself.
    pub indexes: Vec<Index>,
    /// What the file says, and how this program's connections are set up.
    pub pragmas: BTreeMap<String, String>,
    /// In bytes; 0 for a file that is not there.
    pub files: FileSizes,
}

/// A migration that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerRow {
    /// Its number.
    pub version: u32,
    /// What it added.
    pub name: String,
    /// SHA-256 of its file, in hex.
    pub checksum: String,
    /// When it was applied, in Unix milliseconds.
    pub applied_at: Timestamp,
    /// How long that took.
    pub duration_ms: u32,
    /// The app that did it.
    pub app_version: String,
}

/// An index and its table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// The table that it serves.
    pub table: String,
}

/// Sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FileSizes {
    /// The database itself.
    pub database: u64,
    /// The write-ahead log.
    pub wal: u64,
    /// The log's index.
    pub shm: u64,
}

/// The pragmas that are reported. The first group is stored in the file, the second is set per connection.
const PRAGMAS: &[&str] = &[
    "application_id",
    "auto_vacuum",
    "encoding",
    "freelist_count",
    "page_count",
    "page_size",
    "user_version",
    "cache_size",
    "cell_size_check",
    "foreign_keys",
    "trusted_schema",
];

/// The status of the database in `data_dir`; `None` if there is no database.
///
/// # Errors
/// `Corrupt` if the file cannot be read as a database; `DataDir` if the directory cannot be looked into;
/// `Io` or `Busy` from the system.
pub fn read(data_dir: &Path) -> Result<Option<Status>, Error> {
    let path = data_dir.join(DATABASE_FILE);
    if find_database(&path)?.is_none() {
        return Ok(None);
    }
    let mut status = look_at(&path, |connection| describe(connection, &path))?;
    status
        .pragmas
        .insert("journal_mode".into(), journal_mode(&path)?.into());
    Ok(Some(status))
}

/// The version of the schema that a transaction sees.
pub fn schema_version(tx: &ReadTx<'_>) -> Result<u32, Error> {
    Ok(tx
        .connection()
        .pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// How the connection of a transaction is set up; a write shows the one on which every promise rests.
pub fn connection_settings(tx: &ReadTx<'_>) -> Result<BTreeMap<String, String>, Error> {
    PRAGMAS
        .iter()
        .chain(&["journal_mode", "secure_delete", "synchronous"])
        .map(|name| pragma(tx.connection(), name))
        .collect()
}

/// The version of the SQLite library in this program.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

fn describe(connection: &Connection, path: &Path) -> Result<Status, Error> {
    let application_id: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let size = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    Ok(Status {
        database: path.to_owned(),
        sqlite_version: sqlite_version(),
        is_parlance: application_id == migrations::APPLICATION_ID,
        user_version: connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
        supported_version: EMBEDDED.last().map_or(0, |migration| migration.version),
        migrations: ledger(connection)?,
        tables: names(connection, "table")?,
        search_tables: names(connection, "virtual")?,
        indexes: indexes(connection)?,
        pragmas: PRAGMAS
            .iter()
            .map(|name| pragma(connection, name))
            .collect::<Result<_, _>>()?,
        files: FileSizes {
            database: size(path),
            wal: size(&wal_path(path)),
            shm: size(&shm_path(path)),
        },
    })
}

/// Empty if there is no ledger yet.
fn ledger(connection: &Connection) -> Result<Vec<LedgerRow>, Error> {
    if !connection.table_exists(None, "schema_migrations")? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(
        "SELECT version, name, checksum, applied_at, duration_ms, app_version
         FROM schema_migrations ORDER BY version",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(LedgerRow {
            version: row.get("version")?,
            name: row.get("name")?,
            checksum: row.get("checksum")?,
            applied_at: row.get("applied_at")?,
            duration_ms: row.get("duration_ms")?,
            app_version: row.get("app_version")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The names of tables of one kind, as `PRAGMA table_list` tells kinds apart.
pub(crate) fn names(connection: &Connection, kind: &str) -> Result<Vec<String>, Error> {
    names_in(connection, "main", kind)
}

/// [`names`], of an attached database.
pub(crate) fn names_in(
    connection: &Connection,
    schema: &str,
    kind: &str,
) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare(
        "SELECT name FROM pragma_table_list
         WHERE schema = ?1 AND type = ?2 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let rows = statement.query_map([schema, kind], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn indexes(connection: &Connection) -> Result<Vec<Index>, Error> {
    let mut statement = connection.prepare(
        "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Index {
            name: row.get("name")?,
            table: row.get("tbl_name")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn pragma(connection: &Connection, name: &str) -> Result<(String, String), Error> {
    let value: Value = connection.pragma_query_value(None, name, |row| row.get(0))?;
    let value = match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    Ok((name.to_owned(), value))
}

/// From the file's header: a connection that is told nobody writes does not say.
fn journal_mode(path: &Path) -> Result<&'static str, Error> {
    let mut header = [0; 20];
    let mut file = fs::File::open(path)?;
    match file.read_exact(&mut header) {
        Ok(()) if header[18] == 2 && header[19] == 2 => Ok("wal"),
        Ok(()) => Ok("delete"),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok("none"),
        Err(error) => Err(error.into()),
    }
}
