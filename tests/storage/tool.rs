//! The real `parlance-db`, as people and scripts run it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{World, json, parlance_db};

fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn migrate_makes_a_database_that_status_describes_and_verify_finds_sound() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let newest = parlance_storage::migrations::EMBEDDED.len();
    let made = parlance_db(&data_dir, &["migrate"]);
    assert!(made.status.success(), "{made:?}");
    assert!(
        text(&made.stdout).contains(&format!("applied migrations 1 to {newest}")),
        "{made:?}"
    );
    assert!(
        text(&parlance_db(&data_dir, &["migrate"]).stdout)
            .contains(&format!("is up to date at version {newest}."))
    );

    let before = listing(&data_dir);
    let output = parlance_db(&data_dir, &["status", "--json"]);
    assert!(output.status.success());
    let status = json(&output);
    let names: Vec<&str> = status["migrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names[..11],
        [
            "initial_schema",
            "users_authentication",
            "conversations",
            "messages",
            "message_chunks",
            "conversation_events",
            "memory_management",
            "learning_features",
            "organization_features",
            "sharing_features",
            "user_features"
        ]
    );
    assert!(status["tables"].as_array().unwrap().len() >= 26);
    assert_eq!(status["user_version"], newest);
    assert_eq!(status["pragmas"]["journal_mode"], "wal");
    assert!(status["files"]["database"].as_u64().unwrap() > 4096);
    assert_eq!(listing(&data_dir), before, "status makes no file");

    let verified = parlance_db(&data_dir, &["verify", "--json"]);
    assert!(verified.status.success(), "{verified:?}");
    assert_eq!(json(&verified)["ok"], true);
}

#[test]
fn status_and_verify_say_that_there_is_no_database_and_make_none() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    for command in ["status", "verify"] {
        for data_dir in [folder.path(), &absent] {
            let output = parlance_db(data_dir, &[command]);
            assert_eq!(output.status.code(), Some(1));
            assert!(
                text(&output.stderr).contains("There is no database in"),
                "{output:?}"
            );
            assert_eq!(
                json(&parlance_db(data_dir, &[command, "--json"]))["error"]["code"],
                "not_found"
            );
        }
    }
    assert_eq!(listing(folder.path()), Vec::<String>::new());
}

#[test]
fn verify_names_the_damaged_row_and_exits_1() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "Hello").unwrap();
    world.db.close().unwrap();
    world
        .raw()
        .execute("UPDATE conversations SET message_count = 7", [])
        .unwrap();
    let output = parlance_db(world.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    let expected =
        format!("conversations {conversation}: message_count is 7, but there are 1 messages");
    assert!(
        text(&output.stdout).contains(&expected),
        "{}",
        text(&output.stdout)
    );
    let report = json(&parlance_db(world.path(), &["--json", "verify"]));
    assert_eq!(report["problems"][0]["row"], conversation.to_string());
    assert_eq!(report["problems"][0]["table"], "conversations");
}

#[test]
fn status_and_verify_work_beside_the_running_app() {
    let world = World::new();
    world.conversation();
    for command in ["status", "verify"] {
        let output = parlance_db(world.path(), &[command]);
        assert!(output.status.success(), "{output:?}");
    }
    world.conversation();
}

