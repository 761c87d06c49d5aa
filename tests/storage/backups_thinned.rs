//! Which backups stay, and what is remembered about that beside the database.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use parlance_storage::backup::{self, Backup, BackupReason};
use parlance_storage::{Timestamp, Watch};

use crate::backups::{back_up, edit_manifest, lived_in, path_of, restore};
use crate::support::{World, open};

const MB: u64 = 1_000_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Backups of 200 MB each, a minute apart. All but the last kilobytes of each is a hole that takes no room.
fn large_backups(world: &World, count: usize) -> Vec<Backup> {
    (0..count)
        .map(|_| {
            world.clock.advance(MINUTE);
            let made = back_up(world);
            let path = path_of(world, &made);
            let bytes = fs::read(&path).unwrap();
            let mut file = fs::File::create(&path).unwrap();
            file.seek(SeekFrom::Start(200 * MB)).unwrap();
            file.write_all(&bytes).unwrap();
            made
        })
        .collect()
}

fn state_file(world: &World) -> std::path::PathBuf {
    world.path().join("parlance.state")
}

fn undo_copies(path: &Path) -> usize {
    let backups = backup::list(path).unwrap();
    backups
        .iter()
        .filter(|one| one.reason == BackupReason::Replaced)
        .count()
}

#[test]
fn a_budget_that_cannot_be_read_any_more_costs_no_backup_until_one_is_chosen_again() {
    let world = lived_in();
    backup::set_budget(world.path(), Some(5000 * MB)).unwrap();
    large_backups(&world, 8);
    assert!(backup::list(world.path()).unwrap()[0].is_usable());
    let mut bytes = fs::read(state_file(&world)).unwrap();
    bytes[0] ^= 0x20;
    fs::write(state_file(&world), &bytes).unwrap();
    world.db.close().unwrap();
    let world = world.reopened();
    assert_eq!(backup::thin(world.path(), world.now()), Ok(0));
    let told = serde_json::to_value(backup::overview(world.path()).unwrap()).unwrap();
    assert_eq!(told["budgetIsLost"], true);
    let kept = world.path().join("parlance.state-damaged");
    assert_eq!(fs::read(kept).unwrap(), bytes);

    backup::set_budget(world.path(), Some(1100 * MB)).unwrap();
    assert_eq!(backup::thin(world.path(), world.now()), Ok(3));
    let overview = backup::overview(world.path()).unwrap();
    assert!(overview.budget_is_chosen && !overview.budget_is_lost);
    assert_eq!(overview.backups.len(), 5);
}

#[test]
fn a_clock_is_not_believed_when_its_last_look_cannot_be_read_any_more() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    restore(&world, &made).unwrap();
    for damage in ["", "{", "{\"last_seen_at\": \"é\"}", "\u{0}\u{0}"] {
        fs::write(state_file(&world), damage).unwrap();
        world.clock.advance(400 * DAY);
        let db = open(world.path(), &world.clock);
        assert!(db.launch().trusted_at <= Timestamp::from_millis(0));
        db.close().unwrap();
        assert_eq!(undo_copies(world.path()), 1, "{damage}");
    }
}

#[cfg(unix)]
#[test]
fn a_state_that_the_disk_does_not_give_is_not_written_over_and_nothing_is_removed_by_it() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    restore(&world, &made).unwrap();
    // Whoever follows it is told of an error.
    fs::remove_file(state_file(&world)).unwrap();
    std::os::unix::fs::symlink("parlance.state", state_file(&world)).unwrap();
    world.clock.advance(400 * DAY);
    let world = world.reopened();
    assert_eq!(undo_copies(world.path()), 1);
    let refused = backup::set_budget(world.path(), Some(5000 * MB)).unwrap_err();
    assert_eq!(refused.code(), "io");
    let refused = backup::thin(world.path(), world.now()).unwrap_err();
    assert_eq!(refused.code(), "io");
    assert!(
        backup::overview(world.path()).is_ok(),
        "a list is shown all the same"
    );
    assert!(state_file(&world).is_symlink());
}

#[test]
fn a_backup_that_is_damaged_goes_with_its_age_and_says_why_it_was_made() {
    let world = lived_in();
    let made = back_up(&world);
    let backups = world.path().join("backups");
    // A second one of the same day is worth nothing once it is old.
    for name in [
        "parlance-20240101-080000-000-quit.plbackup",
        "parlance-20240101-070000-000-scheduled.plbackup",
        "parlance-20240101-060000-000-manual.plbackup",
    ] {
        fs::write(backups.join(name), "no zip file, mais des mots").unwrap();
    }
    let names = |world: &World| -> Vec<(String, BackupReason)> {
        let backups = backup::list(world.path()).unwrap();
        backups
            .into_iter()
            .map(|one| (one.name, one.reason))
            .collect()
    };
    let before = names(&world);
    let reasons: Vec<BackupReason> = before.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(
        reasons,
        [
            BackupReason::Manual,
            BackupReason::Quit,
            BackupReason::Scheduled,
            BackupReason::Manual
        ]
    );
    assert_eq!(backup::thin(world.path(), world.now()), Ok(1));
    let after = names(&world);
    assert_eq!(after, [&before[..2], &before[3..]].concat());
    assert_eq!(after[0].0, made.name);
}

