//! What is remembered of the learner: written, learnt, put right, and never learnt again once it was deleted.

use parlance_storage::key_fact::{self, KeyFact, KeyFactPatch, Learnt, NewKeyFact};
use parlance_storage::{
    ChangeKind, ConversationId, Entity, Error, EventType, FactType, KeyFactId, MessageId,
    OperationId, OperationKind, event,
};

use crate::support::{REAL_TEXTS, World};

pub fn write_down(world: &World, talk: ConversationId, text: &str) -> Result<KeyFact, Error> {
    let (user, now) = (world.user, world.now());
    let new = NewKeyFact {
        conversation_id: talk,
        fact_type: FactType::Interest,
        text: text.to_owned(),
    };
    world.write(move |tx| key_fact::insert(tx, user, new, now))
}

pub fn learnt(text: &str, confidence: f64, from: MessageId) -> Learnt {
    Learnt {
        fact_type: FactType::Interest,
        text: text.to_owned(),
        confidence,
        source_message_id: from,
    }
}

pub fn learn(world: &World, talk: ConversationId, facts: &[Learnt]) -> Result<u32, Error> {
    let (facts, now) = (facts.to_vec(), world.now());
    world.write(move |tx| key_fact::learn(tx, talk, &facts, now))
}

pub fn facts(world: &World, talk: ConversationId) -> Vec<KeyFact> {
    let user = world.user;
    world
        .read(move |tx| key_fact::list(tx, user, talk))
        .unwrap()
}

pub fn texts(world: &World, talk: ConversationId) -> Vec<String> {
    facts(world, talk)
        .into_iter()
        .map(|fact| fact.text)
        .collect()
}

pub fn forget(world: &World, id: KeyFactId) -> Result<OperationId, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| Ok(key_fact::delete(tx, user, id, now)?.id))
}

fn pin(world: &World, id: KeyFactId, is_pinned: bool) -> KeyFact {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| key_fact::set_pinned(tx, user, id, is_pinned, now))
        .unwrap()
}

fn change(world: &World, id: KeyFactId, text: &str) -> Result<KeyFact, Error> {
    let (user, now) = (world.user, world.now());
    let patch = KeyFactPatch {
        text: Some(text.to_owned()),
        ..KeyFactPatch::default()
    };
    world.write(move |tx| key_fact::update(tx, user, id, patch, now))
}

fn clear(world: &World, talk: ConversationId) -> Option<OperationId> {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| key_fact::clear(tx, user, talk, now))
        .unwrap()
        .map(|operation| operation.id)
}

#[test]
fn what_the_learner_writes_down_is_there_on_one_line_and_sure() {
    let world = World::new();
    let talk = world.conversation();
    let mut expected = Vec::new();
    for text in REAL_TEXTS {
        world.clock.advance(1);
        let fact = write_down(&world, talk, text).unwrap();
        assert!(!fact.text.contains(['\n', '\r']), "{text:?}");
        assert_eq!((fact.confidence, fact.is_user_edited), (1.0, true));
        assert_eq!((fact.source_message_id, fact.pinned_at), (None, None));
        expected.insert(0, fact.text);
    }
    assert_eq!(texts(&world, talk), expected, "newest first");
    world.assert_sound();
}

