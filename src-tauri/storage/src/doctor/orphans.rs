//! Rows that refer to a row that is lost.
//!
//! Words are put where they can be read: a message whose conversation is lost gets one under the same id, with
//! a title that says so; a reply of which only the chunks are left is put together from them. A reference that
//! may be empty is emptied. Only what means nothing without its parent is kept aside.

use rusqlite::{Connection, OptionalExtension, params};

use super::account::{Account, Fate};
use super::known::{Known, KnownTable, Reference};
use super::mending::{Placed, RECOVERED_NAME, RECOVERED_TITLE, place};
use super::record::Value;
use crate::time::Timestamp;
use crate::{ConversationId, Error, UserId, id};

/// Every pass can make rows that the next one must look at; there are few kinds of parents.
const MOST_PASSES: usize = 8;

/// By so much may clocks be wrong.
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Two ids that were made differ in more than one bit, unless they are of the same instant.
const fn is_one_bit_off(id: i64, other: i64) -> bool {
    (id ^ other).count_ones() == 1
}

/// Leaves no reference to nothing.
pub(super) fn adopt(
    connection: &Connection,
    known: &Known,
    account: &mut Account,
    now: Timestamp,
) -> Result<(), Error> {
    let mut adoption = Adoption {
        connection,
        known,
        account,
        now,
        home: None,
    };
    connection.execute_batch(super::rebuild::LEFT_OVERS)?;
    connection.execute_batch("SAVEPOINT adoption")?;
    adoption.messages()?;
    for _ in 0..MOST_PASSES {
        if adoption.pass()? == 0 {
            break;
        }
    }
    connection.execute_batch("RELEASE adoption")?;
    Ok(())
}

struct Adoption<'a> {
    connection: &'a Connection,
    known: &'a Known,
    account: &'a mut Account,
    now: Timestamp,
    /// The conversation for all messages of which nothing tells where they belonged; made when one is needed.
    home: Option<i64>,
}

