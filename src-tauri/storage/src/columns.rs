//! Reads a row's columns in the order of the entity's one column list, each under its name.
//!
//! Looking every name up in every row made a page of the list twice as slow. So columns are taken in
//! order, and debug builds, which the tests are, check at each step that the name is the right one.

use rusqlite::Row;
use rusqlite::types::FromSql;

/// A row and the place of its next column.
pub(crate) struct Columns<'r, 'stmt> {
    row: &'r Row<'stmt>,
    next: usize,
}

impl<'r, 'stmt> Columns<'r, 'stmt> {
    pub(crate) const fn of(row: &'r Row<'stmt>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column, which is called `name`.
    pub(crate) fn get<T: FromSql>(&mut self, name: &str) -> rusqlite::Result<T> {
        let place = self.next;
        debug_assert_eq!(
            self.row.as_ref().column_name(place),
            Ok(name),
            "columns are read in order"
        );
        self.next += 1;
        self.row.get(place)
    }
}
