//! Repairing what keeps its pages but not its rules: nothing is lost, and what was wrong is told.

use std::collections::BTreeSet;
use std::fs;

use parlance_storage::doctor::{self, Method, RepairOutcome, State};
use parlance_storage::{Error, Progress, Stage, Watch};

use crate::sick::Sick;
use crate::support::NOON;

/// The words of the rows that were kept aside.
pub fn rejects_of(outcome: &RepairOutcome) -> String {
    outcome
        .rejects
        .as_ref()
        .map(|path| fs::read_to_string(path).unwrap())
        .unwrap_or_default()
}

#[test]
fn a_sound_database_is_left_alone() {
    let sick = Sick::new();
    let (before, names) = (sick.bytes(), sick.listing());
    let outcome = sick.repair().unwrap();
    assert_eq!((outcome.method, outcome.undo_copy), (Method::Nothing, None));
    assert!(sick.bytes() == before);
    assert_eq!(sick.listing(), names);
    let report = doctor::report(sick.path()).unwrap();
    assert_eq!(
        (report.ok, report.can_repair, report.state),
        (true, false, State::Found)
    );
    assert!(
        report.text.contains("is a sound database of Parlance"),
        "{}",
        report.text
    );
    assert!(
        report.text.contains("All 10 checks passed."),
        "{}",
        report.text
    );
    assert_eq!(report.rows["conversations"], Some(4));
}

#[test]
fn wrong_counts_and_previews_are_counted_anew() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE conversations SET message_count = message_count + 1, last_message_preview = 'x', last_message_at = 1;
         UPDATE messages SET edit_count = 7, edited_at = 3 WHERE sequence_number = 1;
         UPDATE messages SET edit_count = 9 WHERE sequence_number = 3;",
    );
    let report = doctor::report(sick.path()).unwrap();
    assert_eq!((report.state, report.can_repair), (State::Damaged, true));
    assert!(
        report
            .text
            .contains("2 of 10 checks failed: counters, edit_counts."),
        "{}",
        report.text
    );
    let outcome = sick.repaired();
    assert_eq!(outcome.method, Method::Mended);
    assert_eq!(outcome.tables["conversations"].mended, 4);
    assert_eq!(outcome.tables["messages"].mended, 8);
    assert!(outcome.tables.values().all(|table| table.lost == Some(0)));
    assert_eq!(sick.missing(), Vec::<String>::new());
}

#[test]
fn lost_index_entries_and_words_of_the_full_text_are_made_anew() {
    let sick = Sick::new();
    sick.damage("DELETE FROM message_search_words_data WHERE id > 10");
    let hidden = "FROM sqlite_schema WHERE name = 'conversation_notes_user'";
    let (root, sql) = (
        sick.one(&format!("SELECT rootpage {hidden}")),
        sick.one(&format!("SELECT sql {hidden}")),
    );
    sick.damage(&format!("PRAGMA writable_schema = ON; DELETE {hidden}"));
    // The index does not hear of this, as if its write had been lost.
    sick.damage("UPDATE conversation_notes SET created_at = 77");
    sick.damage(&format!(
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES
             ('index', 'conversation_notes_user', 'conversation_notes', {root}, '{sql}')"
    ));
    let before = crate::sick::rows_of(&sick.file());
    let report = doctor::report(sick.path()).unwrap();
    assert!(
        report.text.contains("checks failed: integrity, search."),
        "{}",
        report.text
    );
    let outcome = sick.repaired();
    assert_eq!(outcome.method, Method::Mended);
    assert!(crate::sick::rows_of(&sick.file()) == before);
}

#[test]
fn leases_are_freed_and_chunks_fit_their_reply_again() {
    let sick = Sick::new();
    let is_reply = "message_id = (SELECT min(message_id) FROM message_chunks)";
    let before = sick.one(&format!(
        "SELECT group_concat(text, '') FROM message_chunks WHERE {is_reply}"
    ));
    sick.damage(&format!(
        "DELETE FROM message_chunks WHERE chunk_index = 1 AND {is_reply};
         UPDATE message_chunks SET tts_status = 'processing', lease_owner = 'ghost', lease_expires_at = 5
         WHERE chunk_index = 0 AND {is_reply}"
    ));
    let outcome = sick.repaired();
    assert_eq!(outcome.method, Method::Mended);
    assert_eq!(outcome.tables["message_chunks"].recreated, 1);
    let put_together = format!(
        "SELECT group_concat(text, '' ORDER BY chunk_index) FROM message_chunks WHERE {is_reply}"
    );
    assert_eq!(sick.one(&put_together), before);
    assert_eq!(
        sick.one("SELECT count(*) FROM message_chunks WHERE tts_status = 'processing'"),
        "0"
    );
    assert_eq!(sick.missing().len(), 1, "only the chunk that was gone");
}

