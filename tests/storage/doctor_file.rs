//! Repairing a file that is damaged as a whole or in its log, and what becomes of one that is forged, older, or not
//! ours.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parlance_storage::doctor::{self, Method, State};
use parlance_storage::{Error, Progress, Watch, verify};

use crate::sick::{PAGE, Sick, rows_of};
use crate::support::{NOON, World};

#[test]
fn a_truncated_file_gives_back_what_lies_before_the_cut() {
    let sick = Sick::new();
    let bytes = sick.bytes();
    for share in [99, 90, 75, 50] {
        let cut = bytes.len() * share / 100;
        let sick = Sick::new();
        let before: u64 = sick
            .pages("messages", "leaf")
            .into_iter()
            .filter(|page| page * PAGE <= cut)
            .map(|page| sick.rows_on("messages", page))
            .sum();
        fs::write(sick.file(), &bytes[..cut]).unwrap();
        let outcome = sick.repaired();
        // A long message reaches beyond its own page.
        assert!(
            outcome.tables["messages"].kept + 2 >= before,
            "{share}: {before} {}",
            outcome.text
        );
        if share < 90 {
            assert!(outcome.text.contains("lost"), "{}", outcome.text);
        }
    }
}

#[test]
fn a_damaged_header_costs_nothing() {
    let header: [(usize, &[u8]); 6] = [
        (0, &[0; 100]),
        (0, b"not SQLite at all"),
        (16, &[0xff; 4]),
        (60, &[0, 0, 0, 99]),
        (68, &[1, 2, 3, 4]),
        (28, &[0xff; 72]),
    ];
    for (offset, bytes) in header {
        let sick = Sick::new();
        sick.overwrite(offset, bytes);
        let report = doctor::report(sick.path()).unwrap();
        assert_eq!(report.state, State::Damaged, "{offset}: {}", report.text);
        sick.repaired();
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{offset}");
    }
}

#[test]
fn a_damaged_first_page_costs_nothing() {
    for damage in [&[0_u8; PAGE][..], &[0xa5; PAGE], &[0x0d; PAGE]] {
        let sick = Sick::new();
        sick.overwrite(0, damage);
        sick.repaired();
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]));
    }
}

#[test]
fn rows_are_found_by_their_looks_when_the_whole_schema_is_gone() {
    let sick = Sick::new();
    for page in sick.pages("sqlite_schema", "leaf").into_iter().chain([1]) {
        sick.zero_page(page);
    }
    let report = doctor::report(sick.path()).unwrap();
    assert_eq!(report.state, State::Damaged, "{}", report.text);
    let outcome = sick.repaired();
    assert_eq!(
        (sick.missing(), sick.added()),
        (vec![], vec![]),
        "{}",
        outcome.text
    );
}

#[test]
fn a_log_that_was_never_folded_in_counts_also_when_the_header_is_damaged() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "In the log only: 日志").unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["parlance.db", "parlance.db-wal"] {
        fs::copy(world.path().join(name), copy.path().join(name)).unwrap();
    }
    let file = copy.path().join("parlance.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes.iter_mut().take(16).for_each(|byte| *byte = 0);
    fs::write(&file, bytes).unwrap();
    let report = doctor::report(copy.path()).unwrap();
    let log = report.log.unwrap();
    assert!(log.commits > 0 && log.problem.is_none(), "{log:?}");
    doctor::repair(copy.path(), &Watch::nobody(), NOON).unwrap();
    assert!(verify::run(copy.path()).unwrap().unwrap().ok);
    assert!(rows_of(&file) == rows_of(&world.path().join("parlance.db")));
    assert!(
        !copy.path().join("parlance.db-wal").exists(),
        "the old log lies beside the old database"
    );
}

