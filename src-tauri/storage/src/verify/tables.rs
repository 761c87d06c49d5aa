//! What is known of any table: its columns, its key, and how one of its rows is called.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::Findings;
use crate::{Error, id, status};

/// The one text in a key that the app chooses, not a learner: the name of a setting.
const SETTING_KEY: &str = "key";

/// A table that holds data.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

pub(super) struct Column {
    pub(super) name: String,
    kind: String,
    /// Its place in the primary key, from 1; 0 if it is not in it.
    key_place: u32,
}

impl Table {
    /// Every table that holds data, by name.
    pub(super) fn all(connection: &Connection) -> Result<Vec<Self>, Error> {
        status::names(connection, "table")?
            .into_iter()
            .map(|name| Self::named(connection, name))
            .collect()
    }

    pub(super) fn named(connection: &Connection, name: String) -> Result<Self, Error> {
        let mut statement =
            connection.prepare("SELECT name, type, pk FROM pragma_table_info(?1)")?;
        let columns = statement
            .query_map([&name], |row| {
                Ok(Column {
                    name: row.get("name")?,
                    kind: row.get("type")?,
                    key_place: row.get("pk")?,
                })
            })?
            .collect::<Result<_, _>>()?;
        drop(statement);
        Ok(Self { name, columns })
    }

    /// The key's columns for a SELECT, quoted.
    pub(super) fn key_columns(&self) -> String {
        let key: Vec<String> = self
            .key()
            .into_iter()
            .map(|column| quoted(&column.name))
            .collect();
        key.join(", ")
    }

    fn key(&self) -> Vec<&Column> {
        let mut key: Vec<&Column> = self
            .columns
            .iter()
            .filter(|column| column.key_place > 0)
            .collect();
        key.sort_by_key(|column| column.key_place);
        key
    }

    pub(super) fn key_length(&self) -> usize {
        self.key().len()
    }

    /// How a row is called whose first columns are the key: ids as everywhere, parts joined by a slash.
    /// Words of a learner, such as a tag, are left out: a report may be sent to strangers.
    pub(super) fn row_name(&self, row: &Row<'_>) -> Result<String, Error> {
        let mut parts = Vec::new();
        for (place, column) in self.key().into_iter().enumerate() {
            match row.get_ref(place)? {
                ValueRef::Integer(number) if self.name == "schema_migrations" => {
                    parts.push(number.to_string());
                }
                ValueRef::Text(_) if column.name != SETTING_KEY => {}
                value => parts.push(Self::part_name(value)),
            }
        }
        Ok(parts.join("/"))
    }

    /// One part of a row's name.
    pub(super) fn part_name(value: ValueRef<'_>) -> String {
        match value {
            ValueRef::Integer(number) if number >= 0 => id::encode(number),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            other => format!("{:?}", other.data_type()),
        }
    }

    /// Reports every row for which `condition` holds.
    pub(super) fn report_rows(
        &self,
        connection: &Connection,
        condition: &str,
        problem: &str,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        let sql = format!(
            "SELECT {} FROM {} WHERE {condition}",
            self.key_columns(),
            quoted(&self.name)
        );
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            findings.row(&self.name, self.row_name(row)?, problem);
        }
        Ok(())
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// STRICT tables take invalid UTF-8 and NUL for text; whoever reads them later does not.
pub(super) fn check_text(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    for table in Table::all(connection)? {
        let texts: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| column.kind == "TEXT")
            .collect();
        let columns: Vec<String> = texts.iter().map(|column| quoted(&column.name)).collect();
        if columns.is_empty() {
            continue;
        }
        let sql = format!(
            "SELECT {}, {} FROM {}",
            table.key_columns(),
            columns.join(", "),
            quoted(&table.name)
        );
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for (place, column) in texts.iter().enumerate() {
                let ValueRef::Text(text) = row.get_ref(table.key_length() + place)? else {
                    continue;
                };
                let problem = match std::str::from_utf8(text) {
                    Err(_) => "is not valid UTF-8",
                    Ok(text) if text.contains('\0') => "contains a NUL character",
                    Ok(_) => continue,
                };
                findings.row(
                    &table.name,
                    table.row_name(row)?,
                    format!("{} {problem}", column.name),
                );
            }
        }
    }
    Ok(())
}
