//! Model servers: kept by address, each learner's own, never with a key; and who answers in a conversation.

use parlance_storage::model_server::{self, ModelServer, NewModelServer};
use parlance_storage::settings::{self, UserSettingsPatch};
use parlance_storage::{
    ConversationId, Error, EventType, ModelServerId, TutorChoice, conversation, event,
};

use crate::support::World;

fn at(address: &str) -> NewModelServer {
    NewModelServer {
        name: "At home".to_owned(),
        address: address.to_owned(),
        allows_plain_http: false,
        uses_key: false,
    }
}

fn add(world: &World, new: NewModelServer) -> Result<ModelServer, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| model_server::insert(tx, user, new, now))
}

fn change(world: &World, id: ModelServerId, new: NewModelServer) -> Result<ModelServer, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| model_server::update(tx, user, id, new, now))
}

fn list(world: &World) -> Vec<ModelServer> {
    let user = world.user;
    world.read(move |tx| model_server::list(tx, user)).unwrap()
}

fn choose(
    world: &World,
    conversation: ConversationId,
    tutor: Option<TutorChoice>,
) -> Result<Option<TutorChoice>, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| {
        Ok(conversation::set_tutor(tx, user, conversation, tutor.as_ref(), now)?.tutor)
    })
}

fn model(server_id: ModelServerId, model: &str) -> TutorChoice {
    TutorChoice::Model {
        server_id,
        model: model.to_owned(),
    }
}

#[test]
fn servers_are_listed_in_the_order_in_which_they_were_added() {
    let world = World::new();
    let first = add(&world, at("http://127.0.0.1:11434/v1")).unwrap();
    let second = add(
        &world,
        NewModelServer {
            name: "  Trường học\n🏫 ".to_owned(),
            uses_key: true,
            ..at("https://models.example/v1")
        },
    )
    .unwrap();
    assert_eq!(second.name, "Trường học 🏫");
    assert_eq!(list(&world), [first, second]);
    world.assert_sound();
}

#[test]
fn an_address_is_in_the_list_once() {
    let world = World::new();
    let first = add(&world, at("http://a.local/v1")).unwrap();
    let second = add(&world, at("http://b.local/v1")).unwrap();
    assert!(matches!(
        add(&world, at("http://a.local/v1")),
        Err(Error::Conflict { .. })
    ));
    assert!(matches!(
        change(&world, second.id, at("http://a.local/v1")),
        Err(Error::Conflict { .. })
    ));
    let renamed = NewModelServer {
        name: "Renamed".to_owned(),
        ..at("http://a.local/v1")
    };
    assert_eq!(change(&world, first.id, renamed).unwrap().name, "Renamed");
}

