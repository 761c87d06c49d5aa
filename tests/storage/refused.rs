//! Files that must not be written: they are refused, in words, and stay as they were.

use std::fs;
use std::sync::Arc;

use parlance_storage::migrations::EMBEDDED;
use parlance_storage::{Database, Error, ManualClock};
use rusqlite::Connection;

use crate::support::{NOON, World, options};

#[test]
fn a_database_from_the_future_is_refused_and_not_touched() {
    let world = World::new();
    world.db.close().unwrap();
    world
        .raw()
        .execute_batch(
            "PRAGMA user_version = 99;
             INSERT INTO schema_migrations SELECT 99, 'future', checksum, 0, 0, '7.2.0-beta' FROM schema_migrations
                 WHERE version = 1",
        )
        .unwrap();
    let file = world.path().join("parlance.db");
    let before = fs::read(&file).unwrap();
    let error = Database::open(world.path(), options(&world.clock)).unwrap_err();
    let supported = u32::try_from(EMBEDDED.len()).unwrap();
    assert_eq!(
        error,
        Error::SchemaTooNew {
            found: 99,
            supported,
            written_by: Some("7.2.0-beta".into())
        }
    );
    assert_eq!(
        error.to_string(),
        format!(
            "The database was written by a newer version of Parlance, 7.2.0-beta \
             (schema 99; this version knows up to {supported})."
        )
    );
    assert!(fs::read(&file).unwrap() == before);
    assert!(
        !world.path().join("parlance.db-wal").exists(),
        "and nothing is left beside it"
    );
}

#[test]
fn a_future_that_does_not_say_its_version_is_refused_all_the_same() {
    for damage in [
        "DROP TABLE schema_migrations",
        "DELETE FROM schema_migrations",
        "UPDATE schema_migrations SET app_version = 'two\nlines'",
        "ALTER TABLE schema_migrations RENAME app_version TO made_by",
    ] {
        let world = World::new();
        world.db.close().unwrap();
        let raw = world.raw();
        raw.execute_batch(damage).unwrap();
        raw.pragma_update(None, "user_version", 99).unwrap();
        drop(raw);
        let error = Database::open(world.path(), options(&world.clock)).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("a newer version of Parlance (schema 99;"),
            "{error}"
        );
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlance.db");
    Connection::open(&file)
        .unwrap()
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    let before = fs::read(&file).unwrap();
    let clock = Arc::new(ManualClock::new(NOON));
    let error = Database::open(folder.path(), options(&clock)).unwrap_err();
    assert_eq!(error, Error::ForeignFile { path: file.clone() });
    assert!(fs::read(&file).unwrap() == before);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlance.db");
    fs::write(&file, "Dear diary, this is not SQLite. ".repeat(100)).unwrap();
    let clock = Arc::new(ManualClock::new(NOON));
    let error = Database::open(folder.path(), options(&clock)).unwrap_err();
    assert_eq!(error.code(), "corrupt");
    assert!(fs::read_to_string(&file).unwrap().starts_with("Dear diary"));
}
