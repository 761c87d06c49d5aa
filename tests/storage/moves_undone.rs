//! When a split or a merge can be taken back, and when it is refused in words.

use parlance_storage::conversation::{self, Rearranged};
use parlance_storage::trash::Trashed;

use crate::copies::{contents, duplicate};
use crate::moves::{everything, merge, note, save_draft, say_all, split};
use crate::support::World;

fn refused(world: &World, made: &Rearranged) -> String {
    let before = world.operations();
    let error = world.undo(made.operation.id).unwrap_err();
    assert_eq!(error.code(), "conflict");
    assert_eq!(world.operations(), before, "it stays in the list");
    error.to_string()
}

#[test]
fn a_split_is_not_taken_back_over_what_came_since() {
    let world = World::new();
    let talk = world.conversation();
    let said = say_all(&world, talk, &["One", "Two", "Three"]);
    let made = split(&world, said[1]).unwrap();
    let part = made.conversation.id;

    let added = world.send(talk, "Later").unwrap().id;
    assert_eq!(
        refused(&world, &made),
        "Messages were added to these conversations since."
    );
    world.delete_message(added).unwrap();
    world.erase(&[Trashed::Message(added)]);

    let again = split(&world, said[2]).unwrap();
    assert_eq!(
        refused(&world, &made),
        "Messages of these conversations were moved to another one since."
    );
    world.undo(again.operation.id).unwrap();

    note(&world, 7, part, None, "mine");
    assert!(refused(&world, &made).starts_with("There is a note on the part"));
    world
        .raw()
        .execute("DELETE FROM conversation_notes", [])
        .unwrap();
    save_draft(&world, part, "unsent");
    assert!(refused(&world, &made).starts_with("Something unsent"));
    save_draft(&world, part, "");

    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| conversation::rename(tx, user, part, "Mine", now))
        .unwrap();
    assert!(refused(&world, &made).contains("another title"));
    let renaming = world.operations()[0].id;
    world.undo(renaming).unwrap();

    for id in [talk, part] {
        let deletion = world.delete(id).unwrap();
        assert!(refused(&world, &made).ends_with("is in the trash; take it out first."));
        world.undo(deletion.id).unwrap();
    }
    world.undo(made.operation.id).unwrap();
    assert_eq!(contents(&world, talk), ["One", "Two", "Three"]);
    world.assert_sound();
}

#[test]
fn a_merge_is_not_taken_back_over_what_came_since() {
    let world = World::new();
    let (ours, theirs) = (world.conversation(), world.conversation());
    let a = say_all(&world, ours, &["a1", "a2"]);
    say_all(&world, theirs, &["b1"]);
    let made = merge(&world, ours, theirs).unwrap();

    let part = split(&world, a[1]).unwrap();
    assert!(refused(&world, &made).contains("moved to another one"));
    world.undo(part.operation.id).unwrap();

    let deletion = world.delete(ours).unwrap();
    assert!(refused(&world, &made).contains("is in the trash; take it out first"));
    world.undo(deletion.id).unwrap();

    // The other one, taken out of the trash, is a conversation like any other.
    world.restore(Trashed::Conversation(theirs)).unwrap();
    world.send(theirs, "New here").unwrap();
    assert_eq!(
        refused(&world, &made),
        "Messages were added to these conversations since."
    );
    world.clock.advance(60_000);
    let deletion = world.delete(theirs).unwrap();
    assert_eq!(
        refused(&world, &made),
        "The other conversation was deleted again since."
    );
    world.undo(deletion.id).unwrap();
    let added = world.messages(theirs)[0].id;
    world.delete_message(added).unwrap();
    world.erase(&[Trashed::Message(added)]);
    world.undo(made.operation.id).unwrap();
    assert_eq!(contents(&world, theirs), ["b1"]);
    assert_eq!(contents(&world, ours), ["a1", "a2"]);
    world.assert_sound();
}

