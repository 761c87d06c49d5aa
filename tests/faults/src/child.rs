//! What is killed: works on a database until then, and says on standard output what it does.
//!
//! - `work DIR NAME SEED DAYS` does mixed work by several threads for ever, with a clock that is wrong by so many
//!   days; each line is a note for the ledger.
//! - `open DIR` opens the database, which migrates it, and says when it begins and when it has done so.
//! - `restore DIR NAME` restores a backup, and `backup DIR` makes one, likewise.
//! - `fill DIR MEGABYTES` fills a small file system, and `look DIR` opens what only reads. Nobody kills these: they
//!   tell by their exit status whether everything was as it must be.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::{io, process, thread};

use anyhow::{Context, Result, bail};
use parlance_faults::damage;
use parlance_faults::examine::{APP_VERSION, open};
use parlance_faults::full_disk::fill_real;
use parlance_faults::kills::{BEGUN, DONE, back_up};
use parlance_faults::ledger::Note;
use parlance_faults::work::{Worker, finish_what_is_cut_off};
use parlance_storage::{
    Clock, Database, OpenOptions, SystemClock, Timestamp, Watch, backup, chunk,
};

/// So many that writes wait for each other and share a commit.
const WORKERS: u64 = 3;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The parent asks for it when the child was not killed.
            drop(writeln!(io::stderr(), "{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["work", data_dir, name, seed, days] => {
            work(Path::new(data_dir), name, seed.parse()?, days.parse()?)
        }
        ["open", data_dir] => {
            say(BEGUN);
            let _db = open(Path::new(data_dir))?;
            say(DONE);
            wait_for_the_end()
        }
        ["restore", data_dir, name] => {
            say(BEGUN);
            backup::restore(
                Path::new(data_dir),
                name,
                SystemClock.now(),
                &Watch::nobody(),
            )?;
            say(DONE);
            wait_for_the_end()
        }
        ["backup", data_dir] => {
            say(BEGUN);
            back_up(Path::new(data_dir))?;
            say(DONE);
            wait_for_the_end()
        }
        ["fill", directory, megabytes] => fill_real(Path::new(directory), megabytes.parse()?),
        ["look", data_dir] => damage::look(Path::new(data_dir)),
        other => bail!("unknown arguments {other:?}"),
    }
}

/// The computer's clock, wrong by so many days.
struct WrongClock(i64);

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_millis(self.0 * 86_400_000)
    }
}

fn work(data_dir: &Path, name: &str, seed: u64, days: i64) -> Result<()> {
    say(BEGUN);
    let options = OpenOptions {
        clock: Arc::new(WrongClock(days)),
        ..OpenOptions::new(APP_VERSION)
    };
    let db = Database::open(data_dir, options).context("the database does not open")?;
    // What the app does at its start with what a dead process left behind.
    db.write_blocking(chunk::release_leases)?;
    finish_what_is_cut_off(&db, &note)?;
    let errors: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|number| {
                let db = &db;
                scope.spawn(move || -> Result<()> {
                    let name = format!("{name}{number}");
                    let mut worker = Worker::new(db, name, seed + number, number == 0, &note)?;
                    worker.adopt(&format!("w{number}-"))?;
                    loop {
                        worker.step()?;
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().ok()?.err())
            .collect()
    });
    errors.into_iter().next().map_or(Ok(()), Err)
}

fn note(note: &Note) {
    match serde_json::to_string(note) {
        Ok(line) => say(&line),
        Err(_) => process::exit(1),
    }
}

/// A line in one piece, which nothing holds back.
fn say(line: &str) {
    let mut output = io::stdout().lock();
    if writeln!(output, "{line}")
        .and_then(|()| output.flush())
        .is_err()
    {
        // Nobody listens any more, so nobody will kill this either.
        process::exit(1);
    }
}

/// Until it is killed, or the parent is gone.
fn wait_for_the_end() -> Result<()> {
    io::copy(&mut io::stdin(), &mut io::sink()).context("standard input")?;
    Ok(())
}
