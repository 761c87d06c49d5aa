//! A clock that is wrong at a start, by years, in either direction.

use std::fs;

use parlance_storage::Watch;
use parlance_storage::backup::{self, BackupReason};

use crate::launch::{back_up, lived_in, undo_copy};
use crate::support::NOON;

#[test]
fn a_clock_that_is_ahead_at_one_start_removes_nothing_for_good() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
    let world = world.reopened();
    let year = 365 * 86_400_000;
    world.db.close().unwrap();
    world.clock.advance(year);
    let world = world.reopened();
    assert!(world.db.launch().trusted_at < NOON.plus_millis(86_400_000));
    undo_copy(&world);
    world.db.close().unwrap();
    world.clock.advance(-year);
    let world = world.reopened();
    undo_copy(&world);
    assert_eq!(world.db.launch().trusted_at, world.now());
    // Looked at twice, a later time is believed.
    world.db.close().unwrap();
    world.clock.advance(31 * 86_400_000);
    let world = world.reopened();
    undo_copy(&world);
    world.db.close().unwrap();
    let world = world.reopened();
    let left = backup::list(world.path()).unwrap();
    assert!(left.iter().all(|one| one.reason != BackupReason::Replaced));
}

#[test]
fn what_was_replaced_by_a_clock_that_was_years_behind_is_kept_for_30_days() {
    for is_started_by_it in [false, true] {
        let world = lived_in();
        let made = back_up(&world);
        world.db.close().unwrap();
        let behind = NOON.as_millis() - 1_000_000;
        world.clock.advance(-behind);
        let world = if is_started_by_it {
            let world = world.reopened();
            world.db.close().unwrap();
            world
        } else {
            world
        };
        backup::restore(world.path(), &made.name, world.now(), &Watch::nobody()).unwrap();
        let copy = undo_copy(&world);
        world.clock.advance(behind + 29 * 86_400_000);
        // By the second start the clock is believed.
        let world = world.reopened();
        world.db.close().unwrap();
        let world = world.reopened();
        assert_eq!(undo_copy(&world), copy);
        world.db.close().unwrap();
        world.clock.advance(2 * 86_400_000);
        let world = world.reopened();
        let left = backup::list(world.path()).unwrap();
        assert!(left.iter().all(|one| one.reason != BackupReason::Replaced));
    }
}

#[test]
fn a_backup_of_the_far_future_does_not_keep_what_is_replaced_for_good() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    let backups = world.path().join("backups");
    fs::copy(
        backups.join(&made.name),
        backups.join("parlance-21060207-062815-000-scheduled.plbackup"),
    )
    .unwrap();
    backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
    assert_eq!(undo_copy(&world).created_at, NOON);
}