#[test]
fn what_was_deleted_or_erased_meanwhile_stays_so() {
    let world = World::new();
    let talk = world.conversation();
    let said = say_all(&world, talk, &["One", "Two", "Three", "Four"]);
    let made = split(&world, said[1]).unwrap();
    let deletion = world.delete_message(said[2]).unwrap();
    world.delete_message(said[3]).unwrap();
    world.erase(&[Trashed::Message(said[3])]);
    world.undo(made.operation.id).unwrap();
    assert_eq!(contents(&world, talk), ["One", "Two"]);
    world.undo(deletion.id).unwrap();
    assert_eq!(contents(&world, talk), ["One", "Two", "Three"]);
    world.assert_sound();
}

#[test]
fn what_was_done_last_is_taken_back_first_however_much_it_was() {
    let world = World::new();
    let talk = world.conversation();
    let said = say_all(&world, talk, &["One", "Two", "Three", "Four"]);
    let before = everything(&world, talk);
    let first = split(&world, said[1]).unwrap().conversation.id;
    let second = split(&world, said[2]).unwrap().conversation.id;
    merge(&world, talk, second).unwrap();
    merge(&world, first, talk).unwrap();
    duplicate(&world, first, true).unwrap();
    assert_eq!(contents(&world, first), ["Two", "One", "Three", "Four"]);
    for _ in 0..5 {
        let newest = world.operations()[0].id;
        world.undo(newest).unwrap();
    }
    assert_eq!(everything(&world, talk), before);
    world.assert_sound();
}

#[test]
fn the_entry_goes_when_a_conversation_that_it_needs_is_erased() {
    let world = World::new();
    for number in 0..4 {
        let (talk, other) = (world.conversation(), world.conversation());
        let said = say_all(&world, talk, &["One", "Two"]);
        let (made, goes) = match number {
            0 => (split(&world, said[1]).unwrap(), talk),
            1 => {
                let made = split(&world, said[1]).unwrap();
                let part = made.conversation.id;
                (made, part)
            }
            // The other one is empty: no message tells that it is needed.
            2 => (merge(&world, talk, other).unwrap(), other),
            _ => (merge(&world, talk, other).unwrap(), talk),
        };
        if number != 2 {
            world.delete(goes).unwrap();
        }
        world.erase(&[Trashed::Conversation(goes)]);
        assert_eq!(
            world.undo(made.operation.id).unwrap_err().code(),
            "not_found"
        );
    }
    let left: u32 = world
        .raw()
        .query_row("SELECT count(*) FROM operation_message_places", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(left, 0);
    world.assert_sound();
}

#[test]
fn a_merge_that_would_make_too_many_tags_is_refused_before_anything_moves() {
    let world = World::new();
    let (into, from) = (world.conversation(), world.conversation());
    say_all(&world, into, &["On y va ?"]);
    say_all(&world, from, &["Demain."]);
    save_draft(&world, from, "peut-être");
    let tags = |prefix: &str, number: usize| -> Vec<String> {
        (0..number).map(|n| format!("{prefix} {n}")).collect()
    };
    let put_on = |id, tags: &[String]| {
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        world.change_tags(&[id], &tags, &[]).unwrap();
    };
    put_on(into, &tags("été", 30));
    put_on(from, &tags("ÉTÉ", 10));
    put_on(from, &tags("hiver", 21));
    let before = [everything(&world, into), everything(&world, from)];
    let operations = world.operations();
    let refused = merge(&world, into, from).unwrap_err();
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        (
            "conflict",
            "Together these conversations have more than 50 tags; take some off first."
        )
    );
    assert_eq!([everything(&world, into), everything(&world, from)], before);
    assert_eq!(world.operations(), operations);
    world.change_tags(&[from], &[], &["hiver 20"]).unwrap();
    let merged = merge(&world, into, from).unwrap();
    assert_eq!(merged.conversation.tags.len(), 50);
    world.undo(merged.operation.id).unwrap();
    assert_eq!(world.tags_of(into).len(), 30);
    assert_eq!(world.tags_of(from).len(), 30);
    world.assert_sound();
}