#[test]
fn a_damaged_log_is_told_and_used_up_to_the_damage() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "before").unwrap();
    let before = rows_of(&world.path().join("parlance.db"));
    let length = fs::metadata(world.path().join("parlance.db-wal"))
        .unwrap()
        .len() as usize;
    world.send(conversation, "after").unwrap();
    let copy = tempfile::tempdir().unwrap();
    fs::copy(
        world.path().join("parlance.db"),
        copy.path().join("parlance.db"),
    )
    .unwrap();
    let mut log = fs::read(world.path().join("parlance.db-wal")).unwrap();
    log[length + 24 + 100] ^= 1;
    fs::write(copy.path().join("parlance.db-wal"), &log).unwrap();
    let report = doctor::report(copy.path()).unwrap();
    assert!(
        report
            .log
            .unwrap()
            .problem
            .unwrap()
            .contains("is damaged after")
    );
    assert!(report.text.contains("Its log: "), "{}", report.text);
    let file = copy.path().join("parlance.db");
    assert!(rows_of(&file) == before, "as SQLite reads it");

    // Everything so far is in the log, so that it is a database by itself; SQLite would throw it away.
    fs::remove_file(&file).unwrap();
    fs::write(copy.path().join("parlance.db-wal"), &log).unwrap();
    let outcome = doctor::repair(copy.path(), &Watch::nobody(), NOON).unwrap();
    assert!(rows_of(&file) == before, "as it is read without SQLite");
    assert!(
        outcome.text.contains("Its log is damaged after"),
        "{}",
        outcome.text
    );
    assert!(outcome.tables.values().all(|table| table.lost.is_none()));
}

/// SQLite's checksum of a log, on from `sum`.
fn checksum(sum: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    bytes.chunks_exact(8).fold(sum, |(first, second), pair| {
        let word = |at: usize| u32::from_le_bytes(pair[at..at + 4].try_into().unwrap());
        let first = first.wrapping_add(word(0)).wrapping_add(second);
        (first, second.wrapping_add(word(4)).wrapping_add(first))
    })
}

#[test]
fn a_log_that_says_the_database_is_huge_is_not_believed() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "In the log only: 日志").unwrap();
    let before = rows_of(&world.path().join("parlance.db"));
    let copy = tempfile::tempdir().unwrap();
    let file = copy.path().join("parlance.db");
    fs::copy(world.path().join("parlance.db"), &file).unwrap();
    let root: u32 = world
        .raw()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'conversation_notes'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let mut log = fs::read(world.path().join("parlance.db-wal")).unwrap();
    let mut sum = checksum((0, 0), &log[..24]);
    for frame in log[32..].chunks_exact_mut(24 + PAGE) {
        if frame[4..8] != [0; 4] {
            frame[4..8].copy_from_slice(&0xffff_fff0_u32.to_be_bytes());
        }
        // So that every page is looked at.
        if frame[..4] == root.to_be_bytes() {
            frame[24] = 0;
        }
        sum = checksum(checksum(sum, &frame[..8]), &frame[24..]);
        frame[16..20].copy_from_slice(&sum.0.to_be_bytes());
        frame[20..24].copy_from_slice(&sum.1.to_be_bytes());
    }
    fs::write(copy.path().join("parlance.db-wal"), &log).unwrap();
    let (begun, is_too_late) = (Instant::now(), AtomicBool::new(false));
    let report = |_: Progress| {
        is_too_late.store(begun.elapsed().as_secs() > 60, Ordering::Relaxed);
    };
    let watch = Watch::new(&report, &is_too_late);
    let into = copy.path().join("readable");
    let rescued = doctor::rescue(copy.path(), &into, &watch, NOON).unwrap();
    assert_eq!(rescued.messages, 1);
    doctor::repair(copy.path(), &watch, NOON).unwrap();
    assert!(rows_of(&file) == before);
}

#[test]
fn a_database_whose_log_was_deleted_is_what_it_was_without_it() {
    let world = World::new();
    world.conversation();
    let copy = tempfile::tempdir().unwrap();
    fs::copy(
        world.path().join("parlance.db"),
        copy.path().join("parlance.db"),
    )
    .unwrap();
    // Made, and never closed: everything was in the log.
    let report = doctor::report(copy.path()).unwrap();
    assert!(!report.ok, "{}", report.text);
    let outcome = doctor::repair(copy.path(), &Watch::nobody(), NOON);
    assert!(
        matches!(outcome, Err(Error::Missing { .. } | Error::Corrupt { .. })),
        "{outcome:?}"
    );
}

