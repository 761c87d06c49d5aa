//! The schema's history: embedded, checked, applied once.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use parlance_storage::migrations::{EMBEDDED, Migration, check_statements, read_folder};
use parlance_storage::{Database, Error, ManualClock, OpenOptions, status};
use tempfile::TempDir;

use crate::support::{NOON, World, assert_golden, open, options};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations"))
}

/// A folder with these files besides the real ones, if `with_real`.
fn folder_with(files: &[(&str, &str)], with_real: bool) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    if with_real {
        for entry in fs::read_dir(folder()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    for (name, sql) in files {
        fs::write(copy.path().join(name), sql).unwrap();
    }
    copy
}

/// The file name of the migration that would be the `after`th after the newest.
fn next(after: usize, what: &str) -> String {
    format!("{:03}_{what}.sql", EMBEDDED.len() + after)
}

fn migrations_of(folder: &TempDir) -> &'static [Migration] {
    read_folder(folder.path())
        .unwrap()
        .into_iter()
        .map(Migration::from_file)
        .collect::<Vec<_>>()
        .leak()
}

fn open_with(data_dir: &Path, migrations: &'static [Migration]) -> Result<Database, Error> {
    let clock = Arc::new(ManualClock::new(NOON));
    Database::open(
        data_dir,
        OpenOptions {
            migrations,
            ..options(&clock)
        },
    )
}

#[test]
fn every_file_of_the_folder_is_embedded_as_it_is() {
    let files: Vec<Migration> = read_folder(folder())
        .unwrap()
        .into_iter()
        .map(Migration::from_file)
        .collect();
    assert_eq!(files, EMBEDDED);
    assert!(EMBEDDED.len() >= 11);
}

#[test]
fn released_migrations_are_as_they_were() {
    let lines: String = EMBEDDED
        .iter()
        .map(
            |Migration {
                 version,
                 name,
                 checksum,
                 ..
             }| format!("{checksum}  {version:03}_{name}.sql\n"),
        )
        .collect();
    assert_golden("checksums.txt", &lines);
}

#[test]
fn the_schema_is_the_checked_one() {
    let world = World::new();
    let objects: String = world
        .raw()
        .prepare(
            "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
                 AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             ORDER BY tbl_name, type <> 'table', name",
        )
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(|sql| sql.unwrap() + "\n\n")
        .collect();
    assert_golden("schema.sql", objects.trim_end());
}

#[test]
fn a_new_database_has_every_migration_in_its_ledger_and_all_26_tables() {
    let world = World::new();
    let status = status::read(world.path()).unwrap().unwrap();
    let versions: Vec<u32> = status.migrations.iter().map(|row| row.version).collect();
    assert_eq!(versions[..11], (1..=11).collect::<Vec<_>>());
    assert_eq!(status.user_version as usize, EMBEDDED.len());
    assert!(status.tables.len() >= 26, "{:?}", status.tables);
    assert!(
        status
            .migrations
            .iter()
            .all(|row| row.applied_at == NOON && row.app_version == "0.0.0-test")
    );
    assert_eq!(world.db.launch().applied.len(), EMBEDDED.len());
}

#[test]
fn opening_again_applies_nothing() {
    let world = World::new();
    world.db.close().unwrap();
    assert!(open(world.path(), &world.clock).launch().applied.is_empty());
}

