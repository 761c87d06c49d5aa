//! A clock that is wrong at a start, by years, in either direction.

use std::fs;

use parlance_storage::Watch;
use parlance_storage::backup::{self, BackupReason};

use crate::launch::{back_up, lived_in, undo_copy};
use crate::support::{NOON, World};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

#[test]
fn a_clock_that_is_ahead_at_one_start_removes_nothing_for_good() {
    let world = lived_in();
    let made = back_up(&world);
    world.db.close().unwrap();
    backup::restore(world.path(), &made.name, NOON, &Watch::nobody()).unwrap();
    let world = world.reopened();
    world.db.close().unwrap();
    world.clock.advance(YEAR);
    let world = world.reopened();
    assert!(world.db.launch().trusted_at < NOON.plus_millis(DAY));
    undo_copy(&world);
    world.db.close().unwrap();
    world.clock.advance(-YEAR);
    let world = world.reopened();
    undo_copy(&world);
    assert_eq!(world.db.launch().trusted_at, world.now());
    // A later time is believed when the clock has stood there for a day of its own.
    world.db.close().unwrap();
    world.clock.advance(31 * DAY);
    let mut world = world;
    for pause in [0, MINUTE, 23 * HOUR] {
        world.clock.advance(pause);
        world = world.reopened();
        undo_copy(&world);
        assert!(world.db.launch().trusted_at < NOON.plus_millis(DAY));
        world.db.close().unwrap();
    }
    world.clock.advance(HOUR);
    let world = world.reopened();
    assert_eq!(world.db.launch().trusted_at, world.now());
    let left = backup::list(world.path()).unwrap();
    assert!(left.iter().all(|one| one.reason != BackupReason::Replaced));
}

#[test]
fn a_clock_that_jumps_twice_is_not_believed_the_sooner() {
    let world = lived_in();
    world.db.close().unwrap();
    world.clock.advance(4 * YEAR);
    let world = world.reopened();
    world.db.close().unwrap();
    // The second time is no witness of the first.
    world.clock.advance(20 * YEAR);
    let world = world.reopened();
    assert!(world.db.launch().trusted_at < NOON.plus_millis(DAY));
    world.db.close().unwrap();
    world.clock.advance(-24 * YEAR + HOUR);
    let world = world.reopened();
    assert_eq!(world.db.launch().trusted_at, world.now());
}

#[test]
fn whoever_starts_the_app_every_few_weeks_is_believed_in_the_end() {
    let world = lived_in();
    let mut world = world;
    let mut before = world.now();
    for start in 0..6 {
        world.db.close().unwrap();
        world.clock.advance(40 * DAY);
        world = world.reopened();
        let trusted_at = world.db.launch().trusted_at;
        assert!(trusted_at >= before || start < 2, "{start}: {trusted_at:?}");
        before = world.now().plus_millis(-40 * DAY);
    }
}

#[test]
fn a_clock_is_not_believed_where_its_last_look_is_gone() {
    let world = lived_in();
    world.db.close().unwrap();
    fs::remove_file(world.path().join("parlance.state")).unwrap();
    world.clock.advance(YEAR);
    let world = world.reopened();
    assert!(world.db.launch().trusted_at <= NOON);
    assert!(backup::state(world.path()).budget_is_lost);
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
        world.clock.advance(behind + 28 * DAY);
        // After a day of its own the clock is believed.
        let world = world.reopened();
        world.db.close().unwrap();
        world.clock.advance(DAY);
        let world = world.reopened();
        assert_eq!(undo_copy(&world), copy);
        world.db.close().unwrap();
        world.clock.advance(2 * DAY);
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

#[test]
fn what_is_deleted_after_a_slip_of_the_clock_leaves_the_trash_in_time() {
    let world = lived_in();
    world.db.close().unwrap();
    world.clock.advance(10 * YEAR);
    let world = world.reopened();
    world
        .send(world.conversation(), "said in the year of the slip")
        .unwrap();
    world.db.close().unwrap();
    world.clock.advance(-10 * YEAR + HOUR);
    let world = world.reopened();
    let conversation = world.conversation();
    world.send(conversation, "said and deleted later").unwrap();
    world.delete(conversation).unwrap();
    world.clock.advance(30 * DAY);
    assert_eq!(world.erase_due(), 0, "it has not lain there for 30 days");
    world.clock.advance(2 * DAY);
    assert!(world.erase_due() > 0);
    assert_eq!(world.trash(), []);
}

#[test]
fn what_is_deleted_while_the_clock_is_far_behind_does_not_look_old() {
    let world = lived_in();
    let conversation = world.conversation();
    world.send(conversation, "deleted in 1970").unwrap();
    let fallen = |world: &World| {
        world.clock.advance(-NOON.as_millis());
        world.delete(conversation).unwrap();
        world.clock.advance(NOON.as_millis());
        assert_eq!(world.erase_due(), 0);
    };
    fallen(&world);
    // Nor if the app was started like that, more than once.
    let other = world.conversation();
    world.send(other, "deleted in 1970").unwrap();
    world.db.close().unwrap();
    world.clock.advance(-NOON.as_millis());
    world.reopened_for_a_moment();
    let world = world.reopened();
    world.delete(other).unwrap();
    world.clock.advance(NOON.as_millis());
    assert_eq!(world.erase_due(), 0);
}
