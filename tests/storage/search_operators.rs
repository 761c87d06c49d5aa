//! Operators: the ends of the calendar, and conditions that must not be so.

use jiff::tz::TimeZone;
use parlance_storage::{SearchKind, conversation};

use crate::searching::request;
use crate::support::{World, json, parlance_db};

pub const ZONES: [&str; 4] = [
    "UTC",
    "America/New_York",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
];

pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

#[test]
fn the_first_and_the_last_day_of_the_calendar_are_days_as_any_other() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Hello from this century").unwrap();
    for name in ZONES {
        for (query, count) in [
            ("hello before:9999-12-31", 1),
            ("hello after:9999-12-31", 0),
            ("hello before:9999", 1),
            ("hello after:9999-12-30", 0),
            ("hello before:0001-01-01", 0),
            ("hello after:0001-01-01", 1),
            ("hello before:0000", 0),
            ("hello after:0000-01-01", 1),
            ("hello -before:0000", 1),
            ("hello -after:9999-12-31", 1),
            // Four digits make a year: this is looked for as words.
            ("hello before:-9999-01-01", 0),
            ("hello after:10000-01-01", 0),
        ] {
            let mut asked = request(query);
            asked.kind = Some(SearchKind::Message);
            let page = world
                .search_page_in(asked, zone(name))
                .unwrap_or_else(|error| panic!("{query}, {name}: {error}"));
            assert_eq!(page.hits.len(), count, "{query}, {name}");
        }
    }
}

/// Two conversations about meetings: one at work, tagged, and one of a trip, pinned, in a folder of a folder, of level
/// B1 and archived.
fn meetings() -> World {
    let world = World::new();
    let (work, trip) = (world.conversation(), world.conversation());
    let first = world.send(work, "The meeting about the budget").unwrap();
    world.reply(work, &["A meeting is a good idea."]);
    world
        .send(trip, "The meeting point at the airport")
        .unwrap();
    world.bookmark(first.id, None).unwrap();
    world.note(work, None, "Meeting notes").unwrap();
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| conversation::rename(tx, user, trip, "Meeting in Rome", now))
        .unwrap();
    world
        .raw()
        .execute_batch(
            "INSERT INTO conversation_folders (id, user_id, name, created_at, updated_at)
                 SELECT 10, id, 'Été 2024', 0, 0 FROM users;
             INSERT INTO conversation_folders (id, user_id, name, parent_folder_id, created_at, updated_at)
                 SELECT 11, id, 'Rome', 10, 0, 0 FROM users;
             UPDATE conversations SET folder_id = 11, level = 'B1', pinned_at = 1, pin_order = 1, status = 'archived'
                 WHERE id = (SELECT max(id) FROM conversations);
             INSERT INTO conversation_tags SELECT min(id), 'À faire', 0 FROM conversations;
             UPDATE messages SET created_at = 1709164800000 + 86400000 * sequence_number;",
        )
        .unwrap();
    world
}

#[test]
fn an_operator_with_a_minus_leaves_out_what_it_would_find() {
    let world = meetings();
    for (query, count) in [
        ("meeting -from:me", 1),
        ("meeting -from:tutor", 2),
        ("meeting -from:me -from:tutor", 0),
        ("meeting -folder:ete", 2),
        ("meeting -folder:Rome", 2),
        ("meeting -folder:\"rom\"", 3),
        ("meeting -tag:\"a faire\"", 1),
        ("meeting -tag:a -folder:ete", 0),
        ("meeting -level:b1", 2),
        ("meeting -level:c2", 3),
        ("meeting -is:pinned", 2),
        ("meeting -is:archived", 2),
        ("meeting -is:bookmarked", 2),
        ("meeting -is:unread", 1),
        ("meeting is:unread -from:tutor", 1),
        ("meeting is:pinned -is:archived", 0),
        ("-is:pinned from:me", 1),
        ("-tag:\"À faire\"", 1),
        // The first messages were said on 1 March, the reply on 2 March.
        ("meeting -before:2024-03-02", 1),
        ("meeting -after:2024-03-02", 2),
        ("meeting after:2024-03-01 -after:2024-03-02", 2),
        // Nobody has these.
        ("meeting -tag:nobody", 3),
        ("meeting -folder:nowhere", 3),
        ("meeting -tag:nobody -tag:\"a faire\"", 1),
        // Still being typed.
        ("meeting -tag:", 3),
        ("meeting -folder:", 3),
        // No such level, no such state, no such day: excluded as words.
        ("meeting -level:Z9", 3),
        ("meeting -is:good", 3),
        ("meeting -before:budget", 3),
        ("meeting -folder：rome", 2),
    ] {
        let found = world.search(&format!("in:messages {query}"));
        assert_eq!(found.len(), count, "{query}: {found:?}");
    }
}

#[test]
fn a_place_with_a_minus_is_not_looked_into() {
    let world = meetings();
    let kinds = |query: &str| {
        let mut kinds: Vec<_> = world.search(query).iter().map(|hit| hit.kind).collect();
        kinds.dedup();
        kinds
    };
    let (title, note, message) = (SearchKind::Title, SearchKind::Note, SearchKind::Message);
    for (query, expected) in [
        ("meeting", vec![title, note, message]),
        ("meeting -in:notes", vec![title, message]),
        ("meeting -in:messages", vec![title, note]),
        ("meeting -in:messages -in:titles -in:notes", vec![]),
        ("meeting in:notes -in:titles", vec![note]),
        ("meeting in:notes -in:notes", vec![]),
        ("meeting -in:pockets", vec![title, note, message]),
        // Nobody said a title, and a note is nobody's reply.
        ("meeting -from:me", vec![title, note, message]),
        ("rome", vec![title]),
        ("rome -is:pinned", vec![]),
        ("rome -from:me -is:bookmarked", vec![title]),
        ("-in:notes", vec![]),
    ] {
        assert_eq!(kinds(query), expected, "{query}");
    }
}

#[test]
fn the_tool_takes_a_query_that_begins_with_an_exclusion_like_an_option_or_not() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "我想吃crème brûlée。").unwrap();
    for (query, count) in [
        ("-absent", 1),
        ("-brûlée", 0),
        ("-help", 1),
        ("-Very", 1),
        ("-\"想吃\"", 0),
        ("-is:pinned 想", 1),
    ] {
        let output = parlance_db(world.path(), &["search", query, "--limit", "3", "--json"]);
        assert!(output.status.success(), "{query}: {output:?}");
        let hits = &json(&output)["hits"];
        assert_eq!(hits.as_array().unwrap().len(), count, "{query}");
    }
}

#[test]
fn a_word_whose_conversation_is_gone_is_in_no_folder_and_has_no_tag() {
    let world = World::new();
    world
        .raw()
        .execute(
            "INSERT INTO vocabulary_words (id, user_id, language, word, first_encountered_at, created_at, updated_at)
             VALUES (3, ?1, 'en', 'serendipity', 0, 0, 0)",
            [world.user],
        )
        .unwrap();
    for query in [
        "serendipity -tag:work",
        "serendipity -folder:work",
        "serendipity -is:pinned",
        "serendipity -is:archived -is:unread -level:b1 -from:me",
    ] {
        assert_eq!(world.search(query).len(), 1, "{query}");
    }
    for query in ["serendipity is:pinned", "serendipity tag:work"] {
        assert_eq!(world.search(query).len(), 0, "{query}");
    }
}
