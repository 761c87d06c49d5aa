//! What is remembered goes where its messages go, is copied with them, and is erased with them.

use parlance_storage::key_fact::{self, Learnt};
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, MessageId};

use crate::copies::{branch, duplicate};
use crate::embeddings::embed;
use crate::erase::{all_bytes, delete_and_erase, holds};
use crate::facts::{facts, forget, learn, learnt, texts, write_down};
use crate::moves::{merge, say_all, split};
use crate::summaries::{insert, over, spans};
use crate::support::World;

fn sources(world: &World, talk: ConversationId) -> Vec<(String, Option<MessageId>)> {
    let mut facts: Vec<_> = facts(world, talk)
        .into_iter()
        .map(|fact| (fact.text, fact.source_message_id))
        .collect();
    facts.sort();
    facts
}

fn is_learnt_again(world: &World, talk: ConversationId, text: &str) -> bool {
    let said = world.send(talk, "Again").unwrap().id;
    learn(world, talk, &[learnt(text, 0.9, said)]).unwrap() > 0
}

/// Six messages, a fact of the second, the fifth and one of the learner's own, a deleted one of the first, a summary of
/// the first three and one of the others.
fn furnished(world: &World) -> (ConversationId, Vec<MessageId>) {
    let talk = world.conversation();
    let ids = say_all(world, talk, &["one", "two", "three", "four", "five", "six"]);
    learn(
        world,
        talk,
        &[
            learnt("of two", 0.7, ids[1]),
            learnt("of five", 0.8, ids[4]),
            learnt("unwanted", 0.8, ids[0]),
        ],
    )
    .unwrap();
    let unwanted = facts(world, talk)
        .into_iter()
        .find(|fact| fact.text == "unwanted")
        .unwrap();
    forget(world, unwanted.id).unwrap();
    write_down(world, talk, "my own").unwrap();
    insert(world, over(talk, 1, 1, 3)).unwrap();
    insert(world, over(talk, 1, 4, 6)).unwrap();
    embed(world, talk, "m", &[(ids[1], &[1.0]), (ids[4], &[2.0])]).unwrap();
    (talk, ids)
}

#[test]
fn a_duplicate_remembers_what_the_original_does() {
    let world = World::new();
    let (talk, _) = furnished(&world);
    let copy = duplicate(&world, talk, true).unwrap().conversation.id;
    let copied = world.messages(copy);
    assert_eq!(
        sources(&world, copy),
        [
            ("my own".to_owned(), None),
            ("of five".to_owned(), Some(copied[4].id)),
            ("of two".to_owned(), Some(copied[1].id)),
        ]
    );
    assert_eq!(spans(&world, copy), [(1, 1, 3), (1, 4, 6)]);
    assert!(!is_learnt_again(&world, copy, "Unwanted"));
    assert!(
        crate::embeddings::missing(&world, copy, "m", 10)
            .iter()
            .all(|one| !["two", "five"].contains(&one.content.as_str()))
    );
    let empty = duplicate(&world, talk, false).unwrap().conversation.id;
    assert_eq!(texts(&world, empty), Vec::<String>::new());
    assert_eq!(spans(&world, empty), []);
    world.assert_sound();
}

#[test]
fn a_branch_remembers_what_was_known_at_its_place_with_the_places_of_its_own() {
    let world = World::new();
    let (talk, ids) = furnished(&world);
    // What stays behind leaves no empty place in the copy.
    world.delete_message(ids[0]).unwrap();
    insert(&world, over(talk, 1, 2, 3)).unwrap();
    let part = branch(&world, ids[3]).unwrap().conversation.id;
    let copied = world.messages(part);
    assert_eq!(
        sources(&world, part),
        [
            ("my own".to_owned(), None),
            ("of two".to_owned(), Some(copied[0].id)),
        ]
    );
    assert_eq!(spans(&world, part), [(1, 1, 2)]);
    assert!(!is_learnt_again(&world, part, "unwanted"));
    world.assert_sound();
}

