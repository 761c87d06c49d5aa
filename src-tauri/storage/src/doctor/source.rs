//! Every row of ours that can be read in a file, whatever state the file is in.
//!
//! First the tables are read along their trees. A damaged page hides what lies below it; so afterwards every
//! page that no tree led to is looked at by itself, and its rows go to the table that they can only belong to.
//! At last the indexes tell which rows there were and are no more, also of a table that looks whole.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::known::{Known, KnownTable, Objects};
use super::pages::Pages;
use super::record::{Record, Value};
use super::strays;
use super::tree::{self, Kind, Met, Order, TreePage};
use crate::Error;
use crate::migrations::is_app_version;
use crate::progress::{Stage, Watch};

/// A row as it was found.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// In the order of the table; the last columns may be absent, since rows keep the number of columns that
    /// the table had when they were written.
    pub(super) values: Vec<Value>,
    /// False if the end of the row is lost, and perhaps of its last value too.
    pub(super) is_whole: bool,
}

/// Takes what is found.
pub(super) trait Sink {
    /// A row of a table.
    fn row(&mut self, table: &KnownTable, row: Row) -> Result<(), Error>;

    /// What an index says of a row that is perhaps lost: its id, and the values that the index has. Gives
    /// whether no such row was given before.
    fn index_entry(
        &mut self,
        table: &KnownTable,
        rowid: i64,
        values: Vec<(usize, Value)>,
    ) -> Result<bool, Error>;

    /// Rows that can be read but belong to no table in particular.
    fn unknown(&mut self, values: Vec<Value>) -> Result<(), Error>;
}

/// How well a table could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TableDamage {
    /// Pages and cells of its tree that could not be read, or the tree itself.
    pub(super) damaged: u64,
    /// Whether an index tells which rows there were, so that those that are lost can be counted.
    pub(super) is_counted: bool,
}

/// A file whose rows can be read.
pub(super) struct Source {
    pub(super) pages: Pages,
    pub(super) known: Known,
    roots: HashMap<String, u32>,
    is_schema_whole: bool,
    /// Tables that no version of Parlance makes.
    pub(super) strange_tables: u64,
}

/// What of a file's own schema can be read.
#[derive(Default)]
pub(super) struct FoundSchema {
    pub(super) objects: Objects,
    pub(super) roots: HashMap<String, u32>,
    /// Whether the schema's own tree could be read to its end.
    pub(super) is_whole: bool,
}

impl FoundSchema {
    pub(super) fn read(pages: &Pages) -> Result<Self, Error> {
        let mut found = Self::default();
        let mut met = Met::none_of(pages);
        let walk = tree::walk(pages, 1, Order::Rowid, &mut met, &mut |_, page| {
            Ok(found.add_page(page))
        })?;
        found.is_whole = walk.damaged == 0;
        if !found.is_whole {
            for number in 1..=pages.count() {
                if !met.contains(number)
                    && let Some(page) = tree::read(pages, number)
                {
                    found.add_page(&page);
                }
            }
        }
        Ok(found)
    }

    /// Gives whether the page is one of the schema's.
    fn add_page(&mut self, page: &TreePage) -> bool {
        if page.kind != Kind::TableLeaf {
            return false;
        }
        let rows: Vec<_> = page
            .cells
            .iter()
            .filter_map(|cell| schema_row(&cell.record))
            .collect();
        let is_schema = rows.len() == page.cells.len() && (page.damaged == 0 || !rows.is_empty());
        if is_schema {
            for (kind, name, root, sql) in rows {
                if root > 1 {
                    self.roots.insert(name.clone(), root);
                }
                self.objects.insert((kind, name), sql);
            }
        }
        is_schema
    }

    /// The newest migration in the ledger and the app that applied it, if that says something that is a version.
    /// `None` if the ledger cannot be read.
    pub(super) fn newest_in_ledger(
        &self,
        pages: &Pages,
    ) -> Result<Option<(u32, Option<String>)>, Error> {
        let Some(root) = self.roots.get("schema_migrations") else {
            return Ok(None);
        };
        let mut newest = None;
        let mut met = Met::none_of(pages);
        let walk = tree::walk(pages, *root, Order::Rowid, &mut met, &mut |_, page| {
            if let Some(cell) = page.cells.last() {
                let app_version = cell.record.values.get(5).and_then(Value::as_text);
                newest = Some((cell.rowid, app_version.map(str::to_owned)));
            }
            Ok(true)
        })?;
        Ok(newest
            .filter(|_| walk.damaged == 0)
            .and_then(|(version, app)| {
                Some((
                    u32::try_from(version).ok()?,
                    app.filter(|text| is_app_version(text)),
                ))
            }))
    }

