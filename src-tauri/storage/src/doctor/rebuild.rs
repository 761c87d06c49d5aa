//! A new database out of the rows that could be read.
//!
//! It is made by the migrations of this program, never by what the file says of itself. Rows come in with
//! checks of their own table only; what they say of each other is put right afterwards, when all are there.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};

use super::account::{Account, Fate};
use super::known::{Known, KnownTable};
use super::mending::{self, Placed};
use super::record::Value;
use super::source::{Row, Sink, Source, TableDamage};
use super::{orphans, recompute};
use crate::migrations::{EMBEDDED, migrate};
use crate::progress::Watch;
use crate::time::Timestamp;
use crate::{Error, data_dir, database};

/// The table whose rows the migrations make, not the learner.
pub(super) const LEDGER: &str = "schema_migrations";

/// Opens a database for this work: no triggers, since the full text is made anew at the end; no checks of
/// references, since parents may come later; no care for power cuts, since a half-made file is of no use.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    drop(data_dir::open_private(path)?);
    let connection = Connection::open(path)?;
    database::set_up(&connection)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "synchronous", false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    Ok(connection)
}

/// Makes the file `new` out of what `source` gives, up to the newest schema, whole but for its full text.
///
/// # Errors
/// `Corrupt` if the source gives no row of a learner; `DiskFull` and the like from the disk; `Cancelled`.
pub(super) fn rebuild(
    source: &Source,
    new: &Path,
    account: &mut Account,
    watch: &Watch<'_>,
    now: Timestamp,
) -> Result<Connection, Error> {
    let mut connection = open(new)?;
    connection.query_row("PRAGMA journal_mode = MEMORY", [], |_| Ok(()))?;
    let version = env!("CARGO_PKG_VERSION");
    migrate(
        &mut connection,
        &EMBEDDED[..source.known.version],
        version,
        now,
    )?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.execute_batch(LEFT_OVERS)?;

    connection.execute_batch("BEGIN")?;
    let mut filling = Filling {
        connection: &connection,
        known: &source.known,
        account,
        rows: 0,
        repeated: HashSet::new(),
    };
    let mut damage = source.read(&mut filling, watch)?;
    for table in filling.repeated {
        // A page that stands in the place of another gives its own rows a second time.
        damage.entry(table).or_default().damaged += 1;
    }
    if filling.rows == 0 {
        return Err(Error::corrupt(
            "nothing of Parlance can be read in it; restoring a backup is the way",
        ));
    }
    connection.execute_batch("COMMIT")?;
    count_losses(&connection, &source.known, account, &damage)?;

    // References first: a migration refuses to run over rows that refer to nothing.
    orphans::adopt(&connection, &source.known, account, now)?;
    migrate(&mut connection, EMBEDDED, version, now)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    let newest = Known::newest()?;
    recompute::all(&connection, &newest, account, watch, now)?;
    connection.execute_batch(CLEAR_LEFT_OVERS)?;
    Ok(connection)
}

/// What is left of rows that are lost, beside the tables: values that an index knew, and beginnings of texts; and
/// which rows are not lost but kept aside.
pub(super) const LEFT_OVERS: &str = "
    CREATE TEMP TABLE IF NOT EXISTS hints (
        table_name TEXT NOT NULL, id INTEGER NOT NULL, column_name TEXT NOT NULL, value ANY,
        PRIMARY KEY (table_name, id, column_name)
    ) STRICT, WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS fragments (
        id INTEGER PRIMARY KEY, conversation_id INTEGER, role TEXT, content TEXT NOT NULL
    ) STRICT;
    CREATE TEMP TABLE IF NOT EXISTS aside (
        table_name TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (table_name, id)
    ) STRICT, WITHOUT ROWID;";

/// They go when the last row has found its place.
pub(super) const CLEAR_LEFT_OVERS: &str = "
    DROP TABLE IF EXISTS temp.hints; DROP TABLE IF EXISTS temp.fragments; DROP TABLE IF EXISTS temp.aside;";

/// Takes rows into a new database.
struct Filling<'a> {
    connection: &'a Connection,
    known: &'a Known,
    account: &'a mut Account,
    /// Of learners, in the database or kept aside.
    rows: u64,
    /// Tables of which a row came more than once.
    repeated: HashSet<String>,
}

impl Sink for Filling<'_> {
    fn row(&mut self, table: &KnownTable, row: Row) -> Result<(), Error> {
        if table.name == LEDGER {
            return self.ledger_row(table, &row);
        }
        self.rows += 1;
        if !row.is_whole {
            self.fragment(table, &row.values)?;
            return self.reject(table, &row.values, "its end cannot be read");
        }
        match mending::place(self.connection, self.known, table, &row.values)? {
            Placed::AsItIs => Ok(()),
            Placed::Again => {
                self.repeated.insert(table.name.clone());
                Ok(())
            }
            Placed::Mended(reason) => {
                self.account
                    .keep_aside(table, &row.values, Fate::Mended, reason)
            }
            Placed::Refused(reason) => self.reject(table, &row.values, reason),
        }
    }

    fn index_entry(
        &mut self,
        table: &KnownTable,
        rowid: i64,
        values: Vec<(usize, Value)>,
    ) -> Result<bool, Error> {
        let is_there = self
            .connection
            .prepare_cached(&format!(
                "SELECT 1 FROM main.\"{}\" WHERE rowid = ?1",
                table.name
            ))?
            .exists([rowid])?;
        if is_there {
            return Ok(false);
        }
        for (place, value) in values {
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO temp.hints VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![
                    table.name,
                    rowid,
                    table.columns[place].name,
                    rusqlite::types::ToSqlOutput::Borrowed(value.as_ref())
                ])?;
        }
        let is_aside = self
            .connection
            .prepare_cached("SELECT 1 FROM temp.aside WHERE table_name = ?1 AND id = ?2")?
            .exists(params![table.name, rowid])?;
        Ok(!is_aside)
    }

    fn unknown(&mut self, values: Vec<Value>) -> Result<(), Error> {
        self.account.keep_unknown_aside(&values)
    }
}

