//! Page after page: every hit comes once, whatever happens between two pages.

use std::collections::HashSet;

use parlance_storage::{ConversationId, MessageId, SearchKind, message};

use crate::message_edits::{delete_many, undo_newest};
use crate::searching::request;
use crate::support::{World, typed};

/// Says so many things, the oldest first.
fn say(
    world: &World,
    talk: ConversationId,
    count: usize,
    text: fn(usize) -> String,
) -> Vec<MessageId> {
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| {
            (0..count)
                .map(|number| {
                    message::send(tx, user, talk, typed(&text(number)), now).map(|sent| sent.id)
                })
                .collect()
        })
        .unwrap()
}

/// Turns all pages of messages; `between` is told after each page its number and what was shown so far.
fn turn(
    world: &World,
    query: &str,
    mut between: impl FnMut(usize, &HashSet<MessageId>),
) -> HashSet<MessageId> {
    let mut seen = HashSet::new();
    let mut next = request(query);
    next.kind = Some(SearchKind::Message);
    next.limit = 100;
    for number in 1.. {
        let page = world.search_page(next.clone()).unwrap();
        assert!(page.hits.len() <= 100);
        for hit in page.hits {
            assert!(seen.insert(hit.message_id.unwrap()), "{query}: twice");
        }
        between(number, &seen);
        match page.next {
            Some(cursor) => next.cursor = Some(cursor),
            None => break,
        }
    }
    seen
}

#[test]
fn every_hit_is_on_one_page_and_on_one_only() {
    for query in [
        "needle",
        "eedl",
        "-nothing is:nowhere needle",
        "كتاب",
        "שלום",
        "كتاب needle",
        "中文 كتاب",
        "كتاب -قديم -missing",
    ] {
        let world = World::new();
        let talk = world.conversation();
        let sent = say(&world, talk, 1_100, |number| {
            let hay = "hay ".repeat(number % 7);
            format!("needle number {number}, {hay}هذا كتاب جديد، שלום עולם، 学中文")
        });
        let mut deleted = HashSet::new();
        let seen = turn(&world, query, |number, seen| {
            if number == 2 || number == 7 {
                let hidden = sent
                    .iter()
                    .filter(|id| !seen.contains(id) && !deleted.contains(*id));
                let gone: Vec<_> = hidden.copied().step_by(17).take(20).collect();
                delete_many(&world, &gone).unwrap();
                deleted.extend(gone);
                // What is said meanwhile moves no page.
                world
                    .send(talk, "one more needle, كتاب, שלום, 中文")
                    .unwrap();
            }
        });
        if query.contains("is:nowhere") {
            assert_eq!(seen.len(), 0);
            continue;
        }
        let stayed: HashSet<_> = sent
            .into_iter()
            .filter(|id| !deleted.contains(id))
            .collect();
        let lost: Vec<_> = stayed.difference(&seen).collect();
        assert!(lost.is_empty(), "{query}: {} never shown", lost.len());
    }
}

#[test]
fn what_is_deleted_between_two_pages_hides_no_better_hit_further_down() {
    let world = World::new();
    let talk = world.conversation();
    let sent = say(&world, talk, 1_500, |number| {
        if number < 500 {
            "apple apple apple".to_owned()
        } else {
            format!("an apple is here {number} and more words")
        }
    });
    let seen = turn(&world, "apple", |number, _| {
        if number == 2 {
            delete_many(&world, &sent[700..720]).unwrap();
        }
    });
    let all: HashSet<_> = turn(&world, "apple", |_, _| {});
    assert_eq!(all.len(), 1_480);
    assert_eq!(all.difference(&seen).count(), 0);
}

#[test]
fn what_comes_back_from_the_trash_between_two_pages_brings_nothing_twice() {
    let world = World::new();
    let talk = world.conversation();
    let sent = say(&world, talk, 2_400, |number| {
        format!("apple {}", "and pear ".repeat(number % 5))
    });
    delete_many(&world, &sent[1_000..2_000]).unwrap();
    let all: HashSet<_> = turn(&world, "apple", |_, _| {});
    let seen = turn(&world, "apple", |number, _| {
        if number == 2 {
            undo_newest(&world).unwrap();
        }
    });
    assert_eq!(all.difference(&seen).count(), 0);
}

#[test]
fn an_exact_arabic_or_hebrew_hit_comes_once() {
    let world = World::new();
    let talk = world.conversation();
    for text in [
        "قرأت الكتاب أمس",
        "هذا كتاب جديد",
        "שלום עולם",
        "كِتَابٌ",
        "كتاب 中文字 and they run after a football",
    ] {
        world.send(talk, text).unwrap();
    }
    for (query, count) in [
        ("كتاب", 4),
        ("كتاب ", 4),
        ("שלום", 1),
        ("עולם", 1),
        ("كتاب جديد", 1),
        ("كتاب -قديم", 4),
        ("كتاب -جديد", 3),
        ("中文 كتاب", 1),
        ("كتاب run ", 1),
        ("كتاب ootbal", 1),
        ("كتاب -absent 中", 1),
    ] {
        let found = turn(&world, query, |_, _| {});
        assert_eq!(found.len(), count, "{query}");
    }
}
