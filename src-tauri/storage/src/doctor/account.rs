//! What became of the rows: in counts, and of every row that is not as it was, in a file of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::known::KnownTable;
use super::record::Value;
use crate::files::hex;
use crate::{Error, data_dir, id};

/// What became of the rows of one table. As JSON its names are in snake_case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableCounts {
    /// Rows in the repaired database, the mended and the recreated ones among them.
    pub kept: u64,
    /// Rows of which a part was put right; as they were, they are in the rejects file if words were changed.
    pub mended: u64,
    /// Rows made anew from what was left of them elsewhere.
    pub recreated: u64,
    /// Rows that could be read but not kept; they are in the rejects file.
    pub rejected: u64,
    /// Rows that are known to be lost; `None` if some may be, but nothing tells how many.
    pub lost: Option<u64>,
}

/// Counts what became of the rows and keeps aside what could not be kept.
pub(super) struct Account {
    pub(super) tables: BTreeMap<String, TableCounts>,
    rejects: PathBuf,
    file: Option<BufWriter<File>>,
    /// Lines in the rejects file.
    pub(super) rejects_count: u64,
}

/// What happened to a row that is in the rejects file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is in the database, but not as it was.
    Mended,
    /// It is not in the database.
    Rejected,
}

impl Fate {
    const fn name(self) -> &'static str {
        match self {
            Self::Mended => "mended",
            Self::Rejected => "rejected",
        }
    }
}

impl Account {
    /// Rows that are kept aside go to the file `rejects`, which is made with the first one.
    pub(super) const fn new(rejects: PathBuf) -> Self {
        Self {
            tables: BTreeMap::new(),
            rejects,
            file: None,
            rejects_count: 0,
        }
    }

    pub(super) fn table(&mut self, name: &str) -> &mut TableCounts {
        self.tables.entry(name.to_owned()).or_default()
    }

    /// Counts a row and keeps aside how it was. `reason` repeats nothing that is stored.
    pub(super) fn keep_aside(
        &mut self,
        table: &KnownTable,
        values: &[Value],
        fate: Fate,
        reason: &str,
    ) -> Result<(), Error> {
        let counts = self.table(&table.name);
        match fate {
            Fate::Mended => counts.mended += 1,
            Fate::Rejected => counts.rejected += 1,
        }
        let line = json!({
            "table": table.name,
            "fate": fate.name(),
            "reason": reason,
            "row": row_as_json(table, values),
        });
        self.write(&line)
    }

    /// Keeps aside a row that belongs to no table in particular.
    pub(super) fn keep_unknown_aside(&mut self, values: &[Value]) -> Result<(), Error> {
        let values: Vec<Json> = values
            .iter()
            .map(|value| match value {
                Value::Text(bytes) | Value::Blob(bytes) if is_secret(bytes) => Json::Null,
                other => as_json("", other),
            })
            .collect();
        let line = json!({
            "table": null,
            "fate": Fate::Rejected.name(),
            "reason": "nothing tells to which table it belonged",
            "row": values,
        });
        self.write(&line)
    }

    fn write(&mut self, line: &Json) -> Result<(), Error> {
        if self.file.is_none() {
            self.file = Some(BufWriter::new(data_dir::open_private(&self.rejects)?));
        }
        if let Some(file) = &mut self.file {
            writeln!(file, "{line}")?;
            self.rejects_count += 1;
        }
        Ok(())
    }

    /// Puts the rejects file on the disk and gives its path; `None` if nothing was kept aside.
    pub(super) fn finish(&mut self) -> Result<Option<&Path>, Error> {
        let Some(file) = self.file.take() else {
            return Ok(None);
        };
        let file = file.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        Ok(Some(&self.rejects))
    }
}

/// They open no door for whoever reads a file of rows, and are of no use to anybody else.
const SECRETS: &[&str] = &["password_hash", "token_hash"];

/// Whether a value is a secret by its looks, where no name of a column tells: the hash of a password or token.
fn is_secret(bytes: &[u8]) -> bool {
    bytes.starts_with(b"$argon2id$")
        || (bytes.len() == 64 && bytes.iter().all(u8::is_ascii_hexdigit))
}

/// A row as JSON, by the names of its columns; without secrets.
pub(super) fn row_as_json(table: &KnownTable, values: &[Value]) -> Map<String, Json> {
    table
        .columns
        .iter()
        .zip(values)
        .filter(|(column, _)| !SECRETS.contains(&column.name.as_str()))
        .map(|(column, value)| (column.name.clone(), as_json(&column.name, value)))
        .collect()
}

/// Ids as text, as everywhere outside of the database. What is not text is given as hex, so that nothing is lost.
fn as_json(column: &str, value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) if *number >= 0 && is_id(column) => json!(id::encode(*number)),
        Value::Integer(number) => json!(number),
        Value::Real(number) => json!(number),
        Value::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => json!(text),
            Err(_) => json!({ "text": String::from_utf8_lossy(bytes), "hex": hex(bytes) }),
        },
        Value::Blob(bytes) => json!({ "hex": hex(bytes) }),
    }
}

fn is_id(column: &str) -> bool {
    column == "id" || column.ends_with("_id") || column == "created_by"
}
