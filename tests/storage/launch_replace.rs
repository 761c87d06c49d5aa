//! A replacement of the database that a crash interrupted, its intent, and the undo copy it leaves.

use std::fs;

use parlance_storage::backup::{self, BackupReason};
use parlance_storage::{LaunchNotice, Watch, verify};

use crate::launch::{back_up, lived_in, message_count, undo_copy};
use crate::sick::{PAGE, Sick};
use crate::support::{NOON, REAL_TEXTS, World};

#[test]
fn a_restore_that_a_crash_interrupted_anywhere_is_finished_at_the_next_start() {
    // The states that a crash can leave between the intent and its end, made by hand.
    for done in 0..5 {
        let world = lived_in();
        let made = backup::create(
            world.path(),
            &backup::NewBackup {
                reason: BackupReason::Manual,
                app_version: "1".into(),
                now: NOON,
            },
            &Watch::nobody(),
        )
        .unwrap();
        world.send(world.conversation(), "later").unwrap();
        // Without closing: the last words are in the log.
        let (database, log) = (
            fs::read(world.path().join("parlance.db")).unwrap(),
            fs::read(world.path().join("parlance.db-wal")).unwrap(),
        );
        world.db.close().unwrap();
        backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
        let folder = world.path().to_owned();
        let path = |name: &str| folder.join(name);
        let kept = undo_copy(&world).name;
        // Back to the moment after the intent was written.
        fs::rename(path("parlance.db"), path("parlance.db-new")).unwrap();
        fs::remove_dir_all(path("replaced")).unwrap();
        fs::create_dir(path("replaced")).unwrap();
        fs::write(path("parlance.db"), &database).unwrap();
        fs::write(path("parlance.db-wal"), &log).unwrap();
        fs::write(
            path("parlance.intent"),
            format!("{{\"keep_as\":\"{kept}\"}}"),
        )
        .unwrap();
        let replaced = |name: &str| path("replaced").join(name);
        if done > 0 {
            fs::rename(path("parlance.db"), replaced(&kept)).unwrap();
        }
        if done > 1 {
            fs::rename(path("parlance.db-wal"), replaced(&format!("{kept}-wal"))).unwrap();
        }
        if done > 2 {
            fs::rename(path("parlance.db-new"), path("parlance.db")).unwrap();
        }
        if done > 3 {
            fs::write(path("parlance.db-wal"), "").unwrap();
        }
        let world = world.reopened();
        assert_eq!(
            world.db.launch().notices,
            [LaunchNotice::RestoreFinished],
            "{done}"
        );
        assert_eq!(
            message_count(world.path()),
            REAL_TEXTS.len() as i64,
            "{done}"
        );
        assert!(!path("parlance.intent").exists());
        world.db.close().unwrap();
        assert!(verify::run(world.path()).unwrap().unwrap().ok, "{done}");
        let copy = undo_copy(&world);
        assert_eq!(copy.name, kept);
        backup::restore(world.path(), &copy.name, NOON, &Watch::nobody()).unwrap();
        assert_eq!(
            message_count(world.path()),
            REAL_TEXTS.len() as i64 + 1,
            "{done}: with its log"
        );
    }
}

#[test]
fn an_intent_that_cannot_be_read_is_carried_out_within_the_directory() {
    // It was written all the same, and so the new database was whole and wanted.
    for intent in [
        "",
        "{}",
        "null",
        r#"{"keep_as":"../../etc/passwd"}"#,
        r#"{"keep_as":"20240101-000000-000.db/../../x"}"#,
    ] {
        let world = lived_in();
        let made = back_up(&world);
        world.send(world.conversation(), "later").unwrap();
        world.db.close().unwrap();
        backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
        let path = |name: &str| world.path().join(name);
        let copy = path("replaced").join(undo_copy(&world).name);
        fs::rename(path("parlance.db"), path("parlance.db-new")).unwrap();
        fs::rename(copy, path("parlance.db")).unwrap();
        fs::write(path("parlance.intent"), intent).unwrap();
        let world = world.reopened();
        assert_eq!(world.db.launch().notices, [LaunchNotice::RestoreFinished]);
        assert_eq!(
            message_count(world.path()),
            REAL_TEXTS.len() as i64,
            "{intent}"
        );
        assert!(
            world
                .path()
                .join("replaced")
                .join(undo_copy(&world).name)
                .exists()
        );
    }
}

