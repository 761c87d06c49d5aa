//! What is killed: works on a database until then, and says on standard output what it does.
//!
//! `parlance-faults-child work DIR NAME SEED` does mixed work by several threads for ever; each line is a note
//! for the ledger. `parlance-faults-child open DIR` opens the database, which migrates it, and says when it
//! begins and when it has done so. `parlance-faults-child fill DIR MEGABYTES` fills a small file system and tells by its
//! exit status whether everything was as it must be; nobody kills that one.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{io, process, thread};

use anyhow::{Context, Result, bail};
use parlance_faults::examine::open;
use parlance_faults::full_disk::fill_real;
use parlance_faults::kills::{BEGUN, DONE};
use parlance_faults::ledger::Note;
use parlance_faults::work::{Worker, finish_what_is_cut_off};
use parlance_storage::chunk;

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
        ["work", data_dir, name, seed] => work(Path::new(data_dir), name, seed.parse()?),
        ["open", data_dir] => {
            say(BEGUN);
            let _db = open(Path::new(data_dir))?;
            say(DONE);
            wait_for_the_end()
        }
        ["fill", directory, megabytes] => fill_real(Path::new(directory), megabytes.parse()?),
        other => bail!("unknown arguments {other:?}"),
    }
}

fn work(data_dir: &Path, name: &str, seed: u64) -> Result<()> {
    say(BEGUN);
    let db = open(data_dir)?;
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
