//! Conversations: begun, named, listed a page at a time.

use parlance_storage::conversation::{self, ConversationPage, NewConversation};
use parlance_storage::message::Later;
use parlance_storage::template::{self, BuiltInTemplate};
use parlance_storage::trash::Trashed;
use parlance_storage::{CefrLevel, ChangeKind, ConversationId, Error, TemplateId, TitleSource};

use crate::support::{NOON, World, blank};

fn page(world: &World, cursor: Option<String>, limit: u32) -> Result<ConversationPage, Error> {
    let user = world.user;
    world.read(move |tx| {
        conversation::list_page(
            tx,
            user,
            &conversation::ListFilter::default(),
            cursor.as_deref(),
            limit,
        )
    })
}

/// Every page of the list, put together.
fn list(world: &World, limit: u32) -> Vec<ConversationId> {
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(world, cursor, limit).unwrap();
        assert!(page.items.len() <= limit as usize);
        ids.extend(page.items.iter().map(|item| item.id));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return ids,
        }
    }
}

fn rename(
    world: &World,
    id: ConversationId,
    title: &str,
) -> Result<conversation::Conversation, Error> {
    let (user, now, title) = (world.user, world.now(), title.to_owned());
    world.write(move |tx| conversation::rename(tx, user, id, &title, now))
}

fn insert(world: &World, new: NewConversation) -> Result<conversation::Conversation, Error> {
    let now = world.now();
    world.write(move |tx| conversation::insert(tx, new, now))
}

#[test]
fn a_blank_conversation_has_no_title_until_something_is_said() {
    let world = World::new();
    let id = world.conversation();
    let new = world.get(id);
    assert_eq!(
        (new.title.as_str(), new.title_source),
        ("", TitleSource::Auto)
    );
    assert_eq!(
        (
            new.message_count,
            new.last_message_at,
            new.last_message_preview
        ),
        (0, None, None)
    );

    world
        .send(id, "  I went to\nthe market yesterday.  ")
        .unwrap();
    world.send(id, "And then home.").unwrap();
    let named = world.get(id);
    assert_eq!(
        (named.title.as_str(), named.title_source),
        ("I went to the market yesterday.", TitleSource::Auto)
    );
    assert_eq!(
        (named.message_count, named.last_message_at),
        (2, Some(NOON))
    );
    assert_eq!(
        named.last_message_preview.as_deref(),
        Some("And then home.")
    );
}

#[test]
fn a_title_of_the_learners_own_is_never_replaced() {
    let world = World::new();
    let id = insert(
        &world,
        NewConversation {
            title: Some("  My  café\tchat ".into()),
            ..blank(world.user)
        },
    )
    .unwrap()
    .id;
    world.send(id, "Hello!").unwrap();
    assert_eq!(
        (world.get(id).title.as_str(), world.get(id).title_source),
        ("My café chat", TitleSource::User)
    );

    let other = world.conversation();
    rename(&world, other, "Tiếng Anh 🇬🇧").unwrap();
    world.send(other, "Hello!").unwrap();
    assert_eq!(world.get(other).title, "Tiếng Anh 🇬🇧");
}

#[test]
fn a_greeting_gives_the_title_until_more_is_said() {
    let world = World::new();
    for greeting in [
        "Hello!",
        "  hi, THERE 👋 ",
        "Xin chào!",
        "你好。",
        "السلام عليكم",
        "😀",
        "…",
    ] {
        let id = world.conversation();
        world.send(id, greeting).unwrap();
        assert!(!world.get(id).title.is_empty(), "{greeting}");
        world.send(id, "How are you?").unwrap();
        world.send(id, "I lost my suitcase.").unwrap();
        world.send(id, "It is blue.").unwrap();
        let named = world.get(id);
        assert_eq!(
            (named.title.as_str(), named.title_source),
            ("I lost my suitcase.", TitleSource::Auto)
        );
    }
    let id = world.conversation();
    let hello = world.send(id, "Hello!").unwrap().id;
    rename(&world, id, "Mine").unwrap();
    world.send(id, "I lost my suitcase.").unwrap();
    assert_eq!(world.get(id).title, "Mine");
    let edited = world.conversation();
    world.send(edited, "Good morning").unwrap();
    let said = world.send(edited, "I have a dog.").unwrap().id;
    world.edit(said, "I have two dogs.", Later::Keep).unwrap();
    assert_eq!(world.get(edited).title, "I have two dogs.");
    world.edit(hello, "Hi!", Later::Keep).unwrap();
    world.assert_sound();
}

