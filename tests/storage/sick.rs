//! A database with a life in it, and the ways in which it can fall ill.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use parlance_storage::doctor::{self, RepairOutcome};
use parlance_storage::migrations::EMBEDDED;
use parlance_storage::{ConversationId, Database, Error, OpenOptions, Watch, verify};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{NOON, REAL_TEXTS, World};

pub const PAGE: usize = 4096;

/// A closed database: four conversations, hundreds of messages, two of them long, and a row in most tables.
pub struct Sick {
    folder: TempDir,
    /// Every row of the learner's, before anything happened to it.
    pub rows: BTreeSet<String>,
}

impl Sick {
    pub fn new() -> Self {
        let (bytes, rows) = HEALTHY.get_or_init(healthy);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("parlance.db"), bytes).unwrap();
        fs::write(folder.path().join("parlance.lock"), "").unwrap();
        Self {
            folder,
            rows: rows.clone(),
        }
    }

    /// The same rows in a database that an older version of the app made.
    pub fn of_version(version: usize) -> Self {
        let healthy = Self::new();
        let old = tempfile::tempdir().unwrap();
        let options = OpenOptions {
            migrations: &EMBEDDED[..version],
            ..OpenOptions::new("0.0.0-test")
        };
        // Whether this app can work with so old a schema is not the question here.
        drop(Database::open(old.path(), options));
        let sick = Self {
            folder: old,
            rows: healthy.rows.clone(),
        };
        let names = |sql: &str| -> Vec<String> {
            let raw = sick.raw();
            let mut statement = raw.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let mut copy = format!("ATTACH '{}' AS healthy;", healthy.file().display());
        let tables = names(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                 AND name NOT LIKE 'sqlite%' AND name <> 'schema_migrations'",
        );
        for table in tables {
            let columns =
                names(&format!("SELECT name FROM pragma_table_info('{table}')")).join(", ");
            copy +=
                &format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM healthy.{table};");
        }
        for table in
            names("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'")
        {
            copy += &format!("INSERT INTO {table} ({table}) VALUES ('rebuild');");
        }
        sick.damage(&copy);
        sick
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self) -> PathBuf {
        self.path().join("parlance.db")
    }

    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.file()).unwrap()
    }

    /// A connection with every guard down.
    pub fn raw(&self) -> Connection {
        let raw = Connection::open(self.file()).unwrap();
        raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            .unwrap();
        raw
    }

    /// Changes rows as a failing disk does: no trigger sees it.
    pub fn damage(&self, sql: &str) {
        let raw = self.raw();
        raw.set_db_config(
            rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER,
            false,
        )
        .unwrap();
        raw.execute_batch(sql).unwrap();
    }

    /// The pages of a table or index, of one kind: "leaf" or "internal".
    pub fn pages(&self, name: &str, kind: &str) -> Vec<usize> {
        let raw = self.raw();
        let mut statement = raw
            .prepare("SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = ?2 ORDER BY path")
            .unwrap();
        let pages = statement
            .query_map([name, kind], |row| row.get::<_, u32>(0))
            .unwrap();
        pages.map(|page| page.unwrap() as usize).collect()
    }

    /// How many rows lie on one page of a table.
    pub fn rows_on(&self, name: &str, page: usize) -> u64 {
        self.raw()
            .query_row(
                "SELECT ncell FROM dbstat WHERE name = ?1 AND pageno = ?2",
                rusqlite::params![name, page as u32],
                |row| row.get::<_, u32>(0),
            )
            .unwrap()
            .into()
    }

    pub fn overwrite(&self, offset: usize, bytes: &[u8]) {
        let mut file = fs::File::options().write(true).open(self.file()).unwrap();
        file.seek(SeekFrom::Start(offset as u64)).unwrap();
        file.write_all(bytes).unwrap();
    }

    pub fn zero_page(&self, page: usize) {
        self.overwrite((page - 1) * PAGE, &[0; PAGE]);
    }

    pub fn repair(&self) -> Result<RepairOutcome, Error> {
        doctor::repair(self.path(), &Watch::nobody(), NOON)
    }

    /// Repairs what must be repairable, and checks what holds of every repair: it is whole, the app opens it,
    /// what was there is kept to the byte, and nothing else is left behind.
    pub fn repaired(&self) -> RepairOutcome {
        let before = fs::read(self.file()).ok();
        let outcome = self.repair().unwrap();
        let report = verify::run(self.path()).unwrap().unwrap();
        assert!(report.ok, "{:#?}\n{}", report.problems, outcome.text);
        let undo_copy = outcome.undo_copy.as_ref().expect("something was wrong");
        assert!(
            fs::read(undo_copy).ok() == before,
            "the undo copy is what was there"
        );
        let names = self.listing();
        assert!(
            names.iter().all(|name| !name.starts_with(".repair")),
            "{names:?}"
        );
        let total: u64 = outcome.tables.values().map(|table| table.kept).sum();
        assert_eq!(
            total,
            rows_of(&self.file()).len() as u64,
            "{}",
            outcome.text
        );
        assert!(!outcome.text.contains("delete"), "{}", outcome.text);
        outcome
    }

    pub fn listing(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Rows that were there before and are not, to the letter, any more.
    pub fn missing(&self) -> Vec<String> {
        let now = rows_of(&self.file());
        self.rows.difference(&now).cloned().collect()
    }

    /// Rows that are there now and were not before.
    pub fn added(&self) -> Vec<String> {
        let now = rows_of(&self.file());
        now.difference(&self.rows).cloned().collect()
    }

    pub fn one(&self, sql: &str) -> String {
        let raw = self.raw();
        let value: rusqlite::types::Value = raw.query_row(sql, [], |row| row.get(0)).unwrap();
        match value {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        }
    }
}

