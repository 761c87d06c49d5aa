//! The pages of SQLite's trees, and the walk through one, which survives pages that are damaged.

use std::collections::HashSet;

use super::pages::{HEADER, Pages};
use super::record::{self, Record, varint};
use crate::Error;

/// Far deeper than a tree of 2^32 pages.
const DEEPEST: usize = 40;

/// What a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Rows, by rowid.
    TableLeaf,
    /// Pages, by rowid.
    TableInterior,
    /// Entries of an index, or rows of a table without rowid.
    IndexLeaf,
    /// The same, and pages.
    IndexInterior,
}

impl Kind {
    const fn of(byte: u8) -> Option<Self> {
        match byte {
            0x0d => Some(Self::TableLeaf),
            0x05 => Some(Self::TableInterior),
            0x0a => Some(Self::IndexLeaf),
            0x02 => Some(Self::IndexInterior),
            _ => None,
        }
    }

    const fn is_interior(self) -> bool {
        matches!(self, Self::TableInterior | Self::IndexInterior)
    }

    const fn is_of_table(self) -> bool {
        matches!(self, Self::TableInterior | Self::TableLeaf)
    }
}

/// Whether the tree belongs to a table with rowids, or is ordered by its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Rowid,
    Record,
}

/// One row or index entry.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// 0 in a tree that has none.
    pub(super) rowid: i64,
    pub(super) record: Record,
}

/// A page of a tree, decoded.
pub(super) struct TreePage {
    pub(super) kind: Kind,
    pub(super) cells: Vec<Cell>,
    /// Pages below, left to right.
    children: Vec<u32>,
    /// Cells that could not be read.
    pub(super) damaged: usize,
    /// Whether the cells fill what the page says is filled; if not, it once had others.
    is_accounted_for: bool,
    /// Pages on which the cells of this one go on. Each belongs to one cell, so that what a page gives is never
    /// more than the whole file, whatever its cells claim.
    overflow: HashSet<u32>,
}

/// Whether this looks like a page of a tree, of this size. Cells lie at the end of their page, so that a size that
/// is too large shows itself too.
pub(super) fn looks_like_one(page: &[u8]) -> bool {
    let Some(shape) = Shape::of(page, 0) else {
        return false;
    };
    let last = shape.pointers(page).max();
    shape.pointers(page).all(|at| shape.is_inside(at, page))
        && last.is_some_and(|last| last >= page.len() / 2)
}

/// Where the parts of a page lie.
struct Shape {
    kind: Kind,
    count: usize,
    pointers: usize,
}

impl Shape {
    fn of(page: &[u8], begin: usize) -> Option<Self> {
        let kind = Kind::of(*page.get(begin)?)?;
        let count = usize::from(number2(page, begin + 3)?);
        let pointers = begin + if kind.is_interior() { 12 } else { 8 };
        (pointers + count * 2 <= page.len()).then_some(Self {
            kind,
            count,
            pointers,
        })
    }

    fn pointers<'a>(&self, page: &'a [u8]) -> impl Iterator<Item = usize> + use<'a> {
        let begin = self.pointers;
        (0..self.count)
            .filter_map(move |cell| number2(page, begin + cell * 2))
            .map(usize::from)
    }

    const fn is_inside(&self, at: usize, page: &[u8]) -> bool {
        at >= self.pointers + self.count * 2 && at < page.len()
    }
}

/// Reads a page of a tree. `None` if the page is not there or is none.
pub(super) fn read(pages: &Pages, number: u32) -> Option<TreePage> {
    let page = pages.page(number)?;
    let begin = if number == 1 { HEADER } else { 0 };
    let shape = Shape::of(&page, begin)?;
    let mut read = TreePage {
        kind: shape.kind,
        cells: Vec::with_capacity(shape.count),
        children: Vec::new(),
        damaged: 0,
        is_accounted_for: false,
        overflow: HashSet::new(),
    };
    let mut filled = Vec::with_capacity(shape.count);
    let mut begins = HashSet::new();
    for at in shape.pointers(&page) {
        let is_cell = shape.is_inside(at, &page) && begins.insert(at);
        match is_cell.then(|| read.add_cell(pages, &page, at)).flatten() {
            // No cell is smaller, so that a free block fits in its place.
            Some(end) => filled.push((at, end.max(at + 4))),
            None => read.damaged += 1,
        }
    }
    read.is_accounted_for = is_accounted_for(&page, begin, pages.usable(), filled);
    if shape.kind.is_interior() {
        read.children.extend(number4(&page, begin + 8));
    }
    Some(read)
}

