//! Verifying a file that is damaged as a whole, unfinished, or forged.

use std::fs;
use std::io::{Seek, SeekFrom, Write};

use parlance_storage::verify::{self, Outcome};

use crate::support::World;
use crate::verify::{Closed, names_of};

#[test]
fn broken_pages_are_reported_and_not_fatal() {
    for (table, is_schema) in [
        ("message_chunks", false),
        ("conversations", false),
        ("sqlite_schema", true),
    ] {
        let closed = Closed::new();
        let root: u32 = match is_schema {
            true => 1,
            false => closed
                .raw()
                .query_row(
                    "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
                    [table],
                    |row| row.get(0),
                )
                .unwrap(),
        };
        // The pointers to the page's cells now point nowhere.
        let mut file = fs::File::options()
            .write(true)
            .open(closed.world.path().join("parlance.db"))
            .unwrap();
        let header = if is_schema { 112 } else { 8 };
        file.seek(SeekFrom::Start(u64::from(root - 1) * 4096 + header))
            .unwrap();
        file.write_all(&[0xff; 8]).unwrap();
        drop(file);
        let report = closed.verify();
        assert!(!report.ok);
        assert!(
            names_of(&report, Outcome::Failed).contains(&"integrity"),
            "{table}: {:#?}",
            report.checks
        );
    }
}

#[test]
fn a_file_without_schema_or_without_sense_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(verify::run(folder.path()).unwrap(), None);
    let file = folder.path().join("parlance.db");
    fs::write(&file, "").unwrap();
    let report = verify::run(folder.path()).unwrap().unwrap();
    assert_eq!(
        report.problems[0].problem,
        "holds no schema: no migration was ever applied"
    );
    fs::write(&file, "This is a text file. ".repeat(500)).unwrap();
    let report = verify::run(folder.path()).unwrap().unwrap();
    assert!(
        report.problems[0]
            .problem
            .contains("not an SQLite database"),
        "{:#?}",
        report.problems
    );
}

#[test]
fn a_log_left_by_a_crash_is_read_and_left_alone() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "in the log only").unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["parlance.db", "parlance.db-wal"] {
        fs::copy(world.path().join(name), copy.path().join(name)).unwrap();
    }
    let log = copy.path().join("parlance.db-wal");
    let before = fs::read(&log).unwrap();
    let report = verify::run(copy.path()).unwrap().unwrap();
    assert!(report.ok, "{:#?}", report.problems);
    assert!(fs::read(&log).unwrap() == before);
}

#[test]
fn a_header_that_forbids_writing_is_reported() {
    let closed = Closed::new();
    let mut file = fs::File::options()
        .write(true)
        .open(closed.world.path().join("parlance.db"))
        .unwrap();
    file.seek(SeekFrom::Start(18)).unwrap();
    file.write_all(&[0xff]).unwrap();
    drop(file);
    let report = closed.verify();
    assert_eq!(names_of(&report, Outcome::Failed), ["search"]);
}

#[test]
fn a_very_damaged_table_does_not_make_an_endless_report() {
    let closed = Closed::new();
    let raw = closed.raw();
    let insert = "INSERT INTO conversation_events (id, conversation_id, event_type, created_at) VALUES (?1, 4711, 'message_sent', 0)";
    for id in 1..=300 {
        raw.execute(insert, [id]).unwrap();
    }
    drop(raw);
    let report = closed.verify();
    assert_eq!(report.problems.len(), 101);
    assert_eq!(
        report.problems[100].problem,
        "200 more problems of this kind"
    );
}

/// A file from a stranger may hold SQL of any kind in its schema, and the learner may verify it.
#[test]
fn verifying_runs_no_sql_of_the_file() {
    let forgeries = [
        // Runs where a definition is taken from the file and executed.
        "INSERT INTO user_settings SELECT id, 'k', '{', 0, 0 FROM users;
         UPDATE sqlite_schema SET sql = sql || '; DELETE FROM main.conversations; --' WHERE name = 'user_settings'",
        // Runs where the index is asked to check itself, and hides behind a reserved name.
        "DROP TABLE message_search_words;
         CREATE TABLE message_search_words (message_search_words, rank, content);
         CREATE TRIGGER forged AFTER INSERT ON message_search_words BEGIN DELETE FROM conversations; END;
         UPDATE sqlite_schema SET name = 'sqlite_forged',
             sql = replace(sql, 'TRIGGER forged', 'TRIGGER sqlite_forged') WHERE name = 'forged'",
        // The same, where only the trigger is not ours.
        "CREATE TRIGGER forged AFTER INSERT ON message_search_words_data BEGIN DELETE FROM conversations; END",
    ];
    for forgery in forgeries {
        let closed = Closed::new();
        closed.damage(&format!("PRAGMA writable_schema = ON; {forgery}"));
        let file = closed.world.path().join("parlance.db");
        let before = fs::read(&file).unwrap();
        let report = closed.verify();
        assert!(
            names_of(&report, Outcome::Failed).contains(&"schema"),
            "{report:#?}"
        );
        assert!(names_of(&report, Outcome::Skipped).contains(&"search"));
        assert!(fs::read(&file).unwrap() == before, "{forgery}");
    }
}

#[test]
fn a_changed_ledger_and_a_changed_schema_are_named() {
    let closed = Closed::new();
    closed.damage(
        "UPDATE schema_migrations SET checksum = replace(checksum, '1', '2') WHERE version = 3",
    );
    closed.damage("DELETE FROM schema_migrations WHERE version = 8");
    closed.damage("DROP INDEX messages_streaming; CREATE TABLE stray (id INTEGER PRIMARY KEY)");
    closed.assert_names("schema", "schema_migrations", "3", "another checksum");
    closed.assert_names("schema", "schema_migrations", "8", "is missing");
    let problems = closed.verify().problems;
    let texts: Vec<&str> = problems
        .iter()
        .map(|problem| problem.problem.as_str())
        .collect();
    assert!(
        texts.contains(&"the index messages_streaming is missing"),
        "{texts:?}"
    );
    assert!(
        texts.contains(&"the table stray is in no migration"),
        "{texts:?}"
    );
}
