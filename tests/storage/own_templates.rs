//! The learner's own templates: kept, changed, deleted and taken back, and made of a conversation.

use parlance_storage::conversation::{self, NewConversation};
use parlance_storage::template::{self, NewTemplate, Template, TemplatePatch};
use parlance_storage::trash::Trashed;
use parlance_storage::{
    CefrLevel, ConversationId, Error, MessageStatus, OperationKind, TemplateId, UserId, message,
};

use crate::erase::all_bytes;
use crate::support::{World, blank, chunk};
use crate::templates::{cafe, list, sync};

pub fn market() -> NewTemplate {
    NewTemplate {
        name: "  Ở chợ Bến Thành \n 🥭 ".into(),
        description: "Mặc cả với người bán trái cây.".into(),
        level: Some(CefrLevel::B1),
        system_prompt: "You sell mangoes.\nYou never give in at once.".into(),
        opening_message: " مرحبا! 你想买什么? What can I get you? ".into(),
        from: None,
    }
}

fn insert_as(world: &World, user: UserId, new: NewTemplate) -> Result<Template, Error> {
    let now = world.now();
    world.write(move |tx| template::insert(tx, user, &new, now))
}

fn insert(world: &World, new: NewTemplate) -> Result<Template, Error> {
    insert_as(world, world.user, new)
}

fn update(world: &World, id: TemplateId, patch: TemplatePatch) -> Result<Template, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| template::update(tx, user, id, patch, now))
}

fn delete(world: &World, id: TemplateId) -> Result<parlance_storage::operation::Operation, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| template::delete(tx, user, id, now))
}

fn begin(world: &World, template: TemplateId) -> ConversationId {
    let (now, new) = (
        world.now(),
        NewConversation {
            template_id: Some(template),
            ..blank(world.user)
        },
    );
    world
        .write(move |tx| conversation::insert(tx, new, now))
        .unwrap()
        .id
}

fn save(world: &World, id: ConversationId, name: Option<&str>) -> Result<Template, Error> {
    let (user, now, name) = (world.user, world.now(), name.map(str::to_owned));
    world.write(move |tx| template::from_conversation(tx, user, id, name.as_deref(), now))
}

fn named(name: &str) -> TemplatePatch {
    TemplatePatch {
        name: Some(name.into()),
        ..TemplatePatch::default()
    }
}

#[test]
fn a_template_is_kept_without_blanks_around_its_texts() {
    let world = World::new();
    let template = insert(&world, market()).unwrap();
    assert_eq!(template.name, "Ở chợ Bến Thành 🥭");
    assert_eq!(
        template.opening_message,
        "مرحبا! 你想买什么? What can I get you?"
    );
    assert_eq!(template.system_prompt, market().system_prompt);
    assert!(!template.is_built_in);
    assert_eq!(list(&world), [template]);
    world.assert_sound();
}

#[test]
fn two_of_the_same_name_are_two_templates() {
    let world = World::new();
    let first = insert(&world, market()).unwrap();
    let second = insert(&world, market()).unwrap();
    assert_ne!(first.slug, second.slug);
    assert_eq!(list(&world).len(), 2);
}

#[test]
fn a_text_of_blanks_alone_is_stored_as_none_so_that_the_partner_is_not_made_to_say_it() {
    let world = World::new();
    let new = NewTemplate {
        opening_message: " \u{200b}\n".into(),
        description: "\u{feff}".into(),
        ..market()
    };
    let template = insert(&world, new).unwrap();
    assert_eq!(
        (template.opening_message, template.description),
        Default::default()
    );
}

#[test]
fn what_cannot_be_stored_is_refused_and_nothing_is_changed() {
    let world = World::new();
    let kept = insert(&world, market()).unwrap();
    let with = |change: fn(&mut NewTemplate)| {
        let mut new = market();
        change(&mut new);
        new
    };
    for (new, expected) in [
        (with(|new| new.name = " \u{200b} ".into()), "name"),
        (with(|new| new.name = "a\0b".into()), "name"),
        (with(|new| new.name = "🥭".repeat(201)), "name"),
        (with(|new| new.description = "é".repeat(501)), "description"),
        (
            with(|new| new.system_prompt = "说".repeat(10_001)),
            "system prompt",
        ),
        (
            with(|new| new.opening_message = "ب".repeat(2_001)),
            "opening message",
        ),
        (
            with(|new| new.opening_message = "\0".into()),
            "opening message",
        ),
    ] {
        let refused = |error| match error {
            Error::Invalid { field, .. } => field,
            other => panic!("{other:?}"),
        };
        let patch = TemplatePatch {
            name: Some(new.name.clone()),
            description: Some(new.description.clone()),
            system_prompt: Some(new.system_prompt.clone()),
            opening_message: Some(new.opening_message.clone()),
            level: Some(None),
        };
        assert_eq!(refused(insert(&world, new).unwrap_err()), expected);
        assert_eq!(
            refused(update(&world, kept.id, patch).unwrap_err()),
            expected
        );
    }
    assert_eq!(list(&world), [kept]);
}

