//! Summaries: which stretch is due, that none lies over another, and that none outlives what it sums up.

use parlance_storage::memory::{self, MemorySettingsPatch};
use parlance_storage::message::{self, Later};
use parlance_storage::summary::{self, Due, NewSummary, Summary};
use parlance_storage::trash::Trashed;
use parlance_storage::{
    ConversationId, Error, EventType, MemoryStrategy, MessageId, SummaryId, event, tokens,
};

use crate::moves::{merge, split};
use crate::support::{REAL_TEXTS, World};

pub fn remember(world: &World, talk: ConversationId, patch: MemorySettingsPatch) {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| memory::update_settings(tx, user, talk, patch, now))
        .unwrap();
}

pub fn by(strategy: MemoryStrategy) -> MemorySettingsPatch {
    MemorySettingsPatch {
        strategy: Some(strategy),
        ..MemorySettingsPatch::default()
    }
}

pub fn due(world: &World, talk: ConversationId) -> Option<Due> {
    let user = world.user;
    world.read(move |tx| summary::due(tx, user, talk)).unwrap()
}

pub fn insert(world: &World, new: NewSummary) -> Result<Summary, Error> {
    let now = world.now();
    world.write(move |tx| summary::insert(tx, new, now))
}

pub fn of_due(due: &Due, text: &str) -> NewSummary {
    NewSummary {
        conversation_id: due.conversation_id,
        tier: due.tier,
        from_sequence: due.from_sequence,
        to_sequence: due.to_sequence,
        text: text.to_owned(),
        model: None,
        made_of: Some(due.fingerprint),
    }
}

pub fn over(talk: ConversationId, tier: u32, from: u32, to: u32) -> NewSummary {
    NewSummary {
        conversation_id: talk,
        tier,
        from_sequence: from,
        to_sequence: to,
        text: format!("What was said from {from} to {to}"),
        model: Some("qwen3:4b".into()),
        made_of: None,
    }
}

/// Sums up whatever is due until nothing is. Gives what was made.
pub fn sum_up_all(world: &World, talk: ConversationId) -> Vec<(u32, u32, u32)> {
    let mut made = Vec::new();
    while let Some(due) = due(world, talk) {
        let text = format!("Tier {} from {}", due.tier, due.from_sequence);
        insert(world, of_due(&due, &text)).unwrap();
        made.push((due.tier, due.from_sequence, due.to_sequence));
    }
    made
}

pub fn spans(world: &World, talk: ConversationId) -> Vec<(u32, u32, u32)> {
    let user = world.user;
    world
        .read(move |tx| summary::list_page(tx, user, talk, None, 100))
        .unwrap()
        .items
        .iter()
        .map(|one| (one.tier, one.from_sequence, one.to_sequence))
        .collect()
}

/// A conversation of so many messages, remembered by summaries.
pub fn long_talk(world: &World, messages: usize) -> (ConversationId, Vec<MessageId>) {
    let talk = world.conversation();
    remember(world, talk, by(MemoryStrategy::Hierarchical));
    let (user, now) = (world.user, world.now());
    let ids = world
        .write(move |tx| {
            (0..messages)
                .map(|n| {
                    let new = crate::support::typed(&format!("Message {n}"));
                    Ok(message::send(tx, user, talk, new, now)?.id)
                })
                .collect::<Result<Vec<_>, Error>>()
        })
        .unwrap();
    (talk, ids)
}

fn delete(world: &World, id: SummaryId) {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| summary::delete(tx, user, id, now))
        .unwrap();
}

#[test]
fn nothing_is_due_until_more_wait_than_the_learner_allows() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 49);
    assert_eq!(due(&world, talk), None);
    world.send(talk, "The fiftieth").unwrap();
    let first = due(&world, talk).unwrap();
    assert_eq!(
        (first.tier, first.from_sequence, first.to_sequence),
        (1, 1, 30)
    );
    assert_eq!(first.messages.len(), 30);
    assert_eq!(first.messages[29].content, "Message 29");
    assert_eq!(first.messages[29].token_count, tokens::count("Message 29"));
    insert(&world, of_due(&first, "They counted.")).unwrap();
    assert_eq!(due(&world, talk), None);
}

