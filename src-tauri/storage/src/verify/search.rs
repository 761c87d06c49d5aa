//! The full-text tables, against the texts that they index.
//!
//! This is the only check that sees a changed letter in a text: the index still says what stood there.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::Connection;

use super::Findings;
use super::tables::quoted;
use crate::search::{Index, all_indexes};
use crate::{Error, id};

pub(super) fn check(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    check_all(connection, findings, true)
}

/// Only says which index is wrong: to find the rows, every text has to be indexed anew.
pub(super) fn check_without_rows(
    connection: &Connection,
    findings: &mut Findings,
) -> Result<(), Error> {
    check_all(connection, findings, false)
}

fn check_all(
    connection: &Connection,
    findings: &mut Findings,
    names_rows: bool,
) -> Result<(), Error> {
    for search in &all_indexes() {
        match check_one(connection, search) {
            Ok(()) => {}
            Err(Error::Corrupt { .. }) => {
                if !names_rows || name_rows(connection, search, findings)? == 0 {
                    findings.table(search.name, format!("does not agree with {}", search.table));
                }
            }
            // The disk can be written, or this would not be asked.
            Err(Error::ReadOnly) => {
                findings.file("says of itself that it cannot be written");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes every full-text table anew from the texts that it indexes.
pub(crate) fn rebuild(connection: &Connection) -> Result<(), Error> {
    for search in &all_indexes() {
        let index = quoted(search.name);
        connection.execute(
            &format!("INSERT INTO {index} ({index}) VALUES ('rebuild')"),
            [],
        )?;
    }
    Ok(())
}

/// Rank 1 asks for the comparison with the texts; without it only the index itself is checked.
fn check_one(connection: &Connection, search: &Index) -> Result<(), Error> {
    let index = quoted(search.name);
    connection.execute(
        &format!("INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"),
        [],
    )?;
    Ok(())
}

/// Indexes the texts anew, in memory, and names the rows where the two indexes differ. Gives their number.
fn name_rows(
    connection: &Connection,
    search: &Index,
    findings: &mut Findings,
) -> Result<usize, Error> {
    let Index {
        name: index, table, ..
    } = search;
    let rows = differing_rows(connection, search);
    connection.execute_batch(
        "DROP TABLE IF EXISTS temp.stored_terms; DROP TABLE IF EXISTS temp.expected_terms;
         DROP TABLE IF EXISTS temp.expected;",
    )?;
    let rows = rows.unwrap_or_else(|error| {
        log::warn!("{index} cannot be read term by term: {error}");
        Vec::new()
    });
    for row in &rows {
        findings.row(
            table,
            id::encode(*row),
            format!("its text is not what {index} knows of it"),
        );
    }
    Ok(rows.len())
}

/// What each row's terms and their places come to: a sum, so that their order does not matter.
type Sums = HashMap<i64, u64>;

/// Texts that are indexed at once. A million of them would take gigabytes.
const BATCH: i64 = 2_000;

fn differing_rows(connection: &Connection, search: &Index) -> Result<Vec<i64>, Error> {
    let Index {
        name: index,
        view,
        tokenizer,
        ..
    } = search;
    connection.execute_batch(&format!(
        "CREATE VIRTUAL TABLE temp.stored_terms USING fts5vocab ('main', '{index}', 'instance')"
    ))?;
    let mut stored = Sums::new();
    add_terms(connection, "stored_terms", &mut stored)?;
    let mut expected = Sums::new();
    let mut last = i64::MIN;
    loop {
        connection.execute_batch(&format!(
            "CREATE VIRTUAL TABLE temp.expected USING fts5 (content, content = '', tokenize = '{tokenizer}');
             CREATE VIRTUAL TABLE temp.expected_terms USING fts5vocab ('temp', 'expected', 'instance');"
        ))?;
        connection.execute(
            &format!(
                "INSERT INTO temp.expected (rowid, content)
                 SELECT id, content FROM {view} WHERE id > ?1 ORDER BY id LIMIT {BATCH}"
            ),
            [last],
        )?;
        add_terms(connection, "expected_terms", &mut expected)?;
        connection.execute_batch("DROP TABLE temp.expected_terms; DROP TABLE temp.expected;")?;
        let next: Option<i64> = connection.query_row(
            &format!(
                "SELECT max(id) FROM (SELECT id FROM {view} WHERE id > ?1 ORDER BY id LIMIT {BATCH})"
            ),
            [last],
            |row| row.get(0),
        )?;
        match next {
            Some(next) => last = next,
            None => break,
        }
    }
    let mut rows: Vec<i64> = stored
        .keys()
        .chain(expected.keys())
        .copied()
        .filter(|row| stored.get(row) != expected.get(row))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    Ok(rows)
}

fn add_terms(connection: &Connection, terms: &str, sums: &mut Sums) -> Result<(), Error> {
    let mut statement =
        connection.prepare(&format!("SELECT doc, term, offset FROM temp.{terms}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut hasher = DefaultHasher::new();
        row.get_ref(1)?
            .as_bytes()
            .unwrap_or_default()
            .hash(&mut hasher);
        row.get::<_, i64>(2)?.hash(&mut hasher);
        let sum = sums.entry(row.get(0)?).or_default();
        *sum = sum.wrapping_add(hasher.finish());
    }
    Ok(())
}
