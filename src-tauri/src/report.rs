//! A report for whoever is asked for help. It holds nothing that the learner said, and no path: a path has the
//! learner's name in it.

use std::{fs, path::Path};

use parlance_storage::{backup, doctor, status};

use crate::{error::CommandError, log_file};

/// Lines of the log that are repeated.
const LOG_LINES: usize = 60;

/// Writes it. What cannot be found out is said in its place: a report is asked for when something is broken.
pub(crate) fn write(data_dir: &Path, failure: Option<&CommandError>) -> String {
    let mut parts = vec![format!(
        "Parlance {} on {} ({}), SQLite {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        status::sqlite_version()
    )];
    parts.push(match failure {
        Some(error) => format!("Not open: {:?}: {}", error.code, error.message),
        None => "Open.".into(),
    });
    parts.push(match doctor::report(data_dir) {
        Ok(report) => report.text,
        Err(error) => format!("The data could not be looked at: {error}"),
    });
    parts.push(match backup::list(data_dir) {
        Ok(backups) => format!(
            "Backups and undo copies: {}, of which {} can be used.",
            backups.len(),
            backups.iter().filter(|one| one.is_usable()).count()
        ),
        Err(error) => format!("The backups could not be listed: {error}"),
    });
    parts.push(end_of_log(data_dir));
    let text = parts.join("\n\n");
    text.replace(&data_dir.display().to_string(), "(data folder)")
}

fn end_of_log(data_dir: &Path) -> String {
    match fs::read_to_string(log_file::path(data_dir)) {
        Ok(log) => {
            let lines: Vec<&str> = log.lines().collect();
            lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
        }
        Err(error) => format!("The log could not be read: {error}"),
    }
}
