//! SQLite's own checks, with names put to what they find.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use super::tables::{Table, quoted};
use super::{Findings, MOST_PER_CHECK, schema};
use crate::{Error, integrity, status};

pub(super) fn check_integrity(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<(), Error> {
    let messages = {
        let mut statement =
            connection.prepare(&format!("PRAGMA integrity_check({MOST_PER_CHECK})"))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<Result<Vec<String>, _>>()?
    };
    let lines = messages.iter().flat_map(|message| message.lines());
    if let Some(error) = lines.filter_map(integrity::unread).next() {
        return Err(error);
    }
    let tables = status::names(connection, "table")?;
    let mut doubted: Vec<&str> = Vec::new();
    for message in messages.iter().filter(|message| *message != "ok") {
        match table_in(connection, &tables, message)? {
            Some(table) => {
                findings.table(&table, message.as_str());
                doubted.extend(
                    tables
                        .iter()
                        .map(String::as_str)
                        .filter(|name| *name == table),
                );
            }
            None => findings.file(message.as_str()),
        }
    }
    doubted.sort_unstable();
    doubted.dedup();
    // In another schema a table of the same name means something else.
    if !doubted.is_empty() && schema::is_as_known(connection)? {
        for table in doubted {
            name_rows_that_break_rules(connection, table, findings)?;
        }
    }
    Ok(())
}

/// The table that a message is about, which names it, one of its columns or one of its indexes.
fn table_in(
    connection: &Connection,
    tables: &[String],
    message: &str,
) -> Result<Option<String>, Error> {
    for word in message.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if tables.iter().any(|table| table == word) {
            return Ok(Some(word.to_owned()));
        }
        let of_index = connection
            .prepare_cached(
                "SELECT tbl_name FROM sqlite_schema WHERE name = ?1 AND type IN ('index', 'table')",
            )?
            .query_row([word], |row| row.get(0))
            .optional()?;
        if of_index.is_some() {
            return Ok(of_index);
        }
    }
    Ok(None)
}

/// SQLite says that a table breaks a CHECK or NOT NULL, but not in which row. A copy of the table takes every
/// row that keeps its rules, which shows the others.
///
/// The copy is in memory and made by the migrations of this program: no text of the file is ever run.
fn name_rows_that_break_rules(
    connection: &Connection,
    name: &str,
    findings: &mut Findings,
) -> Result<(), Error> {
    let Some(copy) = schema::empty_copy(name)? else {
        return Ok(());
    };
    let table = Table::named(connection, name.to_owned())?;
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| quoted(&column.name))
        .collect();
    let places = vec!["?"; columns.len()].join(", ");
    let (all, quoted_name) = (columns.join(", "), quoted(name));
    let mut insert = copy.prepare(&format!(
        "INSERT INTO {quoted_name} ({all}) VALUES ({places})"
    ))?;
    let key = table.key_columns();
    let key_length = table.key_length();
    let mut select = connection.prepare(&format!("SELECT {key}, {all} FROM main.{quoted_name}"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        for place in 0..columns.len() {
            let value = ToSqlOutput::Borrowed(row.get_ref(key_length + place)?);
            insert.raw_bind_parameter(place + 1, value)?;
        }
        match insert.raw_execute() {
            Ok(_) => {}
            Err(error) if breaks_a_rule(&error) => findings.row(
                name,
                table.row_name(row)?,
                "breaks a rule of its table (CHECK, NOT NULL or UNIQUE)",
            ),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn breaks_a_rule(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch)
    )
}

pub(super) fn check_foreign_keys(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<(), Error> {
    let broken: Vec<(String, String)> = {
        let mut statement = connection
            .prepare("SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    // The pragma names rows by rowid, which some tables do not have: ask for their keys instead.
    for (name, parent) in broken {
        let table = Table::named(connection, name)?;
        let mut statement = connection
            .prepare("SELECT \"from\" FROM pragma_foreign_key_list(?1) WHERE \"table\" = ?2")?;
        let columns: Vec<String> = statement
            .query_map([&table.name, &parent], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for column in columns {
            let condition = format!(
                "{0} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {1} AS parent WHERE parent.id = {2}.{0})",
                quoted(&column),
                quoted(&parent),
                quoted(&table.name),
            );
            let problem = format!("{column} refers to a row of {parent} that is not there");
            table.report_rows(connection, &condition, &problem, findings)?;
        }
    }
    Ok(())
}
