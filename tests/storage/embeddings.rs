//! Vectors of messages: kept as they are, of one size, and gone with the words that they were made of.

use parlance_storage::embedding::{self, NewEmbedding, QueryVector, Unembedded};
use parlance_storage::message::Later;
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, Error, MessageId};

use crate::support::World;

pub fn missing(world: &World, talk: ConversationId, model: &str, limit: u32) -> Vec<Unembedded> {
    let (user, model) = (world.user, model.to_owned());
    world
        .read(move |tx| embedding::list_missing(tx, user, talk, &model, limit))
        .unwrap()
}

/// Keeps vectors of messages as they are now.
pub fn embed(
    world: &World,
    talk: ConversationId,
    model: &str,
    vectors: &[(MessageId, &[f32])],
) -> Result<u32, Error> {
    let known = missing(world, talk, "no such model", 500);
    let new = vectors
        .iter()
        .map(|(id, vector)| NewEmbedding {
            message_id: *id,
            made_of: known
                .iter()
                .find(|one| one.message_id == *id)
                .map_or(0, |one| one.fingerprint),
            vector: vector.to_vec(),
        })
        .collect::<Vec<_>>();
    keep(world, talk, model, new)
}

fn keep(
    world: &World,
    talk: ConversationId,
    model: &str,
    new: Vec<NewEmbedding>,
) -> Result<u32, Error> {
    let (user, now, model) = (world.user, world.now(), model.to_owned());
    world.write(move |tx| embedding::insert_all(tx, user, talk, &model, &new, now))
}

fn stored(world: &World) -> Vec<(MessageId, String, Vec<u8>)> {
    world
        .raw()
        .prepare("SELECT message_id, model, vector FROM message_embeddings ORDER BY message_id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn messages_without_a_vector_are_listed_newest_first_until_they_have_one() {
    let world = World::new();
    let talk = world.conversation();
    let ids: Vec<MessageId> = ["Một", "二", "three", "Gone"]
        .iter()
        .map(|text| world.send(talk, text).unwrap().id)
        .collect();
    world.delete_message(ids[3]).unwrap();
    let listed = |limit| -> Vec<String> {
        let missing = missing(&world, talk, "m", limit);
        missing.into_iter().map(|one| one.content).collect()
    };
    assert_eq!(listed(10), ["three", "二", "Một"]);
    assert_eq!(listed(1), ["three"]);
    assert_eq!(
        embed(&world, talk, "m", &[(ids[1], &[0.5, -1.0])]).unwrap(),
        1
    );
    assert_eq!(listed(10), ["three", "Một"]);
    assert_eq!(missing(&world, talk, "another", 10).len(), 3);
    assert_eq!(
        stored(&world),
        [(
            ids[1],
            "m".to_owned(),
            [0.5_f32.to_le_bytes(), (-1.0_f32).to_le_bytes()].concat()
        )]
    );
    // Another model's takes its place.
    embed(&world, talk, "another", &[(ids[1], &[1.0, 2.0, 3.0])]).unwrap();
    assert_eq!(stored(&world)[0].2.len(), 12);
    assert_eq!(listed(10).len(), 3);
    world.assert_sound();
}

#[test]
fn a_vector_that_is_none_or_of_another_size_is_refused_and_nothing_is_kept() {
    let world = World::new();
    let talk = world.conversation();
    let ids: Vec<MessageId> = ["a", "b", "c"]
        .iter()
        .map(|text| world.send(talk, text).unwrap().id)
        .collect();
    let long = vec![1.0_f32; embedding::LONGEST + 1];
    let wrong: &[&[f32]] = &[
        &[],
        &[f32::NAN, 1.0],
        &[f32::INFINITY, 1.0],
        &[0.0, 0.0],
        &long,
        &[1.0, 2.0, 3.0],
    ];
    for vector in wrong {
        let refused = embed(
            &world,
            talk,
            "m",
            &[(ids[0], &[1.0, 2.0]), (ids[1], vector)],
        );
        assert_eq!(refused.unwrap_err().code(), "invalid", "{}", vector.len());
    }
    assert_eq!(stored(&world), []);
    embed(&world, talk, "m", &[(ids[0], &[1.0, 2.0])]).unwrap();
    let refused = embed(&world, talk, "m", &[(ids[1], &[1.0, 2.0, 3.0])]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "The vector has 3 numbers, where the others of this model have 2."
    );
    for model in ["", " ", &"m".repeat(257)] {
        let refused = embed(&world, talk, model, &[(ids[1], &[1.0])]);
        assert_eq!(refused.unwrap_err().code(), "invalid");
    }
    // A model that changed its size begins anew.
    let user = world.user;
    let removed = world
        .write(move |tx| embedding::clear(tx, user, talk))
        .unwrap();
    assert_eq!(removed, 1);
    embed(&world, talk, "m", &[(ids[1], &[1.0, 2.0, 3.0])]).unwrap();
    let many = vec![
        NewEmbedding {
            message_id: ids[0],
            made_of: 0,
            vector: vec![1.0, 2.0, 3.0],
        };
        501
    ];
    assert_eq!(keep(&world, talk, "m", many).unwrap_err().code(), "invalid");
    world.assert_sound();
}

#[test]
fn a_vector_of_words_that_changed_meanwhile_is_passed_over() {
    let world = World::new();
    let (talk, other) = (world.conversation(), world.conversation());
    let edited = world.send(talk, "Before").unwrap().id;
    let gone = world.send(talk, "Gone").unwrap().id;
    let elsewhere = world.send(other, "Elsewhere").unwrap().id;
    let made = |id, content: &str| {
        let list = [
            missing(&world, talk, "m", 10),
            missing(&world, other, "m", 10),
        ]
        .concat();
        let found = list.iter().find(|one| one.content == content).unwrap();
        NewEmbedding {
            message_id: id,
            made_of: found.fingerprint,
            vector: vec![1.0],
        }
    };
    let new = vec![
        made(edited, "Before"),
        made(gone, "Gone"),
        made(elsewhere, "Elsewhere"),
    ];
    world.edit(edited, "After", Later::Keep).unwrap();
    world.delete_message(gone).unwrap();
    assert_eq!(keep(&world, talk, "m", new).unwrap(), 0);
    assert_eq!(stored(&world), []);
    world.assert_sound();
}

#[test]
fn a_vector_goes_with_the_words_it_was_made_of() {
    let world = World::new();
    let talk = world.conversation();
    let edited = world.send(talk, "Before").unwrap().id;
    let erased = world.send(talk, "Erased").unwrap().id;
    embed(&world, talk, "m", &[(edited, &[1.0]), (erased, &[1.0])]).unwrap();
    let edit = world.edit(edited, "After", Later::Keep).unwrap();
    assert_eq!(stored(&world).len(), 1);
    embed(&world, talk, "m", &[(edited, &[1.0])]).unwrap();
    world.undo(edit.operation.unwrap().id).unwrap();
    assert_eq!(stored(&world).len(), 1);
    world.delete_message(erased).unwrap();
    world.erase(&[Trashed::Message(erased)]);
    assert_eq!(stored(&world), []);
    world.assert_sound();
}

#[test]
fn a_stored_vector_that_is_damaged_is_named_and_found_by_nobody() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    embed(&world, talk, "m", &[(said, &[1.0])]).unwrap();
    world
        .raw()
        .execute("UPDATE message_embeddings SET vector = x'0000c07f'", [])
        .unwrap();
    world.db.close().unwrap();
    let report = parlance_storage::verify::run(world.path())
        .unwrap()
        .unwrap();
    let found: Vec<(&str, &str)> = report
        .problems
        .iter()
        .map(|problem| (problem.check, problem.table.as_str()))
        .collect();
    assert_eq!(found, [("readable", "message_embeddings")]);
}

