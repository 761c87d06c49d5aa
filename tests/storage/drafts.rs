//! Drafts: unsent words are kept until they are sent, and not a moment longer.

use std::process::Command;

use parlance_storage::draft::DraftOf;
use parlance_storage::message::{self, Later};
use parlance_storage::trash::Trashed;
use parlance_storage::{ConversationId, Error, conversation, draft, note, operation};

use crate::support::{NOON, REAL_TEXTS, World, json, open, parlance_db};

fn save(world: &World, conversation: ConversationId, content: &str) -> Result<(), Error> {
    let (user, now, content) = (world.user, world.now(), content.to_owned());
    world.write(move |tx| {
        draft::save(
            tx,
            user,
            DraftOf::Message {
                conversation_id: conversation,
            },
            &content,
            now,
        )
    })
}

fn stored(world: &World, conversation: ConversationId) -> Option<String> {
    let user = world.user;
    world
        .read(move |tx| {
            draft::find(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: conversation,
                },
            )
        })
        .unwrap()
        .map(|draft| draft.content)
}

#[test]
fn unsent_words_come_back_to_the_letter_after_a_new_start() {
    let world = World::new();
    let kept: Vec<(ConversationId, &str)> = REAL_TEXTS
        .iter()
        .chain(&["  blanks at the ends \n"])
        .map(|text| {
            let conversation = world.conversation();
            save(&world, conversation, "what stood there first").unwrap();
            save(&world, conversation, text).unwrap();
            (conversation, *text)
        })
        .collect();
    world.db.close().unwrap();
    let world = world.reopened();
    for (conversation, text) in kept {
        assert_eq!(stored(&world, conversation).as_deref(), Some(text));
    }
}

#[test]
fn an_empty_draft_is_none() {
    let world = World::new();
    let conversation = world.conversation();
    assert_eq!(stored(&world, conversation), None);
    save(&world, conversation, "Hello").unwrap();
    save(&world, conversation, "").unwrap();
    assert_eq!(stored(&world, conversation), None);
    save(&world, conversation, "").unwrap();
}

#[test]
fn the_longest_message_is_kept_as_a_draft_and_a_longer_one_is_refused() {
    let world = World::new();
    let conversation = world.conversation();
    let longest = "语".repeat(100_000);
    save(&world, conversation, &longest).unwrap();
    for (refused, sentence) in [
        (
            "语".repeat(100_001),
            "The draft is too long: 100001 characters, where 100000 are the most.",
        ),
        (
            "cut\0here".into(),
            "The draft must not contain a NUL character.",
        ),
    ] {
        let error = save(&world, conversation, &refused).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("invalid", sentence)
        );
    }
    assert_eq!(stored(&world, conversation), Some(longest));
}

#[test]
fn sending_a_message_removes_the_draft_of_its_conversation_alone() {
    let world = World::new();
    let (here, there) = (world.conversation(), world.conversation());
    save(&world, here, "Hello!").unwrap();
    save(&world, there, "Not yet").unwrap();
    world.send(here, "Hello!").unwrap();
    assert_eq!(stored(&world, here), None);
    assert_eq!(stored(&world, there).as_deref(), Some("Not yet"));
}

#[test]
fn a_message_that_is_not_stored_leaves_the_draft() {
    let world = World::new();
    let conversation = world.conversation();
    save(&world, conversation, "Hello!").unwrap();
    assert!(world.send(conversation, " ").is_err());
    let (user, now) = (world.user, world.now());
    let undone: Result<(), Error> = world.write(move |tx| {
        message::send(tx, user, conversation, crate::support::typed("Hello!"), now)?;
        Err(Error::DiskFull)
    });
    assert_eq!(undone, Err(Error::DiskFull));
    assert_eq!(stored(&world, conversation).as_deref(), Some("Hello!"));
    assert!(world.messages(conversation).is_empty());
}

#[test]
fn what_the_partner_says_leaves_the_draft() {
    let world = World::new();
    let conversation = world.conversation();
    world.send(conversation, "Hello!").unwrap();
    save(&world, conversation, "And by the way").unwrap();
    world.reply(conversation, &["Hi! ", "How are you?"]);
    assert_eq!(
        stored(&world, conversation).as_deref(),
        Some("And by the way")
    );
}

#[test]
fn nobody_stores_or_reads_a_draft_in_a_conversation_of_another_learner_or_in_none() {
    let world = World::new();
    let (conversation, stranger) = (world.conversation(), world.stranger());
    save(&world, conversation, "Mine").unwrap();
    let nowhere = ConversationId::new(NOON);
    let (user, now) = (world.user, world.now());
    for (who, id) in [(stranger, conversation), (user, nowhere)] {
        let written = world.write(move |tx| {
            draft::save(
                tx,
                who,
                DraftOf::Message {
                    conversation_id: id,
                },
                "Not mine",
                now,
            )
        });
        assert_eq!(written.unwrap_err().code(), "not_found");
        let read = world.read(move |tx| {
            draft::find(
                tx,
                who,
                DraftOf::Message {
                    conversation_id: id,
                },
            )
        });
        assert_eq!(read.unwrap_err().code(), "not_found");
    }
    assert_eq!(stored(&world, conversation).as_deref(), Some("Mine"));
}