#[test]
fn nothing_is_due_for_who_does_not_want_it_or_has_no_use_for_it() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 120);
    for strategy in [MemoryStrategy::Sliding, MemoryStrategy::Semantic] {
        remember(&world, talk, by(strategy));
        assert_eq!(due(&world, talk), None);
    }
    remember(&world, talk, by(MemoryStrategy::Summarization));
    assert!(due(&world, talk).is_some());
    let off = MemorySettingsPatch {
        auto_summarize: Some(false),
        ..MemorySettingsPatch::default()
    };
    remember(&world, talk, off);
    assert_eq!(due(&world, talk), None);
    let user = world.user;
    let wished = world
        .read(move |tx| summary::due_on_wish(tx, user, talk))
        .unwrap()
        .unwrap();
    assert_eq!((wished.from_sequence, wished.to_sequence), (1, 100));
    let stranger = world.stranger();
    let theirs = world.read(move |tx| summary::due(tx, stranger, talk));
    assert_eq!(theirs.unwrap_err().code(), "not_found");
}

#[test]
fn five_summaries_become_one_of_the_next_tier_and_a_long_conversation_ends_in_few() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 2_000);
    let made = sum_up_all(&world, talk);
    let of_tier = |tier| made.iter().filter(|one| one.0 == tier).count();
    assert_eq!((of_tier(1), of_tier(2), of_tier(3)), (20, 4, 0), "{made:?}");
    // What each tier has lies end to end, and nothing newer than the window is summed up.
    for tier in [1, 2] {
        let mut next = 1;
        for (_, from, to) in made.iter().filter(|one| one.0 == tier) {
            assert_eq!(*from, next);
            next = to + 1;
        }
        assert!(next <= 1_981);
    }
    assert_eq!(due(&world, talk), None);
    world.assert_sound();
}

#[test]
fn a_stretch_ends_before_it_is_too_long_for_a_model() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 0);
    let long = "你好，我们去市场吧。".repeat(500);
    for _ in 0..60 {
        world.send(talk, &long).unwrap();
    }
    let first = due(&world, talk).unwrap();
    assert_eq!(
        first.messages.len(),
        1,
        "one of 10,000 tokens is a stretch by itself"
    );
    world.assert_sound();
}

#[test]
fn a_summary_is_stored_to_the_letter_and_says_who_made_it() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 200);
    for (n, text) in (1_u32..).zip(REAL_TEXTS) {
        let new = NewSummary {
            text: (*text).to_owned(),
            ..over(talk, 1, n * 10, n * 10 + 9)
        };
        let stored = insert(&world, new).unwrap();
        assert_eq!(stored.text, *text);
        assert_eq!(stored.token_count, tokens::count(text));
        assert_eq!(stored.model.as_deref(), Some("qwen3:4b"));
        let user = world.user;
        let read = world
            .read(move |tx| summary::get(tx, user, stored.id))
            .unwrap();
        assert_eq!(read, stored);
    }
    let (mut cursor, mut seen): (Option<String>, _) = (None, Vec::new());
    let user = world.user;
    loop {
        let from = cursor.take();
        let page = world
            .read(move |tx| summary::list_page(tx, user, talk, from.as_deref(), 4))
            .unwrap();
        assert!(page.items.len() <= 4);
        seen.extend(page.items.into_iter().map(|one| one.text));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, REAL_TEXTS);
    world.assert_sound();
}