#[test]
fn a_database_from_the_future_is_described_but_not_migrated() {
    let world = World::new();
    world.db.close().unwrap();
    world.raw().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(
        json(&parlance_db(world.path(), &["status", "--json"]))["user_version"],
        99
    );
    let output = parlance_db(world.path(), &["migrate", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["error"]["code"], "schema_too_new");
    assert_eq!(
        parlance_db(world.path(), &["verify"]).status.code(),
        Some(1)
    );
}

#[test]
fn wrong_usage_exits_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["destroy"][..], &[], &["status", "--yaml"]] {
        assert_eq!(
            parlance_db(folder.path(), arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[test]
fn the_environment_names_the_data_directory() {
    let folder = tempfile::tempdir().unwrap();
    let run = |variable: &Path| {
        Command::new(env!("CARGO_BIN_EXE_parlance-db"))
            .arg("migrate")
            .env("PARLANCE_DATA_DIR", variable)
            .output()
            .unwrap()
    };
    assert!(run(&folder.path().join("đây/数据 %?#")).status.success());
    let status = parlance_db(&folder.path().join("đây/数据 %?#"), &["status"]);
    assert!(status.status.success(), "{status:?}");
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let output = parlance_db(&file, &["migrate", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["error"]["code"], "data_dir");
}

/// Permission denied would be the usual case, but a test may run as somebody to whom nothing is denied.
#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_looked_into_is_not_one_without_a_database() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let circle = folder.path().join("circle");
    std::os::unix::fs::symlink(&circle, &circle).unwrap();
    for data_dir in [folder.path().join("file"), circle] {
        for command in ["status", "verify"] {
            let output = parlance_db(&data_dir, &[command, "--json"]);
            assert_eq!(output.status.code(), Some(1));
            assert_eq!(json(&output)["error"]["code"], "data_dir", "{output:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_whose_name_is_not_text_is_a_directory_like_any_other() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let name = std::ffi::OsStr::from_bytes(b"d\xe9j\xe0 vu %41?");
    let data_dir = folder.path().join(name);
    assert_eq!(parlance_db(&data_dir, &["status"]).status.code(), Some(1));
    for arguments in [
        &["migrate", "--json"][..],
        &["status", "--json"],
        &["verify", "--json"],
    ] {
        let output = parlance_db(&data_dir, arguments);
        assert!(output.status.success(), "{output:?}");
        let database = json(&output)["database"].as_str().unwrap().to_owned();
        assert!(database.ends_with(" vu %41?/parlance.db"), "{database}");
        assert!(parlance_db(&data_dir, &arguments[..1]).status.success());
    }
    assert_eq!(
        listing(&data_dir),
        [
            "parlance.db",
            "parlance.lock",
            "parlance.marker",
            "parlance.state"
        ]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_said_and_a_closed_pipe_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let run = |out: fs::File| {
        Command::new(env!("CARGO_BIN_EXE_parlance-db"))
            .arg("--data-dir")
            .arg(folder.path())
            .arg("migrate")
            .stdout(out)
            .output()
            .unwrap()
    };
    let full = run(fs::File::options().write(true).open("/dev/full").unwrap());
    assert_eq!(full.status.code(), Some(1));
    assert!(
        text(&full.stderr).contains("the output could not be written"),
        "{full:?}"
    );
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let closed = run(fs::File::from(std::os::fd::OwnedFd::from(writer)));
    assert_eq!(
        (closed.status.code(), text(&closed.stderr)),
        (Some(1), String::new())
    );
}

#[test]
fn the_tool_makes_a_backup_before_it_adds_to_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chats.jsonl");
    let line = |text: &str| {
        let line =
            format!("{{\"conversation\":\"Chợ\",\"role\":\"user\",\"content\":\"{text}\"}}\n");
        fs::write(&file, line).unwrap();
    };
    let data_dir = folder.path().join("data");
    let run = |more: &[&str]| {
        let mut arguments = vec!["import", "--format", "jsonl", "--json"];
        arguments.extend(more);
        arguments.push(file.to_str().unwrap());
        parlance_db(&data_dir, &arguments)
    };
    line("one");
    let output = run(&[]);
    assert!(output.status.success(), "{output:?}");
    let made = || parlance_storage::backup::list(&data_dir).unwrap();
    assert_eq!(made(), [], "nothing was there");
    line("two");
    let output = run(&[]);
    assert_eq!(json(&output)["messages"], 1, "{output:?}");
    let made = made();
    assert_eq!(made.len(), 1);
    assert_eq!(
        made[0].reason,
        parlance_storage::backup::BackupReason::Import
    );
    assert_eq!(made[0].counts.unwrap().messages, 1);

    fs::rename(data_dir.join("backups"), data_dir.join("before")).unwrap();
    fs::write(data_dir.join("backups"), "a file stands in the way").unwrap();
    line("three");
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = json(&output)["error"]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.contains("--no-backup"), "{message}");
    let output = run(&["--no-backup"]);
    assert_eq!(json(&output)["messages"], 1, "{output:?}");
}

#[test]
fn restore_without_a_name_takes_the_newest_backup_that_holds_anything() {
    let world = crate::launch::lived_in();
    let full = crate::launch::back_up(&world);
    let empty = World::new();
    empty.clock.advance(3_600_000);
    let made = crate::backups::back_up(&empty);
    let backups = world.path().join("backups");
    fs::copy(
        crate::backups::path_of(&empty, &made),
        backups.join(&made.name),
    )
    .unwrap();
    world.db.close().unwrap();
    let output = parlance_db(world.path(), &["restore", "--json"]);
    assert_eq!(json(&output)["restored"], full.name.as_str(), "{output:?}");
    // Where none holds anything, an empty one is better than none.
    fs::remove_file(backups.join(&full.name)).unwrap();
    let output = parlance_db(world.path(), &["restore", "--json"]);
    assert_eq!(json(&output)["restored"], made.name.as_str(), "{output:?}");
}
