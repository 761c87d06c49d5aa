//! Templates that come with the app.

use parlance_storage::template::{self, BuiltInTemplate, Template};
use parlance_storage::{CefrLevel, ChangeKind, Error, TemplateId};
use tokio::sync::broadcast::error::TryRecvError;

use crate::support::{NOON, World};

pub fn cafe() -> BuiltInTemplate {
    BuiltInTemplate {
        slug: "at-the-cafe".into(),
        name: "At the café".into(),
        description: "Order a drink.".into(),
        level: Some(CefrLevel::A1),
        situation: Some("cafe".into()),
        system_prompt: String::new(),
        opening_message: "Hi! What can I get you?".into(),
    }
}

fn interview() -> BuiltInTemplate {
    BuiltInTemplate {
        slug: "job-interview".into(),
        name: "A job interview".into(),
        level: Some(CefrLevel::B2),
        situation: None,
        ..cafe()
    }
}

pub fn sync(world: &World, built_in: Vec<BuiltInTemplate>) {
    let now = world.now();
    world
        .write(move |tx| template::sync_built_in(tx, &built_in, now))
        .unwrap();
}

pub fn list(world: &World) -> Vec<Template> {
    let user = world.user;
    world.read(move |tx| template::list(tx, user)).unwrap()
}

#[test]
fn built_in_templates_are_stored_once_and_follow_the_app() {
    let world = World::new();
    let mut changes = world.db.changes();
    sync(&world, vec![cafe(), interview()]);
    let before = list(&world);
    assert_eq!(
        before
            .iter()
            .map(|template| template.slug.as_str())
            .collect::<Vec<_>>(),
        ["at-the-cafe", "job-interview"]
    );
    assert!(before.iter().all(|template| template.is_built_in));
    assert_eq!(before[0].situation.as_deref(), Some("cafe"));
    assert_eq!(changes.blocking_recv().unwrap().changes.len(), 2);

    sync(&world, vec![cafe(), interview()]);
    assert_eq!(changes.try_recv().unwrap_err(), TryRecvError::Empty);

    world.clock.advance(1_000);
    sync(
        &world,
        vec![BuiltInTemplate {
            name: "In the café".into(),
            ..cafe()
        }],
    );
    let after = list(&world);
    assert_eq!(
        (after[0].id, after[0].name.as_str()),
        (before[0].id, "In the café")
    );
    assert_eq!(
        (after[0].created_at, after[0].updated_at),
        (NOON, NOON.plus_millis(1_000))
    );
    assert_eq!(
        after[1], before[1],
        "one that the app no longer brings stays"
    );
    let set = changes.blocking_recv().unwrap();
    assert_eq!(
        (set.changes.len(), set.changes[0].kind),
        (1, ChangeKind::Updated)
    );
}

#[test]
fn what_an_older_app_stored_without_a_situation_gets_one() {
    let world = World::new();
    let old = BuiltInTemplate {
        situation: None,
        ..cafe()
    };
    sync(&world, vec![old]);
    assert_eq!(list(&world)[0].situation, None);
    sync(&world, vec![cafe()]);
    assert_eq!(list(&world)[0].situation.as_deref(), Some("cafe"));
    world.assert_sound();
}

#[test]
fn a_template_is_found_by_id_and_by_slug() {
    let world = World::new();
    sync(&world, vec![cafe()]);
    let (user, id) = (world.user, list(&world)[0].id);
    assert_eq!(
        world
            .read(move |tx| template::get(tx, user, id))
            .unwrap()
            .name,
        "At the café"
    );
    assert_eq!(
        world
            .read(move |tx| template::find_by_slug(tx, user, "at-the-cafe"))
            .unwrap()
            .unwrap()
            .id,
        id
    );
    assert_eq!(
        world
            .read(move |tx| template::find_by_slug(tx, user, "nowhere"))
            .unwrap(),
        None
    );
    let unknown = TemplateId::new(NOON);
    assert_eq!(
        world
            .read(move |tx| template::get(tx, user, unknown))
            .unwrap_err(),
        Error::NotFound {
            what: "template",
            id: unknown.to_string()
        }
    );
}

#[test]
fn a_learners_own_template_comes_before_the_built_in_one_and_is_nobody_elses() {
    let world = World::new();
    sync(&world, vec![cafe()]);
    let own = TemplateId::new(NOON);
    world
        .raw()
        .execute(
            "INSERT INTO conversation_templates (id, user_id, slug, name, created_at, updated_at)
             VALUES (?1, ?2, 'at-the-cafe', 'My café', 0, 0)",
            rusqlite::params![own, world.user],
        )
        .unwrap();
    let (user, stranger) = (world.user, world.stranger());
    let find = |who| {
        world
            .read(move |tx| template::find_by_slug(tx, who, "at-the-cafe"))
            .unwrap()
            .unwrap()
            .name
    };
    assert_eq!(find(user), "My café");
    assert_eq!(find(stranger), "At the café");
    assert_eq!(list(&world).len(), 2);
    assert_eq!(
        world
            .read(move |tx| template::get(tx, stranger, own))
            .unwrap_err()
            .code(),
        "not_found"
    );
}