#[test]
fn every_table_is_strict_and_every_foreign_key_has_an_index() {
    let world = World::new();
    let raw = world.raw();
    let lax: Vec<String> = raw
        .prepare(
            "SELECT name FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(lax, Vec::<String>::new());

    // Either an index whose first column is the key's, or the table's own primary key.
    let unindexed: Vec<String> = raw
        .prepare(
            "SELECT tables.name || '.' || keys.\"from\"
             FROM pragma_table_list AS tables, pragma_foreign_key_list(tables.name) AS keys
             WHERE tables.schema = 'main' AND tables.type = 'table'
                 AND NOT EXISTS (
                     SELECT 1 FROM pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS columns
                     WHERE columns.seqno = 0 AND columns.name = keys.\"from\"
                         AND (NOT indexes.partial OR (
                             SELECT sql FROM sqlite_schema WHERE name = indexes.name
                         ) LIKE '%WHERE ' || keys.\"from\" || ' IS NOT NULL'))
                 AND NOT EXISTS (
                     SELECT 1 FROM pragma_table_info(tables.name) AS columns
                     WHERE columns.name = keys.\"from\" AND columns.pk = 1)",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(unindexed, Vec::<String>::new());
}

#[test]
fn a_file_added_to_the_folder_is_applied_to_an_existing_database() {
    let world = World::new();
    let conversation = world.conversation();
    world
        .send(conversation, "Still here after the upgrade?")
        .unwrap();
    world.db.close().unwrap();

    // A name that no migration to come will want, so that none has to change this test.
    let added = next(1, "only_in_this_test");
    let folder = folder_with(
        &[(
            &added,
            "CREATE TABLE only_in_this_test (id INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;",
        )],
        true,
    );
    let db = open_with(world.path(), migrations_of(&folder)).unwrap();
    assert_eq!(
        &db.launch().applied[..],
        [u32::try_from(EMBEDDED.len()).unwrap() + 1]
    );
    db.close().unwrap();

    let status = status::read(world.path()).unwrap().unwrap();
    assert!(status.tables.contains(&"only_in_this_test".to_owned()));
    assert_eq!(status.migrations.last().unwrap().name, "only_in_this_test");
    let raw = world.raw();
    let kept: String = raw
        .query_row("SELECT content FROM messages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "Still here after the upgrade?");
}

#[test]
fn a_failing_migration_leaves_nothing_behind_not_even_the_ones_before_it() {
    let folder = folder_with(
        &[
            (
                &next(1, "good"),
                "CREATE TABLE only_in_this_test (id INTEGER PRIMARY KEY) STRICT;",
            ),
            (&next(2, "bad"), "CREATE TABLE users (id);"),
        ],
        true,
    );
    let world = World::new();
    world.db.close().unwrap();
    assert!(open_with(world.path(), migrations_of(&folder)).is_err());
    let status = status::read(world.path()).unwrap().unwrap();
    assert_eq!(status.user_version as usize, EMBEDDED.len());
    assert_eq!(status.migrations.len(), EMBEDDED.len());
    assert!(!status.tables.contains(&"only_in_this_test".to_owned()));
    open(world.path(), &world.clock);
}

#[test]
fn a_failing_migration_is_named_and_is_never_a_conflict_of_the_learner() {
    let twice = "INSERT INTO users (id, username, display_name, created_at, updated_at)
                 SELECT id + 1, username, display_name, 0, 0 FROM users;";
    for (sql, reason) in [
        ("CREATE TABLE users (id);", "table users already exists"),
        (twice, "UNIQUE constraint failed: users.username"),
        (
            "UPDATE schema_migrations SET version = version + 1;",
            "UNIQUE constraint failed: schema_migrations.version",
        ),
        ("SELECT id FROM nowhere;", "no such table: nowhere"),
    ] {
        let world = World::new();
        world.db.close().unwrap();
        let folder = folder_with(
            &[
                (&next(1, "good"), "CREATE TABLE only_in_this_test (id);"),
                (&next(2, "bad"), sql),
            ],
            true,
        );
        let error = open_with(world.path(), migrations_of(&folder)).unwrap_err();
        assert_eq!(error.code(), "internal");
        let expected = format!("Migration {:03}_bad failed: {reason}", EMBEDDED.len() + 2);
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[test]
fn a_migration_that_leaves_orphans_is_rolled_back() {
    let orphan = "INSERT INTO user_settings (user_id, key, value, created_at, updated_at) VALUES (1, 'k', '1', 0, 0);";
    let folder = folder_with(&[(&next(1, "orphan"), orphan)], true);
    let data_dir = tempfile::tempdir().unwrap();
    let error = open_with(data_dir.path(), migrations_of(&folder)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("_orphan failed: it leaves rows of user_settings"),
        "{error}"
    );
    let status = status::read(data_dir.path()).unwrap().unwrap();
    assert_eq!((status.user_version, status.tables.len()), (0, 0));
}

#[test]
fn rebuilding_a_table_keeps_the_rows_that_refer_to_it() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "Do not cascade me away.").unwrap();
    world.db.close().unwrap();
    let rebuild = "CREATE TABLE users_new AS SELECT * FROM users; DROP TABLE users; ALTER TABLE users_new RENAME TO users;
                   CREATE UNIQUE INDEX users_id ON users (id);";
    let folder = folder_with(&[(&next(1, "rebuild"), rebuild)], true);
    open_with(world.path(), migrations_of(&folder))
        .unwrap()
        .close()
        .unwrap();
    let kept: u32 = world
        .raw()
        .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 1);
}

#[test]
fn folders_out_of_order_are_refused_with_the_file_named() {
    let create = "CREATE TABLE t (id INTEGER PRIMARY KEY);";
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("001_a.sql", create), ("003_c.sql", create)],
            "Migration 002 is missing; 003_c.sql comes after the gap.",
        ),
        (&[("002_b.sql", create)], "Migration 001 is missing"),
        (
            &[("001_a.sql", create), ("001_b.sql", create)],
            "Migration 001 is there twice",
        ),
        (&[("1_a.sql", create)], "Migration 1_a.sql is badly named"),
        (
            &[("001-a.sql", create)],
            "Migration 001-a.sql is badly named",
        ),
        (
            &[("001_A.sql", create)],
            "Migration 001_A.sql is badly named",
        ),
        (
            &[("000_a.sql", create)],
            "Migration 000_a.sql is badly named",
        ),
        (
            &[("001_a.sql.bak", create)],
            "Migration 001_a.sql.bak is badly named",
        ),
        (
            &[("001_a.sql", "  -- nothing\n")],
            "Migration 001_a.sql is empty.",
        ),
        (
            &[("001_a.sql", "BEGIN; CREATE TABLE t (id);")],
            "Migration 001_a.sql has a BEGIN statement in line 1",
        ),
    ];
    for (files, expected) in cases {
        let folder = folder_with(files, false);
        let error = read_folder(folder.path()).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn notes_beside_the_migrations_are_left_alone() {
    let folder = folder_with(
        &[
            ("README.md", "about"),
            (".001_a.sql.swp", "x"),
            ("001_a.sql", "CREATE TABLE t (id);"),
        ],
        false,
    );
    assert_eq!(read_folder(folder.path()).unwrap().len(), 1);
}

#[test]
fn statements_that_would_break_the_transaction_are_refused() {
    for statement in [
        "BEGIN",
        "COMMIT",
        "END",
        "ROLLBACK",
        "SAVEPOINT s",
        "RELEASE s",
        "PRAGMA user_version = 3",
        "ATTACH 'x' AS y",
        "DETACH y",
        "VACUUM",
        "vacuum",
        "/* hidden */ Commit",
        "-- hidden\nPragma foreign_keys",
    ] {
        let sql = format!("CREATE TABLE t (id INTEGER);\n{statement};");
        let error = check_statements(&sql).unwrap_err();
        assert!(error.contains("statement in line"), "{statement}: {error}");
    }
    let conflict = "CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK);";
    assert!(
        check_statements(conflict)
            .unwrap_err()
            .contains("ROLLBACK in line 1")
    );
    assert!(
        check_statements("CREATE TABLE t (id)")
            .unwrap_err()
            .contains("semicolon")
    );
    assert!(
        check_statements("SELECT 'open")
            .unwrap_err()
            .contains("open quote")
    );
}

#[test]
fn the_same_words_are_allowed_where_they_are_harmless() {
    for sql in [
        "CREATE TABLE t (\"begin\" INTEGER, note TEXT DEFAULT 'COMMIT; VACUUM;'); -- PRAGMA",
        "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET x = CASE WHEN y THEN 1 ELSE 2 END; SELECT 1; END; SELECT 1;",
        "CREATE TEMP TRIGGER a AFTER INSERT ON t WHEN CASE NEW.x WHEN 1 THEN 1 END BEGIN SELECT 1; END;",
        "CREATE TABLE pragma_notes (id INTEGER); INSERT INTO pragma_notes VALUES (1);",
        "SELECT 'it''s; COMMIT';",
    ] {
        assert_eq!(check_statements(sql), Ok(()), "{sql}");
    }
}

#[test]
fn only_days_of_the_calendar_are_days() {
    let world = World::new();
    let raw = world.raw();
    let insert = |day: &str| {
        let progress = raw.execute(
            "INSERT INTO daily_progress (id, user_id, day_on, utc_offset_minutes, created_at, updated_at)
             VALUES (random() >> 1 & 0xffffff, ?1, ?2, 0, 0, 0)",
            rusqlite::params![world.user, day],
        );
        let total = raw.execute(
            "REPLACE INTO user_progress (user_id, last_active_on, created_at, updated_at) VALUES (?1, ?2, 0, 0)",
            rusqlite::params![world.user, day],
        );
        assert_eq!(progress.is_ok(), total.is_ok(), "{day}");
        progress.is_ok()
    };
    for day in ["2024-02-29", "2023-12-31", "0001-01-01"] {
        assert!(insert(day), "{day}");
    }
    for day in [
        "2023-02-29",
        "2024-02-30",
        "2024-13-01",
        "2024-00-10",
        "2024-1-1",
        "now",
        "",
        "2024-02-29 12:00",
    ] {
        assert!(!insert(day), "{day}");
    }
}

#[test]
fn folders_nest_32_deep_and_never_in_a_circle() {
    let world = World::new();
    let raw = world.raw();
    raw.pragma_update(None, "foreign_keys", true).unwrap();
    let insert = |id: i64, parent: Option<i64>| {
        raw.execute(
            "INSERT INTO conversation_folders (id, user_id, name, parent_folder_id, created_at, updated_at)
             VALUES (?1, ?2, 'f', ?3, 0, 0)",
            rusqlite::params![id, world.user, parent],
        )
    };
    insert(1, None).unwrap();
    for id in 2..=32 {
        insert(id, Some(id - 1)).unwrap();
    }
    assert!(insert(33, Some(32)).is_err());
    let place = |id: i64, parent: i64| {
        raw.execute(
            "UPDATE conversation_folders SET parent_folder_id = ?2 WHERE id = ?1",
            [id, parent],
        )
    };
    assert!(place(1, 1).is_err());
    assert!(place(1, 32).is_err());
    insert(100, None).unwrap();
    assert!(
        place(1, 100).is_err(),
        "the deepest folder would be the 33rd"
    );
    place(2, 100).unwrap();
    raw.execute("DELETE FROM conversation_folders WHERE id = 100", [])
        .unwrap();
    let left: u32 = raw
        .query_row("SELECT count(*) FROM conversation_folders", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(left, 1);
}