/// Whether cells, free blocks and the fragments that the page counts are all there is in its content area, as
/// SQLite's own check demands.
fn is_accounted_for(page: &[u8], begin: usize, usable: usize, cells: Vec<(usize, usize)>) -> bool {
    let (Some(first_free), Some(content), Some(fragments)) = (
        number2(page, begin + 1),
        number2(page, begin + 5),
        page.get(begin + 7),
    ) else {
        return false;
    };
    let mut parts = cells;
    let mut free = usize::from(first_free);
    while free != 0 {
        let (Some(next), Some(size)) = (number2(page, free), number2(page, free + 2)) else {
            return false;
        };
        parts.push((free, free + usize::from(size)));
        // They are chained in order, so that a chain ends.
        if next != 0 && usize::from(next) <= free {
            return false;
        }
        free = usize::from(next);
    }
    parts.sort_unstable();
    let mut end = match usize::from(content) {
        0 => 65_536,
        content => content,
    };
    let mut gaps = 0;
    for (from, to) in parts {
        if from < end {
            return false;
        }
        gaps += from - end;
        end = to;
    }
    end <= usable && gaps + (usable - end) == usize::from(*fragments)
}

impl TreePage {
    /// Gives where the cell ends on its page.
    fn add_cell(&mut self, pages: &Pages, page: &[u8], at: usize) -> Option<usize> {
        let mut at = at;
        if self.kind.is_interior() {
            self.children.push(number4(page, at)?);
            at += 4;
            if self.kind == Kind::TableInterior {
                return varint(page, at).map(|(_, end)| end);
            }
        }
        let (length, next) = varint(page, at)?;
        let (rowid, begin) = match self.kind {
            Kind::TableLeaf => varint(page, next)?,
            _ => (0, next),
        };
        // A damaged cell may claim exabytes; it cannot be longer than all pages together.
        let longest = (pages.count() as usize).saturating_mul(pages.usable());
        let payload = Payload {
            length: usize::try_from(length)
                .ok()
                .filter(|length| (1..=longest).contains(length))?,
            usable: pages.usable(),
            is_of_table: self.kind.is_of_table(),
        };
        let bytes = payload.read(pages, page, begin, &mut self.overflow)?;
        self.cells.push(Cell {
            rowid: rowid.cast_signed(),
            record: record::decode(&bytes, payload.length)?,
        });
        Some(begin + payload.on_page())
    }
}

/// The content of a cell, which may go on in overflow pages.
struct Payload {
    length: usize,
    usable: usize,
    is_of_table: bool,
}

impl Payload {
    /// How much lies on the page itself (file format, "B-tree Cell Format").
    const fn local(&self) -> usize {
        let most = if self.is_of_table {
            self.usable - 35
        } else {
            (self.usable - 12) * 64 / 255 - 23
        };
        if self.length <= most {
            return self.length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let wanted = least + (self.length - least) % (self.usable - 4);
        if wanted <= most { wanted } else { least }
    }

    /// How much of its page the content takes: what lies there, and where it goes on.
    const fn on_page(&self) -> usize {
        let local = self.local();
        if local == self.length {
            local
        } else {
            local + 4
        }
    }

    /// What can be read of it; shorter than its length where the chain of overflow pages is broken, or comes to
    /// a page that was met before.
    fn read(
        &self,
        pages: &Pages,
        page: &[u8],
        begin: usize,
        met: &mut HashSet<u32>,
    ) -> Option<Vec<u8>> {
        let local = self.local();
        let mut bytes = page.get(begin..begin + local)?.to_vec();
        if local == self.length {
            return Some(bytes);
        }
        let mut next = number4(page, begin + local)?;
        while bytes.len() < self.length {
            let Some(overflow) = pages.page(next).filter(|_| met.insert(next)) else {
                break;
            };
            let wanted = (self.length - bytes.len()).min(self.usable - 4);
            let following = number4(&overflow, 0)?;
            // A page of zeros in the chain is one that was lost, not one full of NUL characters.
            if following == 0 && bytes.len() + wanted < self.length
                || overflow.iter().all(|byte| *byte == 0)
            {
                break;
            }
            bytes.extend_from_slice(&overflow[4..4 + wanted]);
            next = following;
        }
        Some(bytes)
    }
}

/// How a walk went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Walk {
    /// Pages that are not there, are none of this tree, or were met twice; cells that cannot be read, and pages
    /// that once had more of them than they say.
    pub(super) damaged: u64,
}

