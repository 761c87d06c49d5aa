//! Reading a conversation in both directions, from any place of it, with what the learner did with each message.

use std::time::{Duration, Instant};

use parlance_storage::message::{self, Later, MessagePage};
use parlance_storage::{ConversationId, MessageId, Reaction, reaction};

use crate::support::{NOON, World};

/// That many messages at the end of a conversation, past the API but true to it.
pub fn fill(world: &World, talk: ConversationId, count: u32) {
    let raw = world.raw();
    raw.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO messages (id, conversation_id, role, content, sequence_number, created_at, updated_at)
         SELECT 1000000 + i, ?1, 'user', 'mensaje número ' || i || ' 消息',
             (SELECT coalesce(max(sequence_number), 0) FROM messages WHERE conversation_id = ?1) + i, 0, 0
         FROM n",
        rusqlite::params![talk, count],
    )
    .unwrap();
    raw.execute(
        "UPDATE conversations SET (message_count, last_message_at, last_message_preview) =
             (SELECT count(*), 0, 'mensaje número ' || ?2 || ' 消息' FROM messages
              WHERE conversation_id = ?1 AND deleted_at IS NULL)
         WHERE id = ?1",
        rusqlite::params![talk, count],
    )
    .unwrap();
}

fn after(world: &World, talk: ConversationId, place: u32, limit: u32) -> MessagePage {
    let user = world.user;
    world
        .read(move |tx| message::list_after(tx, user, talk, place, limit))
        .unwrap()
}

fn before(world: &World, talk: ConversationId, place: Option<u32>, limit: u32) -> MessagePage {
    let user = world.user;
    world
        .read(move |tx| message::list_before(tx, user, talk, place, limit))
        .unwrap()
}

fn around(world: &World, id: MessageId, limit: u32) -> MessagePage {
    let user = world.user;
    world
        .read(move |tx| message::list_around(tx, user, id, limit))
        .unwrap()
}

/// The places of a page, and whether there is more before and after it.
fn shape(page: &MessagePage) -> (Vec<u32>, bool, bool) {
    let places = page.messages.iter().map(|message| message.sequence_number);
    (places.collect(), page.has_more, page.has_newer)
}

fn talk_of_ten(world: &World) -> (ConversationId, Vec<MessageId>) {
    let talk = world.conversation();
    for turn in 0..5 {
        world.send(talk, &format!("question {turn}")).unwrap();
        world.reply(talk, &["An answer. ", "And more."]);
    }
    let ids = world.messages(talk).iter().map(|said| said.id).collect();
    (talk, ids)
}

#[test]
fn a_conversation_is_read_onwards_by_place() {
    let world = World::new();
    let (talk, _) = talk_of_ten(&world);
    assert_eq!(
        shape(&after(&world, talk, 0, 4)),
        ((1..=4).collect(), false, true)
    );
    assert_eq!(
        shape(&after(&world, talk, 4, 4)),
        ((5..=8).collect(), true, true)
    );
    let last = after(&world, talk, 8, 4);
    assert_eq!(shape(&last), (vec![9, 10], true, false));
    assert_eq!(last.messages[1].chunks.len(), 2);
    assert_eq!(shape(&after(&world, talk, 10, 4)), (vec![], true, false));
    assert_eq!(
        shape(&after(&world, talk, u32::MAX, 0)),
        (vec![], true, false)
    );
    let empty = world.conversation();
    assert_eq!(shape(&after(&world, empty, 0, 4)), (vec![], false, false));
}

#[test]
fn a_page_backwards_says_whether_there_are_newer_ones() {
    let world = World::new();
    let (talk, _) = talk_of_ten(&world);
    assert_eq!(
        shape(&before(&world, talk, None, 3)),
        ((8..=10).collect(), true, false)
    );
    assert_eq!(
        shape(&before(&world, talk, Some(8), 20)),
        ((1..=7).collect(), false, true)
    );
    assert_eq!(
        shape(&before(&world, talk, Some(11), 2)),
        (vec![9, 10], true, false)
    );
}