#[test]
fn texts_as_long_as_they_may_be_are_kept() {
    let world = World::new();
    let new = NewTemplate {
        name: "🥭".repeat(200),
        description: "é".repeat(500),
        system_prompt: "说".repeat(10_000),
        opening_message: "ب".repeat(2_000),
        ..market()
    };
    insert(&world, new).unwrap();
    world.assert_sound();
}

#[test]
fn a_change_leaves_alone_what_it_does_not_name() {
    let world = World::new();
    let before = insert(&world, market()).unwrap();
    world.clock.advance(1_000);
    let after = update(&world, before.id, named("At the market")).unwrap();
    assert_eq!(after.name, "At the market");
    assert_eq!(after.updated_at, before.updated_at.plus_millis(1_000));
    let untouched = Template {
        name: before.name,
        updated_at: before.updated_at,
        ..after
    };
    assert_eq!(untouched.level, Some(CefrLevel::B1));
    assert_eq!(untouched.opening_message, before.opening_message);
    let patch = TemplatePatch {
        level: Some(None),
        ..TemplatePatch::default()
    };
    assert_eq!(update(&world, before.id, patch).unwrap().level, None);
}

#[test]
fn a_template_made_after_another_is_about_the_same_situation() {
    let world = World::new();
    sync(&world, vec![cafe()]);
    let new = NewTemplate {
        from: Some(list(&world)[0].id),
        ..market()
    };
    assert_eq!(
        insert(&world, new).unwrap().situation.as_deref(),
        Some("cafe")
    );
    assert_eq!(insert(&world, market()).unwrap().situation, None);
}

#[test]
fn built_in_and_other_peoples_templates_stay_as_they_are() {
    let world = World::new();
    sync(&world, vec![cafe()]);
    let stranger = world.stranger();
    let built_in = list(&world)[0].clone();
    let theirs = insert_as(&world, stranger, market()).unwrap();
    for (id, code) in [
        (built_in.id, "conflict"),
        (theirs.id, "not_found"),
        (TemplateId::new(world.now()), "not_found"),
    ] {
        assert_eq!(update(&world, id, named("Mine")).unwrap_err().code(), code);
        assert_eq!(delete(&world, id).unwrap_err().code(), code);
    }
    let from_theirs = NewTemplate {
        from: Some(theirs.id),
        ..market()
    };
    assert_eq!(insert(&world, from_theirs).unwrap_err().code(), "not_found");
    assert_eq!(list(&world), [built_in]);
    assert!(world.operations().is_empty());
}

#[test]
fn nobody_without_a_profile_has_templates() {
    let world = World::new();
    let nobody = UserId::new(world.now());
    assert_eq!(
        insert_as(&world, nobody, market()).unwrap_err().code(),
        "not_found"
    );
}

#[test]
fn a_deletion_is_taken_back_with_the_same_id_and_the_conversations_that_were_begun_from_it() {
    let world = World::new();
    let template = insert(&world, market()).unwrap();
    let (talk, erased) = (begin(&world, template.id), begin(&world, template.id));
    world.send(talk, "Two mangoes, please.").unwrap();

    let operation = delete(&world, template.id).unwrap();
    assert_eq!(
        (operation.kind, operation.subject.as_str()),
        (OperationKind::TemplateDelete, "Ở chợ Bến Thành 🥭")
    );
    assert!(list(&world).is_empty());
    let without = world.get(talk);
    assert_eq!(
        (without.template_id, without.level, without.message_count),
        (None, Some(CefrLevel::B1), 1)
    );
    world.delete(erased).unwrap();
    world.erase(&[Trashed::Conversation(erased)]);

    assert_eq!(world.undo(operation.id).unwrap(), operation);
    assert_eq!(list(&world), std::slice::from_ref(&template));
    assert_eq!(world.get(talk).template_id, Some(template.id));
    assert!(world.operations().is_empty());
    world.assert_sound();
}

#[test]
fn a_deletion_is_taken_back_only_while_there_is_room() {
    let world = World::new();
    let template = insert(&world, market()).unwrap();
    let operation = delete(&world, template.id).unwrap();
    let (user, now) = (world.user, world.now());
    world
        .write(move |tx| {
            for _ in 0..template::MOST_OWN {
                template::insert(tx, user, &market(), now)?;
            }
            Ok(())
        })
        .unwrap();
    let full = list(&world);
    assert_eq!(insert(&world, market()).unwrap_err().code(), "conflict");
    assert_eq!(world.undo(operation.id).unwrap_err().code(), "conflict");
    assert_eq!(list(&world), full);
    assert_eq!(world.operations(), std::slice::from_ref(&operation));

    // Another one's are not counted, and one less is enough.
    insert_as(&world, world.stranger(), market()).unwrap();
    delete(&world, full[0].id).unwrap();
    world.undo(operation.id).unwrap();
    assert!(list(&world).contains(&template));
}

