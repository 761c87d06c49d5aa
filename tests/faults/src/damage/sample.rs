//! The database that is damaged.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::data_dir::DATABASE_FILE;
use parlance_storage::message::{self, NewMessage};
use parlance_storage::{Database, InputMethod, user};
use rusqlite::Connection;

use crate::examine::open;
use crate::facts;
use crate::image::Image;
use crate::work::Worker;

/// Of the sample's work.
pub(crate) const SEED: u64 = 11;

/// Stands in one message, which is neither the first nor the last of its conversation.
pub(crate) const RARE_WORD: &str = "Quetzalcoatl";

/// A database of some hundred rows, closed, and the same with a log beside it.
pub(crate) struct Sample {
    /// Closed: one file.
    pub(crate) closed: Image,
    /// What was in it then.
    pub(crate) found: BTreeMap<String, String>,
    /// Copied while it was open, with what was said since in the log.
    pub(crate) logged: Image,
    /// What was in it by then.
    pub(crate) found_with_log: BTreeMap<String, String>,
    /// The log of another database that was made in the same way.
    pub(crate) foreign_log: Vec<u8>,
}

impl Sample {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let db = open(folder.path())?;
        work(&db, "a", SEED, 150)?;
        say_the_rare_word(&db)?;
        let found = facts::found(&db)?;
        db.close()?;
        let closed = Image::read(folder.path())?;
        let db = open(folder.path())?;
        work(&db, "b", SEED + 1, 60)?;
        let logged = Image::read(folder.path())?;
        Ok(Self {
            closed,
            found,
            logged,
            found_with_log: facts::found(&db)?,
            foreign_log: foreign_log()?,
        })
    }

    /// Where the first byte of a table's or an index's root page is in the file.
    pub(crate) fn root_page(directory: &Path, name: &str) -> Result<u64> {
        let connection = Connection::open(directory.join(DATABASE_FILE))?;
        let page: u32 = connection
            .query_row(
                "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
                [name],
                |row| row.get(0),
            )
            .with_context(|| name.to_owned())?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(u64::from(page - 1) * 4096)
    }
}

fn work(db: &Database, name: &str, seed: u64, steps: u32) -> Result<()> {
    let mut worker = Worker::new(db, name, seed, true, &|_| ())?;
    for _ in 0..steps {
        worker.step()?;
    }
    Ok(())
}

fn say_the_rare_word(db: &Database) -> Result<()> {
    let now = db.now();
    let user = db.write_blocking(move |tx| user::ensure_first(tx, now))?.id;
    let new = NewConversation {
        user_id: user,
        template_id: None,
        title: None,
        level: None,
        topic: Some("rare".into()),
    };
    db.write_blocking(move |tx| {
        let id = conversation::insert(tx, new, now)?.id;
        for content in ["before it", &format!("rare {RARE_WORD}"), "after it"] {
            let new = NewMessage {
                content: content.to_owned(),
                input_method: InputMethod::Text,
            };
            message::send(tx, user, id, new, now)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn foreign_log() -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let db = open(folder.path())?;
    work(&db, "foreign", SEED + 2, 60)?;
    Ok(std::fs::read(folder.path().join("parlance.db-wal"))?)
}
