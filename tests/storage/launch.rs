//! The table of the launch: what is found, and what is done with it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use parlance_storage::backup::{self, BackupReason};
use parlance_storage::migrations::{EMBEDDED, Migration, MigrationFile};
use parlance_storage::{
    CheckDue, Database, Error, LaunchNotice, ManualClock, OpenOptions, Stage, Watch, begin_anew,
    integrity, verify,
};
use rusqlite::Connection;

use crate::support::{NOON, REAL_TEXTS, World, open, options};

pub fn lived_in() -> World {
    let world = World::new();
    let conversation = world.conversation();
    for text in REAL_TEXTS {
        world.send(conversation, text).unwrap();
    }
    world
}

fn try_open(world: &World) -> Result<Database, Error> {
    Database::open(world.path(), options(&world.clock))
}

pub fn back_up(world: &World) -> backup::Backup {
    let new = backup::NewBackup {
        reason: BackupReason::Manual,
        app_version: "1".into(),
        now: NOON,
    };
    backup::create(world.path(), &new, &Watch::nobody()).unwrap()
}

pub fn undo_copy(world: &World) -> backup::Backup {
    let backups = backup::list(world.path()).unwrap();
    let mut copies = backups
        .into_iter()
        .filter(|one| one.reason == BackupReason::Replaced);
    copies.next().unwrap()
}

pub fn message_count(path: &Path) -> i64 {
    Connection::open(path.join("parlance.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
        .unwrap()
}

/// The embedded migrations and one more, that the app of tomorrow brings.
fn with(sql: &str) -> &'static [Migration] {
    let more = Migration::from_file(MigrationFile {
        version: u32::try_from(EMBEDDED.len()).unwrap() + 1,
        name: "tomorrow".into(),
        sql: sql.into(),
    });
    EMBEDDED
        .iter()
        .copied()
        .chain([more])
        .collect::<Vec<_>>()
        .leak()
}

fn tomorrow(world: &World, sql: &str) -> OpenOptions {
    OpenOptions {
        migrations: with(sql),
        ..options(&world.clock)
    }
}

#[test]
fn a_new_directory_gets_a_database_and_the_sign_that_it_must_be_there() {
    let world = World::new();
    assert!(world.path().join("parlance.marker").exists());
    assert_eq!(world.db.launch().notices, []);
    assert_eq!(world.db.launch().check_due, CheckDue::No);
    assert_eq!(world.db.launch().applied.len(), EMBEDDED.len());
}

#[test]
fn a_database_from_before_the_marker_gets_it_too() {
    let world = lived_in();
    world.db.close().unwrap();
    fs::remove_file(world.path().join("parlance.marker")).unwrap();
    let world = world.reopened();
    assert!(world.path().join("parlance.marker").exists());
}

#[test]
fn where_a_database_must_be_none_is_ever_made() {
    for damage in ["missing", "empty", "without tables"] {
        let world = lived_in();
        world.db.close().unwrap();
        let file = world.path().join("parlance.db");
        fs::remove_file(&file).unwrap();
        match damage {
            "empty" => fs::write(&file, "").unwrap(),
            "without tables" => Connection::open(&file)
                .unwrap()
                .execute_batch("PRAGMA user_version = 0; VACUUM")
                .unwrap(),
            _ => {}
        }
        let before = fs::read(&file).ok();
        let error = try_open(&world).unwrap_err();
        assert_eq!(error.code(), "missing", "{damage}");
        assert!(
            error
                .to_string()
                .starts_with("Your conversations should be here, but "),
            "{error}"
        );
        assert!(fs::read(&file).ok() == before, "{damage}");
    }
}

#[test]
fn a_database_that_vanishes_while_it_is_brought_up_is_missed_and_none_is_made() {
    let world = lived_in();
    world.db.close().unwrap();
    let file = world.path().join("parlance.db");
    let vanishing = file.clone();
    let options = OpenOptions {
        on_progress: Arc::new(move |progress| {
            // The backup before the upgrade is made, and the upgrade is about to begin.
            if progress.stage == Stage::Packing && progress.permille == 1000 {
                fs::remove_file(&vanishing).unwrap();
            }
        }),
        ..tomorrow(&world, "ALTER TABLE users ADD COLUMN nickname TEXT;")
    };
    let error = Database::open(world.path(), options).unwrap_err();
    assert_eq!(error.code(), "missing", "{error}");
    assert!(!file.exists());
}

#[test]
fn whoever_has_lost_everything_can_begin_anew_and_nobody_else() {
    let world = lived_in();
    assert_eq!(begin_anew(world.path()), Err(Error::AlreadyOpen));
    world.db.close().unwrap();
    assert_eq!(begin_anew(world.path()).unwrap_err().code(), "conflict");
    assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64);
    fs::remove_file(world.path().join("parlance.db")).unwrap();
    begin_anew(world.path()).unwrap();
    let world = world.reopened();
    assert_eq!(message_count(world.path()), 0);
}

