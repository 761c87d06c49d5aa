//! What is done to the files.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use parlance_storage::data_dir::DATABASE_FILE;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use rusqlite::Connection;

use super::sample::{RARE_WORD, SEED, Sample};
use super::{Case, Wish};
use crate::image::Image;

const fn case(name: &'static str, wish: Wish, damage: fn(&Sample, &Path) -> Result<()>) -> Case {
    Case { name, wish, damage }
}

/// Every kind of damage.
pub const CASES: &[Case] = &[
    case("cut to 100 bytes", Wish::Refused, |s, d| cut(s, d, |_| 100)),
    case("cut to half a page", Wish::Refused, |s, d| {
        cut(s, d, |_| 2048)
    }),
    case("cut to one page", Wish::Refused, |s, d| cut(s, d, |_| 4096)),
    case("cut to half", Wish::Refused, |s, d| {
        cut(s, d, |length| length / 2)
    }),
    case("one page short", Wish::Refused, |s, d| {
        cut(s, d, |length| length - 4096)
    }),
    case("100 bytes short", Wish::Refused, |s, d| {
        cut(s, d, |length| length - 100)
    }),
    case("all zeros", Wish::Refused, |s, d| {
        write(s, d, 0, |length| vec![0; length])
    }),
    case("first page zeros", Wish::Refused, |s, d| {
        write(s, d, 0, |_| vec![0; 4096])
    }),
    case("empty", Wish::Refused, |s, d| cut(s, d, |_| 0)),
    case("missing", Wish::Refused, |s, d| {
        s.closed.write(d)?;
        // As it lies there after a first start: with what else belongs to it.
        fs::write(d.join("parlance.lock"), "")?;
        Ok(fs::remove_file(file(d))?)
    }),
    case("a directory in its place", Wish::Refused, |_, d| {
        Ok(fs::create_dir(file(d))?)
    }),
    case("header: magic", Wish::Refused, |s, d| {
        write(s, d, 3, |_| b"xx".to_vec())
    }),
    case("header: page size", Wish::Refused, |s, d| {
        write(s, d, 16, |_| vec![0, 3])
    }),
    case("header: another page size", Wish::Refused, |s, d| {
        write(s, d, 16, |_| vec![2, 0])
    }),
    case("header: file format", Wish::Refused, |s, d| {
        write(s, d, 18, |_| vec![9, 9])
    }),
    case("header: schema format", Wish::Refused, |s, d| {
        write(s, d, 44, |_| vec![0, 0, 0, 77])
    }),
    case("header: encoding", Wish::Refused, |s, d| {
        write(s, d, 56, |_| vec![0, 0, 0, 3])
    }),
    case("header: version 0", Wish::Refused, |s, d| {
        write(s, d, 60, |_| vec![0; 4])
    }),
    case("header: an older version", Wish::Refused, |s, d| {
        write(s, d, 60, |_| vec![0, 0, 0, 4])
    }),
    case("header: negative version", Wish::Refused, |s, d| {
        write(s, d, 60, |_| vec![0xff; 4])
    }),
    case("header: application id", Wish::Refused, |s, d| {
        write(s, d, 68, |_| vec![1, 2, 3, 4])
    }),
    case("header: rubbish", Wish::Refused, |s, d| {
        write(s, d, 16, |_| rubbish(84))
    }),
    case("page 1: cells", Wish::Refused, |s, d| {
        write(s, d, 112, |_| vec![0xff; 8])
    }),
    case("page 1: rubbish", Wish::Refused, |s, d| {
        write(s, d, 100, |_| rubbish(3996))
    }),
    case("inner page: messages", Wish::Noticed, |s, d| {
        page(s, d, "messages")
    }),
    case("inner page: conversations", Wish::Noticed, |s, d| {
        page(s, d, "conversations")
    }),
    case("inner page: chunks", Wish::Noticed, |s, d| {
        page(s, d, "message_chunks")
    }),
    case("inner page: users", Wish::Noticed, |s, d| {
        page(s, d, "users")
    }),
    case("inner page: settings", Wish::Noticed, |s, d| {
        page(s, d, "user_settings")
    }),
    case("inner page: ledger", Wish::Refused, |s, d| {
        page(s, d, "schema_migrations")
    }),
    case("zeroed page: messages", Wish::Noticed, |s, d| {
        zeroed_page(s, d, "messages")
    }),
    case("zeroed page: conversations", Wish::Noticed, |s, d| {
        zeroed_page(s, d, "conversations")
    }),
    case("index page: recent", Wish::Noticed, |s, d| {
        page(s, d, "conversations_recent")
    }),
    case("index page: queue", Wish::Noticed, |s, d| {
        page(s, d, "message_chunks_pending")
    }),
    case("zeroed index page", Wish::Noticed, |s, d| {
        zeroed_page(s, d, "conversations_recent")
    }),
    case("full-text page: words", Wish::Noticed, |s, d| {
        page(s, d, "message_search_words_data")
    }),
    case("full-text page: trigrams", Wish::Noticed, |s, d| {
        page(s, d, "message_search_trigrams_data")
    }),
    case("full-text page: index", Wish::Noticed, |s, d| {
        page(s, d, "message_search_words_idx")
    }),
    case("every tenth page rubbish", Wish::Noticed, |s, d| {
        s.closed.write(d)?;
        let pages = fs::metadata(file(d))?.len() / 4096;
        for number in (3..pages).step_by(10) {
            overwrite(&file(d), number * 4096, &rubbish(4096))?;
        }
        Ok(())
    }),
    case("a flipped bit in a text", Wish::Noticed, |s, d| {
        flip(s, d, 0x02)
    }),
    case(
        "a flipped bit that is no text any more",
        Wish::Noticed,
        |s, d| flip(s, d, 0x80),
    ),
    case("another program's database", Wish::Refused, |_, d| {
        foreign(d, 0)
    }),
    case(
        "another program's database, with an id",
        Wish::Refused,
        |_, d| foreign(d, 4711),
    ),
    case("no database: text", Wish::Refused, |_, d| {
        Ok(fs::write(
            file(d),
            "Dear diary, this is not SQLite. ".repeat(300),
        )?)
    }),
    case("no database: one byte", Wish::Refused, |_, d| {
        Ok(fs::write(file(d), "x")?)
    }),
    case("no database: rubbish", Wish::Refused, |_, d| {
        Ok(fs::write(file(d), rubbish(50_000))?)
    }),
    case("a newer schema", Wish::Refused, |s, d| {
        s.closed.write(d)?;
        sql(
            d,
            "PRAGMA user_version = 99; CREATE TABLE of_the_future (x TEXT) STRICT;",
        )
    }),
    case("an edited migration", Wish::Refused, |s, d| {
        s.closed.write(d)?;
        sql(
            d,
            "UPDATE schema_migrations SET checksum = replace(checksum, '1', '2') WHERE version = 3",
        )
    }),
    case("no ledger", Wish::Refused, |s, d| {
        s.closed.write(d)?;
        sql(d, "DROP TABLE schema_migrations")
    }),
    case("log: without its database", Wish::Refused, |s, d| {
        s.logged.write(d)?;
        Ok(fs::remove_file(file(d))?)
    }),
    case("log: beside an empty database", Wish::Refused, |s, d| {
        s.logged.write(d)?;
        Ok(fs::write(file(d), "")?)
    }),
    case("log: gone", Wish::Earlier, |s, d| {
        s.logged.write(d)?;
        Ok(fs::remove_file(log(d))?)
    }),
    case("log: of another database", Wish::Earlier, |s, d| {
        s.closed.write(d)?;
        Ok(fs::write(log(d), &s.foreign_log)?)
    }),
    case("log: rubbish", Wish::Earlier, |s, d| {
        s.closed.write(d)?;
        Ok(fs::write(log(d), rubbish(100_000))?)
    }),
    case("log: header damaged", Wish::Earlier, |s, d| {
        log_damage(s, d, 8)
    }),
    case("log: damaged in the middle", Wish::Earlier, |s, d| {
        log_damage(s, d, s.logged.length("parlance.db-wal") / 2)
    }),
    case("log: cut in its header", Wish::Earlier, |s, d| {
        log_cut(s, d, 20)
    }),
    case("log: cut in the first frame", Wish::Earlier, |s, d| {
        log_cut(s, d, 1000)
    }),
    case("log: cut in the middle", Wish::Earlier, |s, d| {
        log_cut(s, d, s.logged.length("parlance.db-wal") / 2)
    }),
    case("log: a little short", Wish::Earlier, |s, d| {
        log_cut(s, d, s.logged.length("parlance.db-wal") - 10)
    }),
    case("log's index: rubbish", Wish::Earlier, |s, d| {
        s.logged.write(d)?;
        Ok(fs::write(d.join("parlance.db-shm"), rubbish(32_768))?)
    }),
    case("a journal of rubbish beside it", Wish::Earlier, |s, d| {
        s.closed.write(d)?;
        Ok(fs::write(d.join("parlance.db-journal"), rubbish(5000))?)
    }),
];

