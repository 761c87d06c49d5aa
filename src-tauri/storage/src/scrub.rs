//! Takes what was erased out of the unused room of the file's pages.
//!
//! SQLite overwrites what is deleted (`secure_delete`). But when it rearranges the rows of a page, older copies
//! of some of them stay behind in the room between the page's list of rows and the rows themselves, where no
//! later deletion looks: measured, one message in some hundreds could be read in the file after it was deleted.
//! So after an erasure every page is looked at, and that room is filled with zeros where it is not empty.
//!
//! Pages are read and written through SQLite itself (`sqlite_dbpage`), so a page is cleaned within a
//! transaction and goes through the log like any other change. What is used of a page is not touched.
//!
//! The file format is described at <https://www.sqlite.org/fileformat2.html>.

use std::ops::Range;

use rusqlite::{OptionalExtension, named_params};

use crate::Error;
use crate::database::undefended;
use crate::tx::{ReadTx, WriteTx};

/// How many pages one piece of the work looks at: 8 MB with the usual size of a page.
const PAGES_AT_ONCE: u32 = 2_048;
/// Bytes before the tree's own header on the first page.
const FILE_HEADER: usize = 100;
/// Kinds of a page of a tree, by its first byte: inner pages and leaves, of tables and of indexes.
const INNER_PAGES: [u8; 2] = [2, 5];
const LEAVES: [u8; 2] = [10, 13];
/// A page of another sort begins with the number of a page. Below this many pages, 128 GiB, that number cannot
/// begin with a byte that would make it look like a page of a tree.
const MOST_PAGES: u32 = 1 << 25;

/// What a look at some pages found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Pages whose unused room is not empty.
    pub(crate) unclean: Vec<u32>,
    /// Where to look next; `None` if this was the last piece.
    pub(crate) next: Option<u32>,
}

/// Looks at some pages from the number `first` on, which counts from 1.
///
/// # Errors
/// `Internal` if the file is too large for this, or SQLite was built without `sqlite_dbpage`.
pub(crate) fn look(tx: &ReadTx<'_>, first: u32) -> Result<Found, Error> {
    require_no_pointer_map(tx)?;
    let count: u32 = tx
        .prepare("SELECT page_count FROM pragma_page_count")?
        .query_row([], |row| row.get(0))?;
    if count >= MOST_PAGES {
        return Err(Error::internal("the file is too large to be scrubbed"));
    }
    let end = first.saturating_add(PAGES_AT_ONCE).min(count + 1);
    let mut found = Found {
        unclean: Vec::new(),
        next: (end <= count).then_some(end),
    };
    for number in first..end {
        if clean_copy(tx, number)?.is_some() {
            found.unclean.push(number);
        }
    }
    Ok(found)
}

/// Parlance makes no file with a pointer map, but another program may have made one of it (`auto_vacuum`). Its pages
/// can look like pages of a tree, and emptying them would damage the database.
fn require_no_pointer_map(tx: &ReadTx<'_>) -> Result<(), Error> {
    let auto_vacuum: i64 = tx
        .connection()
        .pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
    if auto_vacuum == 0 {
        Ok(())
    } else {
        Err(Error::internal(
            "a file with a pointer map cannot be scrubbed",
        ))
    }
}

/// Cleans those of the pages that are unclean by now, and gives their number.
pub(crate) fn clean(tx: &WriteTx<'_>, pages: &[u32]) -> Result<u32, Error> {
    undefended(tx.connection(), || {
        let mut cleaned = 0;
        for number in pages {
            if let Some(page) = clean_copy(tx, *number)? {
                tx.prepare("UPDATE sqlite_dbpage SET data = :data WHERE pgno = :number")?
                    .execute(named_params! { ":data": page, ":number": number })?;
                cleaned += 1;
            }
        }
        Ok(cleaned)
    })
}

/// The page as it should be; `None` if it is so already, or if there is no such page.
fn clean_copy(tx: &ReadTx<'_>, number: u32) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = tx.prepare("SELECT data FROM sqlite_dbpage WHERE pgno = :number")?;
    let copy = statement
        .query_row(named_params! { ":number": number }, |row| {
            let page = row.get_ref(0)?.as_blob()?;
            Ok(unused_room(page, number)
                .filter(|room| page[room.clone()].iter().any(|byte| *byte != 0))
                .map(|room| {
                    let mut copy = page.to_vec();
                    copy[room].fill(0);
                    copy
                }))
        })
        .optional()?;
    Ok(copy.flatten())
}

/// The room between the list of rows and the rows; `None` if it is not a page of a tree.
fn unused_room(page: &[u8], number: u32) -> Option<Range<usize>> {
    let header = if number == 1 { FILE_HEADER } else { 0 };
    let kind = *page.get(header)?;
    let header_length = if LEAVES.contains(&kind) {
        8
    } else if INNER_PAGES.contains(&kind) {
        12
    } else {
        return None;
    };
    let two_bytes = |at: usize| {
        let bytes = page.get(header + at..header + at + 2)?;
        Some(usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
    };
    let rows = two_bytes(3)?;
    // In two bytes 65,536, the end of a page of the largest size, is 0.
    let first_row = match two_bytes(5)? {
        0 => 65_536,
        offset => offset,
    };
    let end_of_list = header + header_length + 2 * rows;
    (end_of_list <= first_row && first_row <= page.len()).then_some(end_of_list..first_row)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    /// A page of this kind with two rows, which begin at `first_row`.
    fn page(kind: u8, first_row: u16) -> Vec<u8> {
        let mut page = vec![7; 4096];
        page[0] = kind;
        page[3..5].copy_from_slice(&2_u16.to_be_bytes());
        page[5..7].copy_from_slice(&first_row.to_be_bytes());
        page
    }

    #[test]
    fn the_unused_room_lies_between_the_list_of_rows_and_the_rows() {
        assert_eq!(unused_room(&page(13, 4000), 2), Some(12..4000));
        assert_eq!(unused_room(&page(10, 4000), 2), Some(12..4000));
        assert_eq!(unused_room(&page(5, 4000), 2), Some(16..4000));
        assert_eq!(unused_room(&page(2, 16), 2), Some(16..16));
        let mut first = vec![0; 100];
        first.extend(&page(13, 4000)[..3996]);
        assert_eq!(unused_room(&first, 1), Some(112..4000));
        let mut large = page(13, 0);
        large.resize(65_536, 7);
        assert_eq!(unused_room(&large, 2), Some(12..65_536));
    }

    #[test]
    fn what_is_no_page_of_a_tree_or_makes_no_sense_is_left_alone() {
        for nonsense in [
            page(0, 4000),
            page(1, 4000),
            page(14, 4000),
            page(13, 11),
            page(13, 4097),
            page(13, 0),
            vec![13, 0, 0],
            Vec::new(),
        ] {
            assert_eq!(unused_room(&nonsense, 2), None);
        }
    }
}