#[test]
fn a_title_that_followed_a_greeting_goes_with_the_words_that_it_was_made_of() {
    let world = World::new();
    let id = world.conversation();
    world.send(id, "Hello!").unwrap();
    let said = world.send(id, "My zqsecret suitcase.").unwrap().id;
    world.send(id, "It is blue.").unwrap();
    assert_eq!(world.get(id).title, "My zqsecret suitcase.");
    world.delete_message(said).unwrap();
    world.erase(&[Trashed::Message(said)]);
    assert_eq!(world.get(id).title, "It is blue.");
    world.assert_sound();
}

#[test]
fn an_automatic_title_is_cut_between_characters() {
    let world = World::new();
    let family = "👩‍👩‍👧‍👦";
    let id = world.conversation();
    world.send(id, &family.repeat(50)).unwrap();
    let title = world.get(id).title;
    assert!(title.chars().count() <= 60);
    assert!(
        title
            .strip_suffix('…')
            .unwrap()
            .replace(family, "")
            .is_empty(),
        "{title}"
    );

    let zalgo = world.conversation();
    world
        .send(zalgo, &format!("a{}", "\u{301}".repeat(90_000)))
        .unwrap();
    assert!(world.get(zalgo).title.chars().count() <= 60);
    assert!(
        world
            .get(zalgo)
            .last_message_preview
            .unwrap()
            .chars()
            .count()
            <= 160
    );
}

#[test]
fn titles_that_cannot_be_stored_are_refused_in_words() {
    let world = World::new();
    let id = world.conversation();
    let cases = [
        ("", "The title must not be empty."),
        (" \n\t\u{200b}", "The title must not be empty."),
        ("nul\0", "The title must not contain a NUL character."),
        (
            &"x".repeat(10_000),
            "The title is too long: 10000 characters, where 200 are the most.",
        ),
        (
            &"字".repeat(201),
            "The title is too long: 201 characters, where 200 are the most.",
        ),
    ];
    for (title, sentence) in cases {
        let error = rename(&world, id, title).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("invalid", sentence)
        );
        let new = NewConversation {
            title: Some(title.into()),
            ..blank(world.user)
        };
        assert_eq!(insert(&world, new).unwrap_err().code(), "invalid");
    }
    assert_eq!(world.get(id).title, "");
    assert_eq!(list(&world, 10), [id]);
    assert_eq!(
        rename(&world, id, &"字".repeat(200))
            .unwrap()
            .title
            .chars()
            .count(),
        200
    );
}

#[test]
fn a_template_gives_its_level_unless_another_is_chosen() {
    let world = World::new();
    let cafe = BuiltInTemplate {
        slug: "cafe".into(),
        name: "Café".into(),
        description: String::new(),
        level: Some(CefrLevel::A2),
        situation: None,
        system_prompt: String::new(),
        opening_message: String::new(),
    };
    let user = world.user;
    let template_id = world
        .write(move |tx| {
            template::sync_built_in(tx, &[cafe], NOON)?;
            template::find_by_slug(tx, user, "cafe")
        })
        .unwrap()
        .map(|template| template.id);
    let new = NewConversation {
        template_id,
        ..blank(user)
    };
    assert_eq!(
        insert(&world, new.clone()).unwrap().level,
        Some(CefrLevel::A2)
    );
    assert_eq!(
        insert(
            &world,
            NewConversation {
                level: Some(CefrLevel::C1),
                ..new
            }
        )
        .unwrap()
        .level,
        Some(CefrLevel::C1)
    );
    let unknown = NewConversation {
        template_id: Some(TemplateId::new(NOON)),
        ..blank(user)
    };
    assert_eq!(insert(&world, unknown).unwrap_err().code(), "not_found");
}

#[test]
fn the_list_shows_the_last_active_first_and_pages_by_key() {
    let world = World::new();
    let mut expected = Vec::new();
    for _ in 0..25 {
        world.clock.advance(1_000);
        expected.insert(0, world.conversation());
    }
    world.clock.advance(1_000);
    let oldest = expected.pop().unwrap();
    world.send(oldest, "Active again").unwrap();
    expected.insert(0, oldest);
    for limit in [1, 7, 24, 25, 26, 100] {
        assert_eq!(list(&world, limit), expected, "{limit} a page");
    }
    assert_eq!(page(&world, None, 0).unwrap().items.len(), 1);
    assert_eq!(page(&world, None, 1_000_000).unwrap().next, None);
}

#[test]
fn conversations_of_the_same_moment_are_listed_once_each() {
    let world = World::new();
    let mut ids: Vec<_> = (0..20).map(|_| world.conversation()).collect();
    ids.reverse();
    assert_eq!(list(&world, 3), ids);
}