    /// Whether a table here is one that Parlance makes, to the letter.
    pub(super) fn is_ours(&self, known: &Known) -> Result<bool, Error> {
        let mut statement = known
            .empty
            .prepare("SELECT type, name, sql FROM sqlite_schema WHERE type = 'table'")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name = (row.get(0)?, row.get(1)?);
            if self.objects.get(&name) == Some(&row.get(2)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Kind, name, root page and SQL of a part of the schema.
fn schema_row(record: &Record) -> Option<(String, String, u32, Option<String>)> {
    let [kind, name, _, root, sql] = record.values.as_slice() else {
        return None;
    };
    let kind = kind.as_text()?;
    let sql = match sql {
        Value::Null => None,
        other => Some(other.as_text()?.to_owned()),
    };
    (matches!(kind, "table" | "index" | "view" | "trigger") && record.is_whole).then_some((
        kind.to_owned(),
        name.as_text()?.to_owned(),
        u32::try_from(root.as_integer()?).ok()?,
        sql,
    ))
}

impl Source {
    /// Opens the database at `path`. It need not be whole, and may be missing if a log is there.
    ///
    /// # Errors
    /// `Io` if the files cannot be opened.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let pages = Pages::open(path)?;
        let found = FoundSchema::read(&pages)?;
        let named = pages
            .header()
            .and_then(|header| usize::try_from(header.user_version).ok())
            .filter(|version| (1..=crate::migrations::EMBEDDED.len()).contains(version));
        let known = Known::best_for(&found.objects, named)?;
        let strange_tables = known.strange_tables(&found.objects)?;
        // A table under our name that is not ours means something else, and its tree is not ours to read.
        let roots = found
            .roots
            .into_iter()
            .filter(|(name, _)| {
                !found
                    .objects
                    .contains_key(&("view".to_owned(), name.clone()))
            })
            .collect();
        Ok(Self {
            pages,
            known,
            roots,
            is_schema_whole: found.is_whole,
            strange_tables,
        })
    }

    /// Gives everything that can be read to `sink`, and says of each table how well that went.
    ///
    /// # Errors
    /// `Cancelled`, and those of the sink.
    pub(super) fn read(
        &self,
        sink: &mut dyn Sink,
        watch: &Watch<'_>,
    ) -> Result<HashMap<String, TableDamage>, Error> {
        let mut reading = Reading {
            source: self,
            watch,
            met: Met::none_of(&self.pages),
            pages_read: 0,
            ids: HashMap::new(),
            damage: HashMap::new(),
            refused: HashSet::new(),
        };
        reading.schema()?;
        for table in &self.known.tables {
            reading.table(table, sink)?;
        }
        let is_damaged =
            !self.is_schema_whole || reading.damage.values().any(|table| table.damaged > 0);
        if is_damaged {
            reading.strays(sink)?;
        }
        // Of every table: one that looks whole may have lost rows all the same.
        let mut is_missing_rows = false;
        for table in &self.known.tables {
            is_missing_rows |= reading.index(table, sink)?;
        }
        if is_missing_rows && !is_damaged {
            reading.strays(sink)?;
        }
        Ok(reading.damage)
    }
}

/// A reading on its way.
struct Reading<'a> {
    source: &'a Source,
    watch: &'a Watch<'a>,
    met: Met,
    pages_read: u64,
    /// The ids in each table that others refer to; they tell whose child a stray row is.
    ids: HashMap<String, HashSet<i64>>,
    damage: HashMap<String, TableDamage>,
    /// Pages to which the tree of a table led and whose rows look like none of its own.
    refused: HashSet<u32>,
}

impl Reading<'_> {
    fn step(&mut self) -> Result<(), Error> {
        self.pages_read += 1;
        if self.pages_read.is_multiple_of(64) {
            let all = u64::from(self.source.pages.count());
            self.watch.at(Stage::Salvaging, self.pages_read, all)?;
        }
        Ok(())
    }

    /// The schema's own pages are nobody's rows.
    fn schema(&mut self) -> Result<(), Error> {
        let pages = &self.source.pages;
        tree::walk(pages, 1, Order::Rowid, &mut self.met, &mut |_, page| {
            Ok(page
                .cells
                .iter()
                .all(|cell| schema_row(&cell.record).is_some()))
        })?;
        Ok(())
    }

    fn table(&mut self, table: &KnownTable, sink: &mut dyn Sink) -> Result<(), Error> {
        let entry = self.damage.entry(table.name.clone()).or_default();
        let Some(root) = self.source.roots.get(&table.name) else {
            entry.damaged += 1;
            return Ok(());
        };
        let order = if table.has_rowid {
            Order::Rowid
        } else {
            Order::Record
        };
        let source = self.source;
        let mut met = std::mem::replace(&mut self.met, Met::nothing());
        let walk = tree::walk(
            &source.pages,
            *root,
            order,
            &mut met,
            &mut |number, page| {
                self.step()?;
                // A pointer that went astray leads to the pages of another table.
                let is_of_table = page.cells.is_empty()
                    || page.cells.iter().any(|cell| table.fits_stored(cell))
                    || strays::can_only_be_of(&source.known, table, page);
                if is_of_table {
                    self.rows(table, page, sink)?;
                } else {
                    self.refused.insert(number);
                }
                Ok(is_of_table)
            },
        );
        self.met = met;
        self.damage.entry(table.name.clone()).or_default().damaged += walk?.damaged;
        Ok(())
    }

