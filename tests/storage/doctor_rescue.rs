//! Writing out what can be read, whatever state the database is in.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use parlance_storage::doctor::{self, RescueOutcome};
use parlance_storage::{Error, Progress, Watch};

use crate::sick::{PAGE, Sick};
use crate::support::{NOON, REAL_TEXTS};

fn rescue(sick: &Sick, into: &Path) -> RescueOutcome {
    let before = sick.bytes();
    let outcome = doctor::rescue(sick.path(), into, &Watch::nobody(), NOON).unwrap();
    assert!(sick.bytes() == before, "the database is only read");
    outcome
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_word_can_be_read_without_the_app() {
    let sick = Sick::new();
    let into = sick.path().join("readable");
    let outcome = rescue(&sick, &into);
    assert_eq!(
        (outcome.conversations, outcome.messages, outcome.kept_aside),
        (4, 650, 0)
    );
    assert_eq!(names(&into), ["conversations", "everything.jsonl"]);
    let files = names(&into.join("conversations"));
    assert_eq!(files.len(), 4);
    let titles = ["Ça-va-J-ai-mangé", "我想练习口语-0-"];
    for title in titles {
        assert!(
            files.iter().any(|name| name.starts_with(title)),
            "{files:?}"
        );
    }
    let all: String = files
        .iter()
        .map(|name| fs::read_to_string(into.join("conversations").join(name)).unwrap())
        .collect();
    for text in REAL_TEXTS {
        assert!(all.contains(text), "{text}");
    }
    assert!(all.contains("**You** (2024-02-29 12:00 UTC)") && all.contains("**Partner**"));

    let lines = fs::read_to_string(into.join("everything.jsonl")).unwrap();
    let rows: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), sick.rows.len());
    let message = rows.iter().find(|row| row["table"] == "messages").unwrap();
    assert_eq!(
        message["row"]["id"].as_str().unwrap().len(),
        13,
        "an id is never a JSON number"
    );
    assert_eq!(message["row"]["content"], format!("{} 0", REAL_TEXTS[0]));
}

#[test]
fn a_database_that_does_not_open_is_written_out_too() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE messages SET content = CAST(X'48c32821' AS TEXT) WHERE sequence_number = 1",
    );
    sick.overwrite(0, &[0; PAGE]);
    let outcome = rescue(&sick, &sick.path().join("readable"));
    assert_eq!((outcome.conversations, outcome.messages), (4, 650));
    let lines = fs::read_to_string(sick.path().join("readable/everything.jsonl")).unwrap();
    assert!(lines.contains(r#""hex":"48c32821""#), "also as it was");
    assert!(
        outcome.text.contains("rows that are not as they should be"),
        "{}",
        outcome.text
    );
}

#[test]
fn a_title_cannot_lead_out_of_the_folder() {
    let sick = Sick::new();
    sick.damage("UPDATE conversations SET title = '../../../' || char(10) || 'x/..\\y', title_source = 'user'");
    let into = sick.path().join("a/b/readable");
    rescue(&sick, &into);
    for name in names(&into.join("conversations")) {
        assert!(name.starts_with("x-y-") && name.ends_with(".md"), "{name}");
    }
    assert_eq!(names(&sick.path().join("a")), ["b"]);
    assert_eq!(names(&sick.path().join("a/b")), ["readable"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_look_into_it() {
    use std::os::unix::fs::PermissionsExt;
    let sick = Sick::new();
    let into = sick.path().join("readable");
    rescue(&sick, &into);
    for path in [
        into.clone(),
        into.join("everything.jsonl"),
        into.join("conversations"),
    ] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn what_was_to_be_erased_is_not_brought_back() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE messages SET content = 'erase me', deleted_at = 0 WHERE sequence_number = 1;
         UPDATE messages SET content = 'in the trash', deleted_at = 5 WHERE sequence_number = 2",
    );
    let outcome = rescue(&sick, &sick.path().join("readable"));
    assert_eq!(outcome.messages, 646);
    let lines = fs::read_to_string(sick.path().join("readable/everything.jsonl")).unwrap();
    assert!(!lines.contains("erase me") && lines.contains("in the trash"));
}

#[test]
fn what_was_to_be_erased_is_not_brought_back_by_what_is_wrong_with_it() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE messages SET content = 'erase me', role = 'robot', deleted_at = 0 WHERE sequence_number = 1;
         UPDATE messages SET content = CAST('erase me' || X'ff' AS TEXT), deleted_at = 0 WHERE sequence_number = 2;
         UPDATE conversations SET deleted_at = 0, status = 'strange', topic = 'erase me'
             WHERE id = (SELECT min(id) FROM conversations);
         UPDATE messages SET content = 'erase me', role = 'robot'
             WHERE conversation_id = (SELECT min(id) FROM conversations);
         UPDATE message_edit_history SET previous_content = CAST('erase me' || X'ff' AS TEXT)
             WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = (SELECT min(id) FROM conversations));
         UPDATE messages SET content = 'not this', role = 'robot'
             WHERE sequence_number = 4 AND conversation_id = (SELECT max(id) FROM conversations);",
    );
    let outcome = rescue(&sick, &sick.path().join("readable"));
    let lines = fs::read_to_string(sick.path().join("readable/everything.jsonl")).unwrap();
    assert!(!lines.contains("erase me"));
    assert!(
        lines.contains("robot") && lines.contains("not this"),
        "what is to stay is there as it was"
    );
    let aside = lines.lines().filter(|line| line.contains("\"fate\""));
    assert_eq!(outcome.kept_aside, aside.count() as u64);
}

