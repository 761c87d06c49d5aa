//! `import`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use parlance_storage::import::{self, Imported};
use parlance_storage::{Database, Error, OpenOptions, user};

use crate::print::Printer;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What the file is.
    #[arg(long)]
    format: Format,
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
    let imported = database.write_blocking(move |tx| {
        let learner = user::ensure_first(tx, now)?;
        import::jsonl(tx, learner.id, BufReader::new(&file), now)
    });
    database.close()?;
    let imported = imported?;
    printer.value(&imported, || sentences(&imported));
    Ok(true)
}

fn sentences(imported: &Imported) -> String {
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
    sentences
}
