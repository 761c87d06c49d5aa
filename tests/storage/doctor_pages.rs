//! Repairing what SQLite cannot read: whatever does not lie on a damaged page is there afterwards, to the byte.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parlance_storage::doctor::{self, Method, State};
use parlance_storage::{Error, Progress, Watch, verify};

use crate::doctor::rejects_of;
use crate::sick::{PAGE, Sick, rows_of};
use crate::support::{NOON, World};

/// Of every missing row it is known that it lay on a damaged page.
fn assert_only_missing_from(sick: &Sick, table: &str, rows: u64) {
    let missing = sick.missing();
    let elsewhere: Vec<&String> = missing
        .iter()
        .filter(|row| {
            !row.starts_with(&format!("{table}: ")) && !row.starts_with("conversations: ")
        })
        .collect();
    assert_eq!(elsewhere, Vec::<&String>::new());
    let of_table = missing
        .iter()
        .filter(|row| row.starts_with(&format!("{table}: ")));
    assert_eq!(of_table.count() as u64, rows);
}

#[test]
fn a_damaged_index_page_costs_nothing() {
    for index in [
        "sqlite_autoindex_messages_1",
        "message_chunks_pending",
        "conversation_tags_tag",
    ] {
        let sick = Sick::new();
        let page = sick.pages(index, "leaf")[0];
        sick.overwrite((page - 1) * PAGE + 8, &[0xff; 64]);
        sick.repaired();
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{index}");
    }
}

#[test]
fn a_damaged_full_text_page_costs_nothing() {
    for table in [
        "message_search_words_data",
        "message_search_trigrams_data",
        "message_search_words_idx",
        "message_search_words_config",
    ] {
        for root in [true, false] {
            let sick = Sick::new();
            let pages = sick.pages(table, "leaf");
            let page = if root {
                pages[0]
            } else {
                pages[pages.len() - 1]
            };
            sick.zero_page(page);
            sick.repaired();
            assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{table}");
        }
    }
}

#[test]
fn a_zeroed_inner_page_hides_messages_but_loses_none() {
    for table in ["messages", "message_chunks"] {
        let sick = Sick::new();
        let inner = sick.pages(table, "internal");
        assert!(
            !inner.is_empty(),
            "the table is large enough to have inner pages"
        );
        for page in inner {
            sick.zero_page(page);
        }
        let outcome = sick.repaired();
        assert_eq!(outcome.method, Method::Salvaged);
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{table}");
        assert_eq!(outcome.tables[table].lost, Some(0));
    }
}

#[test]
fn a_zeroed_page_of_messages_costs_its_messages_and_the_outcome_counts_them() {
    let sick = Sick::new();
    let page = sick.pages("messages", "leaf")[3];
    let rows = sick.rows_on("messages", page);
    assert!(rows > 5);
    sick.zero_page(page);
    let outcome = sick.repaired();
    let messages = &outcome.tables["messages"];
    // Replies among them come back from their chunks, in their places; edited ones from their history.
    assert!(messages.recreated > 0, "{}", outcome.text);
    assert_eq!(
        messages.lost,
        Some(rows - messages.recreated),
        "{}",
        outcome.text
    );
    assert_eq!(messages.kept, 650 - messages.lost.unwrap());
    assert_eq!(sick.one("SELECT count(*) FROM conversations"), "4");
    let strangers = sick.missing().into_iter().filter(|row| {
        [
            "messages: ",
            "conversations: ",
            "message_bookmarks: ",
            "grammar_corrections: ",
            "conversation_notes: ",
            "vocabulary_words: ",
        ]
        .iter()
        .all(|table| !row.starts_with(table))
    });
    assert_eq!(strangers.count(), 0);
    // A note outlives its message.
    assert_eq!(outcome.tables["conversation_notes"].rejected, 0);
}

#[test]
fn a_damaged_cell_costs_one_row() {
    let sick = Sick::new();
    let page = sick.pages("conversation_events", "leaf")[2];
    sick.overwrite((page - 1) * PAGE + 8, &[0xff, 0xff]);
    let outcome = sick.repaired();
    assert_only_missing_from(&sick, "conversation_events", 1);
    assert_eq!(outcome.tables["conversation_events"].lost, Some(1));
}

