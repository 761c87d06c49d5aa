//! The database is renamed under a running app, or lies on a disk that only reads.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use parlance_storage::data_dir::DATABASE_FILE;
use parlance_storage::{Database, Error, OpenOptions};

use super::sample::{self, Sample};
use super::{Programs, cases};
use crate::examine::{APP_VERSION, examine, open, verify_whole};
use crate::facts;
use crate::ledger::{Ledger, Note};
use crate::work::Worker;

/// The file is renamed while the app writes. What was acknowledged before and since is there again once the file
/// has its name back; until then no start makes a new database in its place.
///
/// # Errors
/// What is not so.
pub(super) fn renamed_while_open() -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    let folder = tempfile::tempdir()?;
    let (file, elsewhere) = (
        folder.path().join(DATABASE_FILE),
        folder.path().join("renamed.db"),
    );
    let ledger = std::sync::Mutex::new(Ledger::default());
    let note = |note: &Note| {
        if let Ok(mut ledger) = ledger.lock() {
            ledger.note(note.clone());
        }
    };
    let db = open(folder.path())?;
    let mut worker = Worker::new(&db, "w", sample::SEED, true, &note)?;
    for _ in 0..40 {
        worker.step()?;
    }
    fs::rename(&file, &elsewhere)?;
    for _ in 0..40 {
        if let Err(error) = worker.step()
            && error.code() != "io"
        {
            complaints.push(format!("it is called {}: {error}", error.code()));
        }
    }
    drop(db.close());
    if let Ok(db) = Database::open(folder.path(), OpenOptions::new(APP_VERSION)) {
        db.close()?;
        fs::remove_file(&file)?;
        complaints.push("a new database is put in its place".into());
    }
    fs::rename(&elsewhere, &file)?;
    let ledger = ledger.into_inner().unwrap_or_default();
    examine(folder.path(), &ledger)?;
    Ok(complaints)
}

/// The data directory lies on a disk that only reads, closed or with a log that a crash left.
///
/// # Errors
/// What is not as wished; also a system that refuses such a disk.
pub(super) fn read_only(sample: &Sample, programs: &Programs) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    let Programs { child, tool } = programs;
    for (state, image) in [("closed", &sample.closed), ("with a log", &sample.logged)] {
        let (folder, elsewhere) = (tempfile::tempdir()?, tempfile::tempdir()?);
        image.write(folder.path())?;
        let rescued = elsewhere.path().join("rescued");
        let rescue_to = rescued.to_str().context("a strange path")?;
        for (program, arguments) in [
            (child, vec!["look"]),
            (tool, vec!["status", "--data-dir"]),
            (tool, vec!["verify", "--data-dir"]),
            (tool, vec!["migrate", "--data-dir"]),
            (tool, vec!["doctor", "--data-dir"]),
            (tool, vec!["doctor", "--rescue", rescue_to, "--data-dir"]),
        ] {
            if let Some(complaint) = look_read_only(folder.path(), program, &arguments)? {
                complaints.push(format!("{state}, {}: {complaint}", arguments[0]));
            }
        }
        if !rescued.join("everything.jsonl").is_file() {
            complaints.push(format!("{state}: nothing is rescued"));
        }
        cases::check_same(image, folder.path())?;
        // And all of it is still there, on a disk that writes.
        open(folder.path())?.close()?;
        verify_whole(folder.path())?;
    }
    Ok(complaints)
}

/// Gives what is not as wished, in words.
fn look_read_only(directory: &Path, program: &Path, arguments: &[&str]) -> Result<Option<String>> {
    let script = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" \\
            && ! touch \"$1/written\" 2> /dev/null || exit 77
        directory=$1; shift; exec \"$@\" \"$directory\"";
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, "sh"])
        .arg(directory)
        .arg(program)
        .args(arguments)
        .output()
        .context("`unshare` cannot be started, so the read-only disk is NOT tested")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() != Some(77) && !complaint.starts_with("unshare:"),
        "this system refuses `unshare -rm` with a read-only bind mount, so that is NOT tested: {complaint}"
    );
    let said = String::from_utf8_lossy(&output.stdout);
    let is_migrate = arguments.contains(&"migrate");
    let may_fail = is_migrate && output.status.code() == Some(1);
    if !output.status.success() && !may_fail {
        return Ok(Some(format!("{complaint}{said}")));
    }
    let is_sentence = complaint.is_empty() || complaint.trim_end().ends_with('.');
    Ok((is_migrate && !is_sentence).then(|| format!("no sentence: {complaint}")))
}

/// What the child does on a disk that only reads: opens it, and if that is refused, for this reason.
///
/// # Errors
/// What is not as wished.
pub fn look(data_dir: &Path) -> Result<()> {
    match Database::open(data_dir, OpenOptions::new(APP_VERSION)) {
        Ok(db) => {
            ensure!(!facts::found(&db)?.is_empty(), "nothing can be read");
            Ok(())
        }
        Err(Error::ReadOnly) => Ok(()),
        Err(error) => bail!("a read-only disk is called {}: {error}", error.code()),
    }
}
