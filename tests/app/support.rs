//! What the window tests share.

use std::path::{Path, PathBuf};

use parlance_storage::{
    Clock as _, ConversationId, Database, FolderId, MessageId, OpenOptions, SystemClock, import,
    user,
};
use rusqlite::types::{FromSql, Value};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use window_driver::{Desktop, MessageOnScreen, Window, until};

/// A desktop, and an empty directory for a profile.
pub struct Computer {
    pub desktop: Desktop,
    directory: TempDir,
}

impl Computer {
    pub fn new() -> Self {
        Self {
            desktop: Desktop::start().unwrap(),
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.directory.path().join("profile")
    }

    /// Opens the app and waits until it can be used.
    pub async fn open(&self) -> Window {
        let window = self.start(&self.data_dir()).await;
        window.ready().await.unwrap();
        window
    }

    /// Opens the app and lets the partner speak slowly, so that there is time to look in mid-reply.
    pub async fn open_with_a_slow_partner(&self) -> Window {
        let window = self.open().await;
        window.click("settings-open").await.unwrap();
        window.choose("pace-select", "slow").await.unwrap();
        window.click("settings-close").await.unwrap();
        window
    }

    /// Opens the app with the profile in `data_dir`, which may not work.
    pub async fn start(&self, data_dir: &Path) -> Window {
        Window::open(&self.desktop, &app(), data_dir).await.unwrap()
    }

    /// The database as it is on the disk, read by another process than the app.
    pub fn database(&self) -> Connection {
        let path = self.data_dir().join("parlance.db");
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    /// Every row of every table that holds words, and not what is worked out from them for the search. How far a
    /// conversation is read is left out: the window notes that as it shows one.
    pub fn rows(&self) -> Vec<String> {
        let database = self.database();
        let mut tables = database
            .prepare(
                "SELECT name FROM pragma_table_list
                 WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
            )
            .unwrap();
        let tables: Vec<String> = tables
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let mut all = Vec::new();
        for table in tables {
            let mut statement = database
                .prepare(&format!("SELECT * FROM \"{table}\" ORDER BY 1, 2"))
                .unwrap();
            let columns: Vec<usize> = (0..statement.column_count())
                .filter(|at| statement.column_name(*at) != Ok("last_read_at"))
                .collect();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let values: Vec<Value> = columns.iter().map(|at| row.get(*at).unwrap()).collect();
                all.push(format!("{table}: {values:?}"));
            }
        }
        all
    }

    /// Puts messages into the profile, one a line of JSON.
    pub async fn import(&self, lines: String) {
        let database = Database::open(&self.data_dir(), OpenOptions::new("0.1.0")).unwrap();
        database
            .write(move |tx| {
                let now = SystemClock.now();
                let learner = user::ensure_first(tx, now)?.id;
                import::jsonl(tx, learner, lines.as_bytes(), now)
            })
            .await
            .unwrap();
        database.close().unwrap();
    }

    /// The id of the only folder of this name, as the window has it; waits until it is there.
    pub async fn folder_id(&self, name: &str) -> String {
        let sql = "SELECT id FROM conversation_folders WHERE name = ?1";
        let id: FolderId = self.one(sql, name).await;
        id.to_string()
    }

    /// The id of the only conversation of this title, likewise.
    pub async fn conversation_id(&self, title: &str) -> String {
        let sql = "SELECT id FROM conversations WHERE title = ?1";
        let id: ConversationId = self.one(sql, title).await;
        id.to_string()
    }

    /// The id of the only message that says this, likewise.
    pub async fn message_id(&self, content: &str) -> String {
        let sql = "SELECT id FROM messages WHERE content = ?1";
        let id: MessageId = self.one(sql, content).await;
        id.to_string()
    }

    async fn one<T: FromSql>(&self, sql: &str, name: &str) -> T {
        until(name, || async {
            let found = self.database().query_row(sql, [name], |row| row.get(0));
            Ok(found.ok())
        })
        .await
        .unwrap()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data_dir().join("logs/parlance.log")).unwrap()
    }
}

/// The app that `cargo xtask` has built.
pub fn app() -> PathBuf {
    std::env::var_os("PARLANCE_APP")
        .expect("PARLANCE_APP names the app to test; `cargo xtask test` sets it")
        .into()
}

/// The same messages, whichever chunk is being played at the moment.
pub fn silent(mut messages: Vec<MessageOnScreen>) -> Vec<MessageOnScreen> {
    for chunk in messages.iter_mut().flat_map(|message| &mut message.chunks) {
        chunk.speaking = false;
    }
    messages
}