#[test]
fn a_page_that_says_it_has_fewer_rows_has_them_counted_as_lost() {
    let sick = Sick::new();
    let page = sick
        .pages("messages", "leaf")
        .into_iter()
        .find(|page| sick.rows_on("messages", *page) & 4 != 0)
        .unwrap();
    let count = (page - 1) * PAGE + 4;
    sick.overwrite(count, &[sick.bytes()[count] ^ 4]);
    let outcome = sick.repaired();
    let messages = &outcome.tables["messages"];
    assert_eq!(messages.lost.unwrap() + messages.recreated, 4);
    assert_eq!(messages.kept + messages.lost.unwrap(), 650);
    assert!(outcome.text.contains("lost"), "{}", outcome.text);
}

#[test]
fn a_tree_that_begins_elsewhere_costs_no_row() {
    let sick = Sick::new();
    let leaf = sick.pages("conversation_events", "leaf")[1];
    sick.damage(&format!(
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = {leaf} WHERE name = 'conversation_events'"
    ));
    let outcome = sick.repaired();
    assert_eq!((sick.missing(), sick.added()), (vec![], vec![]));
    assert_eq!(outcome.tables["conversation_events"].lost, Some(0));
}

#[test]
fn a_page_in_the_place_of_another_has_the_rows_of_the_other_told_as_lost() {
    for table in ["messages", "conversation_events"] {
        let sick = Sick::new();
        let leaves = sick.pages(table, "leaf");
        let rows = sick.rows_on(table, leaves[3]);
        let bytes = sick.bytes();
        let other = &bytes[(leaves[2] - 1) * PAGE..leaves[2] * PAGE];
        sick.overwrite((leaves[3] - 1) * PAGE, other);
        let outcome = sick.repaired();
        let counts = &outcome.tables[table];
        assert_eq!(counts.lost.unwrap() + counts.recreated, rows, "{table}");
    }
}

/// Where the record of a page's cell begins in the file: its payload's length, and its header.
pub fn cell_of(bytes: &[u8], page: usize, cell: usize, has_rowid: bool) -> (usize, usize) {
    let begin = (page - 1) * PAGE;
    let pointer = begin + 8 + cell * 2;
    let length = begin + usize::from(u16::from_be_bytes([bytes[pointer], bytes[pointer + 1]]));
    let after = |at: usize| at + (0..8).take_while(|byte| bytes[at + byte] >= 0x80).count() + 1;
    let header = after(length);
    (length, if has_rowid { after(header) } else { header })
}

#[test]
fn a_row_that_is_alone_on_its_page_is_kept_when_a_text_of_it_says_it_is_none() {
    let cases = [("users", 1), ("conversation_folders", 2)];
    for ((table, column), is_mended_in_place) in cases
        .map(|case| (case, true))
        .into_iter()
        .chain(cases.map(|case| (case, false)))
    {
        let sick = Sick::new();
        let page = sick.pages(table, "leaf")[0];
        assert_eq!(sick.rows_on(table, page), 1);
        let (_, header) = cell_of(&sick.bytes(), page, 0, true);
        let kind = header + 1 + column;
        assert_eq!(sick.bytes()[kind] & 1, 1, "a text");
        sick.overwrite(kind, &[sick.bytes()[kind] ^ 1]);
        if !is_mended_in_place {
            sick.overwrite(0, &[0; 100]);
        }
        let outcome = sick.repaired();
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{table}");
        let counts = &outcome.tables[table];
        assert_eq!(
            (counts.kept, counts.mended, counts.recreated, counts.lost),
            (1, 1, 0, Some(0)),
            "{}",
            outcome.text
        );
    }
}

