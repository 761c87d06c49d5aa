//! What a backup says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::newest_version;
use crate::text_enum::text_enum;
use crate::time::Timestamp;

/// The form of the zip file and of the manifest in it.
pub(super) const FORMAT: u32 = 1;

text_enum! {
    /// Why a backup was made.
    BackupReason {
        /// Something had changed in the last quarter of an hour.
        Scheduled = "scheduled",
        /// The app was closed.
        Quit = "quit",
        /// Somebody asked for it.
        Manual = "manual",
        /// The schema was about to change.
        Migration = "migration",
        /// Data was about to be taken in.
        Import = "import",
        /// Another state was about to be restored.
        Restore = "restore",
        /// The database was about to be repaired.
        Repair = "repair",
        /// Much was about to be deleted.
        Delete = "delete",
        /// Not a backup: the database as it was when another took its place.
        Replaced = "replaced",
    }
}

/// What is in a backup, as people count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct BackupCounts {
    /// Conversations, also those in the trash.
    pub conversations: u32,
    /// Messages, also those in the trash.
    pub messages: u32,
    /// Words and phrases.
    pub words: u32,
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) created_at: Timestamp,
    pub(super) reason: BackupReason,
    pub(super) app_version: String,
    pub(super) schema_version: u32,
    pub(super) sqlite_version: String,
    pub(super) database: DatabaseFile,
    /// Rows of each table.
    pub(super) tables: BTreeMap<String, u64>,
    pub(super) audio: AudioList,
    /// What SQLite found wrong with the rows when they were copied. They are in the backup all the same.
    pub(super) findings: Vec<String>,
}

/// The database in the zip file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DatabaseFile {
    pub(super) bytes: u64,
    /// In hex.
    pub(super) sha256: String,
}

/// The sounds that the database names. The files are not in the backup: they can be made again. Their keys,
/// which are hashes of all that makes the sound, are in `message_chunks.audio_key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AudioList {
    /// Different keys.
    pub(super) count: u64,
    /// SHA-256 in hex of the sorted keys, a line each.
    pub(super) sha256: String,
}

impl Manifest {
    pub(super) fn counts(&self) -> BackupCounts {
        let rows = |table: &str| {
            u32::try_from(self.tables.get(table).copied().unwrap_or(0)).unwrap_or(u32::MAX)
        };
        BackupCounts {
            conversations: rows("conversations"),
            messages: rows("messages"),
            words: rows("vocabulary_words"),
        }
    }

    /// Why this program cannot restore it.
    pub(super) fn problem(&self) -> Option<String> {
        let newest = newest_version();
        if self.format > FORMAT || self.schema_version > newest {
            return Some(format!(
                "It was made by a newer version of Parlance, {} (schema {}; this version knows up to {newest}).",
                self.app_version, self.schema_version
            ));
        }
        (self.schema_version == 0).then(|| "It has no schema.".to_owned())
    }
}