#[test]
fn a_fact_that_cannot_be_is_refused_in_words_and_changes_nothing() {
    let world = World::new();
    let talk = world.conversation();
    let kept = write_down(&world, talk, "Likes tea").unwrap();
    let long = "ế".repeat(501);
    for (text, sentence) in [
        ("", "The fact must not be empty."),
        ("\u{200b} \n", "The fact must not be empty."),
        ("a\0b", "The fact must not contain a NUL character."),
        (
            long.as_str(),
            "The fact is too long: 501 characters, where 500 are the most.",
        ),
        ("  LIKES  tea.", "This fact is in the list already."),
    ] {
        let refused = write_down(&world, talk, text).unwrap_err();
        assert_eq!(refused.to_string(), sentence);
    }
    let other = write_down(&world, talk, "Likes coffee").unwrap();
    assert_eq!(
        change(&world, other.id, "likes tea!").unwrap_err().code(),
        "conflict"
    );
    let (stranger, now, id) = (world.stranger(), world.now(), kept.id);
    let theirs = world.write(move |tx| key_fact::delete(tx, stranger, id, now).map(drop));
    assert_eq!(theirs.unwrap_err().code(), "not_found");
    assert_eq!(
        write_down(&world, ConversationId::new(now), "x")
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(texts(&world, talk), ["Likes coffee", "Likes tea"]);
    world.assert_sound();
}

#[test]
fn pinned_facts_come_first_and_then_the_surest_and_newest() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    learn(
        &world,
        talk,
        &[
            learnt("a", 0.5, said),
            learnt("b", 0.9, said),
            learnt("c", 0.7, said),
        ],
    )
    .unwrap();
    world.clock.advance(10);
    learn(&world, talk, &[learnt("d", 0.7, said)]).unwrap();
    assert_eq!(texts(&world, talk), ["b", "d", "c", "a"]);
    let all = facts(&world, talk);
    pin(&world, all[3].id, true);
    world.clock.advance(10);
    let pinned = pin(&world, all[2].id, true);
    assert_eq!(pinned.pinned_at, Some(world.now()));
    assert_eq!(texts(&world, talk), ["a", "c", "b", "d"]);
    pin(&world, all[3].id, false);
    assert_eq!(texts(&world, talk), ["c", "b", "d", "a"]);
    world.assert_sound();
}

#[test]
fn what_is_said_again_makes_a_fact_surer_but_never_quite_sure() {
    let world = World::new();
    let talk = world.conversation();
    let first = world.send(talk, "I like tea").unwrap().id;
    assert_eq!(
        learn(&world, talk, &[learnt("Likes tea", 0.7, first)]).unwrap(),
        1
    );
    // The same message read twice says it once.
    assert_eq!(
        learn(&world, talk, &[learnt("Likes tea", 0.7, first)]).unwrap(),
        0
    );
    assert_eq!(facts(&world, talk)[0].confidence, 0.7);
    let mut before = 0.7;
    world.clock.advance(1_000);
    for _ in 0..20 {
        let again = world.send(talk, "I like tea!").unwrap().id;
        world.clock.advance(1_000);
        learn(&world, talk, &[learnt("LIKES TEA.", 0.9, again)]).unwrap();
        let now = facts(&world, talk)[0].confidence;
        assert!(now >= before && now <= 0.99, "{now}");
        // Nor does one that was read before with an earlier one.
        learn(
            &world,
            talk,
            &[
                learnt("Likes tea", 0.9, again),
                learnt("Likes tea", 0.9, first),
            ],
        )
        .unwrap();
        assert_eq!(facts(&world, talk)[0].confidence, now);
        before = now;
        world.clock.advance(1_000);
    }
    assert_eq!(before, 0.99);
    assert_eq!(texts(&world, talk), ["Likes tea"]);
    // Two messages that are read together say it twice.
    let other = world.conversation();
    let one = world.send(other, "I like tea").unwrap().id;
    world.clock.advance(1_000);
    let two = world.send(other, "I like tea").unwrap().id;
    learn(
        &world,
        other,
        &[learnt("Likes tea", 0.7, one), learnt("Likes tea", 0.7, two)],
    )
    .unwrap();
    assert!(facts(&world, other)[0].confidence > 0.7);
    world.assert_sound();
}

#[test]
fn a_deleted_fact_leaves_no_words_and_is_not_learnt_again() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "zqtea is what I like").unwrap().id;
    learn(&world, talk, &[learnt("Likes zqtea", 0.7, said)]).unwrap();
    let id = facts(&world, talk)[0].id;
    let operation = forget(&world, id).unwrap();
    assert_eq!(facts(&world, talk), []);
    let (text, is_deleted): (String, bool) = world
        .raw()
        .query_row(
            "SELECT fact_text, deleted_at IS NOT NULL FROM conversation_key_facts",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!(
        is_deleted && text.len() == 64 && !text.contains("zqtea"),
        "{text}"
    );
    let again = world.send(talk, "I like ZQTEA").unwrap().id;
    for _ in 0..3 {
        assert_eq!(
            learn(&world, talk, &[learnt("likes ZQTEA!", 0.9, again)]).unwrap(),
            0
        );
    }
    assert_eq!(forget(&world, id).unwrap_err().code(), "not_found");

    world.undo(operation).unwrap();
    let back = &facts(&world, talk)[0];
    assert_eq!(
        (back.text.as_str(), back.confidence, back.id),
        ("Likes zqtea", 0.7, id)
    );
    world.assert_sound();
}