#[test]
fn a_summary_that_cannot_be_is_refused_and_changes_nothing() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 60);
    insert(&world, over(talk, 1, 10, 20)).unwrap();
    let text = |text: &str| NewSummary {
        text: text.to_owned(),
        ..over(talk, 1, 30, 40)
    };
    for (new, code) in [
        (over(talk, 0, 30, 40), "invalid"),
        (over(talk, 7, 30, 40), "invalid"),
        (over(talk, 1, 0, 40), "invalid"),
        (over(talk, 1, 41, 40), "invalid"),
        (text(" \n"), "invalid"),
        (text("a\0"), "invalid"),
        (text(&"é".repeat(10_001)), "invalid"),
        (over(talk, 1, 20, 30), "conflict"),
        (over(talk, 1, 1, 10), "conflict"),
        (over(talk, 1, 1, 60), "conflict"),
        (over(talk, 1, 12, 13), "conflict"),
        (over(talk, 1, 61, 70), "conflict"),
        (over(ConversationId::new(world.now()), 1, 1, 9), "not_found"),
    ] {
        assert_eq!(
            insert(&world, new.clone()).unwrap_err().code(),
            code,
            "{new:?}"
        );
    }
    insert(&world, over(talk, 2, 1, 60)).unwrap();
    insert(&world, over(talk, 1, 1, 9)).unwrap();
    assert_eq!(spans(&world, talk), [(2, 1, 60), (1, 1, 9), (1, 10, 20)]);
    let user = world.user;
    for cursor in ["", "x", "7.1", "0.1", "1", "1.x"] {
        let refused = world.read(move |tx| summary::list_page(tx, user, talk, Some(cursor), 4));
        assert_eq!(refused.unwrap_err().code(), "invalid", "{cursor}");
    }
    world.assert_sound();
}

#[test]
fn a_summary_of_what_changed_meanwhile_is_refused() {
    let world = World::new();
    let (talk, ids) = long_talk(&world, 60);
    let stretch = due(&world, talk).unwrap();
    world.edit(ids[3], "Otherwise", Later::Keep).unwrap();
    let refused = insert(&world, of_due(&stretch, "Old")).unwrap_err();
    assert_eq!(refused.code(), "conflict");
    let stretch = due(&world, talk).unwrap();
    world.delete_message(ids[4]).unwrap();
    assert_eq!(
        insert(&world, of_due(&stretch, "Old")).unwrap_err().code(),
        "conflict"
    );
    world.restore(Trashed::Message(ids[4])).unwrap();
    insert(&world, of_due(&stretch, "As it is again")).unwrap();
    // Of summaries too.
    let (talk, _) = long_talk(&world, 600);
    let last = loop {
        let stretch = due(&world, talk).unwrap();
        if stretch.tier == 2 {
            break stretch;
        }
        insert(&world, of_due(&stretch, "x")).unwrap();
    };
    assert_eq!(last.summaries.len(), 5);
    let (user, now, id) = (world.user, world.now(), last.summaries[2].id);
    world
        .write(move |tx| summary::update(tx, user, id, "The learner's own words", now))
        .unwrap();
    assert_eq!(
        insert(&world, of_due(&last, "Old")).unwrap_err().code(),
        "conflict"
    );
    world.assert_sound();
}

#[test]
fn the_learner_changes_and_deletes_summaries() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 600);
    sum_up_all(&world, talk);
    let before = spans(&world, talk);
    assert_eq!(before[0].0, 2);
    let (user, now) = (world.user, world.now());
    let page = world
        .read(move |tx| summary::list_page(tx, user, talk, None, 100))
        .unwrap();
    let first = page.items[1].clone();
    let changed = world
        .write(move |tx| summary::update(tx, user, first.id, "他们谈了猫。", now))
        .unwrap();
    assert_eq!(changed.token_count, tokens::count("他们谈了猫。"));
    assert!(
        changed.updated_at > changed.created_at,
        "whatever the clock did"
    );
    for wrong in ["", "a\0"] {
        let refused = world.write(move |tx| summary::update(tx, user, first.id, wrong, now));
        assert_eq!(refused.unwrap_err().code(), "invalid");
    }
    // Deleting one deletes what was made of it, and the stretch is due again.
    delete(&world, first.id);
    assert!(
        spans(&world, talk)
            .iter()
            .all(|one| one.0 == 1 && one.1 > 1)
    );
    let again = due(&world, talk).unwrap();
    assert_eq!((again.tier, again.from_sequence), (1, 1));
    sum_up_all(&world, talk);
    assert_eq!(spans(&world, talk), before);
    let cleared = world
        .write(move |tx| summary::clear(tx, user, talk, now))
        .unwrap();
    assert_eq!(cleared as usize, before.len());
    assert_eq!(spans(&world, talk), []);
    let log = world
        .read(move |tx| event::list(tx, user, talk, None, 1_000))
        .unwrap();
    let summarised = log
        .iter()
        .filter(|entry| entry.event_type == EventType::MemorySummarised)
        .count();
    assert!(summarised >= before.len());
    assert!(log.iter().all(|entry| !entry.event_data.contains("他们")));
    world.assert_sound();
}