#[test]
fn secrets_stay_behind_also_where_nothing_tells_what_they_are() {
    let sick = Sick::new();
    let token = "0123456789abcdef".repeat(4);
    sick.damage(&format!(
        "UPDATE users SET password_hash = '$argon2id$secret', email = '{token}'"
    ));
    let (page, bytes) = (sick.pages("users", "leaf")[0], sick.bytes());
    let (_, header) = crate::doctor_pages::cell_of(&bytes, page, 0, true);
    let schema = sick.pages("sqlite_schema", "leaf");
    // A row with a text that says it is none, to which no schema leads.
    sick.overwrite(header + 2, &[bytes[header + 2] ^ 1]);
    for page in schema.into_iter().chain([1]) {
        sick.zero_page(page);
    }
    rescue(&sick, &sick.path().join("readable"));
    let lines = fs::read_to_string(sick.path().join("readable/everything.jsonl")).unwrap();
    let row = lines
        .lines()
        .find(|line| line.contains("\"Learner\""))
        .unwrap();
    assert!(row.contains("nothing tells to which table"), "{row}");
    assert!(
        !lines.contains("argon2id") && !lines.contains(&token),
        "{row}"
    );
}

#[test]
fn secrets_stay_behind() {
    let sick = Sick::new();
    sick.damage("UPDATE users SET password_hash = '$argon2id$secret'");
    rescue(&sick, &sick.path().join("readable"));
    let lines = fs::read_to_string(sick.path().join("readable/everything.jsonl")).unwrap();
    assert!(!lines.contains("argon2id"));
}

#[test]
fn what_is_made_anew_is_as_old_as_the_rescue() {
    let sick = Sick::new();
    sick.damage("DELETE FROM conversations WHERE id = (SELECT min(id) FROM conversations)");
    let into = sick.path().join("readable");
    rescue(&sick, &into);
    let lines = fs::read_to_string(into.join("everything.jsonl")).unwrap();
    let row = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .find(|row| row["row"]["title"] == "Recovered conversation")
        .unwrap();
    assert_eq!(row["row"]["updated_at"], NOON.as_millis());
}

#[test]
fn a_cancelled_or_impossible_rescue_leaves_no_half_folder() {
    let sick = Sick::new();
    let names_before = sick.listing();
    for steps in [1, 3, 8] {
        let cancelled = AtomicBool::new(false);
        let seen = std::sync::atomic::AtomicU32::new(0);
        let report = |_: Progress| {
            if seen.fetch_add(1, Ordering::Relaxed) + 1 >= steps {
                cancelled.store(true, Ordering::Relaxed);
            }
        };
        let into = sick.path().join("readable");
        let outcome = doctor::rescue(sick.path(), &into, &Watch::new(&report, &cancelled), NOON);
        assert_eq!(outcome, Err(Error::Cancelled));
        assert_eq!(sick.listing(), names_before);
    }
    let taken = sick.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    let outcome = doctor::rescue(sick.path(), &taken, &Watch::nobody(), NOON);
    assert!(
        matches!(outcome, Err(Error::Conflict { .. })),
        "{outcome:?}"
    );
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    let empty = tempfile::tempdir().unwrap();
    let outcome = doctor::rescue(
        empty.path(),
        &empty.path().join("x"),
        &Watch::nobody(),
        NOON,
    );
    assert!(matches!(outcome, Err(Error::Missing { .. })), "{outcome:?}");
    assert_eq!(names(empty.path()), Vec::<String>::new());
}

#[test]
fn notes_that_were_to_be_erased_and_what_was_made_of_erased_words_are_not_brought_back() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE conversation_notes SET content = 'erase this note', deleted_at = 0
             WHERE id = (SELECT min(id) FROM conversation_notes);
         UPDATE conversation_notes SET content = 'in the trash', deleted_at = 5
             WHERE id = (SELECT max(id) FROM conversation_notes);
         UPDATE messages SET content = 'erase these words', deleted_at = 0 WHERE sequence_number IN (1, 6);
         UPDATE conversations SET title = 'erase this title', title_source = 'auto';
         UPDATE conversation_summaries SET summary_text = 'erase this summary';
         UPDATE vocabulary_words SET example_sentence = 'erase this example';
         UPDATE message_bookmarks SET note = 'stays' WHERE id = (SELECT min(id) FROM message_bookmarks);",
    );
    rescue(&sick, &sick.path().join("readable"));
    let into = sick.path().join("readable");
    let mut all = fs::read_to_string(into.join("everything.jsonl")).unwrap();
    for name in names(&into.join("conversations")) {
        all += &name;
        all += &fs::read_to_string(into.join("conversations").join(name)).unwrap();
    }
    for trace in ["note", "these words", "title", "summary", "example"] {
        let trace = if trace == "these words" {
            "erase these words".to_owned()
        } else {
            format!("erase this {trace}")
        };
        assert!(!all.contains(&trace), "{trace}");
    }
    assert!(all.contains("in the trash") && all.contains("stays"));
}
