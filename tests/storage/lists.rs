//! The list of conversations, by what is asked for.

use parlance_storage::conversation::{self, FolderScope, ListFilter, StatusScope};
use parlance_storage::{ConversationId, ConversationStatus, FolderId};

use crate::organising::said;
use crate::support::{World, blank};

struct Shelf {
    world: World,
    ids: Vec<ConversationId>,
    folder: FolderId,
}

/// Eight conversations, the newest last. Of the folder are 1, 2, 3, 6; tagged 2, 3, 4; unread 3, 4, 5; archived 6, 7;
/// paused 5; pinned 3, 0.
fn shelf() -> Shelf {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..8 {
        world.clock.advance(1_000);
        let id = world.conversation();
        world.send(id, "Hello").unwrap();
        ids.push(id);
    }
    let folder = world.folder("Français", None).unwrap();
    let inner = world.folder("Verbes", Some(folder)).unwrap();
    world
        .file(&[ids[1], ids[2], ids[3], ids[6]], Some(folder))
        .unwrap();
    world.file(&[ids[4]], Some(inner)).unwrap();
    world
        .change_tags(&[ids[2], ids[3], ids[4]], &["Été"], &[])
        .unwrap();
    let unread = [ids[3], ids[4], ids[5]];
    world
        .act(move |tx, user, _| conversation::mark_unread(tx, user, &unread))
        .unwrap();
    world
        .set_status(&ids[6..], ConversationStatus::Archived)
        .unwrap();
    world
        .set_status(&ids[5..6], ConversationStatus::Paused)
        .unwrap();
    world.pin(&[ids[3], ids[0]], true).unwrap();
    Shelf { world, ids, folder }
}

impl Shelf {
    fn assert_lists(&self, filter: &ListFilter, expected: &[usize]) {
        let expected: Vec<_> = expected.iter().map(|place| self.ids[*place]).collect();
        assert_eq!(self.world.list(filter), expected, "{filter:?}");
    }
}

fn filter() -> ListFilter {
    ListFilter::default()
}

#[test]
fn archived_ones_are_left_out_unless_asked_for() {
    let shelf = shelf();
    shelf.assert_lists(&filter(), &[3, 0, 5, 4, 2, 1]);
    let of = |status| ListFilter { status, ..filter() };
    shelf.assert_lists(&of(StatusScope::All), &[3, 0, 7, 6, 5, 4, 2, 1]);
    shelf.assert_lists(
        &of(StatusScope::Only(ConversationStatus::Archived)),
        &[7, 6],
    );
    shelf.assert_lists(&of(StatusScope::Only(ConversationStatus::Paused)), &[5]);
    shelf.assert_lists(
        &of(StatusScope::Only(ConversationStatus::Active)),
        &[3, 0, 4, 2, 1],
    );
}

#[test]
fn a_folder_shows_its_own_and_what_is_in_none_is_shown_too() {
    let shelf = shelf();
    let of = |folder, status| ListFilter {
        folder: Some(folder),
        status,
        ..filter()
    };
    let own = FolderScope::In(shelf.folder);
    shelf.assert_lists(&of(own, StatusScope::Current), &[3, 2, 1]);
    shelf.assert_lists(&of(own, StatusScope::All), &[3, 6, 2, 1]);
    shelf.assert_lists(&of(FolderScope::None, StatusScope::Current), &[0, 5]);
    shelf.assert_lists(&of(FolderScope::None, StatusScope::All), &[0, 7, 5]);
    let (user, unknown) = (shelf.world.user, FolderId::new(shelf.world.now()));
    let nowhere = of(FolderScope::In(unknown), StatusScope::All);
    let page = shelf
        .world
        .read(move |tx| conversation::list_page(tx, user, &nowhere, None, 10));
    assert_eq!(said(page).0, "not_found");
}

#[test]
fn a_tag_is_found_however_it_is_written() {
    let shelf = shelf();
    for tag in ["Été", "été", "ÉTÉ", "e\u{301}te\u{301}"] {
        let filter = ListFilter {
            tag: Some(tag.to_owned()),
            ..filter()
        };
        shelf.assert_lists(&filter, &[3, 4, 2]);
    }
    for tag in ["ete", "", "Ét", "a\0", "'); --"] {
        let filter = ListFilter {
            tag: Some(tag.to_owned()),
            ..filter()
        };
        shelf.assert_lists(&filter, &[]);
    }
}

#[test]
fn unread_ones_are_shown_alone() {
    let shelf = shelf();
    let unread = ListFilter {
        unread: true,
        ..filter()
    };
    shelf.assert_lists(&unread, &[3, 5, 4]);
    let items = shelf.world.list(&filter());
    let marked: Vec<_> = items
        .into_iter()
        .filter(|id| shelf.world.summary(*id).is_unread)
        .collect();
    assert_eq!(marked, shelf.world.list(&unread));
}

#[test]
fn filters_hold_together() {
    let shelf = shelf();
    let all_at_once = ListFilter {
        folder: Some(FolderScope::In(shelf.folder)),
        tag: Some("été".into()),
        status: StatusScope::Only(ConversationStatus::Active),
        unread: true,
    };
    shelf.assert_lists(&all_at_once, &[3]);
    let tagged_in_folder = ListFilter {
        unread: false,
        ..all_at_once
    };
    shelf.assert_lists(&tagged_in_folder, &[3, 2]);
    shelf.world.assert_sound();
}

#[test]
fn nothing_of_the_trash_or_of_somebody_else_is_listed() {
    let shelf = shelf();
    let (stranger, now) = (shelf.world.stranger(), shelf.world.now());
    let theirs = shelf
        .world
        .write(move |tx| {
            let id = conversation::insert(tx, blank(stranger), now)?.id;
            conversation::change_tags(tx, stranger, &[id], &["été".into()], &[], now)?;
            Ok(id)
        })
        .unwrap();
    shelf.world.delete(shelf.ids[4]).unwrap();
    let tagged = ListFilter {
        tag: Some("été".into()),
        status: StatusScope::All,
        ..filter()
    };
    shelf.assert_lists(&tagged, &[3, 2]);
    let of_stranger = shelf
        .world
        .read(move |tx| conversation::list_page(tx, stranger, &tagged, None, 10))
        .unwrap();
    assert_eq!(
        of_stranger
            .items
            .iter()
            .map(|one| one.id)
            .collect::<Vec<_>>(),
        [theirs]
    );
}

#[test]
fn a_filter_is_read_from_the_wire_and_what_it_does_not_know_is_refused() {
    let shelf = shelf();
    let json = format!(
        r#"{{"folder": {{"in": "{}"}}, "tag": "x", "status": {{"only": "archived"}}, "unread": true}}"#,
        shelf.folder
    );
    let filter: ListFilter = serde_json::from_str(&json).unwrap();
    assert_eq!(
        filter,
        ListFilter {
            folder: Some(FolderScope::In(shelf.folder)),
            tag: Some("x".into()),
            status: StatusScope::Only(ConversationStatus::Archived),
            unread: true,
        }
    );
    let filter: ListFilter = serde_json::from_str(r#"{"folder": "none"}"#).unwrap();
    assert_eq!(filter.folder, Some(FolderScope::None));
    assert_eq!(filter.status, StatusScope::Current);
    for bad in [
        r#"{"folders": "none"}"#,
        r#"{"status": "archived"}"#,
        r#"{"folder": {"in": 7}}"#,
    ] {
        assert!(serde_json::from_str::<ListFilter>(bad).is_err(), "{bad}");
    }
}