#[test]
fn a_damaged_undo_copy_can_be_put_in_place_as_it_was() {
    let world = lived_in();
    let made = back_up(&world);
    world.send(world.conversation(), "only here").unwrap();
    world.db.close().unwrap();
    let file = world.path().join("parlance.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[..100].fill(0);
    fs::write(&file, &bytes).unwrap();
    backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
    let copy = undo_copy(&world);
    backup::restore(world.path(), &copy.name, NOON, &Watch::nobody()).unwrap();
    assert!(fs::read(&file).unwrap() == bytes);
    let outcome = parlance_storage::doctor::repair(world.path(), &Watch::nobody(), NOON).unwrap();
    assert!(outcome.text.contains("messages"), "{}", outcome.text);
    assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64 + 1);
}

#[test]
fn a_log_that_a_killed_restore_left_never_comes_beside_a_repaired_database() {
    let (world, stranger) = (lived_in(), World::new());
    stranger
        .send(stranger.conversation(), "a stranger")
        .unwrap();
    world.db.close().unwrap();
    let path = |name: &str| world.path().join(name);
    let mut bytes = fs::read(path("parlance.db")).unwrap();
    bytes[..100].fill(0);
    fs::write(path("parlance.db"), &bytes).unwrap();
    // An undo copy was on its way back when the process died, before it had written down its intent.
    for end in ["", "-wal"] {
        let from = stranger.path().join(format!("parlance.db{end}"));
        fs::copy(from, path(&format!("parlance.db-new{end}"))).unwrap();
    }
    parlance_storage::doctor::repair(world.path(), &Watch::nobody(), NOON).unwrap();
    assert!(!path("parlance.db-wal").exists());
    assert!(!path("parlance.db-new-wal").exists());
    let world = world.reopened();
    assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64);
    world.assert_sound();
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_moved_to_the_undo_copies_nothing_is_begun() {
    use std::os::unix::fs::MetadataExt;
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let world = lived_in();
    let device = |path: &std::path::Path| fs::metadata(path).unwrap().dev();
    if device(elsewhere.path()) == device(world.path()) {
        return;
    }
    let made = back_up(&world);
    world.send(world.conversation(), "later").unwrap();
    world.db.close().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), world.path().join("replaced")).unwrap();
    let before = fs::read(world.path().join("parlance.db")).unwrap();
    let error = backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap_err();
    assert_eq!(error.code(), "data_dir", "{error}");
    assert!(error.to_string().contains("replaced"), "{error}");
    assert!(!world.path().join("parlance.intent").exists());
    assert!(fs::read(world.path().join("parlance.db")).unwrap() == before);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    let world = world.reopened();
    assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64 + 1);
}

#[test]
fn an_intent_that_can_never_be_carried_out_is_given_up_while_the_old_database_is_untouched() {
    let world = lived_in();
    world.db.close().unwrap();
    let path = |name: &str| world.path().join(name);
    fs::copy(path("parlance.db"), path("parlance.db-new")).unwrap();
    fs::write(
        path("parlance.intent"),
        "{\"keep_as\":\"20240229-120000-000.db\"}",
    )
    .unwrap();
    // No file is ever renamed onto a directory.
    fs::create_dir_all(path("replaced/20240229-120000-000.db/full")).unwrap();
    let before = fs::read(path("parlance.db")).unwrap();
    let world = world.reopened();
    assert_eq!(world.db.launch().notices, []);
    let path = |name: &str| world.path().join(name);
    assert!(!path("parlance.intent").exists());
    assert!(!path("parlance.db-new").exists());
    assert_eq!(message_count(world.path()), REAL_TEXTS.len() as i64);
    assert_eq!(fs::read(path("parlance.db")).unwrap().len(), before.len());
}

#[test]
fn the_rejects_of_a_repair_that_was_interrupted_are_beside_the_undo_copy() {
    let sick = Sick::new();
    sick.damage(
        "UPDATE messages SET content = CAST(X'48c32821' AS TEXT) WHERE sequence_number = 1",
    );
    sick.overwrite(0, &[0; PAGE]);
    // What cannot be removed ends the replacement in its middle, as a kill does.
    let in_the_way = sick.path().join("parlance.db-shm");
    fs::create_dir(&in_the_way).unwrap();
    sick.repair().unwrap_err();
    assert!(sick.path().join("parlance.intent").exists());
    fs::remove_dir(in_the_way).unwrap();
    let clock = std::sync::Arc::new(parlance_storage::ManualClock::new(NOON));
    let db = crate::support::open(sick.path(), &clock);
    assert_eq!(db.launch().notices, [LaunchNotice::RestoreFinished]);
    db.close().unwrap();
    let kept = fs::read_dir(sick.path().join("replaced")).unwrap();
    let mut names: Vec<String> = kept
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[1], format!("{}-rejects.jsonl", names[0]));
    let rejects = fs::read_to_string(sick.path().join("replaced").join(&names[1])).unwrap();
    assert!(rejects.contains("48c32821"), "{rejects}");
}