#[test]
fn a_split_parts_what_was_learnt_and_undo_puts_it_back() {
    let world = World::new();
    let (talk, ids) = furnished(&world);
    let before = sources(&world, talk);
    let done = split(&world, ids[3]).unwrap();
    let part = done.conversation.id;
    assert_eq!(
        sources(&world, part),
        [("of five".to_owned(), Some(ids[4]))]
    );
    assert_eq!(
        sources(&world, talk),
        [
            ("my own".to_owned(), None),
            ("of two".to_owned(), Some(ids[1]))
        ]
    );
    assert_eq!(spans(&world, talk), [(1, 1, 3)]);
    world.undo(done.operation.id).unwrap();
    assert_eq!(sources(&world, talk), before);
    let buried: u32 = world
        .raw()
        .query_row(
            "SELECT count(*) FROM conversation_key_facts WHERE deleted_at IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(buried, 1);
    let done = split(&world, ids[3]).unwrap();
    for one in [talk, done.conversation.id] {
        assert!(!is_learnt_again(&world, one, "unwanted"));
    }
    world.assert_sound();
}

#[test]
fn a_merge_has_the_facts_of_both_and_shows_one_that_both_had_once() {
    let world = World::new();
    let (talk, _) = furnished(&world);
    let other = world.conversation();
    world.clock.advance(1_000);
    let said = world.send(other, "Hello").unwrap().id;
    learn(
        &world,
        other,
        &[learnt("OF TWO", 0.5, said), learnt("of hello", 0.5, said)],
    )
    .unwrap();
    let before = (sources(&world, talk), sources(&world, other));
    let done = merge(&world, talk, other).unwrap();
    let mut merged = texts(&world, talk);
    merged.sort();
    assert_eq!(merged, ["my own", "of five", "of hello", "of two"]);
    // Deleting it deletes both.
    let twice = facts(&world, talk)
        .into_iter()
        .find(|fact| fact.text == "of two")
        .unwrap();
    let deleted = forget(&world, twice.id).unwrap();
    assert!(
        !texts(&world, talk)
            .iter()
            .any(|text| text.to_lowercase() == "of two")
    );
    world.undo(deleted).unwrap();
    world.undo(done.operation.id).unwrap();
    assert_eq!((sources(&world, talk), sources(&world, other)), before);
    world.assert_sound();
}

#[test]
fn no_word_that_was_learnt_of_an_erased_message_is_left_and_the_learners_own_are() {
    let world = World::new();
    let talk = world.conversation();
    let said = world
        .send(talk, "I like zqtea and zqjazz and zqcats")
        .unwrap()
        .id;
    let kept = world.send(talk, "I like zqkept").unwrap().id;
    let all: Vec<Learnt> = [
        ("Likes zqtea", said),
        ("Likes zqjazz", said),
        ("Likes zqcats", said),
        ("Likes zqkept", kept),
    ]
    .iter()
    .map(|(text, from)| learnt(text, 0.7, *from))
    .collect();
    learn(&world, talk, &all).unwrap();
    insert(&world, over(talk, 1, 1, 2)).unwrap();
    embed(&world, talk, "m", &[(said, &[1.0])]).unwrap();
    let id = |text: &str| {
        let found = facts(&world, talk)
            .into_iter()
            .find(|fact| fact.text == text);
        found.unwrap().id
    };
    // One is deleted, which can be undone; one was changed by the learner.
    forget(&world, id("Likes zqjazz")).unwrap();
    let (user, now, cats) = (world.user, world.now(), id("Likes zqcats"));
    let patch = key_fact::KeyFactPatch {
        text: Some("Is allergic to zqfur".into()),
        ..key_fact::KeyFactPatch::default()
    };
    world
        .write(move |tx| key_fact::update(tx, user, cats, patch, now))
        .unwrap();
    assert!(holds(&all_bytes(world.path()), "zqjazz"));
    delete_and_erase(&world, said);
    let bytes = all_bytes(world.path());
    for gone in ["zqtea", "zqjazz", "zqcats"] {
        assert!(!holds(&bytes, gone), "{gone}");
    }
    assert_eq!(
        texts(&world, talk),
        ["Is allergic to zqfur", "Likes zqkept"]
    );
    assert!(world.operations().is_empty());
    assert_eq!(spans(&world, talk), []);
    assert!(!is_learnt_again(&world, talk, "likes zqjazz"));
    world.assert_sound();
}

#[test]
fn what_would_bring_cleared_facts_back_is_forgotten_with_the_message_of_one() {
    for whole in [false, true] {
        let world = World::new();
        let talk = world.conversation();
        let first = world.send(talk, "Hello").unwrap().id;
        let said = world.send(talk, "I like zqtea").unwrap().id;
        learn(&world, talk, &[learnt("Likes zqtea", 0.7, said)]).unwrap();
        let (user, now) = (world.user, world.now());
        world
            .write(move |tx| key_fact::clear(tx, user, talk, now))
            .unwrap();
        if whole {
            // The message moves on before it is erased with its new conversation.
            let part = split(&world, said).unwrap().conversation.id;
            world.delete(part).unwrap();
            world.erase(&[Trashed::Conversation(part)]);
        } else {
            delete_and_erase(&world, said);
        }
        assert!(!holds(&all_bytes(world.path()), "zqtea"), "{whole}");
        assert_eq!(world.messages(talk)[0].id, first);
        world.assert_sound();
    }
}