#[test]
fn a_text_that_is_no_text_is_made_legible_and_kept_aside_as_it_was() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE messages SET content = CAST(X'48c32821' AS TEXT) WHERE sequence_number = 1;
         UPDATE messages SET content = CAST(X'ff' || substr(content, 2) AS TEXT)
         WHERE id = (SELECT min(id) FROM messages WHERE role = 'assistant');
         UPDATE conversations SET topic = 'a' || char(0) || 'b'",
    );
    let outcome = sick.repaired();
    assert_eq!(outcome.method, Method::Salvaged);
    assert_eq!(
        sick.one("SELECT content FROM messages WHERE sequence_number = 1"),
        "H\u{fffd}(!"
    );
    // The chunks still know the words of the reply.
    let reply = "SELECT content FROM messages WHERE role = 'assistant' ORDER BY id LIMIT 1";
    assert_eq!(
        sick.one(reply),
        "One sentence. 第二句。 Et la troisième 👍🏽."
    );
    let rejects = rejects_of(&outcome);
    assert!(rejects.contains(r#""hex":"48c32821""#), "{rejects}");
    assert_eq!(outcome.tables["messages"].kept, 650);
}

#[test]
fn rows_that_break_rules_keep_their_words() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE messages SET role = 'robot', status = 'odd' WHERE sequence_number IN (2, 15);
         UPDATE messages SET sequence_number = 5000000000 WHERE sequence_number = 8;
         UPDATE conversations SET status = 'strange', pinned_at = 1, pin_order = 5000000000;
         UPDATE message_chunks SET tts_status = 'lost', lease_owner = 'x' WHERE chunk_index = 1;
         UPDATE user_settings SET value = '\"purple\"' WHERE key = 'theme';
         UPDATE daily_progress SET xp = -5;
         UPDATE conversation_events SET event_type = 'bogus' WHERE id = (SELECT min(id) FROM conversation_events);",
    );
    let before = texts(&sick);
    let outcome = sick.repaired();
    assert_eq!(texts(&sick), before);
    assert_eq!(
        sick.one(
            "SELECT count(*) FROM messages WHERE role = 'assistant' AND status = 'interrupted'"
        ),
        "1"
    );
    assert_eq!(sick.one("SELECT count(*) FROM user_settings"), "1");
    let rejects = rejects_of(&outcome);
    for words in ["robot", "purple", "bogus", "strange", "5000000000"] {
        assert!(rejects.contains(words), "{words} is kept aside");
        assert!(!outcome.text.contains(words), "{}", outcome.text);
    }
    assert_eq!(outcome.tables["daily_progress"].rejected, 1);
}

