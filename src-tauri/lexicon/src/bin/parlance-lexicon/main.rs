//! Makes the lists of words in `words` anew from what others have found out; `cargo xtask lexicon` runs it.
//!
//! Exit status: 0 if the lists were written, 1 if not, 2 for a wrong call.
#![allow(clippy::print_stdout, clippy::print_stderr)] // a tool for the terminal

mod lists;
mod sources;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use parlance_storage::CefrLevel;

use lists::Lists;
use sources::Sources;

const USAGE: &str = "\
usage: parlance-lexicon DATA_BIN WORD_LIST

  DATA_BIN   data.bin of cefrpy 1.0.3
  WORD_LIST  word_list_cefr.csv of Words-CEFR-Dataset, which is the CEFR-J Wordlist 1.5

Writes a1.txt to c2.txt of the folder words; own.txt and irregular.txt in it are read and stay as they are.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, headwords] = arguments.as_slice() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match make(Path::new(data), Path::new(headwords)) {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("parlance-lexicon: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(data: &Path, headwords: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("words");
    let sources = Sources {
        estimates: sources::estimates(&fs::read(data)?)?,
        headwords: sources::headwords(&fs::read_to_string(headwords)?)?,
        irregular: sources::irregular(&fs::read_to_string(folder.join("irregular.txt"))?),
        own: sources::own(&fs::read_to_string(folder.join("own.txt"))?)?,
    };
    let lists = Lists::make(&sources)?;
    let mut report = String::new();
    for level in CefrLevel::ALL {
        let words = lists.words_at(*level);
        let name = level.as_str().to_lowercase();
        let mut lines = words.join("\n");
        lines.push('\n');
        fs::write(folder.join(format!("{name}.txt")), lines)?;
        writeln!(report, "{level:?}: {} words", words.len())?;
    }
    Ok(report)
}