#[cfg(unix)]
#[test]
fn nobody_begins_anew_where_it_cannot_be_told_whether_there_is_a_database() {
    let world = lived_in();
    world.db.close().unwrap();
    let file = world.path().join("parlance.db");
    fs::remove_file(&file).unwrap();
    // Whoever follows it is told of an error.
    std::os::unix::fs::symlink("parlance.db", &file).unwrap();
    assert_eq!(begin_anew(world.path()).unwrap_err().code(), "data_dir");
    assert!(world.path().join("parlance.marker").exists());
    assert!(file.is_symlink());
}

#[test]
fn an_upgrade_is_preceded_by_a_backup_that_can_be_restored() {
    let world = lived_in();
    world.db.close().unwrap();
    let sql = "ALTER TABLE users ADD COLUMN nickname TEXT;";
    let db = Database::open(world.path(), tomorrow(&world, sql)).unwrap();
    assert_eq!(db.launch().applied.len(), 1);
    db.close().unwrap();
    let backups = backup::list(world.path()).unwrap();
    assert_eq!(backups.len(), 1);
    assert_eq!(backups[0].reason, BackupReason::Migration);
    assert_eq!(backups[0].schema_version as usize, EMBEDDED.len());
    assert_eq!(
        backups[0].counts.unwrap().messages as usize,
        REAL_TEXTS.len()
    );

    // The app of today meets the file of tomorrow, and the backup brings it back.
    let error = try_open(&world).unwrap_err();
    assert_eq!(error.code(), "schema_too_new");
    backup::restore(world.path(), &backups[0].name, NOON, &Watch::nobody()).unwrap();
    let world = world.reopened();
    assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64);
}

#[test]
fn without_a_backup_nothing_is_upgraded() {
    let world = lived_in();
    world.db.close().unwrap();
    fs::write(world.path().join("backups"), "a file stands in the way").unwrap();
    let before = fs::read(world.path().join("parlance.db")).unwrap();
    let sql = "ALTER TABLE users ADD COLUMN nickname TEXT;";
    let error = Database::open(world.path(), tomorrow(&world, sql)).unwrap_err();
    assert_eq!(error.code(), "backup");
    assert!(
        error.to_string().ends_with("nothing was changed."),
        "{error}"
    );
    assert!(fs::read(world.path().join("parlance.db")).unwrap() == before);
}

#[test]
fn an_upgrade_that_would_lose_a_row_is_undone() {
    let world = lived_in();
    world.db.close().unwrap();
    for (sql, words) in [
        (
            "DELETE FROM conversation_events WHERE rowid = (SELECT min(rowid) FROM conversation_events);",
            "rows of conversation_events would be lost",
        ),
        (
            "DELETE FROM conversations;",
            "rows of messages that refer to nothing",
        ),
    ] {
        let error = Database::open(world.path(), tomorrow(&world, sql)).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64);
    }
    let world = world.reopened();
    world.db.close().unwrap();
    assert!(verify::run(world.path()).unwrap().unwrap().ok);
}

#[test]
fn an_upgrade_of_tables_that_are_not_the_known_ones_is_undone() {
    let world = lived_in();
    world.db.close().unwrap();
    world
        .raw()
        .execute_batch("DROP INDEX conversations_template")
        .unwrap();
    let sql = "ALTER TABLE users ADD COLUMN nickname TEXT;";
    let error = Database::open(world.path(), tomorrow(&world, sql)).unwrap_err();
    assert_eq!(error.code(), "corrupt", "{error}");
    let version: i64 = world
        .raw()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(version), Ok(EMBEDDED.len()));
}

#[test]
fn a_version_or_a_ledger_that_lies_about_known_tables_is_put_right_after_a_copy() {
    let checksum = "0".repeat(64);
    for damage in [
        "DELETE FROM schema_migrations WHERE version = 4",
        "DELETE FROM schema_migrations",
        "PRAGMA user_version = 4",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 0; PRAGMA application_id = 0",
        "UPDATE schema_migrations SET name = 'renamed' WHERE version = 2",
        &format!("UPDATE schema_migrations SET checksum = '{checksum}' WHERE version = 5"),
    ] {
        let world = lived_in();
        world.db.close().unwrap();
        world.raw().execute_batch(damage).unwrap();
        let before = fs::read(world.path().join("parlance.db")).unwrap();
        let world = world.reopened();
        assert_eq!(
            world.db.launch().notices,
            [LaunchNotice::LedgerRepaired],
            "{damage}"
        );
        world.db.close().unwrap();
        let report = verify::run(world.path()).unwrap().unwrap();
        assert!(report.ok, "{damage}: {report:?}");
        assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64);
        let kept = backup::list(world.path()).unwrap();
        assert_eq!(kept[0].reason, BackupReason::Replaced, "{damage}");
        let copy = world.path().join("replaced").join(&kept[0].name);
        assert!(fs::read(copy).unwrap() == before, "{damage}: as it was");
        let world = world.reopened();
        assert_eq!(world.db.launch().notices, [], "{damage}: once and for all");
    }
}