/// A conversation with a message of the learner's and a note, and where drafts beside the message box belong.
fn beside_the_box(world: &World) -> [DraftOf; 3] {
    let conversation_id = world.conversation();
    let message_id = world.send(conversation_id, "I goed home").unwrap().id;
    let note = world.note(conversation_id, None, "went").unwrap();
    [
        DraftOf::Edit { message_id },
        DraftOf::Note { conversation_id },
        DraftOf::NoteEdit { note_id: note.id },
    ]
}

fn stored_of(world: &World, of: DraftOf) -> Option<String> {
    let user = world.user;
    world
        .read(move |tx| draft::find(tx, user, of))
        .unwrap()
        .map(|draft| draft.content)
}

fn save_of(world: &World, of: DraftOf, content: &'static str) -> Result<(), Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| draft::save(tx, user, of, content, now))
}

#[test]
fn other_words_for_a_message_a_note_and_other_words_for_a_note_come_back_after_a_new_start() {
    let world = World::new();
    let places = beside_the_box(&world);
    for of in places {
        assert_eq!(stored_of(&world, of), None);
        save_of(&world, of, "first").unwrap();
        save_of(&world, of, "  Tôi đã về nhà 我回家了 ").unwrap();
    }
    world.db.close().unwrap();
    let world = world.reopened();
    for of in places {
        assert_eq!(
            stored_of(&world, of).as_deref(),
            Some("  Tôi đã về nhà 我回家了 ")
        );
        save_of(&world, of, "").unwrap();
        assert_eq!(stored_of(&world, of), None);
    }
    world.assert_sound();
}

#[test]
fn what_they_have_become_removes_them_and_nothing_else() {
    let world = World::new();
    let places @ [
        DraftOf::Edit { message_id },
        DraftOf::Note { conversation_id },
        DraftOf::NoteEdit { note_id },
    ] = beside_the_box(&world)
    else {
        unreachable!()
    };
    for of in places {
        save_of(&world, of, "words").unwrap();
    }
    let kept = |world: &World| places.map(|of| stored_of(world, of).is_some());
    world.edit(message_id, "I went home", Later::Keep).unwrap();
    assert_eq!(kept(&world), [false, true, true]);
    world.note(conversation_id, None, "a new one").unwrap();
    assert_eq!(kept(&world), [false, false, true]);
    world
        .act(move |tx, user, now| note::update(tx, user, note_id, "went, gone", now))
        .unwrap();
    assert_eq!(kept(&world), [false; 3]);
}

#[test]
fn a_conversation_knows_which_of_its_messages_are_being_changed() {
    let world = World::new();
    let (here, there) = (world.conversation(), world.conversation());
    let sent = [
        world.send(here, "One").unwrap().id,
        world.send(here, "Two").unwrap().id,
        world.send(there, "Three").unwrap().id,
        world.send(here, "Four").unwrap().id,
    ];
    for message_id in [sent[3], sent[0], sent[1], sent[2]] {
        save_of(&world, DraftOf::Edit { message_id }, "otra vez").unwrap();
    }
    world.delete_message(sent[1]).unwrap();
    let user = world.user;
    let edits = world
        .read(move |tx| draft::list_edits(tx, user, here))
        .unwrap();
    let ids: Vec<_> = edits.iter().map(|edit| edit.message_id).collect();
    assert_eq!(ids, [sent[0], sent[3]]);
    assert!(edits.iter().all(|edit| edit.content == "otra vez"));
    let stranger = world.stranger();
    let read = world.read(move |tx| draft::list_edits(tx, stranger, here));
    assert_eq!(read.unwrap_err().code(), "not_found");
}