/// What was said, whatever stands around it.
fn texts(sick: &Sick) -> Vec<String> {
    let raw = sick.raw();
    let mut statement = raw
        .prepare("SELECT id || content FROM messages ORDER BY id")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn messages_without_a_conversation_get_one_where_they_can_be_read() {
    let sick = Sick::new();
    let lost = sick.one("SELECT min(id) FROM conversations");
    let messages = sick.one(&format!(
        "SELECT count(*) FROM messages WHERE conversation_id = {lost}"
    ));
    sick.damage(&format!("DELETE FROM conversations WHERE id = {lost}"));
    let outcome = sick.repaired();
    assert_eq!(outcome.tables["conversations"].recreated, 1);
    assert_eq!(
        sick.one(&format!(
            "SELECT title FROM conversations WHERE id = {lost}"
        )),
        "Recovered conversation"
    );
    assert_eq!(
        sick.one(&format!(
            "SELECT message_count FROM conversations WHERE id = {lost}"
        )),
        messages
    );
    assert_eq!(sick.missing().len(), 1, "only the conversation's own row");
}

#[test]
fn rows_without_a_profile_go_to_the_one_that_is_left_or_to_a_new_one() {
    let sick = Sick::new();
    sick.damage("DELETE FROM users");
    let outcome = sick.repaired();
    assert_eq!(outcome.tables["users"].recreated, 1);
    assert_eq!(sick.missing().len(), 1, "only the profile's own row");

    // Numbers that never were a profile's.
    for user in [
        "12345",
        "-7",
        "user_id | (1 << 62)",
        "(user_id | 8) - (user_id & 8)",
    ] {
        let sick = Sick::new();
        sick.damage(&format!(
            "UPDATE conversations SET user_id = {user} WHERE id = (SELECT min(id) FROM conversations)"
        ));
        sick.repaired();
        assert_eq!(sick.one("SELECT count(*) FROM users"), "1", "{user}");
        assert_eq!((sick.missing(), sick.added()), (vec![], vec![]), "{user}");
    }
}

#[test]
fn what_was_one_persons_is_not_given_to_another_when_a_profile_is_lost() {
    for conversations in [1, 3] {
        let sick = Sick::new();
        let first = sick.one("SELECT id FROM users");
        let second = first.parse::<i64>().unwrap() + 0x7_1234_5678;
        sick.damage(&format!(
            "INSERT INTO users (id, username, display_name, created_at, updated_at)
                 VALUES ({second}, 'second', 'Second', 0, 0);
             UPDATE conversations SET user_id = {second}, folder_id = NULL
                 WHERE id IN (SELECT id FROM conversations ORDER BY id DESC LIMIT {conversations});
             DELETE FROM users WHERE id = {first};"
        ));
        let of_each =
            "SELECT group_concat(user_id || ' ' || id, ',' ORDER BY id) FROM conversations";
        let before = sick.one(of_each);
        let outcome = sick.repaired();
        assert_eq!(sick.one(of_each), before);
        assert_eq!(outcome.tables["users"].recreated, 1);
        assert_eq!(
            sick.one(&format!(
                "SELECT display_name FROM users WHERE id = {first}"
            )),
            "Recovered profile"
        );
        assert_eq!(
            sick.one(&format!(
                "SELECT count(*) FROM user_settings WHERE user_id = {first}"
            )),
            "2"
        );
    }
}

#[test]
fn what_means_nothing_without_its_parent_goes_and_what_does_stays() {
    let sick = Sick::new();
    let lost = "SELECT id FROM messages WHERE sequence_number IN (5, 6, 8)";
    sick.damage(&format!("DELETE FROM messages WHERE id IN ({lost})"));
    let outcome = sick.repaired();
    assert_eq!(sick.one("SELECT count(*) FROM operations"), "0");
    assert_eq!(outcome.tables["operations"].rejected, 4);
    assert_eq!(
        sick.one("SELECT count(*) FROM conversation_notes WHERE message_id IS NULL"),
        "4"
    );
    assert_eq!(
        sick.one("SELECT count(*) FROM vocabulary_words WHERE source_message_id IS NULL"),
        "4"
    );
}

#[test]
fn what_was_kept_aside_goes_with_the_undo_copy_after_thirty_days() {
    let sick = Sick::new();
    sick.damage("UPDATE daily_progress SET xp = -5");
    let rejects = sick.repaired().rejects.unwrap();
    let open_after = |days: i64| {
        let now = NOON.plus_millis(days * 24 * 60 * 60 * 1000);
        let clock = std::sync::Arc::new(parlance_storage::ManualClock::new(now));
        crate::support::open(sick.path(), &clock).close().unwrap();
    };
    open_after(29);
    assert!(rejects.exists());
    open_after(31);
    assert!(!rejects.exists());
}

#[test]
fn ids_that_are_none_do_not_keep_what_hangs_on_them_from_being_read() {
    for damage in [
        "UPDATE users SET id = -1; UPDATE conversations SET user_id = -1",
        "UPDATE messages SET conversation_id = -7 WHERE conversation_id = (SELECT min(id) FROM conversations);
         UPDATE conversations SET id = -7 WHERE id = (SELECT min(id) FROM conversations)",
    ] {
        let sick = Sick::new();
        let before = texts(&sick);
        sick.damage(damage);
        sick.repaired();
        assert_eq!(texts(&sick), before, "{damage}");
        assert_eq!(sick.one("SELECT count(*) FROM users"), "1");
    }
}

#[test]
fn a_reply_whose_row_is_gone_is_put_together_from_its_chunks() {
    let sick = Sick::new();
    let reply =
        sick.one("SELECT max(id) FROM messages WHERE role = 'assistant' AND length(content) < 100");
    let edited = sick.one("SELECT min(message_id) FROM message_edit_history");
    let content = |id: &str| sick.one(&format!("SELECT content FROM messages WHERE id = {id}"));
    let before = (content(&reply), content(&edited));
    sick.damage(&format!(
        "DELETE FROM messages WHERE id IN ({reply}, {edited})"
    ));
    let outcome = sick.repaired();
    assert_eq!(outcome.tables["messages"].recreated, 2);
    assert_eq!((content(&reply), content(&edited)), before);
}

#[test]
fn folders_that_lie_in_each_other_are_taken_apart() {
    let sick = Sick::new();
    sick.damage(
        "INSERT INTO conversation_folders (id, user_id, name, created_at, updated_at) SELECT 72, id, 'B', 0, 0 FROM users;
         UPDATE conversation_folders SET parent_folder_id = CASE id WHEN 71 THEN 72 ELSE 71 END;
         UPDATE conversations SET message_count = message_count + 1",
    );
    sick.repaired();
    assert_eq!(
        sick.one("SELECT count(*) FROM conversation_folders WHERE parent_folder_id IS NULL"),
        "1"
    );
}

#[test]
fn a_cancelled_repair_leaves_everything_as_it_was_at_whatever_moment() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let in_place = [Stage::Copying, Stage::Checking, Stage::Indexing];
    let anew = [
        Stage::Copying,
        Stage::Checking,
        Stage::Salvaging,
        Stage::Indexing,
    ];
    let cases: [(&str, &[Stage]); 2] = [
        ("UPDATE conversations SET message_count = 99", &in_place),
        ("UPDATE messages SET content = CAST(X'ff' AS TEXT)", &anew),
    ];
    for (damage, stages) in cases {
        let sick = Sick::new();
        sick.damage(damage);
        let (before, names) = (sick.bytes(), sick.listing());
        for stage in stages {
            let cancelled = AtomicBool::new(false);
            let report = |progress: Progress| {
                if progress.stage == *stage {
                    cancelled.store(true, Ordering::Relaxed);
                }
            };
            let outcome = doctor::repair(sick.path(), &Watch::new(&report, &cancelled), NOON);
            assert_eq!(outcome, Err(Error::Cancelled), "{stage:?}");
            assert!(sick.bytes() == before, "{stage:?}");
            assert_eq!(sick.listing(), names, "{stage:?}");
        }
        sick.repaired();
    }
}

