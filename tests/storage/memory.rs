//! What a tutor may be told of a conversation: as the learner chose it, bounded and in order.

use parlance_storage::memory::{self, Built, MemorySettings, MemorySettingsPatch, Sources, Wish};
use parlance_storage::message;
use parlance_storage::{ConversationId, Error, EventType, MemoryStrategy, event, tokens};

use crate::facts::write_down;
use crate::summaries::{by, long_talk, remember, sum_up_all};
use crate::support::{NOON, World};

fn settings(world: &World, talk: ConversationId) -> MemorySettings {
    let user = world.user;
    world
        .read(move |tx| memory::settings(tx, user, talk))
        .unwrap()
}

fn update(
    world: &World,
    talk: ConversationId,
    patch: MemorySettingsPatch,
) -> Result<MemorySettings, Error> {
    let (user, now) = (world.user, world.now());
    world.write(move |tx| memory::update_settings(tx, user, talk, patch, now))
}

pub fn sources(world: &World, talk: ConversationId, wish: Wish) -> Sources {
    let user = world.user;
    world
        .read(move |tx| memory::sources(tx, user, talk, &wish))
        .unwrap()
}

fn places(sources: &Sources) -> Vec<u32> {
    let recent = sources.recent.iter();
    recent.map(|said| said.sequence_number).collect()
}

#[test]
fn a_new_conversation_is_remembered_by_its_last_messages() {
    let world = World::new();
    let talk = world.conversation();
    assert_eq!(settings(&world, talk), MemorySettings::default());
    world.assert_sound();
}

#[test]
fn the_learner_chooses_and_the_log_has_it() {
    let world = World::new();
    let talk = world.conversation();
    for strategy in MemoryStrategy::ALL {
        let patch = MemorySettingsPatch {
            strategy: Some(*strategy),
            max_context_messages: Some(500),
            max_context_tokens: Some(200_000),
            auto_summarize: Some(false),
            summarize_threshold: Some(10),
        };
        let chosen = update(&world, talk, patch).unwrap();
        assert_eq!(chosen.strategy, *strategy);
        assert_eq!(settings(&world, talk), chosen);
        // The same again is no change.
        update(&world, talk, patch).unwrap();
    }
    let user = world.user;
    let log = world
        .read(move |tx| event::list(tx, user, talk, None, 100))
        .unwrap();
    let changes: Vec<&str> = log
        .iter()
        .filter(|entry| entry.event_type == EventType::MemorySettingsChanged)
        .map(|entry| entry.event_data.as_str())
        .collect();
    assert_eq!(changes.len(), 4);
    assert!(
        changes[3].contains("\"strategy\":\"semantic\""),
        "{}",
        changes[3]
    );
    world.assert_sound();
}

#[test]
fn numbers_out_of_their_bounds_are_refused_and_a_stranger_has_no_say() {
    let world = World::new();
    let talk = world.conversation();
    let none = MemorySettingsPatch::default();
    for patch in [
        MemorySettingsPatch {
            max_context_messages: Some(1),
            ..none
        },
        MemorySettingsPatch {
            max_context_messages: Some(501),
            ..none
        },
        MemorySettingsPatch {
            max_context_tokens: Some(255),
            ..none
        },
        MemorySettingsPatch {
            max_context_tokens: Some(200_001),
            ..none
        },
        MemorySettingsPatch {
            summarize_threshold: Some(9),
            ..none
        },
        MemorySettingsPatch {
            summarize_threshold: Some(u32::MAX),
            ..none
        },
    ] {
        assert_eq!(update(&world, talk, patch).unwrap_err().code(), "invalid");
    }
    assert_eq!(settings(&world, talk), MemorySettings::default());
    let (stranger, now) = (world.stranger(), world.now());
    for refused in [
        world.write(move |tx| memory::update_settings(tx, stranger, talk, none, now).map(drop)),
        world.read(move |tx| memory::settings(tx, stranger, talk).map(drop)),
        world.read(move |tx| memory::sources(tx, stranger, talk, &Wish::default()).map(drop)),
    ] {
        assert_eq!(refused.unwrap_err().code(), "not_found");
    }
    // What another program stored beyond a bound counts as the bound.
    world
        .raw()
        .execute(
            "UPDATE conversations SET max_context_messages = 1, max_context_tokens = 4000000000",
            [],
        )
        .unwrap();
    let read = settings(&world, talk);
    assert_eq!(
        (read.max_context_messages, read.max_context_tokens),
        (2, 200_000)
    );
    world.assert_sound();
}

#[test]
fn the_newest_messages_are_given_in_order_and_no_more_than_allowed() {
    let world = World::new();
    let (talk, ids) = long_talk(&world, 100);
    let given = sources(&world, talk, Wish::default());
    assert_eq!(places(&given), (81..=100).collect::<Vec<u32>>());
    assert!(given.has_earlier);
    assert_eq!(given.recent[19].id, ids[99]);
    let few = MemorySettingsPatch {
        max_context_messages: Some(2),
        ..MemorySettingsPatch::default()
    };
    remember(&world, talk, few);
    assert_eq!(places(&sources(&world, talk, Wish::default())), [99, 100]);
    let before = Wish {
        before_sequence: Some(50),
        ..Wish::default()
    };
    assert_eq!(places(&sources(&world, talk, before)), [48, 49]);
    let first = Wish {
        before_sequence: Some(1),
        ..Wish::default()
    };
    let none = sources(&world, talk, first);
    assert!(none.recent.is_empty() && !none.has_earlier);
}