#[test]
fn the_learner_may_write_down_what_was_deleted_and_then_its_deletion_cannot_be_taken_back() {
    let world = World::new();
    let talk = world.conversation();
    let id = write_down(&world, talk, "Likes tea").unwrap().id;
    let operation = forget(&world, id).unwrap();
    let again = write_down(&world, talk, "likes tea").unwrap();
    assert_eq!(world.undo(operation).unwrap_err().code(), "conflict");
    assert_eq!(texts(&world, talk), ["likes tea"]);
    forget(&world, again.id).unwrap();
    assert_eq!(facts(&world, talk), []);
    world.assert_sound();
}

#[test]
fn what_the_learner_put_right_is_not_replaced_and_the_mistake_not_learnt_again() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "I like coffee. Not!").unwrap().id;
    learn(&world, talk, &[learnt("Likes coffee", 0.7, said)]).unwrap();
    world.clock.advance(5);
    let id = facts(&world, talk)[0].id;
    let changed = change(&world, id, "Likes tea").unwrap();
    assert!(changed.is_user_edited);
    assert_eq!((changed.confidence, changed.updated_at), (1.0, world.now()));
    let later = world.send(talk, "Hm").unwrap().id;
    let met = [
        learnt("Likes coffee", 0.9, later),
        learnt("Likes tea", 0.2, later),
    ];
    assert_eq!(learn(&world, talk, &met).unwrap(), 0);
    assert_eq!(facts(&world, talk)[0], changed);
    // The same again is no change.
    world.clock.advance(5);
    assert_eq!(change(&world, id, "Likes tea").unwrap(), changed);
    world.assert_sound();
}

#[test]
fn facts_are_cleared_and_come_back_together() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    assert_eq!(clear(&world, talk), None);
    write_down(&world, talk, "Is called Mai").unwrap();
    learn(
        &world,
        talk,
        &[learnt("Likes tea", 0.7, said), learnt("喜欢猫", 0.8, said)],
    )
    .unwrap();
    pin(&world, facts(&world, talk)[0].id, true);
    let before = facts(&world, talk);
    let cleared = clear(&world, talk).unwrap();
    assert_eq!(facts(&world, talk), []);
    let later = world.send(talk, "Again").unwrap().id;
    let met = [
        learnt("Likes tea", 0.9, later),
        learnt("喜欢猫", 0.9, later),
    ];
    assert_eq!(learn(&world, talk, &met).unwrap(), 0);
    world.undo(cleared).unwrap();
    assert_eq!(facts(&world, talk), before, "pins and all");
    world.assert_sound();
}

#[test]
fn nothing_is_learnt_of_what_was_deleted_meanwhile_or_said_elsewhere() {
    let world = World::new();
    let (talk, other) = (world.conversation(), world.conversation());
    let gone = world.send(talk, "I like tea").unwrap().id;
    let elsewhere = world.send(other, "I like tea").unwrap().id;
    world.delete_message(gone).unwrap();
    let never = MessageId::new(world.now());
    let met = [
        learnt("Likes tea", 0.7, gone),
        learnt("Likes tea", 0.7, never),
    ];
    assert_eq!(learn(&world, talk, &met).unwrap(), 0);
    let said = world.send(talk, "Hello").unwrap().id;
    for wrong in [
        learnt("Likes tea", 0.7, elsewhere),
        learnt("Likes tea", f64::NAN, said),
        learnt("Likes tea", -0.1, said),
        learnt("Likes tea", 1.1, said),
        learnt(" ", 0.5, said),
        learnt(&"x".repeat(501), 0.5, said),
    ] {
        let both = [learnt("Likes jazz", 0.7, said), wrong];
        assert_eq!(learn(&world, talk, &both).unwrap_err().code(), "invalid");
    }
    assert_eq!(facts(&world, talk), [], "all or nothing");
    world.delete(talk).unwrap();
    let late = learn(&world, talk, &[learnt("Likes tea", 0.7, said)]);
    assert_eq!(late.unwrap_err().code(), "not_found");
    world.assert_sound();
}

