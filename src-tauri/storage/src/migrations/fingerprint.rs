//! What a schema looks like, so that it can be told from every other.
//!
//! The version in a file is only a number. Whether the tables behind it are those of that version is told by
//! comparing them with what the migrations of this program make.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::{Migration, migrate};
use crate::time::Timestamp;
use crate::{Error, files};

/// A table, index, view or trigger, as it was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaObject {
    /// `table`, `index`, `view` or `trigger`.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// The statement that makes it.
    pub(crate) sql: String,
}

/// A new database in memory, as these migrations make it.
pub(crate) fn fresh(known: &[Migration]) -> Result<Connection, Error> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, known, "", Timestamp::from_millis(0))?;
    Ok(connection)
}

/// Everything that was declared, in the order of declaration. Left out is what follows from it: the indexes of
/// UNIQUE, the statistics, and the tables in which a full-text table keeps itself.
pub(crate) fn objects(connection: &Connection) -> Result<Vec<SchemaObject>, Error> {
    let mut statement = connection.prepare(
        "SELECT type, name, sql FROM sqlite_schema
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             AND name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
         ORDER BY rowid",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(SchemaObject {
            kind: row.get("type")?,
            name: row.get("name")?,
            sql: row.get("sql")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// SHA-256 in hex over everything that was declared, whatever the order and the blanks between words.
pub(crate) fn fingerprint(connection: &Connection) -> Result<String, Error> {
    let mut objects = objects(connection)?;
    objects.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
    let mut hash = Sha256::new();
    for SchemaObject { kind, name, sql } in &objects {
        let words: Vec<&str> = sql.split_whitespace().collect();
        for part in [kind.as_str(), name, &words.join(" ")] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    Ok(files::hex(&hash.finalize()))
}

/// The fingerprint of the schema after each of these migrations, in their order.
pub fn fingerprints(migrations: &[Migration]) -> Result<Vec<String>, Error> {
    (1..=migrations.len())
        .map(|count| fingerprint(&fresh(&migrations[..count])?))
        .collect()
}

/// The version whose schema this is; `None` if no migration ever made such a one.
///
/// Newest first: a database is mended to what it can do, and a migration that only writes rows leaves the
/// schema as it was.
pub(crate) fn version_of(
    connection: &Connection,
    migrations: &[Migration],
) -> Result<Option<u32>, Error> {
    let found = fingerprint(connection)?;
    for count in (1..=migrations.len()).rev() {
        if fingerprint(&fresh(&migrations[..count])?)? == found {
            return Ok(u32::try_from(count).ok());
        }
    }
    Ok(None)
}
