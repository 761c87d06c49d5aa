//! What lies in the trash: it is listed a page at a time, to its owner alone, and ends after thirty days or when the
//! trash is emptied.

use parlance_storage::trash::{self, TrashPage, Trashed};
use parlance_storage::{ConversationId, Error, Timestamp};

use crate::support::{NOON, World};
use crate::trash::{code, words};

fn page(world: &World, cursor: Option<String>, limit: u32) -> Result<TrashPage, Error> {
    let user = world.user;
    world.read(move |tx| trash::list_page(tx, user, cursor.as_deref(), limit))
}

/// Advances the clock to the last `erased_after` in the trash. That is no fixed time: a thing is never deleted
/// before the newest id was made, and tests that share a process share its ids.
pub fn wait_until_all_is_due(world: &World) {
    let last = world.trash().iter().map(|item| item.erased_after).max();
    if let Some(last) = last {
        let left = last.as_millis() - world.now().as_millis();
        world.clock.advance(left);
    }
}

#[test]
fn the_trash_is_listed_latest_first_a_page_at_a_time() {
    let world = World::new();
    let mut expected = Vec::new();
    let talk = world.conversation();
    for number in 0..12 {
        // Some at the same moment, some not.
        world.clock.advance(number % 3);
        if number % 2 == 0 {
            let conversation = world.conversation();
            world.delete(conversation).unwrap();
            expected.push(conversation.to_string());
        } else {
            let said = world.send(talk, &format!("message {number}")).unwrap();
            world.delete_message(said.id).unwrap();
            expected.push(said.id.to_string());
        }
    }
    let all: Vec<String> = world.trash().into_iter().map(|item| item.id).collect();
    let mut sorted = all.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    let times: Vec<Timestamp> = world.trash().iter().map(|item| item.deleted_at).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    for limit in 1..=13 {
        let (mut cursor, mut seen) = (None, Vec::new());
        loop {
            let page = page(&world, cursor, limit).unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.into_iter().map(|item| item.id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all, "{limit} at a time");
    }
}

#[test]
fn a_page_goes_on_where_the_one_before_ended_whatever_was_taken_out_meanwhile() {
    let world = World::new();
    let conversations: Vec<ConversationId> = (0..4)
        .map(|_| {
            world.clock.advance(1);
            let id = world.conversation();
            world.delete(id).unwrap();
            id
        })
        .collect();
    let first = page(&world, None, 2).unwrap();
    world
        .restore(Trashed::Conversation(conversations[2]))
        .unwrap();
    let second = page(&world, first.next, 2).unwrap();
    let ids: Vec<String> = second.items.into_iter().map(|item| item.id).collect();
    assert_eq!(
        ids,
        [conversations[1].to_string(), conversations[0].to_string()]
    );
    for nonsense in [
        "",
        "conversation",
        "conversation.1",
        "letter.1.0000000000001",
        "message.x.0000000000001",
        "message.1.0000000000001.1",
    ] {
        assert_eq!(
            code(page(&world, Some(nonsense.into()), 2)),
            "invalid",
            "{nonsense}"
        );
    }
}

#[test]
fn nobody_sees_the_trash_of_another() {
    let world = World::new();
    let conversation = world.conversation();
    let said = world.send(conversation, "Mine").unwrap();
    world.delete_message(said.id).unwrap();
    let other = world.conversation();
    world.delete(other).unwrap();
    let stranger = world.stranger();
    let theirs = world.read(move |tx| trash::list_page(tx, stranger, None, 100));
    assert!(theirs.unwrap().items.is_empty());
    assert_eq!(
        world.write(move |tx| trash::condemn_all(tx, stranger)),
        Ok(0)
    );
    assert_eq!(world.trash().len(), 2);
}

#[test]
fn things_stay_in_the_trash_for_thirty_days_and_not_longer() {
    let world = World::new();
    let (conversation, talk) = (world.conversation(), world.conversation());
    world.send(conversation, "Good bye").unwrap();
    let said = world.send(talk, "Forget this").unwrap().id;
    world.send(talk, "Keep this").unwrap();
    world.delete(conversation).unwrap();
    world.delete_message(said).unwrap();

    wait_until_all_is_due(&world);
    world.clock.advance(-1_000);
    assert_eq!(world.erase_due(), 0);
    assert_eq!(world.trash().len(), 2);

    world.clock.advance(1_000);
    assert_eq!(
        world.erase_due(),
        3,
        "a message, and a conversation with another"
    );
    assert!(world.trash().is_empty());
    assert_eq!(words(&world, talk), ["Keep this"]);
    assert_eq!(
        code(world.restore(Trashed::Conversation(conversation))),
        "not_found"
    );
    assert_eq!(world.erase_due(), 0);
    world.assert_sound();
}

#[test]
fn what_was_deleted_while_the_clock_had_fallen_back_is_not_taken_for_long_past() {
    let world = World::new();
    let conversation = world.conversation();
    world.clock.advance(-NOON.as_millis() + 1);
    world.delete(conversation).unwrap();
    world.clock.advance(NOON.as_millis());
    assert_eq!(world.erase_due(), 0);
    world.restore(Trashed::Conversation(conversation)).unwrap();
}

#[test]
fn a_long_conversation_is_erased_in_pieces_and_the_counts_are_true_between_them() {
    let world = World::new();
    let conversation = world.conversation();
    for number in 0..250 {
        world
            .send(conversation, &format!("number {number}"))
            .unwrap();
    }
    world.delete(conversation).unwrap();
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| trash::condemn(tx, user, Trashed::Conversation(conversation)))
        .unwrap();
    // From here on it is nowhere, though it is still there.
    assert!(world.trash().is_empty());
    assert_eq!(
        code(world.restore(Trashed::Conversation(conversation))),
        "not_found"
    );
    let piece = world.write(move |tx| trash::sweep(tx, now, now)).unwrap();
    assert_eq!((piece.messages, piece.is_done), (100, false));
    assert_eq!(world.get_from_trash(conversation), 150);
    // As a process that died in the middle leaves it.
    let folder = world.assert_sound();
    let clock = std::sync::Arc::new(parlance_storage::ManualClock::new(NOON));
    let db = crate::support::open(folder.path(), &clock);
    assert_eq!(
        crate::support::block_on(trash::erase_due(&db, db.now())),
        Ok(151),
        "the rest and the conversation"
    );
}

