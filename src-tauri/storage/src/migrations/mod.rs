//! The schema's history: embedded files, applied once each, all pending ones in one transaction.
//!
//! `user_version`, the ledger `schema_migrations` and the schema itself change in the same
//! transaction or not at all. A file, once released, is never edited: its checksum is in the ledger of
//! every learner's database. Where the ledger tells another story, the tables say who is right (see `launch`); a
//! database of tables that no version ever made is refused, untouched.

mod fingerprint;
mod folder;
mod runner;

pub use fingerprint::fingerprints;
pub(crate) use fingerprint::{SchemaObject, fingerprint, fresh, objects, version_of};
pub use folder::{MigrationFile, check_statements, read_folder};
pub(crate) use runner::{mend_ledger, migrate, upgrade};

use sha2::{Digest, Sha256};

/// "PRLC": tells a database of Parlance from any other SQLite file.
pub const APPLICATION_ID: i32 = 0x5052_4C43;

/// One step of the schema, in a form that can be embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Consecutive from 1; the database's `user_version` after it.
    pub version: u32,
    /// What it adds, as the file name says.
    pub name: &'static str,
    /// SHA-256 of `sql` in hex.
    pub checksum: &'static str,
    /// The statements.
    pub sql: &'static str,
}

/// The migrations of this build, in order.
pub const EMBEDDED: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// Whether what a ledger says of an app can be its version. A damaged or forged one may say anything.
pub(crate) fn is_app_version(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Migration {
    /// The name of its file without the ending, by which people know it.
    pub(crate) fn file_stem(&self) -> String {
        format!("{:03}_{}", self.version, self.name)
    }

    /// Makes migrations out of files read at run time, as tests and tools do.
    ///
    /// The texts are leaked: a process does this once or twice, and everything else can then treat
    /// embedded and read migrations alike.
    #[must_use]
    pub fn from_file(file: MigrationFile) -> Self {
        let checksum: String = Sha256::digest(&file.sql)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            version: file.version,
            name: file.name.leak(),
            checksum: checksum.leak(),
            sql: file.sql.leak(),
        }
    }
}
