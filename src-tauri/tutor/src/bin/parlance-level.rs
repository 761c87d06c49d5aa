//! Shows how hard a text is: the text in, one JSON object out.
//!
//! Exit status: 0 if it was measured, whatever came out, 1 if it could not be read, 2 for a wrong call.

use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;

use parlance_storage::CefrLevel;
use parlance_tutor::measure;

const USAGE: &str = "\
usage: parlance-level --level LEVEL < TEXT

Measures a text (UTF-8) by the rules of a level, A1 to C2: how long its sentences are, and how hard its words.
Prints a JSON object with what was counted and two verdicts: isSentenceLengthKept, and isVocabularyKept, which is
null where the text is not in English or has no words.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["--level", level] => match CefrLevel::parse(level) {
            Some(level) => show(level),
            None => return misused(),
        },
        ["--help" | "-h"] => io::stdout().write_all(USAGE.as_bytes()),
        _ => return misused(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be gone as well; the exit status still tells.
            let _told = writeln!(io::stderr(), "parlance-level: {error}");
            ExitCode::FAILURE
        }
    }
}

fn show(level: CefrLevel) -> io::Result<()> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    let mut output = io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, &measure(&text, level))?;
    output.write_all(b"\n")
}

fn misused() -> ExitCode {
    let _told = io::stderr().write_all(USAGE.as_bytes());
    ExitCode::from(2)
}
