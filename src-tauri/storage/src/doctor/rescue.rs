//! Writes what can be read of a database into files that any program can open.
//!
//! For the day on which nothing else helps: it needs neither the app nor a database that opens. The conversations
//! are there to be read, and every row of every table is there for whoever wants to build something out of it.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::account::{Account, row_as_json};
use super::known::{Known, KnownTable};
use super::rebuild::{self, LEDGER};
use super::source::Source;
use super::workshop::{self, Workshop};
use super::{file_name, state};
use crate::data_dir::{self, DATABASE_FILE, Lock};
use crate::progress::{Stage, Watch};
use crate::time::Timestamp;
use crate::{Error, files, id, trash};

/// The file with every row.
const EVERYTHING: &str = "everything.jsonl";
/// The folder with a file for each conversation.
const CONVERSATIONS: &str = "conversations";

/// What was written. As JSON its names are in snake_case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RescueOutcome {
    /// The folder. In it: `conversations/`, a Markdown file each, and `everything.jsonl`, one JSON object a line:
    /// `{"table", "row"}` without hashes of passwords and tokens, and after those the rows that are not as they should be,
    /// `{"table", "fate", "reason", "row"}`.
    #[serde(serialize_with = "crate::inspect::path_as_text")]
    pub folder: PathBuf,
    /// Conversations, those in the trash among them.
    pub conversations: u64,
    /// Messages, those in the trash among them.
    pub messages: u64,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
    /// Rows that are not as they should be.
    pub kept_aside: u64,
    /// All of it in some lines of English.
    pub text: String,
}

/// Writes what can be read of the database in `data_dir` into the new folder `into`. The database is only read.
///
/// # Errors
/// `Conflict` if there is something at `into`; `AlreadyOpen` if the app is running; `Missing`, `SchemaTooNew`,
/// `ForeignFile`, and `Corrupt` if nothing can be read; `NotEnoughSpace`, `DiskFull`, `ReadOnly`, `Io`;
/// `Cancelled`. In every case `into` is as it was.
pub fn rescue(
    data_dir: &Path,
    into: &Path,
    watch: &Watch<'_>,
    now: Timestamp,
) -> Result<RescueOutcome, Error> {
    let path = data_dir.join(DATABASE_FILE);
    // Also where no lock can be taken: the last words would be missed.
    data_dir::require_no_link(data_dir)?;
    let (_, _lock) = state::of_locked(data_dir, lock_if_possible)?;
    require_nothing_at(into)?;
    // The folder comes by a rename, so the work has to be on the same disk.
    let parent = match into.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    data_dir::create(parent)?;
    workshop::check_space(data_dir, parent, 3)?;
    let workshop = Workshop::open(parent, now)?;
    let source = Source::open(&path)?;
    let mut account = Account::new(workshop.file("rejects.jsonl"));
    let new = workshop.folder("new")?.join(DATABASE_FILE);
    let connection = rebuild::rebuild(&source, &new, &mut account, watch, now)?;
    let rejects = account.finish()?;
    let condemned = forget_what_is_to_be_erased(&connection, rejects, now)?;

    let folder = workshop.folder("out")?;
    let mut outcome = RescueOutcome {
        folder: into.to_owned(),
        conversations: 0,
        messages: 0,
        rows: BTreeMap::new(),
        kept_aside: 0,
        text: String::new(),
    };
    outcome.write_conversations(&connection, &folder, watch)?;
    let rejects = rejects.map(|rejects| (rejects, &condemned));
    outcome.write_everything(&connection, &folder, rejects, watch)?;
    outcome.text = outcome.describe();
    watch.at(Stage::Salvaging, 1, 1)?;
    files::sync_directory(&folder)?;
    fs::rename(&folder, into)?;
    files::sync_directory(parent)?;
    Ok(outcome)
}

/// On a disk that cannot be written nobody has the database open for writing.
fn lock_if_possible(data_dir: &Path) -> Result<Option<Lock>, Error> {
    match Lock::take(data_dir) {
        Ok(lock) => Ok(Some(lock)),
        Err(Error::AlreadyOpen) => Err(Error::AlreadyOpen),
        Err(error) => {
            log::warn!("what can be read is written without a lock: {error}");
            Ok(None)
        }
    }
}

/// The ids of what was to be erased, as text.
#[derive(Default)]
struct Condemned {
    conversations: HashSet<String>,
    messages: HashSet<String>,
    notes: HashSet<String>,
}

impl Condemned {
    fn of_table(&mut self, table: &str) -> Option<&mut HashSet<String>> {
        match table {
            "conversations" => Some(&mut self.conversations),
            "messages" => Some(&mut self.messages),
            "conversation_notes" => Some(&mut self.notes),
            _ => None,
        }
    }

