//! The sign that a database must be here.
//!
//! Without it, a profile whose file has gone (a failing disk, a half-done copy, a wrong click) would look like
//! a first launch, and the learner would find an empty app where years of words should be.

use std::path::Path;

use serde_json::json;

use crate::Error;
use crate::data_dir::DATABASE_FILE;
use crate::files;
use crate::time::Timestamp;

/// The marker's name within the data directory.
pub(crate) const MARKER_FILE: &str = "parlance.marker";

/// Whether there must be a database. What the file holds is for people and decides nothing.
pub(crate) fn is_set(data_dir: &Path) -> Result<bool, Error> {
    Ok(files::size_if_there(&data_dir.join(MARKER_FILE))?.is_some())
}

/// Says from now on that there must be one. Once set it stays as it is.
pub(crate) fn set(data_dir: &Path, now: Timestamp) -> Result<(), Error> {
    if is_set(data_dir)? {
        return Ok(());
    }
    let content = json!({
        "means": format!("{DATABASE_FILE} must be in this directory; if it is not, Parlance offers a backup"),
        "since": now,
    });
    files::write_whole(&data_dir.join(MARKER_FILE), content.to_string().as_bytes())
}

/// Takes it back: whoever wants to begin anew has said so.
pub(crate) fn clear(data_dir: &Path) -> Result<(), Error> {
    files::remove_if_there(&data_dir.join(MARKER_FILE))?;
    files::sync_directory(data_dir)
}