#[test]
fn what_is_no_database_of_ours_is_refused_and_not_touched() {
    let cases: [(&str, Vec<u8>, State); 5] = [
        ("zeros", vec![0; 100_000], State::NotSqlite),
        (
            "text",
            "This is a text file. ".repeat(5000).into_bytes(),
            State::NotSqlite,
        ),
        ("empty", vec![], State::Empty),
        ("foreign", foreign(), State::Foreign),
        ("newer", newer(), State::Newer),
    ];
    for (name, bytes, state) in cases {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("parlance.db");
        fs::write(&file, &bytes).unwrap();
        let report = doctor::report(folder.path()).unwrap();
        assert_eq!(
            (report.state, report.can_repair, report.ok),
            (state, false, false),
            "{name}: {}",
            report.text
        );
        let error = doctor::repair(folder.path(), &Watch::nobody(), NOON).unwrap_err();
        assert!(!error.to_string().contains("delete"), "{error}");
        assert!(fs::read(&file).unwrap() == bytes, "{name}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(doctor::report(folder.path()).unwrap().state, State::Missing);
    assert!(matches!(
        doctor::repair(folder.path(), &Watch::nobody(), NOON),
        Err(Error::Missing { .. })
    ));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

fn foreign() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.db");
    let other = rusqlite::Connection::open(&file).unwrap();
    other
        .execute_batch("CREATE TABLE messages (id INTEGER PRIMARY KEY, content TEXT); INSERT INTO messages VALUES (1, 'theirs')")
        .unwrap();
    drop(other);
    fs::read(file).unwrap()
}

fn newer() -> Vec<u8> {
    let sick = Sick::new();
    sick.raw()
        .execute_batch(
            "INSERT INTO schema_migrations VALUES (99, 'x', replace(hex(zeroblob(32)), '0', 'a'), 0, 0, '9.9');
             PRAGMA user_version = 99; CREATE TABLE of_the_future (id INTEGER PRIMARY KEY)",
        )
        .unwrap();
    sick.bytes()
}

#[test]
fn sql_of_a_forged_file_is_never_run() {
    let forgeries = [
        "CREATE TRIGGER forged AFTER UPDATE ON conversations BEGIN DELETE FROM messages; END;
         UPDATE conversations SET message_count = 77",
        "DROP TABLE conversation_notes;
         CREATE VIEW conversation_notes AS SELECT 1 AS id, load_extension('x') AS content",
        "CREATE INDEX forged ON messages (conversation_id) WHERE content LIKE '%x%'",
    ];
    for forgery in forgeries {
        let sick = Sick::new();
        sick.damage(&format!("PRAGMA writable_schema = ON; {forgery}"));
        let outcome = sick.repaired();
        assert_eq!(outcome.method, Method::Salvaged);
        assert_eq!(outcome.tables["messages"].kept, 650, "{forgery}");
    }
}

#[test]
fn an_older_database_is_salvaged_and_brought_up_to_date() {
    let sick = Sick::of_version(9);
    let report = doctor::report(sick.path()).unwrap();
    assert_eq!(
        (report.state, report.schema_version),
        (State::Found, Some(9)),
        "{}",
        report.text
    );
    assert_eq!(sick.repair().unwrap().method, Method::Nothing);
    sick.damage("UPDATE messages SET role = 'robot' WHERE sequence_number = 2");
    sick.repaired();
    assert_eq!(
        sick.one("SELECT max(version) FROM schema_migrations"),
        parlance_storage::migrations::EMBEDDED.len().to_string()
    );
    // A message without a model is taken for the learner's, which these are; the rest had no table then.
    let missing = sick.missing();
    let is_of_later = |row: &&String| {
        ["message_drafts: ", "operations: "]
            .iter()
            .any(|table| row.starts_with(table))
    };
    assert!(missing.iter().all(|row| is_of_later(&row)), "{missing:#?}");
}

#[test]
fn a_whole_database_with_a_damaged_log_is_kept_with_it_and_what_the_log_lost_is_told() {
    let world = crate::launch::lived_in();
    world.db.close().unwrap();
    let world = world.reopened();
    world
        .send(world.conversation(), "In the log only: 日志")
        .unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["parlance.db", "parlance.db-wal"] {
        fs::copy(world.path().join(name), copy.path().join(name)).unwrap();
    }
    let path = copy.path().join("parlance.db-wal");
    let mut log = fs::read(&path).unwrap();
    log[32 + 24 + 100] ^= 1;
    fs::write(&path, &log).unwrap();
    let database = fs::read(copy.path().join("parlance.db")).unwrap();
    let outcome = doctor::repair(copy.path(), &Watch::nobody(), NOON).unwrap();
    assert_eq!(outcome.method, Method::Nothing);
    assert!(
        outcome.text.contains("Its log is damaged"),
        "{}",
        outcome.text
    );
    let kept = outcome.undo_copy.unwrap();
    assert!(fs::read(&kept).unwrap() == database);
    let kept_log = kept.with_file_name(format!(
        "{}-wal",
        kept.file_name().unwrap().to_str().unwrap()
    ));
    assert!(fs::read(kept_log).unwrap() == log);
    assert!(fs::read(copy.path().join("parlance.db")).unwrap() == database);
}