    /// Whether a row that was kept aside, or what it belongs to, was to be erased.
    fn includes(&self, kept: &Json) -> bool {
        let row = &kept["row"];
        let is_in = |ids: &HashSet<String>, column: &str| {
            row[column].as_str().is_some_and(|id| ids.contains(id))
        };
        let itself = match kept["table"].as_str() {
            Some("conversations") => is_in(&self.conversations, "id"),
            Some("messages") => is_in(&self.messages, "id"),
            Some("conversation_notes") => is_in(&self.notes, "id"),
            _ => false,
        };
        itself
            || row["deleted_at"] == 0
            || is_in(&self.conversations, "conversation_id")
            || is_in(&self.messages, "message_id")
    }
}

/// What is to go by table, with what belongs to it.
const CONDEMNED: [(&str, &str); 3] = [
    (
        "conversation_notes",
        "deleted_at = 0
         OR conversation_id IN (SELECT id FROM conversations WHERE deleted_at = 0)
         OR message_id IN (SELECT id FROM messages WHERE deleted_at = 0)",
    ),
    (
        "messages",
        "deleted_at = 0 OR conversation_id IN (SELECT id FROM conversations WHERE deleted_at = 0)",
    ),
    ("conversations", "deleted_at = 0"),
];

/// What the learner wanted erased, and was not yet when the file was damaged, is not brought back, nor what was made of
/// its words. Gives what that was, what had to be kept aside among it.
fn forget_what_is_to_be_erased(
    connection: &Connection,
    rejects: Option<&Path>,
    now: Timestamp,
) -> Result<Condemned, Error> {
    let mut condemned = Condemned::default();
    each_line(rejects, &mut |_, kept| {
        let (table, row) = (kept["table"].as_str().unwrap_or(""), &kept["row"]);
        if let (Some(ids), Some(0), Some(id)) = (
            condemned.of_table(table),
            row["deleted_at"].as_i64(),
            row["id"].as_str(),
        ) && let Ok(number) = id::decode(id)
        {
            ids.insert(id.to_owned());
            // One may have been made anew under its id, from what was left of it.
            connection
                .prepare_cached(&format!("UPDATE {table} SET deleted_at = 0 WHERE id = ?1"))?
                .execute([number])?;
        }
        Ok(())
    })?;
    for (table, which) in CONDEMNED {
        let mut statement = connection.prepare(&format!("SELECT id FROM {table} WHERE {which}"))?;
        let found = statement.query_map([], |row| row.get(0).map(id::encode))?;
        if let Some(ids) = condemned.of_table(table) {
            for id in found {
                ids.insert(id?);
            }
        }
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    erase_traces(connection, now)?;
    for (table, which) in CONDEMNED {
        connection.execute(&format!("DELETE FROM {table} WHERE {which}"), [])?;
    }
    Ok(condemned)
}

/// Erases what was condemned as the app would have, with all that was made of it. Where rows are too strange for that,
/// what can be read is written out all the same: on the day on which nothing else helps, that comes first.
fn erase_traces(connection: &Connection, now: Timestamp) -> Result<(), Error> {
    connection.execute_batch("BEGIN")?;
    match trash::erase_condemned(connection, now) {
        Ok(()) => connection.execute_batch("COMMIT")?,
        Err(error) if error.is_of_the_disk() => return Err(error),
        Err(error) => {
            log::warn!("what was made of erased words may be written out: {error}");
            connection.execute_batch("ROLLBACK")?;
        }
    }
    Ok(())
}

/// Goes through the rows that were kept aside, as they are written and as they are meant.
fn each_line(
    rejects: Option<&Path>,
    visit: &mut dyn FnMut(&str, &Json) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(rejects) = rejects else {
        return Ok(());
    };
    for line in BufReader::new(File::open(rejects)?).lines() {
        let line = line?;
        let kept = serde_json::from_str(&line)
            .map_err(|_| Error::internal("a row that was kept aside cannot be read back"))?;
        visit(&line, &kept)?;
    }
    Ok(())
}

fn require_nothing_at(into: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(into) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(Error::conflict(format!(
            "There is something at {} already. Please name a new folder.",
            into.display()
        ))),
    }
}

impl RescueOutcome {
    fn write_conversations(
        &mut self,
        connection: &Connection,
        folder: &Path,
        watch: &Watch<'_>,
    ) -> Result<(), Error> {
        let folder = folder.join(CONVERSATIONS);
        data_dir::create(&folder)?;
        let all: u32 =
            connection.query_row("SELECT count(*) FROM conversations", [], |row| row.get(0))?;
        let mut statement = connection.prepare(
            "SELECT id, title, deleted_at IS NOT NULL,
                 strftime('%Y-%m-%d %H:%M', created_at / 1000, 'unixepoch')
             FROM conversations ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            watch.at(Stage::Salvaging, self.conversations, u64::from(all))?;
            self.write_conversation(connection, row, &folder)?;
            self.conversations += 1;
        }
        files::sync_directory(&folder)
    }

