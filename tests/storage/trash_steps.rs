//! Whatever is deleted, restored, undone and erased, in whatever order: the database is sound.

use parlance_storage::trash::Trashed;
use parlance_storage::{MessageId, conversation};
use proptest::prelude::*;

use crate::support::{World, cases};
use crate::trash::listed;
use crate::trash_contents::wait_until_all_is_due;

/// What may happen to the conversations of a learner, by number.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    Send(usize),
    Reply(usize),
    Delete(usize),
    DeleteMessage(usize),
    Restore(usize),
    Erase(usize),
    UndoNewest,
    Undo(usize),
    Rename(usize),
    Month,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Begin),
        4 => (0..8_usize).prop_map(Step::Send),
        3 => (0..8_usize).prop_map(Step::Reply),
        2 => (0..8_usize).prop_map(Step::Delete),
        3 => (0..16_usize).prop_map(Step::DeleteMessage),
        3 => (0..8_usize).prop_map(Step::Restore),
        1 => (0..8_usize).prop_map(Step::Erase),
        2 => Just(Step::UndoNewest),
        1 => (0..8_usize).prop_map(Step::Undo),
        1 => (0..8_usize).prop_map(Step::Rename),
        1 => Just(Step::Month),
        1 => Just(Step::Restart),
    ]
}

fn pick<T: Copy>(from: &[T], number: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[number % from.len()])
}

fn take(world: World, step: &Step) -> World {
    let conversations = listed(&world);
    let things: Vec<Trashed> = world
        .trash()
        .iter()
        .map(|item| Trashed::named(item.kind, &item.id).unwrap())
        .collect();
    let messages: Vec<MessageId> = conversations
        .iter()
        .flat_map(|id| world.messages(*id))
        .map(|message| message.id)
        .collect();
    match *step {
        Step::Begin => drop(world.conversation()),
        Step::Send(number) => {
            if let Some(id) = pick(&conversations, number) {
                world.send(id, &format!("words {number} 中文字")).unwrap();
            }
        }
        Step::Reply(number) => {
            if let Some(id) = pick(&conversations, number) {
                world.reply(id, &["One. ", "Two."]);
            }
        }
        Step::Delete(number) => {
            if let Some(id) = pick(&conversations, number) {
                world.delete(id).unwrap();
            }
        }
        Step::DeleteMessage(number) => {
            if let Some(id) = pick(&messages, number) {
                world.delete_message(id).unwrap();
            }
        }
        Step::Restore(number) => {
            if let Some(thing) = pick(&things, number) {
                world.restore(thing).unwrap();
            }
        }
        Step::Erase(number) => {
            if let Some(thing) = pick(&things, number) {
                world.erase(&[thing]);
            }
        }
        Step::UndoNewest => {
            if let Some(newest) = world.operations().first() {
                // The newest can fail only for what lies in the trash by now, after an undo out of order.
                if let Err(error) = world.undo(newest.id) {
                    assert_eq!(error.code(), "conflict");
                }
            }
        }
        Step::Undo(number) => {
            let ids: Vec<_> = world.operations().iter().map(|done| done.id).collect();
            if let Some(id) = pick(&ids, number)
                && let Err(error) = world.undo(id)
            {
                assert_eq!(error.code(), "conflict");
            }
        }
        Step::Rename(number) => {
            if let Some(id) = pick(&conversations, number) {
                let (user, now) = (world.user, world.now());
                world
                    .write(move |tx| {
                        conversation::rename(tx, user, id, &format!("title {number}"), now)
                    })
                    .unwrap();
            }
        }
        Step::Month => {
            wait_until_all_is_due(&world);
            world.erase_due();
            assert!(world.trash().is_empty());
        }
        Step::Restart => {
            world.db.close().unwrap();
            return world.reopened();
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(24), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_deleted_restored_undone_and_erased_the_database_is_sound(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut world = World::new();
        for step in &steps {
            world = take(world, step);
        }
        world.assert_sound();
    }
}
