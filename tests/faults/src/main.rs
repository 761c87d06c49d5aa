//! `parlance-faults`: the full figures, written into a page.
//!
//! `parlance-faults report FILE` runs every suite and writes the page; `parlance-faults fixture` writes the
//! fixture of the newest schema, which a release does once.
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use parlance_faults::damage::Programs;
use parlance_faults::large::{self, LargeFigures};
use parlance_faults::{fixtures, full, report};

/// Messages of the large profile.
const LARGE: u64 = 1_000_000;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("parlance-faults: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["report", file] => run_all(Path::new(file)),
        ["fixture"] => {
            println!("{}", fixtures::write_newest()?.display());
            Ok(true)
        }
        _ => bail!("usage: parlance-faults report FILE | fixture"),
    }
}

/// Gives whether every suite found everything as it must be, and every promise was kept.
fn run_all(file: &Path) -> Result<bool> {
    let programs = Programs {
        child: beside_this("parlance-faults-child")?,
        tool: beside_this("parlance-faults-db")?,
    };
    let mut outcomes = Vec::new();
    for suite in full::suites() {
        println!("{} …", suite.title);
        let outcome = suite.run(&programs);
        match &outcome.result {
            Ok(figures) => println!(
                "  {:?}, {:.1} s",
                figures.counts,
                figures.took.as_secs_f64()
            ),
            Err(error) => println!("  FAILED: {error:#}"),
        }
        outcomes.push(outcome);
    }
    println!("a large profile …");
    let large = measure_large();
    match &large {
        Ok(figures) => println!("{}", figures.table()?),
        Err(error) => println!("  FAILED: {error:#}"),
    }
    fs::write(file, report::page(&outcomes, &large)?)?;
    println!("{}", file.display());
    let broken = large.map(|figures| figures.broken_promises());
    for promise in broken.iter().flatten() {
        println!("  BROKEN: {promise}");
    }
    Ok(outcomes.iter().all(|outcome| outcome.result.is_ok())
        && broken.is_ok_and(|broken| broken.is_empty()))
}

fn measure_large() -> Result<LargeFigures> {
    let folder = tempfile::tempdir()?;
    large::build(folder.path(), LARGE)?;
    LargeFigures::measure(folder.path())
}

/// Another program of this package, built with this one.
fn beside_this(name: &str) -> Result<PathBuf> {
    let this = env::current_exe()?;
    let program = this
        .with_file_name(name)
        .with_extension(env::consts::EXE_EXTENSION);
    if program.is_file() {
        Ok(program)
    } else {
        Err(anyhow::anyhow!("{} is not built", program.display())).context("cannot run")
    }
}