#[test]
fn the_logs_forget_all_messages_that_are_erased_at_once_and_no_others() {
    let world = World::new();
    let talks = [world.conversation(), world.conversation()];
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for round in 0..6 {
        for talk in talks {
            let id = world.send(talk, &format!("câu số {round}")).unwrap().id;
            if round % 2 == 0 {
                gone.push(id);
            } else {
                kept.push(id);
            }
        }
    }
    for id in &gone {
        world.delete_message(*id).unwrap();
    }
    let things: Vec<Trashed> = gone.iter().copied().map(Trashed::Message).collect();
    world.erase(&things);
    let log: String = world
        .raw()
        .query_row(
            "SELECT group_concat(event_data) FROM conversation_events",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!(
        gone.iter().all(|id| !log.contains(&id.to_string())),
        "{log}"
    );
    assert!(kept.iter().all(|id| log.contains(&id.to_string())), "{log}");
}

#[test]
fn what_a_conversation_has_besides_its_messages_is_erased_in_pieces_too() {
    let world = World::new();
    let (talk, other) = (world.conversation(), world.conversation());
    world.send(talk, "Đi chợ").unwrap();
    world.send(other, "去市场").unwrap();
    let raw = world.raw();
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)";
    for insert in [
        "INSERT INTO conversation_events SELECT i, ?1, 'conversation_renamed', '{}', 0 FROM n",
        "INSERT INTO conversation_notes SELECT i, ?1, (SELECT min(id) FROM users), NULL, 'ghi chú ' || i, 0, 0, NULL FROM n",
        "INSERT INTO conversation_key_facts SELECT i, ?1, 'interest', 'chợ', 1.0, NULL, 1, 0, 0, NULL, NULL FROM n",
        "INSERT INTO conversation_summaries SELECT i, ?1, 2, 'tóm tắt', i, i, 0, NULL, 0, 0 FROM n",
    ] {
        raw.execute(&format!("{many} {insert}"), [talk]).unwrap();
    }
    let rows = || -> u32 {
        raw.query_row(
            "SELECT (SELECT count(*) FROM conversation_events) + (SELECT count(*) FROM conversation_notes)
                 + (SELECT count(*) FROM conversation_key_facts)
                 + (SELECT count(*) FROM conversation_summaries)",
            [],
            |row| row.get(0),
        )
        .unwrap()
    };
    world.delete(talk).unwrap();
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| trash::condemn(tx, user, Trashed::Conversation(talk)))
        .unwrap();
    let mut before = rows();
    assert!(before > 12_000);
    loop {
        let swept = world.write(move |tx| trash::sweep(tx, now, now)).unwrap();
        let after = rows();
        assert!(before - after <= 2_000, "{before} {after}");
        before = after;
        if swept.is_done {
            break;
        }
    }
    // Of the other conversation: that it was made, and its message.
    assert_eq!(before, 2);
    assert_eq!(words(&world, other), ["去市场"]);
    drop(raw);
    world.assert_sound();
}

#[test]
fn emptying_the_trash_leaves_what_is_not_in_it() {
    let world = World::new();
    let (talk, gone) = (world.conversation(), world.conversation());
    let said = world.send(talk, "Out with it").unwrap().id;
    world.send(talk, "In with it").unwrap();
    let within = world.send(gone, "Deleted alone, before").unwrap().id;
    world.delete_message(said).unwrap();
    world.delete_message(within).unwrap();
    world.delete(gone).unwrap();
    let user = world.user;
    assert_eq!(
        world.write(move |tx| trash::condemn_all(tx, user)),
        Ok(2),
        "as many as are listed"
    );
    world.erase_due();
    assert!(world.trash().is_empty());
    assert_eq!(words(&world, talk), ["In with it"]);
    let left: u32 = world
        .raw()
        .query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 1);
    world.assert_sound();
}
