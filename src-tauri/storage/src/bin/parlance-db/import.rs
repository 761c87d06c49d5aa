//! `import`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use parlance_storage::backup::{self, BackupReason, NewBackup};
use parlance_storage::import::{self, Imported};
use parlance_storage::{Database, Error, OpenOptions, Timestamp, user};

use crate::print::{Printer, with_progress};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What the file is.
    #[arg(long)]
    format: Format,
    /// Make no backup of what is there before anything is added to it.
    #[arg(long)]
    no_backup: bool,
    /// The file.
    file: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// One message a line: {"conversation": title, "role", "content", "created_at"}.
    Jsonl,
}

pub(crate) fn run(
    arguments: &Arguments,
    data_dir: &Path,
    printer: &mut Printer,
) -> Result<bool, Error> {
    let Format::Jsonl = arguments.format;
    let file = File::open(&arguments.file)?;
    let database = Database::open(data_dir, OpenOptions::new(env!("CARGO_PKG_VERSION")))?;
    let now = database.now();
    // An import cannot be undone: it adds to conversations that are there. A database that was just made holds none.
    let is_new = database.launch().applied.first() == Some(&1);
    let backup = if arguments.no_backup || is_new {
        None
    } else {
        Some(back_up(data_dir, now)?)
    };
    let imported = database.write_blocking(move |tx| {
        let learner = user::ensure_first(tx, now)?;
        import::jsonl(tx, learner.id, BufReader::new(&file), now)
    });
    database.close()?;
    let imported = imported?;
    printer.value(&imported, || sentences(&imported, backup.as_deref()));
    Ok(true)
}

fn sentences(imported: &Imported, backup: Option<&str>) -> String {
    let &Imported {
        conversations,
        messages,
        known,
        undated,
    } = imported;
    let mut sentences =
        format!("{messages} messages were added, {conversations} conversations begun.");
    if known > 0 {
        sentences.push_str(&format!(" {known} messages were there already."));
    }
    if undated > 0 {
        sentences.push_str(&format!(
            " {undated} of the added ones have no created_at, and would be added again if this was imported again."
        ));
    }
    if let Some(name) = backup {
        sentences.push_str(&format!(" What was there before is in the backup {name}."));
    }
    sentences
}

/// Gives the name of a backup of what is there.
fn back_up(data_dir: &Path, now: Timestamp) -> Result<String, Error> {
    let new = NewBackup {
        reason: BackupReason::Import,
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        now,
    };
    let made = with_progress(|watch| backup::create(data_dir, &new, watch)).map_err(|error| {
        Error::Backup {
            reason: format!(
                "{error} So nothing was imported; with --no-backup it is done all the same."
            ),
        }
    })?;
    // An old one that cannot be removed protects no less; the app removes it later, or says why it cannot.
    drop(backup::thin(data_dir, now));
    Ok(made.name)
}