/// Does something to a conversation of 300 messages that is summed up, and gives what is left of the summaries.
fn left_after(change: impl FnOnce(&World, ConversationId, &[MessageId])) -> Vec<(u32, u32, u32)> {
    let world = World::new();
    let (talk, ids) = long_talk(&world, 600);
    for n in 0..5 {
        insert(&world, over(talk, 1, n * 50 + 1, n * 50 + 50)).unwrap();
    }
    insert(&world, over(talk, 2, 1, 250)).unwrap();
    change(&world, talk, &ids);
    let left = spans(&world, talk);
    world.assert_sound();
    left
}

#[test]
fn what_sums_up_a_message_goes_when_it_changes_and_the_rest_stays() {
    let without_second = [(1, 1, 50), (1, 101, 150), (1, 151, 200), (1, 201, 250)];
    assert_eq!(
        left_after(|world, _, ids| {
            world.edit(ids[60], "Otherwise", Later::Keep).unwrap();
        }),
        without_second
    );
    assert_eq!(
        left_after(|world, _, ids| {
            world.delete_message(ids[60]).unwrap();
        }),
        without_second
    );
    assert_eq!(
        left_after(|world, _, ids| {
            let (user, now, some) = (world.user, world.now(), vec![ids[50], ids[99], ids[300]]);
            world
                .write(move |tx| message::delete_many(tx, user, &some, now))
                .unwrap();
        }),
        without_second
    );
    assert_eq!(
        left_after(|world, _, ids| {
            world.edit(ids[60], "Otherwise", Later::Discard).unwrap();
        }),
        [(1, 1, 50)]
    );
    assert_eq!(
        left_after(|world, _, ids| {
            split(world, ids[60]).unwrap();
        }),
        [(1, 1, 50)]
    );
    assert_eq!(
        left_after(|world, talk, _| {
            let other = world.conversation();
            world.send(other, "Hello").unwrap();
            merge(world, talk, other).unwrap();
        }),
        []
    );
    assert_eq!(
        left_after(|world, talk, _| drop(world.send(talk, "More"))).len(),
        6
    );
}

#[test]
fn what_was_summed_up_without_a_message_goes_when_that_comes_back() {
    for together in [false, true] {
        let world = World::new();
        let (talk, ids) = long_talk(&world, 300);
        let operation = if together {
            let (user, now, some) = (world.user, world.now(), vec![ids[60], ids[61]]);
            world
                .write(move |tx| message::delete_many(tx, user, &some, now))
                .unwrap()
        } else {
            world.delete_message(ids[60]).unwrap()
        };
        for n in 0..5 {
            insert(&world, over(talk, 1, n * 50 + 1, n * 50 + 50)).unwrap();
        }
        world.undo(operation.id).unwrap();
        assert_eq!(
            spans(&world, talk),
            [(1, 1, 50), (1, 101, 150), (1, 151, 200), (1, 201, 250)]
        );
        let gap = due(&world, talk).unwrap();
        assert_eq!((gap.from_sequence, gap.to_sequence), (51, 100));
        world.assert_sound();
    }
}

#[test]
fn an_edit_that_is_taken_back_takes_the_summary_of_its_words_with_it() {
    let world = World::new();
    let (talk, ids) = long_talk(&world, 100);
    let edit = world.edit(ids[5], "Otherwise", Later::Keep).unwrap();
    insert(&world, over(talk, 1, 1, 30)).unwrap();
    world.undo(edit.operation.unwrap().id).unwrap();
    assert_eq!(spans(&world, talk), []);
    world.assert_sound();
}