#[test]
fn pinned_ones_come_first_in_their_own_order_across_pages() {
    let world = World::new();
    let ids: Vec<_> = (0..10).map(|_| world.conversation()).collect();
    let raw = world.raw();
    for (order, id) in [(2, ids[3]), (-1, ids[7]), (2, ids[5])] {
        raw.execute(
            "UPDATE conversations SET pinned_at = 1, pin_order = ?1 WHERE id = ?2",
            rusqlite::params![order, id],
        )
        .unwrap();
    }
    let expected: Vec<_> = [7, 3, 5, 9, 8, 6, 4, 2, 1, 0]
        .map(|place: usize| ids[place])
        .to_vec();
    for limit in [1, 2, 3, 4, 10] {
        assert_eq!(list(&world, limit), expected, "{limit} a page");
    }
}

#[test]
fn what_is_in_the_trash_or_somebody_elses_is_not_there() {
    let world = World::new();
    let (kept, trashed, stranger) = (world.conversation(), world.conversation(), world.stranger());
    world
        .raw()
        .execute(
            "UPDATE conversations SET deleted_at = 1 WHERE id = ?1",
            [trashed],
        )
        .unwrap();
    assert_eq!(list(&world, 10), [kept]);
    let user = world.user;
    assert_eq!(
        world
            .read(move |tx| conversation::find(tx, user, trashed))
            .unwrap(),
        None
    );
    assert_eq!(
        world
            .read(move |tx| conversation::find(tx, stranger, kept))
            .unwrap(),
        None
    );
    assert_eq!(
        world
            .read(move |tx| conversation::get(tx, stranger, kept))
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(
        world
            .read(move |tx| conversation::summary(tx, stranger, kept))
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert_eq!(
        world
            .write(move |tx| conversation::rename(tx, stranger, kept, "mine", NOON))
            .unwrap_err()
            .code(),
        "not_found"
    );
    assert!(
        world
            .read(move |tx| conversation::list_page(
                tx,
                stranger,
                &conversation::ListFilter::default(),
                None,
                10
            ))
            .unwrap()
            .items
            .is_empty()
    );
}

#[test]
fn tags_come_with_the_page_in_alphabetical_order() {
    let world = World::new();
    let (tagged, bare) = (world.conversation(), world.conversation());
    for tag in ["travel", "Ngữ pháp", "\"quoted\", [x]"] {
        world
            .raw()
            .execute("INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES (?1, ?2, 0)", rusqlite::params![tagged, tag])
            .unwrap();
    }
    let items = page(&world, None, 10).unwrap().items;
    let tags = |id| &items.iter().find(|item| item.id == id).unwrap().tags;
    assert_eq!(tags(tagged), &["\"quoted\", [x]", "Ngữ pháp", "travel"]);
    assert!(tags(bare).is_empty());
    let user = world.user;
    assert_eq!(
        &world
            .read(move |tx| conversation::summary(tx, user, tagged))
            .unwrap()
            .tags,
        tags(tagged)
    );
}

#[test]
fn a_cursor_that_no_page_gave_is_refused() {
    let world = World::new();
    let good = "recent.5.01ABCDEFGHJKM";
    assert!(page(&world, Some(good.into()), 1).is_ok());
    for cursor in [
        "",
        "x",
        "recent",
        "recent.5",
        "recent.x.01ABCDEFGHJKM",
        "recent.5.nope",
        &format!("{good}.1"),
        "other.5.01ABCDEFGHJKM",
        "'; DROP TABLE",
    ] {
        assert_eq!(
            page(&world, Some(cursor.into()), 1).unwrap_err().code(),
            "invalid",
            "{cursor}"
        );
    }
}

#[test]
fn renaming_is_told_and_changes_the_title_alone() {
    let world = World::new();
    let id = world.conversation();
    let before = world.get(id);
    let mut changes = world.db.changes();
    world.clock.advance(5);
    let after = rename(&world, id, "Cooking").unwrap();
    assert_eq!(
        after,
        conversation::Conversation {
            title: "Cooking".into(),
            title_source: TitleSource::User,
            updated_at: world.now(),
            ..before
        }
    );
    let set = changes.blocking_recv().unwrap();
    assert_eq!(
        (
            set.changes.len(),
            set.changes[0].kind,
            set.changes[0].conversation_id
        ),
        (1, ChangeKind::Updated, Some(id))
    );
}

#[test]
fn a_summary_is_camel_case_on_the_wire() {
    let world = World::new();
    let (id, user) = (world.conversation(), world.user);
    let summary = world
        .read(move |tx| conversation::summary(tx, user, id))
        .unwrap();
    assert_eq!(
        serde_json::to_value(summary).unwrap(),
        serde_json::json!({
            "id": id, "templateId": null, "title": "", "titleSource": "auto", "level": null, "status": "active",
            "pinnedAt": null, "messageCount": 0, "lastMessageAt": null, "lastMessagePreview": null,
            "originConversationId": null,
            "originMessageId": null,
            "createdAt": NOON.as_millis(), "tags": [], "folderId": null, "isUnread": false
        })
    );
}