fn file(directory: &Path) -> PathBuf {
    directory.join(DATABASE_FILE)
}

fn log(directory: &Path) -> PathBuf {
    directory.join("parlance.db-wal")
}

fn rubbish(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    StdRng::seed_from_u64(SEED).fill_bytes(&mut bytes);
    bytes
}

fn cut(sample: &Sample, directory: &Path, to: fn(u64) -> u64) -> Result<()> {
    sample.closed.write(directory)?;
    let length = fs::metadata(file(directory))?.len();
    let file = File::options().write(true).open(file(directory))?;
    Ok(file.set_len(to(length))?)
}

fn write(
    sample: &Sample,
    directory: &Path,
    offset: u64,
    bytes: fn(usize) -> Vec<u8>,
) -> Result<()> {
    sample.closed.write(directory)?;
    let length = fs::metadata(file(directory))?.len();
    overwrite(&file(directory), offset, &bytes(usize::try_from(length)?))
}

fn overwrite(path: &Path, offset: u64, bytes: &[u8]) -> Result<()> {
    let mut file = File::options().write(true).open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    Ok(file.write_all(bytes)?)
}

/// The pointers to the page's cells now point nowhere.
fn page(sample: &Sample, directory: &Path, name: &str) -> Result<()> {
    sample.closed.write(directory)?;
    let offset = Sample::root_page(directory, name)?;
    overwrite(&file(directory), offset + 8, &[0xff; 24])
}