#[test]
fn a_message_is_shown_among_those_around_it() {
    let world = World::new();
    let (talk, ids) = talk_of_ten(&world);
    for (message, limit, places, has_more, has_newer) in [
        (5, 4, 3..=6, true, true),
        (5, 5, 3..=7, true, true),
        (5, 1, 5..=5, true, true),
        (1, 4, 1..=4, false, true),
        (2, 6, 1..=6, false, true),
        (10, 4, 8..=10, true, false),
        (5, 200, 1..=10, false, false),
        (3, 0, 3..=3, true, true),
    ] {
        let page = around(&world, ids[message - 1], limit);
        assert_eq!(
            shape(&page),
            (places.collect(), has_more, has_newer),
            "{message} of {limit}"
        );
    }
    assert_eq!(around(&world, ids[3], 2).messages[1].chunks.len(), 2);
    // What is in the trash is neither shown nor waited for.
    for gone in [4, 5, 9] {
        world.delete_message(ids[gone]).unwrap();
    }
    assert_eq!(
        shape(&around(&world, ids[3], 4)),
        (vec![2, 3, 4, 7], true, true)
    );
    assert_eq!(shape(&after(&world, talk, 8, 1)), (vec![9], true, false));
    let user = world.user;
    for id in [ids[4], MessageId::new(NOON)] {
        let lost = world.read(move |tx| message::list_around(tx, user, id, 4));
        assert_eq!(lost.unwrap_err().code(), "not_found");
    }
}

#[test]
fn nothing_of_a_stranger_can_be_read_in_any_direction() {
    let world = World::new();
    let (talk, ids) = talk_of_ten(&world);
    let (stranger, id) = (world.stranger(), ids[0]);
    let codes = [
        world.read(move |tx| message::list_after(tx, stranger, talk, 0, 1).map(drop)),
        world.read(move |tx| message::list_around(tx, stranger, id, 1).map(drop)),
    ];
    for code in codes {
        assert_eq!(code.unwrap_err().code(), "not_found");
    }
}

#[test]
fn a_page_shows_what_the_learner_did_with_each_message() {
    let world = World::new();
    let (talk, ids) = talk_of_ten(&world);
    let (user, now) = (world.user, world.now());
    world.edit(ids[0], "Question nought", Later::Keep).unwrap();
    world.edit(ids[0], "Question zero", Later::Keep).unwrap();
    world.bookmark(ids[1], None).unwrap();
    let liked = ids[3];
    world
        .write(move |tx| reaction::set(tx, user, liked, Reaction::TooHard, None, now))
        .unwrap();
    world.note(talk, Some(ids[3]), "one").unwrap();
    let gone = world.note(talk, Some(ids[3]), "two").unwrap();
    world.delete_note(gone.id).unwrap();
    world.note(talk, Some(ids[3]), "three").unwrap();
    world.note(talk, None, "on all of it").unwrap();
    let marks = |page: MessagePage| -> Vec<(u32, bool, Option<Reaction>, u32)> {
        let said = page.messages.into_iter().take(4);
        said.map(|said| {
            (
                said.edit_count,
                said.is_bookmarked,
                said.reaction,
                said.note_count,
            )
        })
        .collect()
    };
    let expected = [
        (2, false, None, 0),
        (0, true, None, 0),
        (0, false, None, 0),
        (0, false, Some(Reaction::TooHard), 2),
    ];
    assert_eq!(marks(before(&world, talk, None, 200)), expected);
    assert_eq!(marks(after(&world, talk, 0, 4)), expected);
    assert_eq!(marks(around(&world, ids[1], 8)), expected);
    let one = world.read(move |tx| message::get(tx, user, liked)).unwrap();
    assert_eq!((one.reaction, one.note_count), (Some(Reaction::TooHard), 2));
    let wire = serde_json::to_value(&one).unwrap();
    assert_eq!(
        (
            &wire["editCount"],
            &wire["isBookmarked"],
            &wire["reaction"],
            &wire["noteCount"]
        ),
        (&0.into(), &false.into(), &"too_hard".into(), &2.into())
    );
}

/// The least of several times, so that a busy computer does not count.
fn least(mut work: impl FnMut()) -> Duration {
    let times = (0..15).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    times.min().unwrap()
}

#[test]
fn a_message_however_far_back_costs_what_the_last_one_costs() {
    let world = World::new();
    let talk = world.conversation();
    fill(&world, talk, 50_000);
    let at = |place: u32| after(&world, talk, place - 1, 1).messages[0].id;
    let (first, middle, last) = (at(50), at(25_000), at(49_950));
    let near = least(|| drop(around(&world, last, 50)));
    for id in [first, middle] {
        let far = least(|| drop(around(&world, id, 50)));
        assert!(
            far < near * 4 + Duration::from_millis(2),
            "{far:?}, {near:?}"
        );
    }
    let near = least(|| drop(before(&world, talk, None, 50)));
    let far = least(|| drop(after(&world, talk, 100, 50)));
    assert!(
        far < near * 4 + Duration::from_millis(2),
        "{far:?}, {near:?}"
    );
}
