//! SQLite's own checks, with names put to what they find.

use rusqlite::{Connection, OptionalExtension};

use super::tables::{Table, quoted};
use super::{Findings, MOST_PER_CHECK};
use crate::{Error, status};

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
    doubted.dedup();
    for table in doubted {
        name_rows_that_break_rules(connection, table, findings)?;
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

/// SQLite says that a table breaks a CHECK or NOT NULL, but not in which row. A copy of the table that
/// leaves out what breaks its rules shows which rows those are.
fn name_rows_that_break_rules(
    connection: &Connection,
    table: &str,
    findings: &mut Findings,
) -> Result<(), Error> {
    let sql: String = connection.query_row(
        "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1",
        [table],
        |row| row.get(0),
    )?;
    let Some(definition) = sql.strip_prefix(&format!("CREATE TABLE {table}")) else {
        return Ok(());
    };
    let name = quoted(table);
    let columns = Table::named(connection, table.to_owned())?;
    connection.pragma_update(None, "foreign_keys", false)?;
    // Without the WHERE, SQLite copies between like tables page by page and checks nothing.
    connection.execute_batch(&format!(
        "CREATE TEMP TABLE {table}{definition};
         INSERT OR IGNORE INTO temp.{name} SELECT * FROM main.{name} WHERE true;"
    ))?;
    let key = columns.key_columns();
    let broken = {
        let mut statement = connection.prepare(&format!(
            "SELECT {key} FROM main.{name} EXCEPT SELECT {key} FROM temp.{name}"
        ))?;
        let mut rows = statement.query([])?;
        let mut broken = Vec::new();
        while let Some(row) = rows.next()? {
            broken.push(columns.row_name(row)?);
        }
        broken
    };
    connection.execute_batch(&format!("DROP TABLE temp.{name}"))?;
    for row in broken {
        findings.row(
            table,
            row,
            "breaks a rule of its table (CHECK, NOT NULL or UNIQUE)",
        );
    }
    Ok(())
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
