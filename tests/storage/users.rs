//! Profiles.

use parlance_storage::{ChangeKind, Entity, Error, UserId, user};

use crate::support::{NOON, World};

#[test]
fn the_first_launch_makes_one_profile_and_later_ones_find_it() {
    let world = World::new();
    let first = world.write(|tx| user::ensure_first(tx, NOON)).unwrap();
    assert_eq!(first.id, world.user);
    assert_eq!(
        (first.username.as_str(), first.created_at),
        ("learner", NOON)
    );
    let count: u32 = world
        .raw()
        .query_row("SELECT count(*) FROM users", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
}

#[test]
fn making_the_profile_is_told() {
    let world = World::new();
    world.raw().execute("DELETE FROM users", []).unwrap();
    let mut changes = world.db.changes();
    assert_eq!(world.read(user::find_first).unwrap(), None);
    let made = world.write(|tx| user::ensure_first(tx, NOON)).unwrap();
    let set = changes.blocking_recv().unwrap();
    assert_eq!(
        (set.changes[0].entity, set.changes[0].kind),
        (Entity::User, ChangeKind::Inserted)
    );
    assert_eq!(set.changes[0].id, made.id.to_string());
}

#[test]
fn an_unknown_profile_is_not_found() {
    let world = World::new();
    let unknown = UserId::new(NOON);
    let error = world.read(move |tx| user::get(tx, unknown)).unwrap_err();
    assert_eq!(
        error,
        Error::NotFound {
            what: "profile",
            id: unknown.to_string()
        }
    );
    assert_eq!(
        error.to_string(),
        format!("There is no profile with the id {unknown}.")
    );
}
