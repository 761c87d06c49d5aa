//! The data directory: whose it is, who may look into it, and what must lie in it together.

use std::fs;
use std::sync::{Arc, Barrier};
use std::thread;

use parlance_storage::{Database, Error, ManualClock, Watch, backup, doctor, status, user, verify};

use crate::support::{NOON, World, open, options};

#[test]
fn a_directory_can_be_open_only_once() {
    let world = World::new();
    assert_eq!(
        Database::open(world.path(), options(&world.clock)).unwrap_err(),
        Error::AlreadyOpen
    );
    world.db.close().unwrap();
    open(world.path(), &world.clock);
}

#[cfg(unix)]
#[test]
fn a_closed_directory_can_be_opened_at_once_while_other_threads_start_programs() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let world = World::new();
    world.db.close().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let started = Arc::new(Barrier::new(3));
    let spawners: Vec<_> = (0..2)
        .map(|_| {
            let (stop, started) = (Arc::clone(&stop), Arc::clone(&started));
            thread::spawn(move || {
                started.wait();
                while !stop.load(Ordering::Relaxed) {
                    let status = std::process::Command::new("/bin/true").status();
                    assert!(status.unwrap().success());
                }
            })
        })
        .collect();
    started.wait();
    let opened = (0..100)
        .filter(|_| {
            Database::open(world.path(), options(&world.clock)).is_ok_and(|db| db.close().is_ok())
        })
        .count();
    stop.store(true, Ordering::Relaxed);
    for spawner in spawners {
        spawner.join().unwrap();
    }
    assert_eq!(opened, 100, "every attempt must find the directory free");
}

#[test]
fn a_log_whose_database_is_missing_or_empty_is_refused_and_not_touched() {
    let world = World::new();
    world.send(world.conversation(), "Đừng vứt đi.").unwrap();
    let log = fs::read(world.path().join("parlance.db-wal")).unwrap();
    for (database, state) in [(None, "missing"), (Some(""), "empty")] {
        let copy = tempfile::tempdir().unwrap();
        let path = |name: &str| copy.path().join(name);
        fs::write(path("parlance.db-wal"), &log).unwrap();
        if let Some(content) = database {
            fs::write(path("parlance.db"), content).unwrap();
        }
        let opened = Database::open(copy.path(), options(&world.clock)).map(drop);
        let expected = Error::Corrupt {
            detail: format!(
                "parlance.db is {state}, but its log parlance.db-wal holds {} bytes of changes; \
                 nothing was touched",
                log.len()
            ),
        };
        assert_eq!(opened, Err(expected.clone()));
        assert_eq!(status::read(copy.path()), Err(expected));
        let report = verify::run(copy.path()).unwrap().unwrap();
        assert!(report.problems[0].problem.contains("its log"), "{report:?}");
        assert!(fs::read(path("parlance.db-wal")).unwrap() == log);
        assert_eq!(path("parlance.db").exists(), database.is_some());
    }
}

#[test]
fn what_a_first_start_left_unfinished_is_no_obstacle_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "parlance.db.new",
        "parlance.db.new-journal",
        "parlance.db.new-wal",
    ] {
        fs::write(folder.path().join(name), [0; 4096]).unwrap();
    }
    // From before the first page was written elsewhere.
    fs::write(folder.path().join("parlance.db"), "").unwrap();
    let db = open(folder.path(), &Arc::new(ManualClock::new(NOON)));
    db.close().unwrap();
    let report = verify::run(folder.path()).unwrap().unwrap();
    assert!(report.ok, "{report:#?}");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "parlance.db",
            "parlance.lock",
            "parlance.marker",
            "parlance.state"
        ]
    );
}

#[cfg(unix)]
#[test]
fn the_directory_and_its_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let data_dir = parent.path().join("new/data");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let clock = Arc::new(ManualClock::new(NOON));
    let db = open(&data_dir, &clock);
    db.write_blocking(|tx| user::ensure_first(tx, NOON))
        .unwrap();
    assert_eq!(mode(&data_dir), 0o700);
    for name in [
        "parlance.db",
        "parlance.db-wal",
        "parlance.db-shm",
        "parlance.lock",
    ] {
        assert_eq!(mode(&data_dir.join(name)), 0o600, "{name}");
    }
    db.close().unwrap();

    // Opened wide by a careless copy, and closed again at the next start.
    fs::set_permissions(&data_dir, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(
        data_dir.join("parlance.db"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    drop(open(&data_dir, &clock));
    assert_eq!(
        (mode(&data_dir), mode(&data_dir.join("parlance.db"))),
        (0o700, 0o600)
    );
}

#[cfg(unix)]
#[test]
fn a_directory_that_holds_other_things_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("letter.txt"), "not ours").unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    drop(open(home.path(), &Arc::new(ManualClock::new(NOON))));
    assert_eq!(
        fs::metadata(home.path()).unwrap().permissions().mode() & 0o777,
        0o755
    );
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let error = Database::open(
        &file.join("data"),
        options(&Arc::new(ManualClock::new(NOON))),
    )
    .unwrap_err();
    assert_eq!(error.code(), "data_dir");
    assert!(error.to_string().contains("file/data"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_database_that_is_a_link_to_elsewhere_is_refused_and_not_touched() {
    let world = crate::launch::lived_in();
    let made = crate::launch::back_up(&world);
    world.db.close().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("elsewhere.db");
    let link = world.path().join("parlance.db");
    fs::rename(&link, &target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let before = fs::read(&target).unwrap();
    let opened = Database::open(world.path(), options(&world.clock));
    let repaired = doctor::repair(world.path(), &Watch::nobody(), NOON);
    let into = elsewhere.path().join("rescued");
    let rescued = doctor::rescue(world.path(), &into, &Watch::nobody(), NOON);
    let restored = backup::restore(world.path(), &made.name, NOON, &Watch::nobody());
    for error in [
        opened.unwrap_err(),
        repaired.unwrap_err(),
        rescued.unwrap_err(),
        restored.unwrap_err(),
    ] {
        assert_eq!(error.code(), "data_dir", "{error}");
        assert!(error.to_string().contains("is a link"), "{error}");
    }
    assert!(link.is_symlink());
    assert!(fs::read(&target).unwrap() == before);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}
