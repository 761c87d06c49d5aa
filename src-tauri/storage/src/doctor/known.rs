//! The tables that this program knows, at one version of the schema, as its own migrations make them.
//!
//! A damaged or forged file may say anything about its tables. What a row means is therefore read off an empty
//! database in memory, and of the file's own schema only the words are compared, never run.

use std::collections::{BTreeMap, HashMap};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Row};

use super::record::Value;
use super::tree::Cell;
use crate::Error;
use crate::migrations::{EMBEDDED, migrate};
use crate::time::Timestamp;

/// The type of a column of a STRICT table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Integer,
    Real,
    Text,
    Blob,
    Any,
}

/// A column of a known table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) column_type: ColumnType,
    pub(super) is_nullable: bool,
    /// What a row gets that does not say; evaluated from our own migrations.
    pub(super) default: Option<Value>,
}

/// A column that refers to a row of another table, by its id.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) column: usize,
    pub(super) parent: String,
    /// Whether the row means nothing without its parent, although the column may be empty.
    pub(super) falls_with_parent: bool,
}

/// A full index, by which rows can be counted that are lost.
#[derive(Clone, Debug)]
pub(super) struct IndexShape {
    pub(super) name: String,
    /// The table's columns in it; the rowid follows them.
    pub(super) columns: Vec<usize>,
}

/// A known table.
#[derive(Clone, Debug)]
pub(super) struct KnownTable {
    pub(super) name: String,
    /// In the order of the table.
    pub(super) columns: Vec<Column>,
    /// The columns of the primary key, in its order.
    pub(super) key: Vec<usize>,
    pub(super) has_rowid: bool,
    pub(super) references: Vec<Reference>,
    pub(super) index: Option<IndexShape>,
}

/// The schema of one version.
pub(super) struct Known {
    pub(super) version: usize,
    /// An empty database of this version, without triggers and without checks of references.
    pub(super) empty: Connection,
    /// By name.
    pub(super) tables: Vec<KnownTable>,
}

/// By kind and name: the SQL of each part of a schema.
pub(super) type Objects = HashMap<(String, String), Option<String>>;

impl Known {
    /// The version whose parts are most like those found in a file; at a tie the one that the file names, else
    /// the newest.
    pub(super) fn best_for(found: &Objects, named: Option<usize>) -> Result<Self, Error> {
        let mut growing = Connection::open_in_memory()?;
        let (mut best, mut best_score) = (EMBEDDED.len(), (0, false));
        for version in 1..=EMBEDDED.len() {
            migrate(
                &mut growing,
                &EMBEDDED[..version],
                "",
                Timestamp::from_millis(0),
            )?;
            let alike = objects(&growing)?
                .iter()
                .filter(|(name, sql)| found.get(*name) == Some(*sql))
                .count();
            let score = (alike, named == Some(version));
            if score >= best_score {
                (best, best_score) = (version, score);
            }
        }
        if best_score.0 == 0 {
            best = named.unwrap_or(EMBEDDED.len());
        }
        Self::at(best)
    }

    pub(super) fn newest() -> Result<Self, Error> {
        Self::at(EMBEDDED.len())
    }

    fn at(version: usize) -> Result<Self, Error> {
        let mut empty = Connection::open_in_memory()?;
        let migrations = EMBEDDED.get(..version).unwrap_or(EMBEDDED);
        migrate(&mut empty, migrations, "", Timestamp::from_millis(0))?;
        empty.execute_batch("DELETE FROM schema_migrations")?;
        empty.pragma_update(None, "foreign_keys", false)?;
        empty.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        let tables = tables(&empty)?;
        Ok(Self {
            version: migrations.len(),
            empty,
            tables,
        })
    }

    /// How many of the tables found in a file are none of this version, nor SQLite's own.
    pub(super) fn strange_tables(&self, found: &Objects) -> Result<u64, Error> {
        let ours = objects(&self.empty)?;
        let strange = found.keys().filter(|(kind, name)| {
            kind == "table"
                && !name.starts_with("sqlite_")
                && !ours.contains_key(&("table".to_owned(), name.clone()))
        });
        Ok(strange.count() as u64)
    }

    /// Whether rows of other tables refer to this one.
    pub(super) fn is_parent(&self, table: &KnownTable) -> bool {
        let mut references = self.tables.iter().flat_map(|table| &table.references);
        references.any(|reference| reference.parent == table.name)
    }

