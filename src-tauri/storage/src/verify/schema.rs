//! The schema, against the one that the embedded migrations make.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::Findings;
use crate::Error;
use crate::migrations::{APPLICATION_ID, EMBEDDED, Migration, fresh};

/// How the problem ends that is none but for the program that looks: an older schema, which the next start of the
/// app brings up to date.
pub(crate) const DUE: &str = "is due: migrate it";

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
            "its schema version is {version}, and {} {DUE}",
            EMBEDDED.len()
        ));
    }
    check_ledger(connection, known, findings)?;
    check_objects(connection, known, findings)
}

/// Whether every part of the schema is as the migrations of this program make it. What runs code of the
/// schema, such as triggers, or writes at all, must not run on any other.
pub(crate) fn is_as_known(connection: &Connection) -> Result<bool, Error> {
    let mut findings = Findings::new("schema");
    check(connection, &mut findings)?;
    Ok(findings.is_empty())
}

/// A table of the newest schema in a database of its own, in memory: empty, without triggers and without
/// references. `None` if there is no such table.
pub(super) fn empty_copy(table: &str) -> Result<Option<Connection>, Error> {
    let definition: Option<String> = fresh(EMBEDDED)?
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 AND sql LIKE 'CREATE TABLE %'",
            [table],
            |row| row.get(0),
        )
        .optional()?;
    let Some(definition) = definition else {
        return Ok(None);
    };
    let copy = Connection::open_in_memory()?;
    copy.pragma_update(None, "foreign_keys", false)?;
    copy.execute_batch(&definition)?;
    Ok(Some(copy))
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
    let mut found = objects(connection)?;
    for ((name, kind), expected) in objects(&fresh(known)?)? {
        let table = &expected[0].0;
        match found.remove(&(name.clone(), kind.clone())) {
            None => findings.table(table, format!("the {kind} {name} is missing")),
            Some(stored) if stored != expected => {
                findings.table(
                    table,
                    format!("the {kind} {name} is not as its migration made it"),
                );
            }
            Some(_) => {}
        }
    }
    for ((name, kind), stored) in found {
        findings.table(
            &stored[0].0,
            format!("the {kind} {name} is in no migration"),
        );
    }
    Ok(())
}

/// By name and kind: the table and the SQL of each. More than one under one name only in a forged file.
type Objects = BTreeMap<(String, String), Vec<(String, Option<String>)>>;

/// Without the statistics that SQLite makes for itself. A reserved name alone excuses nothing: a forged file
/// may call a trigger what it likes.
fn objects(connection: &Connection) -> Result<Objects, Error> {
    let mut statement = connection.prepare(
        "SELECT name, type, tbl_name, sql FROM sqlite_schema
         WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4') AND sql LIKE 'CREATE TABLE %')",
    )?;
    let mut objects = Objects::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        objects
            .entry((row.get(0)?, row.get(1)?))
            .or_default()
            .push((row.get(2)?, row.get(3)?));
    }
    Ok(objects)
}
