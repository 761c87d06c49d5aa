//! `parlance-db import`: conversations from outside, whole or not at all.

use std::fs;
use std::path::Path;
use std::process::Output;

use parlance_storage::conversation::NewConversation;
use parlance_storage::import::Imported;
use parlance_storage::message::Later;
use parlance_storage::{ConversationId, Role, conversation, message};
use serde_json::{Value, json};

use crate::support::{World, blank, json as output_json, parlance_db};

fn import(data_dir: &Path, lines: impl AsRef<[u8]>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chats.jsonl");
    fs::write(&file, lines).unwrap();
    parlance_db(
        data_dir,
        &[
            "import",
            "--format",
            "jsonl",
            file.to_str().unwrap(),
            "--json",
        ],
    )
}

fn import_into(world: &World, lines: &str) -> Imported {
    let lines = lines.to_owned();
    world
        .act(move |tx, user, now| parlance_storage::import::jsonl(tx, user, lines.as_bytes(), now))
        .unwrap()
}

fn called(world: &World, title: &str) -> ConversationId {
    let all = world.list(&conversation::ListFilter::default());
    let mut found = all.into_iter().filter(|id| world.get(*id).title == title);
    found.next().unwrap()
}

fn said_in(world: &World, title: &str) -> Vec<String> {
    let messages = world.messages(called(world, title)).into_iter();
    messages.map(|one| one.content).collect()
}

fn line(conversation: &str, role: &str, content: &str, created_at: Value) -> String {
    let mut line = json!({ "conversation": conversation, "role": role, "content": content });
    if !created_at.is_null() {
        line["created_at"] = created_at;
    }
    format!("{line}\n")
}

#[test]
fn what_is_imported_is_there_in_its_order_and_is_found() {
    let world = World::new();
    let folder = world.assert_sound();
    let lines = [
        "\u{feff}".to_owned()
            + &line(
                "Café ☕",
                "user",
                "Ça va ?\nTrès bien !",
                json!("2023-05-01T10:00:00+02:00"),
            ),
        line(
            "Café ☕",
            "assistant",
            "我们去吃饭吧。👩‍👩‍👧",
            json!(1_682_928_060_000_i64),
        ),
        "   \r\n".to_owned(),
        line("Other", "system", "Be brief.", Value::Null),
        line(
            "Café ☕",
            "user",
            "'); DROP TABLE messages; --",
            Value::Null,
        ),
    ]
    .concat();
    let output = import(folder.path(), &lines);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        output_json(&output),
        json!({ "conversations": 2, "messages": 4, "known": 0 })
    );

    let found = output_json(&parlance_db(folder.path(), &["search", "吃", "--json"]));
    assert_eq!(found["hits"][0]["content"], "我们去吃饭吧。👩‍👩‍👧");
    assert!(parlance_db(folder.path(), &["verify"]).status.success());

    let world = World::in_folder(folder);
    let user = world.user;
    let talks = world
        .read(move |tx| {
            conversation::list_page(tx, user, &conversation::ListFilter::default(), None, 10)
        })
        .unwrap()
        .items;
    let cafe = talks.iter().find(|talk| talk.title == "Café ☕").unwrap();
    assert_eq!(cafe.message_count, 3);
    let id = cafe.id;
    let said: Vec<(Role, String, i64)> = world
        .read(move |tx| message::list_before(tx, user, id, None, 10))
        .unwrap()
        .messages
        .into_iter()
        .map(|one| (one.role, one.content, one.created_at.as_millis()))
        .collect();
    assert_eq!(
        said[0],
        (
            Role::User,
            "Ça va ?\nTrès bien !".to_owned(),
            1_682_928_000_000
        )
    );
    assert_eq!(
        said[1],
        (
            Role::Assistant,
            "我们去吃饭吧。👩‍👩‍👧".to_owned(),
            1_682_928_060_000
        )
    );
    assert_eq!(
        (said[2].0, said[2].1.as_str()),
        (Role::User, "'); DROP TABLE messages; --")
    );
}