#[test]
fn they_wait_with_what_they_belong_to_in_the_trash_and_are_erased_with_it() {
    let world = World::new();
    let [edit, note, note_edit] = beside_the_box(&world);
    for of in [edit, note, note_edit] {
        save_of(&world, of, "zqunsaved").unwrap();
    }
    let DraftOf::Note { conversation_id } = note else {
        unreachable!()
    };
    let deleted = world
        .act(move |tx, user, now| conversation::delete(tx, user, conversation_id, now))
        .unwrap();
    let user = world.user;
    for of in [edit, note, note_edit] {
        let read = world.read(move |tx| draft::find(tx, user, of));
        assert_eq!(read.unwrap_err().code(), "not_found", "{of:?}");
    }
    world
        .act(move |tx, user, now| operation::undo(tx, user, deleted.id, now))
        .unwrap();
    for of in [edit, note, note_edit] {
        assert_eq!(stored_of(&world, of).as_deref(), Some("zqunsaved"));
    }
    world
        .act(move |tx, user, now| conversation::delete(tx, user, conversation_id, now))
        .unwrap();
    world.erase(&[Trashed::Conversation(conversation_id)]);
    let left: i64 = world
        .raw()
        .query_row("SELECT count(*) FROM unsaved_texts", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn two_unsaved_notes_become_one_with_their_conversations_and_are_two_again() {
    let world = World::new();
    let (ours, theirs) = (world.conversation(), world.conversation());
    let note = |conversation_id| DraftOf::Note { conversation_id };
    save_of(&world, note(ours), "Ôn lại").unwrap();
    save_of(&world, note(theirs), "复习").unwrap();
    let made = world
        .act(move |tx, user, now| conversation::merge(tx, user, ours, theirs, now))
        .unwrap();
    assert_eq!(
        stored_of(&world, note(ours)).as_deref(),
        Some("Ôn lại\n\n复习")
    );
    world
        .act(move |tx, user, now| operation::undo(tx, user, made.operation.id, now))
        .unwrap();
    assert_eq!(stored_of(&world, note(ours)).as_deref(), Some("Ôn lại"));
    assert_eq!(stored_of(&world, note(theirs)).as_deref(), Some("复习"));
    world.assert_sound();
}

#[test]
fn nobody_stores_or_reads_what_belongs_to_something_of_another_learner() {
    let world = World::new();
    let stranger = world.stranger();
    let now = world.now();
    for of in beside_the_box(&world) {
        let written = world.write(move |tx| draft::save(tx, stranger, of, "Not mine", now));
        assert_eq!(written.unwrap_err().code(), "not_found");
        let read = world.read(move |tx| draft::find(tx, stranger, of));
        assert_eq!(read.unwrap_err().code(), "not_found");
    }
}

/// Stores drafts, one longer than the other, and says after each commit how long it was. Run by the test
/// below in a process of its own, to be killed.
#[test]
#[ignore = "run by another test, to be killed"]
fn typing_until_killed() {
    let folder = std::env::var_os("PARLANCE_TYPING_IN").unwrap();
    let id: ConversationId = std::env::var("PARLANCE_TYPING_FOR")
        .unwrap()
        .parse()
        .unwrap();
    let clock = std::sync::Arc::new(parlance_storage::ManualClock::new(NOON));
    let db = open(std::path::Path::new(&folder), &clock);
    let user = db
        .write_blocking(|tx| parlance_storage::user::ensure_first(tx, NOON))
        .unwrap()
        .id;
    for length in 1.. {
        db.write_blocking(move |tx| {
            draft::save(
                tx,
                user,
                DraftOf::Message {
                    conversation_id: id,
                },
                &"x".repeat(length),
                NOON,
            )
        })
        .unwrap();
        std::fs::write(
            std::path::Path::new(&folder).join("acknowledged"),
            length.to_string(),
        )
        .unwrap();
    }
}

#[test]
fn a_killed_process_keeps_every_draft_that_was_acknowledged() {
    let world = World::new();
    let conversation = world.conversation();
    world.db.close().unwrap();
    let acknowledged = world.path().join("acknowledged");
    let mut typing = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "drafts::typing_until_killed"])
        .env("PARLANCE_TYPING_IN", world.path())
        .env("PARLANCE_TYPING_FOR", conversation.to_string())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let read = || {
        std::fs::read_to_string(&acknowledged)
            .unwrap_or_default()
            .parse::<usize>()
            .unwrap_or_default()
    };
    while read() < 20 {
        assert!(
            typing.try_wait().unwrap().is_none(),
            "the process ended by itself"
        );
        std::thread::yield_now();
    }
    typing.kill().unwrap();
    typing.wait().unwrap();
    let told = read();
    let world = world.reopened();
    let kept = stored(&world, conversation).unwrap().len();
    assert!(kept >= told, "{kept} kept, {told} acknowledged");
}

#[test]
fn verify_names_a_draft_that_the_app_cannot_read() {
    let world = World::new();
    let conversation = world.conversation();
    save(&world, conversation, "Hello").unwrap();
    world.db.close().unwrap();
    world
        .raw()
        .execute(
            "UPDATE message_drafts SET content = CAST(x'ff' AS TEXT)",
            [],
        )
        .unwrap();
    let report = json(&parlance_db(world.path(), &["--json", "verify"]));
    let problems = report["problems"].to_string();
    assert!(
        problems.contains("message_drafts") && problems.contains(&conversation.to_string()),
        "{problems}"
    );
}
