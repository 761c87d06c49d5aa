//! Pins and their order, which the learner makes by hand.

use parlance_storage::conversation::{self, ListFilter};
use parlance_storage::operation::{self, Operation};
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, Error, OperationKind};

use crate::organising::said;
use crate::support::{World, blank};

fn talks(world: &World, number: usize) -> Vec<ConversationId> {
    (0..number).map(|_| world.conversation()).collect()
}

/// The pinned ones by their places, which are 1 to n.
fn pinned(world: &World) -> Vec<ConversationId> {
    let listed = world.list(&ListFilter::default()).into_iter();
    let pinned: Vec<_> = listed
        .filter(|id| world.get(*id).pinned_at.is_some())
        .collect();
    for (place, id) in (1..).zip(&pinned) {
        assert_eq!(world.get(*id).pin_order, Some(place));
    }
    pinned
}

#[test]
fn new_pins_go_to_the_end_in_the_order_given() {
    let world = World::new();
    let ids = talks(&world, 5);
    world.pin(&[ids[3]], true).unwrap();
    let done = world.pin(&[ids[1], ids[3], ids[0], ids[1]], true).unwrap();
    let done = done.unwrap();
    assert_eq!((done.kind, done.count), (OperationKind::ConversationPin, 2));
    assert_eq!(pinned(&world), [ids[3], ids[1], ids[0]]);
    assert_eq!(world.pin(&[ids[3]], true).unwrap(), None);
    world.pin(&[ids[1]], false).unwrap();
    assert_eq!(pinned(&world), [ids[3], ids[0]]);
    world.undo_newest().unwrap();
    assert_eq!(pinned(&world), [ids[3], ids[1], ids[0]]);
    world.undo(done.id).unwrap();
    assert_eq!(pinned(&world), [ids[3]]);
    assert_eq!(world.pin(&[ids[0]], false).unwrap(), None);
    world.assert_sound();
}

#[test]
fn a_pin_is_moved_before_another_or_to_the_end_and_back() {
    let world = World::new();
    let ids = talks(&world, 4);
    world.pin(&ids[..3], true).unwrap();
    world.move_pin(ids[2], Some(ids[0])).unwrap();
    assert_eq!(pinned(&world), [ids[2], ids[0], ids[1]]);
    let to_end = world.move_pin(ids[2], None).unwrap().unwrap().id;
    assert_eq!(pinned(&world), [ids[0], ids[1], ids[2]]);
    assert_eq!(world.move_pin(ids[2], None).unwrap(), None);
    let not_pinned = ("conflict", "This conversation is not pinned.".to_owned());
    assert_eq!(said(world.move_pin(ids[3], None)), not_pinned);
    assert_eq!(said(world.move_pin(ids[0], Some(ids[3]))), not_pinned);
    assert_eq!(said(world.move_pin(ids[0], Some(ids[0]))).0, "invalid");
    let unknown = ConversationId::new(world.now());
    assert_eq!(said(world.move_pin(unknown, None)).0, "not_found");
    assert_eq!(said(world.move_pin(ids[0], Some(unknown))).0, "not_found");
    world.undo(to_end).unwrap();
    assert_eq!(pinned(&world), [ids[2], ids[0], ids[1]]);
    world.undo_newest().unwrap();
    assert_eq!(pinned(&world), [ids[0], ids[1], ids[2]]);
    world.assert_sound();
}

#[test]
fn what_goes_to_the_trash_leaves_no_gap_and_comes_back_to_its_place() {
    let world = World::new();
    let ids = talks(&world, 5);
    world.pin(&ids, true).unwrap();
    world.delete(ids[1]).unwrap();
    assert_eq!(pinned(&world), [ids[0], ids[2], ids[3], ids[4]]);
    world.restore(Trashed::Conversation(ids[1])).unwrap();
    assert_eq!(pinned(&world), ids);
    let deletion = world.delete_many(&[ids[3], ids[0], ids[1]]).unwrap().id;
    assert_eq!(pinned(&world), [ids[2], ids[4]]);
    world.undo(deletion).unwrap();
    assert_eq!(pinned(&world), ids);
    world.assert_sound();
}

#[test]
fn a_pin_that_was_changed_since_is_not_undone() {
    let world = World::new();
    let ids = talks(&world, 2);
    let pinning = world.pin(&ids, true).unwrap().unwrap().id;
    world.clock.advance(1);
    let moving = world.move_pin(ids[1], Some(ids[0])).unwrap().unwrap().id;
    let unpinning = world.pin(&ids[..1], false).unwrap().unwrap().id;
    world.assert_refused(pinning, "This pin was changed since.");
    world.pin(&ids[..1], true).unwrap();
    world.assert_refused(unpinning, "This was pinned again since.");
    world.assert_refused(pinning, "This pin was changed since.");
    world.delete(ids[1]).unwrap();
    world.assert_refused(
        moving,
        "A conversation that this was done to is in the trash; take it out first.",
    );
    world.assert_sound();
}

#[test]
fn another_profiles_pins_cannot_be_touched_nor_made() {
    let world = World::new();
    let ids = talks(&world, 3);
    world.pin(&ids[..2], true).unwrap();
    let moving = world.move_pin(ids[1], Some(ids[0])).unwrap().unwrap().id;
    let (stranger, now) = (world.stranger(), world.now());
    let own = world
        .write(move |tx| {
            let own = [(); 2].map(|()| conversation::insert(tx, blank(stranger), now));
            let [one, other] = own;
            let own = [one?.id, other?.id];
            conversation::set_pinned(tx, stranger, &own, true, now)?;
            Ok(own)
        })
        .unwrap();
    let order = pinned(&world);
    let operations = world.operations();
    let [first, second, loose] = [ids[0], ids[1], ids[2]];
    let not_found = |result: Result<Option<Operation>, Error>| {
        assert_eq!(said(result).0, "not_found");
    };
    not_found(world.write(move |tx| conversation::set_pinned(tx, stranger, &[loose], true, now)));
    // One of one's own does not let the other in.
    not_found(
        world.write(move |tx| conversation::set_pinned(tx, stranger, &[own[0], first], false, now)),
    );
    not_found(world.write(move |tx| conversation::move_pin(tx, stranger, first, None, now)));
    not_found(
        world.write(move |tx| conversation::move_pin(tx, stranger, second, Some(own[0]), now)),
    );
    not_found(
        world.write(move |tx| conversation::move_pin(tx, stranger, own[1], Some(first), now)),
    );
    let undone = world.write(move |tx| {
        operation::undo(tx, stranger, moving, now).map(|done| Some(done.operation))
    });
    not_found(undone);
    assert_eq!(pinned(&world), order);
    assert_eq!(world.operations(), operations);
    let theirs = world
        .read(move |tx| conversation::list_page(tx, stranger, &ListFilter::default(), None, 10))
        .unwrap();
    let theirs: Vec<_> = theirs
        .items
        .iter()
        .map(|item| (item.id, item.pinned_at))
        .collect();
    assert_eq!(theirs, [(own[0], Some(now)), (own[1], Some(now))]);
    world.assert_sound();
}