#[test]
fn importing_again_adds_nothing_that_has_a_time() {
    let folder = World::new().assert_sound();
    let lines = [
        line("Talk", "user", "Xin chào", json!(1_000)),
        line("Talk", "assistant", "Chào bạn", json!(2_000)),
        line("Other", "user", "Xin chào", json!(1_000)),
    ]
    .concat();
    assert_eq!(output_json(&import(folder.path(), &lines))["messages"], 3);
    let again = import(
        folder.path(),
        lines + &line("Talk", "user", "Mới", json!(3_000)),
    );
    assert_eq!(
        output_json(&again),
        json!({ "conversations": 0, "messages": 1, "known": 3 })
    );
    assert!(parlance_db(folder.path(), &["verify"]).status.success());
}

#[test]
fn what_was_said_twice_in_one_moment_comes_in_twice_and_not_again() {
    let world = World::new();
    // Many programs write one time for a whole exchange.
    let lines = [
        line("Talk", "user", "Yes.", json!(1_700_000_000_000_i64)),
        line("Talk", "assistant", "Sure?", json!(1_700_000_000_000_i64)),
        line("Talk", "user", "Yes.", json!(1_700_000_000_000_i64)),
    ]
    .concat();
    let done = import_into(&world, &lines);
    assert_eq!((done.messages, done.known), (3, 0));
    assert_eq!(said_in(&world, "Talk"), ["Yes.", "Sure?", "Yes."]);
    let done = import_into(&world, &lines);
    assert_eq!((done.messages, done.known), (0, 3));
    let once_more = lines + &line("Talk", "user", "Yes.", json!(1_700_000_000_000_i64));
    let done = import_into(&world, &once_more);
    assert_eq!((done.messages, done.known), (1, 3));
    world.assert_sound();
}

#[test]
fn a_message_that_was_edited_since_does_not_come_in_again_in_any_wording() {
    let world = World::new();
    let original = line("Talk", "user", "I goed home", json!(5));
    import_into(&world, &original);
    let id = world.messages(called(&world, "Talk"))[0].id;
    world.edit(id, "I gone home", Later::Keep).unwrap();
    world.clock.advance(1_000);
    world.edit(id, "I went home", Later::Keep).unwrap();
    let done = import_into(&world, &original);
    assert_eq!((done.messages, done.known), (0, 1));
    let corrected = line("Talk", "user", "I went home", json!(5));
    let done = import_into(&world, &corrected);
    assert_eq!((done.messages, done.known), (0, 1));
    // It is one message, and accounts for one line.
    let done = import_into(&world, &[original, corrected].concat());
    assert_eq!((done.messages, done.known), (1, 1));
    world.assert_sound();
}

#[test]
fn lines_without_a_time_come_in_again_and_that_is_said() {
    let world = World::new();
    let lines = [
        line("Sổ tay", "user", "Một", Value::Null),
        line("Sổ tay", "user", "Hai", json!(2_000)),
    ]
    .concat();
    for (messages, undated) in [(2, 1), (1, 1)] {
        let done = import_into(&world, &lines);
        assert_eq!((done.messages, done.undated), (messages, undated));
    }
    let folder = world.assert_sound();
    let file = folder.path().join("chats.jsonl");
    fs::write(&file, &lines).unwrap();
    let file = file.to_str().unwrap();
    let arguments = ["import", "--format", "jsonl", "--no-backup", file];
    let output = parlance_db(folder.path(), &arguments);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "1 messages were added, 0 conversations begun. 1 messages were there already. \
         1 of the added ones have no created_at, and would be added again if this was imported again.\n"
    );
}

