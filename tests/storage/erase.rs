//! Erased for ever: no row, no word in an index, and no byte in the files.

use std::fs;
use std::path::Path;

use parlance_storage::MessageId;
use parlance_storage::trash::Trashed;
use rusqlite::Connection;

use crate::support::{World, block_on};

/// Every byte of every file in the data directory.
pub fn all_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        bytes.extend(fs::read(entry.unwrap().path()).unwrap());
        bytes.extend(b"\n-- next file --\n");
    }
    bytes
}

pub fn holds(bytes: &[u8], text: &str) -> bool {
    let text = text.as_bytes();
    bytes
        .windows(text.len())
        .any(|window| window[0] == text[0] && window == text)
}

pub fn hits(raw: &Connection, table: &str, query: &str) -> usize {
    raw.prepare(&format!("SELECT rowid FROM {table} WHERE {table} MATCH ?1"))
        .unwrap()
        .query_map([query], |_| Ok(()))
        .unwrap()
        .count()
}

/// The terms of a full-text table that contain `part`.
fn terms_with(raw: &Connection, table: &str, part: &str) -> Vec<String> {
    raw.execute_batch(&format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table}_terms USING fts5vocab ('main', '{table}', 'row')"
    ))
    .unwrap();
    raw.prepare(&format!(
        "SELECT term FROM temp.{table}_terms WHERE instr(term, ?1) > 0"
    ))
    .unwrap()
    .query_map([part], |row| row.get(0))
    .unwrap()
    .collect::<Result<_, _>>()
    .unwrap()
}

pub fn delete_and_erase(world: &World, message: MessageId) {
    world.delete_message(message).unwrap();
    world.erase(&[Trashed::Message(message)]);
}

/// What is erased, what must not be found of it afterwards, and a word that a neighbour has too.
struct Case {
    text: String,
    forbidden: Vec<&'static str>,
    shared: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |text: &str, forbidden: &[&'static str], shared| Case {
        text: text.to_owned(),
        forbidden: forbidden.to_vec(),
        shared,
    };
    let long = format!(
        "{} then whispered zqmurmelings {} bicycle",
        "zqbegin ".repeat(2_000),
        "zqmiddle filler ".repeat(3_000)
    );
    vec![
        // Stemmed: the index knows it as "zqwander".
        case(
            "Yesterday I was zqwandering by the river",
            &["zqwander"],
            "river",
        ),
        // Folded: the index knows it as "zqcremeux".
        case(
            "Un gâteau zqcrémeux, s'il vous plaît",
            &["zqcrémeux", "zqcremeux", "zqCr"],
            "plaît",
        ),
        case("Tôi ăn zqphởbò mỗi sáng", &["zqphởbò", "zqphobo"], "sáng"),
        case(
            "我昨天在龘靐齉的海边散步",
            &["龘靐齉", "龘靐", "靐齉"],
            "海边散",
        ),
        case(
            "今日は鱻麤灥を食べました",
            &["鱻麤灥", "鱻麤", "麤灥"],
            "食べま",
        ),
        case(
            "Look 👩‍🦰🦩🫎👨‍🚀 zqemojis are here together",
            &["🦩🫎", "👩‍🦰🦩", "zqemoji"],
            "together",
        ),
        case(&long, &["zqbegin", "zqmurmel", "zqmiddle"], "bicycle"),
    ]
}

#[test]
fn no_byte_of_an_erased_message_is_left_and_its_neighbours_are_found_as_before() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "A beginning").unwrap();
    for case in cases() {
        world
            .send(talk, &format!("before: {}", case.shared))
            .unwrap();
        let victim = world.send(talk, &case.text).unwrap().id;
        world
            .send(talk, &format!("after: {}", case.shared))
            .unwrap();
        // The log is folded in now and then, and the index merged: the words lie in more than one place.
        block_on(world.db.checkpoint()).unwrap();
        let bytes = all_bytes(world.path());
        assert!(
            case.forbidden.iter().any(|text| holds(&bytes, text)),
            "it must have been there"
        );
        let raw = world.raw();
        let index = if case.shared.is_ascii() || case.shared == "plaît" || case.shared == "sáng" {
            "message_search_words"
        } else {
            "message_search_trigrams"
        };
        let before = hits(&raw, index, case.shared);
        assert!(before >= 3);

        delete_and_erase(&world, victim);
        let bytes = all_bytes(world.path());
        for text in &case.forbidden {
            assert!(!holds(&bytes, text), "{text} is still in a file");
            for table in ["message_search_words", "message_search_trigrams"] {
                assert_eq!(terms_with(&raw, table, text), Vec::<String>::new());
            }
        }
        assert_eq!(hits(&raw, index, case.shared), before - 1);
    }
    world.assert_sound();
}

#[test]
fn no_byte_of_an_erased_reply_is_left_also_of_its_chunks() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Tell me something").unwrap();
    let reply = world.reply(talk, &["A zqsecretly kept thing. ", "And 龘靐齉 more."]);
    let other = world.reply(talk, &["A well kept thing. "]);
    delete_and_erase(&world, reply.id);
    let bytes = all_bytes(world.path());
    for text in ["zqsecret", "龘靐"] {
        assert!(!holds(&bytes, text), "{text}");
    }
    assert_eq!(world.messages(talk).last().unwrap().chunks, other.chunks);
    world.assert_sound();
}
