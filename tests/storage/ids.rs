//! Ids: 63 bits, growing, 13 characters that survive JSON and people.

use std::str::FromStr;
use std::thread;

use parlance_storage::{ID_LENGTH, MessageId, Timestamp};
use proptest::prelude::*;

use crate::support::{NOON, World};

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

proptest! {
    #[test]
    fn any_id_survives_its_text_and_json(text in "[0-7][0-9A-HJKMNP-TV-Z]{12}") {
        let id = MessageId::from_str(&text).unwrap();
        prop_assert_eq!(&id.to_string(), &text);
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(&json, &format!("\"{text}\""));
        prop_assert_eq!(serde_json::from_str::<MessageId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_and_their_texts_sort_alike(a in "[0-7][0-9A-HJKMNP-TV-Z]{12}", b in "[0-7][0-9A-HJKMNP-TV-Z]{12}") {
        let (first, second) = (MessageId::from_str(&a).unwrap(), MessageId::from_str(&b).unwrap());
        prop_assert_eq!(first.cmp(&second), a.cmp(&b));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        if let Ok(id) = MessageId::from_str(&text) {
            prop_assert_eq!(id.to_string().len(), ID_LENGTH);
        }
    }

    #[test]
    fn ids_grow_whatever_the_clock_does(times in prop::collection::vec(any::<i64>(), 2..50)) {
        // The largest times would leave ids of the far future to every other test of this process.
        let ids: Vec<_> =
            times.iter().map(|time| MessageId::new(Timestamp::from_millis(time % NOON.as_millis()))).collect();
        prop_assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

#[test]
fn ids_of_many_threads_are_all_different() {
    let threads: Vec<_> = (0..8)
        .map(|_| thread::spawn(|| (0..2_000).map(|_| MessageId::new(NOON)).collect::<Vec<_>>()))
        .collect();
    let mut ids: Vec<_> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(ids.len(), 16_000);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 16_000);
}

#[test]
fn an_id_is_read_as_people_copy_it() {
    let id = MessageId::from_str("01ABCDEFGHJKM").unwrap();
    assert_eq!(MessageId::from_str("o1abcdefghjkm").unwrap(), id);
    assert_eq!(MessageId::from_str("0LABCDEFGHJKM").unwrap(), id);
    assert_eq!(MessageId::from_str("0iABCDEFGHJKM").unwrap(), id);
}

#[test]
fn what_is_no_id_is_refused() {
    for text in [
        "",
        "0",
        "01ABCDEFGHJK",
        "01ABCDEFGHJKMN",
        "81ABCDEFGHJKM",
        "01ABCDEFGHJKU",
        "01ABCDEFGHJK-",
        "01ABCDEFGHJé",
    ] {
        assert!(MessageId::from_str(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<MessageId>("12345").is_err());
}

#[test]
fn an_id_is_written_in_the_agreed_alphabet() {
    assert!(
        MessageId::new(NOON)
            .to_string()
            .chars()
            .all(|c| ALPHABET.contains(c))
    );
}

#[test]
fn ids_stay_above_what_is_stored_also_after_a_run_with_a_clock_that_was_ahead() {
    // Milliseconds since 2020 above 21 random bits. A day per table, so that no table helps another.
    let id_of = |day: i64| (NOON.as_millis() - 1_577_836_800_000 + day * 86_400_000) << 21;
    for (day, insert) in (1..).zip([
        "INSERT INTO conversation_events (id, conversation_id, event_type, created_at)
             SELECT ?1, id, 'message_sent', 0 FROM conversations",
        "INSERT INTO messages (id, conversation_id, role, content, sequence_number, created_at, updated_at)
             SELECT ?1, id, 'system', 'x', 1, 0, 0 FROM conversations",
        "INSERT INTO conversations (id, user_id, created_at, updated_at) SELECT ?1, id, 0, 0 FROM users",
        "INSERT INTO users (id, username, display_name, created_at, updated_at) VALUES (?1, 'x', 'x', 0, 0)",
    ]) {
        let world = World::new();
        world.conversation();
        world.db.close().unwrap();
        let ahead = id_of(day);
        world.raw().execute(insert, [ahead]).unwrap();
        let world = world.reopened();
        let next = world.conversation();
        let stored: i64 = world
            .raw()
            .query_row("SELECT max(id) FROM conversations WHERE id <> ?1", [ahead], |row| row.get(0))
            .unwrap();
        assert!(stored > ahead, "{next} was made after {ahead}: {insert}");
    }
}
