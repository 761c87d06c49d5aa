//! `import`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use parlance_storage::{Database, Error, OpenOptions, import, user};

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
    printer.value(&imported, || {
        let begun = imported.conversations;
        let mut sentence = format!(
            "{} messages were added, {begun} conversations begun.",
            imported.messages
        );
        if imported.known > 0 {
            sentence = format!("{sentence} {} messages were there already.", imported.known);
        }
        sentence
    });
    Ok(true)
}