#[test]
fn rows_that_fit_no_table_are_kept_aside() {
    let sick = Sick::new();
    let page = sick.pages("user_settings", "leaf")[0];
    for cell in 0..sick.rows_on("user_settings", page) as usize {
        let (_, header) = cell_of(&sick.bytes(), page, cell, false);
        sick.overwrite(header + 2, &[sick.bytes()[header + 2] ^ 1]);
    }
    sick.overwrite(0, &[0; 100]);
    let outcome = sick.repaired();
    assert_eq!(outcome.tables["user_settings"].kept, 0);
    let rejects = rejects_of(&outcome);
    assert!(
        rejects.contains("dark") && rejects.contains("0.8"),
        "{rejects}"
    );
    assert_eq!(rejects.lines().count(), 2, "{rejects}");
}

#[test]
fn a_row_without_a_single_value_costs_only_itself() {
    let sick = Sick::new();
    let page = sick.pages("messages", "leaf")[3];
    let (length, header) = cell_of(&sick.bytes(), page, 2, true);
    let of_length = sick.bytes()[length..]
        .iter()
        .take_while(|byte| **byte >= 0x80)
        .count();
    sick.overwrite(length, &vec![0x80; of_length]);
    sick.overwrite(length + of_length, &[1]);
    sick.overwrite(header, &[1]);
    let outcome = sick.repaired();
    let messages = &outcome.tables["messages"];
    assert_eq!(messages.kept - messages.recreated, 649, "{}", outcome.text);
    assert_eq!(messages.rejected, 1, "{}", outcome.text);
}

#[test]
fn a_long_message_whose_end_is_lost_keeps_its_beginning() {
    let sick = Sick::new();
    let bytes = sick.bytes();
    let is_of_it = |page: &usize| {
        String::from_utf8_lossy(&bytes[(page - 1) * PAGE..page * PAGE]).contains("很长的一段")
    };
    let overflow: Vec<usize> = sick
        .pages("messages", "overflow")
        .into_iter()
        .filter(is_of_it)
        .collect();
    let long = "SELECT content FROM messages WHERE content LIKE 'Một đoạn%'";
    let before = sick.one(long);
    sick.zero_page(overflow[5]);
    let outcome = sick.repaired();
    let after =
        sick.one("SELECT content FROM messages WHERE length(content) > 1000 AND role = 'user'");
    assert!(
        before.starts_with(&after) && after.len() > 2 * PAGE,
        "{}",
        outcome.text
    );
    assert_eq!(outcome.tables["messages"].recreated, 1);
}

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
    doctor::repair(copy.path(), &Watch::nobody(), NOON).unwrap();
    assert!(rows_of(&file) == before, "as it is read without SQLite");
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
    let rescued = doctor::rescue(copy.path(), &into, &watch).unwrap();
    assert_eq!(rescued.messages, 1);
    doctor::repair(copy.path(), &watch, NOON).unwrap();
    assert!(rows_of(&file) == before);
}

#[test]
fn a_long_message_of_which_a_page_leads_back_to_itself_keeps_its_beginning() {
    let sick = Sick::new();
    let bytes = sick.bytes();
    let page = sick
        .pages("messages", "overflow")
        .into_iter()
        .find(|page| {
            String::from_utf8_lossy(&bytes[(page - 1) * PAGE..page * PAGE]).contains("很长的一段")
        })
        .unwrap();
    let before = sick.one("SELECT content FROM messages WHERE content LIKE 'Một đoạn%'");
    sick.overwrite((page - 1) * PAGE, &(page as u32).to_be_bytes());
    sick.repaired();
    let after =
        sick.one("SELECT content FROM messages WHERE length(content) > 1000 AND role = 'user'");
    assert!(before.starts_with(&after), "{}", after.len());
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
fn deleted_rows_do_not_come_back() {
    let sick = Sick::new();
    let raw = sick.raw();
    raw.execute_batch(
        "PRAGMA secure_delete = OFF; PRAGMA foreign_keys = ON; DELETE FROM messages WHERE sequence_number > 60;
         UPDATE conversations SET message_count = message_count + 1",
    )
    .unwrap();
    let before = sick.one("SELECT count(*) FROM messages");
    drop(raw);
    let inner = sick.pages("messages", "internal");
    for page in inner {
        sick.zero_page(page);
    }
    let outcome = sick.repaired();
    assert_eq!(outcome.tables["messages"].kept.to_string(), before);
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
