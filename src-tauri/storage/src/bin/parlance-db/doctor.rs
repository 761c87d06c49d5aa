//! `parlance-db doctor`: says what a database is, repairs it, or writes out what can be read of it.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use parlance_storage::{Clock, Error, Progress, Stage, SystemClock, Watch, doctor};

use crate::print::Printer;

/// What the doctor is to do; only to look if nothing is said.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Repair it: on a copy, which takes its place once it is whole. What was there is kept for 30 days.
    #[arg(long)]
    repair: bool,
    /// Write what can be read into this new folder. Changes nothing in the database.
    #[arg(long, value_name = "DIR", conflicts_with = "repair")]
    rescue: Option<PathBuf>,
}

/// Does it and gives whether all is well.
pub(crate) fn run(
    arguments: &Arguments,
    data_dir: &Path,
    printer: &mut Printer,
) -> Result<bool, Error> {
    if let Some(folder) = &arguments.rescue {
        let outcome = watched(|watch| doctor::rescue(data_dir, folder, watch))?;
        printer.value(&outcome, || outcome.text.clone());
        return Ok(true);
    }
    if arguments.repair {
        let now = SystemClock.now();
        let outcome = watched(|watch| doctor::repair(data_dir, watch, now))?;
        printer.value(&outcome, || outcome.text.clone());
        return Ok(true);
    }
    let report = doctor::report(data_dir)?;
    printer.value(&report, || report.text.clone());
    Ok(report.ok)
}

/// Shows on a terminal how the work goes on; elsewhere nobody would look.
fn watched<T>(work: impl FnOnce(&Watch<'_>) -> Result<T, Error>) -> Result<T, Error> {
    if !io::stderr().is_terminal() {
        return work(&Watch::nobody());
    }
    static NEVER: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    let outcome = work(&Watch::new(&show, &NEVER));
    // Away with the line, before anything is said.
    write(format_args!("\r\x1b[K"));
    outcome
}

fn show(progress: Progress) {
    let Progress { stage, permille } = progress;
    let doing = match stage {
        Stage::Copying => "copying",
        Stage::Checking => "checking",
        Stage::Packing => "packing",
        Stage::Unpacking => "unpacking",
        Stage::Indexing => "indexing",
        Stage::Salvaging => "salvaging",
        Stage::Replacing => "replacing",
    };
    write(format_args!("\r\x1b[K{doing} {} %", permille / 10));
}

/// A terminal that is gone is no reason to end the work.
fn write(words: std::fmt::Arguments<'_>) {
    let mut stderr = io::stderr();
    drop(stderr.write_fmt(words).and_then(|()| stderr.flush()));
}
