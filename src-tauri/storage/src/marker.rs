//! The sign that a database must be here.
//!
//! Without it, a profile whose file has gone (a failing disk, a half-done copy, a wrong click) would look like
//! a first launch, and the learner would find an empty app where years of words should be. What else lies in the
//! directory says the same where the marker has gone too: backups, undo copies, what is remembered beside the database.

use std::path::Path;

use serde_json::json;

use crate::data_dir::DATABASE_FILE;
use crate::time::Timestamp;
use crate::{Error, backup, files, replace};

/// The marker's name within the data directory.
pub(crate) const MARKER_FILE: &str = "parlance.marker";

/// Says that somebody who has lost everything wants to begin anew, whatever else lies here. It holds until there is a
/// database.
const ANEW_FILE: &str = "parlance.begin-anew";

/// Whether there must be a database: the marker says so, or what only a database leaves behind.
///
/// # Errors
/// `Io` if it cannot be told.
pub(crate) fn is_database_due(data_dir: &Path) -> Result<bool, Error> {
    if files::size_if_there(&data_dir.join(ANEW_FILE))?.is_some() {
        return Ok(false);
    }
    Ok(is_set(data_dir)?
        || backup::has_state(data_dir)?
        || backup::has_any(data_dir)?
        || !replace::list(data_dir)?.is_empty())
}

/// Whether the marker is there. What the file holds is for people and decides nothing.
pub(crate) fn is_set(data_dir: &Path) -> Result<bool, Error> {
    Ok(files::size_if_there(&data_dir.join(MARKER_FILE))?.is_some())
}

/// Says from now on that there must be one. Once set it stays as it is.
pub(crate) fn set(data_dir: &Path, now: Timestamp) -> Result<(), Error> {
    if !is_set(data_dir)? {
        let content = json!({
            "means": format!("{DATABASE_FILE} must be in this directory; if it is not, Parlance offers a backup"),
            "since": now,
        });
        files::write_whole(&data_dir.join(MARKER_FILE), content.to_string().as_bytes())?;
    }
    // Only now: a crash in between must leave one of the two.
    let anew = data_dir.join(ANEW_FILE);
    if files::size_if_there(&anew)?.is_some() {
        files::remove_if_there(&anew)?;
        files::sync_directory(data_dir)?;
    }
    Ok(())
}

/// Takes it back, and whatever else says so: whoever wants to begin anew has said so.
pub(crate) fn clear(data_dir: &Path) -> Result<(), Error> {
    let content = json!({
        "means": format!("there is no {DATABASE_FILE} here any more, and a new one is wanted"),
    });
    files::write_whole(&data_dir.join(ANEW_FILE), content.to_string().as_bytes())?;
    files::remove_if_there(&data_dir.join(MARKER_FILE))?;
    files::sync_directory(data_dir)
}