#[test]
fn what_lies_in_the_trash_or_is_being_written_is_not_given() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Here").unwrap();
    let gone = world.send(talk, "Gone").unwrap().id;
    world.delete_message(gone).unwrap();
    let now = world.now();
    world
        .write(move |tx| message::begin_reply(tx, talk, "m", now).map(drop))
        .unwrap();
    let given = sources(&world, talk, Wish::default());
    assert_eq!(given.recent.len(), 1);
    assert_eq!(given.recent[0].content, "Here");
    assert!(!given.has_earlier);
}

#[test]
fn long_messages_are_read_no_further_than_they_may_be_told_but_to_the_learners_last_words() {
    let world = World::new();
    let talk = world.conversation();
    let long = "long words and many more of them ".repeat(2_000);
    let last = world.send(talk, "What do you mean?").unwrap().id;
    for _ in 0..15 {
        world.reply(talk, &[long.as_str()]);
    }
    let given = sources(&world, talk, Wish::default());
    assert_eq!(given.recent[0].id, last);
    assert_eq!(given.recent.len(), 16);
    world.send(talk, "Sorry?").unwrap();
    let given = sources(&world, talk, Wish::default());
    assert_eq!(
        given.recent.len(),
        2,
        "one that is too long tells that it is"
    );
    assert!(given.has_earlier);
    assert!(given.recent[0].token_count > 4_000);
}

#[test]
fn a_count_that_is_not_stored_is_made() {
    let world = World::new();
    let talk = world.conversation();
    world.send(talk, "Xin chào các bạn!").unwrap();
    for stored in ["NULL", "9000000000"] {
        world
            .raw()
            .execute(&format!("UPDATE messages SET token_count = {stored}"), [])
            .unwrap();
        let given = sources(&world, talk, Wish::default());
        assert_eq!(
            given.recent[0].token_count,
            tokens::count("Xin chào các bạn!")
        );
    }
}

#[test]
fn each_strategy_gives_what_it_has_a_use_for() {
    let world = World::new();
    let (talk, _) = long_talk(&world, 2_000);
    sum_up_all(&world, talk);
    write_down(&world, talk, "Is called Mai").unwrap();
    for strategy in MemoryStrategy::ALL {
        remember(&world, talk, by(*strategy));
        let given = sources(&world, talk, Wish::default());
        assert_eq!(given.recent.len(), 20, "{strategy:?}");
        assert_eq!(given.facts.len(), 1, "{strategy:?}");
        let spans: Vec<(u32, u32, u32)> = given
            .summaries
            .iter()
            .map(|one| (one.tier, one.from_sequence, one.to_sequence))
            .collect();
        let expected: &[(u32, u32, u32)] = match strategy {
            MemoryStrategy::Sliding | MemoryStrategy::Semantic => &[],
            MemoryStrategy::Summarization => &[
                (2, 1, 500),
                (2, 501, 1_000),
                (2, 1_001, 1_500),
                (2, 1_501, 1_980),
            ],
            MemoryStrategy::Hierarchical => &[
                (2, 1, 500),
                (2, 501, 1_000),
                (2, 1_001, 1_500),
                (1, 1_501, 1_600),
                (1, 1_601, 1_700),
                (1, 1_701, 1_800),
                (1, 1_801, 1_900),
                (1, 1_901, 1_980),
            ],
        };
        assert_eq!(spans, expected, "{strategy:?}");
    }
    world.assert_sound();
}

#[test]
fn what_was_told_is_logged_in_numbers() {
    let world = World::new();
    let (talk, ids) = long_talk(&world, 3);
    let (user, now) = (world.user, world.now());
    let built = Built {
        message_id: ids[2],
        strategy: MemoryStrategy::Hierarchical,
        used_tokens: 812,
        budget: 4_000,
        first_full_sequence: Some(1),
        facts: 2,
        summaries: 1,
        recalled: 0,
    };
    world
        .write(move |tx| memory::record_built(tx, talk, &built, now))
        .unwrap();
    let log = world
        .read(move |tx| event::list(tx, user, talk, None, 100))
        .unwrap();
    let last = log.last().unwrap();
    assert_eq!(last.event_type, EventType::MemoryContextBuilt);
    let data: serde_json::Value = serde_json::from_str(&last.event_data).unwrap();
    assert_eq!(data["usedTokens"], 812);
    assert_eq!(data["messageId"], ids[2].to_string());
    let gone = ConversationId::new(NOON);
    let refused = world.write(move |tx| memory::record_built(tx, gone, &built, now));
    assert_eq!(refused.unwrap_err().code(), "conflict");
    world.assert_sound();
}

#[test]
fn the_newest_of_what_was_said_is_given_in_order_up_to_a_place() {
    let world = World::new();
    let talk = world.conversation();
    let said: Vec<_> = ["One", "Hai", "三", "Four"]
        .map(|words| world.send(talk, words).unwrap())
        .into();
    world.delete_message(said[1].id).unwrap();
    let list = |before: Option<u32>, most: u32| {
        let user = world.user;
        let listed = world
            .read(move |tx| memory::list_said(tx, user, talk, before, most))
            .unwrap();
        listed
            .into_iter()
            .map(|said| said.content)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(None, 10), ["One", "三", "Four"]);
    assert_eq!(list(None, 2), ["三", "Four"]);
    assert_eq!(list(Some(said[3].sequence_number), 2), ["One", "三"]);
    assert_eq!(list(Some(1), 2), [""; 0]);
    let stranger = world.stranger();
    let refused = world.read(move |tx| memory::list_said(tx, stranger, talk, None, 1));
    assert_eq!(refused.unwrap_err().code(), "not_found");
}