#[test]
fn a_ledger_that_disagrees_with_tables_that_nobody_knows_is_refused_and_not_touched() {
    for damage in [
        "DROP TABLE schema_migrations",
        "DELETE FROM schema_migrations WHERE version = 4; CREATE TABLE stranger (id INTEGER PRIMARY KEY)",
        "PRAGMA user_version = 0; DROP TABLE user_achievements",
    ] {
        let world = lived_in();
        world.db.close().unwrap();
        world.raw().execute_batch(damage).unwrap();
        let before = fs::read(world.path().join("parlance.db")).unwrap();
        let error = try_open(&world).unwrap_err();
        assert_eq!(error.code(), "corrupt", "{damage}");
        assert!(fs::read(world.path().join("parlance.db")).unwrap() == before);
    }
}

#[test]
fn a_small_database_with_damaged_pages_is_not_opened() {
    let world = lived_in();
    world.db.close().unwrap();
    let file = world.path().join("parlance.db");
    let page: usize = {
        let raw = world.raw();
        raw.query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'messages'",
            [],
            |row| row.get::<_, i64>(0),
        )
        .unwrap()
        .try_into()
        .unwrap()
    };
    let mut bytes = fs::read(&file).unwrap();
    bytes[(page - 1) * 4096..][..200].fill(0xA5);
    fs::write(&file, &bytes).unwrap();
    let error = try_open(&world).unwrap_err();
    assert_eq!(error.code(), "corrupt", "{error}");
    assert!(fs::read(&file).unwrap() == bytes);
}

#[test]
fn a_small_database_with_a_damaged_index_of_words_is_opened_and_the_learner_is_told() {
    let world = lived_in();
    world.db.close().unwrap();
    world
        .raw()
        .execute_batch("DELETE FROM message_search_words_data WHERE id > 10")
        .unwrap();
    let world = world.reopened();
    assert_eq!(world.db.launch().notices, [LaunchNotice::RowsDamaged]);
}

#[test]
fn a_row_that_breaks_a_rule_of_its_table_is_told_at_the_start_and_by_the_check_beside_the_app() {
    let world = lived_in();
    world.db.close().unwrap();
    world
        .raw()
        .execute_batch(
            "PRAGMA ignore_check_constraints = ON;
             UPDATE conversation_events SET event_data = '}'
             WHERE id = (SELECT min(id) FROM conversation_events)",
        )
        .unwrap();
    let before = fs::read(world.path().join("parlance.db")).unwrap();
    let findings = integrity::check_beside(world.path(), &Watch::nobody()).unwrap();
    assert_eq!(findings.pages, Vec::<String>::new());
    assert_eq!(findings.rows.len(), 1, "{findings:?}");
    assert!(fs::read(world.path().join("parlance.db")).unwrap() == before);
    assert!(!world.path().join("parlance.db-wal").exists());
    let world = world.reopened();
    assert_eq!(world.db.launch().notices, [LaunchNotice::RowsDamaged]);
    let beside = integrity::check_beside(world.path(), &Watch::nobody()).unwrap();
    assert_eq!(beside, findings);
    let report = verify::run(world.path()).unwrap().unwrap();
    assert!(!report.ok, "beside the app it is not seen");
}

#[test]
fn the_schema_of_each_version_has_its_golden_fingerprint() {
    let lines: String = parlance_storage::migrations::fingerprints(EMBEDDED)
        .unwrap()
        .into_iter()
        .zip(EMBEDDED)
        .map(|(fingerprint, migration)| {
            format!(
                "{fingerprint}  after {:03}_{}\n",
                migration.version, migration.name
            )
        })
        .collect();
    crate::support::assert_golden("fingerprints.txt", &lines);
}

#[test]
fn no_two_versions_look_alike() {
    let mut all = parlance_storage::migrations::fingerprints(EMBEDDED).unwrap();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn two_starts_after_another_find_the_directory_free() {
    let world = lived_in();
    let clock = Arc::new(ManualClock::new(NOON));
    world.db.close().unwrap();
    for _ in 0..3 {
        open(world.path(), &clock).close().unwrap();
    }
}

#[test]
fn what_lies_beside_a_database_says_that_there_was_one_also_when_its_marker_is_gone() {
    for left in ["backups", "replaced", "parlance.state"] {
        let world = lived_in();
        let made = back_up(&world);
        world.db.close().unwrap();
        backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
        for name in ["backups", "replaced"] {
            if name != left {
                fs::remove_dir_all(world.path().join(name)).unwrap();
            }
        }
        for name in ["parlance.db", "parlance.marker", "parlance.state"] {
            if name != left {
                drop(fs::remove_file(world.path().join(name)));
            }
        }
        assert_eq!(try_open(&world).unwrap_err().code(), "missing", "{left}");
        assert!(!world.path().join("parlance.db").exists(), "{left}");

        begin_anew(world.path()).unwrap();
        let world = world.reopened();
        assert_eq!(message_count(world.path()), 0, "{left}");
        // That was said once, of what was lost then.
        world.db.close().unwrap();
        fs::remove_file(world.path().join("parlance.db")).unwrap();
        assert_eq!(try_open(&world).unwrap_err().code(), "missing", "{left}");
    }
}