/// Goes through the tree below `root` in its order and gives `visit` every page with rows or entries. What it
/// refuses is no page of this tree, and counts as damaged.
///
/// # Errors
/// Those of `visit`.
pub(super) fn walk(
    pages: &Pages,
    root: u32,
    order: Order,
    met: &mut Met,
    visit: &mut dyn FnMut(u32, &TreePage) -> Result<bool, Error>,
) -> Result<Walk, Error> {
    let mut walk = Walk::default();
    let mut waiting = vec![(root, 0)];
    while let Some((number, depth)) = waiting.pop() {
        let page = read(pages, number)
            .filter(|page| page.kind.is_of_table() == (order == Order::Rowid) && depth < DEEPEST);
        let (Some(page), false) = (page, met.contains(number)) else {
            walk.damaged += 1;
            continue;
        };
        walk.damaged += page.damaged as u64;
        if page.damaged == 0 && !page.is_accounted_for {
            walk.damaged += 1;
        }
        met.add(number);
        if page.kind != Kind::TableInterior && !visit(number, &page)? {
            met.remove(number);
            walk.damaged += 1;
            continue;
        }
        waiting.extend(page.children.iter().rev().map(|child| (*child, depth + 1)));
    }
    Ok(walk)
}

/// The pages that some walk has met.
pub(super) struct Met(Vec<bool>);

impl Met {
    pub(super) fn none_of(pages: &Pages) -> Self {
        Self(vec![false; pages.count() as usize + 1])
    }

    pub(super) const fn nothing() -> Self {
        Self(Vec::new())
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.0.get(number as usize).copied().unwrap_or_default()
    }

    pub(super) fn add(&mut self, number: u32) {
        self.set(number, true);
    }

    fn remove(&mut self, number: u32) {
        self.set(number, false);
    }

    fn set(&mut self, number: u32, is_met: bool) {
        if let Some(page) = self.0.get_mut(number as usize) {
            *page = is_met;
        }
    }
}

/// Marks the pages on the list of free ones: what lies on them was deleted, and must not come back.
pub(super) fn mark_free(pages: &Pages, met: &mut Met) {
    let mut trunk = pages.header().map_or(0, |header| header.first_free);
    while trunk != 0 && trunk <= pages.count() && !met.contains(trunk) {
        met.add(trunk);
        let Some(page) = pages.page(trunk) else {
            return;
        };
        let count = number4(&page, 4).unwrap_or_default() as usize;
        for leaf in 0..count.min(page.len() / 4 - 2) {
            met.add(number4(&page, 8 + leaf * 4).unwrap_or_default());
        }
        trunk = number4(&page, 0).unwrap_or_default();
    }
}

fn number2(page: &[u8], at: usize) -> Option<u16> {
    let bytes = page.get(at..at + 2)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

fn number4(page: &[u8], at: usize) -> Option<u32> {
    let bytes = page.get(at..at + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    const PAGE: usize = 4096;

    /// The second of three pages: one cell of `length` bytes, to which `pointers` lead. It goes on in the third
    /// page, which goes on in itself. As little as can be lies on its own page.
    fn forged(length: u32, pointers: u16) -> TreePage {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forged.db");
        let at = PAGE - 1000;
        let mut page = vec![0; PAGE];
        page[0] = 0x0d;
        page[3..5].copy_from_slice(&pointers.to_be_bytes());
        let pointer = u16::try_from(at).unwrap().to_be_bytes();
        for place in 0..usize::from(pointers) {
            page[8 + place * 2..10 + place * 2].copy_from_slice(&pointer);
        }
        let as_varint = |number: u32| {
            let group = |shift: u32| u8::try_from(number >> shift & 0x7f).unwrap();
            [
                group(21) | 0x80,
                group(14) | 0x80,
                group(7) | 0x80,
                group(0),
            ]
        };
        let header = [&[5][..], &as_varint((length - 5) * 2 + 13)].concat();
        let cell = [&as_varint(length)[..], &[1], &header].concat();
        page[at..at + cell.len()].copy_from_slice(&cell);
        let payload = Payload {
            length: length as usize,
            usable: PAGE,
            is_of_table: true,
        };
        let goes_on = at + 5 + payload.local();
        page[goes_on..goes_on + 4].copy_from_slice(&3_u32.to_be_bytes());
        let mut overflow = vec![b'x'; PAGE];
        overflow[..4].copy_from_slice(&3_u32.to_be_bytes());
        std::fs::write(&path, [vec![0; PAGE], page, overflow].concat()).unwrap();
        read(&Pages::open(&path).unwrap(), 2).unwrap()
    }

    #[test]
    fn a_cell_that_claims_more_than_the_whole_file_is_damaged() {
        let page = forged(489 + 4092 * 200, 400);
        assert_eq!((page.cells.len(), page.damaged), (0, 400));
    }

    #[test]
    fn a_chain_that_comes_back_to_a_page_ends_there_and_a_cell_is_read_once() {
        let page = forged(489 + 4092 * 2, 400);
        assert_eq!((page.cells.len(), page.damaged), (1, 399));
        let record = &page.cells[0].record;
        assert!(!record.is_whole);
        assert!(matches!(&record.values[..], [record::Value::Text(text)] if text.len() < 2 * PAGE));
    }
}