/// Made once, since many tests need one: the file, and its rows.
static HEALTHY: OnceLock<(Vec<u8>, BTreeSet<String>)> = OnceLock::new();

fn healthy() -> (Vec<u8>, BTreeSet<String>) {
    let world = World::new();
    let conversations: Vec<ConversationId> = (0..4).map(|_| world.conversation()).collect();
    for round in 0..12 {
        for (place, conversation) in conversations.iter().enumerate() {
            for text in REAL_TEXTS.iter().skip(place) {
                world
                    .send(*conversation, &format!("{text} {round}"))
                    .unwrap();
            }
            let parts = ["One sentence. ", "第二句。 ", "Et la troisième 👍🏽."];
            world.reply(*conversation, &parts);
        }
    }
    let long = "Một đoạn rất dài, 很长的一段。 ".repeat(900);
    world.send(conversations[1], &long).unwrap();
    let reply = ["A long reply. ".repeat(700), "ตอบยาว ".repeat(300)];
    world.reply(conversations[1], &[&reply[0], &reply[1]]);
    world.db.close().unwrap();
    world.raw().execute_batch(MORE).unwrap();
    assert!(verify::run(world.path()).unwrap().unwrap().ok);
    let file = world.path().join("parlance.db");
    (fs::read(&file).unwrap(), rows_of(&file))
}

