//! `parlance-large DIRECTORY MESSAGES`: fills the directory with a large profile unless it is there, measures, and
//! prints a table in Markdown.
#![allow(clippy::print_stdout)] // a tool for the terminal

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use parlance_faults::large::{self, Measured};

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
    println!(
        "| {messages} messages, {} MB | median | p99 or largest |\n|---|---|---|",
        database.metadata()?.len() / 1_000_000
    );
    print(&large::starts(&data_dir, 11)?);
    print(&large::starts_after_a_death(&data_dir, 11)?);
    let backup = large::backup_beside_a_writer(&data_dir)?;
    print(&backup.idle);
    print(&backup.during);
    println!(
        "| backup of {} MB | {:.1} s | |",
        backup.bytes / 1_000_000,
        backup.took.as_secs_f64()
    );
    let took = large::restore(&data_dir, &backup.name)?;
    println!("| restore | {:.1} s | |", took.as_secs_f64());
    Ok(())
}

fn print(measured: &Measured) {
    let ms = |part| measured.quantile(part).as_secs_f64() * 1000.0;
    println!(
        "| {} ({} times) | {:.1} ms | {:.1} ms |",
        measured.what,
        measured.times.len(),
        ms(0.5),
        ms(0.99)
    );
}