fn zeroed_page(sample: &Sample, directory: &Path, name: &str) -> Result<()> {
    sample.closed.write(directory)?;
    let offset = Sample::root_page(directory, name)?;
    overwrite(&file(directory), offset, &[0; 4096])
}

/// Changes one bit of a learner's word where the table holds it.
fn flip(sample: &Sample, directory: &Path, bit: u8) -> Result<()> {
    sample.closed.write(directory)?;
    let content = fs::read(file(directory))?;
    let word = RARE_WORD.as_bytes();
    // The index holds it in small letters.
    let places: Vec<usize> = content
        .windows(word.len())
        .enumerate()
        .filter(|(_, window)| *window == word)
        .map(|(place, _)| place)
        .collect();
    let [place] = places[..] else {
        bail!("{RARE_WORD} is in {} places", places.len());
    };
    overwrite(&file(directory), place as u64, &[content[place] ^ bit])
}

fn foreign(directory: &Path, application_id: i32) -> Result<()> {
    let connection = Connection::open(file(directory))?;
    connection
        .execute_batch("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')")?;
    connection.pragma_update(None, "application_id", application_id)?;
    Ok(())
}

/// Changes a closed database by SQL and leaves it closed.
fn sql(directory: &Path, sql: &str) -> Result<()> {
    let connection = Connection::open(file(directory))?;
    connection.execute_batch(sql)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn log_damage(sample: &Sample, directory: &Path, at: u64) -> Result<()> {
    sample.logged.write(directory)?;
    overwrite(&log(directory), at, &rubbish(16))
}

fn log_cut(sample: &Sample, directory: &Path, to: u64) -> Result<()> {
    sample.logged.write(directory)?;
    Ok(File::options()
        .write(true)
        .open(log(directory))?
        .set_len(to)?)
}

/// The files are to the byte what they were.
pub(super) fn check_same(image: &Image, directory: &Path) -> Result<()> {
    if Image::read(directory)? != *image {
        bail!("the files were changed");
    }
    Ok(())
}
