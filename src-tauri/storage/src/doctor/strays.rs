//! To which table the rows of a page belong to which no tree leads.
//!
//! Told by the number and the types of the values, by the rules of the tables, and by the rows that they refer
//! to. Where two tables are equally likely, none is taken: a row under a wrong name is worse than one kept
//! aside.

use std::collections::{HashMap, HashSet};

use super::known::{Known, KnownTable};
use super::pages::Pages;
use super::record::Value;
use super::tree::{self, Cell, Kind, TreePage};
use crate::Error;

/// The tables whose columns can hold every row of a page.
pub(super) fn candidates<'a>(known: &'a Known, page: &TreePage) -> Vec<&'a KnownTable> {
    let has_rowid = page.kind == Kind::TableLeaf;
    let fits = |table: &&KnownTable| {
        table.has_rowid == has_rowid
            && page.kind != Kind::TableInterior
            && page.cells.iter().all(|cell| table.fits_stored(cell))
    };
    known.tables.iter().filter(fits).collect()
}

/// Whether a page to which the tree of a table leads is its own although no row looks like it: no other table
/// could have made any of them. A single damaged value is enough for that where a page has one row.
pub(super) fn can_only_be_of(known: &Known, table: &KnownTable, page: &TreePage) -> bool {
    // What lies in the other kind of tree may always be an index.
    let is_short_enough = |cell: &Cell| {
        let values = cell.record.values.len();
        (1..=table.columns.len()).contains(&values) && !is_of_full_text(&cell.record.values)
    };
    let is_of_another = |other: &KnownTable| {
        other.has_rowid
            && other.name != table.name
            && page.cells.iter().any(|cell| other.fits_stored(cell))
    };
    page.kind == Kind::TableLeaf
        && page.cells.iter().any(is_short_enough)
        && !known.tables.iter().any(is_of_another)
}

/// Whether this is how a full-text table keeps its words; they are all in other tables, too.
pub(super) fn is_of_full_text(values: &[Value]) -> bool {
    matches!(values, [_, Value::Blob(_)])
}

/// The one table to which the rows of a page belong; `None` if that cannot be told.
pub(super) fn table_of<'a>(
    known: &'a Known,
    page: &TreePage,
    ids: &HashMap<String, HashSet<i64>>,
) -> Result<Option<&'a KnownTable>, Error> {
    let mut best: Option<(&KnownTable, usize)> = None;
    let mut is_tie = false;
    for table in candidates(known, page) {
        let mut score = 0;
        for cell in &page.cells {
            score += score_of(known, table, cell, ids)?;
        }
        match best {
            Some((_, best_score)) if score < best_score => {}
            Some((_, best_score)) if score == best_score => is_tie = true,
            _ => (best, is_tie) = (Some((table, score)), false),
        }
    }
    Ok(best
        .filter(|(_, score)| *score > 0 && !is_tie)
        .map(|(table, _)| table))
}

/// Whether any page holds what can only be rows of Parlance: people, conversations or messages that keep every
/// rule of their tables.
pub(super) fn has_rows_of_ours(known: &Known, pages: &Pages) -> Result<bool, Error> {
    for number in 1..=pages.count() {
        let Some(page) = tree::read(pages, number) else {
            continue;
        };
        if page.cells.is_empty() || page.damaged > 0 {
            continue;
        }
        for table in candidates(known, &page) {
            if !matches!(table.name.as_str(), "users" | "conversations" | "messages") {
                continue;
            }
            let mut is_ours = true;
            for cell in &page.cells {
                let values = table.in_order(cell.rowid, cell.record.values.clone());
                is_ours = is_ours && known.keeps_rules(table, &values)?;
            }
            if is_ours {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// 0 for a row that cannot be one of this table.
fn score_of(
    known: &Known,
    table: &KnownTable,
    cell: &Cell,
    ids: &HashMap<String, HashSet<i64>>,
) -> Result<usize, Error> {
    let values = table.in_order(cell.rowid, cell.record.values.clone());
    // The rules of a table are about whole rows.
    if cell.record.is_whole && !known.keeps_rules(table, &values)? {
        return Ok(0);
    }
    let mut resolved = 0;
    for reference in &table.references {
        let is_there = |id: i64| {
            ids.get(&reference.parent)
                .is_some_and(|parents| parents.contains(&id))
        };
        match values.get(reference.column).and_then(Value::as_integer) {
            Some(id) if is_there(id) => resolved += 1,
            // An index has the same look as a small table without rowid; only its references tell them apart.
            Some(_) if !table.has_rowid => return Ok(0),
            _ => {}
        }
    }
    Ok(1 + 2 * resolved)
}
