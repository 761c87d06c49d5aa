//! The full-text tables made anew: beside everything else, seen, broken off and gone on with.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use parlance_storage::{ConversationId, Error, MessageId, Progress, Stage, Watch, message, search};

use crate::searching::request;
use crate::support::{World, typed};

/// More than fit into four pieces.
fn say_900(world: &World, talk: ConversationId) -> Vec<MessageId> {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| {
            (0..900)
                .map(|number| {
                    let new = typed(&format!("word{number} 第{number}句"));
                    message::send(tx, user, talk, new, now).map(|sent| sent.id)
                })
                .collect::<Result<_, _>>()
        })
        .unwrap()
}

#[test]
fn the_index_is_made_anew_while_things_are_said_changed_and_erased() {
    let world = World::new();
    let talk = world.conversation();
    let sent = say_900(&world, talk);
    // Damaged as only a disk can: the index knows nothing any more.
    world
        .raw()
        .execute_batch(
            "INSERT INTO message_search_words (message_search_words) VALUES ('delete-all')",
        )
        .unwrap();
    assert_eq!(world.search("in:messages word500").len(), 0);

    assert!(world.write(search::begin_rebuild).unwrap() >= 900);
    let mut indexed = world.write(search::rebuild_piece).unwrap().unwrap();
    assert!(indexed > 0 && world.search_page(request("word500")).unwrap().is_incomplete);
    // The newest first; of the others nothing, and nothing wrong.
    assert_eq!(world.search("in:messages word899").len(), 1);
    assert_eq!(world.search("in:messages word3").len(), 0);
    let late = world.send(talk, "said meanwhile 其间").unwrap();
    assert_eq!(
        world.search("in:messages meanwhile")[0].message_id,
        Some(late.id)
    );
    for (old, new) in [(sent[3], sent[880])] {
        for id in [old, new] {
            world.delete_message(id).unwrap();
        }
    }
    // A new start in the middle.
    world.db.close().unwrap();
    let world = world.reopened();
    while let Some(count) = world.write(search::rebuild_piece).unwrap() {
        indexed += count;
    }
    assert!(indexed >= 901, "{indexed}");
    assert!(!world.search_page(request("word500")).unwrap().is_incomplete);
    for (query, count) in [
        ("word500", 1),
        ("word899", 1),
        ("word3 ", 0),
        ("word880", 0),
        ("第77句", 1),
        ("其间", 1),
    ] {
        assert_eq!(
            world.search(&format!("in:messages \"{query}\"")).len(),
            count,
            "{query}"
        );
    }
    world.assert_sound();
}

#[test]
fn whoever_waits_sees_how_far_it_is_and_everything_is_found_at_the_end() {
    let world = World::new();
    say_900(&world, world.conversation());
    let told = Mutex::new(Vec::new());
    let report = |progress| told.lock().unwrap().push(progress);
    search::rebuild(&world.db, &Watch::new(&report, &AtomicBool::new(false))).unwrap();
    let told: Vec<Progress> = told.into_inner().unwrap();
    assert!(told.iter().all(|told| told.stage == Stage::Indexing));
    assert!(told.is_sorted_by_key(|told| told.permille), "{told:?}");
    assert!(told.len() > 4 && told.last().unwrap().permille == 1000);
    assert!(!world.search_page(request("word100")).unwrap().is_incomplete);
    assert_eq!(world.search("in:messages word100").len(), 1);
    world.assert_sound();
}

#[test]
fn one_that_is_not_wanted_any_more_ends_at_once_and_can_be_gone_on_with() {
    let world = World::new();
    say_900(&world, world.conversation());
    let cancelled = AtomicBool::new(true);
    let early = search::rebuild(&world.db, &Watch::new(&|_| {}, &cancelled));
    assert!(matches!(early, Err(Error::Cancelled)));
    assert_eq!(world.search("in:messages word100").len(), 1);

    cancelled.store(false, Ordering::Relaxed);
    let report = |progress: Progress| {
        if progress.permille > 0 {
            cancelled.store(true, Ordering::Relaxed);
        }
    };
    // The first piece sets it, the second meets it.
    let late = search::rebuild(&world.db, &Watch::new(&report, &cancelled));
    assert!(matches!(late, Err(Error::Cancelled)));
    assert!(world.search_page(request("word100")).unwrap().is_incomplete);
    assert_eq!(world.search("in:messages word100").len(), 0);

    while world.write(search::rebuild_piece).unwrap().is_some() {}
    assert!(!world.search_page(request("word100")).unwrap().is_incomplete);
    assert_eq!(world.search("in:messages word100").len(), 1);
    world.assert_sound();
}
