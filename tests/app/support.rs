//! What the window tests share.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use window_driver::{Desktop, Window};

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