#[test]
fn a_conversation_is_kept_as_a_template() {
    let world = World::new();
    let original = insert(&world, market()).unwrap();
    let talk = begin(&world, original.id);
    world.reply(talk, &["Xin chào! ", "Mangoes or bananas?"]);
    world.send(talk, "Bananas").unwrap();
    world.reply(talk, &["Good choice!"]);
    let saved = save(&world, talk, None).unwrap();
    assert_eq!(saved.name, "Bananas", "it is called like the conversation");
    assert_eq!(saved.opening_message, "Xin chào! Mangoes or bananas?");
    assert_eq!(saved.level, Some(CefrLevel::B1));
    assert_eq!(saved.system_prompt, original.system_prompt);
    assert_ne!(saved.id, original.id);
    assert_eq!(save(&world, talk, Some("Chuối")).unwrap().name, "Chuối");
    world.assert_sound();
}

#[test]
fn what_a_conversation_lacks_its_template_lacks_too() {
    let world = World::new();
    let silent = world.conversation();
    assert_eq!(save(&world, silent, None).unwrap_err().code(), "invalid");
    assert_eq!(
        save(&world, silent, Some(" ")).unwrap_err().code(),
        "invalid"
    );
    let saved = save(&world, silent, Some("Empty")).unwrap();
    assert_eq!((saved.level, saved.opening_message), Default::default());

    let now = world.now();
    world
        .write(move |tx| {
            let reply = message::begin_reply(tx, silent, "practice-partner", now)?;
            message::append_to_reply(tx, reply.id, "Half a sen", &[chunk("Half a sen")], now)?;
            message::finish_reply(tx, reply.id, MessageStatus::Interrupted, &[], now)
        })
        .unwrap();
    let words = "说".repeat(2_500);
    world.reply(silent, &[&words]);
    let saved = save(&world, silent, None).unwrap();
    assert!(saved.name.starts_with('说'), "{}", saved.name);
    assert_eq!(saved.opening_message.chars().count(), 2_000);
    assert!(saved.opening_message.ends_with('…'));
}

#[test]
fn a_conversation_that_is_not_there_makes_no_template() {
    let world = World::new();
    let talk = world.conversation();
    world.reply(talk, &["Hello!"]);
    world.delete(talk).unwrap();
    assert_eq!(save(&world, talk, None).unwrap_err().code(), "not_found");
    let (stranger, now, other) = (world.stranger(), world.now(), world.conversation());
    let error = world
        .write(move |tx| template::from_conversation(tx, stranger, other, Some("Mine"), now))
        .unwrap_err();
    assert_eq!(error.code(), "not_found");
    assert!(list(&world).is_empty());
}

#[test]
fn a_template_outlives_what_it_was_made_of_unless_it_was_deleted_too() {
    for (is_deleted, with_conversation) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let world = World::new();
        let talk = world.conversation();
        let reply = world.reply(talk, &["Shall we speak of ", "Quetzalcoatl?"]);
        let saved = save(&world, talk, Some("Myths")).unwrap();
        if is_deleted {
            delete(&world, saved.id).unwrap();
        }
        if with_conversation {
            world.delete(talk).unwrap();
            world.erase(&[Trashed::Conversation(talk)]);
        } else {
            crate::erase::delete_and_erase(&world, reply.id);
        }
        assert!(world.operations().is_empty());
        assert_eq!(list(&world).len(), usize::from(!is_deleted));
        let folder = world.assert_sound();
        let bytes = all_bytes(folder.path());
        let holds = bytes.windows(12).any(|window| window == b"Quetzalcoatl");
        assert_eq!(holds, !is_deleted, "{with_conversation}");
    }
}

#[test]
fn erasing_a_reply_leaves_deleted_templates_alone_that_begin_otherwise() {
    let world = World::new();
    let wordless = NewTemplate {
        opening_message: String::new(),
        ..market()
    };
    for new in [market(), wordless] {
        let id = insert(&world, new).unwrap().id;
        delete(&world, id).unwrap();
    }
    let talk = world.conversation();
    for words in ["Hello!", " "] {
        let reply = world.reply(talk, &[words]);
        crate::erase::delete_and_erase(&world, reply.id);
    }
    assert_eq!(world.operations().len(), 2);
    world.assert_sound();
}
