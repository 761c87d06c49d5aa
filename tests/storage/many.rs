//! What is done to many conversations at once: all or none, one operation, undone together.

use parlance_storage::conversation;
use parlance_storage::trash::Trashed;
use parlance_storage::{
    CefrLevel, ConversationId, ConversationStatus, EventType, OperationKind, event,
};

use crate::organising::said;
use crate::support::World;

fn talks(world: &World, number: usize) -> Vec<ConversationId> {
    (0..number).map(|_| world.conversation()).collect()
}

fn set_level(world: &World, ids: &[ConversationId], level: Option<CefrLevel>) {
    let ids = ids.to_vec();
    world
        .act(move |tx, user, now| conversation::set_level(tx, user, &ids, level, now))
        .unwrap();
}

fn events(world: &World, id: ConversationId) -> Vec<(EventType, String)> {
    let user = world.user;
    world
        .read(move |tx| event::list(tx, user, id, None, 100))
        .unwrap()
        .into_iter()
        .map(|event| (event.event_type, event.event_data))
        .collect()
}

#[test]
fn conversations_are_put_into_a_folder_and_back_to_where_each_was() {
    let world = World::new();
    let ids = talks(&world, 3);
    let (a, b) = (
        world.folder("a", None).unwrap(),
        world.folder("b", None).unwrap(),
    );
    world.file(&ids[..1], Some(a)).unwrap();
    world.clock.advance(7);
    let done = world.file(&ids, Some(b)).unwrap().unwrap();
    assert_eq!(
        (done.kind, done.subject.as_str(), done.count),
        (OperationKind::ConversationMove, "", 3)
    );
    for id in &ids {
        assert_eq!(world.summary(*id).folder_id, Some(b));
        assert_eq!(world.get(*id).updated_at, world.now());
    }
    assert_eq!(
        events(&world, ids[2])[1],
        (
            EventType::ConversationMoved,
            format!(r#"{{"folderId":"{b}"}}"#)
        )
    );
    assert_eq!(world.file(&ids, Some(b)).unwrap(), None);
    world.undo(done.id).unwrap();
    let lies_in: Vec<_> = ids.iter().map(|id| world.get(*id).folder_id).collect();
    assert_eq!(lies_in, [Some(a), None, None]);
    world.assert_sound();
}

#[test]
fn an_operation_on_one_of_several_that_changes_is_called_by_its_title() {
    let world = World::new();
    let ids = talks(&world, 2);
    world.send(ids[0], "J'ai faim").unwrap();
    world
        .set_status(&ids[1..], ConversationStatus::Completed)
        .unwrap();
    let done = world
        .set_status(&ids, ConversationStatus::Completed)
        .unwrap()
        .unwrap();
    assert_eq!((done.subject.as_str(), done.count), ("J'ai faim", 1));
    assert_eq!(world.operations()[0], done);
}

#[test]
fn a_move_is_not_undone_when_something_has_moved_since() {
    let world = World::new();
    let ids = talks(&world, 2);
    let (a, b) = (
        world.folder("a", None).unwrap(),
        world.folder("b", None).unwrap(),
    );
    world.file(&ids, Some(a)).unwrap();
    let to_b = world.file(&ids, Some(b)).unwrap().unwrap().id;
    let out = world.file(&ids[..1], None).unwrap().unwrap().id;
    world.assert_refused(to_b, "This was put into another folder since.");
    assert_eq!(world.get(ids[1]).folder_id, Some(b), "nothing was changed");
    world.undo(out).unwrap();
    let deletion = world.delete_folder(a).unwrap().id;
    world.assert_refused(to_b, "The folder in which this was is not there any more.");
    world.undo(deletion).unwrap();
    world.undo(to_b).unwrap();
    assert_eq!(world.get(ids[1]).folder_id, Some(a));
    world.assert_sound();
}

#[test]
fn status_and_level_are_set_and_taken_back() {
    let world = World::new();
    let ids = talks(&world, 2);
    set_level(&world, &ids[..1], Some(CefrLevel::A1));
    set_level(&world, &ids, Some(CefrLevel::C2));
    let to_c2 = world.operations()[0].id;
    assert_eq!(
        events(&world, ids[1])[1],
        (
            EventType::ConversationLevelChanged,
            r#"{"level":"C2"}"#.to_owned()
        )
    );
    set_level(&world, &ids[1..], None);
    assert_eq!(world.get(ids[1]).level, None);
    world.assert_refused(to_c2, "This was given another level since.");
    world.undo_newest().unwrap();
    world.undo(to_c2).unwrap();
    assert_eq!(
        ids.iter()
            .map(|id| world.get(*id).level)
            .collect::<Vec<_>>(),
        [Some(CefrLevel::A1), None]
    );

    let archived = world
        .set_status(&ids, ConversationStatus::Archived)
        .unwrap()
        .unwrap()
        .id;
    assert_eq!(world.get(ids[0]).status, ConversationStatus::Archived);
    world
        .set_status(&ids[..1], ConversationStatus::Paused)
        .unwrap();
    world.assert_refused(archived, "This was given another status since.");
    world.undo_newest().unwrap();
    world.undo(archived).unwrap();
    assert_eq!(world.get(ids[1]).status, ConversationStatus::Active);
    world.assert_sound();
}

#[test]
fn one_bad_id_leaves_all_as_they_are() {
    let world = World::new();
    let ids = talks(&world, 2);
    let trashed = world.conversation();
    world.delete(trashed).unwrap();
    let unknown = ConversationId::new(world.now());
    for bad in [trashed, unknown] {
        let with_bad = [ids[0], ids[1], bad];
        assert_eq!(said(world.pin(&with_bad, true)).0, "not_found");
        assert_eq!(
            said(world.set_status(&with_bad, ConversationStatus::Paused)).0,
            "not_found"
        );
        assert_eq!(
            said(world.change_tags(&with_bad, &["x"], &[])).0,
            "not_found"
        );
        assert_eq!(said(world.file(&with_bad, None)).0, "not_found");
        assert_eq!(said(world.delete_many(&with_bad)).0, "not_found");
    }
    let sentence = "The selection must hold 1 to 1000 conversations.".to_owned();
    let too_many = vec![ids[0]; 1_001];
    assert_eq!(said(world.delete_many(&[])), ("invalid", sentence.clone()));
    assert_eq!(said(world.pin(&too_many, true)), ("invalid", sentence));
    assert_eq!(world.operations().len(), 1);
    assert_eq!(events(&world, ids[0]).len(), 1);
    let (stranger, now) = (world.stranger(), world.now());
    let by_stranger =
        world.write(move |tx| conversation::set_pinned(tx, stranger, &ids, true, now));
    assert_eq!(said(by_stranger).0, "not_found");
}

#[test]
fn conversations_are_deleted_together_and_come_back_together() {
    let world = World::new();
    let ids = talks(&world, 3);
    for id in &ids {
        world.send(*id, "Un secret").unwrap();
    }
    let done = world.delete_many(&ids).unwrap();
    assert_eq!(
        (done.kind, done.subject.as_str(), done.count),
        (OperationKind::ConversationDelete, "", 3)
    );
    assert_eq!(world.operations(), std::slice::from_ref(&done));
    assert_eq!(world.trash().len(), 3);
    world.undo(done.id).unwrap();
    assert!(world.trash().is_empty());
    assert_eq!(world.messages(ids[1]).len(), 1);

    let again = world.delete_many(&ids).unwrap().id;
    world.restore(Trashed::Conversation(ids[0])).unwrap();
    world.assert_refused(
        again,
        "One of these conversations was taken out of the trash, deleted again or erased since.",
    );
    assert_eq!(world.trash().len(), 2);
    let one = world.delete_many(&ids[..1]).unwrap();
    assert_eq!((one.subject.as_str(), one.count), ("Un secret", 1));
    world.undo(one.id).unwrap();
    world.assert_sound();
}

#[test]
fn an_erased_conversation_takes_along_what_was_done_to_it_among_others() {
    let world = World::new();
    let ids = talks(&world, 3);
    let folder = world.folder("Français", None).unwrap();
    world.file(&ids, Some(folder)).unwrap();
    world.pin(&ids, true).unwrap();
    world.pin(&ids, false).unwrap();
    world.set_status(&ids, ConversationStatus::Paused).unwrap();
    set_level(&world, &ids, Some(CefrLevel::B1));
    world.change_tags(&ids, &["verbes"], &[]).unwrap();
    world
        .set_status(&ids[1..], ConversationStatus::Active)
        .unwrap();
    world.delete_folder(folder).unwrap();
    world.delete_many(&ids[..2]).unwrap();
    assert_eq!(world.operations().len(), 10);
    world.erase(&[Trashed::Conversation(ids[0])]);
    let kinds: Vec<_> = world.operations().iter().map(|done| done.kind).collect();
    assert_eq!(
        kinds,
        [
            OperationKind::FolderDelete,
            OperationKind::ConversationSetStatus,
            OperationKind::FolderCreate,
        ]
    );
    world.undo_newest().unwrap();
    assert_eq!(world.get(ids[2]).folder_id, Some(folder));
    world.assert_sound();
}

#[test]
fn a_thousand_are_changed_and_deleted_at_once() {
    let world = World::new();
    let ids = talks(&world, 1_000);
    world.pin(&ids, true).unwrap();
    let folder = world.folder("All", None).unwrap();
    world.file(&ids, Some(folder)).unwrap();
    let tags: Vec<String> = (0..50)
        .map(|number| format!("étiquette {number}"))
        .collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    world.change_tags(&ids, &tags, &[]).unwrap();
    world.delete_many(&ids).unwrap();
    assert_eq!(world.operations()[0].count, 1_000);
    for _ in 0..4 {
        world.undo_newest().unwrap();
    }
    assert_eq!(world.get(ids[999]).pin_order, Some(1_000));
    assert!(world.tags_of(ids[0]).is_empty());
    world.assert_sound();
}