    fn write_conversation(
        &mut self,
        connection: &Connection,
        conversation: &Row<'_>,
        folder: &Path,
    ) -> Result<(), Error> {
        let (id, title): (i64, String) = (conversation.get(0)?, conversation.get(1)?);
        let (is_in_trash, created_at): (bool, Option<String>) =
            (conversation.get(2)?, conversation.get(3)?);
        let path = folder.join(file_name::of_conversation(&title, &id::encode(id)));
        let mut file = BufWriter::new(data_dir::open_private(&path)?);
        let heading = if title.trim().is_empty() {
            "Conversation"
        } else {
            &title
        };
        let heading: Vec<&str> = heading.split_whitespace().collect();
        writeln!(file, "# {}\n", heading.join(" "))?;
        writeln!(file, "{} UTC", created_at.unwrap_or_default())?;
        if is_in_trash {
            writeln!(file, "\nIn the trash.")?;
        }
        let mut statement = connection.prepare_cached(
            "SELECT role, content, strftime('%Y-%m-%d %H:%M', created_at / 1000, 'unixepoch'),
                 deleted_at IS NOT NULL
             FROM messages WHERE conversation_id = ?1 ORDER BY sequence_number",
        )?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let (role, content): (String, String) = (row.get(0)?, row.get(1)?);
            let (at, is_in_trash): (Option<String>, bool) = (row.get(2)?, row.get(3)?);
            let who = match role.as_str() {
                "user" => "You",
                "assistant" => "Partner",
                _ => "Parlance",
            };
            let trash = if is_in_trash { ", in the trash" } else { "" };
            writeln!(
                file,
                "\n---\n\n**{who}** ({} UTC{trash})\n",
                at.unwrap_or_default()
            )?;
            writeln!(file, "{content}")?;
            self.messages += 1;
        }
        finish(file)
    }

    fn write_everything(
        &mut self,
        connection: &Connection,
        folder: &Path,
        rejects: Option<(&Path, &Condemned)>,
        watch: &Watch<'_>,
    ) -> Result<(), Error> {
        let mut file = BufWriter::new(data_dir::open_private(&folder.join(EVERYTHING))?);
        let known = Known::newest()?;
        let tables: Vec<&KnownTable> = known
            .tables
            .iter()
            .filter(|table| table.name != LEDGER)
            .collect();
        for (done, table) in tables.iter().enumerate() {
            watch.at(Stage::Salvaging, done as u64, tables.len() as u64)?;
            let rows = write_table(connection, table, &mut file, watch)?;
            self.rows.insert(table.name.clone(), rows);
        }
        if let Some((rejects, condemned)) = rejects {
            each_line(Some(rejects), &mut |line, kept| {
                if !condemned.includes(kept) {
                    writeln!(file, "{line}")?;
                    self.kept_aside += 1;
                }
                Ok(())
            })?;
        }
        finish(file)
    }

    fn describe(&self) -> String {
        let mut lines = vec![
            format!(
                "{} conversations with {} messages were written into {}.",
                self.conversations,
                self.messages,
                self.folder.join(CONVERSATIONS).display()
            ),
            format!(
                "All {} rows of all tables are in {}.",
                self.rows.values().sum::<u64>(),
                self.folder.join(EVERYTHING).display()
            ),
        ];
        if self.kept_aside > 0 {
            let count = self.kept_aside;
            lines.push(format!(
                "{count} rows that are not as they should be are there, too."
            ));
        }
        lines.push("The database was not changed.".to_owned());
        lines.join("\n")
    }
}

fn write_table(
    connection: &Connection,
    table: &KnownTable,
    file: &mut impl Write,
    watch: &Watch<'_>,
) -> Result<u64, Error> {
    let mut statement = connection.prepare(&table.select())?;
    let mut rows = statement.query([])?;
    let mut count = 0_u64;
    while let Some(row) = rows.next()? {
        let row = row_as_json(table, &table.values_of(row)?);
        writeln!(file, "{}", json!({ "table": table.name, "row": row }))?;
        count += 1;
        if count.is_multiple_of(1000) {
            watch.at(Stage::Salvaging, 0, 1)?;
        }
    }
    Ok(count)
}

fn finish(file: BufWriter<File>) -> Result<(), Error> {
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(file.sync_all()?)
}
