//! `parlance-db`: looks after the database without the app.
//!
//! Exit status: 0 all is well, 1 something is wrong, 2 wrong usage.
//!
//! With `--json` exactly one JSON value goes to standard output:
//!
//! - `migrate`: `{"database", "user_version", "applied": [version, …]}`
//! - `status`: `{"database", "sqlite_version", "is_parlance", "user_version", "supported_version",
//!   "migrations": [{"version", "name", "checksum", "applied_at", "duration_ms", "app_version"}, …],
//!   "tables": [name, …], "search_tables": [name, …], "indexes": [{"name", "table"}, …],
//!   "pragmas": {name: value, …}, "files": {"database", "wal", "shm"}}`, sizes in bytes
//! - `verify`: `{"database", "ok", "checks": [{"name", "outcome": "passed" | "failed" | "skipped",
//!   "reason"}, …], "problems": [{"check", "table", "row", "problem"}, …]}`
//! - `backup`, and each of the list of `backups` (newest first, undo copies among them): `{"name", "createdAt",
//!   "reason", "bytes", "schemaVersion", "appVersion", "counts": {"conversations", "messages", "words"} | null,
//!   "problem": sentence | null}`, times in Unix milliseconds
//! - `restore`: `{"restored": name}`
//! - `doctor`: `{"database", "state": "found" | "missing" | "empty" | "not_sqlite" | "foreign" | "newer" | "damaged",
//!   "ok", "bytes", "log": {"bytes", "frames", "commits", "problem"} | null, "schema_version",
//!   "supported_version", "rows": {table: count | null, …}, "checks", "problems" (as `verify` has them),
//!   "can_repair", "text"}`
//! - `doctor --repair`: `{"method": "nothing" | "mended" | "salvaged", "tables": {table: {"kept", "mended",
//!   "recreated", "rejected", "lost": count | null}, …}, "strange_tables", "undo_copy", "rejects", "text"}`
//! - `search`: `{"hits": [{"message_id", "conversation_id", "role", "content", "snippet"}, …]}`, best first, what was
//!   looked for between `**` in the snippet
//! - `events`: `{"events": [{"id", "conversationId", "eventType", "eventData", "createdAt"}, …]}`, newest first, the data as
//!   a text that holds JSON, times in Unix milliseconds
//! - `import`: `{"conversations", "messages", "known"}`: begun, added, and there already; `backups` lists the backup that
//!   was made before
//! - `doctor --rescue DIR`: `{"folder", "conversations", "messages", "rows": {table: count, …}, "kept_aside",
//!   "text"}`
//! - whatever goes wrong: `{"error": {"code", "message"}}`
//!
//! Without it, text for people; errors then go to standard error.

mod backups;
mod doctor;
mod events;
mod import;
mod print;
mod search;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use parlance_storage::{Database, Error, OpenOptions, data_dir, status, verify};
use serde_json::json;

use print::Printer;

/// Looks after a Parlance database.
#[derive(Parser)]
#[command(
    name = "parlance-db",
    version,
    after_help = "Exit status: 0 good, 1 something is wrong, 2 wrong usage."
)]
struct Arguments {
    /// The directory of the database; else PARLANCE_DATA_DIR, else the platform's own.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// One JSON value on standard output instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the database if there is none, and bring its schema up to date.
    Migrate,
    /// Say what the database is: version, history, tables, settings, sizes. Changes nothing.
    Status,
    /// Check that the database is whole, and name what is not. Changes nothing.
    Verify,
    /// Make a backup beside the running app, and prove it.
    Backup,
    /// List the backups, and the undo copies of what was replaced.
    Backups,
    /// Put the state of a backup in the place of the database, which is kept for 30 days. The app must be closed.
    Restore {
        /// As `backups` lists it; without it, the newest that can be restored and is not empty.
        name: Option<String>,
    },
    /// Find messages: words, "phrases", -exclusions, tag: folder: level: from: before: after: is:. Changes nothing.
    Search(search::Arguments),
    /// Show what happened in the conversations, newest first: kinds and times, never what was said. Changes nothing.
    Events(events::Arguments),
    /// Add the messages of a file to the oldest profile, after a backup. The app must be closed.
    Import(import::Arguments),
    /// Say in words and counts what the database is, whatever state it is in; repair it, or save what can be read.
    Doctor(doctor::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut printer = Printer::new(arguments.json);
    let result = arguments
        .data_dir
        .map_or_else(data_dir::resolve, Ok)
        .and_then(|data_dir| run(&arguments.command, &data_dir, &mut printer));
    let is_good = result.unwrap_or_else(|error| {
        printer.error(error.code(), &error.to_string());
        false
    });
    if printer.finish() && is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    }
}

/// Does it and gives whether all is well.
fn run(command: &Command, data_dir: &Path, printer: &mut Printer) -> Result<bool, Error> {
    match command {
        Command::Migrate => migrate(data_dir, printer),
        Command::Status => match status::read(data_dir)? {
            Some(status) => {
                printer.status(&status);
                Ok(status.is_parlance)
            }
            None => Ok(no_database(data_dir, printer)),
        },
        Command::Verify => match verify::run(data_dir)? {
            Some(report) => {
                printer.report(&report);
                Ok(report.ok)
            }
            None => Ok(no_database(data_dir, printer)),
        },
        Command::Backup => backups::create(data_dir, printer),
        Command::Backups => backups::list(data_dir, printer),
        Command::Restore { name } => backups::restore(data_dir, name.as_deref(), printer),
        Command::Search(arguments) => search::run(arguments, data_dir, printer),
        Command::Events(arguments) => events::run(arguments, data_dir, printer),
        Command::Import(arguments) => import::run(arguments, data_dir, printer),
        Command::Doctor(arguments) => doctor::run(arguments, data_dir, printer),
    }
}

fn migrate(data_dir: &Path, printer: &mut Printer) -> Result<bool, Error> {
    let database = Database::open(data_dir, OpenOptions::new(env!("CARGO_PKG_VERSION")))?;
    let version = database.read_blocking(status::schema_version)?;
    let applied = database.launch().applied.clone();
    database.close()?;
    printer.value(
        &json!({ "database": database.path().to_string_lossy(), "user_version": version, "applied": applied }),
        || match applied.as_slice() {
            [] => format!(
                "{} is up to date at version {version}.",
                database.path().display()
            ),
            [only] => format!("{}: applied migration {only}.", database.path().display()),
            [first, .., last] => format!(
                "{}: applied migrations {first} to {last}.",
                database.path().display()
            ),
        },
    );
    Ok(true)
}

/// Says so, and gives that not all is well.
pub(crate) fn no_database(data_dir: &Path, printer: &mut Printer) -> bool {
    let message = format!("There is no database in {}.", data_dir.display());
    printer.error("not_found", &message);
    false
}
