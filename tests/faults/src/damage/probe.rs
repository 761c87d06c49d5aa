//! Opens a damaged database by every door, and says what is not as wished.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result};
use parlance_storage::{Database, Error, OpenOptions};

use super::sample::Sample;
use super::{Case, Wish};
use crate::examine::{APP_VERSION, verify_whole};
use crate::facts;
use crate::image::Image;

/// Words that no message may use: whoever follows such advice loses what could still be saved.
const HARMFUL: &[&str] = &["delete", "remove", "erase", "reset", "reinstall"];

/// Words of programs, not of people.
const TECHNICAL: &[&str] = &["panicked", "SqliteFailure", "Error {", "unwrap", "Os {"];

/// What is not as wished, one sentence each.
pub(super) fn probe(
    case: &Case,
    sample: &Sample,
    data_dir: &Path,
    tool: &Path,
) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    let before = Image::read(data_dir)?;
    let mut is_verified = false;
    for command in ["status", "verify"] {
        let output = run_tool(tool, data_dir, command)?;
        check_words(command, &output, &mut complaints);
        if command == "verify" && output.status.success() {
            is_verified = true;
            if case.wish != Wish::Earlier {
                complaints.push("verify finds nothing wrong".into());
            }
        }
        if Image::read(data_dir)? != before {
            complaints.push(format!("{command} changed the files"));
            before.write(data_dir)?;
        }
    }
    check_migrate(case, data_dir, tool, &before, &mut complaints)?;
    check_open(case, sample, data_dir, is_verified, &mut complaints)?;
    Ok(complaints)
}

fn run_tool(tool: &Path, data_dir: &Path, command: &str) -> Result<Output> {
    Command::new(tool)
        .arg("--data-dir")
        .arg(data_dir)
        .arg(command)
        .output()
        .with_context(|| format!("cannot start {}", tool.display()))
}

fn check_migrate(
    case: &Case,
    data_dir: &Path,
    tool: &Path,
    before: &Image,
    complaints: &mut Vec<String>,
) -> Result<()> {
    let output = run_tool(tool, data_dir, "migrate")?;
    check_words("migrate", &output, complaints);
    if output.status.code() == Some(1) {
        let said = String::from_utf8_lossy(&output.stderr);
        if said.trim_end().lines().count() != 1 || !said.trim_end().ends_with('.') {
            complaints.push(format!("migrate does not say it in one sentence: {said:?}"));
        }
        if Image::read(data_dir)? != *before {
            complaints.push("migrate refused it, and changed the files".into());
        }
    } else if case.wish == Wish::Refused {
        complaints.push("migrate opens it".into());
    }
    before
        .write(data_dir)
        .context("cannot put the damaged files back")
}

fn check_words(command: &str, output: &Output, complaints: &mut Vec<String>) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said);
    if !matches!(output.status.code(), Some(0 | 1)) {
        complaints.push(format!("{command} ended with {}: {said}", output.status));
    }
    check_text(command, &said, complaints);
}

fn check_text(who: &str, said: &str, complaints: &mut Vec<String>) {
    // The name of SQLite's own journal mode, among its settings.
    let said = said.replace("journal_mode = delete", "");
    let small = said.to_lowercase();
    let mut words = small.split(|c: char| !c.is_alphanumeric() && c != '_');
    if let Some(word) = words.find(|word| HARMFUL.contains(word)) {
        complaints.push(format!("{who} says {word:?}: {said}"));
    }
    for word in TECHNICAL.iter().filter(|word| said.contains(**word)) {
        complaints.push(format!("{who} says {word:?}: {said}"));
    }
}

fn check_open(
    case: &Case,
    sample: &Sample,
    data_dir: &Path,
    is_verified: bool,
    complaints: &mut Vec<String>,
) -> Result<()> {
    let before = Image::read(data_dir)?;
    let options = OpenOptions {
        readers: 1,
        ..OpenOptions::new(APP_VERSION)
    };
    let opened = catch_unwind(AssertUnwindSafe(|| Database::open(data_dir, options)));
    let opened = match opened {
        Ok(opened) => opened,
        Err(_) => {
            complaints.push("opening it panics".into());
            return Ok(());
        }
    };
    match opened {
        Err(error) => {
            check_refusal(case, &error, complaints);
            if Image::read(data_dir)? != before {
                complaints.push("opening refused it, and changed the files".into());
            }
        }
        Ok(db) => {
            if case.wish == Wish::Refused {
                complaints.push("it opens".into());
            }
            let found = facts::found(&db).map_err(|error| error.to_string());
            check_found(case, sample, found, is_verified, complaints);
            // That it closes with an error is no surprise.
            drop(db.close());
            if case.wish == Wish::Earlier
                && let Err(error) = verify_whole(data_dir)
            {
                complaints.push(format!("it is not whole: {error}"));
            }
        }
    }
    Ok(())
}

fn check_refusal(case: &Case, error: &Error, complaints: &mut Vec<String>) {
    let sentence = error.to_string();
    check_text("the app", &sentence, complaints);
    if sentence.lines().count() != 1 || !sentence.ends_with('.') {
        complaints.push(format!(
            "the app does not say it in one sentence: {sentence:?}"
        ));
    }
    if matches!(error.code(), "internal" | "conflict" | "not_found" | "busy") {
        complaints.push(format!("the damage is called {}: {sentence}", error.code()));
    }
    if case.wish == Wish::Earlier {
        complaints.push(format!("it does not open: {sentence}"));
    }
}

/// Nothing may be missing without an error that says so.
fn check_found(
    case: &Case,
    sample: &Sample,
    found: Result<BTreeMap<String, String>, String>,
    is_verified: bool,
    complaints: &mut Vec<String>,
) {
    match found {
        Err(error) => {
            check_text("the app", &error, complaints);
            if case.wish == Wish::Earlier {
                complaints.push(format!("it cannot be read: {error}"));
            }
        }
        Ok(found) => {
            // What the log held may be gone, but not what was in the database before it.
            let missing = sample
                .found
                .keys()
                .filter(|name| !found.contains_key(*name));
            let missing = missing.count();
            if missing > 0 {
                complaints.push(format!("things are silently missing, {missing} of them"));
            }
            let strange = found
                .keys()
                .filter(|name| !sample.found_with_log.contains_key(*name));
            let strange = strange.count();
            if strange > 0 {
                complaints.push(format!(
                    "things are there that were never said, {strange} of them"
                ));
            }
            if is_verified && case.wish != Wish::Earlier && found != sample.found {
                complaints.push("verify finds nothing wrong, and things have changed".into());
            }
        }
    }
}
