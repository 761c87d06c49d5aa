//! Every row, read as the app reads it.
//!
//! A value may keep every rule of its table and still be none that the app can hold: a number too large, a
//! kind that no version knew. The learner would meet it as an error in the middle of a page.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::Findings;
use super::tables::Table;
use crate::bookmark::{self, Bookmark};
use crate::chunk::{self, Chunk};
use crate::conversation::{self, Conversation, ConversationSummary};
use crate::draft::{self, Draft};
use crate::embedding::{self, Embedding};
use crate::event::{self, ConversationEvent};
use crate::folder::{self, Folder};
use crate::id::UserId;
use crate::key_fact::{self, KeyFact};
use crate::memory::{self, MemorySettings};
use crate::message::{self, Message, MessageEdit};
use crate::model_server::{self, ModelServer};
use crate::note::{self, Note};
use crate::operation::{self, Operation};
use crate::reaction::{self, MessageReaction};
use crate::summary::{self, Summary};
use crate::template::{self, Template};
use crate::user::{self, User};
use crate::{Error, settings};

/// A value that the app cannot read.
pub(crate) struct Unreadable<'a> {
    pub(crate) table: &'a str,
    /// The row's primary key, in its order.
    pub(crate) key: &'a [ValueRef<'a>],
    pub(crate) column: &'a str,
}

pub(super) fn check(connection: &Connection, findings: &mut Findings) -> Result<(), Error> {
    each(connection, &mut |unreadable| {
        let parts: Vec<String> = unreadable
            .key
            .iter()
            .map(|part| Table::part_name(*part))
            .collect();
        findings.row(
            unreadable.table,
            parts.join("/"),
            format!("{} holds no value that the app can read", unreadable.column),
        );
    })
}

/// Gives every value that the app cannot read to `report`; of a row with more than one, the first.
pub(crate) fn each(
    connection: &Connection,
    report: &mut dyn FnMut(Unreadable<'_>),
) -> Result<(), Error> {
    let mut pass = Pass { connection, report };
    pass.table("users", user::COLUMNS, |row| User::from_row(row).map(drop))?;
    pass.table("conversation_templates", template::COLUMNS, |row| {
        Template::from_row(row).map(drop)
    })?;
    pass.table("conversations", conversation::COLUMNS, |row| {
        Conversation::from_row(row).map(drop)
    })?;
    pass.table("conversations", conversation::SUMMARY_COLUMNS, |row| {
        ConversationSummary::from_row(row).map(drop)
    })?;
    pass.table("messages", message::STORED_COLUMNS, |row| {
        Message::from_stored_row(row).map(drop)
    })?;
    pass.table("message_chunks", chunk::COLUMNS, |row| {
        Chunk::from_row(row).map(drop)
    })?;
    pass.table("conversation_events", event::COLUMNS, |row| {
        ConversationEvent::from_row(row).map(drop)
    })?;
    pass.keyed_table("message_drafts", "conversation_id", draft::COLUMNS, |row| {
        Draft::from_row(row).map(drop)
    })?;
    pass.table("unsaved_texts", draft::COLUMNS, |row| {
        Draft::from_row(row).map(drop)
    })?;
    pass.table("operations", operation::COLUMNS_WITH_INVERSE, |row| {
        Operation::from_row_with_inverse(row).map(drop)
    })?;
    pass.table("conversation_folders", folder::COLUMNS, |row| {
        Folder::from_row(row).map(drop)
    })?;
    pass.table("message_edit_history", message::HISTORY_COLUMNS, |row| {
        MessageEdit::from_row(row).map(drop)
    })?;
    pass.table("message_bookmarks", bookmark::COLUMNS, |row| {
        Bookmark::from_row(row).map(drop)
    })?;
    pass.table("message_reactions", reaction::COLUMNS, |row| {
        MessageReaction::from_row(row).map(drop)
    })?;
    pass.table("conversation_notes", note::COLUMNS, |row| {
        Note::from_row(row).map(drop)
    })?;
    pass.table("conversations", memory::SETTINGS_COLUMNS, |row| {
        MemorySettings::from_row(row).map(drop)
    })?;
    pass.table("conversation_key_facts", key_fact::COLUMNS, |row| {
        KeyFact::from_row(row).map(drop)
    })?;
    pass.table("conversation_summaries", summary::COLUMNS, |row| {
        Summary::from_row(row).map(drop)
    })?;
    pass.keyed_table(
        "message_embeddings",
        "message_id",
        embedding::COLUMNS,
        |row| Embedding::from_row(row).map(drop),
    )?;
    pass.table("model_servers", model_server::COLUMNS, |row| {
        ModelServer::from_row(row).map(drop)
    })?;
    pass.settings()
}

struct Pass<'a> {
    connection: &'a Connection,
    report: &'a mut dyn FnMut(Unreadable<'_>),
}

impl Pass<'_> {
    /// Reads a whole table, one row at a time, through the columns and the function of its entity.
    fn table(
        &mut self,
        table: &str,
        columns: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        self.keyed_table(table, "id", columns, read)
    }

    /// [`Pass::table`] for a table whose primary key is called otherwise.
    fn keyed_table(
        &mut self,
        table: &str,
        key: &str,
        columns: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        // The key comes last, where it does not move what the entity counts off.
        let key = format!("{table}.{key} AS row_key");
        let mut statement = self
            .connection
            .prepare(&format!("SELECT {columns}, {key} FROM {table}"))?;
        let key_place = statement.column_count() - 1;
        let names: Vec<String> = statement
            .column_names()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Err(error) = read(row) else {
                continue;
            };
            let place = place_of(&error).ok_or(error)?;
            let column = names.get(place).map_or("a column", String::as_str);
            (self.report)(Unreadable {
                table,
                key: &[row.get_ref(key_place)?],
                column,
            });
        }
        Ok(())
    }

    fn settings(&mut self) -> Result<(), Error> {
        let mut statement = self
            .connection
            .prepare("SELECT user_id, key, value FROM user_settings")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let column = if row.get::<_, UserId>("user_id").is_err() {
                "user_id"
            } else if !is_valid_setting(row.get_ref("key")?, row.get_ref("value")?) {
                "value"
            } else {
                continue;
            };
            (self.report)(Unreadable {
                table: "user_settings",
                key: &[row.get_ref("user_id")?, row.get_ref("key")?],
                column,
            });
        }
        Ok(())
    }
}

fn is_valid_setting(key: ValueRef<'_>, value: ValueRef<'_>) -> bool {
    match (key.as_str(), value.as_str()) {
        (Ok(key), Ok(value)) => settings::check_stored(key, value).is_ok(),
        _ => false,
    }
}

/// The column whose value could not be read. Every other error is about the connection, not about a value.
const fn place_of(error: &rusqlite::Error) -> Option<usize> {
    match error {
        rusqlite::Error::FromSqlConversionFailure(place, _, _)
        | rusqlite::Error::IntegralValueOutOfRange(place, _)
        | rusqlite::Error::InvalidColumnType(place, _, _)
        | rusqlite::Error::Utf8Error(place, _) => Some(*place),
        _ => None,
    }
}
