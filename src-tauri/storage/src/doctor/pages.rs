//! The pages of a database file and of the log beside it, read without SQLite.
//!
//! SQLite refuses a file whose header or schema is damaged; its pages can be read all the same. Nothing here
//! writes, and nothing trusts a number that the file says.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::log::Log;
use crate::Error;
use crate::inspect::wal_path;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The header lies at the beginning of the first page.
pub(super) const HEADER: usize = 100;
/// What every database of ours has, since no other was ever asked for.
const USUAL_PAGE_SIZE: usize = 4096;
/// Pages looked at to find out how large a page is.
const SAMPLE: u32 = 500;

/// Whether a page can be that large.
pub(super) const fn is_page_size(size: usize) -> bool {
    size.is_power_of_two() && 512 <= size && size <= 65_536
}

/// The most pages that a database can have of which so many are in the file and the log, whatever the log says.
/// A page that was taken and freed in one change is in neither, so there may be somewhat more.
const fn most_pages(in_file: u32, in_log: u32) -> u32 {
    in_file
        .saturating_add(in_log)
        .saturating_mul(2)
        .saturating_add(SAMPLE)
}

/// A database as a row of pages.
pub(super) struct Pages {
    database: Option<File>,
    log: Option<(File, Log)>,
    size: usize,
    /// Bytes of a page that SQLite may use.
    usable: usize,
    count: u32,
    header: Option<Header>,
}

/// What the header says; only if it begins as a header does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) application_id: i32,
    pub(super) user_version: i32,
    /// The first page of the list of free ones; 0 if none is free.
    pub(super) first_free: u32,
    page_size: usize,
    reserved: usize,
    /// `None` if the header does not vouch for it.
    pages: Option<u32>,
}

impl Header {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < HEADER || !bytes.starts_with(MAGIC) {
            return None;
        }
        let number = |at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let page_size = match u16::from_be_bytes([bytes[16], bytes[17]]) {
            1 => 65_536,
            size => usize::from(size),
        };
        Some(Self {
            application_id: number(68).cast_signed(),
            user_version: number(60).cast_signed(),
            first_free: number(32),
            page_size,
            reserved: usize::from(bytes[20]),
            pages: Some(number(28)).filter(|pages| *pages > 0 && number(24) == number(92)),
        })
    }
}

impl Pages {
    /// Opens the database at `path`, which may be missing if a log is there, and its log.
    ///
    /// # Errors
    /// `Io` if there are files that cannot be opened.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let database = match File::open(path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let log_path = wal_path(path);
        let log = match Log::read(&log_path)? {
            Some(log) => Some((File::open(log_path)?, log)),
            None => None,
        };
        let mut pages = Self {
            database,
            log,
            size: USUAL_PAGE_SIZE,
            usable: USUAL_PAGE_SIZE,
            count: 0,
            header: None,
        };
        pages.measure()?;
        Ok(pages)
    }

    fn measure(&mut self) -> Result<(), Error> {
        let length = match &self.database {
            Some(file) => file.metadata()?.len(),
            None => 0,
        };
        let in_file = self
            .database
            .as_ref()
            .and_then(|file| read_at(file, 0, HEADER))
            .and_then(|bytes| Header::of(&bytes));
        let by_log = self.log.as_ref().and_then(|(_, log)| log.page_size);
        let by_header = in_file
            .map(|header| header.page_size)
            .filter(|size| is_page_size(*size));
        self.size = match by_log.or(by_header) {
            Some(size) => size,
            None => self.probe_page_size(length),
        };
        self.usable = self.size;
        let whole = u32::try_from(length.div_ceil(self.size as u64)).unwrap_or(u32::MAX);
        let in_log = self.log.as_ref().and_then(|(_, log)| {
            let frames = u32::try_from(log.pages.len()).unwrap_or(u32::MAX);
            Some(log.database_pages?.min(most_pages(whole, frames)))
        });
        self.count = in_log.unwrap_or(whole);
        self.header = self.page(1).and_then(|page| Header::of(&page));
        if let Some(header) = self.header {
            if header.page_size == self.size && header.reserved <= 32 {
                self.usable = self.size - header.reserved;
            }
            if in_log.is_none() {
                // Pages beyond those that the header counts are no longer part of the database.
                self.count = header.pages.map_or(whole, |pages| pages.min(whole));
            }
        }
        Ok(())
    }

    /// The size with which most of the beginning looks like pages of trees.
    fn probe_page_size(&mut self, length: u64) -> usize {
        let mut best = (0, USUAL_PAGE_SIZE);
        // The usual one first: at a tie it stays.
        let others = (9..=16).map(|bits| 1 << bits);
        for size in [USUAL_PAGE_SIZE].into_iter().chain(others) {
            self.size = size;
            self.count = u32::try_from(length / size as u64).unwrap_or(u32::MAX);
            // From the second page on: the first has the header in front, damaged or not.
            let score = (2..=self.count.min(SAMPLE))
                .filter_map(|number| self.page(number))
                .filter(|page| super::tree::looks_like_one(page))
                .count()
                * size;
            if score > best.0 {
                best = (score, size);
            }
        }
        best.1
    }

    /// A page by its number, from 1. `None` if it is not there or the disk does not give it.
    pub(super) fn page(&self, number: u32) -> Option<Vec<u8>> {
        if number == 0 || number > self.count.max(1) {
            return None;
        }
        if let Some((file, log)) = &self.log
            && let Some(offset) = log.pages.get(&number)
        {
            return read_at(file, *offset, self.size);
        }
        let offset = u64::from(number - 1) * self.size as u64;
        read_at(self.database.as_ref()?, offset, self.size)
    }

    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    pub(super) const fn usable(&self) -> usize {
        self.usable
    }

    pub(super) const fn header(&self) -> Option<Header> {
        self.header
    }

    pub(super) fn log(&self) -> Option<&Log> {
        self.log.as_ref().map(|(_, log)| log)
    }
}

/// A truncated file ends in the middle of a page; the rest is then zeros, as on a disk that lost them.
fn read_at(mut file: &File, offset: u64, length: usize) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(offset)).ok()?;
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes).ok()?;
    if bytes.is_empty() {
        return None;
    }
    bytes.resize(length, 0);
    Some(bytes)
}