    fn rows(
        &mut self,
        table: &KnownTable,
        page: &TreePage,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        let is_parent = self.source.known.is_parent(table);
        for cell in &page.cells {
            if is_parent {
                let ids = self.ids.entry(table.name.clone()).or_default();
                ids.insert(cell.rowid);
            }
            let row = Row {
                values: table.in_order(cell.rowid, cell.record.values.clone()),
                is_whole: cell.record.is_whole,
            };
            if row.values.len() > table.columns.len() {
                sink.unknown(row.values)?;
            } else {
                sink.row(table, row)?;
            }
        }
        Ok(())
    }

    /// The pages to which no tree led: what can only be rows of one table at once, then the others, since by
    /// then it is known which rows they could refer to.
    fn strays(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        self.mark_what_is_not_ours()?;
        let source = self.source;
        let mut doubtful = Vec::new();
        for number in 1..=source.pages.count() {
            self.step()?;
            let Some(page) = self.stray(number) else {
                continue;
            };
            match strays::candidates(&source.known, &page).as_slice() {
                [] => self.keep_unknown(number, &page, sink)?,
                [only] if page.kind == Kind::TableLeaf => self.rows(only, &page, sink)?,
                _ => doubtful.push(number),
            }
        }
        for number in doubtful {
            self.step()?;
            let Some(page) = self.stray(number) else {
                continue;
            };
            match strays::table_of(&source.known, &page, &self.ids)? {
                Some(table) => self.rows(table, &page, sink)?,
                None => self.keep_unknown(number, &page, sink)?,
            }
        }
        Ok(())
    }

    /// Rows that fit no table, or more than one. What is no row of a learner's is left out: entries of indexes,
    /// and what SQLite notes down for itself.
    fn keep_unknown(&self, number: u32, page: &TreePage, sink: &mut dyn Sink) -> Result<(), Error> {
        if page.kind != Kind::TableLeaf && !self.refused.contains(&number) {
            return Ok(());
        }
        for cell in &page.cells {
            let values = &cell.record.values;
            if schema_row(&cell.record).is_none() && !strays::is_of_full_text(values) {
                sink.unknown(values.clone())?;
            }
        }
        Ok(())
    }

    fn stray(&self, number: u32) -> Option<TreePage> {
        if self.met.contains(number) {
            return None;
        }
        tree::read(&self.source.pages, number).filter(|page| !page.cells.is_empty())
    }

    /// Indexes, full-text tables and free pages.
    fn mark_what_is_not_ours(&mut self) -> Result<(), Error> {
        let source = self.source;
        for (name, root) in &source.roots {
            if source.known.table(name).is_some() {
                continue;
            }
            for order in [Order::Rowid, Order::Record] {
                if tree::read(&source.pages, *root).is_some_and(|page| {
                    matches!(page.kind, Kind::TableLeaf | Kind::TableInterior)
                        == (order == Order::Rowid)
                }) {
                    tree::walk(&source.pages, *root, order, &mut self.met, &mut |_, _| {
                        Ok(true)
                    })?;
                }
            }
        }
        tree::mark_free(&source.pages, &mut self.met);
        Ok(())
    }

    /// What the index of a table knows of its rows. Gives whether it knows rows that nothing gave.
    fn index(&mut self, table: &KnownTable, sink: &mut dyn Sink) -> Result<bool, Error> {
        let source = self.source;
        let Some(index) = &table.index else {
            return Ok(false);
        };
        let Some(root) = source.roots.get(&index.name) else {
            return Ok(false);
        };
        let mut met = Met::none_of(&source.pages);
        let (mut entries, mut is_missing_rows) = (0_u64, false);
        let walk = tree::walk(
            &source.pages,
            *root,
            Order::Record,
            &mut met,
            &mut |_, page| {
                self.step()?;
                for cell in &page.cells {
                    let Some((Value::Integer(rowid), columns)) = cell.record.values.split_last()
                    else {
                        return Ok(false);
                    };
                    if columns.len() != index.columns.len() {
                        return Ok(false);
                    }
                    entries += 1;
                    let values = index.columns.iter().copied().zip(columns.iter().cloned());
                    is_missing_rows |= sink.index_entry(table, *rowid, values.collect())?;
                }
                Ok(true)
            },
        )?;
        self.damage
            .entry(table.name.clone())
            .or_default()
            .is_counted = walk.damaged == 0 && entries > 0;
        Ok(is_missing_rows)
    }
}