#[cfg(target_os = "linux")]
#[test]
fn a_backup_that_the_disk_does_not_give_is_neither_removed_nor_told_as_damaged() {
    let world = lived_in();
    let made = back_up(&world);
    let backups = world.path().join("backups");
    let names = [
        "parlance-20240101-080000-000-quit.plbackup",
        "parlance-20240101-070000-000-scheduled.plbackup",
    ];
    for name in names {
        // Every attempt to read it is an error of the system.
        std::os::unix::fs::symlink("/proc/self/mem", backups.join(name)).unwrap();
    }
    assert_eq!(backup::thin(world.path(), world.now()), Ok(0));
    let trial = |name: &str| {
        let outcome = backup::trial(world.path(), name, world.now(), &Watch::nobody());
        outcome.map(|trial| trial.ok)
    };
    assert_eq!(trial(names[0]).unwrap_err().code(), "io");
    assert_eq!(backup::state(world.path()).last_trial_was_good, None);
    assert_eq!(trial(&made.name), Ok(true));
}

#[cfg(unix)]
#[test]
fn an_undo_copy_with_nothing_behind_its_name_is_neither_listed_nor_an_error() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    restore(&world, &made).unwrap();
    // As one that is removed between the look at the folder and the look at the file.
    let gone = world.path().join("replaced/20240101-070000-000.db");
    std::os::unix::fs::symlink("nowhere.db", gone).unwrap();
    assert_eq!(undo_copies(world.path()), 1);
}

#[test]
fn a_work_directory_that_cannot_be_removed_keeps_no_old_undo_copy_for_ever() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    restore(&world, &made).unwrap();
    fs::write(world.path().join("backups/.work-0"), "no directory").unwrap();
    world.clock.advance(31 * DAY);
    let world = world.reopened();
    world.db.close().unwrap();
    world.clock.advance(DAY);
    let world = world.reopened();
    assert_eq!(undo_copies(world.path()), 0);
}

#[test]
fn a_small_database_in_the_place_of_a_large_one_costs_no_backup() {
    for is_missing in [false, true] {
        let world = lived_in();
        let made = back_up(&world);
        let usual = || backup::overview(world.path()).unwrap().budget_bytes;
        assert_eq!(usual(), 500 * MB);
        // Once it was large: a backup of it says so, or an undo copy.
        edit_manifest(&path_of(&world, &made), |manifest| {
            manifest["database"]["bytes"] = (300 * MB).into();
        });
        assert_eq!(usual(), 1200 * MB);
        world.db.close().unwrap();
        if is_missing {
            fs::remove_file(world.path().join("parlance.db")).unwrap();
        }
        let replaced = world.path().join("replaced");
        fs::create_dir(&replaced).unwrap();
        let copy = fs::File::create(replaced.join("20240229-110000-000.db")).unwrap();
        copy.set_len(700 * MB).unwrap();
        assert_eq!(usual(), 2800 * MB);
        backup::set_budget(world.path(), None).unwrap();
        assert_eq!(usual(), 2800 * MB);
        assert_eq!(backup::thin(world.path(), world.now()), Ok(0));
    }
}

#[test]
fn what_killed_work_left_is_swept_wherever_it_worked() {
    let world = lived_in();
    world.db.close().unwrap();
    let path = |name: &str| world.path().join(name);
    for (folder, name) in [
        ("rescued/.repair-1-1/new", "parlance.db"),
        (".repair-1-1/copy", "parlance.db"),
        ("rescued/2024-02-29", "everything.jsonl"),
        ("replaced", "parlance.probe"),
        ("replaced", "20240101-070000-000.db.draft"),
        ("replaced", "20240101-080000-000.db-wal"),
        ("replaced", "20240101-090000-000.db-rejects.jsonl"),
        ("replaced", "20240228-090000-000.db-wal"),
        ("replaced", "mine.db"),
    ] {
        fs::create_dir_all(path(folder)).unwrap();
        fs::write(path(folder).join(name), "words").unwrap();
    }
    let world = world.reopened();
    let path = |name: &str| world.path().join(name);
    assert!(!path(".repair-1-1").exists());
    assert!(!path("rescued/.repair-1-1").exists());
    assert!(path("rescued/2024-02-29/everything.jsonl").exists());
    let mut left: Vec<String> = fs::read_dir(path("replaced"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["20240228-090000-000.db-wal", "mine.db"]);
}
