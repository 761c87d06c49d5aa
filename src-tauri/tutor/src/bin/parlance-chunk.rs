//! Shows what the chunker makes of a text: JSON strings in, one a line; JSON objects out, one a line.
//!
//! A line that is no JSON string is answered by `{"error": "..."}` in its place, and the exit status
//! is then 1. A reader that goes away ends the program quietly.

use std::io::{self, BufRead, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use parlance_tutor::{ChunkDraft, chunk_text};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Chunks(Vec<ChunkDraft>),
    Error(String),
}

fn main() -> ExitCode {
    let output = BufWriter::new(io::stdout().lock());
    match filter(io::stdin().lock(), output) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be gone as well; the exit status still tells.
            let _told = writeln!(io::stderr(), "parlance-chunk: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers every line; gives whether all of them were JSON strings.
fn filter(mut input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
    let mut all_good = true;
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let answer = answer(&line);
        all_good &= matches!(answer, Answer::Chunks(_));
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        // A person at a terminal, or a test at a pipe, sees each answer before the next question.
        output.flush()?;
        line.clear();
    }
    Ok(all_good)
}

fn answer(line: &[u8]) -> Answer {
    match serde_json::from_slice::<String>(line) {
        Ok(text) => Answer::Chunks(chunk_text(&text)),
        Err(error) => Answer::Error(format!("not a JSON string: {error}")),
    }
}