#[test]
fn once_the_new_database_takes_its_place_it_cannot_be_cancelled() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let sick = Sick::new();
    sick.damage("UPDATE conversations SET message_count = 99");
    let cancelled = AtomicBool::new(false);
    let report = |progress: Progress| {
        if progress.stage == Stage::Replacing {
            cancelled.store(true, Ordering::Relaxed);
        }
    };
    let outcome = doctor::repair(sick.path(), &Watch::new(&report, &cancelled), NOON);
    assert_eq!(outcome.unwrap().method, Method::Mended);
}

#[test]
fn a_running_app_is_not_repaired_under_its_feet() {
    let world = crate::support::World::new();
    let outcome = doctor::repair(world.path(), &Watch::nobody(), NOON);
    assert_eq!(outcome, Err(Error::AlreadyOpen));
    assert!(doctor::report(world.path()).unwrap().ok);
}

/// SQLite's locks of this process on a file, as the kernel lists them: piece by piece, so that a lock of somebody else
/// that comes or goes meanwhile has one of ours listed twice or not at all. So the list is read more than once.
#[cfg(target_os = "linux")]
fn locks_on(file: &std::path::Path) -> BTreeSet<String> {
    use std::os::unix::fs::MetadataExt;
    let inode = format!(":{} ", fs::metadata(file).unwrap().ino());
    (0..5)
        .map(|_| fs::read_to_string("/proc/locks").unwrap())
        .collect::<String>()
        .lines()
        .filter(|line| line.contains("POSIX") && line.contains(&inode))
        .map(|line| line.split_once(' ').unwrap().1.to_owned())
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn neither_a_repair_nor_a_rescue_that_is_refused_takes_a_lock_of_a_running_app_away() {
    let world = crate::support::World::new();
    let conversation = world.conversation();
    world.send(conversation, "Còn ai ở đó không?").unwrap();
    let file = world.path().join("parlance.db");
    let before = locks_on(&file);
    assert!(!before.is_empty());
    let refused = doctor::repair(world.path(), &Watch::nobody(), NOON);
    assert_eq!(refused, Err(Error::AlreadyOpen));
    assert_eq!(locks_on(&file), before);
    let into = world.path().join("readable");
    let refused = doctor::rescue(world.path(), &into, &Watch::nobody(), NOON);
    assert_eq!(refused, Err(Error::AlreadyOpen));
    assert_eq!(locks_on(&file), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_on_a_running_app_takes_none_of_its_locks_away() {
    let world = crate::support::World::new();
    let conversation = world.conversation();
    world.send(conversation, "Is anybody there?").unwrap();
    let file = world.path().join("parlance.db");
    let before = locks_on(&file);
    assert!(!before.is_empty());
    let report = doctor::report(world.path()).unwrap();
    assert!(report.ok, "{}", report.text);
    assert_eq!(report.rows["messages"], Some(1));
    assert_eq!(locks_on(&file), before);
}