#[test]
fn how_much_of_a_conversation_is_known_is_told_by_model() {
    let world = World::new();
    let talk = world.conversation();
    let ids = [
        world.send(talk, "Mình thích trà.").unwrap(),
        world.send(talk, "我喜欢茶。").unwrap(),
    ];
    let coverage = |model: &'static str| {
        let user = world.user;
        let found = world
            .read(move |tx| embedding::coverage(tx, user, talk, model))
            .unwrap();
        (found.known, found.missing)
    };
    assert_eq!(coverage("m"), (0, 2));
    embed(&world, talk, "m", &[(ids[0].id, &[1.0, 2.0])]).unwrap();
    assert_eq!((coverage("m"), coverage("other")), ((1, 1), (0, 2)));
    world.delete_message(ids[1].id).unwrap();
    assert_eq!(coverage("m"), (1, 0));
}

#[test]
fn the_last_words_of_the_learner_before_a_place_are_what_is_looked_for() {
    let world = World::new();
    let talk = world.conversation();
    let first = world.send(talk, "I have a dog.").unwrap();
    let second = world.send(talk, "And a cat 🐈.").unwrap();
    let meant = |before: Option<u32>, model: &'static str| {
        let user = world.user;
        world
            .read(move |tx| embedding::of_last_words(tx, user, (talk, before), model))
            .unwrap()
    };
    assert_eq!(meant(None, "m"), None);
    embed(
        &world,
        talk,
        "m",
        &[(first.id, &[1.0, 0.0]), (second.id, &[0.0, 1.0])],
    )
    .unwrap();
    let vector = |numbers: [f32; 2]| QueryVector::new("m".into(), numbers.to_vec()).ok();
    assert_eq!(meant(None, "m"), vector([0.0, 1.0]));
    assert_eq!(meant(Some(second.sequence_number), "m"), vector([1.0, 0.0]));
    assert_eq!(meant(Some(first.sequence_number), "m"), None);
    assert_eq!(meant(None, "other"), None);
    // No older words take the place of the last ones.
    world.delete_message(second.id).unwrap();
    assert_eq!(meant(None, "m"), vector([1.0, 0.0]));
    world.send(talk, "What was it called?").unwrap();
    assert_eq!(meant(None, "m"), None);
}
