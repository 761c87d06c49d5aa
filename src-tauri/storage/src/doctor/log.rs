//! The write-ahead log, read without SQLite: which pages it holds, and whether it is sound.
//!
//! The format is SQLite's (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>). Only what was
//! committed counts, as SQLite itself would take it over: frames up to the last commit before the first one
//! whose salt or checksum is wrong.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::Serialize;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The last bit says in which byte order the checksums are taken.
const MAGIC: u32 = 0x377f_0682;
const VERSION: u32 = 3_007_000;

/// What a log is. As JSON its names are in snake_case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogState {
    /// Its size in bytes.
    pub bytes: u64,
    /// Pages in it that are part of a finished change.
    pub frames: u64,
    /// Finished changes in it.
    pub commits: u64,
    /// What is wrong with it, as the rest of a sentence; `None` if it is sound.
    pub problem: Option<String>,
}

/// The committed pages of a log.
pub(super) struct Log {
    pub(super) state: LogState,
    /// `None` if the log holds no finished change.
    pub(super) page_size: Option<usize>,
    /// How many pages the database has after the last commit.
    pub(super) database_pages: Option<u32>,
    /// Where the newest committed content of a page lies, from the beginning of the log.
    pub(super) pages: HashMap<u32, u64>,
}

impl Log {
    /// Reads the log at `path`; `None` if there is none, or an empty one.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let bytes = file.metadata()?.len();
        if bytes == 0 {
            return Ok(None);
        }
        Ok(Some(Self::of(
            BufReader::with_capacity(1 << 20, file),
            bytes,
        )))
    }

    /// A log of `bytes` bytes, of which `input` gives what the disk gives.
    fn of(mut input: impl Read, bytes: u64) -> Self {
        let mut log = Self {
            state: LogState {
                bytes,
                frames: 0,
                commits: 0,
                problem: None,
            },
            page_size: None,
            database_pages: None,
            pages: HashMap::new(),
        };
        log.state.problem = log.read_frames(&mut input).err();
        log
    }

    /// Takes what was committed. An unreadable place ends the reading, as a wrong checksum does.
    ///
    /// # Errors
    /// What is wrong with the log; all that lies before it was taken.
    fn read_frames(&mut self, input: &mut impl Read) -> Result<(), String> {
        let mut header = [0; HEADER];
        match input.read_exact(&mut header) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err("is shorter than its own header".into());
            }
            Err(error) => return Err(format!("cannot be read: {error}")),
        }
        let Some(begin) = Begin::of(&header) else {
            return Err("has a damaged header, so nothing in it can be read".into());
        };
        let mut sum = begin.sum;
        let mut uncommitted = HashMap::new();
        let mut frame = vec![0; FRAME_HEADER + begin.page_size];
        let (mut read, mut offset) = (0, HEADER as u64);
        loop {
            match input.read_exact(&mut frame) {
                Ok(()) => {}
                // Perhaps in the middle of a page: whoever wrote it was cut off, and had committed nothing of it.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
                Err(error) => {
                    return Err(format!("cannot be read after {read} of its pages: {error}"));
                }
            }
            // A log is written anew from its beginning; what follows is of the round before.
            if frame[8..16] != header[16..24] {
                return Ok(());
            }
            sum.add(&frame[..8]);
            sum.add(&frame[FRAME_HEADER..]);
            if (number(&frame, 16), number(&frame, 20)) != (sum.first, sum.second) {
                return Err(format!("is damaged after {read} of its pages"));
            }
            read += 1;
            uncommitted.insert(number(&frame, 0), offset + FRAME_HEADER as u64);
            offset += frame.len() as u64;
            let database_pages = number(&frame, 4);
            if database_pages > 0 {
                self.pages.extend(uncommitted.drain());
                self.page_size = Some(begin.page_size);
                self.database_pages = Some(database_pages);
                self.state.frames = read;
                self.state.commits += 1;
            }
        }
    }
}

/// The header of a log that can be believed.
struct Begin {
    page_size: usize,
    sum: Checksum,
}

impl Begin {
    fn of(header: &[u8; HEADER]) -> Option<Self> {
        let magic = number(header, 0);
        let mut sum = Checksum {
            is_big_endian: magic & 1 == 1,
            first: 0,
            second: 0,
        };
        sum.add(&header[..24]);
        let page_size = usize::try_from(number(header, 8)).ok()?;
        let is_sound = magic & !1 == MAGIC
            && number(header, 4) == VERSION
            && super::pages::is_page_size(page_size)
            && (number(header, 24), number(header, 28)) == (sum.first, sum.second);
        is_sound.then_some(Self { page_size, sum })
    }
}

/// SQLite's checksum of a log, which runs on from frame to frame.
struct Checksum {
    is_big_endian: bool,
    first: u32,
    second: u32,
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| {
                let bytes = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
                if self.is_big_endian {
                    u32::from_be_bytes(bytes)
                } else {
                    u32::from_le_bytes(bytes)
                }
            };
            let (left, right) = (word(0), word(4));
            self.first = self.first.wrapping_add(left).wrapping_add(self.second);
            self.second = self.second.wrapping_add(right).wrapping_add(self.first);
        }
    }
}

/// Four bytes, big-endian, from inside of a buffer that is long enough.
fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// A disk that gives nothing any more.
    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk fails"))
        }
    }

    /// A log with three changes, and where the last of them begins.
    fn log_of_three() -> (Vec<u8>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.db");
        let connection = Connection::open(&path).unwrap();
        let log = crate::inspect::wal_path(&path);
        connection
            .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
            .unwrap();
        connection
            .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES ('mưa')")
            .unwrap();
        let before = usize::try_from(log.metadata().unwrap().len()).unwrap();
        connection
            .execute_batch("INSERT INTO t VALUES ('雨')")
            .unwrap();
        (std::fs::read(log).unwrap(), before)
    }

    #[test]
    fn a_log_that_the_disk_does_not_give_to_its_end_is_not_called_sound() {
        let (bytes, last) = log_of_three();
        let length = bytes.len() as u64;
        assert_eq!(Log::of(&bytes[..], length).state.commits, 3);
        for (given, commits, problem) in [
            (0, 0, "cannot be read: the disk fails"),
            (10, 0, "cannot be read: the disk fails"),
            (last, 2, "of its pages: the disk fails"),
            (last + 100, 2, "of its pages: the disk fails"),
        ] {
            let log = Log::of((&bytes[..given]).chain(Failing), length);
            assert_eq!(log.state.commits, commits, "{given}");
            let told = log.state.problem.unwrap_or_default();
            assert!(told.contains(problem), "{given}: {told}");
        }
    }

    #[test]
    fn a_log_whose_writer_was_cut_off_is_sound_as_far_as_it_goes() {
        let (bytes, last) = log_of_three();
        let log = Log::of(&bytes[..last + 100], bytes.len() as u64);
        assert_eq!((log.state.commits, log.state.problem), (2, None));
    }
}