/// Every row of every table of the learner's, each as a text in which every byte counts.
pub fn rows_of(file: &Path) -> BTreeSet<String> {
    let raw = Connection::open(file).unwrap();
    let list = |sql: &str, parameter: &str| -> Vec<String> {
        let mut statement = raw.prepare(sql).unwrap();
        let rows = statement.query_map([parameter], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let tables = list(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
             AND name NOT LIKE 'sqlite%' AND name <> ?1",
        "schema_migrations",
    );
    let mut rows = BTreeSet::new();
    for table in tables {
        let columns: Vec<String> = list("SELECT name FROM pragma_table_info(?1)", &table)
            .iter()
            .map(|column| format!("hex(\"{column}\") || typeof(\"{column}\")"))
            .collect();
        let sql = format!(
            "SELECT {} FROM \"{table}\" WHERE ?1 = ''",
            columns.join(" || '|' || ")
        );
        rows.extend(
            list(&sql, "")
                .into_iter()
                .map(|row| format!("{table}: {}", named(&row))),
        );
    }
    rows
}

/// A long row by its beginning and what its bytes come to, so that a failing test can be read.
fn named(row: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    row.hash(&mut hasher);
    format!("{:.80} {:016x}", row, hasher.finish())
}

/// What the app has no verbs for yet.
const MORE: &str = "
    INSERT INTO message_drafts (conversation_id, content, created_at, updated_at)
        SELECT id, 'à moitié écrit…', 0, 0 FROM conversations;
    INSERT INTO operations (id, user_id, kind, subject, inverse, conversation_id, message_id, created_at)
        SELECT m.id + 6, u.id, 'message_delete', 'Un sujet',
            '{\"inverse\": \"restore_message\", \"message\": \"0000000000007\", \"deletedAt\": 5}', m.conversation_id, m.id, 0
        FROM messages AS m, users AS u WHERE sequence_number = 8;
    INSERT INTO user_settings SELECT id, 'theme', '\"dark\"', 0, 0 FROM users;
    INSERT INTO user_settings SELECT id, 'speech_rate', '0.8', 0, 0 FROM users;
    INSERT INTO system_settings (key, value, created_at, updated_at) VALUES ('installed', '[1, \"é\"]', 0, 0);
    INSERT INTO user_progress (user_id, xp, created_at, updated_at) SELECT id, 120, 0, 0 FROM users;
    INSERT INTO conversation_tags SELECT id, 'du lịch', 5 FROM conversations;
    INSERT INTO conversation_tags SELECT id, '旅行', 5 FROM conversations;
    INSERT INTO conversation_folders (id, user_id, name, created_at, updated_at) SELECT 71, id, 'Voyages', 0, 0 FROM users;
    UPDATE conversations SET folder_id = 71 WHERE id = (SELECT min(id) FROM conversations);
    INSERT INTO message_edit_history SELECT id, id, 'bfore', content, 9 FROM messages WHERE sequence_number = 3;
    UPDATE messages SET edit_count = 1, edited_at = 9 WHERE sequence_number = 3;
    INSERT INTO message_bookmarks SELECT m.id + 1, u.id, m.id, 'très utile', 0, 0 FROM messages AS m, users AS u WHERE sequence_number = 4;
    INSERT INTO conversation_notes (id, conversation_id, user_id, message_id, content, created_at, updated_at)
        SELECT m.id + 2, m.conversation_id, u.id, m.id, 'تعلمت كلمة جديدة 新しい言葉', 0, 0
        FROM messages AS m, users AS u WHERE sequence_number = 5;
    INSERT INTO vocabulary_words (id, user_id, language, word, translation, source_message_id, stability, difficulty,
            first_encountered_at, created_at, updated_at)
        SELECT m.id + 3, u.id, 'en', 'word ' || m.id, '言葉', m.id, 3, 5.25, 0, 0, 0
        FROM messages AS m, users AS u WHERE sequence_number = 6;
    INSERT INTO grammar_corrections (id, message_id, original_text, corrected_text, start_offset, end_offset, error_type, engine, created_at)
        SELECT id + 4, id, 'I has', 'I have', 0, 5, 'grammar', 'test', 0 FROM messages WHERE sequence_number = 7;
    INSERT INTO conversation_summaries (id, conversation_id, summary_text, from_sequence, to_sequence, created_at, updated_at)
        SELECT id + 5, id, 'Résumé', 1, 9, 0, 0 FROM conversations;
    INSERT INTO daily_progress (id, user_id, day_on, utc_offset_minutes, created_at, updated_at) SELECT 9, id, '2024-02-29', 420, 0, 0 FROM users;
";