impl Filling<'_> {
    fn reject(&mut self, table: &KnownTable, values: &[Value], reason: &str) -> Result<(), Error> {
        let id = table.rowid_column().and_then(|place| values.get(place));
        if let Some(id) = id.and_then(Value::as_integer) {
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO temp.aside VALUES (?1, ?2)")?
                .execute(params![table.name, id])?;
        }
        self.account
            .keep_aside(table, values, Fate::Rejected, reason)
    }

    /// The new file has a ledger of its own; the old one still knows when and by which app a step was taken.
    fn ledger_row(&self, table: &KnownTable, row: &Row) -> Result<(), Error> {
        if !row.is_whole || !table.fits(&row.values) || row.values.len() != table.columns.len() {
            return Ok(());
        }
        let value = |column: &str| {
            table
                .place(column)
                .map(|place| rusqlite::types::ToSqlOutput::Borrowed(row.values[place].as_ref()))
                .ok_or_else(|| Error::internal(format!("the ledger has no column {column}")))
        };
        self.connection.execute(
            "UPDATE OR IGNORE schema_migrations SET applied_at = ?3, duration_ms = max(?4, 0), app_version = ?5
             WHERE version = ?1 AND checksum = ?2 AND length(?5) BETWEEN 1 AND 40 AND ?5 NOT GLOB '*[^ -~]*'",
            params![
                value("version")?,
                value("checksum")?,
                value("applied_at")?,
                value("duration_ms")?,
                value("app_version")?
            ],
        )?;
        Ok(())
    }

    /// The beginning of a long message whose end is lost is still worth reading.
    fn fragment(&self, table: &KnownTable, values: &[Value]) -> Result<(), Error> {
        if table.name != "messages" {
            return Ok(());
        }
        let value = |column: &str| table.place(column).and_then(|place| values.get(place));
        let (Some(id), Some(Value::Text(content))) = (value("id"), value("content")) else {
            return Ok(());
        };
        let content = mending::legible_text(beginning(content));
        if content.trim().is_empty() {
            return Ok(());
        }
        let conversation = value("conversation_id").and_then(Value::as_integer);
        let role = value("role").and_then(Value::as_text);
        self.connection
            .prepare_cached("INSERT OR IGNORE INTO temp.fragments VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id.as_integer(), conversation, role, content])?;
        Ok(())
    }
}

/// A cut text, without the part of a character that the cut may have left.
fn beginning(text: &[u8]) -> &[u8] {
    match std::str::from_utf8(text) {
        Err(error) if error.error_len().is_none() => &text[..error.valid_up_to()],
        _ => text,
    }
}

/// What the indexes know of rows that nothing gave back.
fn count_losses(
    connection: &Connection,
    known: &Known,
    account: &mut Account,
    damage: &HashMap<String, TableDamage>,
) -> Result<(), Error> {
    for table in &known.tables {
        let damage = damage.get(&table.name).copied().unwrap_or_default();
        if table.has_rowid {
            // Rows that were found after the index had told of them.
            connection.execute(
                &format!(
                    "DELETE FROM temp.hints WHERE table_name = ?1 AND id IN (SELECT rowid FROM main.\"{}\")",
                    table.name
                ),
                [&table.name],
            )?;
        }
        let lost: u32 = connection.query_row(
            "SELECT count(DISTINCT id) FROM temp.hints
             WHERE table_name = ?1 AND id NOT IN (SELECT id FROM temp.aside WHERE table_name = ?1)",
            [&table.name],
            |row| row.get(0),
        )?;
        account.table(&table.name).lost = match (damage.damaged, lost, damage.is_counted) {
            (0, 0, _) => Some(0),
            (_, _, true) => Some(u64::from(lost)),
            (_, _, false) => None,
        };
    }
    account.tables.remove(LEDGER);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_that_lacks_a_column_is_an_error_and_not_read_as_another_one() {
        let known = Known::newest().unwrap();
        let mut ledger = known.table(LEDGER).unwrap().clone();
        let text = |text: &str| Value::Text(text.as_bytes().to_vec());
        let hash = "a".repeat(64);
        let row = Row {
            values: vec![
                Value::Integer(1),
                text("begin"),
                text(&hash),
                Value::Integer(5),
                Value::Integer(7),
                text("0.1.0"),
            ],
            is_whole: true,
        };
        let mut account = Account::new(Path::new("never-made").to_owned());
        let filling = Filling {
            connection: &known.empty,
            known: &known,
            account: &mut account,
            rows: 0,
            repeated: HashSet::new(),
        };
        assert_eq!(filling.ledger_row(&ledger, &row), Ok(()));
        let place = ledger.place("app_version").unwrap();
        ledger.columns[place].name = "app".into();
        let error = filling.ledger_row(&ledger, &row).unwrap_err();
        assert_eq!(error.code(), "internal");
    }
}
