//! Looks at a database in any state, says what it is, and saves what can be saved. Needs no open profile.
//!
//! [`report`] only looks. [`repair`] works on a copy and puts it in the place of the database when it is proved
//! whole; what was there is kept. [`rescue`] writes what can be read into files that any program can open.
//!
//! SQLite refuses a file whose header, schema or inner pages are damaged, with everything in it. So the rows are
//! also read past it, page by page (`pages`, `tree`, `record`, `source`), and put into a new database
//! (`rebuild`). Nothing that the file says of itself is ever run as SQL. No content is made up, and none is
//! replaced in silence: a row that cannot stay as it is goes, as it was, into a file of its own.

mod account;
mod damaged_text;
mod file_name;
mod known;
mod log;
mod mending;
mod orphans;
mod pages;
mod rebuild;
mod recompute;
mod record;
mod repair;
mod replies;
mod report;
mod rescue;
mod source;
mod state;
mod strays;
mod tree;
mod watching;
mod workshop;

use std::path::{Path, PathBuf};

use serde::Serializer;

use crate::Error;

pub use account::TableCounts;
pub use log::LogState;
pub use repair::{Method, RepairOutcome, repair};
pub use report::{Report, report};
pub use rescue::{RescueOutcome, rescue};
pub use state::State;

/// Removes what killed repairs left. The caller holds the lock of the data directory.
pub(crate) fn sweep(data_dir: &Path) -> Result<(), Error> {
    workshop::remove_left_overs(data_dir)
}

/// A path in JSON, or null.
fn optional_path<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => serializer.collect_str(&path.to_string_lossy()),
        None => serializer.serialize_none(),
    }
}
