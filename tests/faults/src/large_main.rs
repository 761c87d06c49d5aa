//! `parlance-large DIRECTORY MESSAGES`: fills the directory with a large profile unless it is there, measures, and
//! prints a table in Markdown. Fails if a promise is broken.
#![allow(clippy::print_stdout)] // a tool for the terminal

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use parlance_faults::large::{self, LargeFigures};

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let data_dir = PathBuf::from(arguments.next().context("a directory is needed")?);
    let messages: u64 = arguments
        .next()
        .and_then(|text| text.to_str()?.parse().ok())
        .context("a number of messages is needed")?;
    let database = data_dir.join("parlance.db");
    if !database.exists() {
        let start = Instant::now();
        large::build(&data_dir, messages)?;
        println!("built in {:.1} s\n", start.elapsed().as_secs_f64());
    }
    let figures = LargeFigures::measure(&data_dir)?;
    println!("{}", figures.table()?);
    let broken = figures.broken_promises();
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    Ok(())
}