#[test]
fn of_more_than_two_hundred_facts_the_weakest_go_and_never_the_learners_own() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "Hello").unwrap().id;
    let own = write_down(&world, talk, "Mine").unwrap();
    let weak: Vec<Learnt> = (0..199)
        .map(|n| learnt(&format!("weak {n}"), 0.2, said))
        .collect();
    assert_eq!(learn(&world, talk, &weak).unwrap(), 199);
    let pinned = facts(&world, talk)
        .into_iter()
        .find(|fact| fact.text == "weak 7")
        .unwrap();
    pin(&world, pinned.id, true);
    let strong: Vec<Learnt> = (0..50)
        .map(|n| learnt(&format!("strong {n}"), 0.9, said))
        .collect();
    assert_eq!(learn(&world, talk, &strong).unwrap(), 50);
    let texts = texts(&world, talk);
    assert_eq!(texts.len(), 200);
    assert_eq!(
        texts
            .iter()
            .filter(|text| text.starts_with("strong"))
            .count(),
        50
    );
    assert!(texts.contains(&own.text) && texts.contains(&"weak 7".to_owned()));
    // One more that is weaker than all is not kept, and not told as new.
    assert_eq!(
        learn(&world, talk, &[learnt("weakest", 0.01, said)]).unwrap(),
        0
    );
    // The learner's next one takes the place of a weak one; of 200 of their own, no more is possible.
    write_down(&world, talk, "Mine too").unwrap();
    for n in 0..197 {
        write_down(&world, talk, &format!("Mine {n}")).unwrap();
    }
    assert_eq!(facts(&world, talk).len(), 200);
    let refused = write_down(&world, talk, "One too many").unwrap_err();
    assert_eq!(refused.code(), "conflict");
    world.assert_sound();
}

#[test]
fn the_log_says_what_happened_in_ids_and_never_in_words_and_the_window_is_told() {
    let world = World::new();
    let talk = world.conversation();
    let said = world.send(talk, "I like zqtea").unwrap().id;
    let mut changes = world.db.changes();
    learn(&world, talk, &[learnt("Likes zqtea", 0.7, said)]).unwrap();
    let id = facts(&world, talk)[0].id;
    change(&world, id, "Loves zqtea").unwrap();
    pin(&world, id, true);
    let operation = forget(&world, id).unwrap();
    world.undo(operation).unwrap();
    let mut told = Vec::new();
    while let Ok(set) = changes.try_recv() {
        for change in set
            .changes
            .iter()
            .filter(|change| change.entity == Entity::KeyFact)
        {
            assert_eq!(
                (change.id.as_str(), change.conversation_id),
                (id.to_string().as_str(), Some(talk))
            );
            told.push(change.kind);
        }
    }
    assert_eq!(
        told,
        [
            ChangeKind::Inserted,
            ChangeKind::Updated,
            ChangeKind::Updated,
            ChangeKind::Deleted,
            ChangeKind::Inserted
        ]
    );
    let user = world.user;
    let log = world
        .read(move |tx| event::list(tx, user, talk, None, 100))
        .unwrap();
    let types: Vec<EventType> = log.iter().skip(2).map(|entry| entry.event_type).collect();
    assert_eq!(
        types,
        [
            EventType::MemoryFactsExtracted,
            EventType::MemoryFactUpdated,
            EventType::MemoryFactUpdated,
            EventType::MemoryFactsDeleted,
            EventType::MemoryFactsRestored
        ]
    );
    assert!(log[2].event_data.contains(&id.to_string()));
    assert!(log.iter().all(|entry| !entry.event_data.contains("zqtea")));
    assert!(world.operations().is_empty());
    let operation = forget(&world, id).unwrap();
    let listed = &world.operations()[0];
    assert_eq!(
        (listed.id, listed.kind, listed.subject.as_str()),
        (operation, OperationKind::FactDelete, "Loves zqtea")
    );
    world.assert_sound();
}
