//! `parlance-db doctor`: says what a database is, repairs it, or writes out what can be read of it.

use std::path::{Path, PathBuf};

use clap::Args;
use parlance_storage::{Clock, Error, SystemClock, doctor};

use crate::print::{Printer, with_progress};

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
    let now = SystemClock.now();
    if let Some(folder) = &arguments.rescue {
        let outcome = with_progress(|watch| doctor::rescue(data_dir, folder, watch, now))?;
        printer.value(&outcome, || outcome.text.clone());
        return Ok(true);
    }
    if arguments.repair {
        let outcome = with_progress(|watch| doctor::repair(data_dir, watch, now))?;
        printer.value(&outcome, || outcome.text.clone());
        return Ok(true);
    }
    let report = doctor::report(data_dir)?;
    printer.value(&report, || report.text.clone());
    Ok(report.ok)
}