#[test]
fn what_cannot_be_stored_is_refused_with_its_field() {
    let world = World::new();
    let refused = |new: NewModelServer| match add(&world, new) {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let called = |name: &str| NewModelServer {
        name: name.to_owned(),
        ..at("http://a.local/v1")
    };
    assert_eq!(refused(called(" \u{200b}\n")), "name");
    assert_eq!(refused(called(&"é".repeat(101))), "name");
    assert_eq!(refused(at("")), "address");
    assert_eq!(refused(at(&"x".repeat(2_001))), "address");
    assert_eq!(refused(at("http://a\0b/v1")), "address");
    assert!(list(&world).is_empty());
}

#[test]
fn there_is_room_for_fifty_and_no_more() {
    let world = World::new();
    for number in 0..model_server::MOST {
        add(&world, at(&format!("http://{number}.local/v1"))).unwrap();
    }
    assert!(matches!(
        add(&world, at("http://one-more.local/v1")),
        Err(Error::Conflict { .. })
    ));
}

#[test]
fn a_server_is_seen_by_its_learner_alone() {
    let world = World::new();
    let stranger = world.stranger();
    let server = add(&world, at("http://a.local/v1")).unwrap();
    let (id, now) = (server.id, world.now());
    let theirs = world
        .read(move |tx| model_server::list(tx, stranger))
        .unwrap();
    assert!(theirs.is_empty());
    let deleted = world.write(move |tx| model_server::delete(tx, stranger, id));
    assert!(matches!(deleted, Err(Error::NotFound { .. })));
    let changed =
        world.write(move |tx| model_server::update(tx, stranger, id, at("http://b/v1"), now));
    assert!(matches!(changed, Err(Error::NotFound { .. })));
    assert_eq!(list(&world), [server]);
}

#[test]
fn a_conversation_remembers_who_answers_in_it() {
    let world = World::new();
    let server = add(&world, at("http://a.local/v1")).unwrap();
    let talk = world.conversation();
    assert_eq!(world.get(talk).tutor, None);
    let qwen = model(server.id, "qwen/qwen3-4b");
    assert_eq!(
        choose(&world, talk, Some(qwen.clone())).unwrap(),
        Some(qwen.clone())
    );
    world.db.close().unwrap();
    let world = world.reopened();
    assert_eq!(world.get(talk).tutor, Some(qwen));
    choose(&world, talk, Some(TutorChoice::BuiltIn)).unwrap();
    assert_eq!(world.get(talk).tutor, Some(TutorChoice::BuiltIn));
    choose(&world, talk, None).unwrap();
    assert_eq!(world.get(talk).tutor, None);
    world.assert_sound();
}

#[test]
fn each_choice_is_in_the_log_and_one_that_changes_nothing_is_not() {
    let world = World::new();
    let server = add(&world, at("http://a.local/v1")).unwrap();
    let talk = world.conversation();
    let chosen = model(server.id, "small");
    choose(&world, talk, Some(chosen.clone())).unwrap();
    choose(&world, talk, Some(chosen)).unwrap();
    choose(&world, talk, None).unwrap();
    choose(&world, talk, None).unwrap();
    let user = world.user;
    let events: Vec<String> = world
        .read(move |tx| event::list(tx, user, talk, None, 10))
        .unwrap()
        .into_iter()
        .filter(|event| event.event_type == EventType::ConversationTutorChanged)
        .map(|event| event.event_data)
        .collect();
    let id = server.id;
    assert_eq!(
        events,
        [
            format!(r#"{{"tutor":{{"kind":"model","model":"small","serverId":"{id}"}}}}"#),
            r#"{"tutor":null}"#.to_owned(),
        ]
    );
}

#[test]
fn other_keys_of_the_settings_are_left_alone() {
    let world = World::new();
    let talk = world.conversation();
    world
        .raw()
        .execute_batch(r#"UPDATE conversations SET ai_settings = '{"warmth":3}'"#)
        .unwrap();
    choose(&world, talk, Some(TutorChoice::BuiltIn)).unwrap();
    choose(&world, talk, None).unwrap();
    let stored: String = world
        .raw()
        .query_row("SELECT ai_settings FROM conversations", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(stored, r#"{"warmth":3}"#);
}

#[test]
fn a_model_that_cannot_be_asked_is_not_chosen() {
    let world = World::new();
    let server = add(&world, at("http://a.local/v1")).unwrap();
    let talk = world.conversation();
    let nameless = choose(&world, talk, Some(model(server.id, " ")));
    assert!(matches!(
        nameless,
        Err(Error::Invalid { field: "model", .. })
    ));
    let gone = ModelServerId::new(world.now());
    let absent = choose(&world, talk, Some(model(gone, "small")));
    assert!(matches!(absent, Err(Error::NotFound { .. })));
    assert_eq!(world.get(talk).tutor, None);
}

#[test]
fn a_server_that_is_removed_leaves_the_choice_to_be_seen() {
    let world = World::new();
    let server = add(&world, at("http://a.local/v1")).unwrap();
    let talk = world.conversation();
    choose(&world, talk, Some(model(server.id, "small"))).unwrap();
    let (user, id) = (world.user, server.id);
    world
        .write(move |tx| model_server::delete(tx, user, id))
        .unwrap();
    assert_eq!(world.get(talk).tutor, Some(model(id, "small")));
    assert!(list(&world).is_empty());
    world.assert_sound();
}

#[test]
fn who_answers_where_nobody_was_chosen_is_a_setting() {
    let world = World::new();
    let server = add(&world, at("http://a.local/v1")).unwrap();
    let user = world.user;
    let read = |world: &World| world.read(move |tx| settings::get(tx, user)).unwrap().tutor;
    assert_eq!(read(&world), TutorChoice::BuiltIn);
    let chosen = model(server.id, "small");
    let patch = UserSettingsPatch {
        tutor: Some(chosen.clone()),
        ..UserSettingsPatch::default()
    };
    let now = world.now();
    world
        .write(move |tx| settings::update(tx, user, patch, now))
        .unwrap();
    world.db.close().unwrap();
    let world = world.reopened();
    assert_eq!(read(&world), chosen);
    world.assert_sound();
}

#[test]
fn a_choice_that_makes_no_sense_is_damage_and_no_default() {
    let world = World::new();
    let talk = world.conversation();
    world
        .raw()
        .execute_batch(r#"UPDATE conversations SET ai_settings = '{"tutor":{"kind":"oracle"}}'"#)
        .unwrap();
    let user = world.user;
    let read = world.read(move |tx| conversation::get(tx, user, talk));
    assert!(matches!(read, Err(Error::Corrupt { .. })), "{read:?}");
}

#[test]
fn a_server_may_have_a_model_that_is_asked_what_messages_mean() {
    let world = World::new();
    let server = add(&world, at("http://127.0.0.1:11434/v1")).unwrap();
    assert_eq!(server.embedding_model, None);
    let choose = |model: Option<&str>| {
        let (user, now, id) = (world.user, world.now(), server.id);
        let model = model.map(str::to_owned);
        world
            .write(move |tx| model_server::set_embedding_model(tx, user, id, model.as_deref(), now))
    };
    assert_eq!(
        choose(Some("bge-m3 嵌入"))
            .unwrap()
            .embedding_model
            .as_deref(),
        Some("bge-m3 嵌入")
    );
    assert!(matches!(choose(Some("  ")), Err(Error::Invalid { .. })));
    assert!(matches!(
        choose(Some(&"x".repeat(257))),
        Err(Error::Invalid { .. })
    ));
    // What else is changed leaves it.
    let changed = change(&world, server.id, at("http://127.0.0.1:8080/v1")).unwrap();
    assert_eq!(changed.embedding_model.as_deref(), Some("bge-m3 嵌入"));
    assert_eq!(choose(None).unwrap().embedding_model, None);
}
