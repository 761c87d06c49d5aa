//! What people look for, in the languages in which they say it: every expected message is found, and whatever is
//! typed gives results or none.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use parlance_storage::search::SearchHit;
use parlance_storage::{MessageId, SearchKind, conversation, message};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::search_operators::{ZONES, zone};
use crate::searching::request;
use crate::support::{World, chunk, typed};

#[derive(Deserialize)]
struct Corpus {
    messages: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    key: String,
    conversation: String,
    role: String,
    content: String,
}

#[derive(Deserialize)]
struct Queries {
    queries: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    query: String,
    why: String,
    hits: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
}

#[derive(Deserialize)]
struct Hostile {
    queries: Vec<String>,
}

fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/storage/corpus")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The corpus in a database, and which key each message has.
fn said() -> (World, HashMap<MessageId, String>) {
    let world = World::new();
    let (user, now) = (world.user, world.now());
    let Corpus { messages } = fixture("corpus.json");
    let keys = world
        .write(move |tx| {
            let mut talks = HashMap::new();
            let mut keys = HashMap::new();
            for Said {
                key,
                conversation: title,
                role,
                content,
            } in messages
            {
                let talk = match talks.get(&title) {
                    Some(talk) => *talk,
                    None => {
                        let new = conversation::NewConversation {
                            title: Some(title.clone()),
                            ..crate::support::blank(user)
                        };
                        let talk = conversation::insert(tx, new, now)?.id;
                        talks.insert(title, talk);
                        talk
                    }
                };
                let id = if role == "user" {
                    message::send(tx, user, talk, typed(&content), now)?.id
                } else {
                    message::say(tx, talk, &content, &[chunk(&content)], "partner", now)?.id
                };
                assert!(keys.insert(id, key).is_none());
            }
            Ok(keys)
        })
        .unwrap();
    (world, keys)
}

/// What is found more than once.
fn twice(hits: &[SearchHit]) -> Option<&SearchHit> {
    let mut seen = HashSet::new();
    hits.iter().find(|hit| !seen.insert((hit.kind, &hit.id)))
}

#[test]
fn every_expected_message_is_found() {
    let (world, keys) = said();
    let Queries { queries } = fixture("queries.json");
    assert!(queries.len() >= 80);
    let mut wrong = Vec::new();
    for Expected {
        query,
        why,
        hits,
        not,
    } in queries
    {
        let all = world.search(&query);
        if let Some(twice) = twice(&all) {
            wrong.push(format!("{query:?} ({why}): {twice:?} twice"));
        }
        let found: Vec<&str> = all
            .iter()
            .filter(|hit| hit.kind == SearchKind::Message)
            .map(|hit| keys[&hit.message_id.unwrap()].as_str())
            .collect();
        let missing: Vec<_> = hits
            .iter()
            .filter(|key| !found.contains(&key.as_str()))
            .collect();
        let surplus: Vec<_> = not
            .iter()
            .filter(|key| found.contains(&key.as_str()))
            .collect();
        if !missing.is_empty() || !surplus.is_empty() {
            wrong.push(format!(
                "{query:?} ({why}): missing {missing:?}, surplus {surplus:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What is made to break a parser, and what is only long.
fn hostile() -> Vec<String> {
    let Hostile { mut queries } = fixture("hostile.json");
    assert!(queries.len() >= 60);
    queries.extend([
        "a".repeat(10_000),
        "字".repeat(10_000),
        "\"".repeat(10_000),
        "word ".repeat(2_000),
        "-x ".repeat(3_000),
        "try -fly ".repeat(300),
        "a字 ".repeat(1_000),
        "tag:a ".repeat(1_000),
        "-tag:a ".repeat(1_000),
        "-folder:a -is:unread -in:notes ".repeat(100),
        "e\u{301}".repeat(5_000),
        "👩‍👩‍👧‍👦".repeat(500),
        (0..=0x2ff_u32).filter_map(char::from_u32).collect(),
    ]);
    queries
}

/// Days at the ends of the calendar and beyond.
fn ends_of_the_calendar() -> Vec<String> {
    let days = [
        "9999-12-31",
        "9999-12-30",
        "9999-12-29",
        "9999-12",
        "9999",
        "9999.12.31",
        "10000-01-01",
        "0001-01-01",
        "0001",
        "0000-01-01",
        "0000",
        "-9999-01-01",
        "-9999",
        "-0001-12-31",
        "+999-01-01",
        "-999-01-01",
        "32767-01-01",
        "９９９９-１２-３１",
    ];
    let operators = ["before", "after", "-before", "-after"];
    days.iter()
        .flat_map(|day| operators.map(|operator| format!("{operator}:{day} day")))
        .collect()
}

#[test]
fn nothing_that_is_typed_is_an_error() {
    let (world, _) = said();
    let mut queries = hostile();
    queries.extend(ends_of_the_calendar());
    for query in queries {
        for kind in [None, Some(SearchKind::Title), Some(SearchKind::Word)] {
            // The days are the only part of a search that the place on earth touches.
            for name in if kind.is_none() {
                &ZONES[..]
            } else {
                &ZONES[..1]
            } {
                let mut asked = request(&query);
                asked.kind = kind;
                let mut hits = Vec::new();
                for number in 0..if *name == ZONES[0] { 3 } else { 1 } {
                    let page = world
                        .search_page_in(asked.clone(), zone(name))
                        .unwrap_or_else(|error| panic!("{query:?}, page {number}: {error:?}"));
                    hits.extend(page.hits);
                    asked.cursor = page.next;
                    if asked.cursor.is_none() {
                        break;
                    }
                }
                assert_eq!(twice(&hits), None, "{query:?}");
            }
        }
    }
}
