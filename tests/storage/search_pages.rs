//! Page after page: every hit comes once, whatever happens between two pages.

use std::collections::HashSet;

use parlance_storage::{MessageId, SearchKind};

use crate::searching::request;
use crate::support::World;

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
