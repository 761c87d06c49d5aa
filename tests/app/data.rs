//! What becomes of the learner's words when something happens to them: damage, a file that is gone, a newer
//! version, a wish to go back.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use parlance_storage::backup::BackupReason;
use rusqlite::Connection;
use window_driver::{Window, until};

use crate::{
    lived_in::{back_up, live_in},
    support::{Computer, silent},
};

#[tokio::test]
async fn a_restore_takes_three_clicks_and_everything_is_as_it_was() {
    let computer = Computer::new();
    let window = computer.open().await;
    window.start_conversation("cafe-order").await.unwrap();
    let before = window.messages().await.unwrap().len();
    window.say("Good morning! A tea, please.").await.unwrap();
    window.reply_after(before).await.unwrap();
    let seen = silent(window.all_spoken().await.unwrap());

    window.click("settings-open").await.unwrap();
    window.click("backup-now").await.unwrap();
    let made = window.backup("manual").await.unwrap();
    window.click("settings-close").await.unwrap();
    let rows = computer.rows();

    window.start_conversation("weekend-talk").await.unwrap();
    window.all_spoken().await.unwrap();
    assert!(computer.rows() != rows, "more was said since the backup");

    window.click("settings-open").await.unwrap();
    window.click_css(&restore_of(&made)).await.unwrap();
    window.click("backup-confirm").await.unwrap();

    window
        .find_css("[data-testid=notice-banner][data-notice=restored]")
        .await
        .unwrap();
    until("the messages of the backup", || async {
        Ok((silent(window.messages().await?) == seen).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(window.count("conversation-item").await.unwrap(), 1);
    assert_eq!(lost(&rows, &computer), NOTHING);
    assert_eq!(computer.rows().len(), rows.len(), "something was added");
    window.click("settings-open").await.unwrap();
    let undo_copy = window.backup("replaced").await.unwrap();
    let replaced = computer.data_dir().join("replaced").join(undo_copy);
    assert_eq!(
        count(&replaced, "SELECT count(*) FROM conversations"),
        2,
        "the undo copy is what was replaced"
    );
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_database_with_a_damaged_header_is_a_page_that_leads_back_to_every_message() {
    let computer = Computer::new();
    let said = live_in(&computer.data_dir(), 6).await;
    back_up(&computer.data_dir(), BackupReason::Quit, 5);
    let damaged = computer.damage(0, &[0xA5; 100]);

    let window = open_on_recovery_page(&computer, "corrupt").await;
    asks_nobody_to_throw_anything_away(&window).await;
    assert!(
        fs::read(computer.file()).unwrap() == damaged,
        "the file was touched"
    );

    window.click("recovery-restore").await.unwrap();
    window.find("backup-confirm").await.unwrap();
    asks_nobody_to_throw_anything_away(&window).await;
    window.click("backup-confirm").await.unwrap();
    window.ready().await.unwrap();
    shows(&window, &said).await;
    window.quit().await.unwrap();

    let kept = fs::read_dir(computer.data_dir().join("replaced"))
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect::<Vec<_>>();
    assert!(kept == [damaged], "the damaged file is not kept as it was");
}

#[tokio::test]
async fn a_database_with_a_damaged_inner_page_is_repaired_and_no_message_is_lost() {
    let computer = Computer::new();
    let said = live_in(&computer.data_dir(), 60).await;
    let rows = computer.rows();
    let inner = computer.page("messages", "internal");
    computer.damage((inner - 1) * PAGE, &[0; PAGE as usize]);

    let window = open_on_recovery_page(&computer, "corrupt").await;
    window.click("doctor-check").await.unwrap();
    window
        .find_css("[data-testid=doctor-report][data-ok=false]")
        .await
        .unwrap();
    asks_nobody_to_throw_anything_away(&window).await;
    window.click("doctor-repair").await.unwrap();
    window.find("doctor-outcome").await.unwrap();
    window.click("doctor-go-on").await.unwrap();
    window.ready().await.unwrap();
    shows(&window, &said[said.len() - 50..]).await;
    assert_eq!(lost(&rows, &computer), NOTHING);
    window.quit().await.unwrap();
}

#[tokio::test]
async fn damaged_rows_are_told_beside_the_chat_and_repaired_from_the_settings() {
    let computer = Computer::new();
    let said = live_in(&computer.data_dir(), 6).await;
    let rows = computer.rows();
    let harm = computer.writable();
    harm.execute_batch(
        "PRAGMA ignore_check_constraints = ON;
         UPDATE conversation_events SET event_data = '}' WHERE id = (SELECT min(id) FROM conversation_events)",
    )
    .unwrap();
    drop(harm);

    let window = computer.open().await;
    shows(&window, &said).await;
    window
        .click_css("[data-notice=rows_damaged] .actions button")
        .await
        .unwrap();
    window.click("doctor-check").await.unwrap();
    window
        .find_css("[data-testid=doctor-report][data-ok=false]")
        .await
        .unwrap();
    window.click("doctor-repair").await.unwrap();
    window.find("doctor-outcome").await.unwrap();
    window.click("doctor-go-on").await.unwrap();
    shows(&window, &said).await;
    assert_eq!(window.count("notice-banner").await.unwrap(), 0);
    let lost = lost(&rows, &computer);
    assert_eq!(lost.len(), 1, "more than the damaged row: {lost:?}");
    window.quit().await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_gone_is_restored_and_never_taken_for_a_first_start() {
    let (computer, window, said) = without_the_database().await;
    asks_nobody_to_throw_anything_away(&window).await;
    assert!(
        !computer.file().exists(),
        "no empty one is put in its place"
    );
    window.click("recovery-restore").await.unwrap();
    window.click("backup-confirm").await.unwrap();
    window.ready().await.unwrap();
    shows(&window, &said).await;
    window.quit().await.unwrap();
}

#[tokio::test]
async fn beginning_anew_is_asked_first_and_the_backup_can_be_restored_afterwards() {
    let (computer, window, said) = without_the_database().await;
    window.click("begin-anew").await.unwrap();
    window.find("begin-anew-confirm").await.unwrap();
    asks_nobody_to_throw_anything_away(&window).await;
    window.click("begin-anew-cancel").await.unwrap();
    assert!(!computer.file().exists(), "asking alone has begun nothing");

    window.click("begin-anew").await.unwrap();
    window.click("begin-anew-confirm").await.unwrap();
    window.ready().await.unwrap();
    assert_eq!(computer.count("SELECT count(*) FROM messages"), 0);
    window.start_conversation("cafe-order").await.unwrap();
    window.all_spoken().await.unwrap();

    window.click("settings-open").await.unwrap();
    let backup = window.backup("scheduled").await.unwrap();
    window.click_css(&restore_of(&backup)).await.unwrap();
    window.click("backup-confirm").await.unwrap();
    shows(&window, &said).await;
    window.quit().await.unwrap();
}

#[tokio::test]
async fn data_of_a_newer_version_is_left_alone_and_the_backup_from_before_is_offered() {
    let computer = Computer::new();
    let said = live_in(&computer.data_dir(), 6).await;
    // What a newer version does: a backup, then its own schema.
    back_up(&computer.data_dir(), BackupReason::Migration, 5);
    computer
        .writable()
        .execute_batch(
            "INSERT INTO schema_migrations
             SELECT 99, 'of_tomorrow', checksum, applied_at, 0, '9.9.0' FROM schema_migrations WHERE version = 11;
             PRAGMA user_version = 99",
        )
        .unwrap();
    let newer = fs::read(computer.file()).unwrap();

    let window = open_on_recovery_page(&computer, "schema_too_new").await;
    let what = window.text("start-failure-message").await.unwrap().unwrap();
    assert!(what.contains("9.9.0"), "{what}");
    asks_nobody_to_throw_anything_away(&window).await;
    let first = window.text("backup-item").await.unwrap().unwrap();
    assert!(first.contains("From before the upgrade"), "{first}");
    window.quit().await.unwrap();
    assert!(
        fs::read(computer.file()).unwrap() == newer,
        "the file was touched"
    );
    assert_eq!(computer.beside_the_database(), Vec::<PathBuf>::new());

    let window = computer.start(&computer.data_dir()).await;
    window.click("recovery-restore").await.unwrap();
    window.click("backup-confirm").await.unwrap();
    window.ready().await.unwrap();
    shows(&window, &said).await;
    window.click("settings-open").await.unwrap();
    let undo_copy = window.backup("replaced").await.unwrap();
    let replaced = computer.data_dir().join("replaced").join(undo_copy);
    assert!(
        fs::read(replaced).unwrap() == newer,
        "the undo copy is another file"
    );
    window.quit().await.unwrap();
}

const PAGE: u64 = 4096;

/// Ways to harm the database while the app is closed, and to look at it.
impl Computer {
    fn file(&self) -> PathBuf {
        self.data_dir().join("parlance.db")
    }

    fn writable(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    /// Writes over some bytes of the file as a failing disk does, and gives what it is afterwards.
    fn damage(&self, offset: u64, bytes: &[u8]) -> Vec<u8> {
        let file = fs::File::options().write(true).open(self.file()).unwrap();
        file.write_all_at(bytes, offset).unwrap();
        fs::read(self.file()).unwrap()
    }

    /// The number of a page of a table or an index; of one kind: "leaf" or "internal".
    fn page(&self, name: &str, kind: &str) -> u64 {
        self.database()
            .query_row(
                "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = ?2 ORDER BY path LIMIT 1",
                [name, kind],
                |row| row.get::<_, i64>(0),
            )
            .unwrap_or_else(|error| panic!("{name} has no {kind} page: {error}"))
            .try_into()
            .unwrap()
    }

    /// What SQLite puts beside a database and nobody else may.
    fn beside_the_database(&self) -> Vec<PathBuf> {
        ["parlance.db-wal", "parlance.db-shm", "parlance.db-journal"]
            .map(|name| self.data_dir().join(name))
            .into_iter()
            .filter(|path| path.exists())
            .collect()
    }
}

const NOTHING: [String; 0] = [];

/// The rows of before that are not there any more, to the byte.
fn lost(before: &[String], computer: &Computer) -> Vec<String> {
    let after: BTreeSet<String> = computer.rows().into_iter().collect();
    let lost = before.iter().filter(|row| !after.contains(*row));
    lost.cloned().collect()
}

fn count(database: &Path, sql: &str) -> i64 {
    let connection = Connection::open(database).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn restore_of(backup: &str) -> String {
    format!("[data-name=\"{backup}\"] [data-testid=backup-restore]")
}

/// Opens the app, which cannot use the database and shows the page for that.
async fn open_on_recovery_page(computer: &Computer, code: &str) -> Window {
    let window = computer.start(&computer.data_dir()).await;
    window
        .find_css(&format!(
            "[data-testid=recovery-page][data-code=\"{code}\"]"
        ))
        .await
        .unwrap();
    window
}

/// A computer whose database is gone though a backup was made of it, the app opened there, and what was said before.
async fn without_the_database() -> (Computer, Window, Vec<String>) {
    let computer = Computer::new();
    let said = live_in(&computer.data_dir(), 6).await;
    back_up(&computer.data_dir(), BackupReason::Scheduled, 5);
    fs::remove_file(computer.file()).unwrap();
    let window = open_on_recovery_page(&computer, "missing").await;
    (computer, window, said)
}

/// No page and no dialog tells a learner to take a file away.
async fn asks_nobody_to_throw_anything_away(window: &Window) {
    let text: String = window
        .ask("return document.body.innerText", Vec::new())
        .await
        .unwrap();
    assert!(text.len() > 200, "hardly a page: {text:?}");
    let text = text.to_lowercase();
    for word in ["delet", "remov", "eras"] {
        assert!(!text.contains(word), "the page says {word:?}: {text}");
    }
}

/// Waits until these words, and no others, are the messages on screen.
async fn shows(window: &Window, said: &[String]) {
    until("what was said before", || async {
        let messages = window.messages().await?;
        let words = messages.iter().map(|message| message.all_words().join(" "));
        Ok(words.eq(said.iter().cloned()).then_some(()))
    })
    .await
    .unwrap();
}
