//! What a backup says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::newest_version;
use crate::migrations::is_app_version;
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
        counts(&self.tables)
    }

    /// Why this program cannot restore it.
    pub(super) fn problem(&self) -> Option<String> {
        if self.format > FORMAT || self.schema_version > newest_version() {
            return Some(made_by_newer(&self.app_version, self.schema_version));
        }
        (self.schema_version == 0).then(|| "It has no schema.".to_owned())
    }
}

fn counts(tables: &BTreeMap<String, u64>) -> BackupCounts {
    let rows =
        |table: &str| u32::try_from(tables.get(table).copied().unwrap_or(0)).unwrap_or(u32::MAX);
    BackupCounts {
        conversations: rows("conversations"),
        messages: rows("messages"),
        words: rows("vocabulary_words"),
    }
}

fn made_by_newer(app_version: &str, schema_version: u32) -> String {
    let newest = newest_version();
    format!(
        "It was made by a newer version of Parlance, {app_version} (schema {schema_version}; this version knows up to {newest})."
    )
}

/// What a manifest of a newer version says, as far as it is understood here. Whoever comes back from that version still
/// has its backups, which are whole.
#[derive(Clone, Debug)]
pub(super) struct Newer {
    pub(super) created_at: Option<Timestamp>,
    pub(super) reason: Option<BackupReason>,
    pub(super) app_version: String,
    pub(super) schema_version: u32,
    pub(super) counts: Option<BackupCounts>,
}

impl Newer {
    /// `None` if this version, or an older one, has made it: then it has to be as this version knows it.
    pub(super) fn of(json: &Json) -> Option<Self> {
        let number = |name: &str| {
            let number = json[name].as_u64().unwrap_or(0);
            u32::try_from(number).unwrap_or(u32::MAX)
        };
        let app_version = json["app_version"].as_str().filter(|it| is_app_version(it));
        let is_newer = number("format") > FORMAT
            || number("schema_version") > newest_version()
            || app_version.is_some_and(is_newer_than_this);
        is_newer.then(|| Self {
            created_at: json["created_at"].as_i64().map(Timestamp::from_millis),
            reason: json["reason"].as_str().and_then(BackupReason::parse),
            app_version: app_version.unwrap_or("?").to_owned(),
            schema_version: number("schema_version"),
            counts: BTreeMap::deserialize(&json["tables"])
                .ok()
                .map(|tables| counts(&tables)),
        })
    }

    /// Why this program cannot restore it.
    pub(super) fn problem(&self) -> String {
        made_by_newer(&self.app_version, self.schema_version)
    }
}

fn is_newer_than_this(app_version: &str) -> bool {
    numbers(app_version) > numbers(env!("CARGO_PKG_VERSION"))
}

/// `1.20.3-beta` as 1, 20, 3. What is no number counts as 0.
fn numbers(version: &str) -> Vec<u64> {
    let end = version.find(['-', '+']).unwrap_or(version.len());
    let parts = version[..end].split('.');
    parts.map(|part| part.parse().unwrap_or(0)).collect()
}