#[test]
fn of_conversations_with_one_title_the_newest_is_continued() {
    let world = World::new();
    let titled = |title: &str| {
        let new = NewConversation {
            title: Some(title.to_owned()),
            ..blank(world.user)
        };
        world
            .act(move |tx, _, now| conversation::insert(tx, new, now))
            .unwrap()
            .id
    };
    let (old, new, deleted) = (titled("Voyage"), titled("Voyage"), titled("Voyage"));
    world.delete(deleted).unwrap();
    let done = import_into(&world, &line("Voyage", "user", "On part ?", json!(1)));
    assert_eq!((done.conversations, done.messages), (0, 1));
    assert_eq!(world.get(old).message_count, 0);
    assert_eq!(world.get(new).message_count, 1);
    world.assert_sound();
}

#[test]
fn a_file_with_a_bad_line_is_refused_as_a_whole_and_the_line_named() {
    let folder = World::new().assert_sound();
    let good = line("Talk", "user", "a secret word", Value::Null);
    for (bad, reason) in [
        ("not json at all".to_owned(), "line 2 is not JSON"),
        (
            "{\"conversation\": \"x\", \"role\": \"user\"}".to_owned(),
            "line 2 lacks a field",
        ),
        (
            line("Talk", "robot", "hello", Value::Null),
            "line 2 lacks a field",
        ),
        (
            line("Talk", "user", "  \u{200b} ", Value::Null),
            "line 2 has a content that must not be empty",
        ),
        (
            line("Talk", "user", "a\0b", Value::Null),
            "line 2 has a content that must not contain a NUL",
        ),
        (
            line(" ", "user", "hello", Value::Null),
            "line 2 has a title that must not be empty",
        ),
        (
            line(&"é".repeat(201), "user", "hello", Value::Null),
            "line 2 has a title that is too long",
        ),
        (
            line("Talk", "user", &"字".repeat(100_001), Value::Null),
            "line 2 has a content that is too long",
        ),
        (
            line("Talk", "user", "hello", json!("yesterday")),
            "line 2 has a created_at that is neither",
        ),
        (
            line("Talk", "user", "hello", json!(i64::MAX)),
            "line 2 has a created_at that is neither",
        ),
        ("[".repeat(100_000), "line 2 lacks a field"),
        ("x".repeat(2_000_001), "line 2 is too long"),
    ] {
        let output = import(folder.path(), good.clone() + &bad);
        assert_eq!(output.status.code(), Some(1), "{reason}");
        let error = output_json(&output)["error"].clone();
        assert_eq!(error["code"], "invalid");
        assert!(
            error["message"].as_str().unwrap().contains(reason),
            "{reason}: {error}"
        );
        assert!(!error.to_string().contains("secret"));
    }
    let output = import(
        folder.path(),
        [good.as_bytes(), b"{\"conversation\": \"\xff\"}"].concat(),
    );
    assert!(
        output_json(&output)["error"]["message"]
            .as_str()
            .unwrap()
            .contains("line 2 is not UTF-8")
    );
    let found = output_json(&parlance_db(folder.path(), &["search", "secret", "--json"]));
    assert_eq!(found, json!({ "hits": [] }));
}

#[test]
fn a_file_that_is_not_there_and_a_form_that_is_not_known_are_said() {
    let folder = World::new().assert_sound();
    let output = parlance_db(
        folder.path(),
        &["import", "--format", "jsonl", "/nowhere/at/all"],
    );
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = parlance_db(folder.path(), &["import", "--format", "docx", "/nowhere"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn ten_thousand_messages_come_in_at_once_and_are_told_as_one_new_state() {
    let world = World::new();
    let mut changes = world.db.changes();
    let lines: String = (0..10_000)
        .map(|number| {
            line(
                &format!("Talk {}", number % 50),
                "user",
                &format!("message {number} 消息"),
                json!(number),
            )
        })
        .collect();
    let (user, now) = (world.user, world.now());
    let done = world
        .write(move |tx| parlance_storage::import::jsonl(tx, user, lines.as_bytes(), now))
        .unwrap();
    assert_eq!((done.conversations, done.messages), (50, 10_000));
    let told = changes.try_recv().unwrap();
    assert!(told.is_too_many && told.changes.is_empty());
    assert_eq!(world.search("in:messages 9999").len(), 1);
    world.assert_sound();
}