    pub(super) fn table(&self, name: &str) -> Option<&KnownTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Whether a row keeps the rules of its table, except for uniqueness and references.
    pub(super) fn keeps_rules(&self, table: &KnownTable, values: &[Value]) -> Result<bool, Error> {
        if values.is_empty() {
            return Ok(false);
        }
        self.empty.execute_batch("SAVEPOINT trial")?;
        let inserted = table.insert(&self.empty, values);
        self.empty
            .execute_batch("ROLLBACK TO trial; RELEASE trial")?;
        match inserted {
            Ok(()) => Ok(true),
            Err(error) if is_refusal(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl KnownTable {
    /// Whether these values can be a row: in number and by their types.
    pub(super) fn fits(&self, values: &[Value]) -> bool {
        let is_missing_allowed = |column: &Column| column.is_nullable || column.default.is_some();
        self.begins(values) && self.columns[values.len()..].iter().all(is_missing_allowed)
    }

    /// Whether these values can be the beginning of a row.
    fn begins(&self, values: &[Value]) -> bool {
        values.len() <= self.columns.len()
            && values
                .iter()
                .zip(&self.columns)
                .enumerate()
                .all(|(place, (value, column))| self.column_fits(place, column, value))
    }

    /// Whether a cell can be a row of this table; one whose end is lost, its beginning.
    pub(super) fn fits_stored(&self, cell: &Cell) -> bool {
        let values = self.in_order(cell.rowid, cell.record.values.clone());
        if cell.record.is_whole {
            self.fits(&values)
        } else {
            self.begins(&values)
        }
    }

    fn column_fits(&self, place: usize, column: &Column, value: &Value) -> bool {
        match value {
            // Where the rowid stands for it, the record holds NULL.
            Value::Null => column.is_nullable || self.rowid_column() == Some(place),
            Value::Integer(_) => !matches!(column.column_type, ColumnType::Text | ColumnType::Blob),
            Value::Real(_) => matches!(column.column_type, ColumnType::Real | ColumnType::Any),
            Value::Text(_) => matches!(column.column_type, ColumnType::Text | ColumnType::Any),
            Value::Blob(_) => matches!(column.column_type, ColumnType::Blob | ColumnType::Any),
        }
    }

    /// The column that is another name of the rowid.
    pub(super) fn rowid_column(&self) -> Option<usize> {
        match self.key.as_slice() {
            [only] if self.has_rowid && self.columns[*only].column_type == ColumnType::Integer => {
                Some(*only)
            }
            _ => None,
        }
    }

    /// Puts the stored order of a row into that of the table. A table without rowid stores its key first.
    pub(super) fn in_order(&self, rowid: i64, stored: Vec<Value>) -> Vec<Value> {
        let mut values = stored;
        if let Some(place) = self.rowid_column()
            && place < values.len()
        {
            values[place] = Value::Integer(rowid);
        }
        for (value, column) in values.iter_mut().zip(&self.columns) {
            // SQLite stores a whole number of a REAL column in the shorter form.
            if let (ColumnType::Real, Value::Integer(number)) = (column.column_type, &value) {
                #[allow(clippy::cast_precision_loss, reason = "as SQLite itself converts it")]
                let real = *number as f64;
                *value = Value::Real(real);
            }
        }
        if self.has_rowid {
            return values;
        }
        let others = (0..self.columns.len()).filter(|place| !self.key.contains(place));
        let mut ordered: Vec<(usize, Value)> =
            self.key.iter().copied().chain(others).zip(values).collect();
        ordered.sort_by_key(|(place, _)| *place);
        ordered.into_iter().map(|(_, value)| value).collect()
    }

    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }

    /// The names of the first `count` columns, as SQL lists them.
    pub(super) fn names(&self, count: usize) -> String {
        let names: Vec<String> = self.columns[..count]
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        names.join(", ")
    }

    /// The statement that gives whole rows; what they have to be like may follow it.
    pub(super) fn select(&self) -> String {
        let names = self.names(self.columns.len());
        format!("SELECT {names} FROM main.\"{}\"", self.name)
    }

    /// The values of a row that [`KnownTable::select`] gave.
    pub(super) fn values_of(&self, row: &Row<'_>) -> rusqlite::Result<Vec<Value>> {
        (0..self.columns.len())
            .map(|place| row.get_ref(place).map(Value::from))
            .collect()
    }

    /// Adds a row whose last columns may be absent; they get their defaults. At least one has to be there.
    pub(super) fn insert(&self, connection: &Connection, values: &[Value]) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(&format!(
            "INSERT INTO \"{}\" ({}) VALUES ({})",
            self.name,
            self.names(values.len()),
            vec!["?"; values.len()].join(", ")
        ))?;
        for (place, value) in values.iter().enumerate() {
            let value = rusqlite::types::ToSqlOutput::Borrowed(value.as_ref());
            statement.raw_bind_parameter(place + 1, value)?;
        }
        statement.raw_execute().map(drop)
    }
}

/// Whether the row is to blame, not the disk or the program.
pub(super) fn is_refusal(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    matches!(
        error.sqlite_error_code(),
        Some(ConstraintViolation | TypeMismatch | TooBig)
    )
}

fn objects(connection: &Connection) -> Result<Objects, Error> {
    let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema")?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn tables(connection: &Connection) -> Result<Vec<KnownTable>, Error> {
    let mut statement = connection.prepare(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let names: BTreeMap<String, bool> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    names
        .into_iter()
        .map(|(name, is_without_rowid)| table(connection, name, !is_without_rowid))
        .collect()
}

fn table(connection: &Connection, name: String, has_rowid: bool) -> Result<KnownTable, Error> {
    let mut statement = connection.prepare(
        "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?1) ORDER BY cid",
    )?;
    let rows = statement.query_map([&name], |row| {
        let column_type: String = row.get(1)?;
        let (is_not_null, key_place): (bool, u32) = (row.get(2)?, row.get(4)?);
        let column = Column {
            name: row.get(0)?,
            column_type: match column_type.as_str() {
                "INTEGER" | "INT" => ColumnType::Integer,
                "REAL" => ColumnType::Real,
                "TEXT" => ColumnType::Text,
                "BLOB" => ColumnType::Blob,
                _ => ColumnType::Any,
            },
            is_nullable: !is_not_null && key_place == 0,
            default: match row.get::<_, Option<String>>(3)? {
                Some(sql) => Some(connection.query_row(&format!("SELECT {sql}"), [], |row| {
                    row.get_ref(0).map(Value::from)
                })?),
                None => None,
            },
        };
        Ok((column, key_place))
    })?;
    let columns: Vec<(Column, u32)> = rows.collect::<Result<_, _>>()?;
    let mut key: Vec<(u32, usize)> = columns
        .iter()
        .enumerate()
        .filter(|(_, (_, key_place))| *key_place > 0)
        .map(|(place, (_, key_place))| (*key_place, place))
        .collect();
    key.sort_unstable();
    let mut table = KnownTable {
        columns: columns.into_iter().map(|(column, _)| column).collect(),
        key: key.into_iter().map(|(_, place)| place).collect(),
        has_rowid,
        references: Vec::new(),
        index: None,
        name,
    };
    table.references = references(connection, &table)?;
    if has_rowid {
        table.index = full_index(connection, &table)?;
    }
    Ok(table)
}

fn references(connection: &Connection, table: &KnownTable) -> Result<Vec<Reference>, Error> {
    let mut statement = connection.prepare(
        "SELECT \"from\", \"table\", on_delete FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
    )?;
    let mut rows = statement.query([&table.name])?;
    let mut references = Vec::new();
    while let Some(row) = rows.next()? {
        let (column, parent): (String, String) = (row.get(0)?, row.get(1)?);
        let on_delete: String = row.get(2)?;
        if let Some(column) = table.place(&column) {
            references.push(Reference {
                column,
                // A folder outlives the folder in which it lay.
                falls_with_parent: on_delete == "CASCADE" && parent != table.name,
                parent,
            });
        }
    }
    Ok(references)
}

/// An index that holds every row, preferably a unique one, which says most about a row.
fn full_index(connection: &Connection, table: &KnownTable) -> Result<Option<IndexShape>, Error> {
    let mut statement = connection.prepare(
        "SELECT name FROM pragma_index_list(?1) WHERE partial = 0 ORDER BY \"unique\" DESC, seq",
    )?;
    let names: Vec<String> = statement
        .query_map([&table.name], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        let mut statement = connection
            .prepare("SELECT cid FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno")?;
        let places: Vec<i64> = statement
            .query_map([&name], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        // An expression has no column.
        if let Ok(columns) = places.into_iter().map(usize::try_from).collect() {
            return Ok(Some(IndexShape { name, columns }));
        }
    }
    Ok(None)
}
