//! What is left of a repair when its database is in place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::data_dir;
use crate::files::sync_directory;
use crate::replace::REPLACED_DIRECTORY;
use crate::time::Timestamp;

/// Puts the rows that could not be kept beside the undo copy, and gives where.
pub(super) fn keep_rejects(
    data_dir: &Path,
    aside: &Path,
    undo_copy: Option<&Path>,
    now: Timestamp,
) -> Result<PathBuf, Error> {
    let folder = undo_copy
        .and_then(Path::parent)
        .map_or_else(|| data_dir.join(REPLACED_DIRECTORY), Path::to_owned);
    data_dir::create(&folder)?;
    let rejects = folder.join(format!("rejects-{}.jsonl", now.as_millis()));
    fs::rename(aside, &rejects)?;
    sync_directory(&folder)?;
    Ok(rejects)
}
