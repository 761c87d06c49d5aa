//! Sounds and the chunks that name them.

use parlance_storage::{Entity, TtsStatus, audio, chunk};

use crate::support::World;

/// A conversation whose chunks have these sounds, in order.
fn spoken(world: &World, keys: &[&str]) {
    let talk = world.conversation();
    let texts: Vec<String> = (0..keys.len())
        .map(|number| format!("Sentence {number}. "))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    world.reply(talk, &texts);
    let (now, keys) = (
        world.now(),
        keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>(),
    );
    world
        .write(move |tx| {
            for key in &keys {
                let claimed = chunk::claim_next(tx, "voice", now, 1_000)?.unwrap();
                chunk::complete(tx, claimed.id, "voice", key, 500)?;
            }
            Ok(())
        })
        .unwrap();
}

fn owned(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[test]
fn the_keys_are_listed_once_each_and_a_page_at_a_time() {
    let world = World::new();
    spoken(&world, &["cc", "aa", "bb", "aa", "dd"]);
    let list = |after: Option<&str>, limit| {
        let after = after.map(str::to_owned);
        world
            .read(move |tx| audio::list_keys(tx, after.as_deref(), limit))
            .unwrap()
    };
    assert_eq!(list(None, 1_000), ["aa", "bb", "cc", "dd"]);
    assert_eq!(list(None, 2), ["aa", "bb"]);
    assert_eq!(list(Some("bb"), 2), ["cc", "dd"]);
    assert!(list(Some("dd"), 2).is_empty());
}

#[test]
fn a_key_that_no_chunk_names_is_told_from_one_that_only_the_trash_names() {
    let world = World::new();
    spoken(&world, &["aa"]);
    let user = world.user;
    let talk = world
        .read(move |tx| {
            parlance_storage::conversation::list_page(
                tx,
                user,
                &parlance_storage::conversation::ListFilter::default(),
                None,
                1,
            )
        })
        .unwrap()
        .items[0]
        .id;
    world.delete(talk).unwrap();
    let asked = owned(&["zz", "aa", "bb"]);
    let unnamed = world.read(move |tx| audio::not_named(tx, &asked)).unwrap();
    assert_eq!(unnamed, ["zz", "bb"]);
}

#[test]
fn chunks_whose_sound_is_lost_wait_again_and_the_voice_is_told() {
    let world = World::new();
    spoken(&world, &["aa", "bb", "aa"]);
    let mut news = world.db.changes();
    let lost = owned(&["aa", "unknown"]);
    assert_eq!(
        world.write(move |tx| audio::make_again(tx, &lost)),
        Ok(2),
        "both that had it"
    );
    let counts = world.read(chunk::count_by_status).unwrap();
    assert_eq!((counts.pending, counts.completed), (2, 1));
    let told = news.try_recv().unwrap();
    assert!(
        told.changes
            .iter()
            .all(|change| change.entity == Entity::Chunk)
    );
    let now = world.now();
    let again = world
        .write(move |tx| chunk::claim_next(tx, "voice", now, 1_000))
        .unwrap()
        .unwrap();
    assert_eq!(
        (again.tts_status, again.attempt_count, again.chunk_index),
        (TtsStatus::Processing, 1, 0)
    );
    world.assert_sound();
}
