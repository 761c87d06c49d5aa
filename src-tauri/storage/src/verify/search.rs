//! The full-text tables, against the texts that they index.
//!
//! This is the only check that sees a changed letter in a text: the index still says what stood there.

use rusqlite::Connection;

use super::Findings;
use super::tables::quoted;
use crate::{Error, id};

/// A full-text table, the view that it reads, and the table behind that.
struct Search {
    index: &'static str,
    view: &'static str,
    table: &'static str,
    tokenizer: &'static str,
}

const WORDS: &str = "porter unicode61 remove_diacritics 2";
const TRIGRAMS: &str = "trigram";

const SEARCHES: &[Search] = &[
    Search {
        index: "message_search_words",
        view: "searchable_messages",
        table: "messages",
        tokenizer: WORDS,
    },
    Search {
        index: "message_search_trigrams",
        view: "searchable_messages_unspaced",
        table: "messages",
        tokenizer: TRIGRAMS,
    },
    Search {
        index: "note_search_words",
        view: "searchable_notes",
        table: "conversation_notes",
        tokenizer: WORDS,
    },
    Search {
        index: "note_search_trigrams",
        view: "searchable_notes_unspaced",
        table: "conversation_notes",
        tokenizer: TRIGRAMS,
    },
];

pub(super) fn check(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    for search in SEARCHES {
        if let Err(error) = check_one(connection, search) {
            if !matches!(error, Error::Corrupt { .. }) {
                return Err(error);
            }
            if name_rows(connection, search, findings)? == 0 {
                findings.table(
                    search.index,
                    format!("does not agree with {}", search.table),
                );
            }
        }
    }
    Ok(())
}

/// Makes every full-text table anew from the texts that it indexes.
pub(crate) fn rebuild(connection: &Connection) -> Result<(), Error> {
    for search in SEARCHES {
        let index = quoted(search.index);
        connection.execute(
            &format!("INSERT INTO {index} ({index}) VALUES ('rebuild')"),
            [],
        )?;
    }
    Ok(())
}

/// Rank 1 asks for the comparison with the texts; without it only the index itself is checked.
fn check_one(connection: &Connection, search: &Search) -> Result<(), Error> {
    let index = quoted(search.index);
    connection.execute(
        &format!("INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"),
        [],
    )?;
    Ok(())
}

/// Indexes the texts anew, in memory, and names the rows where the two indexes differ. Gives their number.
fn name_rows(
    connection: &Connection,
    search: &Search,
    findings: &mut Findings,
) -> Result<usize, Error> {
    let Search {
        index,
        view,
        table,
        tokenizer,
    } = search;
    connection.execute_batch(&format!(
        "CREATE VIRTUAL TABLE temp.expected USING fts5 (content, content = '', tokenize = '{tokenizer}');
         INSERT INTO temp.expected (rowid, content) SELECT id, content FROM {view};
         CREATE VIRTUAL TABLE temp.expected_terms USING fts5vocab ('temp', 'expected', 'instance');
         CREATE VIRTUAL TABLE temp.stored_terms USING fts5vocab ('main', '{index}', 'instance');"
    ))?;
    let rows = differing_rows(connection);
    connection.execute_batch(
        "DROP TABLE temp.stored_terms; DROP TABLE temp.expected_terms; DROP TABLE temp.expected;",
    )?;
    let rows = rows.unwrap_or_else(|error| {
        log::warn!("{index} cannot be read term by term: {error}");
        Vec::new()
    });
    for row in &rows {
        findings.row(
            table,
            id::encode(*row),
            format!("content is not what {index} knows of it"),
        );
    }
    Ok(rows.len())
}

fn differing_rows(connection: &Connection) -> Result<Vec<i64>, Error> {
    let mut statement = connection.prepare(
        "WITH stored AS (SELECT doc, term, offset FROM temp.stored_terms),
              expected AS (SELECT doc, term, offset FROM temp.expected_terms)
         SELECT doc FROM (SELECT * FROM stored EXCEPT SELECT * FROM expected)
         UNION SELECT doc FROM (SELECT * FROM expected EXCEPT SELECT * FROM stored)
         ORDER BY doc",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
