//! Output: JSON for programs, sentences for people.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::AtomicBool;

use parlance_storage::status::Status;
use parlance_storage::verify::{Outcome, Report};
use parlance_storage::{Error, Progress, Watch};
use serde::Serialize;
use serde_json::json;

/// Runs long work; on a terminal, people see how far it has come. Control-C ends the process, which leaves
/// everything as it was: that is what all long work here is made for.
pub(crate) fn with_progress<T>(
    work: impl FnOnce(&Watch<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let is_seen = io::stderr().is_terminal();
    let show = |Progress { stage, permille }: Progress| {
        if is_seen {
            // Progress that cannot be shown is no reason to stop.
            drop(write!(
                io::stderr(),
                "\r{:<12}{:>5} %",
                stage.as_str(),
                permille / 10
            ));
        }
    };
    let never = AtomicBool::new(false);
    let outcome = work(&Watch::new(&show, &never));
    if is_seen {
        drop(write!(io::stderr(), "\r{:20}\r", ""));
    }
    outcome
}

/// Writes to standard output and remembers whether that went well.
pub(crate) struct Printer {
    is_json: bool,
    result: io::Result<()>,
}

impl Printer {
    pub(crate) const fn new(is_json: bool) -> Self {
        Self {
            is_json,
            result: Ok(()),
        }
    }

    /// Whether everything could be written; if not, that is said, where it still can be.
    pub(crate) fn finish(self) -> bool {
        let Err(error) = self.result else {
            return true;
        };
        // Somebody who closed the pipe has seen enough.
        if error.kind() != io::ErrorKind::BrokenPipe {
            // There is no third place to say that this did not work either.
            drop(writeln!(
                io::stderr(),
                "parlance-db: the output could not be written: {error}"
            ));
        }
        false
    }

    /// A value for programs, or its sentence for people.
    pub(crate) fn value(&mut self, value: &impl Serialize, sentence: impl FnOnce() -> String) {
        if self.is_json {
            self.json(value);
        } else {
            self.line(sentence());
        }
    }

    pub(crate) fn error(&mut self, code: &str, message: &str) {
        if self.is_json {
            self.json(&json!({ "error": { "code": code, "message": message } }));
        } else if let Err(error) = writeln!(io::stderr(), "parlance-db: {message}") {
            self.result = Err(error);
        }
    }

    pub(crate) fn status(&mut self, status: &Status) {
        if self.is_json {
            return self.json(status);
        }
        self.line(format_args!(
            "database        {}",
            status.database.display()
        ));
        self.line(format_args!("SQLite          {}", status.sqlite_version));
        if !status.is_parlance {
            self.line("This is not a database of Parlance.");
        }
        self.line(format_args!(
            "schema version  {} (this program knows up to {})",
            status.user_version, status.supported_version
        ));
        for row in &status.migrations {
            self.line(format_args!(
                "  {:03} {:<28} {}",
                row.version, row.name, &row.checksum
            ));
        }
        let files = status.files;
        self.line(format_args!(
            "size            {} bytes, log {} bytes, index of the log {} bytes",
            files.database, files.wal, files.shm
        ));
        self.list("tables", &status.tables);
        self.list("search tables", &status.search_tables);
        let indexes: Vec<_> = status
            .indexes
            .iter()
            .map(|index| format!("{} on {}", index.name, index.table))
            .collect();
        self.list("indexes", &indexes);
        let pragmas: Vec<_> = status
            .pragmas
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        self.list("pragmas", &pragmas);
    }

    pub(crate) fn report(&mut self, report: &Report) {
        if self.is_json {
            return self.json(report);
        }
        for check in &report.checks {
            let outcome = match check.outcome {
                Outcome::Passed => "ok",
                Outcome::Failed => "FAILED",
                Outcome::Skipped => "skipped",
            };
            let reason = check
                .reason
                .as_ref()
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            self.line(format_args!("{:<22} {outcome}{reason}", check.name));
        }
        for problem in &report.problems {
            let row = problem
                .row
                .as_ref()
                .map(|row| format!(" {row}"))
                .unwrap_or_default();
            self.line(format_args!("{}{row}: {}", problem.table, problem.problem));
        }
        self.line(match report.problems.len() {
            0 => format!("{} is whole.", report.database.display()),
            1 => format!("{} has 1 problem.", report.database.display()),
            count => format!("{} has {count} problems.", report.database.display()),
        });
    }

    fn list(&mut self, title: &str, entries: &[String]) {
        self.line(format_args!("{title} ({})", entries.len()));
        for entry in entries {
            self.line(format_args!("  {entry}"));
        }
    }

    fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.line(text),
            Err(error) => self.result = Err(error.into()),
        }
    }

    fn line(&mut self, line: impl Display) {
        if self.result.is_ok() {
            self.result = writeln!(io::stdout(), "{line}");
        }
    }
}