impl Adoption<'_> {
    /// Looks at every reference once. Gives how many referred to nothing.
    fn pass(&mut self) -> Result<usize, Error> {
        let mut found = 0;
        for table in &self.known.tables {
            for reference in &table.references {
                found += self.reference(table, reference)?;
            }
        }
        Ok(found)
    }

    fn reference(&mut self, table: &KnownTable, reference: &Reference) -> Result<usize, Error> {
        let missing = self.missing(table, reference)?;
        for parent in &missing {
            match reference.parent.as_str() {
                _ if table.columns[reference.column].is_nullable => {
                    if reference.falls_with_parent {
                        self.keep_children_aside(table, reference, *parent)?;
                    } else {
                        self.let_go(table, reference, *parent)?;
                    }
                }
                "users" => self.give_to_somebody(table, reference, *parent)?,
                "conversations" if *parent < 0 => {
                    let home = self.home()?;
                    let why = "its conversation was lost";
                    self.give(table, reference, *parent, home, why)?;
                }
                "conversations" => self.recreate_conversation(*parent)?,
                _ => self.keep_children_aside(table, reference, *parent)?,
            }
        }
        Ok(missing.len())
    }

    /// The ids to which rows of `table` refer and that are not there.
    fn missing(&self, table: &KnownTable, reference: &Reference) -> Result<Vec<i64>, Error> {
        let (column, parent) = (&table.columns[reference.column].name, &reference.parent);
        let mut statement = self.connection.prepare(&format!(
            "SELECT DISTINCT \"{column}\" FROM main.\"{0}\" WHERE \"{column}\" IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM main.\"{parent}\" AS parent WHERE parent.id = \"{0}\".\"{column}\")",
            table.name
        ))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn let_go(
        &mut self,
        table: &KnownTable,
        reference: &Reference,
        parent: i64,
    ) -> Result<(), Error> {
        let rows = self.rows_of(table, reference, parent)?;
        for row in &rows {
            let reason = "it referred to a row that is lost";
            self.account.keep_aside(table, row, Fate::Mended, reason)?;
        }
        let column = &table.columns[reference.column].name;
        self.connection.execute(
            &format!(
                "UPDATE \"{}\" SET \"{column}\" = NULL WHERE \"{column}\" = ?1",
                table.name
            ),
            [parent],
        )?;
        Ok(())
    }

    /// A lost profile is made anew: what was one person's is not shown to another. Only where the id is a damaged
    /// number, and never was a profile's, does the row go to the only profile there is.
    fn give_to_somebody(
        &mut self,
        table: &KnownTable,
        reference: &Reference,
        lost: i64,
    ) -> Result<(), Error> {
        let others: Vec<i64> = {
            let mut statement = self.connection.prepare("SELECT id FROM users LIMIT 2")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        let was_there = self.was_profile(lost)?;
        match others.as_slice() {
            [only] if !was_there || is_one_bit_off(lost, *only) => {
                self.give(table, reference, lost, *only, "its profile was lost")
            }
            // Nobody can be called what is no id.
            _ if lost < 0 => {
                let somebody = self.some_user()?;
                self.give(table, reference, lost, somebody, "its profile was lost")
            }
            _ => self.recreate_user(lost),
        }
    }

    /// Whether a profile can have had this id: an index knows it, or it was born since there are ids, and is not
    /// to be born yet.
    fn was_profile(&self, id: i64) -> Result<bool, Error> {
        let is_in_index = self
            .connection
            .prepare_cached("SELECT 1 FROM temp.hints WHERE table_name = 'users' AND id = ?1")?
            .exists([id])?;
        let born = id::birth_millis(id);
        let can_be = id::birth_millis(0) + DAY_MILLIS < born
            && born < self.now.as_millis().saturating_add(DAY_MILLIS);
        Ok(id >= 0 && (is_in_index || can_be))
    }

    /// Makes the rows that referred to `lost` refer to `to`.
    fn give(
        &mut self,
        table: &KnownTable,
        reference: &Reference,
        lost: i64,
        to: i64,
        why: &str,
    ) -> Result<(), Error> {
        for row in self.rows_of(table, reference, lost)? {
            self.remove(table, &row)?;
            let mut given = row.clone();
            given[reference.column] = Value::Integer(to);
            let (fate, reason) = match place(self.connection, self.known, table, &given)? {
                Placed::AsItIs | Placed::Again => (Fate::Mended, why),
                Placed::Mended(reason) => (Fate::Mended, reason),
                Placed::Refused(reason) => (Fate::Rejected, reason),
            };
            self.account.keep_aside(table, &row, fate, reason)?;
        }
        Ok(())
    }

    fn recreate_user(&mut self, lost: i64) -> Result<(), Error> {
        self.connection.execute(
            "INSERT INTO users (id, username, display_name, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                lost,
                format!("recovered-{}", id::encode(lost)),
                RECOVERED_NAME,
                id::birth_millis(lost),
                self.now
            ],
        )?;
        self.account.table("users").recreated += 1;
        Ok(())
    }

    fn recreate_conversation(&mut self, lost: i64) -> Result<(), Error> {
        let user = match self.hint("conversations", lost, "user_id")? {
            // If the profile is lost too, it is made anew in its turn.
            Some(user) if self.exists("users", user)? || self.was_profile(user)? => user,
            _ => self.some_user()?,
        };
        self.connection.execute(
            "INSERT INTO conversations (id, user_id, title, title_source, created_at, updated_at)
             VALUES (?1, ?2, ?3, 'user', ?4, ?5)",
            params![
                lost,
                user,
                RECOVERED_TITLE,
                id::birth_millis(lost),
                self.now
            ],
        )?;
        self.account.table("conversations").recreated += 1;
        Ok(())
    }

    /// The oldest profile; one is made if none is left.
    fn some_user(&mut self) -> Result<i64, Error> {
        let oldest = self
            .connection
            .query_row("SELECT min(id) FROM users", [], |row| row.get(0))?;
        match oldest {
            Some(user) => Ok(user),
            None => {
                let user = UserId::new(self.now).as_i64();
                self.recreate_user(user)?;
                Ok(user)
            }
        }
    }

    fn keep_children_aside(
        &mut self,
        table: &KnownTable,
        reference: &Reference,
        parent: i64,
    ) -> Result<(), Error> {
        for row in self.rows_of(table, reference, parent)? {
            let reason = "what it belonged to is lost";
            self.account
                .keep_aside(table, &row, Fate::Rejected, reason)?;
            self.remove(table, &row)?;
        }
        Ok(())
    }

    /// Lost messages of which words are left elsewhere: in their chunks, in what their edits made of them, or
    /// in a beginning that could still be read.
    fn messages(&mut self) -> Result<(), Error> {
        if self.known.table("message_chunks").is_none() {
            return Ok(());
        }
        let lost: Vec<i64> = {
            let mut statement = self.connection.prepare(
                "SELECT message_id FROM message_chunks UNION SELECT message_id FROM message_edit_history
                 UNION SELECT id FROM temp.fragments EXCEPT SELECT id FROM messages ORDER BY 1",
            )?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for message in lost {
            self.recreate_message(message)?;
        }
        Ok(())
    }

    fn recreate_message(&mut self, message: i64) -> Result<(), Error> {
        let fragment: Option<(Option<i64>, Option<String>, String)> = self
            .connection
            .query_row(
                "SELECT conversation_id, role, content FROM temp.fragments WHERE id = ?1",
                [message],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let chunks: Option<String> = self.connection.query_row(
            "SELECT group_concat(text, '' ORDER BY chunk_index) FROM message_chunks WHERE message_id = ?1",
            [message],
            |row| row.get(0),
        )?;
        let edited: Option<String> = self
            .connection
            .query_row(
                "SELECT new_content FROM message_edit_history WHERE message_id = ?1
                 ORDER BY edited_at DESC, id DESC LIMIT 1",
                [message],
                |row| row.get(0),
            )
            .optional()?;
        let (known_conversation, known_role, beginning) = match fragment {
            Some((conversation, role, content)) => (conversation, role, Some(content)),
            None => (None, None, None),
        };
        // Chunks are of replies only; the learner's messages are the ones that are edited.
        let (role, content) = match (chunks, edited, beginning) {
            (Some(chunks), _, _) => ("assistant".to_owned(), chunks),
            (None, Some(edited), _) => ("user".to_owned(), edited),
            (None, None, Some(beginning)) => {
                let role =
                    known_role.filter(|role| matches!(role.as_str(), "assistant" | "system"));
                (role.unwrap_or_else(|| "user".into()), beginning)
            }
            (None, None, None) => return Ok(()),
        };
        let conversation = match known_conversation {
            Some(conversation) => conversation,
            None => match self.hint("messages", message, "conversation_id")? {
                Some(conversation) => conversation,
                None => self.home()?,
            },
        };
        let wanted = self.hint("messages", message, "sequence_number")?;
        self.connection.execute(
            "INSERT INTO messages (id, conversation_id, role, content, sequence_number, status, edited_at,
                 edit_count, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4,
                 CASE WHEN ?5 > 0 AND NOT EXISTS (
                     SELECT 1 FROM messages WHERE conversation_id = ?2 AND sequence_number = ?5)
                 THEN ?5 ELSE (
                     SELECT coalesce(max(sequence_number), 0) + 1 FROM messages WHERE conversation_id = ?2)
                 END,
                 'interrupted',
                 (SELECT max(edited_at) FROM message_edit_history WHERE message_id = ?1),
                 (SELECT count(*) FROM message_edit_history WHERE message_id = ?1), ?6, ?7)",
            params![message, conversation, role, content, wanted, id::birth_millis(message), self.now],
        )?;
        // One of which a part could be read was kept aside, and never counted as lost.
        let is_aside = self
            .connection
            .prepare_cached("SELECT 1 FROM temp.aside WHERE table_name = 'messages' AND id = ?1")?
            .exists([message])?;
        let counts = self.account.table("messages");
        counts.recreated += 1;
        if !is_aside {
            counts.lost = counts.lost.map(|lost| lost.saturating_sub(1));
        }
        Ok(())
    }

    fn home(&mut self) -> Result<i64, Error> {
        if let Some(home) = self.home {
            return Ok(home);
        }
        let home = ConversationId::new(self.now).as_i64();
        self.recreate_conversation(home)?;
        self.home = Some(home);
        Ok(home)
    }

    /// What an index still knows of a lost row.
    fn hint(&self, table: &str, row: i64, column: &str) -> Result<Option<i64>, Error> {
        let value = self
            .connection
            .prepare_cached(
                "SELECT value FROM temp.hints WHERE table_name = ?1 AND id = ?2 AND column_name = ?3
                     AND typeof(value) = 'integer'",
            )?
            .query_row(params![table, row, column], |row| row.get(0))
            .optional()?;
        Ok(value)
    }

    fn exists(&self, table: &str, row: i64) -> Result<bool, Error> {
        let sql = format!("SELECT 1 FROM \"{table}\" WHERE id = ?1");
        Ok(self.connection.prepare_cached(&sql)?.exists([row])?)
    }

    fn rows_of(
        &self,
        table: &KnownTable,
        reference: &Reference,
        parent: i64,
    ) -> Result<Vec<Vec<Value>>, Error> {
        let condition = format!("\"{}\" = ?1", table.columns[reference.column].name);
        rows_where(self.connection, table, &condition, &[&parent])
    }

    fn remove(&self, table: &KnownTable, row: &[Value]) -> Result<(), Error> {
        remove(self.connection, table, row)
    }
}

/// The rows of a table for which `condition`, which is our own SQL, holds.
pub(super) fn rows_where(
    connection: &Connection,
    table: &KnownTable,
    condition: &str,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Vec<Vec<Value>>, Error> {
    let mut statement = connection.prepare(&format!("{} WHERE {condition}", table.select()))?;
    let rows = statement.query_map(parameters, |row| table.values_of(row))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes a row out of its table, by its key.
pub(super) fn remove(
    connection: &Connection,
    table: &KnownTable,
    row: &[Value],
) -> Result<(), Error> {
    let key: Vec<String> = table
        .key
        .iter()
        .map(|place| format!("\"{}\" = ?", table.columns[*place].name))
        .collect();
    let mut statement = connection.prepare_cached(&format!(
        "DELETE FROM main.\"{}\" WHERE {}",
        table.name,
        key.join(" AND ")
    ))?;
    for (parameter, place) in table.key.iter().enumerate() {
        let value = row.get(*place).unwrap_or(&Value::Null);
        let value = rusqlite::types::ToSqlOutput::Borrowed(value.as_ref());
        statement.raw_bind_parameter(parameter + 1, value)?;
    }
    statement.raw_execute()?;
    Ok(())
}
