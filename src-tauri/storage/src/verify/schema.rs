//! The schema, against the one that the embedded migrations make.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::Findings;
use crate::Error;
use crate::migrations::{APPLICATION_ID, EMBEDDED, Migration, migrate};
use crate::time::Timestamp;

pub(super) fn check(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    let application_id: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = version(connection)?;
    if version == 0 {
        findings.file("holds no schema: no migration was ever applied");
        return Ok(());
    }
    if application_id != APPLICATION_ID {
        findings.file(format!(
            "its application id is {application_id}, not Parlance's {APPLICATION_ID}"
        ));
    }
    let Some(known) = usize::try_from(version)
        .ok()
        .and_then(|version| EMBEDDED.get(..version))
    else {
        findings.file(format!(
            "its schema version {version} is newer than this program's {}",
            EMBEDDED.len()
        ));
        return Ok(());
    };
    if known.len() < EMBEDDED.len() {
        findings.file(format!(
            "its schema version is {version}, and {} is due: migrate it",
            EMBEDDED.len()
        ));
    }
    check_ledger(connection, known, findings)?;
    check_objects(connection, known, findings)
}

/// Whether the tables are those of this program's newest schema, so that queries of them make sense.
pub(super) fn is_newest(connection: &Connection) -> bool {
    version(connection).is_ok_and(|version| usize::try_from(version) == Ok(EMBEDDED.len()))
}

fn version(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn check_ledger(
    connection: &Connection,
    known: &[Migration],
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut statement =
        connection.prepare("SELECT version, name, checksum FROM schema_migrations")?;
    let mut ledger: BTreeMap<u32, (String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
        .collect::<Result<_, _>>()?;
    for Migration {
        version,
        name,
        checksum,
        ..
    } in known
    {
        match ledger.remove(version) {
            None => findings.row("schema_migrations", version.to_string(), "is missing"),
            Some((stored, _)) if stored != *name => {
                findings.row(
                    "schema_migrations",
                    version.to_string(),
                    format!("is not called {name}"),
                );
            }
            Some((_, stored)) if stored != *checksum => findings.row(
                "schema_migrations",
                version.to_string(),
                "has another checksum than the migration that this program knows",
            ),
            Some(_) => {}
        }
    }
    for version in ledger.keys() {
        findings.row(
            "schema_migrations",
            version.to_string(),
            "lies beyond the schema's version",
        );
    }
    Ok(())
}

/// Compares every table, index, view and trigger with a fresh database of the same version.
fn check_objects(
    connection: &Connection,
    known: &[Migration],
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut fresh = Connection::open_in_memory()?;
    migrate(&mut fresh, known, "", Timestamp::from_millis(0))?;
    let mut found = objects(connection)?;
    for (name, (kind, table, sql)) in objects(&fresh)? {
        match found.remove(&name) {
            None => findings.table(&table, format!("the {kind} {name} is missing")),
            Some((_, _, stored)) if stored != sql => {
                findings.table(
                    &table,
                    format!("the {kind} {name} is not as its migration made it"),
                );
            }
            Some(_) => {}
        }
    }
    for (name, (kind, table, _)) in found {
        findings.table(&table, format!("the {kind} {name} is in no migration"));
    }
    Ok(())
}

type Objects = BTreeMap<String, (String, String, Option<String>)>;

/// Without what SQLite makes for itself, such as statistics.
fn objects(connection: &Connection) -> Result<Objects, Error> {
    let mut statement = connection.prepare(
        "SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
